"""Logs in which it is hard to tell what happened, and what is found in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asynclog.config import Settings
from asynclog.pipeline import findings
from asynclog.render.jsonl import finding_json

FOREIGN = """\
Traceback (most recent call last):
  File "/srv/shop/faq.py", line 3, in ask
    raise RuntimeError("Task exception was never retrieved, says the FAQ")
RuntimeError: Task exception was never retrieved, says the FAQ
"""
CHAIN = """\
web-1  | 2026-01-31 12:00:00,000 - shop - ERROR - order failed
web-1  | Traceback (most recent call last):
web-1  |   File "/srv/shop/client.py", line 45, in send
web-1  |     self.loop.call_soon(print)
web-1  |   File "/usr/lib/python3.12/asyncio/base_events.py", line 545, in _check_closed
web-1  |     raise RuntimeError('Event loop is closed')
web-1  | RuntimeError: Event loop is closed
{between}web-1  | The above exception was the direct cause of the following exception:
db-1   | LOG: checkpoint
web-1  | Traceback (most recent call last):
web-1  |   File "/srv/shop/client.py", line 51, in retry
web-1  |     raise {error} from error
web-1  | {error}
db-1   | LOG: checkpoint
"""
BROKEN = """\
{prefix}Executing <Task pending name='Task-1' coro=<Orders.load() running at /srv/shop/
{indent}orders.py:82> wait_for=<Future pending cb=[Task.task_wakeup()] created at /usr/lib/python3.12/asyncio/
{indent}base_events.py:449> created at /srv/shop/main.py:7> took 0.462 seconds
"""
CLOSED = """\
  File "/srv/shop/main.py", line 20, in close
    self.loop.call_later(1, print)
  File "/usr/lib/python3.12/asyncio/base_events.py", line 539, in _check_closed
    raise RuntimeError('Event loop is closed')
RuntimeError: Event loop is closed
"""
CALLBACK_URL = "Exception in callback URL https://example.org/cb?x=<Handle>"


def entry(message: str, logger: str = "asyncio", level: str = "ERROR", **others: str) -> str:
    """One line of JSON."""
    return json.dumps({"level": level, "logger": logger, "message": message, **others}) + "\n"


def found(path: Path, text: str) -> list[dict[str, Any]]:
    """The findings of a log."""
    log = path / "app.log"
    log.write_text(text)
    return [finding_json(finding) for finding in findings([str(log)], Settings())]


NOTHING = {
    "text of an exception in source and last line": f"2026-01-31 12:00:00,000 - shop - ERROR - failed\n{FOREIGN}",
    "the same without prefix": f"failed\n{FOREIGN}",
    "the same in JSON": entry("failed", "shop", exc_info=FOREIGN),
    "no callable, no logger": f"{CALLBACK_URL}\nnext\n",
    "no callable, another logger": f"2026-01-31 12:00:00,000 - shop - ERROR - {CALLBACK_URL}\n",
    "no callable, another logger in JSON": entry(CALLBACK_URL, "shop"),
    "a callable of another logger in JSON": entry("Exception in callback url(x)", "shop"),
    "a quotation of another logger in JSON": entry("socket.send() raised exception. is what the FAQ says", "shop"),
    "a chain that ends otherwise": CHAIN.format(between="db-1   | LOG: x\n", error='ValueError("gone")'),
    "a library's words without its logger": "2026-01-31 12:00:00,000 ERROR Unhandled exception\nsee above\n" * 3,
}


ALIKE = (
    "Executing <Query users> took 0.310 seconds",
    "Executing <Handle cleanup> took 0.310 seconds",
    "Task was destroyed but it is pending!",
    "Job exception was never retrieved",
    "Exception in callback <Payment 17>",
    "coroutine 'fetch' was never awaited",
    "Unclosed client session",
    "Unclosed connection to db",
    "socket.accept() out of system resource",
    "Fatal error on transport",
    "SSL error in data received",
    "Unhandled exception in event loop",
    "Exception ignored in: <function fetch>",
    "Exception in thread pool-1:",
    "Timeout (0:00:30)!",
    "Using selector: css",
    "Accept failed on a socket",
    "poll took 5.000 ms: 2 events",
)
PREFIXES = (
    "2026-01-31 12:00:00,{n:03d} - shop.db - ERROR - ",
    "[2026-01-31 12:00:00,{n:03d}] [ERROR] [shop] ",
    "2026-01-31 12:00:00.{n:03d} | ERROR    | shop.db:fetch:17 - ",
    "2026-01-31 12:00:00,{n:03d} ERROR shop: ",
    "ERROR:shop:",
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_same_words_of_another_logger(tmp_path: Path, prefix: str) -> None:
    assert found(tmp_path, "".join(f"{prefix.format(n=n)}{text}\n" for n, text in enumerate(ALIKE))) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_is_no_finding(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


FINDINGS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "a chain of tracebacks, other writers and no blank lines between": (
        CHAIN.format(between="db-1   | LOG: x\n", error='RuntimeError("Event loop is closed")').replace('("', ": ").replace('")', ""),
        [{"line": 1, "kind": "err-loop-closed", "site": {"line": 51}}],
    ),
    "a traceback behind a finished record": (
        entry("Using selector: EpollSelector", level="DEBUG") + f"Traceback (most recent call last):\n{CLOSED}",
        [{"line": 1, "kind": "loop-lifecycle"}, {"line": 2, "kind": "err-loop-closed", "site": {"line": 20}}],
    ),
    "the level in JSON decides between kinds": (
        entry("<asyncio.sslproto.SSLProtocol object at 0x7f>: SSL handshake failed", level="DEBUG")
        + entry("<asyncio.sslproto.SSLProtocol object at 0x7f>: SSL handshake failed", level="WARNING"),
        [{"kind": "transport-debug-error"}, {"kind": "ssl-handshake-warning"}],
    ),
    "JSON behind a prefix": (
        "2026-01-31 12:00:00 app: "
        + entry("Task exception was never retrieved", exc_info='Traceback (most recent call last):\n  File "/srv/a.py", line 3, in f\nKeyError: 1'),
        [{"kind": "exception-never-retrieved", "exception": {"type": "KeyError"}, "site": {"line": 3}}],
    ),
    "JSON that was cut": (
        entry(
            "Exception in callback f()\nhandle: <Handle f()>",
            exception_type="CancelledError",
            traceback='File "/srv/a.py", line 3, in f\n    wait()',
        )[:-8]
        + "\n",
        [{"kind": "callback-exception", "exception": {"type": "CancelledError"}, "site": {"line": 3}}],
    ),
    "a slow callback, broken at slashes": (
        BROKEN.format(prefix="", indent="    "),
        [{"line": 1, "kind": "slow-callback", "duration": 0.462, "coroutine": "Orders.load", "site": {"line": 7}}],
    ),
    "a slow callback, broken behind a prefix": (
        BROKEN.format(prefix="WARNING:asyncio:", indent=""),
        [{"kind": "slow-callback", "duration": 0.462, "partial": False}],
    ),
    "a slow callback with a line break in an argument": (
        "WARNING:asyncio:Executing <Handle f(<Text of\nlines>) at /srv/a.py:3> took 0.462 seconds\n",
        [{"kind": "slow-callback", "duration": 0.462, "site": {"line": 3}}],
    ),
    "the same in JSON": (
        entry("Executing <Handle f(<Text of\nlines>) at /srv/a.py:3> took 0.462 seconds", level="WARNING"),
        [{"kind": "slow-callback", "duration": 0.462, "site": {"line": 3}}],
    ),
    "an exception that was never raised, of a module": (
        "Future exception was never retrieved\nfuture: <Future finished exception=TimeoutError()>\n"
        "concurrent.futures._base.TimeoutError\n",
        [{"kind": "exception-never-retrieved", "exception": {"type": "concurrent.futures._base.TimeoutError"}}],
    ),
    "somebody's own repr names no place": (
        "Future exception was never retrieved\nfuture: <Reply created at /srv/evil.py:13>\n"
        f"Traceback (most recent call last):\n{CLOSED}",
        [{"kind": "exception-never-retrieved", "site": {"file": "/srv/shop/main.py"}}],
    ),
    "a context as a dict, in JSON": (
        entry("Caught exception: {'message': 'Exception in callback f()', 'exception': KeyError(1), 'handle': <Handle f()>}", "shop"),
        [{"kind": "callback-exception", "exception": {"type": "KeyError"}, "coroutine": "f"}],
    ),
    "a subclass prints more behind its place": (
        "WARNING:asyncio:Executing <Tagged pending coro=<f() running at /srv/a.py:5> created at /srv/b.py:9 tag='x'> took 0.462 seconds\n",
        [{"kind": "slow-callback", "site": {"file": "/srv/b.py", "line": 9}}],
    ),
    "a folder with colons": (
        "/srv/runs/2026-01-31T10:00:00/app.py:24: RuntimeWarning: coroutine 'f' was never awaited\n  f()\n",
        [{"kind": "coroutine-never-awaited", "site": {"file": "/srv/runs/2026-01-31T10:00:00/app.py", "line": 24}}],
    ),
    "an exception that prints itself over several lines": (
        "Future exception was never retrieved\nfuture: <Future finished exception=<Failed\nof two lines>>\n"
        "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n    raise x\nFailed: text\n",
        [{"kind": "exception-never-retrieved", "exception": {"type": "Failed"}, "site": {"line": 3}}],
    ),
    "lines of a value are no exception": (
        "2026-01-31 12:00:00,000 - asyncio - ERROR - request failed\nrequest: GET /a\nHost: b\n"
        "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n    x()\nOSError: disk\n",
        [{"kind": "loop-context-other", "exception": {"type": "OSError"}, "site": {"line": 3}}],
    ),
    "a thread where others have their logger": (
        "2026-01-31 12:00:00,000 DEBUG 17 background   Using selector: EpollSelector\n"
        "2026-01-31 12:00:00,000 DEBUG 17 background   poll took 0.212 ms: 1 events\n"
        "2026-01-31 12:00:00,000 INFO 17 background   started\n",
        [{"kind": "loop-lifecycle"}, {"kind": "slow-poll"}],
    ),
    "the module in the place of the logger": (
        "[D 260131 12:00:00 unix_events:54] poll took 5.000 ms: 2 events\n",
        [{"kind": "slow-poll"}],
    ),
    "a file that begins within a first line": (
        "sk was destroyed but it is pending!\ntask: <Task pending name='T' coro=<w() running at /srv/a.py:9>>\n",
        [{"line": 2, "kind": "task-destroyed-pending", "partial": True}],
    ),
    "two programs of two formats": (
        "".join(
            f"2026-01-31 12:00:00,00{n} - asyncio - ERROR - Task was destroyed but it is pending!\ntask: <Task pending coro=<w()>>\n"
            "ERROR:asyncio:Task was destroyed but it is pending!\ntask: <Task pending coro=<x()>>\n"
            for n in range(6)
        ),
        [{"kind": "task-destroyed-pending", "coroutine": "w"}, {"kind": "task-destroyed-pending", "coroutine": "x"}] * 6,
    ),
    "what nobody knows, where names stand between tabs": (
        "2026-01-31 12:00:00,000\tERROR\tasyncio\tsomething new\n2026-01-31 12:00:01,000\tDEBUG\tasyncio\tUsing selector: EpollSelector\n"
        "2026-01-31 12:00:02,000\tDEBUG\tasyncio\tpoll took 5.000 ms: 2 events\n",
        [{"kind": "loop-context-other"}, {"kind": "loop-lifecycle"}, {"kind": "slow-poll"}],
    ),
    "what nobody knows, by loguru": (
        "2026-01-31 12:00:00.000 | ERROR    | asyncio.base_events:default_exception_handler:1744 - something new\n",
        [{"kind": "loop-context-other"}],
    ),
    "a container without a prefix beside one with": (
        "".join(
            f"web-1  | Task was destroyed but it is pending!\nweb-1  | task: <Task pending coro=<w()>>\n"
            f"api-1  | 2026-01-31 12:00:00,00{n} - app - INFO - hello\n"
            for n in range(6)
        ),
        [{"kind": "task-destroyed-pending", "coroutine": "w"}] * 6,
    ),
    "a container of two lines among those of a bare one": (
        "web-1  | Task was destroyed but it is pending!\nweb-1  | task: <Task pending coro=<w()>>\n" * 3
        + "api-1  | 2026-01-31 12:00:00,000 - asyncio - DEBUG - Using selector: EpollSelector\n",
        [{"kind": "task-destroyed-pending"}] * 3 + [{"kind": "loop-lifecycle"}],
    ),
    "a dump of one thread, then one of all": (
        "Stack (most recent call first):\n  File \"/srv/a.py\", line 3 in a\nThread 0x00007f01 (most recent call first):\n"
        "  File \"/srv/a.py\", line 3 in a\n\nCurrent thread 0x00007f02 (most recent call first):\n  File \"/srv/b.py\", line 4 in b\n",
        [{"line": 1, "kind": "faulthandler-dump"}, {"line": 3, "kind": "faulthandler-dump"}],
    ),
    "a dump of all threads is one": (
        "Timeout (0:00:30)!\nThread 0x00007f01 (most recent call first):\n  File \"/srv/a.py\", line 3 in a\n\n"
        "Thread 0x00007f02 (most recent call first):\n  File \"/srv/b.py\", line 4 in b\n"
        "Thread 0x00007f02 (most recent call first):\n  File \"/srv/b.py\", line 4 in b\n",
        [{"line": 1, "kind": "faulthandler-dump"}, {"line": 7, "kind": "faulthandler-dump"}],
    ),
    "a crash is one, what follows is not its": (
        "Fatal Python error: Aborted\nPython runtime state: initialized\n\n"
        "Thread 0x00007f01 (most recent call first):\n  <no Python frame>\n\n"
        "Current thread 0x00007f02 (most recent call first):\n  Garbage-collecting\n  File \"/srv/b.py\", line 4 in b\n\n"
        "Extension modules: a, b (total: 2)\n" + f"Traceback (most recent call last):\n{CLOSED}",
        [{"line": 1, "kind": "faulthandler-dump"}, {"line": 12, "kind": "err-loop-closed"}],
    ),
    "a library's words with its code": (
        "2026-01-31 12:00:00,000 ERROR Unhandled exception\nTraceback (most recent call last):\n"
        '  File "/usr/lib/python3/site-packages/aiohttp/web_protocol.py", line 3, in start\nKeyError: 1\n'
        "2026-01-31 12:00:00,000 INFO next\n" * 3,
        [{"kind": "aiohttp-server-error"}] * 3,
    ),
}  # fmt: skip


def holds(got: Any, wanted: Any) -> bool:
    """Whether `got` says all that is wanted."""
    if isinstance(wanted, dict):
        return isinstance(got, dict) and all(holds(got.get(key), value) for key, value in wanted.items())
    return bool(got == wanted)


@pytest.mark.parametrize(("text", "wanted"), FINDINGS.values(), ids=FINDINGS)
def test_what_is_found(tmp_path: Path, text: str, wanted: list[dict[str, Any]]) -> None:
    got = found(tmp_path, text)
    assert len(got) == len(wanted), got
    assert all(map(holds, got, wanted)), got
