"""Changes, series and gates as rows: the keys that other tools read, and the words that reports share.

What is shown is duck-typed: a diff has `changes`, `states`, `caveats`, `before`, `after`; a trend `series`, `labels`,
`totals`, `verdicts`, `caveats`; a gate `failed`, `sentence`, `reasons`, `report`, `diff`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from asynclog.model import Frame, Rule, Sample, Site
from asynclog.render.places import function, site_text, versioned
from asynclog.render.safe import clip, safe
from asynclog.render.units import plural

COLOURS = {
    "new": "red", "worse": "red", "better": "green", "gone": "green", "same": "dim", "inconclusive": "yellow",
    "not_comparable": "magenta", "rising": "red", "falling": "green", "steady": "dim",
}  # fmt: skip
PRESSING = ("new", "worse")
NOBODY: Mapping[str, str] = MappingProxyType({})  # the culprits of a comparison without a gate
_SECOND = 1_000_000


def site_json(site: Site) -> dict[str, Any]:
    """The documented keys of a site."""
    return {"file": site.file, "line": site.line, "function": site.function, "via": site.via.value}


def numbers_json(numbers: Any) -> dict[str, Any]:  # noqa: ANN401 - duck-typed
    """One side of a change: `rate` per hour or unit of work, `total` in seconds."""
    total = None if numbers.total is None else numbers.total / _SECOND
    return {"count": numbers.count, "bursts": numbers.bursts, "rate": numbers.rate, "total": total}


def change_json(change: Any) -> dict[str, Any]:  # noqa: ANN401 - duck-typed
    """A change with exactly the documented keys."""
    return {
        "state": change.state.value,
        "kind": change.kind,
        "rule": change.rule,
        "severity": change.severity.label,
        "fingerprint": versioned(change.fingerprint, change.group and change.group.signature),
        "site": site_json(change.site),
        "coroutine": change.coroutine,
        "moved": change.moved,
        "before": numbers_json(change.before),
        "after": numbers_json(change.after),
        "ratio": change.ratio,
        "p_value": change.p_value,
        "reason": change.reason,
    }


def code_text(change: Any) -> str:  # noqa: ANN401 - duck-typed
    """Where the code of a coroutine was and is."""
    old, new = (site_text(site, 500) for site in change.code)
    return f"the code was at {old}, is at {new}"


def series_json(series: Any) -> dict[str, Any]:  # noqa: ANN401 - duck-typed
    """A series with exactly the documented keys."""
    runs = []
    for point in series.runs:
        told = numbers_json(point.numbers)
        runs.append({"label": point.label, "count": told["count"], "rate": told["rate"], "total": told["total"]})
    return {
        "verdict": series.verdict.value,
        "kind": series.kind,
        "rule": series.rule,
        "severity": series.severity.label,
        "fingerprint": versioned(series.fingerprint, series.group and series.group.signature),
        "site": site_json(series.site),
        "runs": runs,
        "step": series.step,
    }


def state_word(state: str) -> str:
    """A state or verdict as a word."""
    return state.replace("_", " ")


def counted(states: Any) -> str:  # noqa: ANN401 - duck-typed
    """`2 new, 1 worse, 9 same`."""
    return ", ".join(f"{count:,} {state_word(state.value)}" for state, count in states.items() if count)


def verdict_of_diff(diff: Any) -> str:  # noqa: ANN401 - duck-typed
    """The first line of a diff."""
    told = counted(diff.states)
    return f"{plural(len(diff.changes), 'group')} compared: {told}." if told else "Nothing found on either side."


def verdict_of_trend(trend: Any) -> str:  # noqa: ANN401 - duck-typed
    """The first line of a trend."""
    told = counted(trend.verdicts)
    return f"{plural(len(trend.series), 'group')} over {plural(len(trend.labels), 'run')}: {told or 'nothing found'}."


def title_of(thing: Any, rules: Mapping[str, Rule]) -> str:  # noqa: ANN401 - duck-typed
    """What a change or series is, in words: the title of its rule with the exception, else the rule's id."""
    rule = rules.get(thing.rule)
    title = clip(safe(rule.title if rule is not None and rule.title else thing.rule), 200)
    exception = thing.group.exception_type if thing.group else None
    return title if not exception or exception in title else f"{title}: {clip(safe(exception), 200)}"


def culprit(change: Any, culprits: Mapping[str, str]) -> str | None:  # noqa: ANN401 - duck-typed
    """Why a change makes a gate fail; None where it does not."""
    return next((culprits[name] for name in (change.fingerprint, *change.match.after) if name in culprits), None)


def name_of(thing: Any) -> str:  # noqa: ANN401 - duck-typed
    """The coroutine or callback that a change or series is about."""
    group = thing.group if hasattr(thing, "group") else thing
    return thing.coroutine or (group.callback if group else None) or ""


def place_of(thing: Any, width: int = 1_000) -> str:  # noqa: ANN401 - duck-typed
    """Where a change or series was made, with the coroutine where the place names no function."""
    where = site_text(thing.site, width)
    name = clip(safe(name_of(thing)), 200)
    if not where:
        return name or "place not known"
    if name and name.rsplit(".", 1)[-1] != (thing.site.function or "").rsplit(".", 1)[-1]:
        room = width - len(name) - 2
        return f"{site_text(thing.site, max(room, 20))}  {name}" if room > 20 else where
    return where


def pressing(changes: Any, top: int | None = None, culprits: Mapping[str, str] = NOBODY) -> list[Any]:  # noqa: ANN401
    """What is new or worse, and what makes a gate fail: for formats that know problems only."""
    return [change for change in changes if change.state.value in PRESSING or culprit(change, culprits)][:top]


def sample_of(change: Any) -> Sample | None:  # noqa: ANN401 - duck-typed
    """The record that shows a change best."""
    group = change.group
    return (group.worst or next(iter(group.samples), None)) if group else None


def chain_of(change: Any) -> tuple[Frame, ...]:  # noqa: ANN401 - duck-typed
    """The most frequent creating chain, outermost frame first."""
    known = [caller for caller in change.group.callers.values() if caller.chain] if change.group else []
    return max(known, key=lambda caller: (caller.count, repr(caller.chain))).chain if known else ()


def position_of(change: Any) -> tuple[str, int]:  # noqa: ANN401 - duck-typed
    """File and line of the site, else of a record in the log; the file is empty where there is neither."""
    if change.site.file:
        return change.site.file, max(1, change.site.line or 1)
    shown = sample_of(change)
    return (shown.source, max(1, shown.line)) if shown else ("", 1)


def headline_of(change: Any, rules: Mapping[str, Rule]) -> str:  # noqa: ANN401 - duck-typed
    """`new: One step held the event loop, in Handlers.search: 8 records in 30 min after, none before`."""
    name = function(name_of(change) or change.site.function)
    whose = f", in {name}" if name else ""
    return f"{state_word(change.state.value)}: {title_of(change, rules)}{whose}: {safe(change.reason)}"


def levels(series: Any) -> tuple[int, ...]:  # noqa: ANN401 - duck-typed
    """The heights of a series for a sparkline: rates where they are known, else counts."""
    rates = [point.numbers.rate for point in series.runs]
    if all(rate is not None for rate in rates):
        top = max(rates) or 1.0
        return tuple(round(1000 * rate / top) for rate in rates)
    return tuple(point.numbers.count for point in series.runs)
