"""A worker in the style of Python 3.4: generators under ``@asyncio.coroutine``, some of them already ``async def``.

    python old_worker.py --rounds 6

Runs where ``asyncio.coroutine`` exists: up to Python 3.10.
"""
import argparse
import asyncio
import gc
import logging
from typing import Any, Dict, Generator, List

import logsetup

log = logging.getLogger("old_worker")

Steps = Generator[Any, Any, Any]


@asyncio.coroutine
def read_sensor(number: int) -> Steps:
    """Ask one sensor."""
    yield from asyncio.sleep(0.004)
    if number % 3 == 0:
        raise OSError(5, "sensor does not answer")
    return number * 1.5


@asyncio.coroutine
def store(value: float) -> Steps:
    """Write a value down."""
    yield from asyncio.sleep(0.001)
    log.info("stored %.1f", value)


async def publish(value: float) -> None:
    """Send a value on; already in the new style."""
    await asyncio.sleep(0.001)
    log.info("published %.1f", value)


@asyncio.coroutine
def watch_valve(valve: int) -> Steps:
    """Wait for a valve that nobody turns."""
    turned = asyncio.get_event_loop().create_future()
    log.info("watching valve %d", valve)
    yield from turned


def compress_history(history: List[float]) -> None:
    """Thin the history out, on the loop and without haste."""
    total = 0.0
    for step in range(3000000):
        total += step % 7
    del history[:-10]


class Station:
    """Reads its sensors round by round."""

    def __init__(self) -> None:
        self.history = []  # type: List[float]
        self.limits = {1: 9.0, 2: 9.0}  # type: Dict[int, float]

    def check_limit(self, number: int) -> None:
        """Compare the last value of a sensor with its limit."""
        if self.history and self.history[-1] > self.limits[number]:
            log.warning("sensor %d is over its limit", number)

    @asyncio.coroutine
    def calibrate(self) -> Steps:
        """Set the zero point anew."""
        yield from asyncio.sleep(0.001)

    @asyncio.coroutine
    def round(self, number: int) -> Steps:
        """One round: read, store, publish, and forget half of it."""
        loop = asyncio.get_event_loop()
        asyncio.ensure_future(read_sensor(number * 3))
        value = yield from read_sensor(number * 3 + 1)
        self.history.append(value)
        loop.call_soon(self.check_limit, number)
        yield from store(value)
        if number % 2:
            store(value + 1)
            publish(value)
            self.calibrate()
        else:
            yield from publish(value).__await__()
            asyncio.ensure_future(watch_valve(number))
            loop.call_later(0.005, compress_history, self.history)
        yield from asyncio.sleep(0.02)
        gc.collect()


@asyncio.coroutine
def run_rounds(rounds: int) -> Steps:
    """Round after round."""
    station = Station()
    for number in range(rounds):
        log.info("round %d", number)
        yield from station.round(number)
    yield from asyncio.sleep(0.3)
    log.info("enough")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=6)
    options = parser.parse_args()
    logsetup.configure()
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(run_rounds(options.rounds))
    finally:
        gc.collect()
        loop.close()


if __name__ == "__main__":
    main()
