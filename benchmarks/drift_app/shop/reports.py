"""Reports."""

# ruff: noqa
import asyncio

from shop.background import sheltered
from shop.register import FAILED, GONE, HARD, LOST, site
from shop.work import consume, fetch, flush, notify, publish, quick, refresh, save


@site(6, "create_task", "lambda", LOST)
def daily():
    plot = lambda key: asyncio.create_task(fetch(key))
    plot("daily")


@site(10, "ensure_future", "nested", LOST)
def weekly():
    def gather_week():
        asyncio.ensure_future(refresh())

    gather_week()


class Table:
    @site(17, "gather", "method", LOST)
    def fill(self):
        asyncio.gather(fetch("row"), save("row"))

    @site(57, "create_task", "static method", LOST)
    def print_out(self):
        self.sheet()

    @staticmethod
    def sheet():
        asyncio.create_task(refresh())


@site(24, "TaskGroup", "lambda", GONE)
async def stream():
    add = lambda group: group.create_task(consume("rows"))
    async with asyncio.TaskGroup() as group:
        add(group)


@site(28, "wait_for", "nested", LOST)
def monthly():
    async def close_month():
        await asyncio.wait_for(save("month"), 5)

    asyncio.create_task(close_month())


@sheltered
async def sign(report):
    raise PermissionError(report)


@site(33, "shield", "decorator", LOST)
def approve():
    sign("report")


@site(37, "call_later", "function", FAILED)
def roll_over():
    asyncio.get_event_loop().call_later(0.001, flush, 0)


@site(48, "run_in_executor", "lambda", FAILED)
def export():
    written = asyncio.get_event_loop().run_in_executor(None, quick, 3)
    written.add_done_callback(lambda future: publish(future))


@site(52, "loop.create_task", "nested", GONE)
def tail():
    def follow_file():
        asyncio.get_event_loop().create_task(consume("file"))

    follow_file()


@site(58, "create_task", "comprehension", LOST)
def yearly():
    months = [asyncio.create_task(save(month)) for month in range(1)]
    del months


@site(HARD + 7, "gather", "two lambdas, one coroutine", LOST)
def left():
    draw = lambda: asyncio.gather(notify("left"))
    draw()


@site(HARD + 8, "gather", "two lambdas, one coroutine", LOST)
def right():
    draw = lambda: asyncio.gather(notify("right"))
    draw()
