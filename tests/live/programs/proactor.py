"""The loop of Windows, driven by hand where it does not belong: its generic half runs everywhere."""
# live: modes=plain,debug python>=3.7
import asyncio
import asyncio.proactor_events
import socket
import time

import capture

capture.start()


class BrokenProactor:
    """Completion ports that complete nothing."""

    def set_loop(self, loop):
        pass

    def select(self, timeout=None):
        time.sleep(min(timeout or 0, 0.01))
        return []

    def recv(self, sock, size):
        raise OSError(995, "The I/O operation has been aborted because of either a thread exit or an application request")

    def accept(self, sock):
        raise OSError(64, "The specified network name is no longer available")

    def _stop_serving(self, sock):
        pass

    def close(self):
        pass


class NamelessSocket(socket.socket):
    def getsockname(self):
        raise OSError("no name")

    def getpeername(self):
        raise OSError("no peer")


class Protocol(asyncio.Protocol):
    def connection_made(self, transport):
        transport.close()


async def main(loop):
    loop._loop_self_reading()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    loop._start_serving(asyncio.Protocol, listener)
    await asyncio.sleep(0)
    listener.close()
    nameless = NamelessSocket()
    asyncio.proactor_events._ProactorBasePipeTransport(loop, nameless, Protocol())
    asyncio.proactor_events._ProactorSocketTransport._set_extra(
        asyncio.proactor_events._ProactorBasePipeTransport(loop, nameless, Protocol()), nameless)
    await asyncio.sleep(0)


loop = asyncio.proactor_events.BaseProactorEventLoop(BrokenProactor())
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop._self_reading_future = None
loop.close()
