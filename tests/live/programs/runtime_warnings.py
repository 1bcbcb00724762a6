"""Odd orders of shutting down."""
# live: modes=plain,debug
import asyncio
import os
import sys
import time

import capture

capture.start()


async def slow_thread(loop):
    loop.run_in_executor(None, time.sleep, 0.2)
    await asyncio.sleep(0)


asyncio.new_event_loop().close()
if sys.version_info >= (3, 12):
    loop = asyncio.new_event_loop()
    loop.run_until_complete(slow_thread(loop))
    loop.run_until_complete(loop.shutdown_default_executor(timeout=0.02))
    loop.close()
if sys.version_info < (3, 7):
    def wrapper(coro):
        return coro
    sys.set_coroutine_wrapper(wrapper)
    loop = asyncio.new_event_loop()
    loop.set_debug(True)
    loop.run_until_complete(asyncio.sleep(0))
    sys.set_coroutine_wrapper(None)
    loop.close()
if (3, 8) <= sys.version_info < (3, 14):
    loop = asyncio.new_event_loop()
    watcher = asyncio.ThreadedChildWatcher()

    async def add():
        pid = os.fork()
        if pid == 0:
            time.sleep(0.05)
            os._exit(0)
        watcher.add_child_handler(pid, lambda *args: None)

    loop.run_until_complete(add())
    watcher.__del__()
    loop.run_until_complete(asyncio.sleep(0.1))
    loop.close()
