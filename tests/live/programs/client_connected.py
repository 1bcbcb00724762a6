"""A server whose connection handler raises."""
# live: modes=plain,debug
import asyncio
import gc

import capture

capture.start()


async def bad_handler(reader, writer):
    await reader.readline()
    writer.close()
    raise RuntimeError("client handler failed")


class Server:
    async def handle(self, reader, writer):
        await reader.readline()
        writer.close()
        await self.authenticate(reader)

    async def authenticate(self, reader):
        raise PermissionError("who are you?")


async def talk(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\n")
    await reader.read()
    writer.close()


async def main():
    for handler in (bad_handler, Server().handle):
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await talk(port)
        await talk(port)
        await asyncio.sleep(0.02)
        server.close()
        await asyncio.wait_for(server.wait_closed(), 5)
    gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
gc.collect()
loop.close()
