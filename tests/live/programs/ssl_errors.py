"""TLS without certificates (anonymous elliptic-curve Diffie-Hellman): failing handshakes and failing protocols above it."""
# live: modes=plain,debug
import asyncio
import gc
import socket
import ssl
import sys

import capture

capture.start()


def anonymous(side):
    context = ssl.SSLContext(side)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= getattr(ssl, "OP_NO_TLSv1_3", 0)
    try:
        context.set_ciphers("AECDH-AES256-SHA:@SECLEVEL=0")
    except ssl.SSLError as error:
        capture.skip("no anonymous cipher suites here: %s" % error)
    return context


SERVER = anonymous(ssl.PROTOCOL_TLS_SERVER)
CLIENT = anonymous(ssl.PROTOCOL_TLS_CLIENT)


class Quiet(asyncio.Protocol):
    pass


class BadData(asyncio.Protocol):
    def data_received(self, data):
        raise ValueError("ssl app data %r" % data)


class BadEof(asyncio.Protocol):
    def eof_received(self):
        raise KeyError("ssl eof")


class WantsHalfClose(asyncio.Protocol):
    def eof_received(self):
        return True


class BadPause(asyncio.Protocol):
    def pause_writing(self):
        raise ValueError("ssl pause failed")


async def serve(loop, factory, act):
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=SERVER)
    host, port = server.sockets[0].getsockname()
    transport, _ = await loop.create_connection(Quiet, host, port, ssl=CLIENT)
    act(transport)
    await asyncio.sleep(0.03)
    transport.abort()
    await asyncio.sleep(0.02)
    server.close()


async def strangers(loop):
    """Plain HTTP on the TLS port, and a client that insists on certificates."""
    server = await loop.create_server(Quiet, "127.0.0.1", 0, ssl=SERVER)
    address = server.sockets[0].getsockname()
    scanner = socket.create_connection(address)
    scanner.send(b"GET / HTTP/1.0\r\n\r\n")
    await asyncio.sleep(0.02)
    scanner.close()
    try:
        await loop.create_connection(Quiet, *address, ssl=ssl.create_default_context(), server_hostname="localhost")
    except (OSError, ssl.SSLError):
        pass
    await asyncio.sleep(0.02)
    server.close()


async def write_after_close(loop):
    server = await loop.create_server(Quiet, "127.0.0.1", 0, ssl=SERVER)
    transport, _ = await loop.create_connection(Quiet, *server.sockets[0].getsockname(), ssl=CLIENT)
    transport.abort()
    await asyncio.sleep(0.02)
    for _ in range(8):
        transport.write(b"x")
    await asyncio.sleep(0.01)
    server.close()


async def main(loop):
    await serve(loop, BadData, lambda transport: transport.write(b"hello"))
    for leave in (lambda transport: transport.close(), lambda transport: transport.abort()):
        if sys.version_info >= (3, 7):
            await serve(loop, BadEof, leave)
        await serve(loop, WantsHalfClose, leave)
    await strangers(loop)
    await write_after_close(loop)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.run_until_complete(asyncio.sleep(0.01))
gc.collect()
loop.close()
