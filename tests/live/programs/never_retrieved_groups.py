"""Exception groups and notes in tasks that nobody reads."""
# live: modes=plain,debug python>=3.11
import asyncio
import gc

import capture

capture.start()


async def fail(error):
    await asyncio.sleep(0)
    raise error


async def with_group():
    async with asyncio.TaskGroup() as group:
        group.create_task(fail(ValueError("a")), name="first -> second")
        group.create_task(fail(TypeError("b\nsecond line")))


async def nested_group():
    async with asyncio.TaskGroup() as outer:
        outer.create_task(with_group())
        outer.create_task(fail(OSError(5, "I/O")))


async def noted():
    error = ConnectionError("refused")
    error.add_note("while talking to db-1")
    error.add_note("Task exception was never retrieved\n  (a note that quotes)")
    raise error


async def hand_made():
    try:
        raise KeyError("inner")
    except KeyError as caught:
        group = ExceptionGroup("top (a -> b)", [ValueError("v"), ExceptionGroup("sub", [caught, OSError("x")])])
        group.add_note("note of the group")
        raise group from None


async def caused():
    try:
        await with_group()
    except* ValueError as group:
        raise RuntimeError("wrapped the group") from group


async def main():
    loop = asyncio.get_running_loop()
    for function in (with_group, nested_group, noted, hand_made, caused):
        loop.create_task(function())
        asyncio.create_task(function(), name=function.__name__)
    await asyncio.sleep(0.05)
    gc.collect()


asyncio.run(main())
gc.collect()
