"""The report for reading: verdict, groups worst first, details, when it happened, the loop, the accounting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asynclog.model import Report
from asynclog.render.ancestry import Task, ancestry
from asynclog.render.ink import Text
from asynclog.render.options import RenderOptions
from asynclog.render.places import function, shorten, site_text
from asynclog.render.rows import day_of, severities
from asynclog.render.safe import clip, safe
from asynclog.render.text_details import details
from asynclog.render.text_paper import COLOURS, Paper
from asynclog.render.text_table import table
from asynclog.render.text_when import processes, when
from asynclog.render.units import duration, plural

GROUPS = 15  # in the table, when nobody says how many
SOURCES = 3  # named at the top; each says its own span
DETAILED = 5  # of these with details
TREE = 20  # lines of the tree of tasks


def analyze(report: Report, options: RenderOptions) -> str:
    """The whole report."""
    paper = Paper(options)
    rows = report.rows[: GROUPS if options.top is None else options.top]
    _head(paper, report)
    day = day_of(report)
    table(paper, rows, day)
    _hidden(paper, report, len(rows))
    detailed = 0 if options.verbose < 0 else len(rows) if options.verbose else DETAILED
    said: dict[str, int] = {}
    for row in rows[:detailed]:
        details(paper, row, said, day)
    if 0 < detailed < len(rows):
        paper.gap()
        paper.say(f"Details of {plural(len(rows) - detailed, 'more group')}: -v", "dim")
    when(paper, report)
    processes(paper, report)
    _ancestry(paper, report)
    _sentences(paper, "The loop", report.loop_lines)
    _accounting(paper, report)
    return paper.read()


def _head(paper: Paper, report: Report) -> None:
    colour = COLOURS[report.severity] if report.severity is not None else "green"
    paper.say(safe(report.verdict), f"bold {colour}")
    for source in report.sources[:SOURCES]:
        paper.say(safe(source), "dim")
    if len(report.sources) < 2:
        return
    more = len(report.sources) - SOURCES
    span = duration(report.span) if report.span else ""
    if report.first:
        times = f"{clip(safe(report.first), 40)} – {clip(safe(report.last.removeprefix(day_of(report))), 40)}"
        span = f"{times} ({span})" if span else times
    extra = f"and {plural(more, 'more file')}" if more > 0 else ""
    paper.say(" · ".join(filter(None, (extra, span, severities(report)))), "dim")


def _hidden(paper: Paper, report: Report, shown: int) -> None:
    if len(report.rows) > shown:
        paper.say(f"… and {plural(len(report.rows) - shown, 'more group')} (show more with --top N)", "dim")
    if report.hidden:
        paper.say(safe(report.hidden_text) or f"{plural(report.hidden, 'group')} not shown.", "dim")


def _ancestry(paper: Paper, report: Report) -> None:
    """Which task made which, where creation tracebacks tell."""
    trees = ancestry(report.rows)
    lines = [line for tree in trees for line in _branch(tree, 0)]
    if not lines:
        return
    paper.title("Which task made which")
    shown = lines[: None if paper.verbose > 0 else TREE]
    for depth, text in shown:
        if depth:
            paper.hang(Text("  " * (depth - 1) + "└ "), Text(text), 4)
        else:
            paper.say(text, indent=2)
    if len(shown) < len(lines):
        paper.say(f"… {plural(len(lines) - len(shown), 'more line')}: -v", "dim", indent=2)


def _branch(task: Task, depth: int) -> Iterator[tuple[int, str]]:
    where = f" ({shorten(safe(task.file), 60)})" if task.file else ""
    yield depth, f"{function(task.name)}{where}  {task.count:,}x"
    for child in task.children:
        yield from _branch(child, depth + 1)
    if task.hidden:
        yield depth + 1, f"… {plural(task.hidden, 'more coroutine')}"


def _sentences(paper: Paper, title: str, lines: tuple[str, ...]) -> None:
    if lines:
        paper.title(title)
        for line in lines:
            paper.bullet(safe(line))


def _accounting(paper: Paper, report: Report) -> None:
    _sentences(paper, "What this report stands on", report.accounting)
    for group in report.run.suppressed.values() if paper.verbose > 0 else ():
        where = site_text(group.site) or function(group.coroutine)
        told = f"{group.count:,}x {safe(group.rule)} {where}: {safe(group.suppressed)}"
        paper.bullet(told, indent=4, style="dim")
    for tally in report.unknown[: None if paper.verbose else 5]:
        paper.bullet(f"{tally.count:,}x {safe(tally.text)}", indent=4, style="dim")
    if paper.verbose <= 0 and len(report.unknown) > 5:
        paper.bullet(f"… and {len(report.unknown) - 5:,} more texts that no rule knows: -v", indent=4, style="dim")
    if report.blocked_text:
        paper.bullet(safe(report.blocked_text), style="bold")
    for note in report.notes:
        paper.bullet(safe(note))
    _sentences(paper, "To see more next time", report.advice)


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed."""
    from asynclog.render import text_changes

    return text_changes.diff(found, options)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How groups move over runs."""
    from asynclog.render import text_changes

    return text_changes.trend(found, options)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, and why."""
    from asynclog.render import text_changes

    return text_changes.check(gate, options)
