"""Folded stacks, for flame graphs: `frame;frame;frame N`, outermost first.

N is whole microseconds in which the loop was blocked; in a run where nothing blocked, it is a number of findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from asynclog.model import Frame, Report, ReportRow
from asynclog.render.options import RenderOptions
from asynclog.render.places import frame_label, function
from asynclog.render.rows import blocks
from asynclog.render.safe import safe

Stack = tuple[str, ...]


def analyze(report: Report, options: RenderOptions) -> str:
    """One line a stack, sorted by its text; stacks that are the same are summed up."""
    stacks: Counter[Stack] = Counter()
    timed = any(blocks(row) and row.total for row in report.rows)
    for row in report.rows[: options.top]:
        if blocks(row) or not timed:
            stacks.update(dict(_stacks(row, timed)))
    return "".join(f"{';'.join(stack)} {number}\n" for stack, number in sorted(stacks.items()) if number > 0)


def _stacks(row: ReportRow, timed: bool) -> Iterator[tuple[Stack, int]]:
    """The row's callers with their parts; what no caller explains stands at the site alone."""
    parts: Counter[Stack] = Counter()
    for caller in row.callers:
        if caller.chain:
            parts[_stack(caller.chain, row)] += caller.total if timed else caller.count
    rest = ((row.total or 0) if timed else row.count) - sum(parts.values())
    site = row.group.site
    chain = (Frame(site.file, site.line, site.function),) if site.file else ()
    parts[_stack(chain, row)] += max(0, rest)
    yield from parts.items()


def _stack(chain: tuple[Frame, ...], row: ReportRow) -> Stack:
    frames = [_word(frame_label(frame)) for frame in chain]
    runs = _word(function(row.group.coroutine or row.group.callback))
    return (*frames, *([runs] if runs else [])) or (_word(row.group.kind),)


def _word(text: str) -> str:
    """A frame's name: the format has no quotes, so what separates frames is shown as something else."""
    return safe(text).replace(";", ",").strip()
