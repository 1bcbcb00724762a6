"""Packed logs as a stream of bytes in constant memory; of a damaged one everything before the damage.

A whole file is unpacked by the fastest library. Such a library gives nothing of the block in which it meets damage, so
what it has not given by then is unpacked once more, in steps of a few packed bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from asynclog.errors import InputError

_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    *((bytes([first]) + b"\x2a\x4d\x18", "zst") for first in range(0x50, 0x60)),  # a frame that holds no data
)
_TOOLS = {"gz": "gzip", "bz2": "bzip2", "xz": "xz", "zst": "zstd"}
_STEP = 2048  # packed bytes unpacked at once: no bomb makes more than 64 MiB of them
_RESCUE_STEP = 16
_BUFFER = 1 << 18


def compression_of(head: bytes) -> str | None:
    """Which compression the first bytes of a file show, None for plain text."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)


def unpacked(kind: str, raw: BinaryIO, path: str, on_loss: Callable[[str], object]) -> io.BufferedReader:
    """What `raw` holds, packed as `kind`. It ends where the file is cut off or damaged; `on_loss` is told so."""
    return io.BufferedReader(_Unpacked(kind, raw, path, on_loss), _BUFFER)


class _Unpacked(io.RawIOBase):
    """A packed file that can be read up to its damage."""

    def __init__(self, kind: str, raw: BinaryIO, path: str, on_loss: Callable[[str], object]) -> None:
        self._kind, self._raw, self._path, self._on_loss = kind, raw, path, on_loss
        self._again = raw.seekable()
        self._start = raw.tell() if self._again else 0
        self._fast = _fast(kind, raw) if self._again else None
        self._pieces = self._stepwise(_STEP, _decoder(kind)) if self._fast is None else iter(())
        self._piece = memoryview(b"")
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._quickly(buffer) if self._fast is not None else self._carefully(buffer)
        self._given += count
        return count

    def _quickly(self, buffer: memoryview) -> int:
        assert self._fast is not None
        try:
            return cast("int", self._fast.readinto(buffer))
        except Exception:
            self._rescue()
            return self._carefully(buffer)

    def _carefully(self, buffer: memoryview) -> int:
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
        return count

    def _rescue(self) -> None:
        """Start again in small steps, behind what was given already."""
        self._fast, self._again = None, False
        self._raw.seek(self._start)
        self._pieces = _behind(self._stepwise(_RESCUE_STEP, _decoder(self._kind)), self._given)

    def _story(self, error: Exception) -> str:
        tool = _TOOLS[self._kind]
        cut = f"{tool} data is cut off at byte {self._done:,}"
        damaged = f"{tool} data is damaged near byte {self._done:,} ({error or type(error).__name__})"
        return (
            f"reading stopped after {self._given:,} bytes of text: the {cut if isinstance(error, EOFError) else damaged}; "
            f"what stands before was read. Fetch the file again for the rest; `{tool} -t {self._path}` checks it"
        )

    def _stepwise(self, step: int, first: Any) -> Iterator[bytes]:  # noqa: ANN401
        """The text, unpacked `step` bytes at a time, member after member; raises where the file is cut or damaged."""
        self._done = 0
        decoder = first
        most = (_BUFFER,) if self._kind == "bz2" else ()  # a block of 40 bytes can hold 45 MB
        while packed := self._raw.read(step):
            self._done += len(packed)
            while packed:
                if decoder is None:
                    packed = packed.lstrip(b"\0")  # padding between members
                    while packed and len(packed) < 6 and (more := self._raw.read(6 - len(packed))):
                        packed += more
                        self._done += len(more)
                    if not packed:
                        break
                    if compression_of(packed) != self._kind:
                        raise ValueError("something else follows")
                    decoder = _decoder(self._kind)
                yield decoder.decompress(packed, *most)
                while not getattr(decoder, "needs_input", True) and not decoder.eof:
                    yield decoder.decompress(b"", *most)
                packed = decoder.unused_data if decoder.eof else b""
                if decoder.eof:
                    decoder = None
        if decoder is not None:
            raise EOFError


def _behind(pieces: Iterator[bytes], skip: int) -> Iterator[bytes]:
    """What comes after the first `skip` bytes."""
    for piece in pieces:
        if skip < len(piece):
            yield piece[skip:]
        skip = max(0, skip - len(piece))


def _fast(kind: str, raw: BinaryIO) -> Any:  # noqa: ANN401 - file objects of several libraries
    """A file object that is faster than steps; None where none is, or it would be silent about a loss.

    The standard library takes a damaged second stream of bzip2 or xz for nothing, and zstandard a cut one for whole.
    """
    if kind != "gz":
        return None
    try:
        from isal import igzip
    except ImportError:
        import gzip

        return gzip.GzipFile(fileobj=raw, mode="rb")
    return igzip.IGzipFile(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call,unused-ignore]


def _decoder(kind: str) -> Any:  # noqa: ANN401 - all have `decompress`, `eof` and `unused_data`
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
    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()
