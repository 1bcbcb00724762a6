"""A task group that outlives the task which owns it."""
# live: modes=plain,debug python>=3.11
import asyncio
import gc

import capture

capture.start()


async def child(text, delay):
    await asyncio.sleep(delay)
    raise ValueError(text)


async def parent(kept):
    group = asyncio.TaskGroup()
    await group.__aenter__()
    kept.append(group)
    group.create_task(child("orphan", 0.01))
    asyncio.current_task().set_name("the parent <of> 'all'")
    return group.create_task(child("has errored out but its parent task is fine", 0.02), name="child -> 2")


async def main():
    kept = []
    await asyncio.get_running_loop().create_task(parent(kept))
    await asyncio.sleep(0.05)


asyncio.run(main())
gc.collect()
