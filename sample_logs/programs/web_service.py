"""A small web shop under traffic, with the mistakes that asyncio services are made of.

    python web_service.py --release 1.4 --seconds 30 --seed 7

Release 1.4 and 1.5 are two versions of the package ``shop`` (see ``releases/``). The traffic comes from threads of the same
process over loopback; nothing leaves the machine.
"""
import argparse
import asyncio
import gc
import logging
import os
import sys
from typing import Any

import logsetup
from runloop import run
from traffic import Mix, TrafficReplay

HERE = os.path.dirname(os.path.abspath(__file__))
log = logging.getLogger("shop")


async def housekeeping(interval: float) -> None:
    """Collect garbage at a regular pace, as services do that cannot afford it in the middle of a request.

    What is there from the start (the catalogue, mostly) stays out of it where Python can do that (3.7).
    """
    if hasattr(gc, "freeze"):
        gc.freeze()
    while True:
        await asyncio.sleep(interval)
        gc.collect()


async def serve(shop: Any, options: argparse.Namespace) -> None:
    """Start the shop, let the traffic pass, stop."""
    loop = asyncio.get_event_loop()
    loop.slow_callback_duration = 0.05
    port = await shop.start()
    log.info("shop %s is open", options.release)
    cleaner = loop.create_task(housekeeping(1.0))
    replay = TrafficReplay(port, options.seconds, options.seed, Mix(scale=options.traffic))
    replay.start()
    while replay.is_alive():
        await asyncio.sleep(0.2)
    cleaner.cancel()
    await asyncio.sleep(0.2)
    gc.collect()
    await shop.stop()
    log.info("shop %s is closed", options.release)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--release", choices=["1.4", "1.5"], default="1.4")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long the traffic lasts")
    parser.add_argument("--seed", type=int, default=1, help="seed of the traffic")
    parser.add_argument("--traffic", type=float, default=1.0, help="multiplies the request rates")
    parser.add_argument("--cache-misses", type=float, default=0.2, help="share of invoices not found in the cache")
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, os.path.join(HERE, "releases", options.release))
    logsetup.configure()
    if options.uvloop:
        import uvloop

        uvloop.install()
    from shop.app import Shop

    run(serve(Shop(options.cache_misses), options))


if __name__ == "__main__":
    main()
