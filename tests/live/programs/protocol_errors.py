"""Protocol methods that raise: data, end of file, buffers, flow control, datagrams."""
# live: modes=plain,debug
import asyncio
import socket
import sys

import capture

capture.start()


class BadData(asyncio.Protocol):
    def data_received(self, data):
        raise ValueError("data_received failed: %r" % data)


class BadEof(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def eof_received(self):
        if sys.version_info < (3, 7):
            self.transport.abort()
        raise KeyError("eof_received")


class Base(asyncio.Protocol):
    def parse(self, data):
        raise LookupError("no such order\n\nasked for: %r" % data)


class Derived(Base):
    def data_received(self, data):
        self.parse(data)


class BadPause(asyncio.Protocol):
    def pause_writing(self):
        raise ValueError("pause failed")

    def resume_writing(self):
        raise ValueError("resume failed")


class BadDatagram(asyncio.DatagramProtocol):
    def datagram_received(self, data, address):
        raise ValueError("datagram %r" % data)


class BadConnect(asyncio.Protocol):
    def connection_made(self, transport):
        raise ConnectionAbortedError("not today")

    def connection_lost(self, error):
        raise RuntimeError("lost badly")


async def over_socket(loop, factory, act):
    ours, theirs = socket.socketpair()
    for each in (ours, theirs):
        each.setblocking(False)
    if sys.version_info >= (3, 7) or factory is not BadConnect:
        transport, _ = await loop.create_connection(factory, sock=ours)
        act(transport, theirs)
        await asyncio.sleep(0.01)
        transport.abort()
        await asyncio.sleep(0.01)
    theirs.close()


def flood(transport, peer):
    transport.write(b"x" * 5000000)

    def drain():
        try:
            while peer.recv(1 << 20):
                pass
        except BlockingIOError:
            pass
    asyncio.get_event_loop().call_later(0.002, drain)
    asyncio.get_event_loop().call_later(0.004, drain)
    asyncio.get_event_loop().call_later(0.006, drain)


async def main(loop):
    await over_socket(loop, BadData, lambda transport, peer: peer.send(b"hello"))
    await over_socket(loop, Derived, lambda transport, peer: peer.send(b"17"))
    await over_socket(loop, BadEof, lambda transport, peer: peer.shutdown(socket.SHUT_WR))
    await over_socket(loop, BadPause, flood)
    if sys.version_info >= (3, 7):
        class BadBuffer(asyncio.BufferedProtocol):
            def get_buffer(self, hint):
                raise MemoryError("no buffer")

        class BadUpdate(asyncio.BufferedProtocol):
            def get_buffer(self, hint):
                return bytearray(100)

            def buffer_updated(self, count):
                raise ValueError("buffer_updated(%d)" % count)

        await over_socket(loop, BadBuffer, lambda transport, peer: peer.send(b"hello"))
        await over_socket(loop, BadUpdate, lambda transport, peer: peer.send(b"hello"))
    transport, _ = await loop.create_datagram_endpoint(BadDatagram, local_addr=("127.0.0.1", 0))
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.sendto(b"ping", transport.get_extra_info("sockname"))
    await asyncio.sleep(0.01)
    sender.close()
    transport.close()
    server = await loop.create_server(BadConnect, "127.0.0.1", 0)
    client = socket.create_connection(server.sockets[0].getsockname())
    await asyncio.sleep(0.02)
    client.close()
    await asyncio.sleep(0.02)
    server.close()
    await asyncio.sleep(0.01)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
