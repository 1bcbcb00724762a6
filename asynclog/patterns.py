"""Regular expressions that were compiled when the package was built: to do it again takes a seventh of a start.

`rules/precompile.py` writes `patterns.bin` beside this file. It holds what the `re` of one Python makes of each pattern and
counts for that very Python only; for any other, or where the file is missing or odd, `re` compiles as ever.
"""

from __future__ import annotations

import _sre
import marshal
import re
import sys
from array import array
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from typing import Any, TypeAlias

NAME = "patterns.bin"
_FORMAT = 4  # of marshal
_KEY = (sys.implementation.name, sys.hexversion, _sre.MAGIC)

Source: TypeAlias = "tuple[str | bytes, int]"
"""A pattern and its flags."""


def compiled(pattern: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    """What `re.compile` gives."""
    made = _made().get((pattern, int(flags)))
    if made is not None:
        with suppress(Exception):  # whatever is odd about it
            whole, code, *rest = made
            restored: re.Pattern[Any] = _sre.compile(pattern, whole, array("I", code).tolist(), *rest)
            return restored
    return re.compile(pattern, flags)


def packed(sources: Iterable[Source]) -> bytes:
    """What belongs into `patterns.bin`."""
    plain = {(pattern, int(flags)) for pattern, flags in sources}
    return marshal.dumps((_KEY, {source: _code(*source) for source in sorted(plain, key=repr)}), _FORMAT)


def _code(pattern: str | bytes, flags: int) -> tuple[Any, ...]:
    """What `re` hands to the machine that searches, the code as bytes."""
    from re import _compiler, _parser  # type: ignore[attr-defined]

    parsed = _parser.parse(pattern, flags)
    code, names = _compiler._code(parsed, flags), parsed.state.groupdict
    groups: list[str | None] = [None] * parsed.state.groups
    for name, index in names.items():
        groups[index] = name
    return int(flags | parsed.state.flags), array("I", code).tobytes(), parsed.state.groups - 1, names, tuple(groups)


@cache
def _made() -> dict[Source, tuple[Any, ...]]:
    """All that are in the file."""
    with suppress(OSError, EOFError, TypeError, ValueError):
        with open(__file__.rpartition("patterns.")[0] + NAME, "rb") as file:
            key, made = marshal.loads(file.read())
        if key == _KEY:
            return dict(made)
    return {}
