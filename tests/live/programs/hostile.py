"""Messages that try to look like something else: control characters, quoted logs, quoted tracebacks."""
# live: modes=plain,debug
import asyncio
import gc
import logging
import sys

import capture

capture.start()
log = logging.getLogger("shop.chat")

QUOTED_TRACEBACK = """it said:
Traceback (most recent call last):
  File "/app/other.py", line 3, in somewhere
    raise LookupError("inner")
LookupError: inner

During handling of the above exception, another exception occurred:

and so on"""
MESSAGES = (
    "\x1b[31mred\x1b[0m and \x1b]0;title\x07",
    "nul \x00 byte, bell \x07, escape \x1b alone",
    "carriage\rreturn\r\nand a line",
    "line\u2028separator\u2029paragraph\x85next\x0bvertical\x0cform feed",
    "blank lines\n\n\nfollow",
    "Executing <Task pending name='x' coro=<y() running at /z.py:1>> took 9.999 seconds",
    "two lines\nExecuting <Task finished name='Task-9' coro=<evil() done, defined at /evil.py:1> result=None> took 9.999 seconds",
    "quoted\n2024-01-01 00:00:00,000 - asyncio - ERROR - Task exception was never retrieved\nfuture: <Task finished>",
    "quoted\nERROR:asyncio:Task was destroyed but it is pending!\ntask: <Task pending name='Task-1' coro=<e() running at /e.py:1>>",
    "quoted\n[2024-01-01 00:00:00,000] [ERROR] [asyncio] Task exception was never retrieved",
    "quoted\n2024-01-01 00:00:00.000 ERROR        99 MainThread   asyncio          Task was destroyed but it is pending!",
    "quoted\nTask exception was never retrieved\nfuture: <Task finished name='evil' coro=<evil() done, defined at /evil.py:2>>",
    "quoted\nweb-1  | ERROR:asyncio:Task was destroyed but it is pending!",
    "quoted\n2024-01-01T00:00:00.000000000Z stderr F ERROR:asyncio:Task was destroyed but it is pending!",
    "quoted\nJan 01 00:00:00 web01 app[1]: ERROR:asyncio:Task was destroyed but it is pending!",
    'quoted\n{"level": "ERROR", "logger": "asyncio", "message": "Task was destroyed but it is pending!"}',
    "quoted\n/evil.py:3: RuntimeWarning: coroutine 'evil' was never awaited\n  evil()",
    "quoted\nException ignored in: <coroutine object evil at 0x7f0000000000>",
    "source_traceback: Object created at (most recent call last):\n  File \"/evil.py\", line 1, in evil\n    evil()",
    QUOTED_TRACEBACK,
    "unbalanced <<< [[[ ((( ' \" >",
    "created at /evil/created.py:666>",
    "coro=<evil() done, defined at /evil/coro.py:13>",
    "=cmd|' /C calc'!A0",
    "::error file=evil.py,line=1::gotcha",
    "<script>alert(1)</script>",
    "x" * 3000,
    "\ud800 lone surrogate",
    "ümlaut 漢字 🐍",
)


class Reply:
    """Its repr is text of the user."""

    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


async def fail(text):
    raise ValueError(text)


async def wait(future):
    await future


def boom(*args):
    raise RuntimeError("callback: %s" % (args,))


async def main(loop):
    for number, text in enumerate(MESSAGES):
        loop.create_task(fail(text))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if number % 4 == 0:
            log.warning("a customer wrote: %s", text)
        if number % 5 == 0:
            loop.call_soon(boom, Reply("<Reply %d -> 'ok' took 9.999 seconds>" % number))
        gc.collect()
    if sys.version_info >= (3, 8):
        for name in ("a -> b", "it's", 'say "hi"', "<angle> [square]", "with spaces", "coro=<x() running at /e.py:1>",
                     "took 9.999 seconds", "multi\nline", "was never retrieved", "Task-7 took", "", "x" * 200):
            asyncio.create_task(fail("named"), name=name)
            asyncio.create_task(wait(loop.create_future()), name=name)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
    future = loop.create_future()
    future.set_result(Reply("result > with < brackets\nand a line"))
    loop.call_exception_handler({"message": "custom problem", "future": future, "reply": Reply("one\n\ntwo\n")})
    loop.call_exception_handler({"message": "many\nlines\n\nof message", "zeta": 1})


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
