"""Every noun of asynclog: frozen, slotted dataclasses that the rooms hand to each other.

Units: times and durations are integer microseconds (sums of floats are not associative, and runs must merge in any
order). Line numbers are 1-based. Texts are `str`; bytes that were no valid text are kept as backslash escapes.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

# -- vocabulary ------------------------------------------------------------------------------------------------------


class Severity(enum.IntEnum):
    """How much a finding matters. Ordered, so that `max()` gives the worst."""

    INFO = 0
    WARNING = 1
    ERROR = 2

    @property
    def label(self) -> str:
        """The word used in reports and in YAML."""
        return self.name.lower()


class Via(enum.StrEnum):
    """The rung of the ladder that gave a creation site, strongest first."""

    SOURCE_TRACEBACK = "source-traceback"
    CREATED_AT = "created-at"
    COROUTINE = "coroutine"
    CALLBACK = "callback"
    EXCEPTION = "exception"
    WARNING = "warning"
    NONE = "none"


# -- what stands in a record -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A `FILE:LINE` as printed."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a stack. `repeats` counts further identical frames folded by the interpreter."""

    file: str
    line: int | None
    function: str | None
    source: str = ""
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class ExceptionReport:
    """A printed exception: the last of its chain, with what led to it behind `earlier`.

    `link` tells how `earlier` relates: "cause" (raise ... from), "context" (while handling) or "". `members` are the
    children of an exception group. `type` is as printed (`module.Qualname`, builtins without module).
    """

    type: str
    message: str = ""
    frames: tuple[Frame, ...] = ()
    earlier: ExceptionReport | None = None
    link: str = ""
    members: tuple[ExceptionReport, ...] = ()


@dataclass(frozen=True, slots=True)
class CoroutineRef:
    """The `coro=<...>` of a task. `state` is "running", "done" or "" and says what `place` means:

    where the outermost coroutine is suspended ("running"), else its definition.
    """

    qualname: str
    state: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class CallbackRef:
    """A callee of a handle or of `cb=[...]`: name or repr, its printed arguments, its definition if printed."""

    name: str
    arguments: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ObjectRepr:
    """A `<Task ...>`, `<Future ...>`, `<Handle ...>`, transport, session ... as understood from its repr.

    `raw` is the text as printed; where `parsed` is false nothing but `raw` (and perhaps `cls`) is known.
    """

    raw: str
    cls: str = ""
    parsed: bool = False
    state: str = ""
    name: str | None = None
    coroutine: CoroutineRef | None = None
    callback: CallbackRef | None = None
    wait_for: ObjectRepr | None = None
    exception: str | None = None
    exception_type: str | None = None
    exception_text: str | None = None
    result: str | None = None
    callbacks: tuple[CallbackRef, ...] = ()
    created_at: Place | None = None


# -- reading ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A time as printed and as a number.

    `micros` counts from the epoch; without a date (`dated` false) from midnight, or from the start of the program for
    relative seconds. `zone` is the offset in minutes, None where the log names none (then `micros` is local time).
    """

    text: str
    micros: int
    dated: bool = True
    zone: int | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stood before the message: as printed and as understood. Unknown parts are None."""

    text: str = ""
    timestamp: Timestamp | None = None
    level: str | None = None
    logger: str | None = None
    pid: int | None = None
    thread: str | None = None
    task: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a log with its continuation lines, wrappers and prefix taken off.

    `text` is the message, lines joined by newlines. `kind` is the candidate that its first line gave (None: a record of
    logger `asyncio` that no pattern knows) and `fields` the named groups of that pattern. `stream` tells interleaved
    writers apart (container, unit, pid on every line). `headless`: the first line was lost, only details remain.
    `cut`: the file, a limit or another writer ended the record early. `joined`: lines of other writers stood between
    its own; "certain" where each line tells its writer, "likely" where only what fits tells, "" where none stood there.
    `test`: id of the test inside whose output it stood.
    """

    source: str
    line: int
    offset: int
    prefix: Prefix
    text: str
    kind: str | None
    fields: Mapping[str, str] = field(default_factory=dict)
    stream: str | None = None
    headless: bool = False
    cut: bool = False
    test: str | None = None
    source_index: int = 0
    end_offset: int = 0
    lines: int = 1
    joined: str = ""


@dataclass(frozen=True, slots=True)
class MessagePattern:
    """How one kind of message is recognised, from `rules/*.yaml`.

    One of `needles` stands in the first line; `pattern` is searched in it and starts where the message starts.
    `loggers` (globs) restrict it to records whose prefix names such a logger or none; `not_loggers` exclude; `levels`
    likewise. `strict` patterns count only with no prefix or one that looks like a log prefix *and* names logger
    `asyncio` (their text is too common elsewhere). `details` are the `key:` lines that may remain without header.
    `duration` names the unit ("s", "ms") of the field `duration`. `order` decides between several that match.
    `body` says what may follow the first line: "line" nothing, "context" key lines, stacks and a traceback, "keys" the
    same without a traceback, "warning" source line and frames, "stack" frames, "dump" those of several threads, "free"
    whatever the next header leaves.
    """

    kind: str
    channel: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    loggers: tuple[str, ...] = ()
    not_loggers: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    strict: bool = False
    duration: str | None = None
    debug_only: bool = False
    order: int = 100
    body: str = "context"
    severity: Severity = Severity.WARNING
    title: str = ""


# -- understanding ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """A record understood.

    `objects` maps a key of the record (`future`, `task`, `handle`, `client_session`, ... or a named field that holds a
    repr) to what its repr says; `values` maps the other keys to their printed text. `stacks` maps the name of a stack
    block to its frames, outermost first whatever the order in the log: `source_traceback` (also "Coroutine created at",
    "object created at"), `handle_traceback`, `allocation` (tracemalloc), `stack` (print_stack, faulthandler, watchdogs).
    `exception` is the printed traceback's exception. `duration` is in microseconds.
    """

    record: Record
    kind: str
    objects: Mapping[str, ObjectRepr] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    stacks: Mapping[str, tuple[Frame, ...]] = field(default_factory=dict)
    exception: ExceptionReport | None = None
    duration: int | None = None
    partial: bool = False
    malformed: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the user's program, as printed, and the rung that gave it."""

    file: str | None = None
    line: int | None = None
    function: str | None = None
    via: Via = Via.NONE


@dataclass(frozen=True, slots=True)
class Rule:
    """What we think of a kind: one YAML document under `rules/` or of the user."""

    id: str
    kind: str
    severity: Severity | None
    title: str
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    example_before: str = ""
    example_after: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One message judged by one rule. `chain` are the user frames of its creation, outermost first;

    `failure` the user frames of its exception, outermost first. `signature` is the readable text whose hash the
    fingerprint is.
    """

    kind: str
    rule: str
    severity: Severity
    source: str
    source_index: int
    line: int
    offset: int
    fingerprint: str
    signature: str
    timestamp: Timestamp | None = None
    site: Site = Site()
    chain: tuple[Frame, ...] = ()
    failure: tuple[Frame, ...] = ()
    coroutine: str | None = None
    callback: str | None = None
    task: str | None = None
    object: str | None = None
    duration: int | None = None
    exception_type: str | None = None
    exception_message: str | None = None
    partial: bool = False
    text: str = ""
    logger: str | None = None
    pid: int | None = None
    stream: str | None = None
    test: str | None = None
    debug: bool | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    joined: str = ""


# -- aggregates ------------------------------------------------------------------------------------------------------


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

    `silenced` counts by rule what rules of severity `off` claimed.
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


# -- what a renderer is given ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallerRow:
    """One creating chain of a row, most frequent first. `share` is of the row's findings, `total` in microseconds."""

    text: str
    count: int
    share: float
    total: int = 0
    chain: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """A name with its count (and microseconds, where it has any): an exception message, a test, a task, a parent."""

    text: str
    count: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log, shown for context; `own` for the line where the record begins."""

    number: int
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group as it is shown. `id` is the short fingerprint; all that is a duration is in microseconds.

    `place` is the site in one line; `label` names row and place in one short line. `share` is the part of the run's
    time that the group blocked the loop, None where nothing is known. `rate` counts findings per hour. `spark` counts
    findings in equal windows over the run. `notes` are sentences about how to read this row (times, weak sites ...).
    """

    rank: int
    id: str
    group: Group
    title: str
    label: str
    place: str
    severity: Severity = Severity.WARNING
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    example_before: str = ""
    example_after: str = ""
    count: int = 0
    total: int | None = None
    p50: int | None = None
    p95: int | None = None
    maximum: int | None = None
    share: float | None = None
    rate: float | None = None
    bursts: int | None = None
    first: str = ""
    last: str = ""
    spark: tuple[int, ...] = ()
    callers: tuple[CallerRow, ...] = ()
    messages: tuple[Tally, ...] = ()
    tests: tuple[Tally, ...] = ()
    tasks: tuple[Tally, ...] = ()
    processes: tuple[Tally, ...] = ()
    probable: tuple[CallerRow, ...] = ()
    related: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    context: tuple[LogLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """A stretch of time and what happened in it: `text` says it in one line."""

    text: str
    start: int
    end: int
    count: int = 0
    blocked: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process (pid, container, unit) as far as the lines tell them apart: `blocked` is a lower bound."""

    name: str
    count: int = 0
    blocked: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that a renderer shows of a run, computed; renderers only lay it out.

    `severities` counts findings by severity label, worst first (all of the run, shown or not). `hidden` is the number
    of groups that `--top`, `--min-severity` or `--ignore` keep from `rows`, said in `hidden_text`. `spark` are the
    blocked microseconds (or, where nothing blocked, the findings) in equal windows over the run. `facts` are the
    documented numbers for `--fail-if`. `accounting`, `advice` and `notes` are whole sentences, to be shown in this
    order at the end.
    """

    run: Run
    verdict: str
    rows: tuple[ReportRow, ...] = ()
    severity: Severity | None = None
    severities: Mapping[str, int] = field(default_factory=dict)
    findings: int = 0
    groups: int = 0
    defects: int = 0
    hidden: int = 0
    hidden_text: str = ""
    span: int | None = None
    first: str = ""
    last: str = ""
    blocked: int = 0
    blocked_share: float | None = None
    blocked_text: str = ""
    spark: tuple[int, ...] = ()
    windows: tuple[ReportWindow, ...] = ()
    processes: tuple[ProcessRow, ...] = ()
    facts: Mapping[str, float | None] = field(default_factory=dict)
    loop_lines: tuple[str, ...] = ()
    accounting: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unknown: tuple[Tally, ...] = ()


# -- rules and explanations, as they are shown ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule with its conditions in words. `where` is FILE:LINE; `severity` None (off) silences."""

    rule: Rule
    order: int = 100
    when: tuple[str, ...] = ()
    when_group: tuple[str, ...] = ()
    fingerprint: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    where: str = ""
    builtin: bool = True

    @property
    def severity(self) -> str:
        """The word used in YAML."""
        return "off" if self.rule.severity is None else self.rule.severity.label


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that a rule must claim and does not, or must leave and claims. `where` is FILE:LINE of the example."""

    where: str
    rule: str
    problem: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation. `mark`: True for what held or was taken, False for what did not, None for a fact."""

    label: str
    text: str
    mark: bool | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a record is in the group that it is in: titled sections of reasons, and the record's own text."""

    title: str
    sections: tuple[tuple[str, tuple[Reason, ...]], ...] = ()
    text: str = ""
