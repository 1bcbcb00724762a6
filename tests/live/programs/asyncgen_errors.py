"""Async generators that break when they are closed, or are used after the loop closed them all."""
# live: modes=plain,debug,tracemalloc
import asyncio
import gc

import capture

capture.start()


async def bad_cleanup():
    try:
        yield 1
        yield 2
    finally:
        raise ValueError("agen cleanup failed")


class Feed:
    async def items(self):
        try:
            yield 1
        except GeneratorExit:
            raise KeyError("feed")


async def endless():
    while True:
        yield 0


async def ignores_exit():
    try:
        yield 1
    except GeneratorExit:
        yield 2


kept = []


async def main():
    for make in (bad_cleanup, Feed().items, endless, ignores_exit):
        agen = make()
        kept.append(agen)
        await agen.__anext__()


async def late():
    async for _ in endless():
        break
    agen = endless()
    await agen.__anext__()
    await agen.aclose()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.run_until_complete(loop.shutdown_asyncgens())
loop.run_until_complete(late())
kept.clear()
gc.collect()
loop.run_until_complete(asyncio.sleep(0))
loop.close()
