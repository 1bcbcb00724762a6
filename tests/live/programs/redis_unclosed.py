"""A Redis client that nobody closes; without a server its connection is put in by hand."""
# live: modes=plain,debug needs=redis
import asyncio
import gc

import redis.asyncio

import capture

capture.start()


class Cache:
    def __init__(self):
        self.client = redis.asyncio.Redis(host="127.0.0.1", port=9)
        self.client.connection = redis.asyncio.Connection()


async def main():
    Cache()
    gc.collect()
    await asyncio.sleep(0)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
gc.collect()
loop.close()
