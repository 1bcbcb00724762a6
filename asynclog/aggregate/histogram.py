"""Durations as counts in buckets that grow by 2 %: small, exact to add up, percentiles within 1 %."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from asynclog.model import Histogram

PERCENTILE_ERROR = 0.01
"""A percentile is off by at most this share of the true value (and by half a microsecond of rounding)."""


def _bounds() -> list[int]:
    """The lower bounds of all buckets up to 100 years, by integer arithmetic alone: the same on every platform."""
    bounds, bound = [0], 1
    while bound < 100 * 366 * 86_400 * 1_000_000:
        bounds.append(bound)
        bound = max(bound + 1, bound * 102 // 100)
    return bounds


BOUNDS = _bounds()
_place = partial(bisect_right, BOUNDS)


def bucket(value: int) -> int:
    """The index of the bucket that holds `value` microseconds (negative ones count as 0)."""
    return max(_place(value) - 1, 0)


def middle(index: int) -> int:
    """The value that stands for all of a bucket."""
    if index + 1 >= len(BOUNDS):
        return BOUNDS[-1]
    return (BOUNDS[index] + BOUNDS[index + 1] - 1) // 2


class HistogramBuilder:
    """A histogram that grows."""

    __slots__ = ("counts", "maximum", "minimum", "total")

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.total = 0
        self.minimum: int | None = None
        self.maximum: int | None = None

    def add_many(self, durations: Iterable[int | None]) -> None:
        """Count all of `durations` that are known; negative ones as 0."""
        known = [max(value, 0) for value in durations if value is not None]
        if known:
            buckets = Counter(map(bucket, known))
            self.add_counted(list(buckets), list(buckets.values()), sum(known), min(known), max(known))

    def add_counted(self, buckets: Sequence[int], numbers: Sequence[int], total: int, low: int, high: int) -> None:
        """Count durations by bucket; what they add up to, the shortest and the longest of them."""
        counts = self.counts
        for index, number in zip(buckets, numbers, strict=True):
            counts[index] = counts.get(index, 0) + number
        self.total += total
        self.minimum = low if self.minimum is None else min(self.minimum, low)
        self.maximum = high if self.maximum is None else max(self.maximum, high)

    def freeze(self) -> Histogram:
        """What was counted."""
        return Histogram(
            dict(sorted(self.counts.items())), sum(self.counts.values()), self.total, self.minimum, self.maximum
        )


def of(values: Iterable[int]) -> Histogram:
    """The histogram of `values`."""
    builder = HistogramBuilder()
    builder.add_many(list(values))
    return builder.freeze()


def merge(a: Histogram, b: Histogram) -> Histogram:
    """The histogram of both."""
    if not a.count or not b.count:
        return a if a.count else b
    counts = dict(a.counts)
    for index, count in b.counts.items():
        counts[index] = counts.get(index, 0) + count
    low = min((value for value in (a.minimum, b.minimum) if value is not None), default=None)
    high = max((value for value in (a.maximum, b.maximum) if value is not None), default=None)
    return Histogram(dict(sorted(counts.items())), a.count + b.count, a.total + b.total, low, high)


def percentile(histogram: Histogram, share: float) -> int | None:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed, None where there are none.

    Off by at most `PERCENTILE_ERROR`; exact at both ends.
    """
    if not histogram.count:
        return None
    low, high = histogram.minimum or 0, histogram.maximum or 0
    rank = max(1, math.ceil(round(share * histogram.count, 6)))
    if rank >= histogram.count:
        return high
    seen = 0
    for index in sorted(histogram.counts):
        seen += histogram.counts[index]
        if seen >= rank:
            return low if rank == 1 else min(max(middle(index), low), high)
    return high


def above(histogram: Histogram, bound: int) -> tuple[int, int]:
    """(values, microseconds) of the buckets that lie wholly at or above `bound`; the sum is within 1 %."""
    first = bucket(bound)
    if BOUNDS[first] < bound:
        first += 1
    chosen = {index: count for index, count in histogram.counts.items() if index >= first}
    if len(chosen) == len(histogram.counts):
        return histogram.count, histogram.total
    return sum(chosen.values()), sum(middle(index) * count for index, count in chosen.items())
