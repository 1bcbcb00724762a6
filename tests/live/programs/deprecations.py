"""Uses of asyncio that were on their way out."""
# live: modes=plain python<=3.13
import asyncio
import concurrent.futures
import sys

import capture

capture.start()
VERSION = sys.version_info


async def nothing():
    pass


async def inside():
    loop = asyncio.get_event_loop()
    if VERSION < (3, 9):
        getattr(asyncio.Task, "all_tasks")()
        getattr(asyncio.Task, "current_task")()
    if VERSION < (3, 10):
        asyncio.Queue(loop=loop)
        asyncio.Lock(loop=loop)
        asyncio.Event(loop=loop)
        await asyncio.sleep(0, loop=loop)
        await asyncio.wait_for(nothing(), 1, loop=loop)
    if VERSION < (3, 11):
        await asyncio.wait([nothing()])
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0),
                                                           reuse_address=False)
        transport.get_extra_info("socket").family
        if VERSION >= (3, 8):
            transport.get_extra_info("socket").fileno()
            transport.get_extra_info("socket").getsockopt
            transport.get_extra_info("socket").gettimeout()
            getattr(transport.get_extra_info("socket"), "makefile", None)
        transport.close()
        await asyncio.sleep(0)
    if VERSION < (3, 11):
        pool = concurrent.futures.ProcessPoolExecutor(1)
        loop.set_default_executor(pool)
        loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1))
        pool.shutdown()


if VERSION < (3, 11):
    @asyncio.coroutine
    def old_style():
        yield from asyncio.sleep(0)

    class Old:
        @asyncio.coroutine
        def method(self):
            return 1
if VERSION < (3, 7):
    getattr(asyncio, "async")(asyncio.sleep(0)).cancel()
elif VERSION >= (3, 10):
    def no_loop_yet():
        return asyncio.get_event_loop()

    no_loop_yet().close()

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(inside())
loop.close()
