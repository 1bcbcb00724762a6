"""The message patterns: every one is used, starts where the message starts, and takes linear time."""

from __future__ import annotations

import pickle
import re
import time

import pytest
from rough import head_of

from asynclog.classify.rulebook import load_builtin
from asynclog.lazy import regex

BOOK = load_builtin()
TEXTS = sorted({text for rule in BOOK.judges for text in rule.claims})


def test_every_pattern_recognises_an_example():
    used = {id(head[0]) for text in TEXTS if (head := head_of(BOOK, text))}
    spare = [p for p in BOOK.patterns if p.channel != "detail" and id(p) not in used]
    untested = {(p.kind, p.pattern.pattern) for p in spare}
    tested_below = {p.pattern.pattern for p in BOOK.patterns if any(p.pattern.search(line) for line in MORE)}
    assert {kind for kind, pattern in untested if pattern not in tested_below} == set()


# Wordings of other versions than the examples in the rules show.
MORE = [
    "Executing <Task pending name='Task-1' coro=<main() running at /srv/app/a",
    "Running <Handle tick() at /srv/app/t.py:3> took too long: 0.52 seconds",
    "INFO:asyncio:Datagram endpoint local_addr=None remote_addr=('10.0.0.1', 53) created: (<_SelectorDatagramTransport fd=7>, <app.P>)",
    "DEBUG:asyncio:Read pipe 5 connected: (<_UnixReadPipeTransport fd=5 polling>, <app.P>)",
    "DEBUG:asyncio:Get address info localhost:80",
    "ERROR:aiohttp.server:Unhandled exception",
    "ERROR:websockets.server:data transfer failed",
    "ERROR:anyio.streams.tls:Error during TLS handshake",
    "ERROR:asyncio:Unclosed AIOKafkaConsumer",
    "ERROR:asyncio:Unclosed connection: Channel('10.0.0.1', 50051, path=None)",
    "ERROR:homeassistant:Error doing job: SSL error errno:1 reason: HTTP_REQUEST",
    "WARNING:homeassistant.util.async_:Detected blocking call to sleep inside the event loop. This is causing stability issues. "
    "Please report issue for meter doing blocking calls at custom_components/meter/store.py, line 41: time.sleep(1)",
    "/srv/venv/lib/python3.9/site-packages/httpx/_client.py:1: UserWarning: Unclosed <httpx.AsyncClient object at 0x7f>. See x",
]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("ERROR:asyncio:MyFuture exception was never retrieved", "exception-never-retrieved"),
        ("future: <Task finished coro=<a() done, defined at /srv/a.py:1> exception=KeyError(1)>", None),
        ("Error doing job: Task exception was never retrieved (None)", "exception-never-retrieved"),
        (
            "ERROR    [12:00:00] Task exception was never retrieved          base_events.py:1758",
            "exception-never-retrieved",
        ),
        ("An Exception was never retrieved", None),
        ("INFO:asyncio:poll took 0.500 seconds", "slow-poll"),
        ("INFO:asyncio:poll 0.500 took 1.500 seconds", "slow-poll"),
        ("INFO poller: poll took 0.500 seconds", None),
        (
            "WARNING:asyncio:Executing TimerHandle(1133.3, <function f at 0x7f>, (1,)) took 0.100 seconds",
            "slow-callback",
        ),
        ("WARNING:asyncio:Executing <TimerHandle boom> took 1.0 seconds", "slow-callback"),
        ("INFO:app:Executing step 3 took 1.0 seconds", None),
        (
            "ERROR:asyncio:<CoroWrapper Foo.run() running, defined at /srv/a.py:1> was never yielded from",
            "coroutine-never-yielded-from",
        ),
        ("ERROR:asyncio:Coroutine Foo.run() at /srv/a.py:8 was never yielded from", "coroutine-never-yielded-from"),
        ("pipe closed by peer or os.write(pipe, data) raised exception.", "write-after-disconnect"),
        ("WARNING:ldap3:SSL connection is closed", None),
        ("ERROR:asyncio:SSL handshake failed on verifying the certificate", "ssl-fatal-error"),
        ("INFO:app:SSL handshake failed", None),
        ("Exception ignored in: <async_generator object rows at 0x7f>", "unraisable-coroutine"),
        (
            "Exception ignored while finalizing async generator <async_generator object rows at 0x7f>:",
            "unraisable-coroutine",
        ),
        ("Exception ignored in: <_cython_3_3_1.coroutine object at 0x7f>", "unraisable-coroutine"),
        ("Exception ignored while calling deallocator <function D.__del__ at 0x7f>:", "unraisable-destructor"),
        ("Exception ignored in thread started by <bound method x>", "unraisable-other"),
        ('Exception in thread "main" java.lang.Error', None),
        ("ERROR:asyncio:Fatal error on server TCPServer", "uvloop-fatal-error"),
        ("ERROR:asyncio:Fatal error on pipe transport", "transport-fatal-error"),
        ("    self._fatal_error(exc, 'Fatal read error on socket transport')", None),
        (
            "DEBUG:asyncio:<_UnixWritePipeTransport fd=7 idle bufsize=0>: Fatal write error on pipe transport",
            "transport-debug-error",
        ),
        ("DEBUG:asyncio:<_SelectorSocketTransport fd=7>: SSL handshake took 3.1 ms", "loop-lifecycle"),
        ("DEBUG:asyncio:Close <uvloop.Loop running=False closed=False debug=True>", "loop-lifecycle"),
        ("INFO:app:process 'x' created: pid 7", None),
        ("ERROR:asyncio:Something nobody knows", "loop-context-other"),
        ("ERROR:app:Something nobody knows", None),
        ("    * Task(name='inner', id=0x1)", None),
        ('* Task(name="it\'s", id=0x1)', "call-graph"),
        ("            └── (T) TestTask-1", None),
        ("Fatal Python error: Aborted", "faulthandler-dump"),
        ("  File x\nObject allocated at (most recent call first):", None),
        ("Heartbeat blocked for more than 10 seconds.", "discord-heartbeat-blocked"),
        (
            "Application instance <Task pending name='Task-9'> for connection <x> took too long to shut down and was killed.",
            None,
        ),
        ("RuntimeError: can't start new thread", None),
        ("    | RuntimeError: no running event loop", "err-no-running-loop"),
    ],
)
def test_texts_of_several_versions(line: str, kind: str | None):
    head = head_of(BOOK, line)
    assert (head[0].kind if head else None) == kind


PREFIXES = [
    "",
    "ERROR:asyncio:",
    "2024-02-03 04:05:06,789 - asyncio - ERROR - ",
    "[02/03/24 04:05:06] ERROR    ",
    "Feb  3 04:05:06 host app[77]: ERROR:asyncio:",
    "2024-02-03 04:05:06.789 ERROR (MainThread) [asyncio] ",
    "ERROR    asyncio:base_events.py:1771 ",
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(
    "message",
    [
        "Task exception was never retrieved",
        "Task was destroyed but it is pending!",
        "Exception in callback on_tick() at /srv/my app/t.py:4",
        "Executing <Handle on_tick() at /srv/my app/t.py:4> took 0.250 seconds",
        "/srv/my app/t.py:4: RuntimeWarning: coroutine 'tick' was never awaited",
        r"C:\my app\t.py:4: RuntimeWarning: coroutine 'tick' was never awaited",
        "t.py:4: RuntimeWarning: coroutine 'tick' was never awaited",
        "<stdin>:1: RuntimeWarning: coroutine 'tick' was never awaited",
        "Unclosed client session",
        "socket.send() raised exception.",
    ],
)
def test_a_match_starts_where_the_message_starts(prefix: str, message: str):
    head = head_of(BOOK, prefix + message)
    assert head is not None
    assert head[2] == prefix


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("/srv/my app/t.py:4: ", "/srv/my app/t.py"),
        (r"WARNING:py.warnings:C:\x y\t.py:4: ", r"C:\x y\t.py"),
        (r"\\server\share\t.py:4: ", r"\\server\share\t.py"),
        ("07/18/2023 16:14:17 - WARNING - /srv/t.py:4: ", "/srv/t.py"),
        ("./t.py:4: ", "./t.py"),
        ("app/t.py:4: ", "app/t.py"),
        ("sys:1: ", "sys"),
        ("<ipython-input-7-1388d45e4cc5>:4: ", "<ipython-input-7-1388d45e4cc5>"),
        ("<frozen importlib._bootstrap>:4: ", "<frozen importlib._bootstrap>"),
        ("2024-01-01T00:00:00Z [py.warnings] /srv/t.py:4: ", "/srv/t.py"),
    ],
)
def test_the_file_of_a_warning(line: str, file: str):
    head = head_of(BOOK, line + "RuntimeWarning: coroutine 'tick' was never awaited handle = self._ready.popleft()")
    assert head is not None
    assert head[1]["file"] == file
    assert head[1]["qualname"] == "tick"


def test_a_warning_text_without_its_head_counts_where_it_is_unmistakable():
    assert head_of(BOOK, "coroutine 'tick' was never awaited") is not None
    assert head_of(BOOK, "unclosed transport <_SelectorSocketTransport fd=7>") is not None
    assert head_of(BOOK, "There is no current event loop") is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (
            "future: <Task finished name='Task-2' coro=<a() done, defined at /srv/a.py:1> exception=KeyError(1)>",
            "exception-never-retrieved",
        ),
        ("  future: <_GatheringFuture finished exception=KeyError(1)>", "exception-never-retrieved"),
        ("future: Task(<bug>)<exception=Exception('x',)>", "exception-never-retrieved-legacy"),
        ("future: <Future pending>", None),
        ("task: <Task pending name='Task-2' coro=<a() running at /srv/a.py:1>>", "task-destroyed-pending"),
        (
            "task: <Task finished name='Task-2' coro=<a() done, defined at /srv/a.py:1> exception=KeyError(1)>",
            "run-shutdown-exception",
        ),
        ("handle: <TimerHandle when=1.5 f() at /srv/a.py:1>", "callback-exception"),
        ("client_session: <aiohttp.client.ClientSession object at 0x7f>", "aiohttp-unclosed"),
        ("task: buy milk", None),
    ],
)
def test_details_that_lost_their_head(line: str, kind: str | None):
    found = [p.kind for p in BOOK.details if p.pattern.match(line)]
    assert found[:1] == ([kind] if kind else [])


def test_durations_are_named_and_have_a_unit():
    for pattern in BOOK.patterns:
        assert (pattern.duration is not None) == ("duration" in pattern.pattern.groupindex), pattern.kind


def test_needles_of_an_example_stand_in_its_first_line():
    for text in TEXTS:
        head = head_of(BOOK, text)
        assert head is not None
        assert not head[0].needles or any(needle in text for needle in head[0].needles)


@pytest.mark.parametrize("filler", [" ", "<", "< ", "/ ", "a", "'", "(", "1.", "Task "])
def test_hostile_lines_take_no_time(filler: str):
    slow = []
    for pattern in BOOK.patterns:
        for needle in pattern.needles or ("",):
            many = filler * (4000 // len(filler))
            for line in (needle + many, many + needle, (needle + filler) * (4000 // (len(needle) + len(filler)))):
                started = time.process_time()
                pattern.pattern.search(line)
                if time.process_time() - started > 0.5:
                    slow.append((pattern.kind, needle))
    assert slow == []


def test_lazy_patterns_quack_and_travel():
    lazy = regex(r"(?P<a>x)y")
    assert lazy.pattern == r"(?P<a>x)y"
    assert lazy.search("zxy")["a"] == "x"
    assert lazy.groupindex == {"a": 1}
    assert pickle.loads(pickle.dumps(lazy)) == lazy
    assert hash(lazy) == hash(regex(r"(?P<a>x)y"))
    assert not hasattr(lazy, "__len__")
    with pytest.raises(re.error):
        regex("(").search("x")
