"""Generator coroutines of old, dropped in debug mode."""
# live: modes=debug python<=3.10
import asyncio
import gc
import warnings

import capture

capture.start()
warnings.simplefilter("ignore", DeprecationWarning)


@asyncio.coroutine
def old_style(x):
    yield from asyncio.sleep(x)


@asyncio.coroutine
def plain_function(x):
    return x


async def new_style():
    await asyncio.sleep(0)


class Foo:
    @asyncio.coroutine
    def run(self, n):
        yield from asyncio.sleep(n)


def helper():
    return old_style(2)


async def main():
    old_style(1)
    plain_function(1)
    Foo().run(3)
    helper()
    new_style()
    coro = Foo().run(4)
    await asyncio.sleep(0)
    del coro
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
