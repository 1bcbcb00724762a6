"""Addresses and socket files that a server cannot have."""
# live: modes=plain,debug
import asyncio
import os
import socket
import tempfile

import capture

capture.start()


async def odd_family(loop):
    real = socket.getaddrinfo

    def resolved(*args, **kwargs):
        return [(99, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 0))] + real(*args, **kwargs)

    socket.getaddrinfo = resolved
    server = await loop.create_server(asyncio.Protocol, "localhost", 0)
    server.close()
    socket.getaddrinfo = real


async def not_ours(loop):
    try:
        server = await loop.create_server(asyncio.Protocol, ["127.0.0.1", "192.0.2.1"], 0)
    except OSError:
        return
    server.close()


async def stale_socket(loop):
    with tempfile.NamedTemporaryFile() as file:
        try:
            await loop.create_unix_server(asyncio.Protocol, os.path.join(file.name, "it's.sock"))
        except OSError:
            pass


async def main(loop):
    await odd_family(loop)
    await not_ours(loop)
    await stale_socket(loop)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
