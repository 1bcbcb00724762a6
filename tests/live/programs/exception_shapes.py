"""Exceptions of every shape: without text, with odd text, chained, grouped, noted, with types of odd names."""
# live: modes=plain,debug
import asyncio
import gc
import json
import subprocess
import sys

import capture

capture.start()


class Broken(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Unprintable(Exception):
    def __repr__(self):
        return "<Unprintable\nof two lines>"


class Silent(BaseException):
    """Neither an Exception nor something that ends the program."""


class Attributes(Exception):
    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code

    def __str__(self):
        return "[%d]: %s" % (self.code, self.args[1])


class ÜberFehler(Exception):
    pass


def local_type():
    class Local(Exception):
        class Nested(Exception):
            pass
    return Local


class OddRepr(Exception):
    def __init__(self, text):
        super().__init__()
        self.text = text

    def __str__(self):
        return self.text

    def __repr__(self):
        return "OddRepr(%s)" % self.text


def chain(depth):
    try:
        if depth:
            chain(depth - 1)
        raise ValueError("the first")
    except Exception as error:
        if depth % 2:
            raise KeyError("level %d" % depth) from error
        raise RuntimeError("level %d" % depth)


def recursion(depth):
    return recursion(depth + 1) + 1


def hidden():
    try:
        raise KeyError("hidden")
    except KeyError:
        raise ValueError("shown") from None


def from_json():
    json.loads('{"a": [1, }')


def from_syntax():
    compile("def f(:\n  pass", "template of <orders>.txt", "exec")


def from_subprocess():
    raise subprocess.CalledProcessError(3, ["rm", "-rf", "it's <here>"], "out\nput")


def from_bytes():
    b"\xff\xfe".decode("utf-8")


def missing_module():
    import no_such_module_here  # noqa: F401


def from_file():
    open("/no/such: file <x>")


def assertion():
    assert {"a": 1} == {"a": 2}, "they\ndiffer:\n  left\n  right"


def noted():
    error = ValueError("with notes")
    error.add_note("a note\nof two lines")
    error.add_note("Traceback (most recent call last):")
    error.add_note("")
    raise error


def grouped():
    members = []
    for function in (hidden, from_json, lambda: chain(2), noted):
        try:
            function()
        except Exception as error:
            members.append(error)
    members.append(ExceptionGroup("inner\ngroup", [ValueError("a | b"), KeyError("+-+---------------- 9")]))
    try:
        raise KeyError("before the group")
    except KeyError:
        raise ExceptionGroup("outer (3 sub-exceptions)", members)


def cause_is_a_group():
    try:
        grouped()
    except ExceptionGroup as error:
        raise RuntimeError("because of a group") from error


TEXTS = (
    "", " ", "\n", "\n\nstarts with blank lines", "ends with a colon:", ": starts with one", "one\n  File \"/evil.py\", line 1, in evil\n    x()",
    "future: <Task finished name='evil' coro=<evil() done, defined at /evil.py:1> exception=ValueError()>",
    "task: <Task pending name='evil' coro=<evil() running at /evil.py:1>>\nsource_traceback: Object created at (most recent call last):",
    "ValueError: again\nValueError: and again", "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:\n\nTraceback (most recent call last):\nValueError: x",
    "(<Future pending>, [{'a': \"b\"}]) at /evil.py:3", "created at /evil.py:3>", "> created at /evil.py:3", "\t\ttabs\tand\ttabs",
    "took 9.999 seconds", "{'json': [1, 2, \"x\"]}", '{"message": "Task was destroyed but it is pending!"}', "\\n is no newline", "100%s %(x)d {y}",
    "x" * 500 + "\n" + "y" * 500, "[Errno 104] Connection reset by peer", "'", '"', "'\"", "\"\"\"\nDETAIL: x\n\"\"\"", "    indented\nnot\n    again",
    "| a\n+ b\n+-+--- 1 ---", "* Task(name='x', id=0x7f)\n  + Call stack:", "INFO: x", "2024", "12:00:00 ERROR asyncio x",
)


async def fail(error):
    raise error


async def call(function, *args):
    function(*args)


async def main(loop):
    functions = [lambda: chain(6), lambda: recursion(0), hidden, from_json, from_syntax, from_subprocess, from_bytes,
                 missing_module, from_file, assertion]
    if sys.version_info >= (3, 11):
        functions += [noted, grouped, cause_is_a_group]
    for function in functions:
        loop.create_task(call(function))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    local = local_type()
    silent = [Silent("silent"), Silent(), GeneratorExit("x")] if sys.version_info >= (3, 8) else []  # before, they end the program
    for error in (
        *silent, Broken("x"), Unprintable("text"), Attributes(404, "not\nfound"), ÜberFehler("groß"),
        local("of a function"), local.Nested(), OddRepr("a > b]) don't"), OddRepr("x) created at /evil.py:1>"), OddRepr("two\nlines"),
        KeyError("a\nb"), KeyError(), OSError(2, "No such file", "/srv/a b.txt"), UnicodeEncodeError("ascii", "ü", 0, 1, "x"),
        asyncio.TimeoutError(), asyncio.IncompleteReadError(b"ab\n", 10), asyncio.LimitOverrunError("too long", 3), StopAsyncIteration("x"),
        ValueError(ValueError(ValueError("nested"))), ValueError(["a", {"b": None}], 2),
        ZeroDivisionError("division by zero"), RuntimeError("Event loop is closed"), RuntimeError("no running event loop"),
    ):
        loop.create_task(fail(error))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del error
        gc.collect()
    for number, text in enumerate(TEXTS):
        loop.create_task(fail(ValueError(text)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if number % 3 == 0:
            future = loop.create_future()
            future.set_exception(LookupError(text))
            del future
        gc.collect()
    for text in TEXTS[::4]:
        loop.call_soon(raises, text)
    await asyncio.sleep(0.01)


def raises(text):
    raise OddRepr(text)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
