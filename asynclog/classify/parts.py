"""What a message says that stays the same from record to record: the names, places and stacks it is judged by.

Times, durations, task names, addresses and everything else that changes stay outside, so equal parts mean one verdict
and the verdict can be remembered.
"""

from __future__ import annotations

from typing import NamedTuple

from asynclog.classify.fingerprint import callee
from asynclog.classify.plumbing import python_of
from asynclog.classify.site import subject
from asynclog.lazy import regex
from asynclog.model import ExceptionReport, Frame, Message, ObjectRepr, Place

UNCLASSIFIED = "unclassified"

#: Kinds that only debug mode writes, where the caller does not know better.
DEBUG_ONLY = frozenset({
    "slow-callback", "slow-getaddrinfo", "coroutine-never-yielded-from", "subprocess-killed-on-close",
    "server-bind-warning", "socket-info-failed", "ssl-handshake-warning", "transport-debug-error",
    "incoming-connection-error",
})  # fmt: skip

#: Kinds that say many things: their text is part of what they are, for the second set only where nothing better is.
BY_TEXT = frozenset({"asyncio-deprecation", "asyncio-runtime-warning"})
BY_TEXT_ALONE = frozenset({
    UNCLASSIFIED, "loop-context-other", "library-task-error", "uvloop-other", "loop-lifecycle", "windows-iocp-error",
    "ssl-fatal-error", "transport-debug-error", "unraisable-other", "server-bind-warning", "child-watcher-warning",
})  # fmt: skip

#: The key of a detail line -> what the lost first line called unclosed.
_UNCLOSED = {
    "client_session": "client session",
    "connector": "connector",
    "client_connection": "connection",
    "client_response": "response",
}

_TARGET = regex(r"\((?P<name>[^()]+)\)$")
_CLASS = regex(r"<?(?P<cls>[\w.]+)")
_CUSTOM = regex(r"\bcoro=<(?:bound method )?(?P<name>[\w.<>]+?)(?:\(\)| of )")
_NESTED = 20


class Trace(NamedTuple):
    """A printed exception without its texts."""

    type: str
    frames: tuple[Frame, ...]
    earlier: Trace | None
    members: tuple[Trace, ...]


class Parts(NamedTuple):
    """The stable parts of a message."""

    kind: str
    logger: str | None = None
    cls: str | None = None
    state: str | None = None
    coroutine: str | None = None
    callback: str | None = None
    coroutine_place: Place | None = None
    callback_place: Place | None = None
    created_at: Place | None = None
    raised: str | None = None
    exception: Trace | None = None
    stacks: tuple[tuple[str, tuple[Frame, ...]], ...] = ()
    what: str | None = None
    file: str | None = None
    line: str | None = None
    debug: bool | None = None
    loop: str | None = None
    text: str | None = None


def parts_of(message: Message, debug_only: frozenset[str] = DEBUG_ONLY) -> Parts:
    """The stable parts of a message."""
    kind = message.kind or UNCLASSIFIED
    fields = message.record.fields
    thing = subject(message)
    coroutine, callback = _names(message, kind, thing)
    loop = message.objects.get("loop")
    return Parts(
        kind,
        message.record.prefix.logger,
        _class(message, kind, thing),
        thing.state or None if thing else None,
        coroutine,
        callback,
        thing.coroutine.place if thing and thing.coroutine else None,
        thing.callback.place if thing and thing.callback else None,
        thing.created_at if thing else None,
        thing.exception_type if thing else None,
        _trace(message.exception) if message.exception else None,
        tuple(message.stacks.items()),
        fields.get("what") or fields.get("method") or _what(message),
        fields.get("file"),
        fields.get("line"),
        _debug(message, kind, thing, loop, debug_only),
        _class_of(loop) if loop else None,
        fields.get("text") or message.record.text if kind in BY_TEXT or kind in BY_TEXT_ALONE else None,
    )


def _trace(report: ExceptionReport, depth: int = 0) -> Trace:
    earlier = _trace(report.earlier, depth + 1) if report.earlier and depth < _NESTED else None
    members = tuple([_trace(member, depth + 1) for member in report.members]) if depth < _NESTED else ()
    return Trace(report.type, report.frames, earlier, members)


def python_version(parts: Parts) -> str | None:
    """The Python version that a path in the parts names."""
    files = [place.file for place in (parts.created_at, parts.coroutine_place, parts.callback_place) if place]
    files += [frame.file for _, frames in parts.stacks for frame in frames]
    files += [frame.file for frame in (parts.exception.frames if parts.exception else ())]
    files += [parts.file] if parts.file else []
    return next((version for file in files if (version := python_of(file))), None)


# -- names -----------------------------------------------------------------------------------------------------------


def _names(message: Message, kind: str, thing: ObjectRepr | None) -> tuple[str | None, str | None]:
    """The coroutine and the callback."""
    fields = message.record.fields
    coroutine = callback = None
    if thing is not None:
        coroutine = thing.coroutine.qualname if thing.coroutine else None
        callback = thing.callback.name if thing.callback else None
        if coroutine is None and callback is None and "coro=<" in thing.raw and (custom := _CUSTOM.search(thing.raw)):
            coroutine = custom["name"]
    if coroutine is None and callback is None and (called := message.objects.get("callback")) and called.callback:
        callback = called.callback.name  # of a handle that was cancelled by then nothing else is known
    if coroutine is None and kind != "unraisable-destructor":
        coroutine = fields.get("qualname")
    if callback is None and (names := _CALLBACKS.get(kind)):
        callback = names(message)
    return (callee(coroutine) or None) if coroutine else None, (callee(callback) or None) if callback else None


def _what(message: Message) -> str | None:
    return next((_UNCLOSED[key] for key in message.objects if key in _UNCLOSED), None)


def _destructor(message: Message) -> str | None:
    return message.record.fields.get("qualname") or message.record.fields.get("method")


def _protocol(message: Message) -> str | None:
    protocol = message.objects.get("protocol")
    return _class_of(protocol) if protocol else None


def _protocol_method(message: Message) -> str:
    return f"{_protocol(message) or 'protocol'}.{message.record.fields.get('method') or 'data_received'}"


def _flow_control(message: Message) -> str:
    return f"{_protocol(message) or 'protocol'}.{message.record.fields.get('method') or 'pause'}_writing"


def _blocking_call(message: Message) -> str | None:
    return message.record.fields.get("call")


def _thread_target(message: Message) -> str | None:
    target = _TARGET.search(message.record.fields.get("name", ""))
    return target["name"] if target else None


_CALLBACKS = {
    "unraisable-destructor": _destructor,
    "protocol-callback-error": _protocol_method,
    "flow-control-error": _flow_control,
    "transport-fatal-error": _protocol,
    "ssl-fatal-error": _protocol,
    "uvloop-fatal-error": _protocol,
    "thread-exception": _thread_target,
    "library-task-error": _blocking_call,
}


def _class(message: Message, kind: str, thing: ObjectRepr | None) -> str | None:
    """The class in the repr, without its module."""
    if thing is not None and (name := thing.cls or _class_of(thing)):
        return name.rpartition(".")[2]
    named = message.record.fields.get("object") or message.record.fields.get("cls")
    if named and named.isidentifier():
        return named
    return "Task" if kind == "task-destroyed-pending" else None


def _class_of(thing: ObjectRepr) -> str | None:
    found = _CLASS.match(thing.raw)
    return found["cls"] if found else thing.cls or None


# -- debug mode ------------------------------------------------------------------------------------------------------


def _debug(
    message: Message, kind: str, thing: ObjectRepr | None, loop: ObjectRepr | None, debug_only: frozenset[str]
) -> bool | None:
    """True or False where the record proves it, else None."""
    stacks = message.stacks
    if "source_traceback" in stacks or "handle_traceback" in stacks or _says_created(thing):
        return True
    if kind in debug_only and not _patched(message):
        return True
    if loop is not None and "debug=" in loop.raw:
        return "debug=True" in loop.raw
    return None


def _patched(message: Message) -> bool:
    """Slow callbacks that aiodebug or a home-made patch of the loop reports, in any mode."""
    logger = message.record.prefix.logger or ""
    return logger.startswith("aiodebug") or message.record.text.startswith("Running ")


def _says_created(thing: ObjectRepr | None) -> bool:
    """Whether an object, or what it waits for, says where it was created."""
    for _ in range(_NESTED):
        if thing is None:
            break
        if thing.created_at is not None:
            return True
        thing = thing.wait_for
    return False
