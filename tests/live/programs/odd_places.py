"""Code whose file or function has an odd name: generated, relative, with colons, blanks and quotes."""
# live: modes=plain,debug,tracemalloc
import asyncio
import gc

import capture

capture.start()
SOURCE = """
import asyncio

async def fails(text):
    await asyncio.sleep(0)
    raise ValueError(text)

async def waits(future):
    await future

def boom(*args):
    raise RuntimeError(args)

class Shop:
    async def open(self):
        await asyncio.sleep(0)
        raise LookupError("closed")

def start(loop):
    loop.create_task(fails("generated"))
    loop.create_task(waits(loop.create_future()))
    loop.create_task(Shop().open())
    loop.call_soon(boom, 1)
    fails("dropped")
"""
FILES = (
    "<string>", "<template order.html>", "orders.py", "./orders.py", "../orders.py", "pkg/mod.py", "/srv/my shop/a, b.py", "/srv/it's.py",
    "/srv/a:b/c:1.py", "C:\\Program Files (x86)\\shop\\orders.py", "e:\\x.py", "\\\\host\\share\\x.py", "/srv/größe/漢字.py",
    "/srv/(old) [app] {v2}/x.py", "/srv/x.py:10", "/srv/dir.py/x", "/srv/no_suffix", "~/x.py", "/srv/a b.py, line 3, in x",
    "<frozen shop.orders>", "<ipython-input-7-1388d45e4cc5>", "/tmp/ipykernel_17/3141592.py", "/srv/took 9.999 seconds.py",
)


async def main(loop):
    for name in FILES:
        made = {}
        exec(compile(SOURCE, name, "exec"), made)
        made["start"](loop)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        made.clear()
        gc.collect()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()
