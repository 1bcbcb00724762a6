from __future__ import annotations

import random
import textwrap

import pytest

from asynclog.model import CallbackRef, CoroutineRef, Place
from asynclog.parse import reprs
from asynclog.parse.legacy import parse_callee
from asynclog.parse.reprs import parse_repr

# name of the row, repr, what its fields must be (dots go into the nested object)
ROWS = [
    (
        "3.13 task, all attributes",
        "<Task finished name='Task-2' coro=<job() done, defined at /srv/app/jobs.py:6> "
        "exception=ValueError('bad thing 1') cb=[gather.<locals>._done_callback() at "
        "/usr/lib/python3.13/asyncio/tasks.py:820] created at /srv/app/main.py:34>",
        {
            "cls": "Task",
            "state": "finished",
            "name": "Task-2",
            "coroutine": CoroutineRef("job", "done", Place("/srv/app/jobs.py", 6)),
            "exception": "ValueError('bad thing 1')",
            "exception_type": "ValueError",
            "exception_text": "bad thing 1",
            "callbacks": (
                CallbackRef("gather.<locals>._done_callback", "", Place("/usr/lib/python3.13/asyncio/tasks.py", 820)),
            ),
            "created_at": Place("/srv/app/main.py", 34),
        },
    ),
    (
        "created at of the nested future is not the task's",
        "<Task pending name='Task-4' coro=<sleeper() running at /srv/app/m.py:27> wait_for=<Future pending"
        " cb=[Task.task_wakeup()] created at /usr/lib/python3.13/asyncio/base_events.py:460>>",
        {
            "created_at": None,
            "coroutine": CoroutineRef("sleeper", "running", Place("/srv/app/m.py", 27)),
            "wait_for.created_at": Place("/usr/lib/python3.13/asyncio/base_events.py", 460),
            "wait_for.callbacks": (CallbackRef("Task.task_wakeup"),),
        },
    ),
    (
        "task waits for a task that waits for a gather",
        "<Task pending name='A' coro=<a() running at a.py:1> "
        "wait_for=<Task pending name='B' coro=<b() running at b.py:2> "
        "wait_for=<_GatheringFuture pending cb=[Task.task_wakeup()] created at g.py:3> created at b.py:4>"
        " created at a.py:5>",
        {
            "created_at": Place("a.py", 5),
            "wait_for.name": "B",
            "wait_for.created_at": Place("b.py", 4),
            "wait_for.wait_for.cls": "_GatheringFuture",
            "wait_for.wait_for.created_at": Place("g.py", 3),
        },
    ),
    (
        "cancelling",
        "<Task cancelling name='x' coro=<stubborn() running at /srv/a.py:43> wait_for=<Future cancelled>>",
        {"state": "cancelling", "wait_for.state": "cancelled", "coroutine.qualname": "stubborn"},
    ),
    (
        "hostile name",
        r"""<Task pending name='My <Task> name=\'x\' "q"\n2 -> [(' coro=<wait() running at /srv/a.py:6>>""",
        {"name": "My <Task> name='x' \"q\"\n2 -> [(", "coroutine.place": Place("/srv/a.py", 6)},
    ),
    (
        "name in double quotes that looks like attributes",
        """<Task pending name="it's > created at /evil.py:1> cb=[x()]" coro=<w() running at /srv/a.py:6>>""",
        {"name": "it's > created at /evil.py:1> cb=[x()]", "created_at": None, "callbacks": ()},
    ),
    (
        "qualname of a lambda in a local class",
        "<Task pending name='t' coro=<main.<locals>.Local.<lambda>() running at <stdin>:4>>",
        {"coroutine": CoroutineRef("main.<locals>.Local.<lambda>", "running", Place("<stdin>", 4))},
    ),
    (
        "notebook cell",
        "<Task pending name='t' coro=<blocks() running at <ipython-input-7-1388d45e4cc5>:4> created at <string>:9>",
        {"coroutine.place": Place("<ipython-input-7-1388d45e4cc5>", 4), "created_at": Place("<string>", 9)},
    ),
    (
        "path with drive, spaces, commas and colons",
        r"<Task pending name='t' coro=<w() running at C:\my app, v2\a:b.py:40> cb=[f() at D:\x, y (1)\b.py:3, g()]"
        r" created at C:\Program Files (x86)\app\main.py:12>",
        {
            "coroutine.place": Place(r"C:\my app, v2\a:b.py", 40),
            "callbacks": (CallbackRef("f", "", Place(r"D:\x, y (1)\b.py", 3)), CallbackRef("g")),
            "created_at": Place(r"C:\Program Files (x86)\app\main.py", 12),
        },
    ),
    (
        "more than two callbacks",
        "<Task pending coro=<w() running at a.py:1> cb=[first() at a.py:2, <3 more>, last()() at b.py:4]>",
        {"callbacks": (CallbackRef("first", "", Place("a.py", 2)), CallbackRef("last", ")(", Place("b.py", 4)))},
    ),
    (
        "argument cut by reprlib takes closing brackets along",
        "<Task pending name='Task-3023' coro=<Event.wait() running at /usr/lib/python3.8/asyncio/locks.py:309>"
        " cb=[_release_waiter(<Future pendi...008474b80>()]>)() at /usr/lib/python3.8/asyncio/tasks.py:429]"
        " created at /srv/a.py:2>",
        {
            "callbacks": (
                CallbackRef(
                    "_release_waiter",
                    "<Future pendi...008474b80>()]>)(",
                    Place("/usr/lib/python3.8/asyncio/tasks.py", 429),
                ),
            ),
            "created_at": Place("/srv/a.py", 2),
        },
    ),
    (
        "object without a name",
        "<Task pending name='t' coro=<<async_generator_athrow without __name__>()> created at /srv/a.py:81>",
        {
            "coroutine": CoroutineRef("<async_generator_athrow without __name__>"),
            "created_at": Place("/srv/a.py", 81),
        },
    ),
    (
        "coroutine without code, running",
        "<Task pending coro=<fetch() running>>",
        {"coroutine": CoroutineRef("fetch", "running")},
    ),
    (
        "wrapped plain function: the place is its definition",
        "<Task pending coro=<notgen() running, defined at s.py:7> wait_for=<Future pending>>",
        {"coroutine": CoroutineRef("notgen", "", Place("s.py", 7))},
    ),
    (
        "eager task has no coroutine",
        "<Task finished name='None' result=1>",
        {"coroutine": None, "name": "None", "result": "1"},
    ),
    (
        "result with nested containers",
        "<Future finished result={'a': [1, 2, 3, [4, 5, ...]]} created at /srv/a.py:1>",
        {"result": "{'a': [1, 2, 3, [4, 5, ...]]}", "created_at": Place("/srv/a.py", 1)},
    ),
    (
        "result cut by reprlib in the middle of a string",
        "<Task finished name='t' coro=<f() done, defined at a.py:1> result='aaaaaaaaaaaa...aaaaaaaaaaaaa'"
        " created at b.py:2>",
        {"result": "'aaaaaaaaaaaa...aaaaaaaaaaaaa'", "created_at": Place("b.py", 2)},
    ),
    (
        "3.6 trailing comma",
        "<Future finished exception=ValueError('x',)>",
        {"exception_text": "x", "exception_type": "ValueError"},
    ),
    ("no argument", "<Future finished exception=WebSocketClosedError()>", {"exception_text": ""}),
    ("KeyError shows the repr", "<Future finished exception=KeyError('k')>", {"exception_text": "'k'"}),
    ("number", "<Future finished exception=SystemExit(3)>", {"exception_text": "3", "exception_type": "SystemExit"}),
    ("two arguments", "<Future finished exception=FileNotFoundError(2, 'No such file')>", {"exception_text": None}),
    (
        "escapes",
        r"""<Future finished exception=ValueError('line one\nline "two"\'s\t\x1b[0m \u20ac \\n')>""",
        {"exception_text": 'line one\nline "two"\'s\t\x1b[0m € \\n'},
    ),
    (
        "group",
        "<Task finished coro=<g() done, defined at a.py:1> exception=ExceptionGroup('unhandled errors in a TaskGroup',"
        " [ValueError('a, b'), KeyError('c')])>",
        {"exception_type": "ExceptionGroup", "exception_text": "unhandled errors in a TaskGroup (2 sub-exceptions)"},
    ),
    (
        "group of one",
        "<Future finished exception=BaseExceptionGroup('g', [ValueError(1)])>",
        {"exception_text": "g (1 sub-exception)"},
    ),
    (
        "exception whose repr is not quoted and not balanced",
        "<Task finished name='t' coro=<f() done, defined at a.py:1> exception=Broken(a > b]) don't) created at b.py:2>",
        {"exception": "Broken(a > b]) don't)", "exception_type": "Broken", "created_at": Place("b.py", 2)},
    ),
    (
        "exception with an opener too many",
        "<Task finished name='t' coro=<f() done, defined at a.py:1> exception=Broken(a[b) cb=[g()] created at b.py:2>",
        {"exception": "Broken(a[b)", "callbacks": (CallbackRef("g"),), "created_at": Place("b.py", 2)},
    ),
    (
        "exception in angle brackets over several lines",
        "<Task finished name='t' coro=<f() done, defined at a.py:1> "
        "exception=<AioRpcError of RPC that terminated with:\n"
        "\tstatus = StatusCode.UNAVAILABLE\n> created at b.py:2>",
        {"exception_type": "AioRpcError", "created_at": Place("b.py", 2)},
    ),
    (
        "task subclass with a repr of its own",
        "<ClientEventTask state=finished event=on_message coro=<bound method Bot.on_message of "
        "<app.Bot object at 0x7f>>"
        " exception=SystemExit(None)>",
        {
            "cls": "ClientEventTask",
            "state": "finished",
            "coroutine": CoroutineRef("Bot.on_message"),
            "exception_text": "None",
        },
    ),
    ("concurrent future", "<Future at 0x7f45 state=pending>", {"cls": "Future", "state": "pending"}),
    (
        "cut inside wait_for: the inner created at is not ours",
        "<Task pending name='t' coro=<f() running at a.py:3> wait_for=<Future pending cb=[x()] created at b.py:4",
        {"name": "t", "coroutine.place": Place("a.py", 3), "created_at": None},
    ),
    ("cut behind the state", "<Task pend", {"cls": "Task", "coroutine": None}),
    (
        "angle brackets eaten by a renderer",
        "<Task pending coro= wait_for=()] created at /usr/a.py:290> created at /srv/pool.py:107>",
        {"created_at": Place("/srv/pool.py", 107)},
    ),
    (
        "wrapped at spaces and slashes",
        "<Task finished name='Task-11' coro=<serve.<locals>._cb() done, defined at\n"
        "         /srv/app/lib/\n    run.py:90> exception=KeyError(1)>",
        {
            "coroutine": CoroutineRef("serve.<locals>._cb", "done", Place("/srv/app/lib/run.py", 90)),
            "exception_text": "1",
        },
    ),
    # handles
    (
        "handle",
        "<Handle boom(1, k='v')(2) at /srv/cb.py:4 created at /srv/main.py:18>",
        {
            "callback": CallbackRef("boom", "1, k='v')(2", Place("/srv/cb.py", 4)),
            "created_at": Place("/srv/main.py", 18),
        },
    ),
    ("cancelled handle", "<Handle cancelled>", {"state": "cancelled", "callback": None}),
    (
        "cancelled handle in debug mode",
        "<Handle cancelled f() at a.py:1 created at b.py:2>",
        {"state": "cancelled", "callback": CallbackRef("f", "", Place("a.py", 1)), "created_at": Place("b.py", 2)},
    ),
    (
        "timer",
        "<TimerHandle when=1954.085611355 main.<locals>.<lambda>() at a.py:25 created at b.py:37>",
        {"callback": CallbackRef("main.<locals>.<lambda>", "", Place("a.py", 25)), "created_at": Place("b.py", 37)},
    ),
    ("cancelled timer", "<TimerHandle cancelled when=1090.8>", {"state": "cancelled", "callback": None}),
    ("handle of 3.14", "<_ThreadSafeHandle cb('x') created at b.py:1>", {"callback": CallbackRef("cb", "'x'")}),
    (
        "callable object",
        "<Handle <app.Worker object at 0x7f>('z') created at b.py:1>",
        {"callback": CallbackRef("<app.Worker object at 0x7f>", "'z'"), "created_at": Place("b.py", 1)},
    ),
    (
        "3.6 wake-up of a task",
        "<Handle <TaskWakeupMethWrapper object at 0x7fe3>(<Future finis...events.py:299>) created at f.py:343>",
        {
            "callback": CallbackRef("<TaskWakeupMethWrapper object at 0x7fe3>", "<Future finis...events.py:299>"),
            "created_at": Place("f.py", 343),
        },
    ),
    (
        "uvloop handle",
        "<Handle cb created at /srv/u.py:21>",
        {"callback": CallbackRef("cb"), "created_at": Place("/srv/u.py", 21)},
    ),
    (
        "uvloop partial",
        "<Handle functools.partial(<function cb at 0x7f>, 1, k='v') created at u.py:21>",
        {"callback": CallbackRef("cb", "1, k='v'")},
    ),
    ("uvloop timer", "<TimerHandle boom>", {"callback": CallbackRef("boom")}),
    # coroutines and functions
    (
        "coroutine object",
        "<coroutine object Foo.run at 0x7f>",
        {"coroutine": CoroutineRef("Foo.run"), "cls": "coroutine"},
    ),
    ("async generator", "<async_generator object agen at 0x7f>", {"coroutine": CoroutineRef("agen")}),
    ("function", "<function D.__del__ at 0x7f>", {"callback": CallbackRef("D.__del__")}),
    (
        "bound method",
        "<bound method D.__del__ of <app.D object at 0x7f>>",
        {"cls": "bound method", "callback": CallbackRef("D.__del__")},
    ),
    (
        "coroutine wrapper",
        "<CoroWrapper Foo.run() running at /srv/a.py:8, created at /usr/lib/python3.6/asyncio/coroutines.py:85>",
        {
            "coroutine": CoroutineRef("Foo.run", "running", Place("/srv/a.py", 8)),
            "created_at": Place("/usr/lib/python3.6/asyncio/coroutines.py", 85),
        },
    ),
    (
        "coroutine wrapper around a plain function",
        "<CoroWrapper notgen() running, defined at s.py:7, created at s.py:29>",
        {"coroutine": CoroutineRef("notgen", "", Place("s.py", 7)), "created_at": Place("s.py", 29)},
    ),
    (
        "Cython coroutine",
        "<Task pending name='t' coro=<cyjob() running at cymod.pyx:2>>",
        {"coroutine": CoroutineRef("cyjob", "running", Place("cymod.pyx", 2))},
    ),
    # others
    (
        "transport",
        "<_SelectorSocketTransport closing fd=8 read=idle>",
        {"cls": "_SelectorSocketTransport", "state": "closing"},
    ),
    (
        "session",
        "<aiohttp.client.ClientSession object at 0x7f>",
        {"cls": "aiohttp.client.ClientSession", "parsed": True},
    ),
    (
        "two reprs in one value",
        "<ClientResponse(http://127.0.0.1:8080/) [200 OK]>\n<CIMultiDictProxy('Server': 'x')>",
        {"cls": "ClientResponse", "parsed": True},
    ),
    ("foreign class", "Connection<ConnectionKey(host='x', port=443)>", {"cls": "Connection", "parsed": True}),
    # asyncio before 3.4.2
    (
        "3.4.0 task",
        "Task(<bug>)<exception=Exception('not consumed',)>",
        {
            "cls": "Task",
            "state": "finished",
            "coroutine": CoroutineRef("bug"),
            "exception_type": "Exception",
            "exception_text": "not consumed",
        },
    ),
    ("3.4.0 pending task", "Task(<old>)<PENDING>", {"state": "pending", "coroutine": CoroutineRef("old")}),
    ("3.4.0 cancelling task", "Task(<x>)<CANCELLING>", {"state": "cancelling"}),
    (
        "3.4.0 task with a place",
        "Task(<kill_me at test.py:5>)<PENDING>",
        {"coroutine": CoroutineRef("kill_me", "", Place("test.py", 5))},
    ),
    (
        "3.4.0 future with callbacks",
        "Future<PENDING, [<bound method Task._wakeup of Task(<kill_me>)<PENDING>>]>",
        {"cls": "Future", "state": "pending"},
    ),
    ("3.4.0 result", "Future<result=3>", {"state": "finished", "result": "3"}),
    (
        "3.4.0 handle",
        "Handle(<function main.<locals>.boom at 0x7f>, (5,))<cancelled>",
        {"state": "cancelled", "callback": CallbackRef("main.<locals>.boom", "5")},
    ),
    ("3.4.0 timer", "TimerHandle(1133.3, <function f at 0x7f>, (1, 2))", {"callback": CallbackRef("f", "1, 2")}),
    (
        "task of 2014",
        "<Task pending kill_me() done at test.py:5 wait_for=<Future pending cb=[Task._wakeup()]>>",
        {"coroutine": CoroutineRef("kill_me", "done", Place("test.py", 5)), "wait_for.cls": "Future"},
    ),
    (
        "failed task of 2014",
        "<Task finished bug() done at t.py:3 exception=Exception('x',)>",
        {"coroutine": CoroutineRef("bug", "done", Place("t.py", 3)), "exception_text": "x"},
    ),
    ("3.4.0 coroutine", "Coroutine 'old' defined at s.py:4", {"coroutine": CoroutineRef("old", "", Place("s.py", 4))}),
    (
        "coroutine of 2014",
        "Coroutine test() at test.py:3",
        {"coroutine": CoroutineRef("test", "", Place("test.py", 3))},
    ),
]


def _field(item, path):
    for step in path.split("."):
        item = getattr(item, step)
    return item


@pytest.mark.parametrize(("text", "wanted"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_repr(text, wanted):
    item = parse_repr(text)
    assert {path: _field(item, path) for path in wanted} == wanted
    assert item.raw == text


@pytest.mark.parametrize("text", ["", "   ", "plain words", "<", "<>", "< >", "12", "<<<", "(", "'x'", "None", "\n"])
def test_what_is_no_repr_stays_raw(text):
    item = parse_repr(text)
    assert not item.parsed
    assert item.raw == text.strip()


CALLEES = [
    ("boom(1, 'a\"b') at /srv/cb.py:4", CallbackRef("boom", "1, 'a\"b'", Place("/srv/cb.py", 4))),
    ("W.m()", CallbackRef("W.m")),
    ("Future.set_result(2)", CallbackRef("Future.set_result", "2")),
    ("<function boom at 0x7f>(5,)", CallbackRef("boom", "5")),
    ("<function boom at 0x7f>", CallbackRef("boom")),
    ("UVTransport._call_connection_lost", CallbackRef("UVTransport._call_connection_lost")),
    (
        "functools.partial(<bound method IOLoop._discard of <x.Loop object at 0x7f>>, <Task finished name='t'>)",
        CallbackRef("IOLoop._discard", "<Task finished name='t'>"),
    ),
    (
        "track.<locals>.run(<Job track po...7fcecc47ab90>>) at /srv/event.py:1326",
        CallbackRef("track.<locals>.run", "<Job track po...7fcecc47ab90>>", Place("/srv/event.py", 1326)),
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CALLEES, ids=[text[:20] for text, _ in CALLEES])
def test_callee(text, wanted):
    item = parse_callee(text)
    assert item.parsed
    assert item.callback == wanted


WRAPPED = (
    "<Task pending name='Task-7' coro=<login() running at C:\\lib\\site-packages\\chat\\client.py:416> "
    "wait_for=<Future pending cb=[_check() at C:\\lib\\asyncio\\futures.py:401, Task._wakeup()] "
    "created at C:\\lib\\asyncio\\futures.py:399>"
    " cb=[_done() at C:\\lib\\asyncio\\base_events.py:123] created at C:\\lib\\asyncio\\base_events.py:296>"
)


@pytest.mark.parametrize("width", range(60, 300, 7))
def test_a_terminal_cut_the_lines_anywhere(width):
    first = width - 27  # behind a prefix
    rest = WRAPPED[first:]
    text = "\n".join([WRAPPED[:first], *(rest[at : at + width] for at in range(0, len(rest), width))])
    item, whole = parse_repr(text), parse_repr(WRAPPED)
    for name in ("state", "name", "coroutine", "callbacks", "created_at"):
        assert getattr(item, name) == getattr(whole, name)
    assert item.wait_for.created_at == whole.wait_for.created_at


@pytest.mark.parametrize("width", range(60, 300, 7))
def test_a_console_wrapped_at_spaces(width):
    text = "\n".join(
        textwrap.wrap(WRAPPED, width, break_long_words=False, break_on_hyphens=False, subsequent_indent="    ")
    )
    item, whole = parse_repr(text), parse_repr(WRAPPED)
    for name in ("state", "name", "coroutine", "callbacks", "created_at"):
        assert getattr(item, name) == getattr(whole, name)


# -- the short way for usual reprs ------------------------------------------------------------------------------------

PIECES = (
    *(" ", "<", ">", "(", ")", "[", "]", "'", '"', "\\", "...", ", ", ": ", "=", "->", " => ", "()", "<locals>", ":12"),
    *(" created at ", " cb=[", " wait_for=<", " coro=<", " exception=", " result=", " name='", ") at ", " when=1.5"),
    *("[1, 2, 3, ...]", "partial", "Handle", " cancelled"),
)
USUAL = (
    "<Task pending name='Task-9' coro=<Orders.load.<locals>.one() running at /srv/a.py:301> wait_for=<Future pending "
    "cb=[Task.task_wakeup()] created at /usr/lib/base_events.py:448> cb=[gather.<locals>._done_callback() at "
    "/usr/lib/tasks.py:764] created at /srv/app/pool.py:573>",
    "<Task finished name='t' coro=<f() done, defined at /srv/a.py:7> exception=OSError(5, 'x, y') created at /b.py:1>",
    "<Task finished name='t' coro=<f() done, defined at /srv/a.py:7> result=[1, 2, 3, ...] created at /b.py:1>",
    "<Handle Uploader.put(<Uploader ob...t 0x7ff03b62a3f0>, 6232) at /srv/a.py:97 created at /srv/b.py:614>",
    "<TimerHandle when=765317.38 Uploader.flush() at /srv/worker.py:225 created at /srv/sync.py:554>",
)


@pytest.mark.parametrize("seed", range(20))
def test_the_short_way_says_what_the_long_way_says(seed, monkeypatch):
    chance = random.Random(seed)
    texts = list(USUAL)
    for _ in range(500):
        text = chance.choice(USUAL)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(1, len(text) + 1)
            text = text[:at] + chance.choice(PIECES) + text[at + chance.choice((0, 0, 1, 5)) :]
        texts.append(text)
    short = {text: found for text in texts if (found := reprs._usual(text, text, 0)) is not None}
    assert short.keys() >= set(USUAL)
    monkeypatch.setattr(reprs, "_usual", lambda *_: None)
    for text, found in short.items():
        assert found == reprs._flat(text, text, 0), text
