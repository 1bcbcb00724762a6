"""Many numbers counted at once by numpy, which is imported where somebody made an array of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, TypeAlias, TypeGuard

Array: TypeAlias = Any
"""An array of int64. (Numpy's own types ask for a newer Python than the oldest that asynclog runs on.)"""
Numbers: TypeAlias = Sequence[int | None] | Array

FEW = 48
"""What is shorter is counted faster by Python itself."""
_SPARSE = 4  # cells for each number up to which a table of all cells pays


def is_array(numbers: Numbers | None) -> TypeGuard[Array]:
    """Whether numbers are an array."""
    return hasattr(numbers, "dtype")


def is_many(numbers: Numbers | None) -> TypeGuard[Array]:
    """Whether numbers are an array, and enough of them."""
    return hasattr(numbers, "dtype") and len(numbers) >= FEW  # type: ignore[arg-type]


def plain(numbers: Numbers) -> Sequence[int | None]:
    """The same as a sequence of Python."""
    if is_array(numbers):
        return numbers.tolist()  # type: ignore[no-any-return]
    return numbers


def total(numbers: Numbers | None) -> int:
    """The sum of those that are known."""
    if numbers is None:
        return 0
    return int(numbers.sum()) if is_many(numbers) else sum(filter(None, plain(numbers)))


def least(numbers: Numbers) -> int | None:
    """The smallest of those that are known, None where none is."""
    if is_many(numbers):
        return int(numbers.min())
    return min([number for number in plain(numbers) if number is not None], default=None)


def counted(places: Array, weights: Array | None = None) -> tuple[list[int], list[int], list[int]]:
    """The different places, how often each is there, and the sum of its weights (exact below 2**53)."""
    import numpy as np

    low = int(places.min())
    width = int(places.max()) - low + 1
    if width <= _SPARSE * len(places) + 1024:
        inverse = places - low
        every = np.bincount(inverse, minlength=width)
        used = np.flatnonzero(every)
        unique, number = used + low, every[used]
    else:
        unique, inverse, number = np.unique(places, return_inverse=True, return_counts=True)
        used = np.arange(len(unique))
    if weights is None:
        return unique.tolist(), number.tolist(), []
    sums = np.bincount(inverse, weights)[used].astype(np.int64)
    return unique.tolist(), number.tolist(), sums.tolist()


def as_array(numbers: Sequence[int | None]) -> Numbers:
    """The same as an array, where all are known."""
    import numpy as np

    return numbers if None in numbers else np.array(numbers, np.int64)


def together(parts: Sequence[Array]) -> Array:
    """Arrays one behind the other."""
    import numpy as np

    return np.concatenate(parts)


def chosen(numbers: Numbers | None, places: Sequence[int]) -> Numbers | None:
    """Those at `places`."""
    if numbers is None:
        return None
    return numbers[list(places)] if is_array(numbers) else [numbers[place] for place in places]


def greatest(numbers: Numbers) -> int:
    """The greatest of those that are known; 0 where none is."""
    if is_many(numbers):
        return int(numbers.max())
    return max([number for number in plain(numbers) if number is not None], default=0)


def placed(numbers: Numbers, bounds: Sequence[int]) -> list[list[int]]:
    """For each of `bounds`, ascending, where the numbers stand that lie from it up to the next; unknown ones are 0."""
    result: list[list[int]] = [[] for _ in bounds]
    for index, number in enumerate(plain(numbers)):
        result[bisect_right(bounds, number or 0) - 1].append(index)
    return result
