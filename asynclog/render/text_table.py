"""The table of groups: two lines a group where the screen is wide, a card of lines where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.box import Box
from rich.table import Table
from rich.text import Text

from asynclog.model import ReportRow
from asynclog.render.places import columns, fit, site_text
from asynclog.render.rows import blocks, problem, seen, subject
from asynclog.render.safe import clip, safe
from asynclog.render.text_paper import COLOURS, Paper
from asynclog.render.units import duration, share

WIDE = 120  # columns from which on all numbers have columns of their own
_RULED = Box("    \n    \n ── \n    \n    \n    \n    \n    \n")  # a line under the heads, nothing else
_TIMES = ("total", "p50", "p95", "max", "share")


def table(paper: Paper, rows: Sequence[ReportRow], day: str) -> None:
    """`rows`, worst first; `day` goes without saying."""
    if rows:
        paper.gap()
        (_wide if paper.width >= WIDE else _cards)(paper, rows, day)


def where(row: ReportRow, width: int = 1_000) -> str:
    """The site within `width`, else what the row says of its place."""
    return site_text(row.group.site, width) or fit(safe(row.place), width) or "place not known"


def _cell(paper: Paper, row: ReportRow, title_room: int, room: int) -> list[Text]:
    """The problem; then its exception where the title left no room for it, whose it was, where it was created."""
    title, exception = clip(safe(row.title), 200), clip(safe(row.group.exception_type or ""), 200)
    parts = [subject(row), where(row, room)]
    if columns(problem(row)) <= title_room:
        title = problem(row)
    elif exception not in title:
        parts.insert(0, exception)
    lines = [Text(fit(line, title_room), "bold") for line in wrap(title, title_room, max_lines=2, placeholder="…")]
    below = [Text(line) for line in packed([part for part in parts if part], room)]
    at = len(below[-1]) - len(parts[-1])
    below[-1].stylize(paper.link(row.group.site.file, row.group.site.line), max(0, at))
    return [*(lines or [Text("")]), *below]


def _wide(paper: Paper, rows: Sequence[ReportRow], day: str) -> None:
    timed, slow = any(row.first for row in rows), any(row.total is not None for row in rows)
    heads = ["count", *(_TIMES if slow else ())]
    body = [_numbers(row, slow) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *body, strict=True)]
    first = max(11, *(columns(part) for row in rows for part in _seen(row, day).split("\n"))) if timed else -1
    ids = max(len(safe(row.id)) for row in rows)
    rank = len(str(rows[-1].rank))
    room = paper.width - sum(widths) - 2 * len(widths) - (first + 2) - (ids + 2) - (rank + 2) - 10
    room = max(20, min(90, room))
    grid = Table(box=_RULED, padding=(0, 1, 0, 0), show_edge=False, pad_edge=False, header_style="dim")
    grid.add_column("#", width=rank, justify="right", style="dim")
    grid.add_column("severity", width=8)
    grid.add_column("problem, and where it comes from", width=room)
    for head, width in zip(heads, widths, strict=True):
        grid.add_column(head, width=width, justify="right", no_wrap=True)
    if timed:
        grid.add_column("first, last", width=first, style="dim", no_wrap=True)
    grid.add_column("id", width=ids, no_wrap=True)
    for row, numbers in zip(rows, body, strict=True):
        what = Text("\n").join(_cell(paper, row, room, room))
        when = [Text(_seen(row, day))] if timed else []
        level = Text(row.severity.label, COLOURS[row.severity])
        grid.add_row(
            Text(str(row.rank)),
            level,
            what,
            *map(Text, numbers),
            *when,
            Text(safe(row.id)),
        )
    paper.put(grid)


def _numbers(row: ReportRow, slow: bool) -> list[str]:
    times = (*map(duration, (row.total, row.p50, row.p95, row.maximum)), share(row.share))
    return [f"{row.count:,}", *(times if slow else ())]


def _seen(row: ReportRow, day: str) -> str:
    return seen(row, day).replace(" – ", "\n")


def _cards(paper: Paper, rows: Sequence[ReportRow], day: str) -> None:
    number = max(len(str(row.rank)) for row in rows)
    counts = max(5, *(len(f"{row.count:,}x") for row in rows))
    ids = max(2, *(columns(safe(row.id)) for row in rows))
    inner = paper.width - number - 9 - counts - ids - 5
    _line(paper, " " * number, Text("severity", "dim"), Text("problem", "dim"), inner, "count".rjust(counts), "id")
    room = paper.width - number - 10
    for row in rows:
        level = Text(row.severity.label, COLOURS[row.severity])
        first, *rest = _cell(paper, row, inner, room)
        count = f"{row.count:,}x".rjust(counts)
        _line(paper, f"{row.rank:>{number}}", level, first, inner, count, safe(row.id))
        for below in rest:
            paper.put(below, number + 10)
        for line in facts(row, room, day):
            paper.say(line, "dim", number + 10)


def _line(paper: Paper, rank: str, level: Text, title: Text, room: int, count: str, short: str) -> None:
    line = Text.assemble((f"{rank} ", "dim"), level, " " * (9 - len(level)), title)
    paper.put(line.append(" " * (room - columns(title.plain) + 2) + count + "  " + short))


def facts(row: ReportRow, room: int, day: str) -> list[str]:
    """Durations, share and times in as few lines as they need."""
    parts = []
    if row.total is not None:
        of_run = f" ({share(row.share)} of the run)" if row.share is not None else ""
        parts += [f"{'blocked' if blocks(row) else 'took'} {duration(row.total)}{of_run}"]
        spread = f"p50 {duration(row.p50)}, p95 {duration(row.p95)}, max {duration(row.maximum)}"
        parts += [spread] if row.count > 1 else []
    if row.first:
        parts.append(seen(row, day))
    return packed(parts, room)


def packed(parts: Sequence[str], room: int) -> list[str]:
    """`parts` in as few lines as hold them in their order."""
    lines: list[str] = []
    for part in parts:
        if lines and columns(lines[-1]) + 3 + columns(part) <= room:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return [fit(line, room) for line in lines]
