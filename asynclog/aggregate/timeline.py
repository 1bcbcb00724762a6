"""Events over time in power-of-two cells: bounded, mergeable in any order, aligned to the epoch.

Times without a date go in as they are (from midnight or from the start of the program); events without any time are
not in a timeline.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from operator import sub

from asynclog import native
from asynclog.model import Cells, Timeline
from asynclog.slotted import dataclass

TIMELINE_CELLS = 512
"""A timeline has at most so many occupied cells; its level rises until that holds."""
CELL_BITS = 20
"""A cell of level 0 is 2**20 microseconds, about a second."""
BURST_GAP = 2 << CELL_BITS
"""Events closer than this (about two seconds, in microseconds) are one burst. A coarser level can only tell gaps of
a whole empty cell, so there the gap is one cell if that is longer."""
_WAITING = TIMELINE_CELLS


class TimelineBuilder:
    """A timeline that grows. What is added waits, and is then made as coarse as all of it together demands."""

    __slots__ = ("_size", "_waiting", "cells", "level")

    def __init__(self, level: int = 0) -> None:
        self.level = level
        self.cells = Cells()
        self._waiting: list[tuple[int, Cells]] = []
        self._size = 0

    def add_many(self, micros: Sequence[int], durations: Sequence[int | None] | None = None) -> None:
        """Count events at `micros`, each with its duration in microseconds if there is one."""
        cells = [micro >> CELL_BITS for micro in micros]
        numbers, sums = Counter(cells), dict.fromkeys(cells, 0)
        for cell, duration in zip(cells, durations, strict=True) if durations is not None else ():
            if duration:
                sums[cell] += duration
        self.add_counted(list(numbers), list(numbers.values()), list(sums.values()))

    def add_counted(self, cells: Sequence[int], numbers: Sequence[int], sums: Sequence[int], level: int = 0) -> None:
        """Count events by cells of a level: how many are in each, and what their durations add up to, if they have any."""
        self._take(level, Cells(cells, numbers, sums or [0] * len(cells)))

    def add(self, other: Timeline) -> None:
        """Count all that was counted in another."""
        self._take(other.level, Cells.of(other.cells))

    def _take(self, level: int, cells: Cells) -> None:
        self._waiting.append((level, cells))
        self._size += len(cells)
        if self._size > _WAITING:
            self._settle()

    def move_back(self, ends: Iterable[int | None], durations: Iterable[int | None]) -> None:
        """Correct for durations that reach back into the cells before that of their end; unknown ones do not.

        Added to a timeline that holds all of each duration in the cell of its end, it spreads them over the time in
        which they passed. Takes the totals of those that reach back only, so it costs little where durations are short.
        """
        moved: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
        inside = (1 << CELL_BITS + self.level) - 1
        for end, duration in zip(ends, durations, strict=True):
            if not duration or end is None or duration <= end & inside:
                continue
            start, shift = end - duration, CELL_BITS + self.level
            while (end >> shift) - (start >> shift) >= TIMELINE_CELLS:
                shift += 1
            totals, first, last = moved[shift], start >> shift, end >> shift
            totals[first] += (first + 1 << shift) - start
            for cell in range(first + 1, last):
                totals[cell] += 1 << shift
            totals[last] -= (last << shift) - start
        for shift, totals in moved.items():
            self.add_counted(list(totals), [0] * len(totals), list(totals.values()), shift - CELL_BITS)

    def _settle(self) -> None:
        """Put in what waits, in cells as coarse as their number demands."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        if not waiting:
            return
        if native.united_cells is not None:
            parts = [(level, *cells.columns) for level, cells in ((self.level, self.cells), *waiting)]
            with suppress(OverflowError):  # of sums that no log comes to unless someone wants it to
                self.level, *columns = native.united_cells(parts, self.level, TIMELINE_CELLS)
                self.cells = Cells(*columns)
                return
        level = max(self.level, *(level for level, _ in waiting))
        counts: dict[int, int] = {}
        totals: dict[int, int] = {}
        for own, cells in ((self.level, self.cells), *waiting):
            places, *numbers = cells.columns
            if own < level:
                places = [place >> level - own for place in places]
            for into, added in zip((counts, totals), numbers, strict=True):
                for place, number in zip(places, added, strict=True):
                    into[place] = into.get(place, 0) + number
        if steps := _steps({*counts}):
            level, counts, totals = level + steps, _shifted(counts, steps), _shifted(totals, steps)
        places = sorted(counts)
        self.level = level
        self.cells = Cells(places, [counts[place] for place in places], [totals[place] for place in places])

    def freeze(self) -> Timeline:
        """What was counted."""
        self._settle()
        return Timeline(self.level, self.cells)


def _steps(cells: set[int]) -> int:
    """By how many levels `cells` must rise to be few enough."""
    steps = 0
    while len(cells) > TIMELINE_CELLS:
        cells = {cell >> 1 for cell in cells}
        steps += 1
    return steps


def _shifted(cells: dict[int, int], steps: int) -> dict[int, int]:
    result: dict[int, int] = {}
    for cell, value in cells.items():
        result[cell >> steps] = result.get(cell >> steps, 0) + value
    return result


def coarser(timeline: Timeline, level: int) -> Timeline:
    """The same events in the cells of a higher level."""
    return timeline if level <= timeline.level else merge_all([timeline], level)


def merge(a: Timeline, b: Timeline) -> Timeline:
    """The timeline of both."""
    return merge_all((a, b))


def merge_all(timelines: Iterable[Timeline], level: int = 0) -> Timeline:
    """The timeline of all, of this level or a higher one."""
    parts = [timeline for timeline in timelines if timeline.cells]
    if len(parts) < 2 and not level:
        return parts[0] if parts else Timeline()
    builder = TimelineBuilder(level)
    for part in parts:
        builder.add(part)
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
    number, span = max(number, 1), max(last - first, 1)
    width = 1 << (CELL_BITS + timeline.level)
    places, events, totals = Cells.of(timeline.cells).columns
    starts = (-(-index * span // number) for index in range(1, number))  # after `first`, of all but the first window
    bounds = [bisect_left(places, -(-(start + first - width // 2) // width)) for start in starts]
    return [(sum(events[a:b]), sum(totals[a:b])) for a, b in pairwise([0, *bounds, len(places)])]
