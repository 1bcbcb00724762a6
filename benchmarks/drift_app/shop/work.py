"""What the others start: most of it goes wrong, the rest never ends."""

# ruff: noqa
import asyncio


async def fetch(key):
    await asyncio.sleep(0)
    raise KeyError(key)


async def save(row):
    await asyncio.sleep(0)
    raise ValueError(row)


async def notify(who):
    await asyncio.sleep(0)
    raise ConnectionError(who)


async def refresh():
    await asyncio.sleep(0)
    raise asyncio.TimeoutError()


async def watch(topic):
    await asyncio.get_event_loop().create_future()
    return topic


async def consume(queue):
    await asyncio.Event().wait()
    return queue


def flush(buffer=0):
    return 1 / buffer


def publish(*done):
    raise LookupError(done)


def blocking(number):
    raise OSError(number)


def quick(number):
    return number
