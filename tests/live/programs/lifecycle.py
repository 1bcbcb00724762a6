"""What a healthy loop says in debug mode."""
# live: modes=plain,debug
import asyncio
import os
import socket
import tempfile

import capture

capture.start()


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.pause_reading()
        self.transport.write(data)
        self.transport.resume_reading()


async def stream(reader, writer):
    writer.write(await reader.read(10))
    await writer.drain()
    writer.close()


async def main(loop):
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    transport, _ = await loop.create_connection(asyncio.Protocol, *server.sockets[0].getsockname())
    transport.write(b"hello")
    await asyncio.sleep(0.01)
    transport.write_eof()
    await asyncio.sleep(0.01)
    transport.close()
    server.close()

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "app -> took 9.999 seconds.sock")
        server = await asyncio.start_unix_server(stream, path)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"x" * 10)
        await reader.read()
        writer.close()
        server.close()
        await asyncio.sleep(0.01)

    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0))
    other, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=transport.get_extra_info("sockname"))
    other.sendto(b"x")
    await asyncio.sleep(0.01)
    transport.close()
    other.close()

    reading, writing = os.pipe()
    incoming, _ = await loop.connect_read_pipe(asyncio.Protocol, os.fdopen(reading, "rb", 0))
    outgoing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", 0))
    outgoing.write(b"x")
    await asyncio.sleep(0.01)
    outgoing.close()
    await asyncio.sleep(0.01)
    incoming.close()

    reading, writing = os.pipe()
    outgoing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(writing, "wb", 0))
    os.close(reading)
    await asyncio.sleep(0.01)
    outgoing.close()

    ours, theirs = socket.socketpair()
    await loop.connect_accepted_socket(Echo, ours)
    theirs.close()
    await asyncio.sleep(0.01)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
