"""Findings of many columns counted together, in compiled code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from asynclog import native
from asynclog.aggregate.columns import Counts
from asynclog.aggregate.histogram import BOUNDS
from asynclog.aggregate.timeline import CELL_BITS

if TYPE_CHECKING:
    from asynclog.native.compiled import Counter as Compiled


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
    lines: Sequence[int]


class Counter:
    """Counts rows of four numbers: column, microseconds of the time and of the duration, line."""

    def __init__(self, counter: Compiled) -> None:
        self._counter = counter
        self._kinds: list[Kind] = []

    @property
    def size(self) -> int:
        """How many were counted."""
        return self._counter.size

    def add_column(self, kind: Kind, blocking: bool) -> None:
        """Know another column, whose number is that of the columns before it."""
        self._kinds.append(kind)
        self._counter.add_column(kind.timed, kind.lasting, blocking, list(kind.bounds))

    def add(self, rows: bytes, columns: list[int]) -> None:
        """Count rows whose columns have the numbers that `columns` tells."""
        self._counter.add(rows, columns)

    def reaching(self) -> tuple[list[int], list[int]]:
        """Times and durations of findings of blocking columns that began in a cell before that of their end."""
        return self._counter.reaching()

    def parts(self) -> Iterator[Part]:
        """What was counted, by column and choice."""
        for column, choice, cells, buckets, total, least, greatest, lines in self._counter.parts():
            places, events, spent = map(_numbers, cells)
            counts = Counts(
                (places, events, spent if self._kinds[column].lasting else []),
                (_numbers(buckets[0]), _numbers(buckets[1])),
                total,
                least,
                greatest,
            )
            yield Part(column, choice, counts, _numbers(lines))


def _numbers(data: bytes) -> Sequence[int]:
    return memoryview(data).cast("q")


def counter() -> Counter | None:
    """A new one; None where nothing is compiled."""
    return Counter(native.Counter(CELL_BITS, list(BOUNDS))) if native.Counter is not None else None
