"""The geometry of the small charts: lanes over time, durations, bars. Templates draw them (`page/charts.html`).

SVG by hand rather than by a chart library: pygal's charts carry their own style sheet and fixed colours (10 to 20 kB
each, no dark mode, nothing for a screen reader) and want a script from elsewhere for their tooltips. These are a few
rectangles whose x is in per cent and whose y is in pixels, so that text keeps its size on any width; their colours are
classes of the page, every bar says its numbers in a `<title>`, and a sentence says the chart to who does not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from asynclog.model import Histogram, Report, Timeline, Timestamp
from asynclog.render.units import duration, plural
from asynclog.slotted import dataclass

_SECOND = 1_000_000
_MINUTE, _HOUR, _DAY = 60 * _SECOND, 3_600 * _SECOND, 86_400 * _SECOND
_STEPS = (
    *(n * _SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 91, 365, 3_650, 36_500)),
)
_FEWEST = 3  # bars that show a course
_COLUMNS = 150
_TICKS = 9
_CELL_BITS = 20  # a cell of a timeline of level 0 is 2**20 microseconds (see `model.Timeline`)
_BINS = 24
LANE = 30  # pixels of a bar at most


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: x and width in per cent of the chart, height in pixels; `text` says it."""

    x: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of bars. `name` is the class of its colour, `peak` says how high its highest bar is."""

    name: str
    label: str
    peak: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes above one time axis, in words in `text`. `ticks` are (x in per cent, label)."""

    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    text: str


def timeline(report: Report) -> Chart | None:
    """Blocked time and findings by severity over the run; None where the log has no times or is too short for bars."""
    run = report.run
    parts = {"blocked": run.blocked, **{name: run.timeline.get(name, Timeline()) for name in report.severities}}
    edges = list(_edges(parts.values()))
    if not edges:
        return None
    stamps = [stamp for source in run.sources for stamp in (source.first, source.last) if stamp]
    micros = [stamp.micros for stamp in stamps]
    start = min([first for first, _ in edges] + micros)
    end = max([start, *(last for _, last in edges), *micros])
    cell = max(1 << (_CELL_BITS + part.level) for part in parts.values() if part.cells)
    step = _step(max((end - start) / _COLUMNS, 2 * cell))
    origin = start // step * step
    count = (end - origin) // step + 1
    if count < _FEWEST:
        return None
    clock = _Clock(stamps, end - start)
    lanes = [lane for name, part in parts.items() if (lane := _lane(name, part, origin, step, count, clock))]
    if not lanes:
        return None
    peaks = "; ".join(f"{lane.label}: {lane.peak}" for lane in lanes)
    text = f"From {clock(origin)} to {clock(origin + count * step)}, in steps of {duration(step)}. Peaks: {peaks}."
    return Chart(tuple(lanes), _ticks(origin, step * count, clock), text)


def _edges(parts: Iterable[Timeline]) -> Iterator[tuple[int, int]]:
    """For each timeline the end of its first cell and the start of its last: a time not before, one not after."""
    for times in parts:
        if times.cells:
            width = 1 << (_CELL_BITS + times.level)
            yield (min(times.cells) + 1) * width - 1, max(times.cells) * width


def _step(least: float) -> int:
    return next((step for step in _STEPS if step >= least), _STEPS[-1])


def _lane(name: str, times: Timeline, origin: int, step: int, count: int, clock: _Clock) -> Lane | None:
    """The bars of one timeline; a cell belongs to the step in which its middle lies."""
    width = 1 << (_CELL_BITS + times.level)
    sums: dict[int, int] = {}
    for index, (number, micros) in times.cells.items():
        place = min(max((index * width + width // 2 - origin) // step, 0), count - 1)
        sums[place] = sums.get(place, 0) + (micros if name == "blocked" else number)
    word = "note" if name == "info" else name

    def say(place: int, value: int) -> str:
        start, end = (clock(origin + at * step, step) for at in (place, place + 1))
        return f"{start} – {end}: " + (f"blocked {duration(value)}" if name == "blocked" else plural(value, word))

    top = max(sums.values(), default=0)
    if top <= 0:
        return None
    bars = tuple(
        Bar(
            _per_cent(place, count),
            _per_cent(1, count),
            max(round(LANE * value / top, 1), 2),
            say(place, value),
        )
        for place, value in sorted(sums.items())
        if value > 0
    )
    label = "blocked" if name == "blocked" else f"{word}s"
    peak = duration(top) if name == "blocked" else f"{top:,}"
    return Lane(name, label, f"{peak} in {duration(step)}", bars)


def _per_cent(part: float, whole: float) -> float:
    return round(100 * part / whole, 3)


class _Clock:
    """Times as the log writes them: its zone, its date where the run is long, else seconds since its start."""

    def __init__(self, stamps: Sequence[Timestamp], span: int) -> None:
        like = next(iter(stamps), None)
        self._relative = like is not None and not like.dated and ":" not in like.text
        self._zone = timedelta(minutes=(like.zone or 0) if like and like.dated else 0)
        self._day = "%m-%d " if span >= _DAY and (like is None or like.dated) else ""

    def __call__(self, micros: int, step: int = 1) -> str:
        """The time; without what no multiple of `step` has."""
        if self._relative:
            return f"{micros / _SECOND:,.0f} s"
        try:
            moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros) + self._zone
        except OverflowError:
            return f"{micros / _SECOND:,.0f} s"
        days = bool(self._day) and step >= _DAY
        return moment.strftime("%Y-%m-%d" if days else self._day + ("%H:%M" if step >= _MINUTE else "%H:%M:%S"))


def _ticks(origin: int, span: int, clock: _Clock) -> tuple[tuple[float, str], ...]:
    step = _step(span / _TICKS)
    first = -(-origin // step) * step
    places = range(first, origin + span + 1, step)
    return tuple((_per_cent(at - origin, span), clock(at, step)) for at in places)


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram of durations: its bars, its ends and what it says."""

    bars: tuple[Bar, ...]
    low: str
    high: str
    text: str


def spread(durations: Histogram, at_least: int = 4) -> Spread | None:
    """Durations on a logarithmic scale; None where there are too few to have a shape."""
    if durations.count < at_least or not durations.counts:
        return None
    first, last = min(durations.counts), max(durations.counts)
    width = -(-(last - first + 1) // _BINS)
    bins: dict[int, int] = {}
    for index, count in durations.counts.items():
        bins[(index - first) // width] = bins.get((index - first) // width, 0) + count
    number, top = max(bins) + 1, max(bins.values())
    bars = tuple(
        Bar(
            _per_cent(place, number),
            _per_cent(1, number),
            max(round(LANE * count / top, 1), 2),
            f"{duration(bound(first + place * width))} – {duration(bound(first + (place + 1) * width))}: {count:,}",
        )
        for place, count in sorted(bins.items())
    )
    low, high = duration(durations.minimum), duration(durations.maximum)
    mode = max(bars, key=lambda bar: bar.height).text
    return Spread(bars, low, high, f"{durations.count:,} durations from {low} to {high}; most often {mode} times.")


def bound(index: int) -> int:
    """The lower bound of a bucket of a histogram (see `model.Histogram`: they grow by 2 %)."""
    while len(_BOUNDS) <= index:
        _BOUNDS.append(max(_BOUNDS[-1] + 1, _BOUNDS[-1] * 102 // 100))
    return _BOUNDS[max(index, 0)]


_BOUNDS = [0, 1]


def strip(values: Sequence[int], height: int = 18) -> tuple[Bar, ...]:
    """A sparkline: findings in equal parts of the run."""
    top = max(values, default=0)
    if top <= 0:
        return ()
    return tuple(
        Bar(_per_cent(at, len(values)), _per_cent(1, len(values)), max(round(height * value / top, 1), 2), "")
        for at, value in enumerate(values)
        if value > 0
    )


def pair(before: float | None, after: float | None) -> tuple[float, float]:
    """Two lengths in per cent on one scale."""
    top = max(before or 0, after or 0)
    return (round(100 * (before or 0) / top, 1), round(100 * (after or 0) / top, 1)) if top else (0, 0)


def totals(severities: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """(severity, `12 errors`) for each that was found."""
    words = ((name, "note" if name == "info" else name) for name in severities)
    return tuple((name, plural(severities[name], word)) for name, word in words if severities[name])
