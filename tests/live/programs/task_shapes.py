"""Tasks and futures of other classes, with odd names, made by factories, by pure Python, eager, in contexts."""
# live: modes=plain,debug
import asyncio
import gc
import sys
import time

import capture

capture.start()
VERSION = sys.version_info


class OrderTask(asyncio.Task):
    """Adds nothing."""


class TaggedTask(asyncio.Task):
    """Prints more than asyncio."""

    def __repr__(self):
        return super().__repr__()[:-1] + " tag='<x> created at'>"


class Reply(asyncio.Future):
    pass


NAMES = (
    "orders [eu] (1/2)", "fetch('https://example.org/?a=b&c=<d>')", "it's \"both\"", "a->b->c", "name='x' coro=<y() running at /z.py:1>",
    "line\nbreak", "größe 漢字", "{'a': [1, 2]}", "Task-1", "12", " ", "worker-1 created at /evil.py:1>", "\\", "a, b",
    "x" * 300, "<Task pending name='inner' coro=<f() running at a.py:1>>", "cb=[f() at a.py:1]", "exception=ValueError('x')",
)


async def fails(text="failed"):
    await asyncio.sleep(0)
    raise ValueError(text)


async def waits(future):
    try:
        await future
    finally:
        text = "never here"  # noqa: F841


async def blocks():
    time.sleep(0.11)
    await asyncio.sleep(0)


class Service:
    async def run(self):
        await asyncio.sleep(0)
        raise LookupError("service")

    @classmethod
    async def make(cls):
        raise LookupError("class method")

    @staticmethod
    async def check():
        raise LookupError("static method")

    class Inner:
        async def work(self):
            async def step():
                raise LookupError("step")
            await step()

    async def __aenter__(self):
        raise LookupError("enter")

    async def __aexit__(self, *args):
        pass


async def uses():
    async with Service():
        pass


async def comprehends(loop):
    return [await loop.create_task(fails("in a comprehension")) for _ in range(1)]


def lost(loop, future):
    """Pending tasks that nobody holds."""
    loop.create_task(waits(future))


async def main(loop):
    for cls in (OrderTask, TaggedTask, asyncio.tasks._PyTask):
        cls(fails(cls.__name__), loop=loop)
        cls(waits(loop.create_future()), loop=loop)
        cls(blocks(), loop=loop)
    for cls in (Reply, asyncio.futures._PyFuture):
        cls(loop=loop).set_exception(OSError(cls.__name__))
    for coro in (Service().run(), Service.make(), Service.check(), Service.Inner().work(), uses(), comprehends(loop),
                 (lambda: fails("made by a lambda"))(), asyncio.wait_for(fails("in wait_for"), 1),
                 asyncio.wait_for(waits(loop.create_future()), 0.01)):
        loop.create_task(coro)
    del coro
    await asyncio.sleep(0.05)
    gc.collect()
    for factory in (lambda loop, coro, **options: OrderTask(coro, loop=loop, **options),
                    lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options)):
        loop.set_task_factory(factory)
        asyncio.ensure_future(fails("by a factory"))
        lost(loop, loop.create_future())
        await asyncio.sleep(0.01)
        gc.collect()
    loop.set_task_factory(None)
    if VERSION >= (3, 8):
        for name in NAMES:
            loop.create_task(fails("named"), name=name)
            asyncio.create_task(waits(loop.create_future()), name=name)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            gc.collect()
        for name in NAMES[::4]:
            asyncio.create_task(blocks(), name=name)
        await asyncio.sleep(0.01)
    if VERSION >= (3, 11):
        import contextvars
        context = contextvars.copy_context()
        asyncio.create_task(fails("in a context"), context=context)
        async def group():
            async with asyncio.TaskGroup() as members:
                members.create_task(fails("in a group"), name="member <1>")
                members.create_task(waits(loop.create_future()))
        asyncio.create_task(group(), name="group")
        async def timed():
            async with asyncio.timeout(0.01):
                await waits(loop.create_future())
        asyncio.create_task(timed())
    await asyncio.sleep(0.05)
    gc.collect()
    for kind in ("lock", "queue", "event", "condition", "semaphore", "gather", "shield", "sleep"):
        pending(loop, kind)
    await asyncio.sleep(0.01)
    gc.collect()


def pending(loop, kind):
    async def locked():
        lock = asyncio.Lock()
        await lock.acquire()
        await lock.acquire()

    async def queued():
        await asyncio.Queue().get()

    async def signalled():
        await asyncio.Event().wait()

    async def conditional():
        condition = asyncio.Condition()
        async with condition:
            await condition.wait()

    async def counted():
        await asyncio.Semaphore(0).acquire()

    async def gathered():
        await asyncio.gather(waits(loop.create_future()), waits(loop.create_future()))

    async def shielded():
        await asyncio.shield(loop.create_future())

    async def sleeps():
        await asyncio.sleep(10)
    loop.create_task({"lock": locked, "queue": queued, "event": signalled, "condition": conditional, "semaphore": counted,
                      "gather": gathered, "shield": shielded, "sleep": sleeps}[kind]())


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
