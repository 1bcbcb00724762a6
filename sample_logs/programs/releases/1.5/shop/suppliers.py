"""Suppliers are found by name, and their name server takes its time."""
import asyncio
import socket
import time
from typing import Any

_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
    """Names under ``.supplier.test`` are answered late, and with loopback: the shop runs without a network."""
    if isinstance(host, str) and host.endswith(".supplier.test"):
        time.sleep(0.08)
        host = "127.0.0.1"
    return _getaddrinfo(host, *rest, **options)


socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]


async def find(number: int) -> str:
    """The address of a supplier."""
    answers = await asyncio.get_event_loop().getaddrinfo(
        "s%d.supplier.test" % number, 443, type=socket.SOCK_STREAM
    )
    return str(answers[0][4][0])
