"""Messages for the tests of this room, made of log text or of parts, and the plumbing that ships."""

import functools

from asynclog.classify.plumbing import Plumbing
from asynclog.classify.rulefiles import builtin_folder, parse_documents
from asynclog.model import (
    CallbackRef,
    CoroutineRef,
    ExceptionReport,
    Frame,
    Message,
    ObjectRepr,
    Place,
    Prefix,
    Record,
)
from asynclog.parse.message import understand

LIB = "/usr/lib/python3.12/asyncio"
SITE = "/usr/lib/python3.12/site-packages"


@functools.cache
def plumbing_data():
    file = builtin_folder() / "plumbing.yaml"
    return parse_documents(file.read_text("utf-8"), "plumbing.yaml")["data"]


def plumbing(**options):
    return Plumbing(plumbing_data(), **options)


def frames(*places):
    """`("/app/a.py", "main")` or `"/app/a.py:main"` to frames, outermost first, on line 10, 20, ..."""
    split = [place.rsplit(":", 1) if isinstance(place, str) else place for place in places]
    return tuple(Frame(file, 10 * (number + 1), function) for number, (file, function) in enumerate(split))


def place(text):
    file, _, line = text.rpartition(":")
    return Place(file, int(line))


def task(coroutine=None, at=None, created=None, raised=None, name="Task-2", cls="Task", **more):
    ref = CoroutineRef(coroutine, "running", place(at) if at else None) if coroutine else None
    return ObjectRepr(
        raw=f"<{cls} ...>",
        cls=cls,
        parsed=True,
        state="pending",
        name=name,
        coroutine=ref,
        created_at=place(created) if created else None,
        exception_type=raised,
        **more,
    )


def handle(callback, at=None, created=None):
    return ObjectRepr(
        raw=f"<Handle {callback}()>",
        cls="Handle",
        parsed=True,
        callback=CallbackRef(callback, "", place(at) if at else None),
        created_at=place(created) if created else None,
    )


def raised(type_, *places, earlier=None, members=(), text="boom"):
    return ExceptionReport(type_, text, frames(*places), earlier, "context" if earlier else "", tuple(members))


def record(kind, text="a text", logger="asyncio", **fields):
    return Record("app.log", 7, 100, Prefix(logger=logger), text, kind, fields)


def message(kind, objects=None, exception=None, text="a text", duration=None, fields=None, values=None, **stacks):
    return Message(
        record(kind, text, **(fields or {})),
        kind,
        objects or {},
        values or {},
        stacks,
        exception,
        duration,
    )


def said(kind, text, **fields):
    """The message of a text as an interpreter prints it."""
    return understand(record(kind, text.strip("\n"), **fields))
