"""Tasks that are still waiting when the garbage collector takes them."""
# live: modes=plain,debug
import asyncio
import functools
import gc
import sys

import capture

capture.start()


async def waiter(future):
    await future


async def consumer():
    queue = asyncio.Queue()
    while True:
        await queue.get()


async def nested():
    await asyncio.ensure_future(consumer())


async def started_never(number):
    await asyncio.sleep(number)


async def locked():
    lock = asyncio.Lock()
    async with lock:
        async with lock:
            pass


class Service:
    def __init__(self):
        self.ready = asyncio.Event()

    async def run(self):
        await self.ready.wait()

    def start(self):
        return asyncio.ensure_future(self.run())

    @staticmethod
    async def idle():
        await asyncio.get_event_loop().create_future()


def background(function):
    @functools.wraps(function)
    def start(*args):
        return asyncio.ensure_future(function(*args))
    return start


@background
async def decorated():
    await asyncio.Event().wait()


def spawn(coro):
    loop = asyncio.get_event_loop()
    return loop.create_task(coro)


async def main():
    loop = asyncio.get_event_loop()
    loop.create_task(waiter(loop.create_future()))
    spawn(consumer())
    spawn(nested())
    asyncio.ensure_future(locked())
    Service().start()
    spawn(Service.idle())
    decorated()
    start = lambda: spawn(waiter(loop.create_future()))  # noqa: E731
    start()
    if sys.version_info >= (3, 7):
        asyncio.create_task(Service().run())
    if sys.version_info >= (3, 8):
        asyncio.create_task(consumer(), name="poller -> queue 'a'")

    def local_scope():
        async def local():
            await loop.create_future()
        return asyncio.ensure_future(local())

    local_scope()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    cancelled = spawn(waiter(loop.create_future()))
    await asyncio.sleep(0)
    cancelled.add_done_callback(print)
    del cancelled
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
late = loop.create_task(started_never(1))
loop.run_until_complete(asyncio.sleep(0))
never = loop.create_task(started_never(2))
loop.close()
del late, never
gc.collect()
