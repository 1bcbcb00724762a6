"""What one log knows about one group, condensed to what a comparison needs.

All of it comes from a saved run (timeline and histogram), so comparing saved reports is comparing logs; and it is small
and rounded, so a baseline can keep it and still be equal to what it was made from.
"""

from __future__ import annotations

import math

from asynclog.aggregate import histogram, timeline
from asynclog.aggregate.counts import NOTHING, Spread, spread_of
from asynclog.aggregate.spans import WINDOWS, Span, exposure_of
from asynclog.model import Histogram, Timeline
from asynclog.slotted import dataclass

CROWDED = 0.25
"""Where bursts fill more of a log than this, they run into each other: records are counted instead."""
_CELL = 1 << timeline.CELL_BITS


@dataclass(frozen=True, slots=True)
class Evidence:
    """One group in one log. `starts` and `events` are bursts begun and records by window, empty without windows.

    `busy` is the share of the log's time that the bursts fill: where it is large they run into each other and say
    less than the records. `sizes` is about the logarithm of records in a burst, `lengths` of the mean duration in a
    burst (or in a window, where there are many bursts), `typical` of the duration of single records.
    """

    count: int = 0
    bursts: int = 0
    total: int = 0
    exposure: float = 0.0
    starts: tuple[int, ...] = ()
    events: tuple[int, ...] = ()
    parts: tuple[float, ...] = ()
    busy: float = 0.0
    sizes: Spread = NOTHING
    lengths: Spread = NOTHING
    typical: Spread = NOTHING

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the exposure in each window."""
        return self.parts or (1 / len(self.events),) * len(self.events) if self.events else ()


def observe(count: int, times: Timeline, durations: Histogram, span: Span) -> Evidence:
    """The evidence of `count` records with these times and durations."""
    found = timeline.bursts(times)
    starts: list[int] = [0] * span.windows
    width = max(span.end - span.start, 1)
    places = [min(max((b.start - span.start) * span.windows // width, 0), span.windows - 1) for b in found]
    if span.windows:
        for place in places:
            starts[place] += 1
    events = timeline.windows(times, span.start, span.end, span.windows) if span.windows and times.cells else []
    reach = max(timeline.BURST_GAP, _CELL << times.level)
    busy = sum(b.end - b.start + reach for b in found) / width
    busy = 1.0 if times.level else min(busy, 1.0)
    sizes = spread_of(_means([math.log(b.count) for b in found], places))
    typical, lengths = NOTHING, NOTHING
    if durations.count:
        typical = logarithms(durations)
        lengths = _lengths(times, span, [b.start for b in found], busy > CROWDED)
    return Evidence(
        count, len(found), durations.total, exposure_of(span), tuple(starts) if events else (),
        tuple(n for n, _ in events), span.parts if events else (), round(busy, 4), sizes, lengths, typical,
    )  # fmt: skip


def _means(values: list[float], places: list[int]) -> list[float]:
    """`values`, or where there are many their means by place: neighbours are not independent."""
    if len(values) <= WINDOWS:
        return values
    by_place: dict[int, list[float]] = {}
    for value, place in zip(values, places, strict=True):
        by_place.setdefault(place, []).append(value)
    return [math.fsum(group) / len(group) for group in by_place.values()]


def _lengths(times: Timeline, span: Span, found: list[int], crowded: bool) -> Spread:
    """The logarithm of the mean duration by burst; a long burst is cut at the windows.

    Many bursts, and those that run into each other, are put together in pairs of windows.
    """
    width, cell = max(span.end - span.start, 1), _CELL << times.level
    merged = span.windows and (crowded or len(found) > WINDOWS)
    number = span.windows // 2 if merged else span.windows
    units: dict[tuple[int, int], list[float]] = {}
    burst = -1
    for index, (count, total) in sorted(times.cells.items()):
        while burst + 1 < len(found) and found[burst + 1] <= index * cell:
            burst += 1
        if total:
            middle = index * cell + cell // 2 - span.start
            window = min(max(middle * number // width, 0), number - 1)
            units.setdefault((-1 if merged else burst, window), []).append(math.log(total / count))
    return spread_of([math.fsum(unit) / len(unit) for unit in units.values()])


def logarithms(durations: Histogram, low: int = 0) -> Spread:
    """Mean and variance of the logarithm of the durations, from `low` on."""
    chosen = [(math.log(max(v, 1)), n) for i, n in durations.counts.items() if (v := histogram.middle(i)) >= low]
    number = sum(n for _, n in chosen)
    if not number:
        return NOTHING
    mean = math.fsum(value * n for value, n in chosen) / number
    square = math.fsum((value - mean) ** 2 * n for value, n in chosen) / max(number - 1, 1)
    return Spread(number, round(mean, 6), round(square, 6))
