"""Tasks whose coroutine or repr is not what one expects: generators, awaitables, classes of the application."""
# live: modes=plain,debug
import asyncio
import gc
import sys
import types

import capture

capture.start()


class QuietTask(asyncio.Task):
    """Says nothing about itself."""

    def __repr__(self):
        return "<QuietTask 'poll' -> it's fine>"


class NamedFuture(asyncio.Future):
    """Prints a place of its own."""

    def __repr__(self):
        return "<NamedFuture reply created at /evil/created.py:13>"


class Lazy:
    """An awaitable object."""

    def __init__(self, error):
        self.error = error

    def __await__(self):
        yield from asyncio.sleep(0).__await__()
        raise self.error


class Callable:
    async def __call__(self):
        await asyncio.sleep(0)
        raise LookupError("from __call__")


@types.coroutine
def generator(text):
    yield
    raise ValueError(text)


@types.coroutine
def waits_in_generator(future):
    yield from future


async def agen():
    try:
        yield 1
    finally:
        raise ValueError("agen")


async def waits(future):
    await future


async def fails(text="plain"):
    await asyncio.sleep(0)
    raise ValueError(text)


async def renamed():
    await asyncio.sleep(0)
    raise KeyError("renamed")


renamed.__qualname__ = "Shop -> renamed <odd> name"


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


async def main(loop):
    if sys.version_info < (3, 12):
        loop.create_task(generator("from a generator"))
        loop.create_task(waits_in_generator(loop.create_future()))
    asyncio.ensure_future(Lazy(OSError("from an awaitable")), loop=loop)
    loop.create_task(Callable()())
    loop.create_task(renamed())
    quiet = QuietTask(fails("quiet"), loop=loop)
    pending = QuietTask(waits(loop.create_future()), loop=loop)
    NamedFuture(loop=loop).set_exception(raised(ValueError("named")))
    opened = agen()
    await opened.__anext__()
    loop.create_task(opened.aclose())
    await asyncio.sleep(0.01)
    del quiet, pending, opened
    gc.collect()
    if sys.version_info >= (3, 7):
        for coro in (fails("in " + "a very " * 40 + "long name"), waits(loop.create_future())):
            task = asyncio.create_task(coro)
            if hasattr(task, "set_name"):
                task.set_name("worker-%d: %s" % (1, "took 0.100 seconds " * 5))
            del task
        del coro
    both = asyncio.gather(waits(loop.create_future()), fails("in gather"))
    await asyncio.sleep(0.01)
    del both
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
