"""Visits one place after the other and says in the log which one, so that records are known to be its."""

# ruff: noqa
import asyncio
import gc
import importlib
import inspect
import logging
import time

from shop import billing, mail, orders, reports, sessions, stock
from shop.register import HARD, SITES

LOG = logging.getLogger("shop.drive")
MODULES = (billing, mail, orders, reports, sessions, stock)
PATIENCE = 5.0


class Ear(logging.Handler):
    """Hears whether asyncio said something."""

    heard = 0

    def emit(self, record):
        self.heard += 1


def bound(function):
    """A method needs an object."""
    owner = function.__qualname__.rpartition(".")[0]
    return (
        getattr(getattr(importlib.import_module(function.__module__), owner)(), function.__name__)
        if owner
        else function
    )


async def attempt(function):
    """One visit; a place that waits for ever is left there."""
    result = function()
    if inspect.iscoroutine(result):
        await result


async def drive(hard=False):
    ear = Ear()
    logging.getLogger("asyncio").addHandler(ear)
    asyncio.get_running_loop().slow_callback_duration = 60
    for number, (function, api, shape, kind) in sorted(SITES.items()):
        if (number >= HARD) != hard or api == "TaskGroup" and not hasattr(asyncio, "TaskGroup"):
            continue
        LOG.info("site %d %s %s %s", number, kind, api, shape)
        ear.heard, end = 0, time.monotonic() + PATIENCE
        visit = asyncio.get_running_loop().create_task(attempt(bound(function)))
        for _ in range(5):
            await asyncio.sleep(0.001)
        del visit
        while not ear.heard and time.monotonic() < end:
            gc.collect()
            await asyncio.sleep(0.001)
        gc.collect()
    LOG.info("site end")
