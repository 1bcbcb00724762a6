"""Tasks that fail while asyncio.run() cancels them, and what else the end of a run brings."""
# live: modes=plain,debug python>=3.7
import asyncio

import capture

capture.start()


async def fail_on_cancel(text):
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        raise ValueError(text)


async def fail_in_finally():
    try:
        await asyncio.sleep(100)
    finally:
        {}["cleanup"]


class Service:
    async def run(self):
        try:
            await asyncio.sleep(100)
        finally:
            raise ConnectionError("cannot say goodbye")


def spawn(coro):
    return asyncio.get_event_loop().create_task(coro)


async def main():
    loop = asyncio.get_event_loop()
    kept = [
        loop.create_task(fail_on_cancel("failed during shutdown")),
        asyncio.create_task(fail_on_cancel("unhandled exception during asyncio.run() shutdown\n")),
        asyncio.ensure_future(fail_in_finally()),
        spawn(Service().run()),
    ]
    await asyncio.sleep(0.01)
    return len(kept)


asyncio.run(main())
