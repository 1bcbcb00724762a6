"""Lines of a window of bytes: found by offset, decoded and peeled on demand, split CRI lines joined."""

from __future__ import annotations

from typing import NamedTuple

from asynclog.read.layout import Layout, clean, uncoloured
from asynclog.read.testmarks import without_progress
from asynclog.read.wrappers import JSON_LINE, Peeled, peeler

LINE_CAP = 1 << 20  # a longer line is read up to here: no record of asyncio is
_REMEMBERED = 20_000
_MANY, _SPLIT = 200, (b"stdout P", b"stderr P")  # lines; what stands in those of CRI that were split
_BETWEEN = 50  # lines of others that may stand between the parts of a split line


class NeedMore(Exception):  # noqa: N818 - a signal between functions of this room, no error
    """The window ends before the record does."""


class Line(NamedTuple):
    """One logical line: window offsets of its first byte and of the next line, its text without wrappers.

    `key` and `time` are what the wrappers told. A collector may split a long line: then the first part holds the whole
    text and `reach` is where its last part ends, and the further parts are lines with `part` set and no text.
    """

    start: int
    end: int
    text: str
    key: str | None = None
    time: str | None = None
    reach: int = 0
    part: bool = False


class Lines:
    """Line access to `data`, whose last line is complete only when `final`."""

    def __init__(self, data: bytes, layout: Layout, final: bool) -> None:
        self.data = data
        self.final = final
        self._peel = peeler(layout.wrappers) if layout.wrappers else Peeled
        self._asked = 0 if JSON_LINE not in layout.wrappers else _MANY
        self._splits = layout.splits
        self._form = layout.form
        self._tests = layout.tests
        self.plain = not (layout.wrappers or layout.splits or layout.form)
        self._cache: dict[int, Line] = {}
        self._physical: dict[int, tuple[Peeled, int]] = {}

    def start_of(self, offset: int) -> int:
        """Where the line that holds `offset` starts; of a split line, where its first part does."""
        start = self.data.rfind(b"\n", 0, offset) + 1
        while self._splits and start and (read := self._read(start)) and self._is_part(start, read[0].key):
            start = self.data.rfind(b"\n", 0, start - 1) + 1
        return start

    def at(self, start: int) -> Line | None:
        """The line that starts at `start`; None at the end of the data, or where the line is not complete yet."""
        line = self._cache.get(start)
        if line is None:
            line = self._plain_at(start) if self.plain else self._wrapped_at(start)
            if line is None:
                return None
            if len(self._cache) > _REMEMBERED:
                self._cache.clear()
            self._cache[start] = line
        return line

    def _plain_at(self, start: int) -> Line | None:
        data = self.data
        end = data.find(b"\n", start)
        if end < 0:
            if start >= len(data) or not self.final:
                return None
            end = len(data)
        text = clean(data[start : end if end - start <= LINE_CAP else start + LINE_CAP])
        if "\x1b" in text:  # out of JSON
            text = uncoloured(text)
        if self._tests:
            text = without_progress(text)
        return Line(start, end + 1, text, None, None, end + 1)

    def _wrapped_at(self, start: int) -> Line | None:
        read = self._read(start)
        if read is None:
            return None
        peeled, end = read
        text, reach, part = peeled.rest, end, False
        if self._splits:
            self._asked += 1
            if self._asked == _MANY:  # then it pays to know that no line is split
                self._splits = any(sign in self.data for sign in _SPLIT)
            part = self._splits and self._is_part(start, peeled.key)
            if part:
                text = ""
            elif peeled.partial:
                joined = self._joined(peeled, end)
                if joined is None:
                    return None
                text, reach = joined
        return Line(start, end, text, peeled.key, peeled.time, reach, part)

    def before(self, start: int, floor: int) -> Line | None:
        """The line before the one at `start`, None at the beginning of the data and where it begins before `floor`."""
        while start > 0:
            start = self.data.rfind(b"\n", 0, start - 1) + 1
            if start < floor:
                return None
            line = self.at(start)
            if line is None or not line.part:
                return line
        return None

    def _read(self, start: int) -> tuple[Peeled, int] | None:
        """The physical line at `start` and where the next one starts."""
        found = self._physical.get(start)
        if found is not None:
            return found
        if start >= len(self.data):
            return None
        end = self.data.find(b"\n", start)
        if end < 0:
            if not self.final:
                return None
            end = len(self.data)
        text = clean(self.data[start : min(end, start + LINE_CAP)])
        peeled = self._peel(text)
        if "\x1b" in peeled.rest:  # out of the JSON that a collector put around the line
            peeled = peeled._replace(rest=uncoloured(peeled.rest))
        if self._form is not None:
            peeled = peeled._replace(rest=self._form.marked(peeled.rest))
        if self._tests:
            peeled = peeled._replace(rest=without_progress(peeled.rest))
        found = (peeled, end + 1)
        if self._splits:
            if len(self._physical) > _REMEMBERED:
                self._physical.clear()
            self._physical[start] = found
        return found

    def _is_part(self, start: int, key: str | None) -> bool:
        """Whether the line at `start`, by the writer `key`, goes on with one that its writer left open."""
        for _ in range(_BETWEEN):
            if start <= 0:
                return False
            start = self.data.rfind(b"\n", 0, start - 1) + 1
            above = self._physical.get(start) or self._read(start)
            if above is not None and above[0].key == key:
                return above[0].partial
        return False

    def _joined(self, first: Peeled, end: int) -> tuple[str, int] | None:
        """The text of a split line from its first part on, and where its last part ends; None where that is not here yet."""
        texts, peeled, position = [first.rest], first, end
        while peeled.partial:
            read = self._read(position)
            if read is None:
                if not self.final:
                    return None
                break
            following, position = read
            if following.key == first.key:
                texts.append(following.rest)
                peeled, end = following, position
        return "".join(texts), end
