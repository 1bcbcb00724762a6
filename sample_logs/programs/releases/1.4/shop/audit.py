"""The audit trail: every checkout is confirmed by the ledger, sooner or later."""
import asyncio
import functools
import logging
from typing import Any, Dict

from shop.background import spawn

log = logging.getLogger("shop.audit")


class AuditTrail:
    """Writes events and waits for the ledger to confirm them."""

    def __init__(self) -> None:
        self.totals = {"card": 0, "invoice": 0}  # type: Dict[str, int]

    def record(self, order: int) -> None:
        """Note a checkout. Every third one needs a confirmation of the ledger."""
        if order % 3 == 0:
            spawn(self.confirmed(order))
        task = spawn(self.write(order))
        task.add_done_callback(functools.partial(self.on_written, order))

    async def write(self, order: int) -> str:
        """Append to the trail; the answer is the way of payment."""
        await asyncio.sleep(0.005)
        return "voucher" if order % 5 == 0 else "card"

    def on_written(self, order: int, task: "asyncio.Task[Any]") -> None:
        """Add up by way of payment."""
        self.totals[task.result()] += 1

    async def confirmed(self, order: int) -> None:
        """Wait until the ledger has seen the order."""
        receipt = asyncio.get_event_loop().create_future()
        log.debug("order %d waits for the ledger", order)
        await receipt
