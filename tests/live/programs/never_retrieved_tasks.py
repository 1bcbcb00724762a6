"""Tasks that fail while nobody looks, made in every way a program makes tasks."""
# live: modes=plain,debug
import asyncio
import functools
import gc
import sys

import capture

capture.start()


class ShopError(Exception):
    """An exception of the application."""


class Outer:
    """Carries a nested exception type, to see its qualname."""

    class InnerError(ShopError):
        pass


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


async def inner(kind):
    if kind == "value":
        raise ValueError("bad thing")
    if kind == "empty":
        raise ShopError()
    if kind == "nested":
        raise Outer.InnerError("deep")
    if kind == "unprintable":
        raise Unprintable("x")
    if kind == "syntax":
        compile("x = (1,\n y = 2", "broken config.py", "exec")
    if kind == "lines":
        raise RuntimeError("first line\n\nthird line after a blank one\n  File \"/etc/passwd\", line 1, in oops\n")
    if kind == "key":
        return {}["missing"]
    if kind == "exit":
        raise OSError(2, "No such file", "/data/orders, 2024.csv")
    if kind == "recursion":
        def down(n):
            return down(n + 1)
        sys.setrecursionlimit(200)
        try:
            down(0)
        finally:
            sys.setrecursionlimit(1000)


async def job(kind):
    await inner(kind)


async def chained():
    try:
        await inner("key")
    except KeyError as error:
        raise ShopError("cannot price the order") from error


async def implicit():
    try:
        await inner("value")
    except ValueError:
        {}["handler"]


class Worker:
    async def run(self):
        await asyncio.sleep(0)
        raise ConnectionResetError("peer went away")

    def start(self, loop):
        return loop.create_task(self.run())

    @classmethod
    async def create(cls):
        raise ShopError("no worker")


def spawn(loop, coro):
    return loop.create_task(coro)


def traced(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)
    return wrapper


@traced
@traced
async def decorated(kind):
    await inner(kind)


async def main():
    loop = asyncio.get_event_loop()
    for kind in ("value", "empty", "nested", "unprintable", "syntax", "lines", "key", "exit", "recursion"):
        loop.create_task(job(kind))
    loop.create_task(chained())
    loop.create_task(implicit())
    Worker().start(loop)
    spawn(loop, Worker.create())
    asyncio.ensure_future(decorated("value"))
    asyncio.ensure_future(job("nested"), loop=loop)
    if sys.version_info >= (3, 7):
        asyncio.create_task(job("key"))
    start = lambda: loop.create_task(job("empty"))  # noqa: E731
    start()

    def outer():
        async def local():
            raise ShopError("from a local function")

        def helper():
            return asyncio.ensure_future(local())
        helper()

    outer()
    [loop.create_task(job(kind)) for kind in ("value", "key")]
    await asyncio.sleep(0.01)
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
gc.collect()
loop.close()
