from __future__ import annotations

import pytest

from asynclog.model import Frame
from asynclog.parse.frames import parse_frames
from asynclog.parse.reprs import parse_repr
from asynclog.parse.tracebacks import parse_traceback

HEADER = "Traceback (most recent call last):"
CAUSE = "The above exception was the direct cause of the following exception:"
CONTEXT = "During handling of the above exception, another exception occurred:"


def future(exception: str):
    return parse_repr(f"<Task finished name='t' coro=<f() done, defined at /srv/a.py:1> exception={exception}>")


def shape(report):
    """A report as nested tuples, to compare with a literal."""
    if report is None:
        return None
    functions = [frame.function for frame in report.frames]
    result = (report.type, report.message, functions)
    if report.members:
        result += ([shape(member) for member in report.members],)
    if report.earlier:
        result += (report.link, shape(report.earlier))
    return result


ROWS = [
    (
        "plain",
        f"""\
{HEADER}
  File "/srv/a.py", line 7, in job
    await inner(n)
  File "/srv/a.py", line 5, in inner
    raise ValueError("bad")
ValueError: bad""",
        None,
        ("ValueError", "bad", ["job", "inner"]),
    ),
    (
        "carets, multi-line source, skipped lines",
        f"""\
{HEADER}
  File "/srv/a.py", line 17, in show
    await self.open(
    ...<2 lines>...
    )
  File "/srv/b.py", line 270, in invoke
    return await self.page.invoke(
           ^^^^^^^^^^^^^^^^^^^^^^^
        self._i, name,
        ~~~~~~~~~~~~~^
    )
mod.Outer.Inner: bad""",
        None,
        ("mod.Outer.Inner", "bad", ["show", "invoke"]),
    ),
    (
        "cause and context",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
    x
KeyError: 'k'

{CONTEXT}

{HEADER}
  File "/srv/a.py", line 2, in b
    y
RuntimeError: second

{CAUSE}

{HEADER}
  File "/srv/a.py", line 3, in c
    z
OSError: third""",
        None,
        ("OSError", "third", ["c"], "cause", ("RuntimeError", "second", ["b"], "context", ("KeyError", "'k'", ["a"]))),
    ),
    (
        "empty lines around the link are lost",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
ValueError: first
{CAUSE}
{HEADER}
  File "/srv/a.py", line 2, in b
TypeError: second""",
        None,
        ("TypeError", "second", ["b"], "cause", ("ValueError", "first", ["a"])),
    ),
    (
        "cause that was never raised has no header",
        f"""\
mod.FirstError: no frames

{CAUSE}

{HEADER}
  File "/srv/a.py", line 2, in b
    y
TypeError""",
        None,
        ("TypeError", "", ["b"], "cause", ("mod.FirstError", "no frames", [])),
    ),
    (
        "result of another process",
        f'''\
concurrent.futures.process._RemoteTraceback:\x20
"""
{HEADER}
  File "/srv/w.py", line 1, in work
ValueError: there
"""

{CAUSE}

{HEADER}
  File "/srv/a.py", line 2, in b
    y
ValueError: here''',
        None,
        (
            "ValueError",
            "here",
            ["b"],
            "cause",
            (
                "concurrent.futures.process._RemoteTraceback",
                f'\n"""\n{HEADER}\n  File "/srv/w.py", line 1, in work\nValueError: there\n"""',
                [],
            ),
        ),
    ),
    (
        "bare final line",
        "FileNotFoundError: [Errno 2] No such file: 'x'",
        None,
        ("FileNotFoundError", "[Errno 2] No such file: 'x'", []),
    ),
    (
        "bare class",
        "concurrent.futures._base.CancelledError",
        None,
        ("concurrent.futures._base.CancelledError", "", []),
    ),
    (
        "no source lines",
        f"""\
{HEADER}
  File "uvloop/handles/stream.pyx", line 840, in uvloop.loop.__uv_stream_on_read_impl
  File "uvloop/loop.pyx", line 105, in uvloop.loop.run_in_context1 (uvloop/loop.c:105561)
  File "/srv/u.py", line 14, in data_received
ValueError: x""",
        None,
        ("ValueError", "x", ["uvloop.loop.__uv_stream_on_read_impl", "uvloop.loop.run_in_context1", "data_received"]),
    ),
    (
        "syntax error",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in load
    exec(text)
  File "gen.py", line 2
    x = = 1
        ^
SyntaxError: invalid syntax""",
        None,
        ("SyntaxError", "invalid syntax", ["load", None]),
    ),
    (
        "whole record indented",
        f"""\
         {HEADER}
           File "/srv/a.py", line 1, in a
             x
         ValueError: one
         two""",
        None,
        ("ValueError", "one\ntwo", ["a"]),
    ),
    (
        "indentation lost",
        f"""\
{HEADER}
File "/srv/a.py", line 1, in <module>
sys.exit(main())
File "/srv/a.py", line 2, in main
try: raise Special
File "<frozen runpy>", line 88, in _run_code
File "/srv/a.py", line 3, in last
self.thing
socket.timeout: timed out""",
        None,
        ("socket.timeout", "timed out", ["<module>", "main", "_run_code", "last"]),
    ),
    (
        "every line behind the header indented by four",
        f"""\
{HEADER}
    File "/srv/a.py", line 1, in <module>
    main()
    File "/srv/a.py", line 2, in main
    raise Special
    app.Special: text""",
        None,
        ("app.Special", "text", ["<module>", "main"]),
    ),
    (
        "loguru",
        f"""\
{HEADER}

  File "/srv/a.py", line 10, in <module>
    main()
    └ <function main at 0x7f>

> File "/srv/a.py", line 7, in main
    1 / x
        └ 0

ZeroDivisionError: division by zero""",
        None,
        ("ZeroDivisionError", "division by zero", ["<module>", "main"]),
    ),
    (
        "rich",
        """\
╭───────────────── Traceback (most recent call last) ─────────────────╮
│ /srv/app/client.py:1985 in aclose                                    │
│                                                                      │
│   1983 │   │   self._state = CLOSED                                  │
│ ❱ 1985 │   │   await self._transport.aclose()                        │
│                                                                      │
│ /usr/lib/python3.12/asyncio/a_very_long_path_that_does_not_fit_here/ │
│ selector_events.py:864 in close                                      │
│                                                                      │
│ ❱  864 │   self._loop.call_soon(self._call)                          │
╰──────────────────────────────────────────────────────────────────────╯
RuntimeError: unable""",
        None,
        ("RuntimeError", "unable", ["aclose", "close"]),
    ),
    (
        "message of many lines, known beforehand; notes follow",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
    x
ValueError: one

  File "q.py", line 9, in quoted
ERROR:asyncio:Task exception was never retrieved
a note""",
        r"""ValueError('one\n\n  File "q.py", line 9, in quoted\nERROR:asyncio:Task exception was never retrieved')""",
        (
            "ValueError",
            'one\n\n  File "q.py", line 9, in quoted\nERROR:asyncio:Task exception was never retrieved',
            ["a"],
        ),
    ),
    (
        "message that quotes a whole chain",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in real
    x
RuntimeError: remote failed:
{HEADER}
  File "r.py", line 3, in remote
KeyError: 'inner'

{CAUSE}

{HEADER}
  File "r.py", line 4, in remote2
ValueError: quoted""",
        rf"""RuntimeError('remote failed:\n{HEADER}\n  File "r.py", line 3, in remote\nKeyError: \'inner\'\n\n{CAUSE}"""
        rf"""\n\n{HEADER}\n  File "r.py", line 4, in remote2\nValueError: quoted')""",
        (
            "RuntimeError",
            f"remote failed:\n{HEADER}\n  File \"r.py\", line 3, in remote\nKeyError: 'inner'\n\n{CAUSE}\n\n{HEADER}\n"
            '  File "r.py", line 4, in remote2\nValueError: quoted',
            ["real"],
        ),
    ),
    (
        "cause with the same type and text as the exception",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in first
ValueError: x

{CAUSE}

{HEADER}
  File "/srv/a.py", line 2, in second
ValueError: x""",
        "ValueError('x')",
        ("ValueError", "x", ["second"], "cause", ("ValueError", "x", ["first"])),
    ),
    (
        "two unrelated tracebacks: the second is the task's",
        f"""\
{HEADER}
  File "/srv/other.py", line 1, in other
OSError: stray
{HEADER}
  File "/srv/a.py", line 1, in a
ValueError: ours""",
        "ValueError('ours')",
        ("ValueError", "ours", ["a"]),
    ),
    (
        "two unrelated tracebacks and nothing known: the first",
        f"""\
{HEADER}
  File "/srv/other.py", line 1, in other
OSError: stray
{HEADER}
  File "/srv/a.py", line 1, in a
ValueError: ours""",
        None,
        ("OSError", "stray", ["other"]),
    ),
    (
        "text differs from the repr (custom __str__)",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
app.errors.ApiError: [404] not there
body""",
        "ApiError('x')",
        ("app.errors.ApiError", "[404] not there\nbody", ["a"]),
    ),
    (
        "the log ends inside the last traceback: the repr says what it was",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
ValueError: Set is empty.

{CAUSE}

{HEADER}
  File "/srv/a.py", line 62, in wrap
    await task.cal""",
        "JobException('j')",
        ("JobException", "j", ["wrap"], "cause", ("ValueError", "Set is empty.", ["a"])),
    ),
    (
        "the log ends inside the link",
        f"""\
{HEADER}
  File "/srv/a.py", line 1, in a
StreamClosedError: closed

{CONTEXT[:40]}""",
        "SocketClosedError()",
        ("SocketClosedError", "", [], "context", ("StreamClosedError", "closed", ["a"])),
    ),
    (
        "advice of pytest is no part of the message",
        f"""\
{HEADER}
    File "/srv/a.py", line 8, in __del__
      raise
  ValueError: in del

  Enable tracemalloc to get traceback where the object was allocated.""",
        None,
        ("ValueError", "in del", ["__del__"]),
    ),
    (
        "local class",
        f'{HEADER}\n  File "a.py", line 1, in f\nmain.<locals>.MyErr: x',
        None,
        ("main.<locals>.MyErr", "x", ["f"]),
    ),
    ("header only", HEADER, None, ("", "", [])),
    (
        "a path with quotes",
        f'{HEADER}\n  File "/srv/a "b", line 3, in x/c.py", line 12, in f\n    x\nE: y',
        None,
        ("E", "y", ["f"]),
    ),
]


@pytest.mark.parametrize(("text", "exception", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_traceback(text, exception, wanted):
    report, taken = parse_traceback(text.split("\n"), future(exception) if exception else None)
    assert shape(report) == wanted
    assert 0 < taken <= text.count("\n") + 1


GROUP = f"""\
  + Exception Group {HEADER}
  |   File "/srv/g.py", line 12, in f
  |     try: raise eg
  |          ^^^^^^^^
  | ExceptionGroup: top level (3 sub-exceptions)
  | note of the group
  +-+---------------- 1 ----------------
    | {HEADER}
    |   File "/srv/g.py", line 4, in inner
    |     raise KeyError('inner')
    | KeyError: 'inner'
    |\x20
    | {CAUSE}
    |\x20
    | {HEADER}
    |   File "/srv/g.py", line 5, in outer
    | TypeError: bad
    |   | multiline
    +---------------- 2 ----------------
    | Exception Group {HEADER}
    |   File "/srv/g.py", line 7, in sub
    | ExceptionGroup: sub (2 sub-exceptions)
    +-+---------------- 1 ----------------
      | ValueError: 1
      +---------------- 2 ----------------
      | FileNotFoundError: [Errno 2] x
      +------------------------------------
    +---------------- ... ----------------
    | and 5 more exceptions
    +------------------------------------"""

GROUP_SHAPE = (
    "ExceptionGroup",
    "top level (3 sub-exceptions)\nnote of the group",
    ["f"],
    [
        ("TypeError", "bad\n  | multiline", ["outer"], "cause", ("KeyError", "'inner'", ["inner"])),
        (
            "ExceptionGroup",
            "sub (2 sub-exceptions)",
            ["sub"],
            [("ValueError", "1", []), ("FileNotFoundError", "[Errno 2] x", [])],
        ),
    ],
)


@pytest.mark.parametrize("indent", ["", "    ", "\t", " " * 30])
def test_group(indent):
    lines = [indent + line for line in GROUP.split("\n")]
    report, taken = parse_traceback(lines)
    assert shape(report) == GROUP_SHAPE
    assert taken == len(lines)


def test_group_whose_columns_are_lost():
    lines = [line.strip() for line in GROUP.split("\n") if "| multiline" not in line]
    report, _ = parse_traceback(lines)
    assert [member.type for member in report.members] == ["TypeError", "ExceptionGroup"]
    assert [member.type for member in report.members[1].members] == ["ValueError", "FileNotFoundError"]


def test_group_as_cause():
    text = f'{GROUP}\n\n{CAUSE}\n\n{HEADER}\n  File "/srv/g.py", line 13, in wrap\nRuntimeError: wrapped'
    report, _ = parse_traceback(text.split("\n"))
    assert shape(report) == ("RuntimeError", "wrapped", ["wrap"], "cause", GROUP_SHAPE)


def test_group_that_the_log_cuts():
    for end in range(1, GROUP.count("\n")):
        report, taken = parse_traceback(GROUP.split("\n")[:end])
        assert taken == end
        assert report.type in ("", "ExceptionGroup")


def test_expected_text_of_a_group():
    report, _ = parse_traceback(
        GROUP.split("\n"),
        future("ExceptionGroup('top level', [TypeError('x'), ExceptionGroup('sub', []), ValueError(3)])"),
    )
    assert report.message == "top level (3 sub-exceptions)"


def test_folded_frames_are_counted():
    text = '  File "a.py", line 25, in rec\n    rec(n-1)\n' * 3 + "  [Previous line repeated 17 more times]\n  x"
    frames, taken = parse_frames(text.split("\n"))
    assert [frame.repeats for frame in frames] == [0, 0, 17]
    assert taken == 7


FRAMES = [
    (
        "traceback",
        '  File "/srv/a b,c:d.py", line 7, in job\n    await inner(n)',
        Frame("/srv/a b,c:d.py", 7, "job", "await inner(n)"),
    ),
    ("tracemalloc", '  File "/srv/a.py", lineno 43\n    loop = new()', Frame("/srv/a.py", 43, None, "loop = new()")),
    ("faulthandler", '  File "/srv/a.py", line 18 in main', Frame("/srv/a.py", 18, "main")),
    ("faulthandler without a line", '  File "/srv/a.py", line ??? in main', Frame("/srv/a.py", None, "main")),
    ("call graph", "  |   File '/srv/a.py', line 3, in async test()", Frame("/srv/a.py", 3, "test")),
    (
        "call graph, generator",
        "  |   File '/srv/a.py', line 3, in async generator m.<locals>.ag()",
        Frame("/srv/a.py", 3, "m.<locals>.ag"),
    ),
    ("Windows", r'  File "C:\Program Files\a.py", line 3, in <lambda>', Frame(r"C:\Program Files\a.py", 3, "<lambda>")),
    (
        "wrapped",
        '  File "/srv/lib/python3.12/asyncio/ev\nents.py", line 88, in _run',
        Frame("/srv/lib/python3.12/asyncio/events.py", 88, "_run"),
    ),
    ("wrapped at a space", '  File "/srv/a.py", line\n  88, in _run', Frame("/srv/a.py", 88, "_run")),
    (
        "several lines",
        '  File "a.py", line 1, in f\n    f(\n      1,\n    ...<2 lines>...\n    )',
        Frame("a.py", 1, "f", "f(\n  1,\n...<2 lines>...\n)"),
    ),
]


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in FRAMES], ids=[row[0] for row in FRAMES])
def test_frame(text, wanted):
    frames, taken = parse_frames(text.split("\n"))
    assert frames == (wanted,)
    assert taken == text.count("\n") + 1


@pytest.mark.parametrize("text", ["", "x", 'File "a.py", line', 'File "a.py", line 3 of', "  x\n  y"])
def test_no_frame(text):
    assert parse_frames(text.split("\n")) == ((), 0)


@pytest.mark.parametrize("text", ["", "\n\n", "some text", "key: value", "  indented"])
def test_no_traceback(text):
    assert parse_traceback(text.split("\n"))[0] is None


def test_a_name_broken_off_its_frame():
    text = """\
Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/proactor_events.py", line 165, in _call_connect
ion_lost
    self._sock.shutdown(socket.SHUT_RDWR)
ConnectionResetError: [WinError 10054]"""
    report, _ = parse_traceback(text.split("\n"))
    assert [frame.function for frame in report.frames] == ["_call_connection_lost"]
    assert report.type == "ConnectionResetError"
