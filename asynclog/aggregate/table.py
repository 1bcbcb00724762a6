"""Findings of many columns counted together, by numpy: to count each column for itself would cost many times as much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from asynclog.aggregate.columns import Counts
from asynclog.aggregate.histogram import BOUNDS
from asynclog.aggregate.timeline import CELL_BITS

Array: TypeAlias = Any
"""An array of int64. (Numpy's own types ask for a newer Python than the oldest that asynclog runs on.)"""


_TOGETHER = 1 << 15  # findings that are counted at once


class Kind(NamedTuple):
    """What is known of a column: whether its findings have times and durations; from which durations on they differ."""

    timed: bool
    lasting: bool
    bounds: tuple[int, ...] = (0,)


class Part(NamedTuple):
    """Findings of a column between two of its bounds: the index of the lower one, what they come to, their lines."""

    column: int
    choice: int
    counts: Counts
    lines: Array


class Table:
    """Findings of columns that are known by number; what a column does not have is 0."""

    def __init__(self) -> None:
        self._lots: list[tuple[Array, Array, Array, Array]] = []
        self.size = 0

    def add(self, columns: Array, micros: Array, durations: Array, lines: Array) -> None:
        """Take findings, each by the number of its column."""
        self._lots.append((columns, micros, durations, lines))
        self.size += len(lines)

    def reaching(self, kinds: Sequence[Kind], blocking: Sequence[bool]) -> tuple[list[int], list[int]]:
        """Times and durations of findings of `blocking` columns that began in a cell before that of their end."""
        if not self._lots:
            return [], []
        import numpy as np

        ends: list[int] = []
        durations: list[int] = []
        wanted = np.array([kind.timed and kind.lasting and block for kind, block in zip(kinds, blocking, strict=True)])
        for columns, micros, took, _ in self._lots:
            chosen = wanted[columns] & (took > (micros & ((1 << CELL_BITS) - 1)))
            ends += micros[chosen].tolist()
            durations += took[chosen].tolist()
        return ends, durations

    def parts(self, kinds: Sequence[Kind]) -> Iterator[Part]:
        """What was taken, by column and choice; the table is empty then."""
        if not self._lots:
            return
        import numpy as np

        columns, micros, durations, lines = (np.concatenate(one) for one in zip(*self._lots, strict=True))
        self._lots, self.size = [], 0
        width = max(len(kind.bounds) for kind in kinds)
        columns = columns * width + _choices(columns, durations, [kind.bounds for kind in kinds])
        order = np.lexsort((lines, columns))
        columns = columns[order]
        start = 0
        while start < len(order):  # some at a time: numbers on the way take many times the memory of these
            end = int(np.searchsorted(columns, columns[min(start + _TOGETHER, len(order)) - 1], "right"))
            chosen = order[start:end]
            yield from _counted(columns[start:end], micros[chosen], durations[chosen], lines[chosen], kinds, width)
            start = end


def _counted(
    own: Array, micros: Array, durations: Array, lines: Array, kinds: Sequence[Kind], width: int
) -> Iterator[Part]:
    """What findings come to that are sorted by their `own` part."""
    import numpy as np

    starts = np.flatnonzero(np.diff(own, prepend=-1))
    numbers, parts = np.diff(starts, append=len(own)), own[starts]
    which = np.repeat(np.arange(len(starts)), numbers)
    timed, lasting = (np.array([kind[index] for kind in kinds])[parts // width] for index in (0, 1))
    cells = _together(which, micros >> CELL_BITS, timed, durations)
    buckets = _together(which, np.searchsorted(BOUNDS, durations, "right") - 1, lasting)
    sums = (function.reduceat(durations, starts) for function in (np.add, np.minimum, np.maximum))
    told = zip(*(one.tolist() for one in (parts, *sums, starts, starts + numbers, timed, lasting)), strict=True)
    for index, (part, total, least, greatest, start, end, has_times, lasts) in enumerate(told):
        places, events, spent = cells.of(index) if has_times else ([], [], [])
        counts = Counts(
            (places, events, spent if lasts else []), buckets.of(index)[:2] if lasts else ([], []),
            total, least, greatest,
        )  # fmt: skip
        yield Part(part // width, part % width, counts, lines[start:end])


class _Together(NamedTuple):
    """Places with the number of findings and the sum of durations at each, of one part behind the other."""

    places: Array
    numbers: Array
    sums: Array
    ends: list[int]

    def of(self, index: int) -> tuple[list[int], list[int], list[int]]:
        """Those of one part."""
        here = slice(self.ends[index], self.ends[index + 1])
        return self.places[here].tolist(), self.numbers[here].tolist(), self.sums[here].tolist()


def _together(which: Array, places: Array, wanted: Array, weights: Array | None = None) -> _Together:
    """The different places of each part that is `wanted`; `which` tells the part of each place, ascending."""
    import numpy as np

    if not wanted.all():
        chosen = wanted[which]
        which, places = which[chosen], places[chosen]
        weights = weights[chosen] if weights is not None else None
    if not len(places):
        return _Together(places, places, places, [0] * (len(wanted) + 1))
    low = places.min()
    width = places.max() - low + 1
    keys = which * width + (places - low)
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    found = keys[starts]
    sums = np.add.reduceat(weights[order], starts) if weights is not None else starts[:0]
    ends = np.searchsorted(found, np.arange(len(wanted) + 1) * width)
    return _Together(found % width + low, np.diff(starts, append=len(keys)), sums, ends.tolist())


def _choices(columns: Array, durations: Array, bounds: Sequence[tuple[int, ...]]) -> Array:
    """For each finding the index of the last of its column's bounds that it reaches."""
    import numpy as np

    result = np.zeros(len(columns), np.int64)
    different = {each for each in bounds if len(each) > 1}
    for each in different:
        rows = np.array([own == each for own in bounds])[columns]
        result[rows] = np.searchsorted(each[1:], durations[rows], "right")
    return result
