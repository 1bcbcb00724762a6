"""Where a message starts in a line, which kind it is, and what only quotes one."""

from __future__ import annotations

import pytest

from asynclog.classify.rulebook import load_builtin
from asynclog.read.recognise import Recogniser

RECOGNISER = Recogniser(load_builtin().patterns)
D = "2026-01-31 12:00:00,123"

# line: kind, start of the message, some fields
HEADS = {
    "bare": ("Task was destroyed but it is pending!", "task-destroyed-pending", 0, {}),
    "basicConfig": ("ERROR:asyncio:Task was destroyed but it is pending!", "task-destroyed-pending", 14, {}),
    "asctime": (f"{D} - asyncio - ERROR - Task was destroyed but it is pending!", "task-destroyed-pending", 44, {}),
    "never retrieved": (
        f"{D} ERROR asyncio Task exception was never retrieved",
        "exception-never-retrieved",
        38,
        {},
    ),
    "never retrieved, subclass": ("MyFuture exception was never retrieved", "exception-never-retrieved", 0, {}),
    "slow": ("Executing <Handle f() at /srv/a.py:5> took 0.151 seconds", "slow-callback", 0, {"duration": "0.151"}),
    "callback": ("Exception in callback f(1) at /srv/a.py:4", "callback-exception", 0, {}),
    "warning": (
        "/srv/app/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited",
        "coroutine-never-awaited",
        0,
        {"file": "/srv/app/a.py", "line": "9"},
    ),
    "warning behind a prefix": (
        "WARNING:py.warnings:/srv/app/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited",
        "coroutine-never-awaited",
        20,
        {"file": "/srv/app/a.py"},
    ),
    "warning, relative path behind a prefix": (
        f"{D} WARNING py.warnings: app/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited",
        "coroutine-never-awaited",
        45,
        {"file": "app/a.py"},
    ),
    "warning, Windows path": (
        r"C:\app\a b\main.py:9: RuntimeWarning: coroutine 'fetch' was never awaited",
        "coroutine-never-awaited",
        0,
        {"file": r"C:\app\a b\main.py"},
    ),
    "warning, path with blanks and commas": (
        "/srv/my app, new/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited",
        "coroutine-never-awaited",
        0,
        {"file": "/srv/my app, new/a.py"},
    ),
    "unraisable": (
        "Exception ignored in: <coroutine object use at 0x7f00>",
        "unraisable-coroutine",
        0,
        {},
    ),
    "behind a thread": ("(MainThread) socket.send() raised exception.", "write-after-disconnect", 13, {}),
    "behind a function": (
        "_run_once: Executing <Handle f() at /srv/a.py:1> took 0.200 seconds",
        "slow-callback",
        11,
        {"duration": "0.200"},
    ),
    "a numbered entry of a prompt": (
        ">>> <stdin>-8:1: RuntimeWarning: coroutine 'w' was never awaited",
        "coroutine-never-awaited",
        4,
        {"file": "<stdin>-8", "line": "1"},
    ),
    "python -c": (
        "WARNING:py.warnings:-c:16: RuntimeWarning: coroutine 'w' was never awaited",
        "coroutine-never-awaited",
        20,
        {"file": "-c", "line": "16"},
    ),
}


@pytest.mark.parametrize(("line", "kind", "start", "fields"), HEADS.values(), ids=HEADS)
def test_heads(line: str, kind: str, start: int, fields: dict[str, str]) -> None:
    head = RECOGNISER.head(line)
    assert head is not None
    assert head.pattern is not None
    assert (head.pattern.kind, head.start) == (kind, start)
    assert fields.items() <= head.fields.items()
    assert head.prefix.text == line[:start]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("", id="empty"),
        pytest.param("Unclosed issues: 7", id="words of an application"),
        pytest.param(f"{D} INFO app: GET /health 200", id="another record"),
        pytest.param("He wrote: 'Task was destroyed but it is pending!'", id="quoted"),
        pytest.param(f'{D} INFO app: what does "Task was destroyed but it is pending!" mean', id="quoted in a record"),
        pytest.param("    raise RuntimeError('Task exception was never retrieved')", id="source code"),
        pytest.param("ValueError: Task was destroyed but it is pending!", id="text of an exception"),
        pytest.param(f"{D} INFO app: users say that Task was destroyed but it is pending!", id="prose"),
    ],
)
def test_what_is_no_head(line: str) -> None:
    assert RECOGNISER.head(line) is None


UNKNOWN = {
    "basicConfig": ("ERROR:asyncio:something new", 14, "ERROR"),
    "asctime": (f"{D} - asyncio - WARNING - something new", 46, "WARNING"),
    "asctime, level first": (f"{D} WARNING asyncio: something new", 41, "WARNING"),
    "brackets": (f"{D} [asyncio] [ERROR] something new", 42, "ERROR"),
}


@pytest.mark.parametrize(
    ("line", "start", "level"),
    [pytest.param(*row, id=name) for name, row in UNKNOWN.items()],
)
def test_records_of_asyncio_that_nobody_knows(line: str, start: int, level: str) -> None:
    assert RECOGNISER.head(line) is None
    head = RECOGNISER.unknown(line)
    assert head is not None
    assert head.pattern is None
    assert line[head.start :] == "something new"
    assert (head.start, head.prefix.level, head.prefix.logger) == (start, level, "asyncio")


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"{D} INFO app: asyncio is fun"),
        "import asyncio",
        '  File "/usr/lib/python3.12/asyncio/tasks.py", line 1, in f',
        f"{D} INFO asyncio_redis: connected",
        f"{D} INFO my.asyncio.thing: x",
        "asyncio.run(main())",
        "asyncio",
    ],
)
def test_other_lines_that_name_asyncio(line: str) -> None:
    assert RECOGNISER.unknown(line) is None


def test_details_without_their_first_line() -> None:
    head = RECOGNISER.detail("task: <Task pending name='Task-2' coro=<w() running at /srv/a.py:9>>")
    assert head is not None
    assert RECOGNISER.detail("user: <User 7>") is None


def test_the_end_of_a_cut_file() -> None:
    head = RECOGNISER.beginning(f"{D} ERROR asyncio: Task was destr")
    assert head is not None
    assert head.pattern is not None
    assert head.pattern.kind == "task-destroyed-pending"
    assert RECOGNISER.beginning(f"{D} ERROR asyncio: Task") is None
    assert RECOGNISER.beginning("Task was destr") is None
