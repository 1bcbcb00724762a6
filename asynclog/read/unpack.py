"""Packed logs as a stream of bytes in constant memory; of a damaged one everything before the damage.

A file is unpacked ahead of the reader, in large steps. The step in which a library meets damage gives nothing, so what
was not given by then is unpacked once more, in steps of a few packed bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO

from asynclog.errors import InputError
from asynclog.read.ahead import Ahead
from asynclog.read.packing import compression_of
from asynclog.read.zstdblocks import Portions

_TOOLS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}
_STEP = 2048  # packed bytes unpacked at once: no bomb makes more than 64 MiB of them
_LARGE_STEP = 1 << 16  # where a piece is bounded otherwise
_RESCUE_STEP = 16
_PIECE = 1 << 20  # bytes of text made at once
_BUFFER = 1 << 18


def unpacked(kind: str, raw: BinaryIO, path: str, on_loss: Callable[[str], object]) -> io.BufferedReader:
    """What `raw` holds, packed as `kind`. It ends where the file is cut off or damaged; `on_loss` is told so."""
    return io.BufferedReader(_Unpacked(kind, raw, path, on_loss), _BUFFER)


class _Unpacked(io.RawIOBase):
    """A packed file that can be read up to its damage. The thread that unpacks ahead ends when nobody holds this."""

    def __init__(self, kind: str, raw: BinaryIO, path: str, on_loss: Callable[[str], object]) -> None:
        self._kind, self._raw, self._path, self._on_loss = kind, raw, path, on_loss
        self._piece = memoryview(b"")
        self._given = 0
        self._pieces: Iterator[bytes] = iter(())
        self._again = raw.seekable()
        self._start = raw.tell() if self._again else 0
        self._steps = _Steps(kind, raw, partial(raw.read, _STEP))
        self._pieces = Ahead(_large_pieces(kind, raw)) if self._again else iter(self._steps)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._piece:
            try:
                piece = next(self._pieces, None)
            except Exception as error:
                if self._again:
                    self._rescue()
                    continue
                self._on_loss(self._story(error))
                self._pieces = iter(())
                return 0
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        self._given += count
        return count

    def close(self) -> None:
        if isinstance(self._pieces, Ahead):
            self._pieces.close()
        super().close()

    def _rescue(self) -> None:
        """Start again in small steps, behind what was given already."""
        self._again = False
        self._raw.seek(self._start)
        self._steps = _Steps(self._kind, self._raw, partial(self._raw.read, _RESCUE_STEP))
        self._pieces = _behind(self._steps, self._given)

    def _story(self, error: Exception) -> str:
        tool, done = _TOOLS[self._kind], self._steps.done
        cut = f"{tool} data is cut off at byte {done:,}"
        damaged = f"{tool} data is damaged near byte {done:,} ({error or type(error).__name__})"
        return (
            f"reading stopped after {self._given:,} bytes of text: the {cut if isinstance(error, EOFError) else damaged}; "
            f"what stands before was read. Fetch the file again for the rest; `{tool} -t {self._path}` checks it"
        )


class _Steps:
    """The text of `raw`, member after member, unpacked as `take` gives the packed bytes of it.

    `room` is the size of a piece, at most where the library can keep to it. `done` tells how many packed bytes were read.
    """

    def __init__(self, kind: str, raw: BinaryIO, take: Callable[[], bytes], room: int = _BUFFER) -> None:
        self._kind, self._raw, self._take, self._room = kind, raw, take, room
        self._first = _decoder(kind, room)
        self.done = 0

    def __iter__(self) -> Iterator[bytes]:
        """Raises where the file is cut or damaged."""
        decoder = self._first
        most = (self._room,) if self._kind in ("bz2", "xz") else ()  # a block of 40 bytes can hold 45 MB
        while packed := self._take():
            self.done += len(packed)
            while packed:
                if decoder is None:
                    packed = packed.lstrip(b"\0")  # padding between members
                    while packed and len(packed) < 6 and (more := self._raw.read(6 - len(packed))):
                        packed += more
                        self.done += len(more)
                    if not packed:
                        break
                    if compression_of(packed) != self._kind:
                        raise ValueError("something else follows")
                    decoder = _decoder(self._kind, self._room)
                yield decoder.decompress(packed, *most)
                while not getattr(decoder, "needs_input", True) and not decoder.eof:
                    yield decoder.decompress(b"", *most)
                packed = decoder.unused_data if decoder.eof else b""
                if decoder.eof:
                    decoder = None
        if decoder is not None:
            raise EOFError


def _large_pieces(kind: str, raw: BinaryIO) -> Iterator[bytes]:
    """The text of `raw`, about a megabyte at once, whatever was packed; raises where something is wrong with it."""
    if kind == "gz":
        return iter(partial(_gzip_file(raw).read, _PIECE), b"")
    if kind == "zst":
        return iter(_Steps(kind, raw, Portions(raw, _PIECE, _STEP), _PIECE + 1))
    return iter(_Steps(kind, raw, partial(raw.read, _LARGE_STEP), _PIECE))


def _behind(pieces: Iterable[bytes], skip: int) -> Iterator[bytes]:
    """What comes after the first `skip` bytes."""
    for piece in pieces:
        if skip < len(piece):
            yield piece[skip:]
        skip = max(0, skip - len(piece))


def _gzip_file(raw: BinaryIO) -> Any:  # noqa: ANN401 - file objects of several libraries
    """The text of a gzip file, by the fastest library.

    For other kinds steps are safer: the standard library takes a damaged second stream of bzip2 or xz for nothing, and
    zstandard a cut one for whole.
    """
    try:
        from isal import igzip
    except ImportError:
        import gzip

        return gzip.GzipFile(fileobj=raw, mode="rb")
    return igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call,unused-ignore]


def _decoder(kind: str, room: int) -> Any:  # noqa: ANN401 - all have `decompress`, `eof` and `unused_data`
    if kind == "gz":
        try:
            from isal import igzip_lib

            return igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        except ImportError:
            import zlib

            return zlib.decompressobj(31)
    if kind == "bz2":
        import bz2

        return bz2.BZ2Decompressor()
    if kind == "xz":
        import lzma

        return lzma.LZMADecompressor()
    try:
        import zstandard
    except ImportError:
        raise InputError(
            "reading .zst needs the package zstandard",
            "pip install zstandard, or unpack with: zstd -dc FILE | asynclog analyze -",
        ) from None
    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj(write_size=room)
