"""A memory for parsers of short texts: a log repeats itself, and a long text is not worth keeping."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_LENGTH = 2048
_TEXTS = 2048


def remembered(parse: Callable[[str], T]) -> Callable[[str], T]:
    """The same function of a text, with a memory for short ones."""
    cached = functools.lru_cache(maxsize=_TEXTS)(parse)

    @functools.wraps(parse)
    def call(text: str) -> T:
        return cached(text) if len(text) <= _LENGTH else parse(text)

    return call
