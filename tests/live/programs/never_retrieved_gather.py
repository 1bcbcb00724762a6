"""Failures inside gather, wait_for, shield and wait, whose results nobody reads."""
# live: modes=plain,debug
import asyncio
import gc

import capture

capture.start()


async def fail(text, delay=0):
    await asyncio.sleep(delay)
    raise ValueError(text)


async def abandoned():
    group = asyncio.gather(fail("left"), fail("right", 0.01))
    await asyncio.sleep(0.03)
    del group


async def shielded():
    try:
        await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(fail("behind a shield", 0.03))), 0.01)
    except asyncio.TimeoutError:
        pass


async def waits():
    tasks = [asyncio.ensure_future(fail("waited %d" % number)) for number in range(3)]
    await asyncio.wait(tasks, timeout=0.02)


class Batch:
    def __init__(self):
        self.tasks = []

    def add(self, coro):
        self.tasks.append(asyncio.ensure_future(coro))

    async def first(self):
        for done in asyncio.as_completed(self.tasks):
            try:
                return await done
            except ValueError:
                return None


async def main():
    await abandoned()
    await shielded()
    await waits()
    batch = Batch()
    for number in range(3):
        batch.add(fail("batch %d" % number))
    await batch.first()
    await asyncio.sleep(0.05)
    del batch
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
gc.collect()
loop.close()
