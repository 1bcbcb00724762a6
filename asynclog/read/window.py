"""A window of entries, as bytes and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, TypeAlias

Array: TypeAlias = Any  # of numpy
ZERO = ord("0")


class Window:
    """Entries one behind the other in `data`; where each of them starts, and where one behind the last would.

    `zeros` is `data` with all digits made zeros.
    """

    __slots__ = ("_zeros", "data", "starts")

    def __init__(self, data: bytes, zeros: bytes, starts: Array) -> None:
        self.data, self._zeros, self.starts = data, zeros, starts

    def array(self) -> Array:
        """The bytes as numbers."""
        import numpy as np

        return np.frombuffer(self.data, np.uint8)

    def entry(self, index: int) -> bytes:
        """One entry."""
        return self.data[self.starts[index] : self.starts[index + 1] - 1]

    def entries(self) -> list[bytes]:
        """All of them."""
        return [self.data[start : end - 1] for start, end in pairwise(self.starts.tolist())]

    def codes(self) -> list[int]:
        """The hash of each skeleton."""
        return [hash(self._zeros[start : end - 1]) for start, end in pairwise(self.starts.tolist())]


def window_of(data: bytes, entries: Sequence[bytes]) -> Window:
    """The window that was split into `entries`."""
    import numpy as np

    return Window(data, zeroed(data), ends_of(np.fromiter(map(len, entries), np.int64, len(entries)) + 1))


def zeroed(data: bytes) -> bytes:
    """`data.translate(ZEROS)`, several times as fast for much of it."""
    import numpy as np

    array = np.frombuffer(data, np.uint8)
    digits = array - np.uint8(ZERO)
    return (array - digits * (digits < 10)).tobytes()


def joined(texts: Sequence[bytes]) -> tuple[Array, Array]:
    """Texts as one array of bytes, and where each starts."""
    import numpy as np

    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return np.frombuffer(b"\n".join(texts), np.uint8), ends_of(lengths + 1)[:-1]


def ends_of(lengths: Array) -> Array:
    """Where things of these lengths start, one behind the other, and where the last one ends."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(lengths)])


def number_at(data: Array, starts: Array, places: Sequence[int]) -> Array:
    """The number that the digits at `places` behind each start make."""
    import numpy as np

    number = np.zeros(len(starts), np.int64)
    for place in places:
        number = number * 10 + (data[starts + place] - ZERO)
    return number
