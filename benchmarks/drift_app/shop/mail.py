"""Mail."""

# ruff: noqa
import asyncio

from shop.background import as_future, grouped, offload, soon, start
from shop.register import FAILED, GONE, HARD, LOST, site
from shop.work import blocking, fetch, flush, notify, publish, quick, save, watch


@site(4, "create_task", "nested", LOST)
def greet():
    def send_greeting():
        asyncio.create_task(notify("customer"))

    send_greeting()


@as_future
async def render(template):
    raise LookupError(template)


@site(9, "ensure_future", "decorator", LOST)
def confirm():
    render("confirmation")


@site(13, "gather", "function", LOST)
def broadcast():
    asyncio.gather(notify("all"), notify("others"))


@site(18, "gather", "lambda", LOST)
def remind():
    ask = lambda *names: asyncio.gather(*[notify(name) for name in names])
    ask("one", "two")


@grouped
async def poll(box):
    await asyncio.Event().wait()
    return box


@site(21, "TaskGroup", "decorator", GONE)
async def receive():
    await poll("inbox")


@site(25, "wait_for", "function", LOST)
def deliver():
    asyncio.ensure_future(asyncio.wait_for(notify("postman"), 5))


@site(30, "wait_for", "lambda", LOST)
def bounce():
    give_up = lambda who: asyncio.ensure_future(asyncio.wait_for(notify(who), 5))
    give_up("sender")


class Outbox:
    @site(35, "shield", "method", LOST)
    def stamp(self):
        asyncio.shield(fetch("stamp"))

    @site(47, "run_in_executor", "method", FAILED)
    def pack(self):
        asyncio.get_event_loop().run_in_executor(None, quick, 2).add_done_callback(self.packed)

    def packed(self, future):
        raise IndexError(future.result())

    @site(53, "loop.create_task", "method", GONE)
    def hold(self):
        asyncio.get_event_loop().create_task(watch("outbox"))


@site(38, "call_later", "helper", FAILED)
def nudge():
    soon(flush, 0)


@site(44, "run_in_executor", "helper", LOST)
def attach():
    offload(blocking, 2)


@site(49, "loop.create_task", "function", LOST)
def draft():
    asyncio.get_event_loop().create_task(save("draft"))


@site(56, "call_soon", "function", FAILED)
def flag():
    asyncio.get_event_loop().call_soon(publish, "flag")


@site(HARD + 5, "ensure_future", "same helper and coroutine", LOST)
def copy_sender():
    start(notify("sender"))


@site(HARD + 6, "ensure_future", "same helper and coroutine", LOST)
def copy_archive():
    start(notify("archive"))
