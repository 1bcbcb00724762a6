"""What a prefix says, and what it looks like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.read.prefix import is_header, is_plausible_prefix, parse_prefix, shape

D = "2026-01-31 12:00:00"

# prefix: time as printed, level, logger, pid, thread, task
SAID = {
    "month as a word": (
        "[31-Jan-26 12:00:00 - ERROR] - asyncio - ",
        "31-Jan-26 12:00:00",
        "ERROR",
        "asyncio",
        None,
        None,
        None,
    ),
    "nothing": ("", None, None, None, None, None, None),
    "basicConfig": ("ERROR:asyncio:", None, "ERROR", "asyncio", None, None, None),
    "warnings": ("WARNING:py.warnings:", None, "WARNING", "py.warnings", None, None, None),
    "asctime dashes": (f"{D},123 - asyncio - ERROR - ", f"{D},123", "ERROR", "asyncio", None, None, None),
    "asctime": (f"{D},123 ERROR asyncio ", f"{D},123", "ERROR", "asyncio", None, None, None),
    "level in brackets": (f"{D},123 [ERROR] asyncio: ", f"{D},123", "ERROR", "asyncio", None, None, None),
    "celery": (f"[{D},123: ERROR/MainProcess] ", f"{D},123", "ERROR", None, None, None, None),
    "gunicorn": (f"[{D} +0000] [4711] [ERROR] ", f"{D} +0000", "ERROR", None, 4711, None, None),
    "loguru": (f"{D}.123 | ERROR    | asyncio.runners:run:118 - ", f"{D}.123", "ERROR", "asyncio", None, None, None),
    "pid, thread behind": (
        f"{D},123 4711 ERROR asyncio MainThread: ",
        f"{D},123",
        "ERROR",
        "asyncio",
        4711,
        "MainThread",
        None,
    ),
    "all in brackets": (f"{D} [4711] [MainThread] [asyncio] [ERROR] ", D, "ERROR", "asyncio", 4711, "MainThread", None),
    "pid colon thread": (
        f"{D} - 4711:MainThread - WARN - asyncio - ",
        D,
        "WARNING",
        "asyncio",
        4711,
        "MainThread",
        None,
    ),
    "letter behind pid and thread": (
        f"{D},123 4711 MainThread W ",
        f"{D},123",
        "WARNING",
        None,
        4711,
        "MainThread",
        None,
    ),
    "epoch, letter": (
        "1769860800.123456 4711 MainThread D ",
        "1769860800.123456",
        "DEBUG",
        None,
        4711,
        "MainThread",
        None,
    ),
    "epoch in milliseconds": ("1769860800123 ERROR ", "1769860800123", "ERROR", None, None, None, None),
    "level of three letters": ("Jan 31 12:00:00 DBG ", "Jan 31 12:00:00", "DEBUG", None, None, None, None),
    "level of three letters, logger": (f"{D} WRN asyncio: ", D, "WARNING", "asyncio", None, None, None),
    "logcat": ("01-31 12:00:00.123  4711  4712 E ", "01-31 12:00:00.123", "ERROR", None, 4711, None, None),
    "a numbered request": (f"{D} ERROR [req 4711] asyncio: ", D, "ERROR", "asyncio", None, None, None),
    "a numbered connection": (f"{D} ERROR (conn #3) [4711] asyncio: ", D, "ERROR", "asyncio", 4711, None, None),
    "pid in brackets": (f"{D} ERROR [pid 4711] asyncio: ", D, "ERROR", "asyncio", 4711, None, None),
    "process in brackets": (f"{D} ERROR [Process: 4711] asyncio: ", D, "ERROR", "asyncio", 4711, None, None),
    "pid=": (f"{D} pid=4711 ERROR asyncio: ", D, "ERROR", "asyncio", 4711, None, None),
    "home assistant": (
        f"{D}.123 ERROR (MainThread) [asyncio] ",
        f"{D}.123",
        "ERROR",
        "asyncio",
        None,
        "MainThread",
        None,
    ),
    "thread of a pool": (
        f"{D} ERROR [asyncio] (ThreadPoolExecutor-0_1) ",
        D,
        "ERROR",
        "asyncio",
        None,
        "ThreadPoolExecutor-0_1",
        None,
    ),
    "numbered thread": (
        "12:00:00.123 [Thread-3] ERROR asyncio - ",
        "12:00:00.123",
        "ERROR",
        "asyncio",
        None,
        "Thread-3",
        None,
    ),
    "task": (f"{D} ERROR asyncio Task-12 ", D, "ERROR", "asyncio", None, None, "Task-12"),
    "airflow": (
        "[2026-01-31T12:00:00.123+0000] {base_events.py:1771} ERROR - ",
        "2026-01-31T12:00:00.123+0000",
        "ERROR",
        None,
        None,
        None,
        None,
    ),
    "glog": (
        "E0131 12:00:00.123456 4711 base_events.py:1785] ",
        "E0131 12:00:00.123456",
        "ERROR",
        None,
        4711,
        None,
        None,
    ),
    "jupyter": (f"[W {D}.123 ServerApp] ", f"{D}.123", "WARNING", "ServerApp", None, None, None),
    "structlog": (f"{D} [error    ] ", D, "ERROR", None, None, None, None),
    "serilog": (f"{D}.123 +00:00 [ERR] ", f"{D}.123 +00:00", "ERROR", None, None, None, None),
    "level first": (f"CRITICAL {D} root ", D, "CRITICAL", "root", None, None, None),
    "fatal": (f"{D} FATAL asyncio: ", D, "CRITICAL", "asyncio", None, None, None),
    "line of logger": (f"{D} ERROR [asyncio:1785] ", D, "ERROR", "asyncio", None, None, None),
    "dotted logger": (f"{D} INFO myapp.web.handlers: ", D, "INFO", "myapp.web.handlers", None, None, None),
    "syslog": (
        "Jan 31 12:00:00 host app[4711]: ERROR:asyncio:",
        "Jan 31 12:00:00",
        "ERROR",
        "asyncio",
        4711,
        None,
        None,
    ),
    "seconds": ("[138.755s] ERROR: ", "[138.755s]", "ERROR", None, None, None, None),
    "logger alone": ("asyncio: ", None, None, "asyncio", None, None, None),
}


@pytest.mark.parametrize(("text", "time", "level", "logger", "pid", "thread", "task"), SAID.values(), ids=SAID)
def test_what_it_says(
    text: str,
    time: str | None,
    level: str | None,
    logger: str | None,
    pid: int | None,
    thread: str | None,
    task: str | None,
) -> None:
    prefix = parse_prefix(text)
    assert (prefix.timestamp and prefix.timestamp.text) == time
    assert (prefix.level, prefix.logger, prefix.pid, prefix.thread, prefix.task) == (level, logger, pid, thread, task)
    assert prefix.text == text


@pytest.mark.parametrize("name", [name for name in SAID if name not in ("nothing", "logger alone")])
def test_such_a_line_begins_a_record(name: str) -> None:
    text = SAID[name][0]
    assert is_header(text + "Task was destroyed but it is pending!")
    assert is_plausible_prefix(text)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "    raise ValueError(x)",
        '  File "/srv/app/a.py", line 6, in job',
        "ValueError: 12 is too much",
        "Traceback (most recent call last):",
        "future: <Task finished name='T'>",
        "source_traceback: Object created at (most recent call last):",
        "    ~~~~~^^^",
        "ErrorCode: 7",
        "INFO",
        "Error in the ERROR handler",
        "12 monkeys",
        "KeyError: '2026'",
        "  + Exception Group Traceback (most recent call last):",
    ],
)
def test_such_a_line_begins_none(line: str) -> None:
    assert not is_header(line)


PLAUSIBLE = {
    "nothing": "",
    "blanks": "    ",
    "comment": "# ",
    "prompt": ">>> ",
    "box": "│ ",
    "dots of a test run": "tests/test_a.py ...",
    "lead-in": "asyncio error: ",
    "doing job": f"{D} ERROR (MainThread) [x] Error doing job: ",
    "unhandled": f"{D} ERROR app: Unhandled exception: ",
    "unit": "app[4711]: ",
    "thread": "(MainThread) ",
    "thread with a mark": "Thread-1 (serve): ",
    "process and its number": "MainProcess 4242 ",
    "logger and function": "[py.warnings:_showwarnmsg] ",
    "number and logger": "     161 py.warnings ",
    "logger and level as one": "asyncio.ERROR> ",
    "function": "call_exception_handler: ",
}
QUOTING = {
    "quote": "He said: '",
    "double quote": 'message "',
    "exception": "KeyError: 'x' ",
    "call": "raise RuntimeError(",
    "frame": '  File "x", line 1, in ',
    "prose": "we saw that the log had ",
    "prose about a thread": "the MainThread said ",
    "prose behind a prefix": f"{D} INFO app: worker one says that ",
    "assignment": "    x = ",
    "await": "  await ",
}


@pytest.mark.parametrize("text", PLAUSIBLE.values(), ids=PLAUSIBLE)
def test_what_may_stand_before_a_message(text: str) -> None:
    assert is_plausible_prefix(text)


@pytest.mark.parametrize("text", QUOTING.values(), ids=QUOTING)
def test_what_quotes_a_message(text: str) -> None:
    assert not is_plausible_prefix(text)


# a prefix, lines that begin like it, lines that do not
SHAPES = {
    "asctime": (
        f"{D},123 - asyncio - ERROR - ",
        ["2027-12-01 00:00:00,000 - a.b - INFO - x"],
        ["  2027-12-01 00:00:00", "x", "2027-12-01"],
    ),
    "basicConfig": ("ERROR:asyncio:", ["INFO:app:x", "WARNING:py.warnings:x"], ["ValueError: x", "error", "ERRORS:"]),
    "time in brackets": (
        f"[{D} +0000] [4711] [ERROR] ",
        ["[2026-02-01 01:02:03 +0100] [1] [INFO] x"],
        ["[1] x", "2026-02-01 01:02:03"],
    ),
    "month name": ("Jan 31 12:00:00 host app[1]: ", ["Feb  1 00:00:00 b c[2]: x"], ["12:00:00 x"]),
}


@pytest.mark.parametrize(("prefix", "alike", "other"), SHAPES.values(), ids=SHAPES)
def test_the_shape_of_a_prefix_tells_where_the_next_record_starts(
    prefix: str, alike: list[str], other: list[str]
) -> None:
    pattern = shape(prefix)
    assert pattern is not None
    assert pattern.match(prefix)
    assert [line for line in alike if not pattern.match(line)] == []
    assert [line for line in other if pattern.match(line)] == []


def test_signs_for_levels_are_of_one_shape() -> None:
    own = shape("\u274c 12:00:00 ")
    assert own is not None
    assert own.match("\u26a0\ufe0f 12:00:01 low on memory")
    assert not own.match("# 12:00:01 low on memory")


@pytest.mark.parametrize("prefix", ["web ", "asyncio "])
def test_a_prefix_without_time_and_level_is_too_weak(prefix: str) -> None:
    assert shape(prefix) is None


def test_the_time_of_a_wrapper_stands_in() -> None:
    outer = "2026-01-31T12:00:00Z"
    assert parse_prefix("ERROR:asyncio:", outer).timestamp.text == outer  # type: ignore[union-attr]
    assert parse_prefix("12:00:01 ERROR asyncio:", outer).timestamp.text == outer  # type: ignore[union-attr]
    assert parse_prefix(f"{D} ERROR asyncio:", outer).timestamp.text == D  # type: ignore[union-attr]


def test_the_pid_of_a_wrapper_stands_in() -> None:
    assert parse_prefix("ERROR:asyncio:", None, "host app[4711]").pid == 4711


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    parse_prefix(text)
    is_header(text)
    is_plausible_prefix(text)
    shape(text)


def test_a_long_word_before_a_message_costs_little() -> None:
    """Would not come back in minutes if a place in code were looked for from each of its letters."""
    assert parse_prefix("a" * 200_000 + " asyncio: ").logger == "asyncio"
