"""Polls that took long, and names that were looked up."""
# live: modes=debug
import asyncio
import socket
import time

import capture

capture.start()


def slow_getaddrinfo(*args, **kwargs):
    time.sleep(0.12)
    return real_getaddrinfo(*args, **kwargs)


real_getaddrinfo = socket.getaddrinfo


async def main(loop):
    await loop.getaddrinfo("localhost", 80)
    await loop.getaddrinfo("127.0.0.1", None, family=socket.AF_INET, type=socket.SOCK_STREAM, proto=6, flags=socket.AI_PASSIVE)
    socket.getaddrinfo = slow_getaddrinfo
    await loop.getaddrinfo("localhost", "http")
    socket.getaddrinfo = real_getaddrinfo
    try:
        await loop.getaddrinfo("took 9.999ms: []", 1)
    except OSError:
        pass
    await asyncio.sleep(1.05)
    loop.call_soon(int)
    await asyncio.sleep(0.01)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
