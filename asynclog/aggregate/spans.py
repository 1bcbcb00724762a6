"""The time that the logs of a run cover, and how it is cut into windows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from asynclog.aggregate import segments, timeline
from asynclog.aggregate.facts import UNITS
from asynclog.model import Run, SourceSpan
from asynclog.slotted import dataclass

WINDOWS = 24
"""A log is cut into so many equal windows; short ones into 12 or 6, so that a window holds at least 8 cells."""
_CELL = 1 << timeline.CELL_BITS
_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """The time of one log in microseconds, and its exposure.

    `seconds` leaves out what no source covers; `parts` are the shares of it that the windows hold (empty: equal ones).
    `units` is the work done, None where nobody asked. `windows` is 0 where the log is too short for any, or untimed.
    """

    start: int = 0
    end: int = 0
    seconds: float = 0.0
    units: int | None = None
    windows: int = 0
    parts: tuple[float, ...] = ()


def span_of(run: Run, per: bool = False) -> Span:
    """The time that the sources of `run` cover. Clock times without a date may pass midnight once a source."""
    timed = [s for s in run.sources if s.first is not None and s.last is not None]
    dated = [s for s in timed if s.first is not None and s.first.dated and s.last is not None and s.last.dated]
    stretches = [stretch for source in dated or timed for stretch in segments.stretches(source) or _whole(source)]
    if not stretches:
        stretches = [
            (min(cells) * (_CELL << group.timeline.level), (max(cells) + 1) * (_CELL << group.timeline.level))
            for group in run.groups.values()
            if (cells := group.timeline.cells)
        ]
    alone = bool(timed) and all(segments.relative(source.first) for source in timed)
    return make_span(stretches, run.facts.counters.get(UNITS, 0) if per else None, alone)


def _whole(source: SourceSpan) -> list[tuple[int, int]]:
    """The time of a source that holds one run."""
    first, last = source.first, source.last
    assert first is not None
    assert last is not None
    midnight = _DAY if last.micros < first.micros and not first.dated else 0
    return [(first.micros, last.micros + midnight)]


def make_span(stretches: Sequence[tuple[int, int]], units: int | None = None, alone: bool = False) -> Span:
    """The span of a log whose sources cover these times; with `alone` each counts by a clock of its own."""
    if not stretches:
        return Span(units=units)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if merged and start <= merged[-1][1] + _CELL and not alone:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    start, end = merged[0][0], max(b for _, b in merged)
    covered = sum(b - a for a, b in merged)
    cells = (end - start) // _CELL
    number = next((n for n in (WINDOWS, WINDOWS // 2, WINDOWS // 4) if cells >= 8 * n), 0)
    parts: tuple[float, ...] = ()
    if len(merged) > 1 and number and covered:
        edges = [start + (end - start) * i // number for i in range(number + 1)]
        inside = [sum(max(0, min(b, high) - max(a, low)) for a, b in merged) for low, high in pairwise(edges)]
        parts = tuple(round(part / covered, 6) for part in inside)
    return Span(start, end, round(covered / 1e6, 3), units, number, parts)


def exposure_of(span: Span) -> float:
    """Units of work where they were asked for, else seconds."""
    return span.seconds if span.units is None else float(span.units)
