"""What the conditions of rules may look at: the view of a finding, by key.

The stable part follows from the parts of a message and is made once; the rest is the record's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from asynclog.classify.fingerprint import exception_name, same_exception
from asynclog.classify.parts import Parts
from asynclog.classify.plumbing import Plumbing
from asynclog.classify.site import Located, subject
from asynclog.model import ExceptionReport, Message


def stable_view(
    parts: Parts, located: Located, exception: str | None, python: str | None, plumbing: Plumbing
) -> dict[str, object]:
    """What equal parts have in common. None where the record does not say, a tuple for several spellings."""
    site, failure = located.site, located.failure[-1] if located.failure else None
    return {
        "kind": parts.kind,
        "exception.type": (exception, exception_name(exception)) if exception else None,
        "coroutine": parts.coroutine,
        "callback": parts.callback,
        "object": parts.cls,
        "state": parts.state,
        "site.file": (site.file, plumbing.normal_path(site.file)) if site.file is not None else None,
        "site.line": site.line,
        "site.function": site.function,
        "site.via": str(site.via),
        "failure.file": (failure.file, plumbing.normal_path(failure.file)) if failure else None,
        "failure.function": failure.function if failure else None,
        "logger": parts.logger,
        "python": python,
        "debug": parts.debug,
    }


def own_view(message: Message, raised: str | None, keys: Iterable[str]) -> dict[str, object]:
    """What only this record says; `raised` is the exception type that the repr names."""
    return {key: OWN[key](message, raised) if key in OWN else _field(message, key) for key in keys}


def field_keys(message: Message) -> set[str]:
    """The keys of the named groups and `key: value` lines that a record has."""
    return {f"field.{name}" for name in (*message.values, *message.record.fields)}


def reported(message: Message, raised: str | None) -> ExceptionReport | None:
    """The printed exception that the repr names, if it names one; else the printed one."""
    report = message.exception
    if raised:
        while report is not None and not same_exception(report.type, raised):
            report = report.earlier
    return report if report is not None and report.type else None


def exception_text(message: Message, raised: str | None) -> str | None:
    """The text of the exception that the record is about."""
    report = reported(message, raised)
    if report is not None:
        return report.message
    thing = subject(message) if raised else None
    return thing.exception_text if thing else None


def _field(message: Message, key: str) -> str | None:
    name = key.removeprefix("field.")
    return message.record.fields.get(name) or message.values.get(name)


#: What a view says of one record only, by key.
OWN: dict[str, Callable[[Message, str | None], object]] = {
    "duration": lambda message, _: message.duration / 1e6 if message.duration is not None else None,
    "exception.message": exception_text,
    "task": lambda message, _: thing.name if (thing := subject(message)) else None,
    "level": lambda message, _: message.record.prefix.level,
    "thread": lambda message, _: message.record.prefix.thread,
    "pid": lambda message, _: message.record.prefix.pid,
    "partial": lambda message, _: message.partial,
    "source": lambda message, _: message.record.source,
    "stream": lambda message, _: message.record.stream,
    "test": lambda message, _: message.record.test,
    "text": lambda message, _: message.record.text,
    "message": lambda message, _: message.record.text.lstrip("\n").partition("\n")[0],
}
