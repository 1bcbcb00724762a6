"""Subprocesses: talked to, killed, stolen, left behind."""
# live: modes=plain,debug
import asyncio
import gc
import os
import sys
import warnings

import capture

capture.start()
warnings.filterwarnings("ignore", category=DeprecationWarning)


async def talks():
    process = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    await process.communicate(b"hello -> cat\n")
    process = await asyncio.create_subprocess_shell("echo 'Executing <x> took 9.999 seconds'; exit 3",
                                                    stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    await process.communicate()


async def killed(loop):
    transport, _ = await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "30", stdin=None, stderr=None)
    transport.close()
    await asyncio.sleep(0.03)


async def stolen(loop):
    transport, _ = await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "0.02", stdin=None, stdout=None, stderr=None)
    try:
        os.waitpid(transport.get_pid(), 0)
    except ChildProcessError:
        pass
    await asyncio.sleep(0.1)
    transport.close()


async def left(loop):
    transport, _ = await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "0.05", stdin=None, stderr=None)
    return transport


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
if sys.version_info < (3, 8):
    asyncio.get_child_watcher().attach_loop(loop)
loop.run_until_complete(talks())
loop.run_until_complete(killed(loop))
loop.run_until_complete(stolen(loop))
transport = loop.run_until_complete(left(loop))
loop.close()
del transport
gc.collect()
