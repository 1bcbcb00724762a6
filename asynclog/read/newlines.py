"""Line ends counted, the fastest way for so much text. numpy is far ahead, but it must be imported.

Without it they are taken out: that goes from one to the next as `bytes.find` does, in half the time of `bytes.count`
where lines are of the usual length.
"""

from __future__ import annotations

import sys

_PAYS = 600 << 20  # bytes counted in this process that are worth numpy's import
_PAYS_PERHAPS = 128 << 20  # where it is not known how many will follow
_SHORT = 1 << 12
_SHORT_LINES = _SHORT // 32

_counted = 0
_pays = _PAYS_PERHAPS


def expect(size: int | None) -> None:
    """So many bytes are to be counted soon; None where that is not known."""
    global _pays
    _pays = _PAYS_PERHAPS if size is None else 0 if _counted + size >= _PAYS else _PAYS


def newlines(data: bytes, start: int, end: int) -> int:
    """How many line ends stand in data[start:end]."""
    global _counted
    if end - start < _SHORT:
        return data.count(b"\n", start, end)
    if _counted < _pays and "numpy" not in sys.modules:
        _counted += end - start
        if data.count(b"\n", start, start + _SHORT) > _SHORT_LINES:
            return data.count(b"\n", start, end)
        part = data[start:end]
        return len(part) - len(part.replace(b"\n", b""))
    try:
        import numpy
    except ImportError:
        return data.count(b"\n", start, end)
    view = numpy.frombuffer(data, numpy.uint8, min(end, len(data)) - start, start)
    return int(numpy.count_nonzero(view == 10))
