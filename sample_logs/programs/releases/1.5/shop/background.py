"""Work that nobody waits for."""
import asyncio
import logging
import time
from typing import Any, Coroutine, List, Optional

log = logging.getLogger("shop.background")

# Mail relays by port. Nothing listens on the discard port: that relay has been down for a while.
MAIL_RELAYS = ("spool", "spool", 9)


class ReceiptError(Exception):
    """A receipt could not be handed to a mail relay."""


def spawn(work: "Coroutine[Any, Any, Any]") -> "asyncio.Task[Any]":
    """Start something in the background."""
    return asyncio.get_event_loop().create_task(work)


async def send_receipt(order: int) -> None:
    """Mail the customer a receipt."""
    relay = MAIL_RELAYS[order % len(MAIL_RELAYS)]
    await asyncio.sleep(0.01)
    if relay == "spool":
        log.info("receipt for order %d spooled", order)
        return
    await deliver(order, relay)


async def deliver(order: int, relay: Any) -> None:
    """Talk to a mail relay."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", relay)
    except OSError as refused:
        raise ReceiptError("order %d: relay does not answer" % order) from refused
    writer.close()


async def notify_warehouse(order: int) -> None:
    """Tell the warehouse to pack an order."""
    await asyncio.sleep(0.01)
    log.info("warehouse knows of order %d", order)


def refresh_prices(loop: asyncio.AbstractEventLoop, interval: float) -> None:
    """Read the price list again, from a network drive that is never in a hurry."""
    time.sleep(0.065)
    loop.call_later(interval, refresh_prices, loop, interval)


class Metrics:
    """Counts requests and reports them at an interval."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self.requests = 0
        self.checkouts = []  # type: List[str]
        self.timer = None  # type: Optional[asyncio.TimerHandle]
        self.loop = None  # type: Optional[asyncio.AbstractEventLoop]

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.timer = loop.call_later(self.interval, self.flush)

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def count(self, parts: List[str]) -> None:
        self.requests += 1
        if parts and parts[0] == "checkout":
            self.checkouts.append(parts[-1])

    def flush(self) -> None:
        """Log the conversion rate of the last interval and begin a new one."""
        requests, self.requests = self.requests, 0
        checkouts, self.checkouts = self.checkouts, []
        self.start(self.loop)
        log.info("%d requests, one checkout in %.1f", requests, requests / len(checkouts))
