"""aiohttp sessions, connectors and responses that nobody closes."""
# live: modes=plain,debug,tracemalloc needs=aiohttp
import asyncio
import gc

import aiohttp
from aiohttp import web

import capture

capture.start()


class Api:
    def __init__(self):
        self.session = aiohttp.ClientSession()


def make_session():
    return aiohttp.ClientSession()


async def hello(request):
    return web.Response(text="hello " * 2000)


async def leaks(url):
    make_session()
    Api()
    session = aiohttp.ClientSession()
    response = await session.get(url)
    del response
    gc.collect()
    response = await session.get(url)
    await response.read()
    connector = aiohttp.TCPConnector()
    await (await aiohttp.ClientSession(connector=connector).get(url)).read()
    del response, session, connector
    gc.collect()


async def main():
    application = web.Application()
    application.router.add_get("/", hello)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    await leaks("http://127.0.0.1:%d/" % port)
    gc.collect()
    await asyncio.sleep(0.02)
    await runner.cleanup()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
gc.collect()
loop.close()
