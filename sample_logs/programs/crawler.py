"""A crawler on aiohttp that leaves its sessions, connectors and answers lying about.

    python crawler.py --pages 30

It crawls a small site that it serves itself over loopback, so it needs aiohttp but no network.
"""
import argparse
import asyncio
import gc
import logging
from typing import Dict, List

import aiohttp
from aiohttp import web

import logsetup
from runloop import run

log = logging.getLogger("crawler")


async def page(request: web.Request) -> web.Response:
    """A page of the site."""
    number = int(request.match_info["number"])
    if number % 10 == 7:
        raise LookupError("page %d is not in the store" % number)
    return web.Response(text="<a href='/page/%d'>next</a>" % (number + 1))


class Site:
    """The site that is crawled."""

    async def start(self) -> str:
        """Serve the site; the answer is its address."""
        app = web.Application()
        app.router.add_get("/page/{number}", page)
        self.runner = web.AppRunner(app, access_log_format='%a "%r" %s %b')
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        return "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        await self.runner.cleanup()


class Index:
    """Where the words go."""

    def __init__(self) -> None:
        self.words = {}  # type: Dict[str, List[str]]

    async def add(self, address: str, text: str) -> None:
        """Add the words of a page."""
        await asyncio.sleep(0)
        for word in text.split():
            self.words.setdefault(word, []).append(address)


class Crawler:
    """Fetches pages in several careless ways."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.index = Index()

    def address(self, number: int) -> str:
        return "%s/page/%d" % (self.root, number)

    async def fetch_in_own_session(self, number: int) -> None:
        """A session for each page, and none of them closed."""
        session = aiohttp.ClientSession()
        answer = await session.get(self.address(number))
        log.info("page %d: %d", number, answer.status)
        text = await answer.text()
        await self.index.add(self.address(number), text)

    async def fetch_and_forget(self, number: int) -> None:
        """The index never hears of the page: an await is missing."""
        async with aiohttp.ClientSession() as session:
            async with session.get(self.address(number)) as answer:
                self.index.add(self.address(number), await answer.text())
                log.info("page %d read", number)

    async def probe(self, number: int) -> None:
        """Look at the status only, over a connector of its own; the answer is neither read nor released."""
        connector = aiohttp.TCPConnector(limit=1)
        session = aiohttp.ClientSession(connector=connector, connector_owner=False)
        answer = await session.get(self.address(number))
        log.info("page %d is there: %s", number, answer.status == 200)
        await session.close()

    async def fetch_strict(self, number: int) -> None:
        """Fetch properly, but let nobody know when it fails."""
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with session.get(self.address(number)) as answer:
                await self.index.add(self.address(number), await answer.text())

    async def crawl(self, pages: int) -> None:
        """Go through the pages, each in the next way."""
        for number in range(pages):
            if number % 10 == 7:
                asyncio.get_event_loop().create_task(self.fetch_strict(number))
            elif number % 3 == 0:
                await self.fetch_in_own_session(number)
            elif number % 3 == 1:
                await self.fetch_and_forget(number)
            else:
                await self.probe(number)
            await asyncio.sleep(0.03)
            gc.collect()


async def main_async(pages: int) -> None:
    site = Site()
    root = await site.start()
    log.info("crawling %d pages", pages)
    await Crawler(root).crawl(pages)
    await asyncio.sleep(0.1)
    gc.collect()
    await site.stop()
    log.info("done")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=30)
    options = parser.parse_args()
    logsetup.configure()
    run(main_async(options.pages))


if __name__ == "__main__":
    main()
