"""Stock."""

# ruff: noqa
import asyncio
import functools

from shop.background import in_background, protected, spawn, timed, together
from shop.register import FAILED, GONE, LOST, site
from shop.work import blocking, consume, fetch, flush, notify, refresh, save


@in_background
async def reindex(shelf):
    raise KeyError(shelf)


@site(3, "create_task", "decorator", LOST)
def count():
    reindex("top")


@site(7, "ensure_future", "function", LOST)
def reserve():
    asyncio.ensure_future(save("reservation"))


@site(14, "gather", "helper", LOST)
def compare():
    together(fetch("left"), fetch("right"))


class Shelf:
    @site(11, "ensure_future", "method", GONE)
    def drain(self):
        asyncio.ensure_future(consume("shelf"))

    @site(29, "wait_for", "method", LOST)
    def measure(self):
        asyncio.create_task(asyncio.wait_for(refresh(), 5))


@site(22, "TaskGroup", "nested", GONE)
async def unload():
    async def empty_truck():
        async with asyncio.TaskGroup() as group:
            group.create_task(consume("truck"))

    await empty_truck()


@site(19, "TaskGroup", "function", GONE)
async def restock():
    async with asyncio.TaskGroup() as group:
        group.create_task(consume("deliveries"))


@timed
async def inspect_shelf(shelf):
    raise RuntimeError(shelf)


@site(27, "wait_for", "decorator", LOST)
def survey():
    asyncio.create_task(inspect_shelf("low"))


@site(32, "shield", "helper", LOST)
def lock():
    protected(save("lock"))


@site(36, "shield", "lambda", LOST)
def unlock():
    turn = lambda who: asyncio.shield(notify(who))
    turn("guard")


@site(41, "call_later", "method", FAILED)
def beep():
    Beeper().arm()


class Beeper:
    volume = 0

    def arm(self):
        asyncio.get_event_loop().call_later(0.001, self.sound)

    def sound(self):
        return 1 / self.volume


@site(46, "run_in_executor", "nested", LOST)
def scan():
    def read_codes():
        asyncio.get_event_loop().run_in_executor(None, blocking, 1)

    read_codes()


@site(50, "loop.create_task", "helper", LOST)
def reorder():
    spawn(fetch("supplier"))


@site(55, "call_at", "partial", FAILED)
def expire():
    loop = asyncio.get_event_loop()
    loop.call_at(loop.time(), functools.partial(flush, 0))
