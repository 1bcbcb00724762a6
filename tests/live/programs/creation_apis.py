"""One failing coroutine, created through every interface and by helpers of helpers."""
# live: modes=plain,debug
import asyncio
import contextlib
import gc
import sys

import capture

capture.start()


async def fail(origin):
    await asyncio.sleep(0)
    raise ValueError(origin)


class Background:
    """A keeper of tasks, as every application has one."""

    def __init__(self, loop):
        self.loop = loop
        self.tasks = set()

    def spawn(self, coro):
        return self._keep(self.loop.create_task(coro))

    def _keep(self, task):
        self.tasks.add(task)
        return task

    @property
    def started(self):
        return self.spawn(fail("property"))

    def __enter__(self):
        return self.spawn(fail("context manager"))

    def __exit__(self, *args):
        self.tasks.clear()

    def __call__(self, function):
        return lambda *args: self.spawn(function(*args))


def generator(loop):
    yield loop.create_task(fail("generator"))


@contextlib.contextmanager
def scope(loop):
    yield loop.create_task(fail("contextmanager"))


async def agen(loop):
    yield loop.create_task(fail("async generator"))


def recursive(loop, depth):
    return recursive(loop, depth - 1) if depth else loop.create_task(fail("recursion"))


def from_callback(loop):
    asyncio.ensure_future(fail("callback"), loop=loop)


class Meta(type):
    def __new__(mcs, name, bases, body):
        asyncio.get_event_loop().create_task(fail("metaclass"))
        return super().__new__(mcs, name, bases, body)


async def main(loop):
    background = Background(loop)
    background.spawn(fail("spawn"))
    background.started
    with background:
        pass
    background(fail)("decorator")
    list(generator(loop))
    with scope(loop):
        pass
    async for _ in agen(loop):
        pass
    recursive(loop, 6)
    loop.call_soon(from_callback, loop)
    loop.call_later(0.001, lambda: loop.create_task(fail("lambda")))
    future = loop.create_future()
    future.add_done_callback(lambda _: asyncio.ensure_future(fail("done callback")))
    future.set_result(None)
    asyncio.run_coroutine_threadsafe(fail("threadsafe"), loop)

    class Made(metaclass=Meta):
        pass
    exec(compile("loop.create_task(fail('generated code'))", "<string>", "exec"), {"loop": loop, "fail": fail})
    exec(compile("def make(loop):\n    return loop.create_task(fail('template'))\nmake(loop)", "templates/order.html", "exec"),
         {"loop": loop, "fail": fail})
    if sys.version_info >= (3, 7):
        asyncio.create_task(fail("create_task"))
        {asyncio.create_task(fail("comprehension")) for _ in range(2)}
        asyncio.get_running_loop().create_task(fail("get_running_loop"))
    asyncio.Task(fail("constructor"), loop=loop)
    await asyncio.sleep(0.02)
    background.tasks.clear()
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
