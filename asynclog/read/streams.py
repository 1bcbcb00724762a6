"""Bytes of one input, decompressed and as UTF-8, in a stream with constant memory."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable
from typing import BinaryIO, cast

from asynclog.errors import InputError
from asynclog.read.inputs import Input
from asynclog.read.packing import compression_of
from asynclog.read.places import opened

_NO_LOGS = (b"PK\x03\x04", b"\x7fELF", b"\x89PNG", b"SQLite format 3\0", b"%PDF-", b"\xff\xd8\xff")
_TEXT_PROBE = 4096


def encoding_of(head: bytes) -> str | None:
    """The UTF-16 or UTF-32 spelling of a text that begins with `head`; None for UTF-8 and everything like it."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    probe = head[:_TEXT_PROBE]
    if len(probe) >= 32:
        even, odd = probe[0::2].count(0), probe[1::2].count(0)
        if odd > len(probe) * 0.3 and even < len(probe) * 0.02:
            return "utf-16-le"
        if even > len(probe) * 0.3 and odd < len(probe) * 0.02:
            return "utf-16-be"
    return None


def check_text(head: bytes, path: str) -> None:
    """Refuse what is no log: raises InputError for binary data (a few stray NULs are none)."""
    if encoding_of(head):
        return
    probe = head[:_TEXT_PROBE]
    controls = sum(probe.count(byte) for byte in (*range(7), *range(14, 27), 28, 29, 30, 31))
    text = probe.decode("utf-8", "replace")
    garbled = text.count("\ufffd") > len(text) * 0.1 and controls > len(probe) * 0.02
    if head.startswith(_NO_LOGS) or (len(probe) >= 16 and (controls > len(probe) * 0.1 or garbled)):
        raise InputError(
            f"{path}: this is a binary file, not a log", "give a text log, or one packed with gzip, bzip2, xz or zstd"
        )


def is_plain(path: str) -> bool:
    """Whether a file can be read in byte ranges: plain text in an ASCII-compatible spelling."""
    with opened(path) as raw:
        head = raw.read(_TEXT_PROBE)
    return compression_of(head) is None and encoding_of(head) is None


def is_bounded(source: Input) -> bool:
    """Whether a source is read up to the size that it had when it was opened."""
    return source.path != "-" and is_plain(source.place)


class _Transcoder(io.RawIOBase):
    """A stream of UTF-16 or UTF-32 as UTF-8."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            chunk = self._raw.read(1 << 16)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode("utf-8", "replace")
            if not chunk:
                break
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def decompressed(raw: BinaryIO, path: str, on_loss: Callable[[str], object] = str) -> BinaryIO:
    """`raw` as a stream of UTF-8 bytes, whatever it was packed and spelt with; `on_loss` is told where it is damaged."""
    buffered = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(cast("io.RawIOBase", raw), 1 << 16)
    head = buffered.peek(_TEXT_PROBE)[:_TEXT_PROBE]
    kind = compression_of(head)
    if kind is not None:
        from asynclog.read.unpack import unpacked

        buffered = unpacked(kind, cast("BinaryIO", buffered), path, on_loss)
        head = buffered.peek(_TEXT_PROBE)[:_TEXT_PROBE]
    stream = cast("BinaryIO", buffered)
    encoding = encoding_of(head)
    if encoding:
        stream = cast("BinaryIO", io.BufferedReader(_Transcoder(stream, encoding), 1 << 16))
    check_text(head, path)
    return stream


def open_stdin() -> BinaryIO:
    """Standard input as bytes; raises InputError where it is closed."""
    if sys.stdin is None:
        raise InputError("standard input is closed", "name a file")
    return sys.stdin.buffer
