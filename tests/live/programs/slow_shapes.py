"""Slow steps of every kind of owner: results, errors, done-callbacks, readers, protocols, signals, generators."""
# live: modes=debug
import asyncio
import functools
import os
import signal
import sys
import time
import types

import capture

capture.start()


class Lines:
    def __repr__(self):
        return "<Order 17\n  took 9.999 seconds\n>"


def block(*args):
    time.sleep(0.11)


async def returns(value):
    block()
    return value


async def fails(error):
    block()
    raise error


@types.coroutine
def generates():
    block()
    yield
    block()


async def swallows():
    try:
        await asyncio.sleep(1)
    except asyncio.CancelledError:
        block()
        raise


async def iterates():
    async def numbers():
        for number in range(2):
            block()
            yield number
    async for _ in numbers():
        pass


async def nested():
    async def one():
        async def two():
            block()
            await asyncio.sleep(0)
        await two()
    await one()


class Greedy(asyncio.Protocol):
    def connection_made(self, transport):
        block()

    def data_received(self, data):
        block()

    def connection_lost(self, error):
        block()


class Packets(asyncio.DatagramProtocol):
    def datagram_received(self, data, address):
        block()


async def main(loop):
    values = ["text", "took 9.999 seconds", Lines(), {"a": [1, 2, "x" * 200]}, None, b"\n", "<unbalanced", "it's"]
    tasks = [loop.create_task(returns(value)) for value in values]
    errors = [ValueError("took 9.999 seconds"), KeyError("a\nb"), ValueError("> took 9.999 seconds\nExecuting <Handle x()> took 9.999 seconds")]
    tasks += [loop.create_task(fails(error)) for error in errors]
    tasks += [loop.create_task(coro) for coro in (iterates(), nested(), swallows())]
    if sys.version_info < (3, 12):
        tasks.append(loop.create_task(generates()))
    await asyncio.sleep(0.01)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    future = loop.create_future()
    future.add_done_callback(block)
    future.add_done_callback(functools.partial(block, "partial"))
    future.set_result(Lines())
    await asyncio.sleep(0)
    loop.call_later(0.001, block, Lines())
    reading, writing = os.pipe()

    def readable():
        os.read(reading, 1)
        loop.remove_reader(reading)
        block()
    loop.add_reader(reading, readable)
    os.write(writing, b"x")
    loop.add_signal_handler(signal.SIGUSR1, block, "signal")
    os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.sleep(0.05)
    server = await loop.create_server(Greedy, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"x")
    await asyncio.sleep(0.2)
    writer.close()
    server.close()
    receiver, _ = await loop.create_datagram_endpoint(Packets, local_addr=("127.0.0.1", 0))
    sender, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=receiver.get_extra_info("sockname"))
    sender.sendto(b"x")
    await asyncio.sleep(0.2)
    sender.close()
    receiver.close()
    await asyncio.sleep(0.05)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
