"""Diff, trend and check for reading."""

from __future__ import annotations

from typing import Any

from rich.table import Table
from rich.text import Text

from asynclog.model import Report
from asynclog.render.changes import COLOURS, code_text, levels, place_of, state_word, verdict_of_diff, verdict_of_trend
from asynclog.render.options import RenderOptions
from asynclog.render.places import fit, site_text
from asynclog.render.rows import problem
from asynclog.render.safe import clip, safe
from asynclog.render.text_paper import COLOURS as SEVERITIES
from asynclog.render.text_paper import Paper
from asynclog.render.units import duration, plural, sparkline

SHOWN = 25  # changes or series, when nobody says how many
QUIET = ("same", "steady")
_UNSETTLED = ("inconclusive", "not_comparable", "same")
_SPARK = 24


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed, the most pressing first."""
    paper = Paper(options)
    paper.say(verdict_of_diff(found), f"bold {_worst(found.states)}")
    paper.say(f"before: {_labels(found.before)} · after: {_labels(found.after)}", "dim")
    _changes(paper, found, options)
    return paper.read()


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, why, and what it rests on."""
    paper = Paper(options)
    paper.say(safe(gate.sentence), "bold red" if gate.failed else "bold green")
    if gate.diff is not None:
        _changes(paper, gate.diff, options)
    elif gate.report is not None:
        _groups(paper, gate.report, options)
    if gate.report is not None and options.verbose >= 0:
        paper.title("What this rests on")
        for line in gate.report.accounting:
            paper.bullet(safe(line))
    return paper.read()


def _groups(paper: Paper, report: Report, options: RenderOptions) -> None:
    """Without a baseline: two lines a group, what fails a gate first."""
    rows = sorted(report.rows, key=lambda row: -row.severity)
    shown = rows[: options.top or SHOWN]
    digits = max((len(f"{row.count:,}") for row in shown), default=0)
    margin, room = digits + 12, paper.width - digits - 12
    paper.gap()
    for row in shown:
        word = (f"{row.severity.label:8} ", f"bold {SEVERITIES[row.severity]}")
        label = Text.assemble(word, f"{row.count:{digits},}x  ")
        paper.hang(label, Text(problem(row), "bold").append(f"  {safe(row.id)}", "not bold dim"))
        paper.say(place_of(row.group, room) if row.group.site.file else fit(safe(row.place), room), indent=margin)
    _more(paper, len(rows) - len(shown), "group")
    paper.say(safe(report.hidden_text), "dim")


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How each group moves over the runs."""
    paper = Paper(options)
    paper.say(verdict_of_trend(found), f"bold {_worst(found.verdicts)}")
    paper.say(f"runs: {_labels(found.labels)}", "dim")
    shown = found.series[: options.top or SHOWN]
    for one in shown:
        paper.gap()
        word = one.verdict.value
        heights = levels(one)
        spark = sparkline(heights, min(len(heights), _SPARK))
        head = Text.assemble(
            (f"{word:13}", f"bold {COLOURS[word]}"),
            (f"{spark}  ", "cyan"),
            safe(one.rule),
            "  ",
            (one.fingerprint[:6], "dim"),
        )
        paper.put(head)
        paper.say(place_of(one, paper.width - 4), indent=4)
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


def _changes(paper: Paper, found: Any, options: RenderOptions) -> None:  # noqa: ANN401 - duck-typed
    changes = found.changes
    pressing = (
        [change for change in changes if change.state.value not in QUIET]
        if options.verbose <= 0 and options.top is None
        else list(changes)
    )
    shown = pressing[: options.top or SHOWN]
    for change in shown:
        paper.gap()
        word = change.state.value
        paper.put(
            Text.assemble(
                (f"{state_word(word):15}", f"bold {COLOURS[word]}"),
                (f"{change.severity.label:8} ", SEVERITIES[change.severity]), safe(change.rule), "  ",
                (change.fingerprint[:6], "dim"),
            )
        )  # fmt: skip
        paper.say(place_of(change, paper.width - 4), indent=4)
        if change.moved and change.was is not None:
            paper.say(f"moved: was {site_text(change.was, paper.width - 16)}", "dim", indent=4)
        if change.code is not None:
            paper.say(f"moved: {code_text(change, paper.width)}", "dim", indent=4)
        if word not in _UNSETTLED:
            paper.say(f"{_side(change.before)} -> {_side(change.after)}", indent=4)
        paper.say(safe(change.reason), "dim", indent=4)
    _more(paper, len(pressing) - len(shown), "change")
    quiet = len(changes) - len(pressing)
    if quiet:
        paper.gap()
        paper.say(f"{plural(quiet, 'group')} with no change: -v shows them", "dim")
    _caveats(paper, found.caveats)


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
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(justify="right")
    table.add_column(justify="right")
    for point in found.totals:
        table.add_row(clip(safe(point.label), 40), f"{point.numbers.count:,} records", duration(point.numbers.total))
    paper.put(table, 2)


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
