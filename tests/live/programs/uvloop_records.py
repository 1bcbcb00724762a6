"""The same mishaps on uvloop, which words some of them differently."""
# live: modes=plain,debug needs=uvloop
import asyncio
import functools
import gc
import socket
import time

import uvloop

import capture

capture.start()


class BadData(asyncio.Protocol):
    def data_received(self, data):
        raise ValueError("data_received failed")


class BadConnect(asyncio.Protocol):
    def connection_made(self, transport):
        raise KeyError("connection_made")


def boom(*args):
    raise RuntimeError("boom")


def blocker(*args):
    time.sleep(0.012)


async def fail():
    await asyncio.sleep(0)
    raise ValueError("on uvloop")


async def blocks():
    await asyncio.sleep(0)
    time.sleep(0.012)


async def waits(future):
    await future


async def bad_generator():
    try:
        yield 1
    finally:
        raise ValueError("agen cleanup failed")


async def main(loop):
    loop.slow_callback_duration = 0.005
    loop.create_task(fail())
    asyncio.ensure_future(fail())
    loop.create_task(waits(loop.create_future()))
    loop.call_soon(boom)
    loop.call_soon(functools.partial(boom, 1), 2)
    loop.call_later(0.001, boom)
    loop.call_soon(blocker)
    loop.call_later(0.001, blocker, "later")
    await asyncio.gather(blocks(), blocks())
    await asyncio.sleep(0.01)
    gc.collect()
    agen = bad_generator()
    await agen.__anext__()

    ours, theirs = socket.socketpair()
    await loop.create_connection(BadData, sock=ours)
    theirs.send(b"x")
    await asyncio.sleep(0.01)
    theirs.close()
    server = await loop.create_server(BadConnect, "127.0.0.1", 0)
    client = socket.create_connection(server.sockets[0].getsockname())
    await asyncio.sleep(0.02)
    client.close()
    server.close()
    await asyncio.sleep(0.01)
    loop.call_exception_handler({"message": "custom", "alpha": 1})
    fail()
    return agen


async def leaks(loop):
    ours, theirs = socket.socketpair()
    await loop.create_connection(asyncio.Protocol, sock=ours)
    theirs.close()


loop = capture.observed(uvloop.Loop)()
asyncio.set_event_loop(loop)
agen = loop.run_until_complete(main(loop))
loop.run_until_complete(loop.shutdown_asyncgens())
del agen
loop.run_until_complete(leaks(loop))
gc.collect()
loop.close()
gc.collect()
