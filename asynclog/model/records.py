"""What stands in a log: records, their prefixes, and the objects that their texts show."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from asynclog.slotted import dataclass, field


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


_OF_1972 = 730 * 86_400_000_000, 1096 * 86_400_000_000  # microseconds


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

    @property
    def yearless(self) -> bool:
        """Whether it was printed without its year, and counts as of 1972: it orders and subtracts only among others like it."""
        return self.dated and _OF_1972[0] <= self.micros < _OF_1972[1]


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
