"""Sessions."""

# ruff: noqa
import asyncio

from shop.background import delayed, scheduled, spawn
from shop.register import FAILED, GONE, LOST, site
from shop.work import fetch, notify, save, watch


@site(12, "ensure_future", "lambda", GONE)
def listen():
    attach = lambda topic: asyncio.ensure_future(watch(topic))
    attach("sessions")


@site(16, "gather", "nested", LOST)
def restore():
    def load_both():
        asyncio.gather(fetch("cart"), fetch("history"))

    load_both()


@site(31, "shield", "function", LOST)
def persist():
    asyncio.shield(save("session"))


@delayed
def drop(session=0):
    return [][session]


@site(39, "call_later", "decorator", FAILED)
def log_out():
    drop()


@site(40, "call_later", "nested", FAILED)
def time_out():
    def close_session():
        raise EOFError

    asyncio.get_event_loop().call_later(0.001, close_session)


@scheduled
async def rotate(key):
    raise PermissionError(key)


@site(51, "loop.create_task", "decorator", LOST)
def log_in():
    rotate("key")


@site(59, "loop.create_task", "helper, coroutine of another caller", LOST)
def renew():
    spawn(notify("session"))
