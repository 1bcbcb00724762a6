from __future__ import annotations

import pytest

from asynclog.model import CallbackRef, CoroutineRef, Place, Prefix, Record
from asynclog.parse.message import duration, understand

RECENT = "(most recent call last)"


def record(text, kind=None, fields=None, **other):
    return Record("app.log", 1, 0, other.pop("prefix", Prefix()), text, kind, fields or {}, **other)


def message(text, kind=None, fields=None, **other):
    return understand(record(text, kind, fields, **other))


def lines(message, stack):
    return [(frame.file, frame.line, frame.function) for frame in message.stacks[stack]]


NEVER_RETRIEVED = f"""\
Task exception was never retrieved
future: <Task finished name='t' coro=<f() done, defined at /srv/a.py:6> exception=E('x') created at /srv/a.py:34>
source_traceback: Object created at {RECENT}:
  File "/srv/a.py", line 53, in <module>
    asyncio.run(main())
  File "/srv/a.py", line 34, in main
    t = loop.create_task(c)
Traceback {RECENT}:
  File "/srv/a.py", line 7, in job
    raise E("x")
E: x"""


def test_never_retrieved():
    got = message(NEVER_RETRIEVED, "exception-never-retrieved", {"object": "Task"})
    assert got.objects["future"].created_at == Place("/srv/a.py", 34)
    assert lines(got, "source_traceback") == [("/srv/a.py", 53, "<module>"), ("/srv/a.py", 34, "main")]
    assert (got.exception.type, got.exception.message) == ("E", "x")
    assert [frame.function for frame in got.exception.frames] == ["job"]
    assert not got.partial
    assert got.malformed is None
    assert got.values == {}


def test_object_line_behind_the_stack():
    got = message(
        f"""\
Task was destroyed but it is pending!
source_traceback: Object created at {RECENT}:
  File "/srv/a.py", line 14, in mk
    return loop.create_task(waiter())
task: <Task pending name='Task-2' coro=<waiter() done, defined at /srv/a.py:7> created at /srv/a.py:14>""",
        "task-destroyed-pending",
    )
    assert lines(got, "source_traceback") == [("/srv/a.py", 14, "mk")]
    assert got.objects["task"].coroutine == CoroutineRef("waiter", "done", Place("/srv/a.py", 7))
    assert not got.partial


def test_object_line_is_missing():
    assert message("Task was destroyed but it is pending!", "task-destroyed-pending").partial
    assert message("Future exception was never retrieved\nValueError: x", "exception-never-retrieved").partial


def test_traceback_without_its_end():
    text = f'Unhandled exception in event loop\nTraceback {RECENT}:\n  File "/srv/a.py", line 2, in f\n    x'
    assert message(text, "loop-unhandled-exception").partial
    assert not message(f"{text}\nValueError", "loop-unhandled-exception").partial


def test_headless_remains():
    got = message("task: <Task pending coro=<f() running at /srv/a.py:3>>", "task-destroyed-pending", headless=True)
    assert got.partial
    assert got.objects["task"].coroutine.qualname == "f"


def test_headless_traceback():
    got = message('  File "/srv/a.py", line 7, in job\n    raise X\nValueError: x', None, headless=True)
    assert (got.exception.type, [frame.function for frame in got.exception.frames]) == ("ValueError", ["job"])


def test_cut_record_is_partial():
    assert message(NEVER_RETRIEVED[:400], "exception-never-retrieved", cut=True).partial


SLOW = "<Task pending name='w' coro=<work() running at /srv/a.py:9> created at /srv/a.py:2>"


@pytest.mark.parametrize(
    ("handle", "subject"),
    [
        (SLOW, CoroutineRef("work", "running", Place("/srv/a.py", 9))),
        ("<Handle f() at /srv/a.py:1 created at /srv/b.py:2>", CallbackRef("f", "", Place("/srv/a.py", 1))),
        ("<TimerHandle when=1.5 f(1)>", CallbackRef("f", "1")),
        ("Handle(<function f at 0x7f>,)", CallbackRef("f")),
        ("Handle(<function f at 0x7f>, ())", CallbackRef("f")),
    ],
)
def test_slow_callback(handle, subject):
    text = f"Executing {handle} took 0.735 seconds"
    got = message(text, "slow-callback", {"handle": handle, "duration": "0.735"})
    assert subject in (got.objects["handle"].coroutine, got.objects["handle"].callback)
    assert got.duration == 735_000


@pytest.mark.parametrize("width", [40, 61, 80])
def test_slow_callback_wrapped_by_a_terminal(width):
    text = f"Executing {SLOW} took 1.005 seconds"
    wrapped = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    got = message(wrapped, "slow-callback")
    assert got.objects["handle"].created_at == Place("/srv/a.py", 2)
    assert got.duration == 1_005_000


@pytest.mark.parametrize(
    ("text", "unit", "micros"),
    [
        ("0.735", "s", 735_000),
        ("1.686", "ms", 1_686),
        ("12", "s", 12_000_000),
        ("0.1234567", "s", 123_457),
        ("0.0000004", "s", 0),
        ("299312.000", "ms", 299_312_000),
        ("", "s", None),
        ("1e5", "s", None),
        ("0.5", "fortnights", None),
        ("9" * 400, "s", None),
        ("9999999999999.9", "s", None),
        ("35000000.5", "s", 35_000_000_500_000),
        ("36000000.5", "s", None),
        ("٣", "s", 3_000_000),
    ],
)
def test_duration(text, unit, micros):
    assert duration(text, unit) == micros


def test_the_unit_of_a_duration_is_a_field():
    fields = {"duration": "9.046", "unit": "ms"}
    assert understand(record("poll took 9.046 ms: 1 events", "slow-poll", fields)).duration == 9_046


def test_callee_over_several_lines():
    got = message(
        "Exception in callback <app.Odd\nobject>(1)\nhandle: <Handle <app.Odd\nobject>(1) created at /srv/b.py:9>",
        "callback-exception",
        {"callback": "<app.Odd"},
    )
    assert list(got.objects) == ["handle"]
    assert got.objects["handle"].created_at == Place("/srv/b.py", 9)


def test_callback_that_was_given_a_failed_task():
    task = "<Task finished coro=<track() done, defined at /srv/c.py:4864> exception=ClosedError('in <X>: closed')>"
    callee = f"functools.partial(<bound method IOLoop._discard of <tornado.Loop object at 0x7f>>, {task})"
    got = message(f"Exception in callback {callee}\nTraceback {RECENT}:", "callback-exception", {"callback": callee})
    assert got.objects["callback"].callback.name == "IOLoop._discard"
    assert got.objects["future"].coroutine.qualname == "track"
    assert got.exception.type == "ClosedError"


def test_callback_exception():
    got = message(
        f"""\
Exception in callback boom('p') at /srv/a.py:4
handle: <Handle boom('p') at /srv/a.py:4 created at /srv/b.py:9>
Traceback {RECENT}:
  File "/usr/lib/python3.12/asyncio/events.py", line 84, in _run
    self._context.run(self._callback, *self._args)
  File "/srv/a.py", line 4, in boom
    raise RuntimeError('boom')
RuntimeError: boom""",
        "callback-exception",
        {"callback": "boom('p') at /srv/a.py:4"},
    )
    assert got.objects["callback"].callback == CallbackRef("boom", "'p'", Place("/srv/a.py", 4))
    assert got.objects["handle"].created_at == Place("/srv/b.py", 9)
    assert got.exception.frames[-1].function == "boom"


def test_keys_in_any_order_and_custom_ones():
    got = message(
        f"""\
Custom problem
alpha: 'x: y'
client_session: <app.Session object at 0x7f>
handle_traceback: Handle created at {RECENT}:
  File "/srv/a.py", line 43, in <module>
    loop.run_until_complete(main())
zeta: 1
Traceback {RECENT}:
  File "/srv/a.py", line 4, in boom
OSError: x""",
        prefix=Prefix(logger="asyncio", level="ERROR"),
    )
    assert got.kind == "loop-context-other"
    assert got.values == {"alpha": "'x: y'", "zeta": "1"}
    assert list(got.objects) == ["client_session"]
    assert lines(got, "handle_traceback") == [("/srv/a.py", 43, "<module>")]
    assert got.exception.type == "OSError"


@pytest.mark.parametrize(
    ("text", "prefix", "kind"),
    [
        ("Something odd", Prefix(logger="asyncio", level="ERROR"), "loop-context-other"),
        ("Something odd", Prefix(logger="asyncio", level="error"), "loop-context-other"),
        ("Something odd", Prefix(logger="asyncio", level="WARNING"), "unclassified"),
        ("Something odd", Prefix(logger="myasyncio", level="ERROR"), "unclassified"),
        ("Something odd", Prefix(), "unclassified"),
        ("Something odd\nfuture: <Future pending>", Prefix(), "loop-context-other"),
    ],
)
def test_kind_of_what_no_pattern_knows(text, prefix, kind):
    assert message(text, prefix=prefix).kind == kind


def test_value_over_several_lines_with_an_empty_one():
    got = message(
        f"""\
Unclosed response
client_response: <ClientResponse(http://127.0.0.1/) [200 OK]>
<CIMultiDictProxy('Server': 'x')>

source_traceback: Object created at {RECENT}:
  File "/srv/a.py", line 15, in main
    r = await s.get(url)
transport: <T>""",
        "aiohttp-unclosed",
    )
    assert got.objects["client_response"].cls == "ClientResponse"
    assert got.objects["transport"].cls == "T"
    assert lines(got, "source_traceback") == [("/srv/a.py", 15, "main")]


def test_value_whose_brackets_close_on_a_later_line():
    got = message(
        """\
Task exception was never retrieved
future: <Task finished name='t' coro=<f() done, defined at /srv/a.py:1> exception=<RpcError of call that ended with:
	status = UNAVAILABLE
	details = "(down"
>>
app.RpcError: <RpcError of call that ended with:
	status = UNAVAILABLE
>""",
        "exception-never-retrieved",
    )
    assert got.objects["future"].exception_type == "RpcError"
    assert got.exception.type == "app.RpcError"


def test_unbalanced_value_does_not_swallow_the_traceback():
    got = message(
        f"""\
Task exception was never retrieved
future: <Task finished name='t' coro=<f() done, defined at /srv/a.py:1> exception=Odd((([>
Traceback {RECENT}:
  File "/srv/a.py", line 2, in f
app.Odd: x""",
        "exception-never-retrieved",
    )
    assert got.exception.type == "app.Odd"
    assert got.objects["future"].coroutine.qualname == "f"


def test_exception_that_was_never_raised():
    got = message(
        "Future exception was never retrieved\nfuture: <Future finished exception=odd_one('x')>\nodd_one: x",
        "exception-never-retrieved",
    )
    assert (got.exception.type, got.exception.message, got.exception.frames) == ("odd_one", "x", ())


def test_first_exception_is_replaced_by_the_one_that_fits():
    got = message(
        f"""\
Task exception was never retrieved
future: <Task finished name='t' coro=<f() done, defined at /srv/a.py:1> exception=ValueError('ours')>
StrayError: of a library
Traceback {RECENT}:
  File "/srv/a.py", line 2, in f
ValueError: ours""",
        "exception-never-retrieved",
    )
    assert (got.exception.type, got.exception.message) == ("ValueError", "ours")


def test_never_awaited():
    got = message(
        f"""\
/srv/a.py:20: RuntimeWarning: coroutine 'Foo.run' was never awaited
Coroutine created at {RECENT}
  File "/srv/a.py", line 36, in <module>
    asyncio.run(main())
  File "/srv/a.py", line 19, in main
    c = Foo().run(2)
  del c
RuntimeWarning: Enable tracemalloc to get the object allocation traceback""",
        "coroutine-never-awaited",
        {"file": "/srv/a.py", "line": "20", "qualname": "Foo.run"},
    )
    assert lines(got, "source_traceback")[-1] == ("/srv/a.py", 19, "main")
    assert got.values["source_line"] == "del c"
    assert got.exception is None
    assert got.objects == {}


@pytest.mark.parametrize("name", ["<string>", "<sys>", "<stdin>"])
def test_file_of_a_warning_is_no_object(name):
    got = message(f"{name}:2: RuntimeWarning: coroutine 'd' was never awaited", "x", {"file": name, "line": "2"})
    assert got.objects == {}


def test_tracemalloc():
    got = message(
        """\
/usr/lib/python3.12/asyncio/base_events.py:723: ResourceWarning: unclosed event loop <_Loop running=False>
  _warn(f"unclosed event loop {self!r}", ResourceWarning, source=self)
Object allocated at (most recent call last):
  File "/srv/a.py", lineno 43
    loop = asyncio.new_event_loop()
  File "/usr/lib/python3.12/asyncio/events.py", lineno 819
    return get_event_loop_policy().new_event_loop()""",
        "unclosed-event-loop",
        {"loop": "<_Loop running=False>"},
    )
    assert lines(got, "allocation")[0] == ("/srv/a.py", 43, None)
    assert got.objects["loop"].cls == "_Loop"


def test_tracemalloc_of_36_is_newest_first():
    got = message(
        """\
/srv/a.py:1: RuntimeWarning: coroutine 'f' was never awaited
Object allocated at (most recent call first):
  File "/srv/inner.py", lineno 2
    f()
  File "/srv/outer.py", lineno 1
    run()""",
        "coroutine-never-awaited",
    )
    assert [file for file, _, _ in lines(got, "allocation")] == ["/srv/outer.py", "/srv/inner.py"]


def test_allocation_as_pytest_prints_it():
    got = message(
        """\
/srv/test_shop.py:13: RuntimeWarning: coroutine 'f' was never awaited
    f()

  Object allocated at:
    File "/usr/lib/python3.12/asyncio/tasks.py", line 256
      result = coro.send(None)
    File "/srv/test_shop.py", line 13
      f()""",
        "coroutine-never-awaited",
    )
    assert lines(got, "allocation")[-1] == ("/srv/test_shop.py", 13, None)
    assert (got.exception, got.partial) == (None, False)


def test_coroutine_wrapper():
    wrapper = "<CoroWrapper Foo.run() running at /srv/a.py:8, created at /usr/lib/python3.6/asyncio/coroutines.py:85>"
    got = message(
        f"""\
{wrapper} was never yielded from
Coroutine object created at (most recent call last, truncated to 10 last lines):
  File "/srv/a.py", line 17, in main
    Foo().run(1)""",
        "coroutine-never-yielded-from",
        {"wrapper": wrapper},
    )
    assert got.objects["wrapper"].coroutine == CoroutineRef("Foo.run", "running", Place("/srv/a.py", 8))
    assert lines(got, "source_traceback") == [("/srv/a.py", 17, "main")]


def test_old_coroutine_wrapper():
    got = message(
        "Coroutine test() at test.py:3 was never yielded from",
        "coroutine-never-yielded-from",
        {"wrapper": "Coroutine test() at test.py:3"},
    )
    assert got.objects["wrapper"].coroutine == CoroutineRef("test", "", Place("test.py", 3))


def test_uvloop_resource():
    got = message(
        f"""\
/srv/u.py:52: ResourceWarning: unclosed resource <TCPTransport closed=False 0x55>; object created at {RECENT}:
  File "/srv/u.py", line 52, in <module>
    loop.run_until_complete(main())
  File "/srv/u.py", line 40, in main
    t, p = await loop.create_connection()""",
        "uvloop-unclosed-resource",
        {"handle": "<TCPTransport closed=False 0x55>"},
    )
    assert lines(got, "source_traceback")[-1] == ("/srv/u.py", 40, "main")


def test_taskgroup_orphan():
    child = "<Task finished name='c' coro=<child() done, defined at /srv/m.py:4> exception=ValueError('x')>"
    parent = "<Task finished name='p' coro=<parent() done, defined at /srv/m.py:9> result=None>"
    got = message(
        f"""\
Task {child} has errored out but its parent task {parent} is already completed
task: {child}
Traceback {RECENT}:
  File "/srv/m.py", line 5, in child
ValueError: x""",
        "taskgroup-orphan-error",
        {"task": child, "parent": parent},
    )
    assert got.objects["task"].name == "c"
    assert got.objects["parent"].name == "p"
    assert got.exception.type == "ValueError"


def test_stack_glued_to_the_first_line_without_indentation():
    got = message(
        """\
Unclosed client session: File "<frozen runpy>", line 198, in _run_module_as_main
File "<frozen runpy>", line 88, in _run_code
File "/srv/ha/__main__.py", line 220, in <module>
sys.exit(main())
File "/config/monitor/__init__.py", line 107, in RunDocker
await hass.data[DOMAIN][API].init(startCount)
client_session: <aiohttp.client.ClientSession object at 0x7f>""",
        "aiohttp-unclosed",
    )
    assert [function for _, _, function in lines(got, "source_traceback")] == [
        "_run_module_as_main",
        "_run_code",
        "<module>",
        "RunDocker",
    ]
    assert got.stacks["source_traceback"][-1].source.startswith("await hass")
    assert "client_session" in got.objects


@pytest.mark.parametrize("between", ["", "task: "])
def test_task_in_the_parentheses_of_home_assistant(between):
    task = "<Task finished name='t' coro=<f() done, defined at /srv/a.py:1> exception=ValueError('x')>"
    got = message(f"Task exception was never retrieved ({between}{task})", "exception-never-retrieved")
    assert got.objects["task"].coroutine.qualname == "f"
    assert not got.partial


def test_task_in_parentheses_tells_which_traceback_counts():
    text = f"""\
Task exception was never retrieved (<Task finished coro=<f() done, defined at /srv/a.py:1> exception=ValueError('x')>)
Traceback {RECENT}:
  File "/srv/b.py", line 2, in stray
OSError: stray
Traceback {RECENT}:
  File "/srv/a.py", line 2, in f
ValueError: x"""
    assert message(text, "exception-never-retrieved").exception.type == "ValueError"


def test_other_reprs_in_parentheses_are_no_task():
    text = "a.py:1: DeprecationWarning: value that is not None (<bound method T.test_b of <t.T object at 0x7f>>)"
    assert message(text, "asyncio-deprecation").objects == {}


@pytest.mark.parametrize("between", ["", ": ", "\n"])
def test_traceback_glued_to_the_first_line(between):
    text = f"""\
Future/Task exception was never retrieved{between}Traceback {RECENT}:
  File "/srv/a.py", line 2, in f
ValueError: x"""
    got = message(text, "exception-never-retrieved-legacy")
    assert (got.exception.type, got.exception.frames[0].function) == ("ValueError", "f")


def test_legacy_creation_stack():
    got = message(
        f"""\
Future/Task exception was never retrieved
Future/Task created at {RECENT}:
  File "/srv/a.py", line 9, in main
    task = Task(f())
Traceback {RECENT}:
  File "/srv/a.py", line 2, in f
ValueError: x""",
        "exception-never-retrieved-legacy",
    )
    assert lines(got, "source_traceback") == [("/srv/a.py", 9, "main")]
    assert got.exception.message == "x"


def test_faulthandler_prefers_the_thread_of_the_loop():
    got = message(
        """\
Timeout (0:00:01)!
Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.12/threading.py", line 320 in wait

Thread 0x00007f02 (most recent call first):
  File "/srv/a.py", line 20 in main
  File "/usr/lib/python3.12/asyncio/base_events.py", line 1898 in _run_once

Thread 0x00007f03 (most recent call first):
  File "/usr/lib/python3.12/threading.py", line 320 in wait""",
        "faulthandler-dump",
    )
    assert [function for _, _, function in lines(got, "stack")] == ["_run_once", "main"]
    assert len(got.stacks) == 3


def test_faulthandler_in_the_garbage_collector():
    got = message(
        "Fatal Python error: Aborted\n\nCurrent thread 0x00007f01 (most recent call first):\n"
        '  Garbage-collecting\n  File "/srv/a.py", line 20 in main',
        "faulthandler-dump",
    )
    assert lines(got, "stack") == [("/srv/a.py", 20, "main")]


@pytest.mark.parametrize("header", ["Current thread 0x00007f01", "Stack"])
def test_dump_whose_first_line_is_the_header(header):
    got = message(
        f'{header} (most recent call first):\n  File "/srv/a.py", line 3 in string_at\n'
        '  File "/srv/a.py", line 9 in <module>',
        "faulthandler-dump",
    )
    assert lines(got, "stack") == [("/srv/a.py", 9, "<module>"), ("/srv/a.py", 3, "string_at")]


def test_print_stack():
    task = "<Task pending name='t' coro=<outer() running at /srv/a.py:5>>"
    got = message(
        f'Stack for {task} {RECENT}:\n  File "/srv/a.py", line 5, in outer\n    await inner()',
        "task-print-stack",
        {"task": task},
    )
    assert lines(got, "stack") == [("/srv/a.py", 5, "outer")]
    assert got.exception is None


def test_print_stack_of_a_failed_task():
    task = r"<Task finished name='t' coro=<bad() done, defined at /srv/a.py:6> exception=ValueError('bad\nsecond')>"
    got = message(
        f'Traceback for {task} {RECENT}:\n  File "/srv/a.py", line 7, in bad\n    raise\nValueError: bad\nsecond',
        "task-print-stack",
        {"task": task},
    )
    assert (got.exception.type, got.exception.message) == ("ValueError", "bad\nsecond")


def test_watchdog_stack():
    got = message(
        f"""\
Shard ID 1 heartbeat blocked for more than 10 seconds.
Loop thread traceback {RECENT}:
  File "/srv/bot.py", line 3, in <module>
    bot.run()
  File "/srv/cog.py", line 9, in slow
    time.sleep(60)""",
        "discord-heartbeat-blocked",
    )
    assert lines(got, "stack")[-1] == ("/srv/cog.py", 9, "slow")


def test_call_graph():
    got = message(
        """\
* Task(name='leaf task', id=0x1660f20)
  + Call stack:
  |   File '/srv/a.py', line 3, in async test()
  |   File '/srv/a.py', line 5, in async leaf()
  + Awaited by:
    * Task(name='Task-1', id=0x16be898)
      + Call stack:
      |   File '/srv/a.py', line 11, in async main()""",
        "call-graph",
    )
    assert got.objects["task"].name == "leaf task"
    assert [function for _, _, function in lines(got, "stack")] == ["leaf", "test"]
    assert [function for _, _, function in lines(got, "stack 2")] == ["main"]


def test_unraisable():
    got = message(
        f"""\
Exception ignored in: <coroutine object use_loop at 0x7f>
Traceback {RECENT}:
  File "/srv/a.py", line 5, in use_loop
    finally: asyncio.get_event_loop().call_soon(print)
RuntimeError: Event loop is closed""",
        "unraisable-coroutine",
        {"object": "<coroutine object use_loop at 0x7f>"},
    )
    assert got.objects["object"].coroutine.qualname == "use_loop"
    assert got.exception.message == "Event loop is closed"


def test_what_cannot_be_parsed_is_said():
    got = message("Task was destroyed but it is pending!\ntask: <", "task-destroyed-pending")
    assert got.malformed == "task: repr not understood"
    assert got.objects["task"].raw == "<"
