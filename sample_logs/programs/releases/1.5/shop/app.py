"""Puts the parts of the shop together."""
import asyncio
from typing import Any, Dict

from shop.audit import AuditTrail
from shop.background import Metrics, refresh_prices
from shop.handlers import Handlers
from shop.server import HttpServer


class Shop:
    """The running service."""

    def __init__(self, invoice_cache_misses: float) -> None:
        self.metrics = Metrics(interval=1.0)
        self.handlers = Handlers(AuditTrail(), self.metrics, invoice_cache_misses)
        self.server = HttpServer(self.handlers.routes(), self.metrics)

    async def start(self) -> int:
        """Open the door; the answer is the port."""
        port = await self.server.start()
        loop = asyncio.get_event_loop()
        self.metrics.start(loop)
        loop.call_later(2.0, refresh_prices, loop, 2.0)
        return port

    async def stop(self) -> None:
        """Close the door."""
        self.metrics.stop()
        await self.server.stop()

    def status(self) -> Dict[str, Any]:
        """What the health page shows."""
        return {"requests": self.metrics.requests}
