"""Exceptions that only asyncio words this way, logged by the application."""
# live: modes=plain,debug
import asyncio
import concurrent.futures
import logging
import socket
import sys
import threading

import capture

capture.start()
log = logging.getLogger("shop.orders")
VERSION = sys.version_info


def logs(kind, function, *args):
    """Call, and log what it raises as the application would."""
    try:
        function(*args)
    except Exception:
        log.exception("order %d failed", 17, extra={"live_kind": kind})


async def logs_async(kind, coro):
    try:
        await coro
    except Exception:
        log.error("request failed", exc_info=True, extra={"live_kind": kind})


async def nothing():
    pass


async def waits(future):
    return await future


class Client:
    def __init__(self, loop):
        self.loop = loop

    def send(self):
        self.loop.call_soon(print)

    def retry(self):
        try:
            self.send()
        except RuntimeError as error:
            raise RuntimeError("Event loop is closed") from error

    def swallow(self):
        try:
            self.send()
        except RuntimeError as error:
            raise ValueError("the client is gone") from error


def closed_loop():
    loop = asyncio.new_event_loop()
    loop.close()
    logs("err-loop-closed", Client(loop).send)
    logs("err-loop-closed", Client(loop).retry)
    logs(None, Client(loop).swallow)
    coro = nothing()
    logs("err-loop-closed", loop.run_until_complete, coro)
    coro.close()
    logs("err-loop-closed", loop.create_task, coro)


def no_loop():
    def in_thread():
        logs("err-no-running-loop", asyncio.get_event_loop)
    thread = threading.Thread(target=in_thread, name="pool 'a'")
    thread.start()
    thread.join()
    if VERSION >= (3, 7):
        logs("err-no-running-loop", asyncio.get_running_loop)
        coro = nothing()
        logs("err-no-running-loop", asyncio.create_task, coro)
        coro.close()


async def running(loop):
    coro = nothing()
    logs("err-loop-already-running", loop.run_until_complete, coro)
    if VERSION < (3, 13):  # 3.13.0 forgets the running loop here
        logs("err-loop-already-running", loop.run_forever)
    other = asyncio.new_event_loop()
    logs("err-loop-already-running", other.run_until_complete, coro)
    other.close()
    logs("err-loop-already-running", loop.close)
    if VERSION >= (3, 7):
        logs("err-loop-already-running", asyncio.run, coro)
    coro.close()


async def states(loop):
    future = loop.create_future()
    logs("err-invalid-state", future.result)
    logs("err-invalid-state", future.exception)
    future.set_result(1)
    logs("err-invalid-state", future.set_result, 2)
    logs("err-invalid-state", future.set_exception, ValueError())
    plain = asyncio.futures._PyFuture(loop=loop)
    logs("err-invalid-state", plain.result)
    plain.cancel()
    logs("err-invalid-state", plain.set_result, 3)


async def misuse(loop):
    coro = nothing()
    await coro
    await logs_async("err-coroutine-misuse", coro)

    class Bad:
        def __await__(self):
            yield 42
    await logs_async("err-coroutine-misuse", waits(Bad()))

    async def itself():
        await own[0]
    own = []
    own.append(loop.create_task(itself()))
    await logs_async("err-coroutine-misuse", own[0])

    class Yields:
        def __await__(self):
            yield loop.create_future()
    await logs_async("err-coroutine-misuse", loop.create_task(waits(Yields())))


async def streams(loop):
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    first = loop.create_task(reader.readline())
    await asyncio.sleep(0)
    await logs_async("err-stream-misuse", reader.readline())
    await logs_async("err-stream-misuse", reader.read(1))
    first.cancel()
    writer.close()
    theirs.close()
    await asyncio.sleep(0.01)
    logs("err-stream-misuse", asyncio.ensure_future, 42)
    if loop.get_debug():
        coro = nothing()
        logs("err-stream-misuse", loop.call_soon, nothing)
        logs("err-stream-misuse", loop.call_soon, 42)
        coro.close()
    if VERSION >= (3, 11):
        coro = nothing()
        await logs_async("err-stream-misuse", asyncio.wait([coro]))
        coro.close()
    await logs_async("err-stream-misuse", asyncio.wait([]))


async def foreign(loop):
    other = asyncio.new_event_loop()
    await logs_async("err-different-loop", loop.create_task(waits(other.create_future())))
    if VERSION >= (3, 10):
        lock = asyncio.Lock()
        await lock.acquire()

        async def elsewhere():
            await logs_async("err-different-loop", lock.acquire())
        waiting = loop.create_task(lock.acquire())
        await asyncio.sleep(0)
        thread = threading.Thread(target=other.run_until_complete, args=(elsewhere(),))
        thread.start()
        thread.join()
        waiting.cancel()
    if loop.get_debug():
        thread = threading.Thread(target=logs, args=("err-different-loop", loop.call_soon, print))
        thread.start()
        thread.join()
    other.close()


async def executors(loop):
    pool = concurrent.futures.ThreadPoolExecutor(1)
    pool.shutdown()
    logs("err-executor-shutdown", pool.submit, print)
    await logs_async("err-executor-shutdown", in_pool(loop, pool))
    if VERSION >= (3, 9):
        await loop.shutdown_default_executor()
        await logs_async("err-executor-shutdown", in_pool(loop, None))


async def in_pool(loop, pool):
    await loop.run_in_executor(pool, print)


async def groups(loop):
    if VERSION < (3, 11):
        return
    async with asyncio.TaskGroup() as group:
        pass
    coro = nothing()
    logs("err-taskgroup-misuse", group.create_task, coro)
    logs("err-taskgroup-misuse", asyncio.TaskGroup().create_task, coro)
    coro.close()
    await logs_async("err-taskgroup-misuse", group.__aenter__())
    timeout = asyncio.timeout(1)
    logs("err-taskgroup-misuse", timeout.reschedule, 2)
    async with timeout:
        await logs_async("err-taskgroup-misuse", timeout.__aenter__())


def stopped():
    loop = asyncio.new_event_loop()
    loop.call_soon(loop.stop)
    future = loop.create_future()
    logs("err-loop-stopped-early", loop.run_until_complete, future)
    loop.close()


log.error("nothing here to see: RuntimeError: Event loop is closed")
logs(None, int, "Event loop is closed")
closed_loop()
no_loop()
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
for scene in (running, states, misuse, streams, foreign, groups, executors):
    loop.run_until_complete(scene(loop))
loop.close()
stopped()
