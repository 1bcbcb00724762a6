"""The table of groups: two lines a group where the screen is wide, a card of lines where it is not."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.model import ReportRow
from asynclog.render.ink import Text
from asynclog.render.places import columns, fit, site_text
from asynclog.render.rows import blocks, problem, seen, subject
from asynclog.render.safe import clip, safe
from asynclog.render.text_columns import Cell, Column, lines_of
from asynclog.render.text_paper import COLOURS, Paper
from asynclog.render.units import duration, share

WIDE = 120  # columns from which on all numbers have columns of their own
_LEAST = 20  # columns of a problem beside all numbers
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
    lines = [Text(fit(line, title_room), "bold") for line in _two(title, title_room)]
    below = [Text(line) for line in packed([part for part in parts if part], room)]
    at = len(below[-1]) - len(parts[-1])
    below[-1].style_from(max(0, at), paper.link(row.group.site.file, row.group.site.line))
    return [*lines, *below]


def _two(title: str, room: int) -> list[str]:
    """`title` in at most two lines."""
    if len(title) <= room:
        return [title]
    from textwrap import wrap

    return wrap(title, room, max_lines=2, placeholder="…")


def _wide(paper: Paper, rows: Sequence[ReportRow], day: str) -> None:
    timed, slow = any(row.first for row in rows), any(row.total is not None for row in rows)
    names = ["count", *(_TIMES if slow else ())]
    body = [_numbers(row, slow) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(names, *body, strict=True)]
    first = max(11, *(columns(part) for row in rows for part in _seen(row, day).split("\n"))) if timed else -1
    ids = max(len(safe(row.id)) for row in rows)
    rank = len(str(rows[-1].rank))
    room = paper.width - sum(widths) - 2 * len(widths) - (first + 2) - (ids + 2) - (rank + 2) - 10
    if room < _LEAST:
        _cards(paper, rows, day)
        return
    room = min(90, room)
    heads = [
        Column("#", rank, right=True, style="dim"),
        Column("severity", 8),
        Column("problem, and where it comes from", room),
        *(Column(head, width, right=True) for head, width in zip(names, widths, strict=True)),
        *([Column("first, last", first, style="dim")] if timed else []),
        Column("id", ids),
    ]
    cells: list[list[Cell]] = [
        [
            Text(str(row.rank)),
            Text(row.severity.label, COLOURS[row.severity]),
            _cell(paper, row, room, room),
            *map(Text, numbers),
            *([[Text(part) for part in _seen(row, day).split("\n")]] if timed else []),
            Text(safe(row.id)),
        ]
        for row, numbers in zip(rows, body, strict=True)
    ]
    paper.put(lines_of(heads, cells, "dim", "─"))


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
            paper.hang(Text(), below, number + 10, wide=True)
        for line in facts(row, room, day):
            paper.say(line, "dim", number + 10)


def _line(paper: Paper, rank: str, level: Text, title: Text, room: int, count: str, short: str) -> None:
    line = Text.of((f"{rank} ", "dim"), level, " " * (9 - len(level)), title)
    line.append(" " * (room - columns(title.plain) + 2) + count + "  " + short)
    paper.hang(Text(), line, wide=True)


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
