"""What people paste: lines that a console broke, Markdown around them, sentences that only begin like a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from asynclog.config import Settings
from asynclog.model import Finding
from asynclog.pipeline import findings

TASK = "task: <Task pending name='Task-2' coro=<tend() running at /srv/shop/tend.py:9>>\n"
FUTURE = (
    "future: <Task finished name='Task-3' coro=<load() done, defined at /srv/shop/load.py:5> exception=OSError('no')>\n"
)


def found(tmp_path: Path, text: str) -> list[Finding]:
    log = tmp_path / "app.log"
    log.write_text(text, "utf-8")
    return list(findings([str(log)], Settings()))


def kinds(tmp_path: Path, text: str) -> list[str]:
    return [finding.kind for finding in found(tmp_path, text)]


# -- broken by a console ---------------------------------------------------------------------------------------------


def test_a_frame_that_is_broken_before_its_function(tmp_path: Path) -> None:
    one, two = found(
        tmp_path,
        "Exception in callback Wire._lost(None)\nhandle: <Handle Wire._lost(None)>\nTraceback (most recent call last):\n"
        '  File "C:\\shop\\wire.py", line 162, in\n_lost\n    self.sock.shutdown(2)\nConnectionResetError: gone\n'
        f"Task was destroyed but it is pending!\n{TASK}",
    )
    assert (one.exception_type, one.callback) == ("ConnectionResetError", "Wire._lost")
    assert two.kind == "task-destroyed-pending"


def test_a_slow_callback_of_old_that_is_broken(tmp_path: Path) -> None:
    one, two = found(
        tmp_path,
        "INFO:asyncio:Executing Handle(<function weigh at 0x7f0011>, ()) \ntook 1.001 seconds\nweighed\n"
        "INFO:asyncio:Executing Handle(<bound method Task._step of \nTask(<count>)<result=None>>, ()) took 0.502 seconds\n",
    )
    assert (one.callback, one.duration) == ("weigh", 1_001_000)
    assert (two.coroutine, two.duration) == ("count", 502_000)


def test_the_bound_method_of_an_unraisable_that_is_broken(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "Exception ignored in: <bound method Wire.__del__ of\n<shop.wire.Wire object at 0x7f0011>>\n"
        'Traceback (most recent call last):\n  File "/srv/shop/wire.py", line 8, in\n__del__\n    self.close()\n'
        "NameError: name 'base' is not defined\n",
    )
    assert (one.kind, one.callback, one.exception_type) == ("unraisable-destructor", "Wire.__del__", "NameError")


def test_a_repr_whose_blanks_a_wrap_took(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "Task exception was never retrieved\n\nfuture: <Task finished name='Task-2' coro=<Till.listen() done,\n"
        "defined at/srv/shop/till.py:20>\nexception=LookupError(<ContextVar name='till' at 0x7f1d>)>\n",
    )
    assert (one.exception_type, one.site.file, one.site.line) == ("LookupError", "/srv/shop/till.py", 20)


# -- Markdown and code fences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"`Task was destroyed but it is pending!\n{TASK}`\n", id="backtick on the first line"),
        pytest.param(f"```Task was destroyed but it is pending!\n{TASK}```\n", id="fence on the first line"),
        pytest.param(f"E: shop base_events:1148: Task was destroyed but it is pending!\n{TASK}", id="module and line"),
    ],
)
def test_a_record_behind_what_was_pasted_with_it(text: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, text)
    assert (one.kind, one.site.line, one.partial) == ("task-destroyed-pending", 9, False)


def test_a_whole_warning_in_backticks(tmp_path: Path) -> None:
    (one,) = found(tmp_path, "`RuntimeWarning: coroutine 'tick' was never awaited`\n")
    assert (one.kind, one.coroutine) == ("coroutine-never-awaited", "tick")


def test_a_warning_behind_the_result_of_a_test(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "shop.test_till.TillTests.test_close ... [OK]/usr/lib/python3.6/asyncio/base_events.py:510: "
        "ResourceWarning: unclosed event loop <_UnixSelectorEventLoop running=False closed=False debug=False>\n",
    )
    assert one.kind == "unclosed-event-loop"


@pytest.mark.parametrize(
    "sentence",
    [
        "Task exception was never retrieved message being printed.",
        "Unclosed client session errors are in my log, why?",
        "Task was destroyed but it is pending! comes up at every exit",
        "socket.send() raised exception. appears at random",
        "`Task was destroyed but it is pending!` is what I see",
        "`Task exception was never retrieved`",
        "We get `asyncio:socket.accept() out of system resource` and `OSError: [Errno 24] Too many` when it is busy",
    ],
)
def test_sentences_that_begin_like_a_message(sentence: str, tmp_path: Path) -> None:
    assert kinds(tmp_path, f"{sentence}\n\nSome more words.\n") == []


def test_what_goes_on_behind_a_message_is_no_sentence(tmp_path: Path) -> None:
    text = (
        "Unclosed client session (None)\nUnclosed connector (task: None)\nsocket.send() raised exception.\n"
        f"Task exception was never retrieved    base_events.py:1744\n{FUTURE}"
    )
    wanted = ["aiohttp-unclosed", "aiohttp-unclosed", "write-after-disconnect", "exception-never-retrieved"]
    assert kinds(tmp_path, text) == wanted


# -- who speaks ------------------------------------------------------------------------------------------------------


def test_above_the_first_header_nobody_is_quoted(tmp_path: Path) -> None:
    later = "".join(f"ERROR:asyncio:Task was destroyed but it is pending!\n{TASK}" for _ in range(5))
    first = f"Task was destroyed but it is pending!\n{TASK}"
    assert [finding.partial for finding in found(tmp_path, first + later)] == [False] * 6
    quoted = f"ERROR:shop:the child says\n{first}"
    assert len(found(tmp_path, later + quoted)) == 5


def test_the_context_of_the_loop_within_an_entry(tmp_path: Path) -> None:
    entry = (
        '{"event": "Loop error", "level": "error", "ctx": {"message": "Fatal write error on socket transport", '
        '"exception": "TimeoutError(110, \'timed out\')", "transport": "<_SelectorSocketTransport closing fd=22>", '
        '"protocol": "<shop.wire.Wire object at 0x7f0011>"}, "timestamp": "2026-01-31T12:00:00.058183Z"}\n'
    )
    (one,) = found(tmp_path, entry)
    assert (one.kind, one.exception_type, one.callback) == ("transport-fatal-error", "TimeoutError", "shop.wire.Wire")
    assert kinds(tmp_path, entry.replace('"<', '"')) == []


def test_a_callback_of_tornado_that_is_cut(tmp_path: Path) -> None:
    record = (
        "tornado.application - ERROR - Exception in callback <function Till.open.<locals>.<lambda> at 0x7f7d>\n"
        'Traceback (most recent call last):\n  File "/srv/shop/till.py", line 8, in <lambda>\n    beat()\nOSError: no\n'
    )
    one, two = found(tmp_path, f"{record}tornado.application - ERROR - Exception in callback <function\n")
    assert one.callback == "Till.open.<locals>.<lambda>"
    assert two.kind == "callback-exception"


@pytest.mark.parametrize("path", [".../venv/shop/till.py", "…/till.py", "$HOME/till.py", "<cut>/shop/till.py"])
def test_the_path_of_a_warning_that_was_shortened(path: str, tmp_path: Path) -> None:
    (one,) = found(
        tmp_path, f"2026-01-31 12:00:00,1 INFO x\n{path}:29: RuntimeWarning: coroutine 'h' was never awaited\n"
    )
    assert (one.coroutine, one.site.file, one.site.line) == ("h", path, 29)


def test_a_record_behind_somebodys_words(tmp_path: Path) -> None:
    (one,) = found(tmp_path, f"got this again, no idea why Task exception was never retrieved\n{FUTURE}OSError: no\n")
    assert (one.kind, one.exception_type, one.partial) == ("exception-never-retrieved", "OSError", False)
    assert kinds(tmp_path, "got this again, no idea why Task exception was never retrieved\nwhat now?\n") == []
    log = "".join(
        f"2026-01-31 12:00:0{n},123 INFO shop: people say that Task exception was never retrieved\n{FUTURE}"
        for n in range(6)
    )
    assert kinds(tmp_path, log) == []


def test_the_callback_of_a_cancelled_handle(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "Exception in callback <bound method Wire.feed of <shop.wire.Wire object at 0x7f7c>>\nhandle: <Handle cancelled>\n"
        'Traceback (most recent call last):\n  File "/srv/shop/wire.py", line 8, in feed\n    fut.set_result(1)\n'
        "asyncio.exceptions.InvalidStateError: invalid state\n",
    )
    assert (one.callback, one.exception_type) == ("Wire.feed", "asyncio.exceptions.InvalidStateError")


def test_a_record_that_a_handler_tells_in_its_own_words(tmp_path: Path) -> None:
    log = (
        "2026-01-31 12:00:00 WARNING (MainThread) [asyncio] socket.send() raised exception.\n"
        "2026-01-31 12:00:01 INFO (MainThread) [shop.till] open\n"
        "2026-01-31 12:00:02 ERROR (Thread-4) [shop.core] Error inside async loop: Future exception was never retrieved\n"
        "2026-01-31 12:00:03 ERROR (MainThread) [shop.core] Error inside async loop: "
        "Error on transport creation for incoming connection\nTypeError: no factory\n"
    )
    wanted = ["write-after-disconnect", "exception-never-retrieved", "incoming-connection-error"]
    assert kinds(tmp_path, log) == wanted
    others = log.replace("Error inside async loop", "The child says")
    assert kinds(tmp_path, others) == wanted[:1]


def test_colours_whose_escape_character_was_lost(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "`[31mERROR[0m:    Exception in callback Wire.opened(<_SelectorSoc...e, bufsize=0>>)\n"
        "[31mhandle: <Handle Wire.opened(<_SelectorSoc...e, bufsize=0>>)>[0m\nTraceback (most recent call last):\n"
        '  File [35m"/srv/shop/wire.py"[0m, line [35m8[0m, in [35mopened[0m\n    int(port)\n'
        "[1;35mValueError[0m: [35mno port[0m\n",
    )
    assert (one.callback, one.exception_type, one.site.line) == ("Wire.opened", "ValueError", 8)


def test_a_context_that_is_printed_over_several_lines(tmp_path: Path) -> None:
    one, two = found(
        tmp_path,
        "Unexpected errors of the loop:\n[{'exception': ValueError('no price',),\n  'handle': <Handle Till.count(1) at /srv/shop/till.py:7>,\n"
        "  'message': 'Exception in callback Till.count(1)'},\n {'exception': OSError('gone'),\n"
        "  'message': 'Fatal error on transport UnixTransport',\n  'protocol': <shop.Wire object at 0x7f17>,\n"
        "  'transport': <UnixTransport closed=True reading=False 0x7f18>}]\nFAIL\n\nmore\n",
    )
    assert (one.kind, one.callback, one.exception_type, one.line) == (
        "callback-exception",
        "Till.count",
        "ValueError",
        2,
    )
    assert (two.kind, two.exception_type, two.line) == ("uvloop-fatal-error", "OSError", 5)


@pytest.mark.parametrize(
    "before",
    [
        "tests/test_till.py::test_close ",
        "tests/test_till.py::test_close[a-1] PASSED [ 50%] ",
        "E       pytest.PytestUnraisableExceptionWarning: ",
    ],
)
def test_an_unraisable_behind_what_pytest_says(before: str, tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        f"{before}Exception ignored in: <coroutine object tend at 0x7f4229>\nTraceback (most recent call last):\n"
        '  File "/srv/shop/tend.py", line 9, in tend\n    raise ValueError(1)\nValueError: 1\n',
    )
    assert (one.kind, one.coroutine) == ("unraisable-coroutine", "tend")


def test_an_unraisable_that_pytest_made_an_error(tmp_path: Path) -> None:
    text = (
        ">               warnings.warn(pytest.PytestUnraisableExceptionWarning(msg))\n"
        "E               pytest.PytestUnraisableExceptionWarning: Exception ignored in: <coroutine object tend at 0x7f4229>\n"
    )
    (one,) = found(tmp_path, f"{text}\nsome words\n")
    assert (one.kind, one.coroutine) == ("unraisable-coroutine", "tend")
    more = (
        "E               \nE               Traceback (most recent call last):\n"
        'E                 File "/srv/shop/tend.py", line 9, in tend\nE                   raise ValueError(1)\n'
        "E               ValueError: 1\n"
    )
    (one,) = found(tmp_path, f"{text}{more}\nsome words\n")
    assert (one.exception_type, one.site.line) == ("ValueError", 9)


@pytest.mark.parametrize(
    "before", ["<pre>", "<details><summary>log</summary><pre><code class='x'>", "<p>ERROR:asyncio:"]
)
def test_a_record_behind_tags(before: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, f"{before}Task was destroyed but it is pending!\n{TASK}</code></pre>\n")
    assert (one.kind, one.site.line) == ("task-destroyed-pending", 9)


@pytest.mark.parametrize("fence", ["```", "```python-traceback", "~~~", "<pre>", "<details>\n<pre>\n```log"])
def test_what_is_left_of_a_record_below_a_fence(fence: str, tmp_path: Path) -> None:
    (one,) = found(tmp_path, f"{fence}\n{TASK}ERROR:shop:closed\n```\n")
    assert (one.kind, one.partial) == ("task-destroyed-pending", True)
    assert kinds(tmp_path, f"{fence}\nour tasks are printed:\n{TASK}ERROR:shop:closed\n```\n") == []


def test_a_few_lines_of_a_collector_among_words(tmp_path: Path) -> None:
    log = (
        "Since last week we see this, with and without the proxy:\n```\nweb_1   | Accepting connections\n"
        f"web_1   | ERROR: Task was destroyed but it is pending!\nweb_1   | {TASK}redis_1 | ready\n```\n\nAny idea?\n"
    )
    (one,) = found(tmp_path, log)
    assert (one.kind, one.site.line) == ("task-destroyed-pending", 9)


@pytest.mark.parametrize(
    "place", ["logging:handle:1028", "logging:callHandlers:1706", "logging.__init__:callHandlers:1706"]
)
def test_the_place_of_a_handler_is_no_logger(place: str, tmp_path: Path) -> None:
    log = (
        "2026-01-31 12:00:00.123 | INFO     | shop.till:open:7 | open\n"
        f"2026-01-31 12:00:01.123 | ERROR    | {place} | Task was destroyed but it is pending!\n"
        "2026-01-31 12:00:02.123 | INFO     | shop.till:shut:9 | shut\n"
    )
    assert kinds(tmp_path, log) == ["task-destroyed-pending"]
    assert kinds(tmp_path, log.replace(place, "shop.log:say:3")) == []


# -- around a paste --------------------------------------------------------------------------------------------------


def test_lines_that_are_each_code(tmp_path: Path) -> None:
    session = "client_session: <aiohttp.client.ClientSession object at 0x7f0011>"
    text = f"It says\n`Task was destroyed but it is pending!`\n`{TASK.strip()}`\n`Unclosed client session`\n`{session}`\n\nWhy?\n"
    one, two = found(tmp_path, text)
    assert (one.kind, one.coroutine, one.partial) == ("task-destroyed-pending", "tend", False)
    assert (two.kind, two.text) == ("aiohttp-unclosed", "Unclosed client session")


def test_a_message_that_is_only_named_is_none(tmp_path: Path) -> None:
    assert not kinds(tmp_path, "- `Unclosed client session` appears at the end\nand so does `Unclosed connector`\n")


def test_a_message_in_a_table_is_somebodys(tmp_path: Path) -> None:
    assert not kinds(tmp_path, "| says | do |\n|---|---|\n| Unclosed connector | close it |\n")


def test_a_message_right_behind_a_bar_of_progress(tmp_path: Path) -> None:
    bar = "copy:   6%|█▌                       | 8/130 [00:00<00:12,  9.47it/s]"
    (one,) = found(tmp_path, f"{bar}Task exception was never retrieved\n{FUTURE}OSError: no\n{bar}\n")
    assert (one.kind, one.coroutine, one.exception_type) == ("exception-never-retrieved", "load", "OSError")


def test_a_source_line_that_github_took_for_an_error(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        f"Task exception was never retrieved\n{FUTURE}Traceback (most recent call last):\n"
        "  File \"/srv/shop/load.py\", line 8, in load\nError:     raise OSError('no')\nOSError: no\n",
    )
    assert (one.exception_type, one.site.line) == ("OSError", 5)


LOG = "".join(f"2026-01-31 12:00:0{at} INFO shop: sold {at}\n" for at in range(6))
OWN = f"2026-01-31 12:00:07 ERROR asyncio: Task was destroyed but it is pending!\n{TASK}"


def test_a_block_of_code_of_its_own_speaks_for_itself(tmp_path: Path) -> None:
    bare = f"Task was destroyed but it is pending!\n{TASK}"
    assert len(kinds(tmp_path, f"```\n{LOG}{OWN}```\nand on the other machine\n\n```text\n{bare}```\n")) == 2


def test_a_block_of_code_within_a_log_is_somebodys_text(tmp_path: Path) -> None:
    bare = f"Task was destroyed but it is pending!\n{TASK}"
    asked = f"2026-01-31 12:00:08 INFO shop: the answer is\n```\n{bare}```\n"
    assert len(kinds(tmp_path, f"{LOG}{OWN}{asked}")) == 1


def test_the_end_of_a_block_of_code_ends_a_record(tmp_path: Path) -> None:
    text = f"```\nERROR:asyncio:Task exception was never retrieved\n{FUTURE}OSError: no\n```\n\nIt is the disk.\n"
    (one,) = found(tmp_path, text)
    assert one.exception_message == "no"


def test_a_repr_that_is_cut_names_its_coroutine(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        "ERROR:asyncio:Task exception was never retrieved\nfuture: <Task finished name='Task-5' coro=<Shop.open()\n\n"
        "**How to see it**\nOpen the shop twice.\n",
    )
    assert one.coroutine == "Shop.open"
