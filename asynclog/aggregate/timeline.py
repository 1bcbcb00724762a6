"""Events over time in power-of-two cells: bounded, mergeable in any order, aligned to the epoch.

Times without a date go in as they are (from midnight or from the start of the program); events without any time are
not in a timeline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import sub

from asynclog.model import Timeline
from asynclog.slotted import dataclass

TIMELINE_CELLS = 512
"""A timeline has at most so many occupied cells; its level rises until that holds."""
CELL_BITS = 20
"""A cell of level 0 is 2**20 microseconds, about a second."""
BURST_GAP = 2 << CELL_BITS
"""Events closer than this (about two seconds, in microseconds) are one burst. A coarser level can only tell gaps of
a whole empty cell, so there the gap is one cell if that is longer."""


class TimelineBuilder:
    """A timeline that grows. Cells are counted as if at level 0 and made coarser together."""

    __slots__ = ("counts", "level", "totals")

    def __init__(self) -> None:
        self.level = 0
        self.counts: dict[int, int] = {}
        self.totals: dict[int, int] = {}

    def add_many(self, micros: Sequence[int], durations: Sequence[int | None] | None = None) -> None:
        """Count events at `micros`, each with its duration in microseconds if there is one."""
        cells = [micro >> CELL_BITS for micro in micros]
        numbers, sums = Counter(cells), dict.fromkeys(cells, 0)
        for cell, duration in zip(cells, durations, strict=True) if durations is not None else ():
            if duration:
                sums[cell] += duration
        self.add_counted(list(numbers), list(numbers.values()), [] if durations is None else list(sums.values()))

    def add_counted(self, cells: Sequence[int], numbers: Sequence[int], sums: Sequence[int]) -> None:
        """Count events by cells of level 0: how many are in each, and what their durations add up to, if they have any."""
        if level := self.level:
            cells = [cell >> level for cell in cells]
        if len(cells) + len(self.counts) > TIMELINE_CELLS and (steps := self._steps({*cells, *self.counts})):
            self._coarsen(steps)
            cells = [cell >> steps for cell in cells]
        for into, added in ((self.counts, numbers), (self.totals, sums)):
            for cell, number in zip(cells, added, strict=False):
                if number:
                    into[cell] = into.get(cell, 0) + number

    def add_all(self, others: Sequence[TimelineBuilder]) -> None:
        """Count all that was counted in `others`."""
        level = max([self.level, *(other.level for other in others)])
        if level > self.level:
            self._coarsen(level - self.level)
        for other in others:
            shift = level - other.level
            for into, added in ((self.counts, other.counts), (self.totals, other.totals)):
                for cell, number in added.items():
                    into[cell >> shift] = into.get(cell >> shift, 0) + number
        self.settle()

    def move_back(self, ends: Iterable[int | None], durations: Iterable[int | None]) -> None:
        """Correct for durations that reach back into the cells before that of their end; unknown ones do not.

        Added to a timeline that holds all of each duration in the cell of its end, it spreads them over the time in
        which they passed. Takes the totals of those that reach back only, so it costs little where durations are short.
        """
        shift = CELL_BITS + self.level
        inside = (1 << shift) - 1
        for end, duration in zip(ends, durations, strict=True):
            if not duration or end is None or duration <= end & inside:
                continue
            start = end - duration
            while (end >> shift) - (start >> shift) >= TIMELINE_CELLS:
                self._coarsen()
                shift = CELL_BITS + self.level
                inside = (1 << shift) - 1
            first, last = start >> shift, end >> shift
            if first == last:
                continue
            totals, counts = self.totals, self.counts
            counts.setdefault(last, 0)
            totals[last] = totals.get(last, 0) - (duration - (end & inside))
            for cell in range(first, last):
                counts.setdefault(cell, 0)
                totals[cell] = totals.get(cell, 0) + ((cell + 1) << shift) - max(start, cell << shift)
            if len(counts) > TIMELINE_CELLS:
                self.settle()
                shift = CELL_BITS + self.level
                inside = (1 << shift) - 1
        self.settle()

    def _coarsen(self, steps: int = 1) -> None:
        self.level += steps
        self.counts = _shifted(self.counts, steps)
        self.totals = _shifted(self.totals, steps)

    @staticmethod
    def _steps(cells: set[int]) -> int:
        """By how many levels `cells` must rise to be few enough."""
        steps = 0
        while len(cells) > TIMELINE_CELLS:
            cells = {cell >> 1 for cell in cells}
            steps += 1
        return steps

    def settle(self) -> None:
        """Make the cells as coarse as their number demands."""
        if len(self.counts) > TIMELINE_CELLS:
            self._coarsen(self._steps({*self.counts}))

    def freeze(self) -> Timeline:
        """What was counted."""
        totals = self.totals
        return Timeline(self.level, {cell: (n, totals.get(cell, 0)) for cell, n in sorted(self.counts.items())})


def _shifted(cells: dict[int, int], steps: int) -> dict[int, int]:
    result: dict[int, int] = {}
    for cell, value in cells.items():
        result[cell >> steps] = result.get(cell >> steps, 0) + value
    return result


def coarser(timeline: Timeline, level: int) -> Timeline:
    """The same events in the cells of a higher level."""
    if level <= timeline.level:
        return timeline
    shift = level - timeline.level
    cells: dict[int, tuple[int, int]] = {}
    for cell, (count, total) in timeline.cells.items():
        before = cells.get(cell >> shift, (0, 0))
        cells[cell >> shift] = (before[0] + count, before[1] + total)
    return Timeline(level, cells)


def merge(a: Timeline, b: Timeline) -> Timeline:
    """The timeline of both."""
    if not a.cells or not b.cells:
        return a if a.cells else b
    level = max(a.level, b.level)
    cells = dict(coarser(a, level).cells)
    for cell, (count, total) in coarser(b, level).cells.items():
        before = cells.get(cell, (0, 0))
        cells[cell] = (before[0] + count, before[1] + total)
    while len(cells) > TIMELINE_CELLS:
        level += 1
        cells = dict(coarser(Timeline(level - 1, cells), level).cells)
    return Timeline(level, dict(sorted(cells.items())))


def merge_all(timelines: Iterable[Timeline]) -> Timeline:
    """The timeline of all."""
    parts = [timeline for timeline in timelines if timeline.cells]
    if len(parts) < 2:
        return parts[0] if parts else Timeline()
    builder = TimelineBuilder()
    builder.level = max(part.level for part in parts)
    counts, totals = builder.counts, builder.totals
    for part in parts:
        shift = builder.level - part.level
        for cell, (count, total) in part.cells.items():
            place = cell >> shift
            counts[place] = counts.get(place, 0) + count
            totals[place] = totals.get(place, 0) + total
    builder.settle()
    return builder.freeze()


@dataclass(frozen=True, slots=True)
class Burst:
    """Events that follow each other closely: from the start of the first cell to the end of the last."""

    start: int
    end: int
    count: int
    total: int


def bursts(timeline: Timeline) -> list[Burst]:
    """The runs of occupied cells without a gap of `BURST_GAP` (or, at coarser levels, of an empty cell)."""
    width = 1 << (CELL_BITS + timeline.level)
    reach = max(BURST_GAP // width, 1)
    result: list[Burst] = []
    cells = sorted(timeline.cells.items())
    first = last = cells[0][0] if cells else 0
    events = time = 0
    for cell, (count, total) in cells:
        if cell - last > reach:
            result.append(Burst(first * width, (last + 1) * width, events, time))
            first, events, time = cell, 0, 0
        last, events, time = cell, events + count, time + total
    if cells:
        result.append(Burst(first * width, (last + 1) * width, events, time))
    return result


def burst_count(timeline: Timeline) -> int:
    """How many `bursts` there are."""
    reach = max(BURST_GAP >> (CELL_BITS + timeline.level), 1)
    cells = sorted(timeline.cells)
    return sum(map(reach.__lt__, map(sub, cells[1:], cells)), start=int(bool(cells)))


def windows(timeline: Timeline, first: int, last: int, number: int) -> list[tuple[int, int]]:
    """(events, microseconds) in `number` equal windows over [first, last]; a cell belongs where its middle lies.

    Events outside are counted in the window at that end, so nothing is lost.
    """
    result = [(0, 0)] * max(number, 1)
    span = max(last - first, 1)
    width = 1 << (CELL_BITS + timeline.level)
    for cell, (count, total) in timeline.cells.items():
        place = (cell * width + width // 2 - first) * len(result) // span
        index = min(max(place, 0), len(result) - 1)
        result[index] = (result[index][0] + count, result[index][1] + total)
    return result
