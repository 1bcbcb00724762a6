"""Writes down what really happened, seen from inside the process: the truth that log readers are measured against.

Python imports ``sitecustomize`` at start, so a program is watched without knowing. Labels come from live objects (the
context given to the loop's exception handler, the handle that was slow, the warning, the unraisable exception), never from
formatted text, and go to the file named by WITNESS_FILE, one JSON object a line. What the program logs stays as it is.
"""
import asyncio
import json
import logging
import os
import sys
import warnings
from asyncio import base_events
from typing import Any, Callable, Dict, Optional

WITNESS_FILE = os.environ.get("WITNESS_FILE")

# Templates, not texts: LogRecord.msg before its arguments are filled in.
TEMPLATES = (
    ("Executing %s took %.3f seconds", "slow-callback"),
    ("Executing %r took %.3f seconds", "slow-callback"),  # uvloop's timers
    ("poll took %.3f ms", "slow-poll"),
    ("poll %.3f ms took", "slow-poll"),
    ("Getting address info", "slow-getaddrinfo"),
    ("Get address info", "loop-lifecycle"),
    ("socket.send() raised exception", "write-after-disconnect"),
)
CONTEXT_KEYS = (
    ("handle", "callback-exception"),
    ("future", "exception-never-retrieved"),
    ("asyncgen", "asyncgen-close-error"),
    ("client_session", "aiohttp-unclosed"),
    ("connector", "aiohttp-unclosed"),
    ("client_connection", "aiohttp-unclosed"),
    ("client_response", "aiohttp-unclosed"),
)
_slow_handle = None  # type: Optional[str]


def note(kind: str, **facts: Any) -> None:
    """Append one label to the witness file."""
    facts["kind"] = kind
    facts["pid"] = os.getpid()
    line = json.dumps(facts, sort_keys=True) + "\n"
    descriptor = os.open(WITNESS_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def qualname(thing: Any) -> Optional[str]:
    """The qualified name of a coroutine, task, handle or callable."""
    if isinstance(thing, asyncio.Future):
        coro = getattr(thing, "_coro", None)
        if coro is None and hasattr(thing, "get_coro"):
            coro = thing.get_coro()
        return qualname(coro) if coro is not None else None
    if isinstance(thing, asyncio.Handle):
        callback = thing._callback
        owner = getattr(callback, "__self__", None)
        return qualname(owner if isinstance(owner, asyncio.Future) else callback)
    for inner in ("func", "gen"):  # functools.partial, and the wrapper of debug mode up to 3.10
        if getattr(thing, inner, None) is not None:
            return qualname(getattr(thing, inner))
    return getattr(thing, "__qualname__", None)


def context_kind(context: Dict[str, Any]) -> str:
    """Which kind of record a loop exception context becomes, by the objects in it."""
    for key, kind in CONTEXT_KEYS:
        if key in context:
            return kind
    if "task" in context:
        return "run-shutdown-exception" if context["task"].done() else "task-destroyed-pending"
    if "client_connected_cb" in context.get("message", ""):
        return "client-connected-cb-exception"
    return "loop-context-other"


def watch_contexts(loop_class: type) -> None:
    """Note every context that reaches the loop's exception handler."""
    original = loop_class.call_exception_handler  # type: Callable[..., None]

    def call_exception_handler(self: Any, context: Dict[str, Any]) -> None:
        exception = context.get("exception")
        subject = context.get("task") or context.get("future") or context.get("handle")
        note(
            context_kind(context),
            object=type(subject).__name__ if subject is not None else None,
            coroutine=qualname(subject) or getattr(context.get("asyncgen"), "__qualname__", None),
            exception=type(exception).__name__ if exception is not None else None,
        )
        original(self, context)

    loop_class.call_exception_handler = call_exception_handler  # type: ignore[attr-defined]


def watch_slow_handles() -> None:
    """Remember the live handle that the loop is about to call slow."""
    original = base_events._format_handle

    def format_handle(handle: Any) -> str:
        global _slow_handle
        _slow_handle = qualname(handle)
        return original(handle)

    base_events._format_handle = format_handle


def asyncio_record(record: logging.LogRecord) -> bool:
    """Label the records that the loop writes by itself, outside its exception handler."""
    note("asyncio-record", level=record.levelname)
    message = str(record.msg)
    for template, kind in TEMPLATES:
        if message.startswith(template):
            seconds = record.args[1] if kind == "slow-callback" else None
            note(kind, level=record.levelname, coroutine=_slow_handle if seconds is not None else None, seconds=seconds)
            return True
    if message.split("\n")[0].endswith(" was never yielded from"):
        note("coroutine-never-yielded-from")
    elif record.levelno < logging.WARNING:
        note("loop-lifecycle", level=record.levelname)
    elif record.levelno == logging.WARNING:
        note("other-warning")
    return True


def watch_warnings() -> None:
    """Note the warnings that concern asyncio, whichever way they are shown."""
    original = warnings._showwarnmsg  # type: ignore[attr-defined]

    def showwarnmsg(message: Any) -> None:
        text = str(message.message)
        kind = None
        if message.category is RuntimeWarning and "never awaited" in text:
            kind = "coroutine-never-awaited"
        elif message.category is ResourceWarning and text.startswith("Unclosed "):
            kind = "aiohttp-unclosed-warning"
        elif message.category is ResourceWarning and "unclosed transport" in text:
            kind = "unclosed-transport"
        elif message.category is ResourceWarning and "unclosed event loop" in text:
            kind = "unclosed-event-loop"
        elif message.category is ResourceWarning and "unclosed <StreamWriter" in text:
            kind = "unclosed-stream-writer"
        elif message.category is ResourceWarning and "unclosed" in text:
            kind = "uvloop-unclosed-resource" if "unclosed resource" in text else "unclosed-socket"
        elif issubclass(message.category, DeprecationWarning):
            kind = "asyncio-deprecation"
        source = getattr(message, "source", None)
        if kind is not None:
            note(kind, coroutine=getattr(source, "__qualname__", None))
        original(message)

    warnings._showwarnmsg = showwarnmsg  # type: ignore[attr-defined]


def watch_unraisable() -> None:
    """Note exceptions that could only be printed (the hook exists since 3.8)."""
    if not hasattr(sys, "unraisablehook"):
        return

    def unraisable(event: Any) -> None:
        if asyncio.iscoroutine(event.object):
            kind = "unraisable-coroutine"
        elif callable(event.object) and getattr(event.object, "__name__", "") == "__del__":
            kind = "unraisable-destructor"
        else:
            kind = "unraisable-other"
        note(kind, coroutine=getattr(event.object, "__qualname__", None), exception=event.exc_type.__name__)
        sys.__unraisablehook__(event)

    sys.unraisablehook = unraisable


def server_error(record: logging.LogRecord) -> bool:
    """Label what aiohttp's server says about handlers that raised."""
    if record.levelno == logging.ERROR:
        note("aiohttp-server-error")
    return True


def install() -> None:
    """Start watching."""
    watch_contexts(base_events.BaseEventLoop)
    if os.environ.get("WITNESS_UVLOOP"):
        import uvloop

        watch_contexts(uvloop.Loop)
    watch_slow_handles()
    watch_warnings()
    watch_unraisable()
    for name, listener in (("asyncio", asyncio_record), ("aiohttp.server", server_error)):
        watcher = logging.Filter()
        watcher.filter = listener  # type: ignore[assignment]
        logging.getLogger(name).addFilter(watcher)


if WITNESS_FILE:
    install()
