"""A coroutine that lives until the interpreter itself goes."""
# live: modes=plain,debug
import sys

import capture

capture.start()


async def forgotten():
    pass


kept = forgotten()
place = "sys:1" if sys.version_info < (3, 13) else "<sys>:0"
capture.expect_raw("coroutine-never-awaited", place + ": RuntimeWarning: coroutine 'forgotten' was never awaited",
                   coroutine="forgotten", soft=["exception"])
