"""Records that say again what an earlier one said, told by their bytes alone.

A busy log repeats itself: the same callback is slow a thousand times, and only the time, the duration, the number of
the task and some addresses differ. The bytes of a record without these are its key; a record whose key was met before
is not cut and parsed again but told as an echo of the first.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from asynclog.model import Record
from asynclog.read.layout import Layout
from asynclog.read.timestamps import parse_timestamp

REMEMBERED = 1 << 15

_TASK = re.compile(rb"Task-\d+")
_ADDRESS = re.compile(rb"0x[0-9a-fA-F]+")
_WHEN = re.compile(rb"when=\d+\.\d+")
_ARGUMENT = re.compile(rb"(?<=[ (,=])\d+(?=[,)])")
_TOOK = re.compile(rb" took (\d+\.\d+)( ?m?s)")
_JSON_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_FRACTION = re.compile(rb"^(.*)([.,])(\d{3}|\d{6})$", re.S)


class Echo(NamedTuple):
    """A record like `first`, but with its own time, number (a duration as printed) and place.

    `raw` are its bytes, for whoever must know the rest.
    """

    first: Record
    time: bytes
    number: bytes | None
    line: int
    offset: int
    end_offset: int
    raw: bytes

    @property
    def stream(self) -> None:
        """Echoes are told only where no writer stands on the lines."""
        return None


class Echoes:
    """Keys of records and what was first met under them."""

    def __init__(self, layout: Layout) -> None:
        self._header = re.compile(layout.header.pattern.encode()) if layout.header is not None else None
        self._next = (
            re.compile(rb"\n(?=" + layout.header.pattern.replace("?P<time>", "").encode() + b")")
            if layout.header is not None
            else None
        )
        self._json = layout.json
        self._timed = self._header is not None and "time" in self._header.groupindex
        self.able = not layout.wrappers and not layout.tests and (layout.json or self._timed)
        self._known: dict[bytes, Record | None] = {}

    def bounds(self, data: bytes, start: int, final: bool) -> tuple[int, int, int] | None:
        """The end of the entry that starts at `start`, and its time's start and end; None where it is no whole entry."""
        if self._json:
            end = data.find(b"\n", start)
            if end < 0:
                if not final:
                    return None
                end = len(data)
            found = _JSON_TIME.search(data, start, end)
            return (end, found.start(), found.end()) if found is not None else None
        assert self._header is not None
        assert self._next is not None
        head = self._header.match(data, start)
        if head is None:
            return None
        following = self._next.search(data, head.end())
        if following is None:
            return None  # the last entry of a window or file is cut with care
        return following.start(), head.start("time"), head.end("time")

    def key(self, data: bytes, start: int, bounds: tuple[int, int, int]) -> tuple[bytes, bytes | None] | None:
        """What identifies the entry, and the duration in it; None for entries that may quote the beginnings of others."""
        end, time_start, time_end = bounds
        rest = data[time_end:end]
        if time_start != start:
            rest = data[start:time_start] + b"\x00" + rest
        number = None
        at = rest.rfind(b" took ")
        if at >= 0:
            found = _TOOK.match(rest, at)
            if found is not None:
                number = found.group(1)
                rest = rest[: at + 6] + rest[found.end(1) :]
                if number in rest[at - 24 : at]:
                    return None
        if b"\\n" in rest and not self._json:
            return None
        if b"Task-" in rest:
            rest = _TASK.sub(b"Task-", rest)
        if b"0x" in rest:
            rest = _ADDRESS.sub(b"0x", rest)
        if b"Handle" in rest and b"\n" not in rest:
            rest = _ARGUMENT.sub(b"0", _WHEN.sub(b"when=", rest))
        return rest, number

    def first(self, key: bytes) -> Record | None:
        """The record first met under `key`."""
        return self._known.get(key)

    def is_new(self, key: bytes) -> bool:
        """Whether nothing is known of `key` yet, not even that it cannot be an echo."""
        return key not in self._known

    def learn(self, key: bytes, record: Record | None) -> None:
        """Remember `record` under `key`; None: entries of this key are to be cut each time."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[key] = record


class Clock:
    """Times of echoes as microseconds: all but the fraction of a second is parsed once a second."""

    def __init__(self) -> None:
        self._seconds: dict[bytes, int | None] = {}

    def micros(self, text: bytes) -> int | None:
        """The microseconds of the time `text`, as `Timestamp.micros` has them."""
        found = _FRACTION.match(text)
        if found is None:
            return self._whole(text)
        base = self._whole(found.group(1))
        if base is None:
            return self._whole(text)
        fraction = found.group(3)
        return base + int(fraction) * (1000 if len(fraction) == 3 else 1)

    def _whole(self, text: bytes) -> int | None:
        if text not in self._seconds:
            if len(self._seconds) > 4096:
                self._seconds.clear()
            stamp = parse_timestamp(text.decode("utf-8", "backslashreplace"))
            self._seconds[text] = stamp.micros if stamp is not None else None
        return self._seconds[text]
