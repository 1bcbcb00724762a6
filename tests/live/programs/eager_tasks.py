"""Tasks that start at once, inside the task that makes them."""
# live: modes=plain,debug python>=3.12
import asyncio
import gc
import time

import capture

capture.start()


async def fails_at_once():
    raise ValueError("eager")


async def fails_later():
    await asyncio.sleep(0)
    raise KeyError("not so eager")


async def waits():
    await asyncio.get_running_loop().create_future()


async def blocks():
    time.sleep(0.02)
    await asyncio.sleep(0.001)
    time.sleep(0.02)


def helper():
    return asyncio.create_task(fails_later(), name="from a -> helper")


async def main():
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 0.01
    loop.set_task_factory(asyncio.eager_task_factory)
    asyncio.create_task(fails_at_once())
    asyncio.create_task(fails_at_once(), name="eager one")
    helper()
    asyncio.create_task(waits())
    loop.create_task(waits(), name="x")
    await asyncio.create_task(blocks(), name="blocks")
    await asyncio.sleep(0.01)
    gc.collect()


asyncio.run(main())
gc.collect()
