"""A server that runs out of file descriptors."""
# live: modes=plain,debug
import asyncio
import os
import resource
import socket

import capture

capture.start()


async def main(loop):
    server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, backlog=3)
    address = server.sockets[0].getsockname()
    clients = [socket.socket() for _ in range(3)]
    for client in clients:
        client.setblocking(False)
    highest = os.dup(0)
    os.close(highest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for client in clients:
        client.connect_ex(address)
    await asyncio.sleep(0.02)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    for client in clients:
        client.close()
    server.close()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
