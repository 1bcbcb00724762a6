"""Every kind of callback and task step that holds the loop."""
# live: modes=debug
import asyncio
import functools
import os
import sys
import threading
import time

import capture

capture.start()
HOLD = 0.012


def blocker(*args, **kwargs):
    time.sleep(HOLD)


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper


@wrapped
def decorated():
    time.sleep(HOLD)


class Worker:
    def method(self, *args):
        time.sleep(HOLD)

    def __call__(self, *args):
        time.sleep(HOLD)

    @classmethod
    def from_class(cls):
        time.sleep(HOLD)

    @staticmethod
    def static():
        time.sleep(HOLD)

    async def run(self):
        await asyncio.sleep(0)
        time.sleep(HOLD)


class LoudFuture(asyncio.Future):
    pass


async def first_step():
    time.sleep(HOLD)
    await asyncio.sleep(0)


async def last_step():
    await asyncio.sleep(0)
    time.sleep(HOLD)
    return {"rows": list(range(50)), "text": "took 9.999 seconds"}


async def middle():
    await asyncio.sleep(0)
    time.sleep(HOLD)
    await asyncio.sleep(0.001)


async def failing():
    time.sleep(HOLD)
    raise ValueError("Executing <Task finished> took 9.999 seconds")


async def deep():
    await level_two()


async def level_two():
    await middle()


def spawn(coro):
    return asyncio.ensure_future(coro)


def on_done(future):
    time.sleep(HOLD)


async def main(loop):
    loop.slow_callback_duration = HOLD / 2
    worker = Worker()
    loop.call_soon(blocker)
    loop.call_soon(blocker, 1, "two -> three", {"k": [1, 2]})
    loop.call_soon(functools.partial(blocker, 1, k="v"), 2)
    loop.call_soon(functools.partial(functools.partial(blocker, "in"), "out", a=1), 3)
    loop.call_soon(lambda: time.sleep(HOLD))
    loop.call_soon(worker.method, "x")
    loop.call_soon(worker)
    loop.call_soon(Worker.from_class)
    loop.call_soon(Worker.static)
    loop.call_soon(decorated)
    loop.call_soon(time.sleep, HOLD)
    loop.call_later(0.001, blocker, "later")
    loop.call_at(loop.time() + 0.002, functools.partial(blocker, "at"))
    loop.call_soon(functools.partial(time.sleep, HOLD))
    loop.call_soon(worker.method, "took 9.999 seconds>")

    def local():
        time.sleep(HOLD)
    loop.call_soon(local)
    await asyncio.sleep(0.01)

    tasks = [loop.create_task(coro()) for coro in (first_step, last_step, middle, deep, worker.run)]
    tasks += [spawn(middle()), asyncio.ensure_future(last_step())]
    if sys.version_info >= (3, 7):
        tasks.append(asyncio.create_task(middle()))
    if sys.version_info >= (3, 8):
        for name in ("a -> b", "it's <odd> \"name\"", "took 9.999 seconds", "with spaces [1] {2}", "x took 1.000 seconds\n"):
            tasks.append(asyncio.create_task(last_step(), name=name))
    if sys.version_info >= (3, 11):
        async with asyncio.TaskGroup() as group:
            group.create_task(middle(), name="in a group")
    await asyncio.gather(*tasks)
    await asyncio.wait_for(middle(), 5)
    await asyncio.shield(middle())
    await asyncio.gather(middle(), failing(), return_exceptions=True)

    future = loop.create_future()
    future.add_done_callback(on_done)
    future.add_done_callback(functools.partial(blocker, "done"))
    future.set_result("took 9.999 seconds")
    loud = LoudFuture(loop=loop)
    loud.add_done_callback(on_done)
    loud.set_exception(KeyError("k"))
    loud.exception()

    reading, writing = os.pipe()
    seen = loop.create_future()

    def readable():
        os.read(reading, 10)
        time.sleep(HOLD)
        loop.remove_reader(reading)
        seen.set_result(None)
    loop.add_reader(reading, readable)
    os.write(writing, b"x")
    await seen

    def from_thread():
        loop.call_soon_threadsafe(blocker, "thread")
    thread = threading.Thread(target=from_thread)
    thread.start()
    await asyncio.sleep(0.03)
    thread.join()
    time.sleep(HOLD)
    await asyncio.sleep(0)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
