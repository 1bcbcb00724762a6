"""Findings counted: groups, sources, facts, and the run that holds them all."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping, Sequence, ValuesView

from asynclog.model.findings import Rule, Site
from asynclog.model.records import Frame, Severity, Timestamp
from asynclog.slotted import dataclass, field


@dataclass(frozen=True, slots=True)
class Histogram:
    """Durations in buckets whose bounds grow by 2 % (bucket index -> count), so a percentile is off by at most 1 %.

    Sums of histograms are histograms of the sum. `total`, `minimum` and `maximum` are exact.
    """

    counts: Mapping[int, int] = field(default_factory=dict)
    count: int = 0
    total: int = 0
    minimum: int | None = None
    maximum: int | None = None


class Cells(Mapping[int, tuple[int, int]]):
    """The cells of a timeline, in order: as three arrays they take a sixth of the room of a dict."""

    __slots__ = ("columns",)

    def __init__(self, places: Sequence[int] = (), events: Sequence[int] = (), totals: Sequence[int] = ()) -> None:
        self.columns = (_packed(places), _packed(events), _packed(totals))
        """Cells, ascending; events in each; microseconds of these."""

    @classmethod
    def of(cls, cells: Mapping[int, tuple[int, int]]) -> Cells:
        """The same as arrays."""
        if isinstance(cells, cls):
            return cells
        places = sorted(cells)
        return cls(places, *zip(*(cells[place] for place in places), strict=True)) if places else cls()

    def __getitem__(self, place: int) -> tuple[int, int]:
        places, events, totals = self.columns
        at = bisect_left(places, place)
        if at == len(places) or places[at] != place:
            raise KeyError(place)
        return events[at], totals[at]

    def __iter__(self) -> Iterator[int]:
        return iter(self.columns[0])

    def __len__(self) -> int:
        return len(self.columns[0])

    def items(self) -> ItemsView[int, tuple[int, int]]:
        """Cells with what is in them."""
        return dict(zip(self.columns[0], zip(*self.columns[1:], strict=True), strict=True)).items()

    def values(self) -> ValuesView[tuple[int, int]]:
        """What is in the cells."""
        return dict(self.items()).values()


def _packed(numbers: Sequence[int]) -> Sequence[int]:
    if isinstance(numbers, memoryview):  # of such numbers: to copy it is many times as fast
        packed = array("q")
        packed.frombytes(numbers.cast("B"))
        return packed
    try:
        return array("q", numbers)
    except OverflowError:
        return numbers


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events over time in cells of 2**level * 2**20 microseconds (about 1 s * 2**level), aligned to the epoch.

    `cells` maps the cell's index to (events, microseconds). The level is the lowest at which no more than
    `TIMELINE_CELLS` cells are occupied: it never falls when events are added, so merging is associative.
    """

    level: int = 0
    cells: Mapping[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One finding kept for show: where it stands in the log and what it says.

    `variant` is its caller and masked exception message: a group keeps the first sample of the first few variants.
    """

    source: str
    source_index: int
    line: int
    offset: int
    text: str
    timestamp: Timestamp | None = None
    duration: int | None = None
    task: str | None = None
    partial: bool = False
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Caller:
    """One creating chain of a group (user frames, outermost first) with its share."""

    chain: tuple[Frame, ...]
    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """All findings of one fingerprint.

    Site, coroutine, callback, exception and failure are those of the earliest complete finding, which is also the
    first of `samples`. `rule` is the most frequent of the worst severity. The tallies (`callers` ... `parents`) hold a
    bounded number of names, the rest is summed up under the name `OTHER` of the aggregate room; `processes` maps a
    process to (findings, microseconds). `echoes` counts, per process likewise, findings that repeat the record on the
    line before (two handlers). `shutdown` counts findings written while the loop or the interpreter was closing;
    `reassembled` counts findings that were put together from pieces, by `Record.joined`.
    `undecided` is what this part of a source cannot tell (findings before its first sign of a loop, per source).
    A rule that judges whole groups may replace `rule` and `severity`; `rules` then does not hold it. `suppressed` says
    why the user accepts the group.
    """

    fingerprint: str
    signature: str
    kind: str
    rule: str
    severity: Severity
    site: Site
    coroutine: str | None = None
    callback: str | None = None
    exception_type: str | None = None
    count: int = 0
    partial: int = 0
    first: Timestamp | None = None
    last: Timestamp | None = None
    durations: Histogram = Histogram()
    timeline: Timeline = Timeline()
    callers: Mapping[str, Caller] = field(default_factory=dict)
    failure: tuple[Frame, ...] = ()
    rules: Mapping[str, int] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    objects: Mapping[str, int] = field(default_factory=dict)
    tasks: Mapping[str, int] = field(default_factory=dict)
    tests: Mapping[str, int] = field(default_factory=dict)
    processes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    messages: Mapping[str, int] = field(default_factory=dict)
    parents: Mapping[str, int] = field(default_factory=dict)
    worst: Sample | None = None
    samples: tuple[Sample, ...] = ()
    related: tuple[str, ...] = ()
    shutdown: int = 0
    undecided: Mapping[int, int] = field(default_factory=dict)
    echoes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    suppressed: str = ""
    reassembled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """A sign that a program began to write at `line`: `why` is "loop" (one was made) or "process" (a new one writes).

    `first` is the time of its first line in microseconds. Where nobody wrote for a while before it, `last` is the time
    of the line before that pause.
    """

    line: int
    why: str
    process: str = ""
    last: int | None = None
    first: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """The time that a line of some `writer` shows."""

    line: int
    time: Timestamp
    writer: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """One run of a program among several in one file: its times in microseconds and the line at which it shows.

    `why` tells what sets it apart from the run before: "loop", "process" or "time" (which went back); "" for the first.
    """

    line: int
    start: int | None = None
    end: int | None = None
    process: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class SourceSpan:
    """One input: its size and the times that its lines show. `note`s are said to the user.

    `segments` are the runs in it, where there are several. What they are told from is kept while parts are joined:
    `starts`, some `moments`, and for each process its first and last line with a finding (`writers`).
    """

    path: str
    index: int
    bytes: int = 0
    lines: int = 0
    first: Timestamp | None = None
    last: Timestamp | None = None
    format: str = ""
    notes: tuple[str, ...] = ()
    lost: bool = False
    segments: tuple[Segment, ...] = ()
    starts: tuple[Start, ...] = ()
    moments: tuple[Moment, ...] = ()
    writers: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """The first or last finding of a part of a source, as far as its neighbour must know it.

    `after` is the last line on which a repetition of its record can begin; `digest` is 0 where none can.
    """

    line: int
    after: int
    fingerprint: str
    digest: int
    micros: int | None = None
    duration: int | None = None
    process: str = ""


@dataclass(frozen=True, slots=True)
class Seam:
    """What joins a part of a source to the next: its first and last finding, and how it left the loop.

    `closed` is true after a `Close <loop ...>` record, false after a loop was made, None where neither was seen.
    """

    first: Mark
    last: Mark
    closed: bool | None = None


@dataclass(frozen=True, slots=True)
class Accounting:
    """Explained + unexplained = all: `records` = classified + partial + unclassified + malformed + silenced.

    `silenced` counts by rule what rules of severity `off` claimed. Not among `records` are the `elsewhen`, written at
    other times than were asked for, and the `timeless`, of which nobody knows when, where times were asked for.
    """

    lines: int = 0
    bytes: int = 0
    records: int = 0
    classified: int = 0
    partial: int = 0
    unclassified: int = 0
    malformed: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    silenced: Mapping[str, int] = field(default_factory=dict)
    elsewhen: int = 0
    timeless: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records tell about the interpreter and the loop, in mergeable form.

    `debug_on` counts records that prove debug mode, `threshold` is the smallest slow-callback duration seen,
    `counters` named tallies (loops closed, transports opened, unnamed tasks, ...), `durations` named histograms (poll,
    dns, tls, subprocess).
    """

    debug_on: int = 0
    threshold: int | None = None
    pythons: Mapping[str, int] = field(default_factory=dict)
    loops: Mapping[str, int] = field(default_factory=dict)
    counters: Mapping[str, int] = field(default_factory=dict)
    durations: Mapping[str, Histogram] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """All groups of one analysis. `Run()` is the identity of merging.

    `suppressed` are the groups that the user accepts, left out of `groups`; `judged` says what is to be known about
    suppressions and group rules.
    """

    groups: Mapping[str, Group] = field(default_factory=dict)
    accounting: Accounting = Accounting()
    facts: Facts = Facts()
    sources: tuple[SourceSpan, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    timeline: Mapping[str, Timeline] = field(default_factory=dict)
    blocked: Timeline = Timeline()
    label: str | None = None
    notes: tuple[str, ...] = ()
    seams: Mapping[int, Seam] = field(default_factory=dict)
    suppressed: Mapping[str, Group] = field(default_factory=dict)
    judged: tuple[str, ...] = ()
