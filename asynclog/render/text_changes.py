"""Diff, trend and check for reading."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asynclog.model import Report
from asynclog.render.changes import (
    COLOURS,
    code_text,
    culprit,
    levels,
    name_of,
    place_of,
    state_word,
    title_of,
    verdict_of_diff,
    verdict_of_trend,
)
from asynclog.render.ink import Text
from asynclog.render.options import RenderOptions
from asynclog.render.places import site_text
from asynclog.render.rows import problem
from asynclog.render.safe import clip, safe
from asynclog.render.text_columns import Column, lines_of
from asynclog.render.text_paper import COLOURS as SEVERITIES
from asynclog.render.text_paper import Paper
from asynclog.render.units import duration, plural, sparkline

SHOWN = 25  # changes or series, when nobody says how many
QUIET = ("same", "steady")
_UNCERTAIN = ("same", "inconclusive")  # a gate that passes need not go into them
_ELSE = "No reason to fail"
_UNSETTLED = ("inconclusive", "not_comparable", "same")
_SPARK = 24


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed, the most pressing first."""
    paper = Paper(options)
    paper.say(verdict_of_diff(found), f"bold {_worst(found.states)}")
    paper.say(f"before: {_labels(found.before)} · after: {_labels(found.after)}", "dim")
    everything = options.verbose > 0 or options.top is not None
    loud = [change for change in found.changes if everything or change.state.value not in QUIET]
    _changes(paper, loud, found, options)
    quiet = len(found.changes) - len(loud)
    if quiet:
        paper.gap()
        paper.say(f"{plural(quiet, 'group')} with no change: -v shows them", "dim")
    _caveats(paper, found.caveats)
    return paper.read()


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no; what made it fail; what else there is; what it rests on."""
    paper = Paper(options)
    paper.say(safe(gate.sentence), "bold red" if gate.failed else "bold green")
    if gate.diff is not None:
        _judged(paper, gate, options)
    elif gate.report is not None:
        _groups(paper, gate, options)
    if gate.report is not None and options.verbose >= 0:
        paper.title("What this rests on")
        for line in gate.report.accounting:
            paper.bullet(safe(line))
    return paper.read()


def _judged(paper: Paper, gate: Any, options: RenderOptions) -> None:  # noqa: ANN401 - duck-typed
    """Against a baseline: the changes that fail the gate, then what else is certain."""
    guilty = [change for change in gate.diff.changes if culprit(change, gate.culprits)]
    others = [change for change in gate.diff.changes if change not in guilty]
    certain = [change for change in others if options.verbose > 0 or change.state.value not in _UNCERTAIN]
    _changes(paper, guilty, gate.diff, options)
    if options.verbose < 0:
        return
    if guilty and certain:
        paper.title(_ELSE)
    _changes(paper, certain, gate.diff, options)
    left = [state_word(change.state.value) for change in others if change not in certain]
    if left:
        paper.gap()
        told = ", ".join(f"{left.count(word):,} {word}" for word in dict.fromkeys(left))
        shown = guilty or certain  # else the first line has said so
        paper.say(f"And {told}: -v shows them" if shown else "What was compared: -v", "dim")
    _caveats(paper, gate.diff.caveats)


def _groups(paper: Paper, gate: Any, options: RenderOptions) -> None:  # noqa: ANN401 - duck-typed
    """Without a baseline: two lines a group, those that fail the gate first."""
    report: Report = gate.report
    guilty = [row for row in report.rows if row.group.fingerprint in gate.culprits]
    others = [row for row in report.rows if row.group.fingerprint not in gate.culprits]
    shown = (guilty if guilty and options.verbose < 0 else [*guilty, *others])[: options.top or SHOWN]
    digits = max((len(f"{row.count:,}") for row in shown), default=0)
    ids = max((len(row.id) for row in shown), default=0)
    for row in shown:
        if row is shown[0] or (guilty and others and row is others[0]):
            paper.title(_ELSE if guilty and row is not guilty[0] else "")
        word = (f"{row.severity.label:8} ", f"bold {SEVERITIES[row.severity]}")
        label = Text.of(word, f"{row.count:{digits},}x  ", (f"{safe(row.id):{ids}}  ", "dim"))
        paper.hang(label, Text(problem(row), "bold"))
        where = place_of(row.group) if row.group.site.file else safe(row.place) or safe(name_of(row.group))
        paper.say(where or "place not known", indent=4, wide=True)
    _more(paper, len(guilty) + len(others) - len(shown), "group")
    paper.say(safe(report.hidden_text), "dim")


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How each group moves over the runs."""
    paper = Paper(options)
    paper.say(verdict_of_trend(found), f"bold {_worst(found.verdicts)}")
    paper.say(f"runs: {_labels(found.labels)}", "dim")
    shown = found.series[: options.top or SHOWN]
    column = max((len(one.verdict.value) for one in shown), default=0)
    for one in shown:
        paper.gap()
        word = one.verdict.value
        heights = levels(one)
        spark = sparkline(heights, min(len(heights), _SPARK))
        head = Text.of(
            (f"{word:{column}}  ", f"bold {COLOURS[word]}"), (f"{spark}  ", "cyan"), (f"{one.fingerprint[:6]}  ", "dim")
        )
        paper.hang(head, Text(title_of(one, found.rules), "bold"))
        paper.say(place_of(one), indent=4, wide=True)
        counts = " ".join(f"{point.numbers.count:,}" for point in one.runs)
        if word not in QUIET or options.verbose > 0:
            paper.say(f"records: {counts}" + (f" · step at {safe(one.step)}" if one.step else ""), indent=4)
        if word not in (*QUIET, "inconclusive") or options.verbose > 0:
            paper.say(safe(one.reason), "dim", indent=4)
    if any(one.verdict.value in (*QUIET, "inconclusive") for one in shown) and options.verbose <= 0:
        paper.gap()
        paper.say("Why a group is called steady or inconclusive: -v", "dim")
    _more(paper, len(found.series) - len(shown), "group")
    _totals(paper, found)
    _caveats(paper, found.caveats)
    return paper.read()


def _changes(paper: Paper, changes: Sequence[Any], found: Any, options: RenderOptions) -> None:  # noqa: ANN401
    """`changes` of the diff `found`, in full."""
    shown = changes[: options.top or SHOWN]
    column = max((len(change.state.value) for change in shown), default=0)
    for change in shown:
        paper.gap()
        word = change.state.value
        paper.hang(
            Text.of(
                (f"{state_word(word):{column}}  ", f"bold {COLOURS[word]}"),
                (f"{change.severity.label:8} ", SEVERITIES[change.severity]), (f"{change.fingerprint[:6]}  ", "dim"),
            ),
            Text(title_of(change, found.rules), "bold"),
        )  # fmt: skip
        paper.say(place_of(change), indent=4, wide=True)
        if change.moved and change.was is not None:
            paper.say(f"moved: was {site_text(change.was)}", "dim", indent=4, wide=True)
        if change.code is not None:
            paper.say(f"moved: {code_text(change)}", "dim", indent=4, wide=True)
        if word not in _UNSETTLED:
            paper.say(f"{_side(change.before)} -> {_side(change.after)}", indent=4)
        paper.say(safe(change.reason), "dim", indent=4)
    _more(paper, len(changes) - len(shown), "change")


def _side(numbers: Any) -> str:  # noqa: ANN401 - duck-typed
    if not numbers.count:
        return "none"
    told = f"{numbers.count:,}x"
    if numbers.bursts and numbers.bursts != numbers.count:
        told += f" in {plural(numbers.bursts, 'burst')}"
    return f"{told}, {duration(numbers.total)}" if numbers.total else told


def _totals(paper: Paper, found: Any) -> None:  # noqa: ANN401 - duck-typed
    if not found.totals:
        return
    paper.title("All groups together")
    heads = [Column(), Column(right=True), Column(right=True)]
    cells = [
        [
            Text(clip(safe(point.label), 40)),
            Text(f"{point.numbers.count:,} records"),
            Text(duration(point.numbers.total)),
        ]
        for point in found.totals
    ]
    paper.put(lines_of(heads, cells), 2)


def _caveats(paper: Paper, caveats: tuple[str, ...]) -> None:
    if caveats:
        paper.title("Mind")
        for line in caveats:
            paper.bullet(safe(line))


def _more(paper: Paper, count: int, noun: str) -> None:
    if count > 0:
        paper.gap()
        paper.say(f"… and {plural(count, f'more {noun}')} (show more with --top N)", "dim")


def _labels(labels: tuple[str, ...]) -> str:
    shown = ", ".join(clip(safe(label), 40) for label in labels[:8])
    return f"{shown} and {len(labels) - 8} more" if len(labels) > 8 else shown


def _worst(states: Any) -> str:  # noqa: ANN401 - duck-typed
    present = [state.value for state, count in states.items() if count]
    for word in ("new", "worse", "rising", "not_comparable", "inconclusive"):
        if word in present:
            return COLOURS[word]
    return "green"
