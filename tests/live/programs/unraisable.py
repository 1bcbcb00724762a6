"""Exceptions that nobody can be told about: in finalizers, abandoned coroutines, weak references."""
# live: modes=plain,debug
import asyncio
import gc
import sys
import weakref

import capture

capture.start()


class Stubborn:
    def __del__(self):
        raise ValueError("__del__ failed\nException ignored in: <function other>")


class Client:
    def __init__(self, loop):
        self.loop = loop

    def __del__(self):
        self.loop.call_soon(print)


class Outer:
    class Inner:
        def __del__(self):
            {}["gone"]


async def uses_loop(loop, future):
    try:
        await future
    finally:
        loop.call_soon(print)


async def ignores_exit(future):
    try:
        await future
    except GeneratorExit:
        await future


async def raises(future):
    try:
        await future
    finally:
        raise LookupError("cleanup -> failed")


def generator():
    try:
        yield 1
    finally:
        raise OSError("generator")


def bad_callback(reference):
    raise ValueError("weak callback")


def start(coro):
    coro.send(None)
    return coro


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
futures = [loop.create_future() for _ in range(3)]
coros = [start(uses_loop(loop, futures[0])), start(ignores_exit(futures[1])), start(raises(futures[2]))]
client = Client(loop)
loop.close()
Stubborn()
del client
Outer.Inner()
while coros:
    coros.pop()
    gc.collect()
running = generator()
next(running)
del running
gc.collect()
target = Outer()
reference = weakref.ref(target, bad_callback)
del target
gc.collect()
if sys.version_info >= (3, 8):
    async def task_in_gc():
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            asyncio.get_running_loop()

    async def main():
        asyncio.ensure_future(task_in_gc())
        await asyncio.sleep(0)

    other = asyncio.new_event_loop()
    other.run_until_complete(main())
    other.close()
    gc.collect()
