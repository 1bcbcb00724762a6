"""Where entries start in a log: with the header of its records, or each line of JSON for itself."""

from __future__ import annotations

import re

from asynclog import native
from asynclog.lazy import regex
from asynclog.read.layout import Layout
from asynclog.read.outside import Outside
from asynclog.read.wrappers import JSON_LINE

_JSON_TIME = regex(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
# the first line of a warning that was printed bare, between the records of a log: nothing else looks like it
_WARNING = b": RuntimeWarning: coroutine '"
_BARE = rb"/[^\s:]{1,300}:\d+" + _WARNING + rb"[\w.<>]{1,200}' was never awaited\r?\n"
_BARE_LINE = regex(_BARE)


class Entries:
    """The entries of a source of one layout. `able`: they can be told apart, and have times."""

    def __init__(self, layout: Layout) -> None:
        self.json = layout.json
        self.wrapper = Outside(layout.wrappers) if layout.wrappers and JSON_LINE not in layout.wrappers else None
        self._header: re.Pattern[bytes] | None = None
        self._next = re.compile(rb"\n")
        self._bare = _BARE_LINE
        if layout.header is not None:
            header = layout.header.pattern.encode()
            inside = header.replace(b"?P<time>", b"?:")
            before = after = b""
            if self.wrapper is not None:
                before, after = self.wrapper.timed(b"?P<time>" not in header), self.wrapper.plain
            self._header = re.compile(before + header)
            self._bare = re.compile(after + _BARE)
            self._next = re.compile(rb"\n(?=" + after + rb"(?:" + inside + rb"|" + _BARE + rb"))")
            self._quoted = re.compile(rb"\\n" + inside)
        timed = self._header is not None and "time" in self._header.groupindex
        if layout.wrappers:
            self.able = timed and self.wrapper is not None and not layout.tests
        else:
            self.able = (timed or layout.json) and not layout.tests

    def starts(self, data: bytes, start: int) -> bool:
        """Whether an entry starts at the line that starts at `start`."""
        if self.json:
            return True
        assert self._header is not None
        return self._header.match(data, start) is not None or self._bare.match(data, start) is not None

    def next(self, data: bytes, start: int) -> int:
        """Where the entry behind the one at `start` starts; -1 where that is not seen."""
        found = self._next.search(data, start)
        return found.end() if found is not None else -1

    def last_start(self, data: bytes, start: int, end: int) -> int:
        """Where the last entry of `data` that starts in (start, end] starts; -1 where none does."""
        while (end := data.rfind(b"\n", start, end)) >= 0:
            if self._next.match(data, end) is not None:
                return end + 1
        return -1

    def split(self, data: bytes) -> list[bytes]:
        """The entries of `data`, which starts and ends with whole ones."""
        return data.split(b"\n") if self.json else self._next.split(data)

    def bare_starts(self, data: bytes, first: int, stop: int) -> list[int]:
        """Where warnings start in data[first:stop] that were printed between records."""
        starts = [max(data.rfind(b"\n", first, at) + 1, first) for at in find_all(data, _WARNING, first, stop)]
        return [start for start in starts if self._bare.match(data, start, stop) is not None]

    def is_one(self, data: bytes) -> bool:
        """Whether `data` is one entry: it starts as one, and none starts within it."""
        return self.starts(data, 0) and self._next.search(data) is None

    def quotes(self, entry: bytes) -> bool:
        """Whether there is another entry in one, its line ends spelt out."""
        return b"\\n" in entry and not self.json and self._quoted.search(entry) is not None

    def time(self, entry: bytes) -> tuple[int, int] | None:
        """Where the time of an entry stands; an empty span for entries that have none, None where it is none."""
        if self.json:
            found = _JSON_TIME.search(entry)
            return found.span() if found is not None else None
        assert self._header is not None
        head = self._header.match(entry)
        return head.span("time") if head is not None else (0, 0)


def find_all(data: bytes, literal: bytes, start: int, end: int) -> list[int]:
    """Where `literal` stands in data[start:end], one behind the other."""
    if native.find_all is not None:
        return native.find_all(data, literal, start, end)
    places, at = [], data.find(literal, start, end)
    while at >= 0:
        places.append(at)
        at = data.find(literal, at + len(literal), end)
    return places
