"""Parsing never raises, whatever the text, and takes time in proportion to its length."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynclog.model import Prefix, Record
from asynclog.parse.frames import parse_frames
from asynclog.parse.legacy import parse_callee
from asynclog.parse.message import understand
from asynclog.parse.reprs import parse_repr
from asynclog.parse.tracebacks import parse_traceback

HEADER = "Traceback (most recent call last):"
LINES = [
    *(
        "Task exception was never retrieved",
        "future: <Task finished exception=ValueError('a\\nb')>",
        "task: <Task pend",
    ),
    *("source_traceback: Object created at (most recent call last):", HEADER, f"  + Exception Group {HEADER}"),
    *('  File "/srv/a.py", line 3, in f', '  File "/srv/a.py", line', "    source()", "    ^^^^", "ValueError: a", "b"),
    *(
        "  [Previous line repeated 3 more times]",
        "  | E: x (1 sub-exception)",
        "  +-+---------------- 1 ----------------",
    ),
    *(
        "    +---------------- 2 ----------------",
        "    +------------------------------------",
        '"""',
        "",
        "   ",
        "x: <",
    ),
    *("The above exception was the direct cause of the following exception:", "key: [(<", "╰───╯", "│ /a.py:1 in f │"),
    *("╭─── Traceback (most recent call last) ───╮", "Coroutine created at (most recent call last)", "  + Call stack:"),
    *("Thread 0x7f (most recent call first):", "* Task(name='x', id=0x1)", "Executing <Task x> took 0.1 seconds"),
]
SIGNS = st.text("<>[](){}'\"\\ =,:.-\n0aé\0|+", max_size=60)
WORDS = st.sampled_from(["<Task pending", " name='", " coro=<f() running at ", " wait_for=<Future ", " cb=["])
ANY = st.text(max_size=80) | SIGNS | st.lists(WORDS | SIGNS, max_size=8).map("".join)
RECORDS = st.lists(st.sampled_from(LINES) | ANY, max_size=25).map("\n".join)
KINDS = st.sampled_from([None, "exception-never-retrieved", "slow-callback", "call-graph", "faulthandler-dump"])
FIELDS = st.dictionaries(
    st.sampled_from(["handle", "duration", "callback", "task", "object", "wrapper", "file", "what"]), ANY, max_size=3
)


@settings(max_examples=400, deadline=None)
@given(ANY)
def test_any_repr(text):
    item = parse_repr(text)
    assert item.raw == text.strip()
    parse_callee(text)


@settings(max_examples=300, deadline=None)
@given(RECORDS, st.sampled_from([None, "ValueError('a\\nb')", "X()"]))
def test_any_traceback(text, exception):
    lines = text.split("\n")
    known = parse_repr(f"<Future finished exception={exception}>") if exception else None
    _, taken = parse_traceback(lines, known)
    assert 0 <= taken <= len(lines)
    frames, taken = parse_frames(lines)
    assert len(frames) <= taken <= len(lines)


@settings(max_examples=400, deadline=None)
@given(RECORDS, KINDS, FIELDS, st.booleans())
def test_any_record(text, kind, fields, headless):
    record = Record("x", 1, 0, Prefix(logger="asyncio", level="ERROR"), text, kind, fields, headless=headless)
    message = understand(record)
    assert message.kind
    assert message == understand(record)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2000), st.sampled_from(LINES), st.text(max_size=3))
def test_cut_anywhere(end, line, tail):
    text = "\n".join(LINES)[:end] + tail + line[: end % 50]
    understand(Record("x", 1, 0, Prefix(), text, "exception-never-retrieved", cut=True))


def steps(text):
    """How many lines of Python the parser runs through for a text."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += 1
        return trace

    record = Record("x", 1, 0, Prefix(), text, "exception-never-retrieved")
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        understand(record)
    finally:
        sys.settrace(before)
    return count


FIRST = "Task exception was never retrieved\n"
KNOWN = "future: <Task finished exception=ValueError('a')>\n"
FRAME = '  File "x", line 1, in f\n    a\n'
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
GROWING = {
    "openers": lambda n: FIRST + "future: <Task pending " + "(<[" * n,
    "openers and other closers": lambda n: FIRST + "future: <Task pending " + "(<" * n + ")]" * n + ">",
    "closers": lambda n: FIRST + "future: <Task pending " + ")>" * n + ">",
    "quotes": lambda n: FIRST + "future: <Task pending " + " '\"" * n + ">",
    "nested wait_for": lambda n: FIRST + "task: " + "<Task pending wait_for=" * n + ">" * n,
    "callbacks": lambda n: FIRST + "future: <Task pending cb=[" + "f() at a, " * n + "]>",
    "argument groups": lambda n: FIRST + "handle: <Handle f" + "()" * n + "x>",
    "created at": lambda n: FIRST + "future: <Task pending" + " created at x:1" * n + ">",
    "cut arguments": lambda n: FIRST + "future: <Task pending " + "(aaaaaaaaaaaaa...aaaaaaaaaaaaaa)" * n + ">",
    "lines in a repr": lambda n: FIRST + "future: <Task pending " + "\n a" * n + ">",
    "keys": lambda n: FIRST + "".join(f"k{i}: <a(\n" for i in range(n)),
    "loose lines": lambda n: FIRST + "future: <Foo x>\n" + "abc\n" * n,
    "headers": lambda n: FIRST + KNOWN + f"{HEADER}\n" * n,
    "unrelated tracebacks": lambda n: FIRST + KNOWN + f"{HEADER}\n{FRAME}KeyError: x\n" * n,
    "chained tracebacks": lambda n: FIRST + KNOWN + f"{HEADER}\n{FRAME}KeyError: x\n{CAUSE}" * n,
    "links": lambda n: FIRST + "KeyError: x" + CAUSE * n,
    "frames": lambda n: FIRST + f"{HEADER}\n" + FRAME * n,
    "empty lines": lambda n: FIRST + f"{HEADER}\n{FRAME}" + "\n" * n + "x",
    "frames and empty lines": lambda n: FIRST + f"{HEADER}\n" + f"{FRAME}\n\n" * n,
    "broken frames": lambda n: FIRST + f"{HEADER}\n" + '  File "a\n' * n,
    "triple quotes": lambda n: FIRST + f"{HEADER}\nValueError: x\n" + '"""\n' * n,
    "groups": lambda n: FIRST + f"  + Exception Group {HEADER}\n" * n,
    "group members": lambda n: FIRST + f"  + Exception Group {HEADER}\n" + "  +-+---- 1 ----\n    | E: x\n" * n,
    "boxes": lambda n: FIRST + "╭── Traceback (most recent call last) ──╮\n" + "│ abc/ │\n" * n,
    "stacks": lambda n: FIRST + f"source_traceback: Object created at (most recent call last):\n{FRAME}" * n,
}


@pytest.mark.parametrize("grow", GROWING.values(), ids=GROWING.keys())
def test_steps_grow_with_the_text(grow):
    """Twice the text may cost twice the steps and a little, not four times."""
    grow(400) and steps(grow(1))  # warm the caches
    once, twice = steps(grow(400)), steps(grow(800))
    assert twice <= 2.2 * once + 2000


HUGE = 200_000
SEARCHED = {
    "spaces": "x" + " " * HUGE,
    "spaces in a repr": "x\nfuture: <Task pending " + " " * HUGE + "x",
    "dotted name": "x\n" + "a." * HUGE,
    "local class": f"x\n{HEADER}\n" + "A.<locals>.x" * (HUGE // 10) + "!",
    "file words": "x" + ' File "' * (HUGE // 7),
    "line words": f'x\n{HEADER}\n  File "' + '", line' * (HUGE // 7),
    "took words": "Executing <" + " took 1 seconds" * (HUGE // 15),
    "escaped quotes": "x\nfuture: <Task pending exception=X(" + r"(\'" * (HUGE // 3) + ">",
    "box edge": "x\n╭" + "─" * HUGE + " Traceback (most recent call last)" + "─" * HUGE,
    "old coroutine": "x\nfuture: Coroutine '" + "' defined " * (HUGE // 10),
    "parentheses": "x" + " (<" * (HUGE // 3),
    "colons": "x\ntask: <Task pending created at " + "::1" * (HUGE // 3) + ">",
    "blanks": "x task: <Task pending>" + " " * HUGE + "x",
    "blanks in a stack": 'x task: <T> Traceback (most recent call last):  File "a", line 1, in f'
    + " " * HUGE
    + 'File "b',
}


@pytest.mark.parametrize("text", SEARCHED.values(), ids=SEARCHED.keys())
def test_no_pattern_explodes(text):
    """Would not come back in hours if a pattern backtracked."""
    for kind in ("slow-callback", "task-destroyed-pending"):
        understand(Record("x", 1, 0, Prefix(), text, kind))
