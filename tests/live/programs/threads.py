"""Threads that die, some of them of asyncio."""
# live: modes=plain,debug
import asyncio
import threading

import capture

capture.start()


def dies():
    raise ValueError("thread died\nException in thread Thread-9:")


def wants_loop():
    asyncio.get_event_loop()


def runs_loop():
    async def main():
        await asyncio.sleep(0)
        raise KeyError("in a loop in a thread")
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


class Poller(threading.Thread):
    def run(self):
        self.missing()


def start(thread):
    thread.start()
    thread.join()
    capture.flush()


start(threading.Thread(target=dies))
start(threading.Thread(target=dies, name="pool-1 (a -> b)"))
start(threading.Thread(target=wants_loop))
start(threading.Thread(target=runs_loop))
start(Poller())
