"""Diff, trend and check in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from asynclog.render.changes import (
    NOBODY,
    culprit,
    levels,
    place_of,
    state_word,
    title_of,
    verdict_of_diff,
    verdict_of_trend,
)
from asynclog.render.options import RenderOptions
from asynclog.render.rows import problem
from asynclog.render.safe import clip, markdown_code, markdown_prose, safe
from asynclog.render.units import plural, sparkline

SHOWN = 30
_MOST = 400
QUIET = ("same", "steady")


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed."""
    return _joined([f"## asynclog: {_text(verdict_of_diff(found))}", "", *_changes(found, options)])


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, and why: what failed the gate first."""
    lines = [f"## asynclog: {_text(gate.sentence)}", ""]
    if gate.diff is not None:
        lines += _changes(gate.diff, options, gate.culprits)
    elif gate.report is not None:
        rows = sorted(gate.report.rows, key=lambda row: row.group.fingerprint not in gate.culprits)
        shown = rows[: options.top or SHOWN]
        lines += ["| | severity | problem | where | count | id |", "|---|---|---|---|--:|---|"] if shown else []
        for row in shown:
            cells = (
                "**fails**" if row.group.fingerprint in gate.culprits else "", row.severity.label, _text(problem(row)),
                _code(place_of(row.group) if row.group.site.file else row.place), f"{row.count:,}", _code(row.id),
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
        lines += _more(len(rows) - len(shown), "group")
    return _joined(lines)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How groups move."""
    lines = [f"## asynclog: {_text(verdict_of_trend(found))}", ""]
    lines += ["| verdict | runs | problem | where | step | why | id |", "|---|---|---|---|---|---|---|"]
    shown = found.series[: options.top or SHOWN]
    for one in shown:
        heights = levels(one)
        cells = (
            state_word(one.verdict.value), sparkline(heights, len(heights)), _text(title_of(one, found.rules)),
            _code(place_of(one)), _code(one.step) if one.step else "", _text(one.reason), _code(one.fingerprint[:6]),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += _more(len(found.series) - len(shown), "group")
    return _joined([*lines, *_caveats(found.caveats)])


def _changes(found: Any, options: RenderOptions, culprits: Mapping[str, str] = NOBODY) -> Iterator[str]:  # noqa: ANN401
    """A table of changes; those that fail a gate stand first and say so."""
    guilty = {change.fingerprint for change in found.changes if culprit(change, culprits)}
    wanted = [
        change
        for change in found.changes
        if options.verbose > 0 or change.state.value not in QUIET or change.fingerprint in guilty
    ]
    pressing = sorted(wanted, key=lambda change: change.fingerprint not in guilty)
    shown = pressing[: options.top or SHOWN]
    if shown:
        yield "| state | severity | problem | where | before | after | why | id |"
        yield "|---|---|---|---|--:|--:|---|---|"
    for change in shown:
        moved = " (moved)" if change.moved else ""
        fails = ", fails" if change.fingerprint in guilty else ""
        cells = (
            f"**{state_word(change.state.value)}**{fails}", change.severity.label,
            _text(title_of(change, found.rules)), _code(place_of(change)) + moved, f"{change.before.count:,}",
            f"{change.after.count:,}", _text(change.reason), _code(change.fingerprint[:6]),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    yield from _more(len(pressing) - len(shown), "change")
    if len(found.changes) > len(pressing):
        yield ""
        yield f"{plural(len(found.changes) - len(pressing), 'group')} with no change."
    yield from _caveats(found.caveats)


def _caveats(caveats: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(caveats):
        if not number:
            yield ""
        yield f"- {_text(line)}"


def _more(count: int, noun: str) -> list[str]:
    return ["", f"… and {plural(count, f'more {noun}')}."] if count > 0 else []


def _code(text: str) -> str:
    return markdown_code(clip(safe(text), 200), table=True)


def _text(text: str) -> str:
    return markdown_prose(clip(text, _MOST)).replace("|", "\\|").replace("\\\\|", "\\|")


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
