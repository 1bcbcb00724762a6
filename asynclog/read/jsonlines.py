"""JSON lines: whatever the field names, the message, its traceback and its prefix are found by what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from asynclog.lazy import regex
from asynclog.model import Prefix
from asynclog.read.timestamps import IN_PARTS, in_parts, parse_timestamp

_MESSAGE = (
    "message",
    "msg",
    "event",
    "text",
    "textPayload",
    "log",
    "full_message",
    "short_message",
    "body",
    "body.stringValue",
    "Body",
    "@message",
    "MESSAGE",
    "line",
    "@m",
    "record.message",
    "full_message",
    "jsonPayload.message",
    "log.message",
    "record.text",
    "content",
    "data",
)
_TRACE = (
    "exc_info",
    "exc_text",
    "exception",
    "traceback",
    "stack_trace",
    "error.stack_trace",
    "error.stack",
    "exc",
    "stack",
    "exception.stacktrace",
    "attributes.exception.stacktrace",
    "stack_info",
    "err.stack",
    "exception.traceback",
    "error.traceback",
    "record.exception",
    "exception_text",
    "exc_traceback",
    "@x",
    "jsonPayload.exc_info",
    "jsonPayload.traceback",
    "error",
)
_LEVEL = (
    "level",
    "levelname",
    "severity",
    "log.level",
    "lvl",
    "loglevel",
    "log_level",
    "levelName",
    "severity_text",
    "severityText",
    "@l",
    "record.level.name",
    "level.name",
    "PRIORITY",
)
_LOGGER = (
    "logger", "name", "logger_name", "log.logger", "loggerName", "logger.name", "module_name", "record.name",
    "scope", "channel", "category", "_logger", "fields.logger", "extra.logger", "attributes.logger",
    "attributes.logger.name",
)  # fmt: skip
_TIME = (
    "timestamp", "time", "@timestamp", "asctime", "ts", "date", "datetime", "created", "record.time.repr",
    "t", "@t", "record.time.timestamp", "log_time", "event_time", "timeUnixNano", "receiveTimestamp", "__REALTIME_TIMESTAMP",
)  # fmt: skip
_PID = ("process", "pid", "process.pid", "process_id", "record.process.id", "processId", "process.id", "_PID")
_THREAD = ("threadName", "thread", "thread_name", "process.thread.name", "record.thread.name", "thread.name")
_TASK = ("taskName", "task_name", "task")
_STREAM = (
    "pod", "container", "container_name", "kubernetes.pod_name", "hostname", "host", "host.name", "service", "container_id",
)  # fmt: skip
_SHORT = 1000  # characters of all names of an entry
_DOCKER = {"log", "stream", "time"}
_TYPE = ("exception.type", "error.type", "exc_type", "exception_type", "err.type", "exception.class")
_WORDS = ("exception.message", "error.message", "exc_value", "exception_message", "exception.value", "err.message")
TOLD = frozenset(
    name.encode()
    for names in (_MESSAGE, _TRACE, _LEVEL, _LOGGER, _TIME, _PID, _THREAD, _STREAM, _TYPE, _WORDS, *IN_PARTS)
    for name in names
    if name != "created"  # logging's number, which counts only where no field has a time that is printed
)
"""Fields that tell something; what the others hold is read by nobody."""
_NUMERIC_LEVELS = {
    **dict.fromkeys((0, 1, 2, 50), "CRITICAL"),  # syslog's 0 to 7, logging's 10 to 50
    **dict.fromkeys((3, 40), "ERROR"),
    **dict.fromkeys((4, 30), "WARNING"),
    **dict.fromkeys((5, 6, 20), "INFO"),
    **dict.fromkeys((7, 10), "DEBUG"),
}
_INNER = regex(
    r'(?:Traceback \(most recent call last\):$|  File "|    \S|(?:future|task|handle): <|source_traceback: )'
)
_PAIR = regex(r'"(?P<key>[\w.@/ -]{1,80})"\s*:\s*"(?P<text>(?:[^"\\]|\\.)*+)(?:"|$)', re.S)
_ESCAPE = regex(r"\\(u[0-9a-fA-F]{4}|.)", re.S)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def decode(text: str) -> tuple[Prefix, str, str | None] | None:
    """The prefix, the text (message, then traceback) and the writer of one JSON object; None where it is no log entry."""
    flat = _parsed(text)
    return entry(flat) if flat is not None else None


def decode_cut(line: str) -> tuple[Prefix, str, str | None] | None:
    """The same of an object that does not decode, because its line was cut: from those of its strings that are there."""
    return entry({key: text for key, _, text in strings(line)})


class _Names(NamedTuple):
    """Those names of each sort that the fields of an entry have."""

    message: tuple[str, ...]
    trace: tuple[str, ...]
    type: tuple[str, ...]
    words: tuple[str, ...]
    level: tuple[str, ...]
    time: tuple[str, ...]
    logger: tuple[str, ...]
    pid: tuple[str, ...]
    thread: tuple[str, ...]
    task: tuple[str, ...]
    stream: tuple[str, ...]


def _names_among(fields: tuple[str, ...]) -> _Names:
    sorts = (_MESSAGE, _TRACE, _TYPE, _WORDS, _LEVEL, _TIME, _LOGGER, _PID, _THREAD, _TASK, _STREAM)
    return _Names(*[tuple([name for name in names if name in fields]) for names in sorts])


_names_known = lru_cache(maxsize=256)(_names_among)  # a program writes entries of few forms


def entry(flat: Mapping[str, Any]) -> tuple[Prefix, str, str | None] | None:
    """The same of fields with their values."""
    names = (_names_known if sum(map(len, flat)) < _SHORT else _names_among)(tuple(flat))
    message = _pick(flat, names.message)
    if message is None:
        return None
    trace = _trace(flat, message, names)
    body = message.rstrip("\n")
    if trace:
        body += "\n" + trace.strip("\n")
    level = _pick(flat, names.level)
    if level is not None and level.isdigit():
        level = _NUMERIC_LEVELS.get(int(level), level)
    times = (str(raw) for name in names.time if (raw := flat[name]) is not None)
    stamp = next((found for text in times if (found := parse_timestamp(text))), None) or in_parts(flat)
    pid = _pick(flat, names.pid)
    prefix = Prefix(
        "",
        stamp,
        level.upper() if level else None,
        _pick(flat, names.logger),
        int(pid) if pid and pid.isdigit() else None,
        _pick(flat, names.thread),
        _pick(flat, names.task),
    )
    return prefix, body, _pick(flat, names.stream)


def nested(text: str) -> Iterator[dict[str, str]]:
    """The objects within a JSON object that have a `message` of their own: an exception handler's context is one."""
    flat = _parsed(text) or {}
    for key in flat:
        path, dot, name = key.rpartition(".")
        if dot and name == "message":
            within = ((name.removeprefix(path + dot), value) for name, value in flat.items())
            items = {name: value for name, value in within if isinstance(value, str) and "." not in name}
            if any(value.startswith("<") for value in items.values()):
                yield items


class SingleLine(NamedTuple):
    """One line of a log that was wrapped in JSON by a collector: `partial` where the line goes on in the next object."""

    text: str
    writer: str | None
    time: str | None
    partial: bool


def single_line(text: str) -> SingleLine | None:
    """The log line in a JSON object that holds one line of text; None where it is no such object."""
    flat = _parsed(text)
    if flat is None:
        return None
    if flat.keys() == _DOCKER and all(isinstance(value, str) for value in flat.values()):
        message = flat["log"]
        return SingleLine(message.rstrip("\r\n"), flat["stream"] or None, flat["time"], not message.endswith("\n"))
    message = _pick(flat, _MESSAGE)
    if message is None:
        if not any(flat.get(name) == "" for name in _MESSAGE):
            return None
        message = ""  # an empty line of the log
    docker = _is_docker(flat)
    stamp = next((str(flat[name]) for name in _TIME if flat.get(name) is not None), None)
    writer = _pick(flat, ("stream",)) if docker else _pick(flat, _STREAM)
    return SingleLine(message.rstrip("\r\n"), writer, stamp, docker and not message.endswith("\n"))


def are_single_lines(lines: Sequence[str]) -> bool:
    """Whether a file of JSON objects holds a line of text in each, so that records go over several objects."""
    objects = [flat for line in lines if line.lstrip().startswith("{") and (flat := _parsed(line)) is not None]
    if len(objects) < 0.8 * len(lines) or not objects:
        return False
    if sum(map(_is_docker, objects)) > len(objects) / 2:
        return True
    messages = [message for flat in objects if (message := _pick(flat, _MESSAGE)) is not None]
    return any("\n" not in message.rstrip("\n") and _INNER.match(message) for message in messages)


def _is_docker(flat: Mapping[str, Any]) -> bool:
    return flat.keys() >= _DOCKER


def _parsed(text: str) -> dict[str, Any] | None:
    import orjson

    try:
        value = orjson.loads(text)
    except ValueError:
        import json

        try:
            value = json.loads(text)  # takes lone surrogates, which Python's own JSON writes
        except (ValueError, RecursionError):
            return None
    if not isinstance(value, dict):
        return None
    return dict(_flatten(value)) if any(isinstance(item, dict) for item in value.values()) else value


def strings(line: str) -> Iterator[tuple[str, int, str]]:
    """The string values of a JSON-like line that does not decode (cut, or one line of a pretty-printed object).

    Each with its key and where it starts.
    """
    for found in _PAIR.finditer(line):
        yield found["key"], found.start("text"), unescaped(found["text"])


def unescaped(text: str) -> str:
    """What a string literal of JSON says."""
    return _ESCAPE.sub(_unescape, text)


def has_message(flat: Mapping[str, Any]) -> bool:
    """Whether one of the fields is the text of an entry."""
    return _pick(flat, _MESSAGE) is not None


def _unescape(found: re.Match[str]) -> str:
    what = found.group(1)
    if what[0] == "u" and len(what) == 5:
        return chr(int(what[1:], 16))
    return _SIMPLE.get(what, what)


def _flatten(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        name = f"{path}.{key}" if path else str(key)
        if isinstance(item, dict):
            yield from _flatten(item, name)
        else:
            yield name, item


def _pick(flat: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = flat.get(name)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, str | int | float) and str(value):
            return str(value)
    return None


def _trace(flat: Mapping[str, Any], message: str, names: _Names) -> str | None:
    """The traceback in its own field, as text; structured ones (structlog's dicts) are written out again."""
    final = _final(flat, names)
    for name in names.trace:
        value = flat[name]
        if isinstance(value, list):
            if value and all(isinstance(line, str) for line in value):
                return "\n".join(line.rstrip("\n") for line in value)
            if value and isinstance(value[0], dict):
                return _structured(value)
        if (
            isinstance(value, str)
            and ("\n" in value or "Traceback" in value or 'File "' in value)
            and value.strip() not in message
        ):
            without = final and final.partition(":")[0].rpartition(".")[2] not in value
            return f"{value.rstrip()}\n{final}" if without else value
    if final:
        return final
    for name in names.trace:
        value = flat[name]
        if (
            isinstance(value, str)
            and value.strip()
            and value.strip() not in message
            and re.match(r"[A-Za-z_][\w.]*(?::|$)", value)
        ):
            return value
    return None


def _final(flat: Mapping[str, Any], names: _Names) -> str | None:
    """The last line of a traceback, from the fields that hold type and text of the exception."""
    name, words = _pick(flat, names.type), _pick(flat, names.words)
    return f"{name}: {words}" if name and words else name


def _structured(stacks: list[dict[str, Any]]) -> str:
    """structlog's `exception: [{exc_type, exc_value, frames: [...]}]`, oldest last, as a printed traceback."""
    parts = []
    for stack in reversed(stacks):
        lines = ["Traceback (most recent call last):"]
        for frame in stack.get("frames") or ():
            if isinstance(frame, dict):
                lines.append(
                    f'  File "{frame.get("filename", "?")}", line {frame.get("lineno", 0)}, in {frame.get("name", "?")}'
                )
                if frame.get("line"):
                    lines.append("    " + str(frame["line"]).strip())
        lines.append(f"{stack.get('exc_type', 'Exception')}: {stack.get('exc_value', '')}".rstrip(": "))
        parts.append("\n".join(lines))
    return "\n\nDuring handling of the above exception, another exception occurred:\n\n".join(parts)
