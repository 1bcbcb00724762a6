"""Tasks that want the whole program to end: their exception is an echo of the exit."""
# live: modes=plain,debug args=system-exit,keyboard-interrupt
import asyncio
import gc
import sys

import capture

capture.start()


async def leaves():
    await asyncio.sleep(0)
    if sys.argv[1] == "system-exit":
        sys.exit(3)
    raise KeyboardInterrupt


async def main(loop):
    loop.create_task(leaves())
    await asyncio.sleep(1)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
try:
    loop.run_until_complete(main(loop))
except (SystemExit, KeyboardInterrupt):
    pass
gc.collect()
loop.run_until_complete(asyncio.sleep(0))
loop.close()
