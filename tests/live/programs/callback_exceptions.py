"""Callbacks of every shape that raise."""
# live: modes=plain,debug
import asyncio
import functools
import os
import signal
import threading

import capture

capture.start()


def boom(*args, **kwargs):
    raise RuntimeError("boom")


def silent(*args):
    raise KeyError


def wrapped(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper


@wrapped
def decorated():
    boom("decorated")


class Handler:
    def method(self, *args):
        boom(*args)

    def __call__(self, *args):
        raise ValueError("called")


class Text:
    def __repr__(self):
        return "<Text with > and\nnewline>"


async def main(loop):
    handler = Handler()
    loop.call_soon(boom)
    loop.call_soon(boom, 1, 'a"b', None)
    loop.call_soon(functools.partial(boom, "p", k=1), 2)
    loop.call_soon(lambda: boom("lambda"))
    loop.call_soon(handler.method, "x")
    loop.call_soon(handler)
    loop.call_soon(decorated)
    loop.call_soon(silent, "x" * 300)
    loop.call_soon(int, "not a number")
    loop.call_soon(functools.partial(int, base=7), "9")
    loop.call_soon(boom, Text())
    loop.call_soon(boom, " at /evil/callback.py:7")
    loop.call_later(0.001, boom, "timer")
    loop.call_at(loop.time() + 0.002, handler.method)

    def local():
        try:
            boom()
        except RuntimeError as error:
            raise LookupError("chained\n\nwith a blank line") from error
    loop.call_soon(local)
    future = loop.create_future()
    future.add_done_callback(boom)
    future.add_done_callback(handler.method)
    future.set_result("x")
    task = loop.create_task(asyncio.sleep(0))
    task.add_done_callback(functools.partial(boom, "done"))
    reading, writing = os.pipe()

    def readable():
        loop.remove_reader(reading)
        boom(os.read(reading, 1))
    loop.add_reader(reading, readable)
    os.write(writing, b"x")
    loop.add_signal_handler(signal.SIGUSR1, boom, "signal")
    os.kill(os.getpid(), signal.SIGUSR1)
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(boom, "thread"))
    thread.start()
    await asyncio.sleep(0.03)
    thread.join()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
