"""A websockets server whose handler raises."""
# live: modes=plain,debug needs=websockets
import asyncio

import websockets

import capture

capture.start()


async def handler(connection, path=None):
    await answer(connection)


async def answer(connection):
    raise ValueError("handler bug -> 1011")


async def main():
    async with websockets.serve(handler, "127.0.0.1", 0) as server:
        port = list(server.sockets)[0].getsockname()[1]
        async with websockets.connect("ws://127.0.0.1:%d/" % port) as client:
            try:
                await client.recv()
            except websockets.ConnectionClosed:
                pass


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
