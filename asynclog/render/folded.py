"""Folded stacks, for flame graphs: `frame;frame;frame N`, outermost first.

N is whole microseconds in which the loop was blocked; in a run where nothing blocked, it is a number of findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from asynclog.model import Frame, Report, ReportRow
from asynclog.render.ancestry import lineage
from asynclog.render.options import RenderOptions
from asynclog.render.places import frame_label, function
from asynclog.render.rows import blocks
from asynclog.render.safe import safe

Stack = tuple[str, ...]


def analyze(report: Report, options: RenderOptions) -> str:
    """One line a stack, sorted by its text; stacks that are the same are summed up."""
    stacks: Counter[Stack] = Counter()
    above = lineage(report.rows)
    timed = any(blocks(row) and row.total for row in report.rows)
    for row in report.rows[: options.top]:
        if blocks(row) or not timed:
            stacks.update(dict(_stacks(row, timed, above)))
    return "".join(f"{';'.join(stack)} {number}\n" for stack, number in sorted(stacks.items()) if number > 0)


def _stacks(row: ReportRow, timed: bool, above: Mapping[str, Stack]) -> Iterator[tuple[Stack, int]]:
    """The row's callers with their parts; what no caller explains stands at the site alone.

    A slow callback has no stack of its creation: it stands under the one creator that other records of its coroutine
    show, if there is only one.
    """
    parts: Counter[Stack] = Counter()
    for caller in row.callers:
        if caller.chain:
            parts[_stack(caller.chain, row, above)] += caller.total if timed else caller.count
    rest = ((row.total or 0) if timed else row.count) - sum(parts.values())
    site = row.group.site
    chain: tuple[Frame, ...] = (Frame(site.file, site.line, site.function),) if site.file else ()
    if not row.callers and len(row.probable) == 1:
        chain = row.probable[0].chain
    parts[_stack(chain, row, above)] += max(0, rest)
    yield from parts.items()


def _stack(chain: tuple[Frame, ...], row: ReportRow, above: Mapping[str, Stack]) -> Stack:
    """The tasks above it, the frames that created it, and what ran."""
    name = row.group.coroutine or row.group.callback
    tasks = above.get(name or "", ())
    if tasks and chain and tasks[-1].rpartition(".")[2] == chain[0].function:
        tasks = tasks[:-1]  # the chain begins in it
    frames = [*map(_word, tasks), *(_word(frame_label(frame)) for frame in chain)]
    runs = _word(function(name))
    return (*frames, *([runs] if runs else [])) or (_word(row.group.kind),)


def _word(text: str) -> str:
    """A frame's name: the format has no quotes, so what separates frames is shown as something else."""
    return safe(text).replace(";", ",").strip()
