"""The run over time: its span, its worst windows, its processes, how much of it was blocked."""

from __future__ import annotations

from collections import Counter, defaultdict

from asynclog.aggregate import timeline
from asynclog.aggregate.facts import BLOCKING
from asynclog.aggregate.keep import earliest, latest
from asynclog.aggregate.spans import span_of
from asynclog.aggregate.words import DAY, HOUR, MINUTE, SECOND, clock, number, took
from asynclog.model import Group, ProcessRow, ReportWindow, Run, Timeline, Timestamp
from asynclog.slotted import dataclass

SPARK = 60
ROW_SPARK = 24
_WORST = 5
_FEWEST = 4  # bars that show a course
_FINE = 8  # cells in a window at least: a cell belongs where its middle lies, so an edge is off by half a cell
_WIDTHS = (
    10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE,
    30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """The time of a run: from `start` to `end`, of which sources cover `span`; `None` where nothing is known."""

    start: int
    end: int
    span: int | None
    first: Timestamp | None
    last: Timestamp | None


def frame_of(run: Run) -> Frame:
    """The time that the lines of `run` show."""
    groups = run.groups.values()
    first = earliest([source.first for source in run.sources] or [group.first for group in groups])
    last = latest([source.last for source in run.sources] or [group.last for group in groups])
    span = span_of(run)
    covered = round(span.seconds * SECOND)
    return Frame(span.start, span.end, covered or None, first, last)


def blocked_by_process(run: Run, group: Group | None = None) -> dict[str, int]:
    """Microseconds that the loop of each process was blocked (by `group` only), repeated records counted once."""
    result: Counter[str] = Counter()
    for one in run.groups.values() if group is None else (group,):
        if one.kind in BLOCKING:
            for name, (_, total) in one.processes.items():
                result[name] += total - one.echoes.get(name, (0, 0))[1]
    return dict(result)


def share_of(blocked: dict[str, int], span: int | None) -> float | None:
    """The part of `span` that the process that was blocked longest was blocked for; at most 1."""
    if not span:
        return None
    return min(max(blocked.values(), default=0) / span, 1.0)


def process_rows(run: Run, span: int | None) -> tuple[ProcessRow, ...]:
    """What each process wrote and how long it was blocked, worst first."""
    counts: Counter[str] = Counter()
    for group in run.groups.values():
        for name, (count, _) in group.processes.items():
            counts[name] += count
    blocked = blocked_by_process(run)
    names = sorted(counts, key=lambda name: (-blocked.get(name, 0), -counts[name], name))
    return tuple(
        ProcessRow(
            name or "(not told apart)",
            counts[name],
            blocked.get(name, 0),
            min(blocked.get(name, 0) / span, 1.0) if span else None,
        )
        for name in names
    )


def spark(run: Run, frame: Frame, number_of: int = SPARK) -> tuple[int, ...]:
    """Blocked microseconds in equal windows; findings where nothing blocked; nothing without times."""
    if frame.span is None:
        return ()
    if run.blocked.cells:
        return tuple(total for _, total in _bars(run.blocked, frame, number_of))
    every = timeline.merge_all(run.timeline.values())
    return tuple(number for number, _ in _bars(every, frame, number_of))


def row_spark(group: Group, frame: Frame) -> tuple[int, ...]:
    """Findings in equal windows over the run."""
    if frame.span is None or not group.timeline.cells:
        return ()
    return tuple(number for number, _ in _bars(group.timeline, frame, ROW_SPARK))


def _bars(times: Timeline, frame: Frame, most: int) -> list[tuple[int, int]]:
    """At most `most` windows over the run, each of two cells or more: in less a second of events stands in one bar."""
    number_of = min(most, (frame.end - frame.start) // (2 << timeline.CELL_BITS + times.level))
    return timeline.windows(times, frame.start, frame.end, number_of) if times.cells and number_of >= _FEWEST else []


def worst_windows(run: Run, frame: Frame) -> tuple[ReportWindow, ...]:
    """The stretches in which the loop was blocked longest (or, where nothing blocked, most was found)."""
    every = timeline.merge_all(run.timeline.values())
    if frame.span is None or frame.end - frame.start < 10 * SECOND or not every.cells:
        return ()
    cell = 1 << (timeline.CELL_BITS + max(every.level, run.blocked.level))
    width = next((w for w in _WIDTHS if w >= _FINE * cell and (frame.end - frame.start) / w <= SPARK), _WIDTHS[-1])
    counts = {place: n for place, (n, _) in _placed(every, width).items()}
    blocked = {place: total for place, (_, total) in _placed(run.blocked, width).items() if total > 0}
    groups: defaultdict[int, int] = defaultdict(int)
    for group in run.groups.values():
        if not blocked or group.kind in BLOCKING:
            for place in _placed(group.timeline, width):
                groups[place] += 1
    worst = sorted(blocked or counts, key=lambda place: (-(blocked or counts)[place], place))[:_WORST]
    return tuple(
        _window(place, width, counts.get(place, 0), blocked.get(place, 0), groups[place], frame) for place in worst
    )


def _placed(times: Timeline, width: int) -> dict[int, tuple[int, int]]:
    """(events, microseconds) by window; a cell belongs where its middle lies."""
    result: dict[int, tuple[int, int]] = {}
    cell = 1 << (timeline.CELL_BITS + times.level)
    for index, (count, total) in times.cells.items():
        place = (index * cell + cell // 2) // width
        before = result.get(place, (0, 0))
        result[place] = (before[0] + count, before[1] + total)
    return result


def _window(place: int, width: int, count: int, blocked: int, groups: int, frame: Frame) -> ReportWindow:
    start, end = place * width, (place + 1) * width
    fine, long = width < MINUTE, frame.end - frame.start >= DAY
    if width >= DAY:
        when = clock(start, frame.first, date=True, seconds=False)
        when = f"{when} and the {took(width)} after it"
    else:
        when = f"{clock(start, frame.first, date=long, seconds=fine)}–{clock(end, frame.first, seconds=fine)}"
    what = f"blocked {took(min(blocked, width))} of {took(width)}" if blocked else number(count, "finding")
    return ReportWindow(f"{when}: {what}, {number(groups, 'group')}", start, end, count, blocked, groups)
