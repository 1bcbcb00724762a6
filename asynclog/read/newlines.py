"""Line ends counted, the fastest way for so much text.

Where nothing is compiled they are taken out: that goes from one to the next as `bytes.find` does, in half the time of
`bytes.count` where lines are of the usual length.
"""

from __future__ import annotations

from asynclog import native

_SHORT = 1 << 12
_SHORT_LINES = _SHORT // 32


def newlines(data: bytes, start: int, end: int, counts: bytes = b"") -> int:
    """How many line ends stand in data[start:end]; `counts` are those before each block of it, as compiled code counts."""
    if native.newlines is not None:
        return native.newlines(data, start, end, counts)
    if end - start < _SHORT or data.count(b"\n", start, start + _SHORT) > _SHORT_LINES:
        return data.count(b"\n", start, end)
    part = data[start:end]
    return len(part) - len(part.replace(b"\n", b""))
