"""Coroutines that are generators, as they were written before async def."""
# live: modes=plain,debug python<=3.10
import asyncio
import gc
import time

import capture

capture.start()


@asyncio.coroutine
def fails(text="old"):
    yield from asyncio.sleep(0)
    raise ValueError(text)


@asyncio.coroutine
def waits(future):
    yield from future


@asyncio.coroutine
def blocks():
    time.sleep(0.11)
    yield from asyncio.sleep(0)
    time.sleep(0.11)


@asyncio.coroutine
def plain():
    raise LookupError("no generator at all")


class Shop:
    @asyncio.coroutine
    def open(self, *args):
        yield from fails("in a method")

    @asyncio.coroutine
    def __call__(self):
        yield
        raise KeyError("called")


def nested():
    @asyncio.coroutine
    def inner():
        yield from waits(asyncio.get_event_loop().create_future())
    return inner()


@asyncio.coroutine
def main(loop):
    for coro in (fails(), fails("x\ny"), waits(loop.create_future()), blocks(), plain(), Shop().open(1), nested()):
        loop.create_task(coro)
        del coro
    loop.create_task(asyncio.wait_for(fails("in wait_for"), 1))
    asyncio.gather(fails("in gather"), waits(loop.create_future()))
    fails("dropped")
    Shop().open("dropped")
    plain()
    yield from asyncio.sleep(0.05)
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
