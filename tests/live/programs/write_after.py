"""Writing on and on after the other side has gone."""
# live: modes=plain,debug
import asyncio
import os
import socket

import capture

capture.start()


async def after_disconnect(loop):
    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    theirs.close()
    transport.pause_reading()
    for _ in range(3):
        transport.write(b"x")
        await asyncio.sleep(0)
    for _ in range(8):
        transport.write(b"x")
    transport.abort()
    await asyncio.sleep(0)


async def after_reader(loop):
    reading, writing = os.pipe()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", 0))
    os.close(reading)
    for _ in range(9):
        transport.write(b"x")
    await asyncio.sleep(0)


async def after_close_of_datagrams(loop):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=ours)
    transport._address = "/nowhere"
    transport.abort()
    for _ in range(7):
        transport.sendto(b"x")
    await asyncio.sleep(0)
    theirs.close()


async def main(loop):
    await after_disconnect(loop)
    await after_reader(loop)
    await after_close_of_datagrams(loop)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
