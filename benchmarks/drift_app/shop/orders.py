"""Orders."""

# ruff: noqa
import asyncio

from shop.background import fanned, fire, in_group, limited, start
from shop.register import FAILED, GONE, HARD, LOST, site
from shop.work import fetch, flush, quick, save, watch


@site(1, "create_task", "function", LOST)
def place():
    asyncio.create_task(fetch("order"))


@site(2, "create_task", "helper", GONE)
def follow():
    fire(watch("orders"))


@site(8, "ensure_future", "helper", LOST)
def amend():
    start(save("amendment"))


@fanned
async def total(part):
    raise ArithmeticError(part)


@site(15, "gather", "decorator", LOST)
def add_up():
    total()


class Basket:
    def __init__(self):
        self.lines = ["tea"]

    @site(5, "create_task", "method", LOST)
    def check(self):
        asyncio.create_task(self.price(self.lines))

    async def price(self, lines):
        raise ValueError(lines)

    @site(23, "TaskGroup", "method", GONE)
    async def keep(self):
        async with asyncio.TaskGroup() as group:
            group.create_task(watch(self.lines))

    @site(HARD + 1, "create_task", "same method name", LOST)
    def close(self):
        asyncio.create_task(save(self.lines))


class Coupon:
    @site(HARD + 2, "create_task", "same method name", LOST)
    def close(self):
        asyncio.create_task(save("coupon"))


@site(20, "TaskGroup", "helper", GONE)
async def follow_all():
    await in_group(watch("all"))


@site(26, "wait_for", "helper", LOST)
def look_up():
    limited(fetch("quickly"), 5)


@site(34, "shield", "nested", LOST)
def commit():
    def write_order():
        asyncio.shield(save("order"))

    write_order()


@site(42, "call_later", "lambda", FAILED)
def forget():
    asyncio.get_event_loop().call_later(0.001, lambda: flush(0))


@site(43, "run_in_executor", "function", FAILED)
def archive():
    def archived(future):
        raise RuntimeError(future.result())

    asyncio.get_event_loop().run_in_executor(None, quick, 1).add_done_callback(archived)


@site(54, "loop.create_task", "lambda", LOST)
def recall():
    order_again = lambda key: asyncio.get_event_loop().create_task(fetch(key))
    order_again("again")


@site(HARD + 3, "create_task", "twice in a function", LOST)
def both_first():
    twins(True)


@site(HARD + 4, "create_task", "twice in a function", LOST)
def both_second():
    twins(False)


def twins(first):
    if first:
        asyncio.create_task(save("first"))
    else:
        asyncio.create_task(save("second"))
