"""An aiohttp server whose handlers raise, or forget to answer."""
# live: modes=plain,debug needs=aiohttp
import asyncio
import socket

import aiohttp
from aiohttp import web

import capture

capture.start()


async def fails(request):
    raise ValueError("handler err\nErrors everywhere")


class View(web.View):
    async def get(self):
        return self.load(self.request.query["id"])

    def load(self, number):
        raise LookupError(number)


async def forgets(request):
    pass


async def main():
    application = web.Application()
    application.router.add_get("/fails", fails)
    application.router.add_get("/view", View)
    application.router.add_get("/forgets", forgets)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session:
        for path in ("fails", "view?id=1", "view", "forgets"):
            try:
                async with session.get("http://127.0.0.1:%d/%s" % (port, path)) as response:
                    await response.read()
            except aiohttp.ClientError:
                pass
    loop = asyncio.get_event_loop()
    stranger = socket.create_connection(("127.0.0.1", port))
    stranger.send(b"\x16\x03\x01\x02\x00nonsense\r\n\r\n")
    await asyncio.sleep(0.05)
    stranger.close()
    assert loop.is_running()
    await runner.cleanup()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
