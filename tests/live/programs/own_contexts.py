"""Records made by hand: known messages with keys of the application, handlers that log and hand on."""
# live: modes=plain,debug
import asyncio
import gc
import logging
import sys

import capture

capture.start()
log = logging.getLogger("shop.watch")


class Lines:
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return self.text


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


async def fails():
    raise ValueError("seen twice")


def both(loop, context):
    log.error("the loop has a problem", exc_info=context.get("exception"))
    loop.default_exception_handler(context)


def printed(loop, context):
    log.error("Caught exception: %s", context, extra={"live_kind": "callback-exception", "live_exception": context["exception"]})


async def main(loop):
    done = loop.create_future()
    done.set_result(Lines("a result\nof two lines"))
    for context in (
        {"message": "Connection lost", "transport": Lines("<_SelectorSocketTransport closed fd=7>"), "protocol": Lines("<Proto>")},
        {"message": "Unhandled: x", "exception": raised(KeyError("x")), "aaa": 1, "zzz": {"a": [1, 2]}},
        {"message": "request 17 failed (will retry)", "exception": raised(OSError("disk")), "request": Lines("GET /a\nHost: b")},
        {"message": "pool exhausted", "size": 10, "waiting": [1, 2, 3], "since": 1.5},
        {"message": "Future exception was never retrieved", "future": done, "exception": raised(ValueError("by hand")), "note": "own key"},
        {"message": "Task was destroyed but it is pending!", "task": Lines("<Order 17 pending>")},
        {"message": "Exception in callback order(17)", "exception": raised(LookupError("by hand")), "handle": Lines("<Handle order(17) at /srv/o.py:3>")},
        {"message": "Unclosed order", "order": Lines("<Order 17>")},
        {"message": "ends with a colon:", "exception": raised(ValueError("x"))},
        {"message": "é 漢字 — “quoted”", "ключ": "значение"},
        {"message": "with (brackets) [and] {braces} <angles>", "x": "y"},
        {"message": "empty value", "empty": "", "none": None, "lines": Lines("\n\n")},
        {"message": "a very long one " * 40, "long": "z" * 5000},
    ):
        loop.call_exception_handler(context)
        del context
    loop.set_exception_handler(both)
    loop.create_task(fails())
    loop.call_soon(int, "x")
    await asyncio.sleep(0.01)
    gc.collect()
    loop.call_exception_handler({"message": "own message", "key": "value"})
    loop.set_exception_handler(printed)
    loop.call_soon(int, "unseen")
    await asyncio.sleep(0.01)
    loop.set_exception_handler(None)
    if sys.version_info >= (3, 8):
        loop.call_exception_handler({"message": "the end", "task": asyncio.current_task()})


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
