"""Loops, transports, writers, sockets and files that the garbage collector has to close."""
# live: modes=plain,debug,tracemalloc
import asyncio
import gc
import os
import socket
import sys
import warnings

import capture

capture.start()
warnings.filterwarnings("ignore", category=DeprecationWarning)


def make_socket():
    return socket.socket()


class Leaky:
    def __init__(self):
        self.socket = make_socket()
        self.file = open(os.devnull)


async def leak_transport(loop):
    ours, theirs = socket.socketpair()
    await loop.create_connection(asyncio.Protocol, sock=ours)
    theirs.close()
    loop._remove_reader(ours.fileno())


async def leak_datagrams(loop):
    transport, protocol = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    await asyncio.sleep(0)
    loop._remove_reader(transport._sock_fd)


async def leak_pipes(loop):
    reading, writing = os.pipe()
    await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(reading, "rb", 0))
    await asyncio.sleep(0)
    loop._remove_reader(reading)
    await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", 0))
    await asyncio.sleep(0)
    loop._remove_reader(writing)


async def leak_writer(kept):
    async def handler(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    await asyncio.open_connection(*server.sockets[0].getsockname())
    gc.collect()
    await asyncio.sleep(0.02)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    kept.append(writer)
    server.close()
    await asyncio.sleep(0.01)


def leak_loop():
    asyncio.new_event_loop()


kept = []
make_socket()
leaky = Leaky()
del leaky
gc.collect()
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
for leak in (leak_transport, leak_datagrams, leak_pipes):
    loop.run_until_complete(leak(loop))
    gc.collect()
    loop.run_until_complete(asyncio.sleep(0))
loop.run_until_complete(leak_writer(kept))
leak_loop()
gc.collect()
loop.close()
kept.clear()
gc.collect()
other = asyncio.new_event_loop()
other.set_debug(True)
other = None
gc.collect()
