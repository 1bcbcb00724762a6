"""Transports whose socket or pipe breaks in ways that are, or are not, normal network life."""
# live: modes=plain,debug
import asyncio
import os
import socket
import struct

import capture

capture.start()


class FlakySocket(socket.socket):
    """A socket of the application, broken on demand."""

    broken = None

    def recv(self, *args):
        if self.broken:
            raise self.broken("recv is broken")
        return super().recv(*args)

    def send(self, *args):
        if self.broken:
            raise self.broken("send is broken")
        return super().send(*args)

    def recvfrom(self, *args):
        if self.broken:
            raise self.broken("recvfrom is broken")
        return super().recvfrom(*args)

    def sendto(self, *args):
        if self.broken:
            raise self.broken("sendto is broken")
        return super().sendto(*args)


def flaky_pair(kind=socket.SOCK_STREAM):
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    flaky = FlakySocket(ours.family, ours.type, ours.proto, ours.detach())
    for each in (flaky, theirs):
        each.setblocking(False)
    return flaky, theirs


async def breaks(loop, error, act):
    ours, theirs = flaky_pair()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    await asyncio.sleep(0)
    ours.broken = error
    act(transport, theirs)
    await asyncio.sleep(0.01)
    transport.abort()
    await asyncio.sleep(0)
    theirs.close()


async def reset_by_peer(loop):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    transport, _ = await loop.create_connection(asyncio.Protocol, *listener.getsockname())
    peer, _ = listener.accept()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.write(b"x")
    await asyncio.sleep(0)
    peer.close()
    await asyncio.sleep(0.01)
    listener.close()


async def broken_pipes(loop):
    reading, writing = os.pipe()
    transport, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(reading, "rb", 0))
    await asyncio.sleep(0)
    loop.remove_reader(reading)
    os.dup2(os.open("/", os.O_RDONLY), reading)
    transport._read_ready()
    await asyncio.sleep(0)
    os.close(writing)

    reading, writing = os.pipe()
    transport, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", 0))
    await asyncio.sleep(0)
    loop.remove_reader(writing)
    os.dup2(os.open("/dev/null", os.O_RDONLY), writing)
    transport.write(b"x")
    await asyncio.sleep(0)
    os.close(reading)


async def broken_datagrams(loop):
    for error in (ValueError, OSError):
        ours, theirs = flaky_pair(socket.SOCK_DGRAM)
        transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=ours)
        await asyncio.sleep(0)
        ours.broken = error
        theirs.send(b"x")
        await asyncio.sleep(0.01)
        transport.abort()
        theirs.close()
    ours, theirs = flaky_pair(socket.SOCK_DGRAM)
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, sock=ours)
    ours.broken = LookupError
    transport.sendto(b"x", "/nowhere")
    await asyncio.sleep(0)
    transport.abort()
    theirs.close()


async def main(loop):
    for error in (ValueError, OSError, ConnectionResetError):
        await breaks(loop, error, lambda transport, peer: peer.send(b"hello"))
        await breaks(loop, error, lambda transport, peer: transport.write(b"hello"))
    await reset_by_peer(loop)
    await broken_pipes(loop)
    await broken_datagrams(loop)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
