"""Contexts given to the loop's exception handler: odd ones, broken ones, and handlers that fail themselves."""
# live: modes=plain,debug
import asyncio

import capture

capture.start()


class Unrepresentable:
    def __repr__(self):
        raise RuntimeError("no repr")


def broken_handler(loop, context):
    raise ZeroDivisionError("handler bug: %s" % context.get("message"))


def raised(error):
    try:
        raise error
    except Exception as caught:
        return caught


async def fail():
    raise ValueError("for the broken handler")


async def main(loop):
    loop.call_exception_handler({"exception": ValueError("only exc")})
    loop.call_exception_handler({"exception": raised(KeyError("raised")), "what": "x"})
    loop.call_exception_handler({"message": "Custom problem", "zeta": 1, "alpha": "x"})
    loop.call_exception_handler({"message": "Library said: no", "exception": raised(OSError("disk"))})
    loop.call_exception_handler({"message": "with protocol", "protocol": object(), "transport": None})
    loop.call_exception_handler({"message": "lost", "thing": Unrepresentable()})
    future = loop.create_future()
    future.set_result(1)
    loop.set_exception_handler(broken_handler)
    loop.call_exception_handler({"message": "orig", "exception": ValueError("v"), "future": future})
    loop.call_exception_handler({"message": "twice lost", "thing": Unrepresentable()})
    loop.call_soon(int, "x")
    loop.create_task(fail())
    await asyncio.sleep(0.01)
    loop.set_exception_handler(None)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
