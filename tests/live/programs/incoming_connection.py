"""A server whose protocol factory raises: said in debug mode only."""
# live: modes=debug
import asyncio
import socket

import capture

capture.start()


def factory():
    raise TypeError("factory failed")


class Shop:
    def session(self):
        return self.sessions[0]


async def main(loop):
    for each in (factory, Shop().session):
        server = await loop.create_server(each, "127.0.0.1", 0)
        client = socket.create_connection(server.sockets[0].getsockname())
        await asyncio.sleep(0.02)
        client.close()
        server.close()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
