"""Records understood and judged: messages, creation sites, rules, findings."""

from __future__ import annotations

from collections.abc import Mapping

from asynclog.model.records import ExceptionReport, Frame, ObjectRepr, Record, Severity, Timestamp, Via
from asynclog.slotted import dataclass, field


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
