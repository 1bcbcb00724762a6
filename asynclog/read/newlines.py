"""Line ends counted: where megabytes are to be counted, by numpy, which is six times as fast as `bytes.count`."""

from __future__ import annotations

_PAYS = 128 << 20  # bytes counted in this process before numpy's import is worth its time
_SHORT = 1 << 12

_counted = 0


def newlines(data: bytes, start: int, end: int) -> int:
    """How many line ends stand in data[start:end]."""
    global _counted
    if end - start < _SHORT:
        return data.count(b"\n", start, end)
    if _counted < _PAYS:
        _counted += end - start
        return data.count(b"\n", start, end)
    try:
        import numpy
    except ImportError:
        return data.count(b"\n", start, end)
    view = numpy.frombuffer(data, numpy.uint8, min(end, len(data)) - start, start)
    return int(numpy.count_nonzero(view == 10))
