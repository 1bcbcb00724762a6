"""Which test made a record: what pytest and unittest print around it."""

from __future__ import annotations

import re

from asynclog.lazy import regex
from asynclog.read.above import lines_above
from asynclog.read.lines import Line, Lines

_SECTION = regex(r"_{3,} (?:ERROR at \w+ of )?(?P<test>\S(?:.*\S)?) _{3,}$")
_NODE = regex(r"(?P<test>[^\s:]+\.py::\S+)")
_UNITTEST = regex(r"(?P<method>\w+) \((?P<where>[\w.]+)\)(?:\n| \.\.\.|$)")
_END = regex(r"=+ .* =+$")
_FAR = 2000


def test_of(lines: Lines, line: Line, prefix: str) -> str | None:
    """The id of the test inside whose output `line` stands, None where nothing tells it. `prefix` is the record's own."""
    own = _UNITTEST.search(prefix)
    if own is not None:
        return _dotted(own)
    indented = line.text.startswith("  ")
    for above in lines_above(lines, line, _FAR):
        text = above.text
        if (section := _SECTION.match(text)) is not None:
            return section["test"]
        if (node := _NODE.match(text)) is not None:
            return node["test"]
        if (case := _UNITTEST.match(text)) is not None and not indented:
            return _dotted(case)
        if _END.match(text):
            return None
    return None


def _dotted(found: re.Match[str]) -> str:
    """`module.Class.method`: before Python 3.11 the method stands outside the parentheses only."""
    where, method = found["where"], found["method"]
    return where if where.endswith(f".{method}") else f"{where}.{method}"
