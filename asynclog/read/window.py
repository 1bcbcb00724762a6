"""A window of entries, and its bytes as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Array: TypeAlias = Any  # of numpy
ZERO = ord("0")
_ADDRESS = 0xFF  # stands for each digit of an address: no byte of UTF-8
_X = ord("x")
_DIGITS = 16  # of an address


class Window:
    """Entries one behind the other in `data`: `places` tells where each starts, and where one behind the last would.

    `codes` has the hash of each one's skeleton.
    """

    __slots__ = ("codes", "data", "places")

    def __init__(self, data: bytes, places: list[int], codes: list[int]) -> None:
        self.data, self.places, self.codes = data, places, codes

    def array(self) -> Array:
        """The bytes as numbers."""
        import numpy as np

        return np.frombuffer(self.data, np.uint8)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, index: int) -> bytes:
        return self.data[self.places[index] : self.places[index + 1] - 1]


class Masks:
    """Texts without what changes from one to the next: digits made zeros, addresses blotted out.

    The room that this takes is kept: to ask for new costs more than the work.
    """

    def __init__(self) -> None:
        import numpy as np

        self._digits = np.zeros(0, np.uint8)
        self._flags = np.zeros(0, bool)
        hexadecimal, word = (np.zeros(256, bool) for _ in range(2))
        hexadecimal[list(b"0123456789abcdefABCDEF")] = True
        word[[byte for byte in range(256) if bytes([byte]).isalnum() or byte == ord("_")]] = True
        self._hexadecimal, self._word = hexadecimal, word

    def of(self, data: bytes) -> bytes:
        """`data`, all of it."""
        import numpy as np

        array = np.frombuffer(data, np.uint8)
        if len(array) > len(self._digits):
            self._digits, self._flags = np.zeros(len(array), np.uint8), np.zeros(len(array), bool)
        digits, flags = self._digits[: len(array)], self._flags[: len(array)]
        np.subtract(array, ZERO, out=digits)
        np.less(digits, 10, out=flags)
        np.multiply(digits, flags.view(np.uint8), out=digits)
        np.subtract(array, digits, out=digits)
        np.equal(array, _X, out=flags)
        signs = np.flatnonzero(flags)
        signs = signs[(array[signs - 1] == ZERO) & (signs > 0)]
        signs = signs[~self._word[array[signs - 2]] | (signs == 1)]  # not within a word
        if len(signs):
            self._blot(array, digits, signs)
        return digits.tobytes()

    def _blot(self, array: Array, digits: Array, signs: Array) -> None:
        """Blot out the addresses behind `signs`: those that are no longer than such are."""
        import numpy as np

        places = signs[:, None] + np.arange(1, _DIGITS + 2)
        last = len(array) - 1
        found = array[np.minimum(places, last)]
        sign = (found == ZERO) & (array[np.minimum(places + 1, last)] == _X)  # of the next
        own = np.logical_and.accumulate(self._hexadecimal[found] & ~sign & (places <= last), axis=1)
        own &= ~own[:, -1:]
        digits[places[own]] = _ADDRESS


def joined(texts: Sequence[bytes]) -> tuple[bytes, list[int]]:
    """Texts one behind the other, and where each starts, and where one behind the last would."""
    return b"\n".join(texts), ends_of(list(map(len, texts)), 1).tolist()


def ends_of(lengths: Sequence[int] | Array, more: int = 0) -> Array:
    """Where things of these lengths, and `more`, start one behind the other, and where the last one ends."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(np.asarray(lengths, np.int64) + more)])


def number_at(data: Array, starts: Array, places: Sequence[int]) -> Array:
    """The number that the digits at `places` behind each start make."""
    import numpy as np

    number = np.zeros(len(starts), np.int64)
    for place in places:
        number = number * 10 + (data[starts + place] - ZERO)
    return number
