"""Reprs and records that this interpreter prints, compared with the objects behind them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynclog.model import Prefix, Record
from asynclog.parse.message import understand
from asynclog.parse.reprs import parse_repr

HEADER = "Traceback (most recent call last):"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"

# pieces that hurt: brackets, quotes, arrows, words of the grammar, line ends, other alphabets
PIECES = st.sampled_from(
    [
        *("<", ">", "[", "]", "(", ")", "{", "}", "'", '"', "\\", "->", " > ", "=>", ",", ":", " ", "...", "\n", "\t"),
        *(" created at x.py:1", " coro=<f() running at x.py:2>", " wait_for=<", " cb=[", " exception=", " name='x'"),
        *("don't", "é", "\x1b[0m", "\0", "日本", "0x7f", "Task-1", "a" * 40, "%s", "\\n", "\u2028"),
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=5), max_size=8).map("".join)
MESSAGES = st.lists(
    PIECES
    | st.sampled_from(
        [
            f"\n{HEADER}\n",
            '\n  File "q.py", line 3, in quoted\n    source\n',
            "\nValueError: inner\n",
            CAUSE,
            "\nERROR:asyncio:Task exception was never retrieved\n",
            "\nfuture: <Future finished exception=KeyError('k')>\n",
            "\n  + Exception Group Traceback (most recent call last):\n",
            "\n    +---------------- 1 ----------------\n",
            '\n"""\n',
            "\n\n",
        ]
    ),
    max_size=8,
).map("".join)


def run(main, debug=False):
    with asyncio.Runner(debug=debug) as runner:
        return runner.run(main())


@pytest.mark.parametrize("debug", [False, True])
@settings(max_examples=60, deadline=None)
@given(name=HOSTILE, argument=HOSTILE)
def test_pending_task(debug, name, argument):
    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()

        async def waiter():
            await future

        task = loop.create_task(waiter(), name=name)
        await asyncio.sleep(0)
        task.add_done_callback(functools.partial(print, argument))
        printed = repr(task)
        task.remove_done_callback(print)
        future.set_result(None)
        with contextlib.redirect_stdout(io.StringIO()):
            await task
            await asyncio.sleep(0)
        return printed

    item = parse_repr(run(main, debug))
    assert item.parsed
    assert (item.cls, item.state, item.name) == ("Task", "pending", name)
    assert item.coroutine.qualname.endswith("main.<locals>.waiter")
    assert item.coroutine.state == "running"
    assert item.coroutine.place.file == __file__
    assert (item.wait_for.cls, item.wait_for.state) == ("Future", "pending")
    assert [ref.name for ref in item.callbacks] == ["print"]
    assert (item.created_at.file == __file__) if debug else item.created_at is None


@pytest.mark.parametrize("debug", [False, True])
@settings(max_examples=60, deadline=None)
@given(text=HOSTILE, second=HOSTILE)
def test_failed_future(debug, text, second):
    async def main():
        future = asyncio.get_running_loop().create_future()
        future.set_exception(ValueError(text))
        other = asyncio.get_running_loop().create_future()
        other.set_exception(RuntimeError(text, second))
        printed = repr(future), repr(other)
        future.exception(), other.exception()
        return printed

    one, two = map(parse_repr, run(main, debug))
    assert (one.state, one.exception_type, one.exception_text) == ("finished", "ValueError", text)
    assert one.exception == repr(ValueError(text))
    assert (two.exception, two.exception_text) == (repr(RuntimeError(text, second)), None)
    assert (one.created_at is not None) == debug


@settings(max_examples=60, deadline=None)
@given(value=st.recursive(st.integers() | HOSTILE, lambda inner: st.lists(inner, max_size=4), max_leaves=8))
def test_result(value):
    async def main():
        future = asyncio.get_running_loop().create_future()
        future.set_result(value)
        return repr(future)

    item = parse_repr(run(main, debug=True))
    assert item.state == "finished"
    assert item.created_at is not None
    assert item.result


@settings(max_examples=60, deadline=None)
@given(arguments=st.lists(HOSTILE | st.integers() | st.lists(HOSTILE, max_size=2), max_size=3), cancel=st.booleans())
def test_handle(arguments, cancel):
    async def main():
        def callback(*given):
            pass

        loop = asyncio.get_running_loop()
        handles = [loop.call_soon(callback, *arguments), loop.call_later(1000, callback, *arguments)]
        if cancel:
            for handle in handles:
                handle.cancel()
        printed = [repr(handle) for handle in handles]
        for handle in handles:
            handle.cancel()
        return callback, printed

    callback, printed = run(main, debug=True)
    for text in printed:
        item = parse_repr(text)
        assert item.state == ("cancelled" if cancel else "")
        assert item.callback.name == callback.__qualname__
        assert (item.callback.place.file, item.callback.place.line) == (__file__, callback.__code__.co_firstlineno)
        assert item.created_at.file == __file__


class Capture(logging.Handler):
    def __init__(self):
        super().__init__()
        self.setFormatter(logging.Formatter("%(message)s"))
        self.records = []

    def emit(self, record):
        self.records.append(self.format(record))


@contextlib.contextmanager
def captured():
    logger, capture = logging.getLogger("asyncio"), Capture()
    logger.addHandler(capture)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield capture.records
    finally:
        logger.removeHandler(capture)
        logger.propagate = propagate


def never_retrieved(fail, debug):
    async def main():
        task = asyncio.get_running_loop().create_task(fail(), name="t")
        await asyncio.wait([task])
        del task

    with captured() as records:
        run(main, debug)
    texts = [text for text in records if text.startswith("Task exception was never retrieved")]
    assert len(texts) == 1
    return understand(Record("x", 1, 0, Prefix(), texts[0], "exception-never-retrieved", {"object": "Task"}))


@pytest.mark.parametrize("debug", [False, True])
@settings(max_examples=80, deadline=None)
@given(text=MESSAGES)
def test_message_of_an_exception_ends_where_it_ends(debug, text):
    async def fail():
        raise ValueError(text)

    got = never_retrieved(fail, debug)
    assert got.exception.type == "ValueError"
    assert got.exception.message.split() == text.split()
    assert [frame.function for frame in got.exception.frames] == ["fail"]
    assert got.exception.earlier is None
    assert got.objects["future"].exception_text == text
    assert ("source_traceback" in got.stacks) == debug


@settings(max_examples=60, deadline=None)
@given(text=MESSAGES, first=st.text("ab \n", max_size=4))
def test_cause_and_context(text, first):
    def inner():
        raise KeyError(first)

    async def fail():
        try:
            inner()
        except KeyError as error:
            raise RuntimeError(text) from error

    got = never_retrieved(fail, debug=False)
    assert (got.exception.type, got.exception.link) == ("RuntimeError", "cause")
    assert got.exception.message.split() == text.split()
    assert got.exception.earlier.type == "KeyError"
    assert [frame.function for frame in got.exception.earlier.frames] == ["fail", "inner"]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(MESSAGES, min_size=1, max_size=3))
def test_members_of_a_group(texts):
    async def fail():
        raise ExceptionGroup("several", [ValueError(text) for text in texts])

    got = never_retrieved(fail, debug=False)
    assert got.exception.type == "ExceptionGroup"
    count = len(texts)
    assert got.exception.message == f"several ({count} sub-exception{'s' if count > 1 else ''})"
    assert len(got.exception.members) == count
