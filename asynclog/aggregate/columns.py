"""Findings that differ in time, duration, line, name of the task and identifiers in a message only, as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from asynclog.aggregate import histogram, timeline
from asynclog.model import Finding, Timestamp
from asynclog.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """What columns come to. `cells` are those of a timeline of level 0: place, events, microseconds; `buckets` those
    of a histogram: index, number. `total`, `least` and `greatest` are of the durations, 0 where there are none.
    """

    cells: tuple[Sequence[int], Sequence[int], Sequence[int]] = ((), (), ())
    buckets: tuple[Sequence[int], Sequence[int]] = ((), ())
    total: int = 0
    least: int = 0
    greatest: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """Findings like `template`. Their lines are in order; `counts` is what times and durations come to.

    Between `first` and `last` are their times. `tasks` counts the names of their tasks and `messages` the masked ones of
    their exceptions, where they differ from the template's.
    """

    template: Finding
    counts: Counts
    lines: Sequence[int]
    first: Timestamp | None
    last: Timestamp | None
    tasks: Mapping[str | None, int] | None = None
    messages: Mapping[str, int] | None = None

    def __len__(self) -> int:
        return len(self.lines)


def counts_of(micros: Sequence[int | None], durations: Sequence[int | None]) -> Counts:
    """What columns come to; empty ones are those that the findings do not have. Unknown numbers are not counted."""
    known = [took for took in durations if took is not None]
    cells, sums = Counter([at >> timeline.CELL_BITS for at in micros if at is not None]), Counter[int]()
    if known and micros:
        for at, took in zip(micros, durations, strict=True):
            if at is not None and took:
                sums[at >> timeline.CELL_BITS] += took
    buckets = Counter(map(histogram.bucket, known))
    return Counts(
        (list(cells), list(cells.values()), [sums[cell] for cell in cells] if known else []),
        (list(buckets), list(buckets.values())),
        sum(known),
        min(known, default=0),
        max(known, default=0),
    )
