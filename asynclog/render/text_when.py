"""When it happened: the run as a line of bars, its worst stretches, and who it happened to."""

from __future__ import annotations

from asynclog.model import Report
from asynclog.render.ink import Text
from asynclog.render.places import fit
from asynclog.render.rows import day_of
from asynclog.render.safe import safe
from asynclog.render.text_columns import Column, lines_of
from asynclog.render.text_paper import Paper
from asynclog.render.units import duration, plural, rebin, share, sparkline


def when(paper: Paper, report: Report) -> None:
    """The timeline with its scale, and the worst windows."""
    cells = paper.measure - 4
    bars = sparkline(report.spark, cells)
    if not bars and not report.windows:
        return
    paper.title("When it happened")
    if bars:
        peak = max(rebin(report.spark, cells))
        paper.say(bars, "yellow", 2)
        paper.say(_axis(report, len(bars)), "dim", 2)
        width = report.span // len(bars) if report.span else 0
        each = duration(width) if width else ""
        what = f"blocked {duration(min(peak, width or peak))}" if report.blocked else plural(peak, "finding")
        paper.say(f"highest bar: {what}{f' in {each}' if each else ''}", "dim", 2)
    for window in report.windows[: None if paper.verbose > 0 else 3]:
        paper.bullet(safe(window.text))


def _axis(report: Report, width: int) -> str:
    """First and last time below the ends of the bars, without the day where there is no room for it."""
    day = day_of(report)
    last = safe(report.last.removeprefix(day))
    for first in (safe(report.first), safe(report.first.removeprefix(day))):
        if first and len(first) + len(last) + 2 <= width:
            return first + " " * (width - len(first) - len(last)) + last
    return ""


def processes(paper: Paper, report: Report) -> None:
    """A row for each process, where the lines tell more than one apart."""
    rows = report.processes[: None if paper.verbose > 0 else 10]
    if len(report.processes) < 2:
        return
    paper.title("Processes")
    heads = [Column(), *(Column(right=True) for _ in range(3))]
    cells = [[Text(head, "dim") for head in ("process", "findings", "blocked", "share")]]
    for row in rows:
        blocked, part = (duration(row.blocked), share(row.share)) if row.blocked else ("", "")
        name = fit(safe(row.name), max(12, paper.width - 36))
        cells.append([Text(text) for text in (name, f"{row.count:,}", blocked, part)])
    paper.put(lines_of(heads, cells), 2)
    if len(rows) < len(report.processes):
        paper.say(f"… and {len(report.processes) - len(rows):,} more processes: -v", "dim", 2)
