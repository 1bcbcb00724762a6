"""A process that dies inside the interpreter."""
# live: modes=plain args=segfault,abort
import asyncio
import faulthandler
import os
import resource
import signal
import sys

import capture

capture.start()
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
faulthandler.enable(file=2)


async def main():
    asyncio.get_event_loop().call_soon(crash)
    await asyncio.sleep(1)


def crash():
    if sys.argv[1] == "abort":
        os.abort()
    os.kill(os.getpid(), signal.SIGSEGV)


capture.expect_raw("faulthandler-dump", "Fatal Python error: ")
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
