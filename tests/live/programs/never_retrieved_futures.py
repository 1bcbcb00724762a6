"""Futures that hold an exception nobody asks for: plain, subclassed, in pure Python, never raised."""
# live: modes=plain,debug
import asyncio
import asyncio.futures
import concurrent.futures
import gc
import sys

import capture

capture.start()


class ReplyFuture(asyncio.Future):
    """A subclass: its name heads the record."""


class PlainFuture(asyncio.futures._PyFuture):
    """Pure Python: another origin of the same record."""


class JobTask(asyncio.Task):
    """A task class of the application."""


class Rejected(Exception):
    def __repr__(self):
        return "<Rejected by 'upstream' -> retry=False>"


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


class Pool:
    def __init__(self, loop):
        self.loop = loop

    def acquire(self):
        future = self.loop.create_future()
        future.set_exception(raised(Rejected("pool is closed")))
        return future


def make_future(loop):
    future = asyncio.Future(loop=loop)
    future.set_exception(FileNotFoundError(2, "No such file or directory", "orders.db"))
    return future


async def job():
    await asyncio.sleep(0)
    raise Rejected("no")


async def main(loop):
    make_future(loop)
    Pool(loop).acquire()
    loop.create_future().set_exception(ValueError("set, never raised"))
    ReplyFuture(loop=loop).set_exception(raised(KeyError("reply")))
    PlainFuture(loop=loop).set_exception(raised(TimeoutError("slow peer")))
    loop.create_future().set_exception(asyncio.TimeoutError())
    loop.create_future().set_exception(raised(Rejected("a -> b")))

    chain = raised(ValueError("cause"))
    chain.__cause__ = raised(LookupError("root cause"))
    loop.create_future().set_exception(chain)

    loop.set_task_factory(lambda loop, coro, **kwargs: JobTask(coro, loop=loop, **kwargs))
    loop.create_task(job())
    loop.set_task_factory(None)

    if sys.version_info < (3, 13):
        wrapped = asyncio.wrap_future(concurrent.futures.Future(), loop=loop)
        wrapped.set_exception(OSError("from a thread"))
        del wrapped
    loop.run_in_executor(None, int, "not a number")
    await asyncio.sleep(0.05)
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
