"""Never awaited inside a running loop: debug mode knows where they were made."""
# live: modes=plain,debug,both
import asyncio
import gc

import capture

capture.start()


async def fetch(url):
    await asyncio.sleep(0)


class Client:
    async def get(self, path):
        await fetch(path)

    def later(self):
        return self.get("/later")


async def loses_it():
    client = Client()
    client.get("/lost")
    waiting = client.later()
    await asyncio.sleep(0)
    del waiting
    gc.collect()


def sync_helper():
    asyncio.sleep(1)
    fetch("sync")


async def main():
    await loses_it()
    asyncio.get_event_loop().call_soon(sync_helper)
    await asyncio.sleep(0.01)
    [fetch(number) for number in range(3)]


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main())
loop.close()
