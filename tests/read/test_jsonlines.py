"""JSON lines, whatever the names of their fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.read.jsonlines import decode, strings

TRACE = 'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in f\n    x\nValueError: boom'
MESSAGE = (
    "Task exception was never retrieved\n"
    "future: <Task finished name='T' coro=<f() done, defined at /srv/a.py:1> exception=ValueError('boom')>"
)
WHOLE = f"{MESSAGE}\n{TRACE}"
ISO = "2026-01-31T12:00:00.123Z"
NOON = 1_769_860_800_123_000

FRAMES = [{"filename": "/srv/a.py", "lineno": 1, "name": "f", "line": "x"}]

# spelling: the object; level, logger, pid, thread, task
SPELLINGS: dict[str, tuple[dict[str, Any], tuple[object, ...]]] = {
    "standard library names": (
        {
            "asctime": "2026-01-31 12:00:00,123",
            "levelname": "ERROR",
            "name": "asyncio",
            "message": MESSAGE,
            "exc_info": TRACE,
            "process": 4711,
            "threadName": "MainThread",
            "taskName": "Task-1",
        },
        ("ERROR", "asyncio", 4711, "MainThread", "Task-1"),
    ),
    "python-json-logger": (
        {"timestamp": ISO, "level": "error", "logger": "asyncio", "message": MESSAGE, "exc_info": TRACE},
        ("ERROR", "asyncio", None, None, None),
    ),
    "structlog": (
        {"event": MESSAGE, "level": "error", "logger": "asyncio", "timestamp": ISO, "exception": TRACE},
        ("ERROR", "asyncio", None, None, None),
    ),
    "structlog, frames as objects": (
        {
            "event": MESSAGE,
            "level": "error",
            "timestamp": ISO,
            "exception": [{"exc_type": "ValueError", "exc_value": "boom", "frames": FRAMES}],
        },
        ("ERROR", None, None, None, None),
    ),
    "ECS": (
        {
            "@timestamp": ISO,
            "log.level": "error",
            "message": MESSAGE,
            "log": {"logger": "asyncio"},
            "error": {"type": "ValueError", "message": "boom", "stack_trace": TRACE},
            "process": {"pid": 4711, "thread": {"name": "MainThread"}},
        },
        ("ERROR", "asyncio", 4711, "MainThread", None),
    ),
    "GCP, structured": ({"severity": "ERROR", "message": WHOLE, "time": ISO}, ("ERROR", None, None, None, None)),
    "GCP, text": ({"severity": "ERROR", "textPayload": WHOLE, "timestamp": ISO}, ("ERROR", None, None, None, None)),
    "OpenTelemetry": (
        {
            "body": MESSAGE,
            "severity_text": "ERROR",
            "attributes": {"exception.stacktrace": TRACE},
            "timeUnixNano": "1769860800123000000",
        },
        ("ERROR", None, None, None, None),
    ),
    "numbers for levels and times": (
        {"level": 40, "name": "asyncio", "msg": WHOLE, "ts": 1769860800.123, "pid": 4711},
        ("ERROR", "asyncio", 4711, None, None),
    ),
    "milliseconds": ({"level": "error", "msg": WHOLE, "time": 1769860800123}, ("ERROR", None, None, None, None)),
    "seconds and nanos": (
        {"severity": "ERROR", "message": WHOLE, "timestamp": {"seconds": 1769860800, "nanos": 123000000}},
        ("ERROR", None, None, None, None),
    ),
    "seconds and nanos apart": (
        {"severity": "ERROR", "message": WHOLE, "timestampSeconds": "1769860800", "timestampNanos": "123000000"},
        ("ERROR", None, None, None, None),
    ),
    "traceback as a list of lines": (
        {"time": ISO, "level": "error", "message": MESSAGE, "exc_info": TRACE.split("\n")},
        ("ERROR", None, None, None, None),
    ),
    "traceback twice": (
        {"time": ISO, "level": "error", "message": WHOLE, "exc_info": TRACE},
        ("ERROR", None, None, None, None),
    ),
    "docker": ({"log": WHOLE + "\n", "stream": "stderr", "time": ISO}, (None, None, None, None, None)),
}


@pytest.mark.parametrize(("value", "said"), SPELLINGS.values(), ids=SPELLINGS)
def test_spellings(value: dict[str, Any], said: tuple[object, ...]) -> None:
    decoded = decode(json.dumps(value))
    assert decoded is not None
    prefix, text, _ = decoded
    assert text == WHOLE
    assert prefix.timestamp is not None
    assert prefix.timestamp.micros == NOON
    assert (prefix.level, prefix.logger, prefix.pid, prefix.thread, prefix.task) == said


def test_loguru_serialized_keeps_its_own_text() -> None:
    text = f"2026-01-31 12:00:00.123 | ERROR    | asyncio.runners:run:118 - {WHOLE}\n"
    record = {"level": {"name": "ERROR", "no": 40}, "message": MESSAGE, "name": "asyncio", "process": {"id": 4711}}
    decoded = decode(json.dumps({"text": text, "record": record}))
    assert decoded is not None
    assert decoded[1] == text.rstrip("\n")
    assert (decoded[0].level, decoded[0].logger, decoded[0].pid) == ("ERROR", "asyncio", 4711)


@pytest.mark.parametrize("key", ["pod", "container", "hostname", "host", "kubernetes.pod_name"])
def test_the_writer_is_told_apart(key: str) -> None:
    decoded = decode(json.dumps({"message": "x", key: "web-1"}))
    assert decoded is not None
    assert decoded[2] == "web-1"


def test_type_and_value_make_the_last_line_of_a_traceback() -> None:
    decoded = decode(json.dumps({"message": MESSAGE, "exception": {"type": "ValueError", "message": "boom"}}))
    assert decoded is not None
    assert decoded[1] == f"{MESSAGE}\nValueError: boom"


def test_flags_are_no_traceback() -> None:
    decoded = decode(json.dumps({"message": MESSAGE, "exc_info": True, "stack_info": None}))
    assert decoded is not None
    assert decoded[1] == MESSAGE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "{",
        "[1]",
        "1",
        '"message"',
        "{}",
        '{"a": 1}',
        '{"message": ""}',
        '{"message": null}',
        "{'message': 'x'}",
    ],
)
def test_what_is_no_entry(text: str) -> None:
    assert decode(text) is None


def test_strings_of_a_cut_line_are_found_and_unescaped() -> None:
    line = '{"level": "error", "msg": "Task was \\"destroyed\\"\\nbut \\u00e9'
    assert [(key, text) for key, _, text in strings(line)] == [
        ("level", "error"),
        ("msg", 'Task was "destroyed"\nbut \u00e9'),
    ]


KEYS = ("message", "exc_info", "exception", "error", "level", "time", "record", "process", "frames", "exc_type", "type")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=6))
def test_any_object_is_read_without_an_exception(value: dict[str, Any]) -> None:
    decode(json.dumps(value))
