"""A zstd file in portions of whole blocks: a block makes at most 128 KiB, so what a portion makes is bounded.

Only headers are looked at (RFC 8878): what they say about sizes. Whether the bytes are sound, the decoder tells.
"""

from __future__ import annotations

from typing import BinaryIO

_LARGEST = 1 << 17  # bytes that a block makes
_FRAME = b"\x28\xb5\x2f\xfd"
_SKIPPED = b"\x2a\x4d\x18"  # behind a first byte of 0x50 to 0x5f: a frame that holds no data
_RESERVED = 3  # a type of blocks that is none
_ONE_BYTE = 1  # a block that is one byte, again and again


class Portions:
    """The bytes of `raw`, that make at most `most` at once; `step` bytes from where they are no frames on."""

    def __init__(self, raw: BinaryIO, most: int, step: int) -> None:
        self._raw, self._blocks, self._step = raw, most // _LARGEST, step
        self._inside = self._sum = self._strange = False
        self._idle = 0  # bytes to come that make nothing

    def __call__(self) -> bytes:
        """The next portion, empty at the end."""
        parts: list[bytes] = []
        for _ in range(self._blocks):
            if self._strange:
                break
            parts.append(self._block() if self._inside else self._between())
            if not parts[-1]:
                break
        return b"".join(parts) or self._raw.read(self._step)

    def _block(self) -> bytes:
        """A block with its header, and the checksum behind the last of a frame."""
        head = self._raw.read(3)
        said = int.from_bytes(head, "little")
        kind, size = said >> 1 & 3, said >> 3
        self._strange = len(head) < 3 or kind == _RESERVED or size > _LARGEST
        if self._strange:
            return head
        data = head + self._raw.read(1 if kind == _ONE_BYTE else size)
        if said & 1:
            self._inside = False
            data += self._raw.read(4 if self._sum else 0)
        return data

    def _between(self) -> bytes:
        """The header of a frame, or some of what holds no data."""
        if self._idle:
            data = self._raw.read(min(self._idle, _LARGEST))
            self._idle -= len(data)
            return data
        head = self._raw.read(5)
        if len(head) == len(_FRAME) + 1 and head.startswith(_FRAME):
            flags = head[4]
            self._inside, self._sum = True, bool(flags & 4)
            single = flags >> 5 & 1
            rest = 1 - single + (0, 1, 2, 4)[flags & 3] + (single, 2, 4, 8)[flags >> 6]
            return head + self._raw.read(rest)
        if head[1:4] == _SKIPPED and head[0] >> 4 == 5:
            head += self._raw.read(3)
            self._idle = int.from_bytes(head[4:], "little")
            return head
        self._strange = True
        return head
