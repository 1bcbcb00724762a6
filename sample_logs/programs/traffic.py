"""Customers of the shop: a seeded plan of requests, sent from threads with plain blocking sockets."""
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import List, Tuple

# Requests per second of real time.
RATES = {
    "/health": 2.0,
    "/cart/{n}": 4.0,
    "/products": 1.0,
    "/search?q={n}": 0.8,
    "/invoices/{n}": 2.5,
    "/checkout/{n}": 1.4,
    "/wishlist/{n}": 0.7,
    "/suppliers/{n}": 0.5,
    "": 0.35,  # a port scanner: no HTTP at all
}


class Mix:
    """How often each path is asked for."""

    def __init__(self, scale: float = 1.0) -> None:
        self.rates = {path: rate * scale for path, rate in RATES.items()}

    def plan(self, seconds: float, seed: int) -> List[Tuple[float, str]]:
        """Arrival times and paths: each path comes at its own pace, less regular than a clock and more than chance."""
        arrivals = []
        for index, (path, rate) in enumerate(sorted(self.rates.items())):
            stream = random.Random(seed * 1000 + index)
            moment = stream.random() / rate
            number = stream.randrange(1000, 9999)
            while moment < seconds:
                number += 37  # visits the remainders of small divisors evenly
                arrivals.append((moment, path.replace("{n}", str(number))))
                moment += stream.gammavariate(4.0, 0.25 / rate)
        return sorted(arrivals)


class TrafficReplay(threading.Thread):
    """Sends the plan's requests at their times and waits for the answers."""

    def __init__(self, port: int, seconds: float, seed: int, mix: Mix) -> None:
        super().__init__(name="traffic", daemon=True)
        self.port = port
        self.requests = mix.plan(seconds, seed)

    def run(self) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(max_workers=6) as clients:
            for moment, path in self.requests:
                time.sleep(max(0.0, began + moment - time.monotonic()))
                clients.submit(self.send, path)

    def send(self, path: str) -> None:
        """One request on a connection of its own."""
        text = "GET %s HTTP/1.0\r\nHost: shop\r\n\r\n" % path if path else "\x16\x03\x01\x02\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(text.encode("latin-1"))
            while connection.recv(65536):
                pass
