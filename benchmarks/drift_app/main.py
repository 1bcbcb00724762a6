"""Where the program starts."""

# ruff: noqa
import asyncio
import logging
import sys

from shop.drive import drive

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s - %(name)s - %(levelname)s - %(message)s")
    asyncio.run(drive("hard" in sys.argv))
