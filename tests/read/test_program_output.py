"""What programs printed into one stream: records, tracebacks of the interpreter and words of their own side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asynclog.config import Settings
from asynclog.pipeline import findings

TRACE = """\
Traceback (most recent call last):
  File "/srv/app/session.py", line 20, in top
    loop.call_soon(print)
  File "/usr/lib/python3.11/asyncio/base_events.py", line 519, in _check_closed
    raise RuntimeError('Event loop is closed')
RuntimeError: Event loop is closed
"""
SESSION = """\
ERROR Unclosed client session
client_session: <aiohttp.client.ClientSession object at 0x7f714bb86250>
source_traceback: Object created at (most recent call last):
  File "/srv/app/client.py", line 16, in main
    s = ClientSession()
"""
CONNECTOR = SESSION.replace("client session", "connector").replace("client_session", "connector")
FAILED = """\
ERROR Task exception was never retrieved
future: <Task finished name='Task-8' coro=<Shop.buy() done, defined at /srv/app/shop.py:7> exception=KeyError('ab')>
Traceback (most recent call last):
  File "/srv/app/shop.py", line 9, in buy
    raise KeyError(name="x", msg="y")
KeyError: 'ab'
"""
WARNED = """\
WARNING /srv/app/shop.py:13: RuntimeWarning: coroutine 'Shop.buy' was never awaited
  shop.buy()
"""
SYSLOG = "Jan 31 12:00:00 web1 shop[4711]: "
PLAIN = "2026-01-31 12:00:00,100 "


def entry(message: str) -> str:
    return json.dumps({"ts": "2026-01-31T12:00:00.100Z", "level": "error", "logger": "app", "message": message}) + "\n"


OUTPUT = {
    "a traceback below an entry of JSON that holds one": (
        entry("ready") + entry("cannot close session\n" + TRACE) + TRACE,
        [(2, "err-loop-closed"), (3, "err-loop-closed")],
    ),
    "levels alone before the records, addresses and times in other lines": (
        'INFO 127.0.0.1 [31/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200\n' * 3 + SESSION + CONNECTOR + SESSION,
        [(4, "aiohttp-unclosed"), (9, "aiohttp-unclosed"), (14, "aiohttp-unclosed")],
    ),
    "line ends that a syslog daemon wrote as numbers": (
        "".join(
            SYSLOG + text.rstrip("\n").replace("\n", "#012") + "\n"
            for text in (SESSION, FAILED, WARNED, "ERROR bye\n" + TRACE)
        ),
        [
            (1, "aiohttp-unclosed"),
            (2, "exception-never-retrieved"),
            (3, "coroutine-never-awaited"),
            (4, "err-loop-closed"),
        ],
    ),
    "no logger but a thread, and nothing that only asyncio says": (
        "31.01.26 12:00:00 (MainThread) {base_events} INFO >> execute program 'true': <_UnixSubprocessTransport pid=7 running>\n"
        "31.01.26 12:00:01 (MainThread) {base_subprocess} INFO >> <_UnixSubprocessTransport pid=7 running> exited with return code 0\n"
        "31.01.26 12:00:02 (MainThread) {shop} INFO >> bye\n",
        [(1, "loop-lifecycle"), (2, "loop-lifecycle")],
    ),
    "a traceback below one on a line": (
        SYSLOG + "ERROR bye\n".rstrip() + "#012" + TRACE.rstrip().replace("\n", "#012") + "\n" + TRACE,
        [(1, "err-loop-closed"), (2, "err-loop-closed")],
    ),
    "a quotation behind such a line end": (
        SYSLOG + "WARNING a customer wrote: look#012ERROR:asyncio:Task was destroyed but it is pending!\n",
        [],
    ),
    "line ends that a formatter wrote as escapes": (
        "".join(
            PLAIN + text.rstrip("\n").replace("\n", "\\n") + "\n"
            for text in (SESSION, FAILED, WARNED, "ERROR bye\n" + TRACE)
        ),
        [
            (1, "aiohttp-unclosed"),
            (2, "exception-never-retrieved"),
            (3, "coroutine-never-awaited"),
            (4, "err-loop-closed"),
        ],
    ),
    "an argument of several lines": (
        "ERROR:asyncio:Exception in callback f('x\\n  y') at /srv/app/f.py:3\n"
        "handle: <Handle f('x\\n  y') at /srv/app/f.py:3>\n" + TRACE,
        [(1, "callback-exception")],
    ),
    "a sentence that begins like a warning": (
        "INFO:root:ready\nINFO coroutine 'x' was never awaited, they said\ncoroutine 'y' was never awaited and nobody cared\n",
        [],
    ),
    "a warning's text alone": (
        "2026-01-31 12:00:00,100 WARNING coroutine 'x' was never awaited\n",
        [(1, "coroutine-never-awaited")],
    ),
}


@pytest.mark.parametrize(("text", "expected"), OUTPUT.values(), ids=OUTPUT)
def test_what_is_found_in_it(text: str, expected: list[tuple[int, str]], tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    path.write_text(text, "utf-8")
    assert [(one.line, one.kind) for one in findings([str(path)], Settings())] == expected


@pytest.mark.parametrize(("head", "end"), [(SYSLOG, "#012"), (PLAIN, "\\n")], ids=["syslog", "escapes"])
def test_a_record_on_one_line_is_understood(head: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    path.write_text(head + FAILED.rstrip().replace("\n", end) + "\n", "utf-8")
    (found,) = findings([str(path)], Settings())
    assert (found.coroutine, found.exception_type, found.exception_message) == ("Shop.buy", "KeyError", "'ab'")
    assert (found.site.file, found.site.line, found.partial) == ("/srv/app/shop.py", 7, False)


def test_a_record_whose_formatter_indents_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    path.write_text((PLAIN + FAILED.rstrip().replace("\n", "\n    ") + "\n") * 3 + PLAIN + "INFO bye\n", "utf-8")
    found = list(findings([str(path)], Settings()))
    assert [(one.line, one.exception_type, one.partial) for one in found] == [
        (line, "KeyError", False) for line in (1, 7, 13)
    ]


def test_a_header_of_two_lines_ends_the_record_before(tmp_path: Path) -> None:
    path = tmp_path / "out.log"
    head = "2026-01-31 12:00:00,100 asyncio\n    ERROR: Exception in callback Stage.done()\n"
    path.write_text((head + "handle: <Handle Stage.done()>\n" + TRACE) * 2, "utf-8")
    found = list(findings([str(path)], Settings()))
    assert [(one.line, one.exception_message) for one in found] == [(line, "Event loop is closed") for line in (2, 11)]
