"""Stacks printed on purpose: tasks, threads, watchdogs."""
# live: modes=plain,debug
import asyncio
import faulthandler
import threading
import time

import capture

capture.start()


async def inner():
    await asyncio.sleep(1)


async def outer():
    await inner()


async def fails():
    raise ValueError("for the stack\n\nwith lines")


async def main(loop):
    waiting = asyncio.ensure_future(outer())
    failed = loop.create_task(fails())
    done = loop.create_task(asyncio.sleep(0))
    await asyncio.sleep(0.01)
    for task in (waiting, failed, done):
        capture.print_stack(task)
    if hasattr(waiting, "set_name"):
        waiting.set_name("a -> b <c> 'd'")
        capture.print_stack(waiting)
    failed.exception()
    waiting.cancel()


def dump_later(file):
    faulthandler.dump_traceback_later(0.02, file=file)
    time.sleep(0.05)
    faulthandler.cancel_dump_traceback_later()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
release = threading.Event()
thread = threading.Thread(target=release.wait)
capture.dump(lambda file: faulthandler.dump_traceback(file=file, all_threads=False))
thread.start()
capture.dump(lambda file: faulthandler.dump_traceback(file=file))
capture.dump(dump_later)
release.set()
thread.join()
