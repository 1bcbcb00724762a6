"""How many bytes were taken from files and standard input so far, by this process and its copies: what a progress bar says.

Off unless somebody starts it: then it costs nothing. Of packed files it counts the packed bytes, whose number is known.
"""

from __future__ import annotations

import io
import os
from typing import BinaryIO, cast

_SLOTS = 1 << 12  # a process writes into the slot of its id: nothing is shared but the sum
_slots: memoryview | None = None


def start() -> None:
    """Count from now on; copies of this process (fork) count into the same sum."""
    import mmap

    global _slots
    _slots = memoryview(mmap.mmap(-1, 8 * _SLOTS)).cast("Q")


def stop() -> None:
    """Count no more."""
    global _slots
    _slots = None


def total() -> int:
    """The bytes taken since `start`."""
    return sum(_slots) if _slots is not None else 0


def add(count: int) -> None:
    """Count bytes that this process took."""
    if _slots is not None:
        _slots[os.getpid() % _SLOTS] += count


def watch(raw: BinaryIO) -> BinaryIO:
    """`raw`, its bytes counted where somebody wants to know."""
    return raw if _slots is None else cast("BinaryIO", _Watched(raw))


class _Watched(io.RawIOBase):
    """A stream that counts what is read from it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._into = getattr(raw, "readinto1", None) or raw.readinto  # type: ignore[attr-defined]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._raw.seekable()

    def fileno(self) -> int:
        return self._raw.fileno()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count: int = self._into(buffer)
        add(count or 0)
        return count
