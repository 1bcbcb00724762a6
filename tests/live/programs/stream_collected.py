"""A reader dropped before its connection came up: no public way leads there, so the flag is set by hand."""
# live: modes=plain,debug python>=3.8
import asyncio
import socket

import capture

capture.start()


async def main(loop):
    protocol = asyncio.StreamReaderProtocol(asyncio.StreamReader(), loop=loop)
    protocol._reject_connection = True
    ours, theirs = socket.socketpair()
    transport, _ = await loop.create_connection(lambda: protocol, sock=ours)
    await asyncio.sleep(0)
    transport.abort()
    theirs.close()


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()
