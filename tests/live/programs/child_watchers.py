"""Child watchers out of step with the children."""
# live: modes=plain,debug python<=3.13
import asyncio
import os
import signal
import sys
import time
import warnings

import capture

capture.start()
warnings.filterwarnings("ignore", category=DeprecationWarning)


def child(code=0, delay=0):
    pid = os.fork()
    if pid == 0:
        time.sleep(delay)
        os._exit(code)
    return pid


def bad_callback(pid, code, *args):
    raise LookupError("no such job: %s" % (args,))


def fine(pid, code, *args):
    pass


async def safe_watcher(loop):
    watcher = asyncio.SafeChildWatcher()
    watcher.attach_loop(loop)
    watcher.add_child_handler(child(3, 0.02), bad_callback, "job 1 -> 2")
    await asyncio.sleep(0.06)
    pid = child(4)
    os.waitpid(pid, 0)
    watcher.add_child_handler(pid, fine)
    await asyncio.sleep(0.02)
    pid = child(5)
    watcher._do_waitpid(pid)
    await asyncio.sleep(0.02)
    watcher.close()


async def fast_watcher(loop):
    watcher = asyncio.FastChildWatcher()
    watcher.attach_loop(loop)
    child(6)
    await asyncio.sleep(0.03)
    with watcher:
        child(7)
        await asyncio.sleep(0.03)
    watcher.close()


async def multi_loop_watcher(loop):
    watcher = asyncio.MultiLoopChildWatcher()
    watcher.attach_loop(loop)

    class Broken(asyncio.MultiLoopChildWatcher):
        def _do_waitpid_all(self):
            raise OSError("cannot wait")

    broken = Broken()
    broken.attach_loop(loop)
    os.kill(os.getpid(), signal.SIGCHLD)
    await asyncio.sleep(0.02)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    broken.close()
    watcher.close()


def detached():
    """A watcher that loses its loop while a child is still out."""
    watcher = asyncio.SafeChildWatcher()
    first = asyncio.new_event_loop()
    asyncio.set_event_loop(first)
    watcher.attach_loop(first)
    pid = child()
    watcher._callbacks[pid] = (fine, ())
    watcher.attach_loop(None)
    os.waitpid(pid, 0)
    watcher.close()
    first.close()


def closed_loop():
    """A thread that waits for a child of a loop long closed."""
    watcher = asyncio.ThreadedChildWatcher()
    loop = asyncio.new_event_loop()

    async def add():
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            os.read(reading, 1)
            os._exit(0)
        watcher.add_child_handler(pid, fine)
        return writing

    writing = loop.run_until_complete(add())
    loop.close()
    threads = list(watcher._threads.values())
    watcher.__del__()
    os.close(writing)
    for thread in threads:
        thread.join()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(safe_watcher(loop))
loop.run_until_complete(fast_watcher(loop))
if sys.version_info >= (3, 8):
    loop.run_until_complete(multi_loop_watcher(loop))
loop.close()
detached()
if sys.version_info >= (3, 8):
    closed_loop()
