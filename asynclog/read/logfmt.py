"""logfmt: `time=... level=error logger=asyncio msg="..."`, with the newlines of the text escaped or, written naively, not."""

from __future__ import annotations

from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.model import Prefix
from asynclog.read import jsonlines

_FIELD = regex(
    r'(?<![^\s\[])(?P<key>[A-Za-z_@][\w.@/-]{0,80})=(?:"(?P<text>(?:[^"\\]|\\.)*+)(?P<end>"?)|(?P<bare>[^\s"]*+))'
)
_FEWEST = 2  # one alone may be an argument in a line of code


class Entry(NamedTuple):
    """A line of fields, from `start` on; `open` is where its last text begins that does not end on the line, else 0."""

    prefix: Prefix
    body: str
    start: int
    open: int


def decode(line: str) -> Entry | None:
    """What the fields of `line` say; None where it has none, or none that is a message."""
    found = list(_FIELD.finditer(line)) if '="' in line else []
    if len(found) < _FEWEST:
        return None
    quoted = {field["key"]: jsonlines.unescaped(field["text"]) for field in found if field["text"] is not None}
    if not jsonlines.has_message(quoted):
        return None
    entry = jsonlines.entry({**{field["key"]: field["bare"] for field in found}, **quoted})
    if entry is None:
        return None
    last = found[-1]
    unfinished = last["text"] is not None and not last["end"]
    return Entry(entry[0], entry[1], found[0].start(), last.start("text") if unfinished else 0)
