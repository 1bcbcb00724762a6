"""Findings as JSON lines: exactly the documented keys."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.model import Finding, Severity, Site, Timestamp, Via
from asynclog.render.jsonl import finding_json, finding_line

KEYS = [
    *("kind", "rule", "severity", "source", "line", "timestamp", "fingerprint", "site", "coroutine", "task", "object"),
    *("duration", "exception", "partial", "text"),
]


def finding(**changes):
    place = {"source": "a.log", "source_index": 0, "line": 7, "offset": 90}
    values = {"kind": "slow-callback", "rule": "slow-callback", "severity": Severity.WARNING, **place}
    values |= {"fingerprint": "asynclog/v1:ab", "signature": "s"}
    return Finding(**(values | changes))


def test_what_is_unknown_is_null():
    shown = finding_json(finding())
    assert list(shown) == KEYS
    assert shown["site"] == {"file": None, "line": None, "function": None, "via": "none"}
    for key in ("timestamp", "coroutine", "task", "object", "duration", "exception"):
        assert shown[key] is None
    assert shown["partial"] is False


def test_what_is_known():
    shown = finding_json(
        finding(
            site=Site("C:\\a b.py", 3, "f", Via.CALLBACK),
            duration=123_000,
            exception_type="ValueError",
            exception_message="",
            timestamp=Timestamp("10:00:00,5", 1, dated=False),
            coroutine="A.b",
            task="Task-1",
            object="Task",
            partial=True,
        )
    )
    assert shown["site"] == {"file": "C:\\a b.py", "line": 3, "function": "f", "via": "callback"}
    assert shown["duration"] == 0.123
    assert shown["exception"] == {"type": "ValueError", "message": ""}
    assert shown["timestamp"] == "10:00:00,5"
    assert (shown["severity"], shown["partial"], shown["object"]) == ("warning", True, "Task")


@pytest.mark.parametrize(
    ("callback", "shown"),
    [
        ("Wire.lost", "Wire.lost"),
        ("serve.<locals>.<lambda>", "serve.<locals>.<lambda>"),
        ("<TaskStepMethWrapper object>", "<TaskStepMethWrapper object>"),
        ("functools.partial(f)", None),
    ],
)
def test_a_callback_is_named_where_no_coroutine_is_told(callback, shown):
    assert finding_json(finding(callback=callback))["coroutine"] == shown
    assert finding_json(finding(callback=callback, coroutine="A.b"))["coroutine"] == "A.b"


@given(st.text(st.characters()))
def test_a_line_is_a_line_and_says_the_same(text):
    shown = finding(text=text, task=text)
    packed = finding_line(shown)
    assert packed.count(b"\n") == 1
    assert json.loads(packed) == finding_json(shown)


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "\x9b", "\x7f", "\u2028", "\u202e", "\ud800", "::error::x", "##[error]", "é\x00\x7f"]
)
def test_nothing_is_sent_to_a_terminal(text):
    packed = finding_line(finding(text=text)).decode()
    assert text not in packed
    assert json.loads(packed)["text"] == text


def test_other_scripts_stay_readable():
    assert "日本" in finding_line(finding(text="日本")).decode()
