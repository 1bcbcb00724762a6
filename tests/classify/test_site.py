"""The ladder of evidence: which line of the user's program made it, and which rung says so."""

# ruff: noqa: E501 - a table has long rows
import pytest
from classify_material import LIB, SITE, frames, handle, message, plumbing, raised, record, said, task
from hypothesis import given
from hypothesis import strategies as st

from asynclog.classify.site import locate, own_frames, subject
from asynclog.model import Frame, Message, ObjectRepr, Place, Site, Via

SHIPPED = plumbing()
LOOP = (f"{LIB}/base_events.py:run_forever", f"{LIB}/base_events.py:_run_once", f"{LIB}/events.py:_run")
USER = frames("/app/main.py:<module>", *LOOP, "/app/jobs.py:start", "/app/jobs.py:spawn", f"{LIB}/tasks.py:create_task")
ENTRY = frames("/app/main.py:<module>", *LOOP, f"{SITE}/hyper/run.py:accept", f"{LIB}/tasks.py:create_task")
SERVED = frames(
    "/venv/bin/uvicorn:<module>",
    *LOOP,
    f"{SITE}/hyper/run.py:accept",
    f"{SITE}/anyio/x.py:go",
    f"{LIB}/tasks.py:create_task",
)
ASYNCIO = frames(*LOOP, f"{LIB}/tasks.py:create_task")

NEVER, GONE, SLOW = "exception-never-retrieved", "task-destroyed-pending", "slow-callback"
AWAIT = "coroutine-never-awaited"


def at(place, function, via):
    file, _, line = place.rpartition(":")
    return Site(file, int(line), function, via)


RUNGS = [
    (
        "a process that multiprocessing started: its first line is nobody's (uvicorn --reload)",
        message(
            GONE,
            {"task": task("cycle", f"{SITE}/hyper/run.py:5")},
            source_traceback=frames(
                "<string>:<module>",
                "/usr/lib/python3.13/multiprocessing/spawn.py:spawn_main",
                f"{SITE}/hyper/run.py:accept",
            ),
        ),
        at(f"{SITE}/hyper/run.py:30", "accept", Via.SOURCE_TRACEBACK),
    ),
    (
        "a program given on the command line",
        message(
            GONE,
            {"task": task("work", "/app/w.py:5")},
            source_traceback=frames("<string>:<module>", f"{LIB}/tasks.py:create_task"),
        ),
        at("<string>:10", "<module>", Via.SOURCE_TRACEBACK),
    ),
    (
        "source traceback: the innermost user frame",
        message(GONE, {"task": task("work", "/app/w.py:5", f"{LIB}/tasks.py:3")}, source_traceback=USER),
        at("/app/jobs.py:60", "spawn", Via.SOURCE_TRACEBACK),
    ),
    (
        "source traceback: what started the loop created nothing",
        message(GONE, {"task": task("serve", f"{SITE}/hyper/run.py:90")}, source_traceback=ENTRY),
        at(f"{SITE}/hyper/run.py:50", "accept", Via.SOURCE_TRACEBACK),
    ),
    (
        "source traceback: the user's coroutine before a library's frame",
        message(GONE, {"task": task("Api.work", "/app/w.py:5")}, source_traceback=SERVED),
        at("/app/w.py:5", "work", Via.COROUTINE),
    ),
    (
        "source traceback: a library's frame, plumbing passed over",
        message(GONE, {"task": task("serve", f"{LIB}/tasks.py:5")}, source_traceback=SERVED),
        at(f"{SITE}/hyper/run.py:50", "accept", Via.SOURCE_TRACEBACK),
    ),
    (
        "source traceback: nothing but asyncio gives way to the coroutine",
        message(GONE, {"task": task("work", "/app/w.py:5")}, source_traceback=ASYNCIO),
        at("/app/w.py:5", "work", Via.COROUTINE),
    ),
    (
        "tracemalloc counts as a creation",
        message("unclosed-event-loop", allocation=frames("/app/a.py:<module>", f"{LIB}/events.py:new_event_loop")),
        at("/app/a.py:10", "<module>", Via.SOURCE_TRACEBACK),
    ),
    (
        "created at, where it is user code",
        message(GONE, {"task": task("work", "/app/w.py:5", "/app/main.py:79")}),
        at("/app/main.py:79", None, Via.CREATED_AT),
    ),
    (
        "created at in asyncio is none",
        message(GONE, {"task": task("work", "/app/w.py:5", f"{LIB}/tasks.py:382")}),
        at("/app/w.py:5", "work", Via.COROUTINE),
    ),
    (
        "coroutine of a library before its created at",
        message(SLOW, {"handle": task("Syncer.worker", f"{SITE}/pyro/syncer.py:68", f"{SITE}/pyro/client.py:5")}),
        at(f"{SITE}/pyro/syncer.py:68", "worker", Via.COROUTINE),
    ),
    (
        "created at of a library, better than nothing",
        message(GONE, {"task": task("<async_generator_asend without __name__>", None, f"{SITE}/graphql/it.py:44")}),
        at(f"{SITE}/graphql/it.py:44", None, Via.CREATED_AT),
    ),
    (
        "coroutine of plumbing, better than nothing",
        message(GONE, {"task": task("RequestHandler.start", f"{SITE}/aiohttp/web_protocol.py:437")}),
        at(f"{SITE}/aiohttp/web_protocol.py:437", "start", Via.COROUTINE),
    ),
    (
        "a wrapper's coroutine gives way to the user's frame of the exception",
        message(
            NEVER,
            {"future": task("_traced", f"{SITE}/sentry_sdk/asyncio.py:9")},
            raised("ValueError", f"{SITE}/sentry_sdk/asyncio.py:_traced", "/app/w.py:work"),
        ),
        at("/app/w.py:20", "work", Via.EXCEPTION),
    ),
    (
        "coroutine of asyncio is none",
        message(GONE, {"task": task("_wrap_awaitable", f"{LIB}/tasks.py:684")}),
        Site(),
    ),
    (
        "local coroutine",
        message(GONE, {"task": task("main.<locals>.work", "/app/w.py:5")}),
        at("/app/w.py:5", "work", Via.COROUTINE),
    ),
    (
        "callback's definition",
        message("callback-exception", {"handle": handle("main.<locals>.<lambda>", "/app/c.py:4")}),
        at("/app/c.py:4", "<lambda>", Via.CALLBACK),
    ),
    (
        "callback: the line that scheduled it is stronger",
        message(SLOW, {"handle": handle("blocks", "/app/c.py:12", "/app/c.py:32")}),
        at("/app/c.py:32", None, Via.CREATED_AT),
    ),
    (
        "callback of the header where the handle's line is lost",
        message("callback-exception", {"callback": handle("run_action", "/app/event.py:13")}),
        at("/app/event.py:13", "run_action", Via.CALLBACK),
    ),
    (
        "exception: the innermost user frame",
        message(
            NEVER,
            {"future": ObjectRepr("<Future>", "Future", True)},
            raised("ValueError", "/app/a.py:outer", "/app/a.py:inner", f"{LIB}/x.py:f"),
        ),
        at("/app/a.py:20", "inner", Via.EXCEPTION),
    ),
    (
        "exception: the last of its chain first",
        message(NEVER, {}, raised("KeyError", "/app/b.py:late", earlier=raised("OSError", "/app/a.py:early"))),
        at("/app/b.py:10", "late", Via.EXCEPTION),
    ),
    (
        "exception: earlier ones where the last has no user frame",
        message(NEVER, {}, raised("KeyError", f"{SITE}/lib/b.py:late", earlier=raised("OSError", "/app/a.py:early"))),
        at("/app/a.py:10", "early", Via.EXCEPTION),
    ),
    (
        "exception group: the leaf",
        message(
            NEVER,
            {},
            raised(
                "ExceptionGroup",
                "/app/g.py:group",
                members=[raised("ValueError", f"{LIB}/x.py:f"), raised("KeyError", "/app/leaf.py:leaf")],
            ),
        ),
        at("/app/leaf.py:10", "leaf", Via.EXCEPTION),
    ),
    (
        "exception group: its own frames where no leaf has any",
        message(NEVER, {}, raised("ExceptionGroup", "/app/g.py:group", members=[raised("ValueError")])),
        at("/app/g.py:10", "group", Via.EXCEPTION),
    ),
    (
        "exception: a library's frame, better than nothing",
        message(NEVER, {}, raised("ValueError", f"{SITE}/play/api.py:go", f"{LIB}/x.py:f")),
        at(f"{SITE}/play/api.py:10", "go", Via.EXCEPTION),
    ),
    (
        "stack of a watchdog",
        message(
            "discord-heartbeat-blocked",
            stack=frames("/app/bot.py:<module>", "/app/bot.py:ping", "/usr/lib/python3.9/ssl.py:read"),
        ),
        at("/app/bot.py:20", "ping", Via.EXCEPTION),
    ),
    (
        "handle traceback is weak",
        message("incoming-connection-error", handle_traceback=frames("/app/main.py:<module>", *LOOP)),
        at("/app/main.py:10", "<module>", Via.CALLBACK),
    ),
    (
        "handle traceback comes after the exception",
        message("incoming-connection-error", {}, raised("TypeError", "/app/s.py:factory"), handle_traceback=USER),
        at("/app/s.py:10", "factory", Via.EXCEPTION),
    ),
    (
        "warning's own line",
        message(AWAIT, fields={"file": "/app/n.py", "line": "20", "category": "RuntimeWarning", "qualname": "Foo.run"}),
        at("/app/n.py:20", None, Via.WARNING),
    ),
    (
        "warning: the creation is stronger than the place of death",
        message(AWAIT, fields={"file": "/app/n.py", "line": "20", "qualname": "f"}, source_traceback=USER),
        at("/app/jobs.py:60", "spawn", Via.SOURCE_TRACEBACK),
    ),
    (
        "warning of never awaited where the collector came by",
        message(AWAIT, fields={"file": f"{LIB}/base_events.py", "line": "1910", "qualname": "f"}),
        at(f"{LIB}/base_events.py:1910", None, Via.WARNING),
    ),
    (
        "warning at interpreter exit",
        message(AWAIT, fields={"file": "sys", "line": "1", "qualname": "f"}),
        Site(),
    ),
    (
        "warning whose line is always asyncio's",
        message("unclosed-transport", fields={"file": f"{LIB}/selector_events.py", "line": "875"}),
        Site(),
    ),
    (
        "definition in a message of 3.4",
        message("coroutine-never-yielded-from", fields={"file": "/app/old.py", "line": "3", "qualname": "test"}),
        at("/app/old.py:3", "test", Via.COROUTINE),
    ),
    ("nothing at all", message("write-after-disconnect"), Site()),
    ("a line that is no number", message(AWAIT, fields={"file": "/app/n.py", "line": "x"}), Site()),
]


@pytest.mark.parametrize(("text", "site"), [row[1:] for row in RUNGS], ids=[row[0] for row in RUNGS])
def test_the_first_rung_that_holds_gives_the_site(text, site):
    assert site == locate(text, SHIPPED).site


WEAK = {"handle traceback is weak", "warning of never awaited where the collector came by"}


def test_only_chance_places_are_not_firm():
    assert {name for name, text, site in RUNGS if site.file and not locate(text, SHIPPED).firm} == WEAK


def test_the_chain_holds_the_user_frames_outermost_first():
    located = locate(message(GONE, {"task": task("work")}, source_traceback=USER), SHIPPED)
    assert [frame.function for frame in located.chain] == ["start", "spawn"]


def test_what_started_the_loop_is_shown_but_no_identity():
    started = frames("/app/main.py:<module>", *LOOP, f"{LIB}/base_events.py:call_soon")
    located = locate(message("callback-exception", source_traceback=started), SHIPPED)
    assert (located.site, located.firm) == (at("/app/main.py:10", "<module>", Via.SOURCE_TRACEBACK), False)
    assert located.chain == ()


def test_before_the_loop_runs_the_chain_starts_with_the_program():
    made = frames("/app/main.py:<module>", "/app/main.py:boot", f"{LIB}/runners.py:run", f"{LIB}/tasks.py:create_task")
    located = locate(message(GONE, {"task": task("work")}, source_traceback=made), SHIPPED)
    assert [frame.function for frame in located.chain] == ["<module>", "boot"]


def test_a_declared_helper_moves_the_site_one_frame_out():
    helped = locate(message(GONE, {"task": task("work")}, source_traceback=USER), plumbing(extra=["jobs.py:spawn"]))
    assert helped.site == at("/app/jobs.py:50", "start", Via.SOURCE_TRACEBACK)
    assert [frame.function for frame in helped.chain] == ["start"]


def test_in_app_makes_a_library_the_culprit():
    taken = plumbing(in_app=["hyper/*"])
    assert locate(message(GONE, source_traceback=ENTRY), taken).site.file == f"{SITE}/hyper/run.py"


def test_the_failure_is_kept_beside_the_site():
    text = message(
        NEVER, {"future": task("work", "/app/w.py:5")}, raised("ValueError", "/app/w.py:work", "/app/w.py:inner")
    )
    located = locate(text, SHIPPED)
    assert located.site.via is Via.COROUTINE
    assert [frame.function for frame in located.failure] == ["work", "inner"]


COMPREHENSION = [
    ("of 3.11", frames("/app/m.py:main", "/app/m.py:<listcomp>")),
    ("nested", frames("/app/m.py:main", "/app/m.py:<listcomp>", "/app/m.py:<dictcomp>")),
    ("of 3.12", (Frame("/app/m.py", 20, "main"),)),
]


@pytest.mark.parametrize("stack", [row[1] for row in COMPREHENSION], ids=[row[0] for row in COMPREHENSION])
def test_a_comprehension_is_the_function_around_it(stack):
    own = own_frames(stack, SHIPPED)
    assert [frame.function for frame in own] == ["main"]
    assert own[-1].line == stack[-1].line


def test_the_subject_is_the_task_not_what_it_met():
    objects = {"future": ObjectRepr("<Future>", "Future"), "task": task("cross")}
    assert subject(message("err-different-loop", objects)) is objects["task"]


# -- texts as interpreters print them --------------------------------------------------------------------------------

TEXTS = [
    (
        "server that runs user code (Windows, 3.12, debug)",
        NEVER,
        r"""
Task exception was never retrieved
future: <Task finished name='Task-53' coro=<worker_serve.<locals>._server_callback() done, defined at C:\Py\Python312\Lib\site-packages\hypercorn\asyncio\run.py:104> exception=SSLError(1, 'data (_ssl.c:2685)') created at C:\Py\Python312\Lib\asyncio\streams.py:248>
source_traceback: Object created at (most recent call last):
  File "C:\projects\shop\main.py", line 12, in <module>
    app.run(debug=True)
  File "C:\Py\Python312\Lib\site-packages\quart\app.py", line 852, in run
    loop.run_until_complete(asyncio.gather(*tasks))
  File "C:\Py\Python312\Lib\asyncio\base_events.py", line 651, in run_until_complete
    self.run_forever()
""",
        at(r"C:\projects\shop\main.py:12", "<module>", Via.SOURCE_TRACEBACK),
    ),
    (
        "the same without debug",
        NEVER,
        r"""
Task exception was never retrieved
future: <Task finished name='Task-53' coro=<worker_serve.<locals>._server_callback() done, defined at C:\Py\Python312\Lib\site-packages\hypercorn\asyncio\run.py:104> exception=SSLError(1, 'data (_ssl.c:2685)')>
ssl.SSLError: [SSL] data (_ssl.c:2685)
""",
        at(r"C:\Py\Python312\Lib\site-packages\hypercorn\asyncio\run.py:104", "_server_callback", Via.COROUTINE),
    ),
    (
        "helper of a test (3.12, debug)",
        NEVER,
        """
Task exception was never retrieved
future: <Task finished name='Task-3' coro=<TestUtils.test_fire.<locals>.failing() done, defined at /ci/tests/test_utils.py:563> exception=ValueError('Coroutine error') created at /opt/homebrew/Frameworks/Python.framework/Versions/3.12/lib/python3.12/asyncio/tasks.py:695>
source_traceback: Object created at (most recent call last):
  File "/ci/.venv/bin/pytest", line 8, in <module>
    sys.exit(console_main())
  File "/ci/.venv/lib/python3.12/site-packages/_pytest/config/__init__.py", line 201, in console_main
    code = main()
  File "/opt/homebrew/Frameworks/Python.framework/Versions/3.12/lib/python3.12/asyncio/events.py", line 88, in _run
    self._context.run(self._callback, *self._args)
  File "/ci/shop/utils/async_.py", line 554, in callback
    future = ensure_future(coro, loop=loop)
  File "/opt/homebrew/Frameworks/Python.framework/Versions/3.12/lib/python3.12/asyncio/tasks.py", line 695, in ensure_future
    return loop.create_task(coro_or_future)
Traceback (most recent call last):
  File "/ci/tests/test_utils.py", line 566, in failing
    raise ValueError("Coroutine error")
ValueError: Coroutine error
""",
        at("/ci/shop/utils/async_.py:554", "callback", Via.SOURCE_TRACEBACK),
    ),
    (
        "coroutine wrapper of 3.6",
        "coroutine-never-yielded-from",
        """
<CoroWrapper Foo.run() running at /app/n.py:8, created at /usr/lib/python3.6/asyncio/coroutines.py:85> was never yielded from
Coroutine object created at (most recent call last, truncated to 10 last lines):
  File "/app/n.py", line 36, in <module>
    loop.run_until_complete(main())
  File "/usr/lib/python3.6/asyncio/events.py", line 145, in _run
    self._callback(*self._args)
  File "/app/n.py", line 17, in main
    Foo().run(1)
  File "/usr/lib/python3.6/asyncio/coroutines.py", line 85, in debug_wrapper
    return CoroWrapper(gen, None)
""",
        at("/app/n.py:17", "main", Via.SOURCE_TRACEBACK),
    ),
    (
        "session of aiohttp (3.8, debug): the frames of aiohttp follow the user's",
        "aiohttp-unclosed",
        """
Unclosed connector
connections: ['[(<aiohttp.client_proto.ResponseHandler object at 0x7fc843841c70>, 1706.3)]']
connector: <aiohttp.connector.TCPConnector object at 0x7fc843841c70>
source_traceback: Object created at (most recent call last):
  File "/app/a.py", line 33, in <module>
    asyncio.run(main())
  File "/usr/lib/python3.8/asyncio/events.py", line 81, in _run
    self._context.run(self._callback, *self._args)
  File "/app/a.py", line 15, in main
    s = aiohttp.ClientSession()
  File "/venv/lib/python3.8/site-packages/aiohttp/client.py", line 243, in __init__
    connector = TCPConnector(loop=loop)
""",
        at("/app/a.py:15", "main", Via.SOURCE_TRACEBACK),
    ),
]


@pytest.mark.parametrize(("kind", "text", "site"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_a_printed_record_has_its_site(kind, text, site):
    assert site == locate(said(kind, text), SHIPPED).site


# -- properties ------------------------------------------------------------------------------------------------------

FILES = st.sampled_from(
    ["/app/a.py", f"{SITE}/lib/x.py", f"{SITE}/aiohttp/x.py", f"{LIB}/tasks.py", "<string>", "", "é|\n"]
)
FRAMES = st.builds(
    Frame, FILES, st.none() | st.integers(0, 99), st.none() | st.sampled_from(["f", "<module>", "<listcomp>", "a.b"])
)
STACKS = st.dictionaries(
    st.sampled_from(["source_traceback", "handle_traceback", "allocation", "stack", "other"]),
    st.lists(FRAMES, max_size=6).map(tuple),
)
OBJECTS = st.builds(
    task,
    st.none() | st.text(max_size=20),
    st.none() | FILES.map(lambda f: f + ":3"),
    st.none() | FILES.map(lambda f: f + ":4"),
)


@given(STACKS, st.dictionaries(st.sampled_from(["task", "future", "x"]), OBJECTS))
def test_locating_never_fails_and_the_site_is_in_the_record(stacks, objects):
    located = locate(Message(record(GONE), GONE, objects, {}, stacks), SHIPPED)
    files = {frame.file for stack in stacks.values() for frame in stack}
    files |= {where.file for thing in objects.values() for where in places(thing)} | {None}
    assert located.site.file in files
    assert (located.site.file is None) == (located.site.via is Via.NONE)


def places(thing):
    found = (thing.created_at, thing.coroutine and thing.coroutine.place)
    return [where for where in found if isinstance(where, Place)]
