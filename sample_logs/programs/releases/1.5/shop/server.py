"""Just enough HTTP for the shop."""
import asyncio
import logging
import time
from typing import Any, Callable, Coroutine, Dict, Optional, Tuple

from shop.background import Metrics

log = logging.getLogger("shop.server")
access_log = logging.getLogger("shop.access")
Handler = Callable[["Request"], Coroutine[Any, Any, Tuple[int, str]]]


class Request:
    """Method, path and query of one request."""

    def __init__(self, method: str, target: str) -> None:
        self.method = method
        self.path, _, self.query = target.partition("?")
        self.parts = [part for part in self.path.split("/") if part]

    @property
    def number(self) -> int:
        """The order, cart or supplier number at the end of the path."""
        return int(self.parts[-1])


class HttpServer:
    """Reads requests, runs one task for each, writes the access log."""

    timeout = 5.0

    def __init__(self, routes: Dict[str, Handler], metrics: Metrics) -> None:
        self.routes = routes
        self.metrics = metrics
        self.server = None  # type: Optional[Any]

    async def start(self) -> int:
        self.server = await asyncio.start_server(self.handle_connection, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()

    async def handle_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection: one request, one answer."""
        began = time.monotonic()
        try:
            request = await self.read_request(reader)
            status, body = await self.dispatch(request)
            writer.write(("HTTP/1.0 %d -\r\n\r\n%s" % (status, body)).encode())
            await writer.drain()
        finally:
            writer.close()
        took = (time.monotonic() - began) * 1000
        access_log.info('127.0.0.1 "%s %s" %d %d %.0fms', request.method, request.path, status, len(body), took)

    async def read_request(self, reader: asyncio.StreamReader) -> Request:
        """Parse the request line, skip the headers."""
        line = await reader.readline()
        while (await reader.readline()).strip():
            pass
        method, target, _ = line.decode("latin-1").split()
        return Request(method, target)

    async def dispatch(self, request: Request) -> Tuple[int, str]:
        """Run the handler as a task, so that it can be given up after a while."""
        handler = self.routes.get(request.parts[0] if request.parts else "")
        self.metrics.count(request.parts)
        if handler is None:
            log.warning("there is no page %s", request.path)
            return 404, "not found"
        task = asyncio.get_event_loop().create_task(handler(request))
        done, _ = await asyncio.wait({task}, timeout=self.timeout)
        if not done:
            task.cancel()
            return 504, "too slow"
        return task.result()
