"""One problem, one fingerprint: over Python versions, machines, runs; and two problems, two."""

# ruff: noqa: E501 - a table has long rows
import re

import pytest
from classify_material import frames, plumbing, said
from hypothesis import given
from hypothesis import strategies as st

from asynclog.classify.fingerprint import (
    bare,
    callee,
    exception_name,
    fingerprint,
    ladder,
    masked,
    parts_in,
    same_exception,
    signature,
)
from asynclog.classify.judge import Judge
from asynclog.classify.rulebook import Rulebook

SHIPPED = plumbing()
JUDGE = Judge(Rulebook(), SHIPPED)

NEVER, GONE, SLOW = "exception-never-retrieved", "task-destroyed-pending", "slow-callback"
WAKEUP = "callback-exception"


def signed(kind, text, **fields):
    return JUDGE.judge(said(kind, text, **fields)).signature.removeprefix("asynclog/v1|")


def debug_text(lib, root, name, error, line, created):
    """A task that failed, as printed in debug mode."""
    return f"""Task exception was never retrieved
future: <Task finished{name} coro=<job() done, defined at {root}/jobs.py:{line}> exception={error} created at {created}>
source_traceback: Object created at (most recent call last):
  File "{root}/main.py", line {line + 50}, in <module>
    loop.run_until_complete(main())
  File "{lib}/asyncio/base_events.py", line 603, in run_until_complete
    self.run_forever()
  File "{lib}/asyncio/events.py", line 81, in _run
    self._context.run(self._callback, *self._args)
  File "{root}/main.py", line {line + 7}, in main
    tasks = [asyncio.create_task(job(n)) for n in todo]
  File "{root}/main.py", line {line + 7}, in <listcomp>
    tasks = [asyncio.create_task(job(n)) for n in todo]
  File "{lib}/asyncio/tasks.py", line 382, in create_task
    return loop.create_task(coro)
Traceback (most recent call last):
  File "{root}/jobs.py", line {line + 2}, in job
    raise TimeoutError('late')
{{final}}
"""


# -- the same problem ------------------------------------------------------------------------------------------------

SAME = [
    (
        "a failed task in debug mode, over versions, machines and edits",
        "kind=exception-never-retrieved|exception=TimeoutError|site=shop/main.py:main|coroutine=job",
        NEVER,
        [
            debug_text(
                "/usr/lib/python3.6", "/srv/shop", "", "TimeoutError('late',)", 3, "/srv/shop/main.py:57"
            ).replace("{final}", "concurrent.futures._base.TimeoutError: late"),
            debug_text(
                "/usr/lib/python3.8",
                "/home/joe/shop",
                " name='Task-2'",
                "TimeoutError('late')",
                30,
                "/usr/lib/python3.8/asyncio/tasks.py:382",
            ).replace("{final}", "asyncio.exceptions.TimeoutError: late"),
            debug_text(
                "/opt/py/lib/python3.11",
                "/app/shop",
                " name='Task-77'",
                "TimeoutError('other')",
                31,
                "/opt/py/lib/python3.11/asyncio/tasks.py:374",
            ).replace("{final}", "TimeoutError: other"),
            debug_text(
                r"C:\Python312\Lib",
                r"C:\work\shop",
                " name='x'",
                "TimeoutError()",
                4,
                r"C:\Python312\Lib\asyncio\tasks.py:420",
            )
            .replace("/", "\\")
            .replace("{final}", "TimeoutError"),
            debug_text(
                "/usr/lib/python3.13",
                "/x/shop",
                " name='Task-2'",
                "TimeoutError('late')",
                5,
                "/usr/lib/python3.13/asyncio/tasks.py:420",
            )
            .replace("in <listcomp>\n    tasks = [asyncio.create_task(job(n)) for n in todo]", "in main\n    tasks")
            .replace("{final}", "TimeoutError: late"),
        ],
    ),
    (
        "the same without debug mode",
        "kind=exception-never-retrieved|exception=ValueError|site=app/s.py:job|coroutine=job",
        NEVER,
        [
            "Task exception was never retrieved\nfuture: <Task finished coro=<job() done, defined at /app/s.py:6> exception=ValueError('bad thing 1',)>",
            "Task exception was never retrieved\nfuture: <Task finished name='Task-2' coro=<job() done, defined at /app/s.py:6> exception=ValueError('bad thing 9')>",
            "Task exception was never retrieved\nfuture: <Task finished name='Task-811' coro=<job() done, defined at /srv/app/s.py:60> exception=ValueError(<object object at 0x7f1>)>\nTraceback (most recent call last):\n  File \"/srv/app/s.py\", line 61, in job\n    raise ValueError(object())\nValueError: <object object at 0x7f1>",
        ],
    ),
    (
        "a pending task",
        "kind=task-destroyed-pending|site=app/s.py:waiter|coroutine=waiter",
        GONE,
        [
            "Task was destroyed but it is pending!\ntask: <Task pending coro=<waiter() running at /app/s.py:19> wait_for=<Future pending cb=[Task._wakeup()]>>",
            "Task was destroyed but it is pending!\ntask: <Task pending coro=<waiter() done, defined at /app/s.py:7> wait_for=<Future pending cb=[<TaskWakeupMethWrapper object at 0x7fe323cdce50>()]>>",
            "Task was destroyed but it is pending!\ntask: <Task pending name='Task-2' coro=<waiter() running at /srv/app/s.py:8> wait_for=<Future pending cb=[Task.task_wakeup()]>>",
            "Task was destroyed but it is pending!\ntask: <Task cancelling name='job-17' coro=<waiter() running at /srv/app/s.py:8>>",
        ],
    ),
    (
        "a callback that raised",
        "kind=callback-exception|exception=RuntimeError|site=app/c.py:boom|callback=boom",
        WAKEUP,
        [
            "Exception in callback boom(1, 'a\"b') at /app/c.py:4\nhandle: <Handle boom(1, 'a\"b') at /app/c.py:4>\nTraceback (most recent call last):\n  File \"/app/c.py\", line 4, in boom\n    x\nRuntimeError: boom",
            'Exception in callback boom() at /srv/app/c.py:40\nhandle: <Handle boom() at /srv/app/c.py:40>\nTraceback (most recent call last):\n  File "/srv/app/c.py", line 41, in boom\n    x\nRuntimeError: other',
            "Exception in callback boom(2)()\nhandle: <Handle boom(2)() at /app/c.py:4>\nRuntimeError: boom",
            'Exception in callback <function boom at 0x7fe3ba05b410>\nhandle: <Handle boom>\nTraceback (most recent call last):\n  File "/app/c.py", line 4, in boom\n    x\nRuntimeError: boom',
        ],
    ),
    (
        "a generator closed by the loop",
        "kind=task-destroyed-pending|coroutine=<async_generator_athrow without __name__>",
        GONE,
        [
            "Task was destroyed but it is pending!\ntask: <Task pending coro=<async_generator_athrow()>>",
            "Task was destroyed but it is pending!\ntask: <Task pending name='Task-3' coro=<<async_generator_athrow without __name__>()>>",
        ],
    ),
    (
        "a cancelled exception under all its names",
        "kind=callback-exception|exception=CancelledError|site=app/c.py:f",
        WAKEUP,
        [
            f'Exception in callback\nTraceback (most recent call last):\n  File "/app/c.py", line 4, in f\n    x\n{name}'
            for name in (
                "concurrent.futures._base.CancelledError",
                "asyncio.exceptions.CancelledError",
                "CancelledError",
            )
        ],
    ),
    (
        "a message of a library",
        "kind=loop-context-other|object=Server|message=Worker '*' died with code # on <Conn> after #s",
        "loop-context-other",
        [
            "Worker 'w-17' died with code 3 on <Conn fd=7 at 0x7f01> after 12s\nserver: <Server at 0x7f02>",
            "Worker 'w-18' died with code 4 on <Conn fd=8 at 0x7f91> after 1s\nserver: <Server at 0x7f99>",
        ],
    ),
]


@pytest.mark.parametrize(("identity", "kind", "texts"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_what_changes_between_runs_does_not_change_the_signature(identity, kind, texts):
    assert {signed(kind, text) for text in texts} == {identity}


# -- different problems ----------------------------------------------------------------------------------------------

BASE = {
    "kind": NEVER, "exception": "ValueError", "path": "app/a.py", "function": "main", "coroutine": "Job.run",
}  # fmt: skip
OTHER = [
    ("another kind", {"kind": GONE}),
    ("another exception", {"exception": "KeyError"}),
    ("another file", {"path": "app/b.py"}),
    ("another function", {"function": "start"}),
    ("another coroutine", {"coroutine": "Job.stop"}),
    ("a coroutine of another class", {"coroutine": "Task.run"}),
    ("a local coroutine", {"coroutine": "main.<locals>.run"}),
    ("no site", {"path": None}),
    ("no exception", {"exception": None}),
    ("a callback of that name", {"coroutine": None, "callback": "Job.run"}),
    ("another thing", {"what": "connector"}),
]


@pytest.mark.parametrize("change", [row[1] for row in OTHER], ids=[row[0] for row in OTHER])
def test_another_problem_has_another_fingerprint(change):
    assert fingerprint(signature(**BASE)) != fingerprint(signature(**{**BASE, **change}))


def test_the_signature_is_readable_and_versioned():
    assert signature(**BASE) == (
        "asynclog/v1|kind=exception-never-retrieved|exception=ValueError|site=app/a.py:main|coroutine=Job.run"
    )


def test_a_fingerprint_of_version_1_stays_what_it_is():
    assert fingerprint(signature(**BASE)) == "6348e1a85f80e48a"


def test_parts_cannot_run_into_each_other():
    assert signature("k", path="a|b.py", coroutine="c") != signature("k", path="a", coroutine="b.py|coroutine=c")
    assert "\n" not in signature("k", path="a\nb", coroutine="c\nd", message="e\nf")


def test_unclosed_things_of_one_line_are_told_apart():
    texts = [
        f"Unclosed {what}\n{key}: <aiohttp.X object at 0x7f>\n"
        for what, key in (("client session", "client_session"), ("connector", "connector"))
    ]
    assert [signed("aiohttp-unclosed", text, what=text.split("\n")[0][9:]) for text in texts] == [
        "kind=aiohttp-unclosed|what=client session", "kind=aiohttp-unclosed|what=connector",
    ]  # fmt: skip


def test_a_chance_place_is_no_identity():
    """Where the collector came by, or which callback ran, differs from run to run."""
    fields = {"qualname": "start", "category": "RuntimeWarning"}
    texts = [signed("coroutine-never-awaited", "coroutine 'start' was never awaited", **fields, **place) for place in (
        {"file": "/usr/lib/python3.11/asyncio/base_events.py", "line": "1910"},
        {"file": "/usr/lib/python3.11/linecache.py", "line": "63"},
        {"file": "sys", "line": "1"},
    )]  # fmt: skip
    assert set(texts) == {"kind=coroutine-never-awaited|coroutine=start"}


# -- names -----------------------------------------------------------------------------------------------------------

CALLEES = [
    ("plain", "main", "main"),
    ("with parentheses", "Foo.bar()", "Foo.bar"),
    ("local", "a.<locals>.b", "a.<locals>.b"),
    ("lambda", "main.<locals>.<lambda>", "main.<locals>.<lambda>"),
    ("function repr", "<function boom at 0x7fe3ba05b410>", "boom"),
    ("local function repr", "<function main.<locals>.<lambda> at 0x7fe3ba05b410>", "main.<locals>.<lambda>"),
    ("bound method", "<bound method MyClient.on_message of <main.MyClient object at 0x7fdd>>", "MyClient.on_message"),
    ("built-in method", "<built-in method set_result of _asyncio.Future object at 0x7f>", "set_result"),
    ("coroutine repr", "<coroutine object Foo.run at 0x7fddc4224580>", "Foo.run"),
    ("Cython coroutine", "<_cython_3_3_1.coroutine object at 0x7f0000000000>", "<_cython_3_3_1.coroutine object>"),
    ("async generator", "<async_generator object agen at 0x7f>", "agen"),
    ("callable object", "<__main__.Worker object at 0x7f12>", "<__main__.Worker object>"),
    ("wrapper of C", "<TaskStepMethWrapper object at 0x7f0d5444fb20>", "<TaskStepMethWrapper object>"),
    ("partial", "functools.partial(<function cb at 0x7f>, 1, k='v')", "cb"),
    ("partial of a method", "functools.partial(<bound method IOLoop.f of <x>>, 1)", "IOLoop.f"),
    ("address on Windows", "<TaskWakeupMethWrapper object at 0x000001FDD5BB9A60>", "<TaskWakeupMethWrapper object>"),
    ("without name", "<async_generator_athrow without __name__>", "<async_generator_athrow without __name__>"),
    ("empty", "", ""),
]


@pytest.mark.parametrize(("printed", "name"), [row[1:] for row in CALLEES], ids=[row[0] for row in CALLEES])
def test_a_callee_has_one_name(printed, name):
    assert callee(printed) == name


BARE = [
    ("Foo.bar", "bar"), ("a.<locals>.b", "b"), ("main.<locals>.<lambda>", "<lambda>"), ("<module>", "<module>"),
    ("uvloop.loop.Handle._run (uvloop/loop.c:105561)", "_run"), ("<coroutine without __name__>", "<coroutine without __name__>"),
    ("<__main__.Worker object>", "<__main__.Worker object>"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "last"), BARE)
def test_a_frame_has_the_last_component(name, last):
    assert bare(name) == last


RENAMED = [
    ("asyncio.exceptions.CancelledError", "concurrent.futures._base.CancelledError"),
    ("asyncio.exceptions.CancelledError", "CancelledError"),
    ("concurrent.futures._base.TimeoutError", "TimeoutError"),
    ("asyncio.exceptions.TimeoutError", "TimeoutError"),
    ("socket.timeout", "TimeoutError"),
    ("asyncio.futures.InvalidStateError", "asyncio.base_futures.InvalidStateError"),
    ("asyncio.exceptions.InvalidStateError", "InvalidStateError"),
    ("asyncio.streams.IncompleteReadError", "asyncio.exceptions.IncompleteReadError"),
    ("main.<locals>.MyError", "MyError"),
]


@pytest.mark.parametrize(("one", "other"), RENAMED)
def test_an_exception_has_one_name(one, other):
    assert same_exception(one, other)
    assert exception_name(one) == exception_name(other)


def test_other_exceptions_stay_apart():
    assert not same_exception("ExceptionGroup", "BaseExceptionGroup")


# -- matching two logs -----------------------------------------------------------------------------------------------


class Item:
    def __init__(self, text):
        self.signature = text


CHAIN = frames("/srv/app/main.py:<module>", "/srv/app/a.py:Job.main")
MOVED = frames("/home/x/app/main.py:<module>", "/home/x/app/a.py:main")


ALONE = {"coroutine": None, "callback": None}
RUNGS = ["chain", "site", "file", "caller", "caller", "coroutine", "renamed"]
RAISED = frames("/srv/app/main.py:<module>", "/srv/app/b.py:parse")


def keys(chain=(), failure=(), **change):
    return ladder(Item(signature(**{**BASE, **change})), chain, SHIPPED.normal_path, failure)


def test_the_ladder_goes_from_strict_to_lax():
    found = keys(CHAIN)
    assert [key.partition(":")[0] for key in found] == RUNGS
    assert found[0].endswith("|chain=app/main.py:<module>>app/a.py:main")
    assert [key.rpartition("|")[2] for key in found if key.startswith("caller:")] == [
        "by=app/a.py:main",
        "by=app/main.py:<module>",
    ]


LADDER = [
    ("another machine: all", keys(CHAIN), keys(MOVED), {*RUNGS}),
    (
        "another caller: site",
        keys(CHAIN),
        keys(frames("/srv/app/other.py:<module>", "/srv/app/a.py:main")),
        {"site", "file", "caller", "coroutine"},
    ),
    (
        "creating function renamed: its caller",
        keys(CHAIN),
        keys(frames("/srv/app/main.py:<module>", "/srv/app/a.py:start"), function="start"),
        {"caller", "coroutine"},
    ),
    (
        "creating function wrapped: itself",
        keys(CHAIN),
        keys((*CHAIN, *frames("/srv/app/a.py:body")), function="body"),
        {"caller", "coroutine"},
    ),
    (
        "a callback inside the wrapped function",
        keys(CHAIN, coroutine="main.<locals>.done"),
        keys((*CHAIN, *frames("/srv/app/a.py:body")), function="body", coroutine="body.<locals>.done"),
        {"caller"},
    ),
    ("the folder renamed", keys(path="app/a.py"), keys(path="shop/a.py"), {"file", "coroutine"}),
    ("no debug mode, other site: coroutine", keys(CHAIN), keys(path="app/job.py", function="run"), {"coroutine"}),
    ("other exception: nothing", keys(CHAIN), keys(CHAIN, exception="KeyError"), set()),
    ("other coroutine: renamed, perhaps", keys(CHAIN), keys(CHAIN, coroutine="Job.stop"), {"renamed"}),
    ("other coroutine, no stack: nothing", keys(), keys(coroutine="Job.stop", path="app/job.py"), set()),
    (
        "no coroutine and no debug mode: the function that raised",
        keys(CHAIN, RAISED, **ALONE),
        keys((), RAISED, path="app/b.py", function="parse", **ALONE),
        {"coroutine"},
    ),
    (
        "no coroutine: another chain is another problem",
        keys(CHAIN, **ALONE),
        keys(CHAIN[:1], **ALONE),
        {"site", "file"},
    ),
]


@pytest.mark.parametrize(("one", "other", "shared"), [row[1:] for row in LADDER], ids=[row[0] for row in LADDER])
def test_two_logs_meet_on_a_rung(one, other, shared):
    assert {key.partition(":")[0] for key in set(one) & set(other)} == shared


def test_what_knows_only_its_kind_has_one_key():
    assert ladder(Item(signature("write-after-disconnect")), (), SHIPPED.normal_path) == (
        "kind:kind=write-after-disconnect",
    )


# -- properties ------------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=40)
PARTS = st.fixed_dictionaries(
    {"kind": st.sampled_from([NEVER, GONE])},
    optional=dict.fromkeys(("exception", "what", "path", "function", "coroutine", "callback", "cls", "message"), TEXT),
)


@given(PARTS)
def test_any_signature_can_be_taken_apart_and_hashed(parts):
    text = signature(**parts)
    assert parts_in(text)["kind"] == parts["kind"]
    assert re.fullmatch(r"[0-9a-f]{16}", fingerprint(text))
    assert ladder(Item(text), CHAIN, SHIPPED.normal_path)


@given(TEXT, st.integers(0, 99), st.integers(0, 2**60))
def test_numbers_and_addresses_do_not_show_in_a_mask(text, small, large):
    one = masked(f"{text} task {small} at {hex(large)} took {small}.5 s")
    other = masked(f"{text} task {small + 1} at {hex(large + 17)} took {small * 3}.25 s")
    assert one == other


@given(st.text())
def test_names_and_masks_never_fail(text):
    assert callee(callee(text)) == callee(callee(callee(text)))
    assert isinstance(bare(text), str)
    assert len(masked(text)) <= 120


def test_hostile_names_are_quick():
    for text in (
        "<" * 100_000,
        "functools.partial(" * 20_000,
        "'" * 100_000,
        "<a " * 50_000,
        "<function " + "a<b>" * 30_000,
        "()" * 100_000,
        "f" * 100_000,
    ):
        callee(text)
        masked(text)
