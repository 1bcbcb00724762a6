"""Several loops in several threads, each with its own troubles."""
# live: modes=plain,debug
import asyncio
import concurrent.futures
import gc
import threading
import time

import capture

capture.start()


async def fails(number):
    await asyncio.sleep(0)
    raise ValueError("loop %d" % number)


async def blocks(seconds):
    time.sleep(seconds)


def boom(number):
    raise RuntimeError("callback in loop %d" % number)


async def work(number):
    loop = asyncio.get_event_loop()
    loop.create_task(fails(number))
    loop.call_soon(boom, number)
    loop.create_task(blocks(0.11))
    loop.call_exception_handler({"message": "told by loop %d" % number, "loop": number, "thread": threading.current_thread().name})
    await asyncio.sleep(0.15)
    gc.collect()


def run(number):
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(work(number))
    finally:
        loop.close()


for number in range(3):
    thread = threading.Thread(target=run, args=(number,), name="loop-%d <of many>" % number)
    thread.start()
    thread.join()

loop = asyncio.new_event_loop()
thread = threading.Thread(target=loop.run_forever, name="background")
thread.start()
lost = asyncio.run_coroutine_threadsafe(fails(9), loop)
try:
    lost.result(1)
except ValueError:
    pass
loop.call_soon_threadsafe(boom, 10)


async def in_executor():
    loop = asyncio.get_event_loop()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        loop.run_in_executor(pool, boom, 11)
        asyncio.wrap_future(pool.submit(boom, 12))
        await asyncio.sleep(0.02)
    gc.collect()


asyncio.run_coroutine_threadsafe(in_executor(), loop).result(2)
loop.call_soon_threadsafe(loop.stop)
thread.join()
loop.close()
