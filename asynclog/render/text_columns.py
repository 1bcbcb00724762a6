"""Columns of cells, as wide as their widest or as they are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asynclog.render.ink import Text
from asynclog.render.places import columns
from asynclog.render.text_paper import breaks
from asynclog.slotted import dataclass

Cell = Text | Sequence[Text]  # a sequence: its lines


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is in columns of the terminal, None for as many as the widest cell takes. Texts wider than it break."""

    head: str = ""
    width: int | None = None
    right: bool = False
    style: str = ""


def lines_of(
    heads: Sequence[Column], rows: Sequence[Sequence[Cell]], style: str = "", rule: str = ""
) -> Iterator[Text]:
    """The lines, two spaces between columns. Heads are written in `style` where one is given, then a line of `rule`."""
    body = [[[cell] if isinstance(cell, Text) else cell for cell in row] for row in rows]
    widths = [
        max([columns(head.head), *(columns(line.plain) for row in body for line in row[at])])
        if head.width is None
        else head.width
        for at, head in enumerate(heads)
    ]
    if style:
        top = [Column(style=style, right=head.right) for head in heads]
        yield from _row(top, [[Text(head.head)] for head in heads], widths)
    if rule:
        yield Text(rule * (sum(widths) + 2 * (len(widths) - 1)))
    for row in body:
        yield from _row(heads, row, widths)


def _row(heads: Sequence[Column], row: Sequence[Sequence[Text]], widths: Sequence[int]) -> Iterator[Text]:
    cells = [
        [piece.rstrip() for line in cell for piece in line.split(breaks(line.plain, width))]
        for cell, width in zip(row, widths, strict=True)
    ]
    for at in range(max(map(len, cells))):
        line, gap = Text(), ""
        for head, cell, width in zip(heads, cells, widths, strict=True):
            text = cell[at] if at < len(cell) else Text()
            room = max(0, width - columns(text.plain))
            line.append(gap).append(Text("", head.style).append(text.indented(room if head.right else 0)))
            gap = " " * (2 if head.right else room + 2)
        yield line
