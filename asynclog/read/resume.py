"""Records cut in two by an entry of another process, where the lines after the first tell no writer.

A traceback that stops in its middle at a header, and frames that follow an entry which announced none: they belong
together, unless the same process wrote that entry.
"""

from __future__ import annotations

from collections.abc import Callable

from asynclog.lazy import regex
from asynclog.read.lines import Line, Lines, NeedMore
from asynclog.read.prefix import is_header, parse_prefix

_ENTRIES = 5  # entries of others that may stand in between
_FRAME = regex(r"\s+File \".*\", line \d+")
_CODE = regex(r" {4,}\S")
_FINAL = regex(
    r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Timeout|Cancelled|Group)(?:: .*|)$"
)


def resumed(lines: Lines, first: Line, prefix: str, at: Line, last: str, is_head: Callable[[str], bool]) -> Line | None:
    """The line with which a record goes on behind `at`, the header that interrupted it; None where it does not.

    `first` is its first line, which begins with `prefix`, and `last` the last line before `at`.
    """
    own = parse_prefix(prefix, first.time, first.key).pid
    line: Line | None = at
    for _ in range(_ENTRIES):
        assert line is not None
        text = line.text
        if "asyncio" in text or text.rstrip().endswith(":") or is_head(text):
            return None
        if own is not None and parse_prefix(text[: len(prefix)], line.time, line.key).pid == own:
            return None
        line = lines.at(line.end)
        while line is not None and line.key != first.key:
            line = lines.at(line.end)
        if line is None and not lines.final:
            raise NeedMore
        if line is None or not is_header(line.text):
            break
    return line if line is not None and _goes_on(last, line.text) else None


def _goes_on(last: str, text: str) -> bool:
    """Whether `text` can only be the line of a traceback behind `last`."""
    if _FRAME.match(text):
        return True
    return bool(_CODE.match(text)) if _FRAME.match(last) else bool(_CODE.match(last) and _FINAL.match(text))
