"""Lines of a window of bytes: found by offset, decoded and peeled on demand, split CRI lines joined."""

from __future__ import annotations

from dataclasses import dataclass

from asynclog.read.layout import Layout, clean
from asynclog.read.wrappers import Peeled, peel

LINE_CAP = 1 << 20  # a longer line is read up to here: no record of asyncio is


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: window offsets of its first byte and of the next line, its text without wrappers.

    `indent` is how many characters the wrappers took (for context), `key` and `time` what they told.
    """

    start: int
    end: int
    text: str
    key: str | None = None
    time: str | None = None
    partial: bool = False


class Lines:
    """Line access to `data`, whose last line is complete only when `final`."""

    def __init__(self, data: bytes, layout: Layout, final: bool) -> None:
        self.data = data
        self.final = final
        self._wrappers = layout.wrappers
        self._cache: dict[int, Line] = {}

    def start_of(self, offset: int) -> int:
        """Where the line that holds `offset` starts."""
        return self.data.rfind(b"\n", 0, offset) + 1

    def at(self, start: int) -> Line | None:
        """The line that starts at `start`; None at the end of the data, or where the line is not complete yet."""
        line = self._cache.get(start)
        if line is None:
            if start >= len(self.data):
                return None
            end = self.data.find(b"\n", start)
            if end < 0:
                if not self.final:
                    return None
                end = len(self.data)
            raw = self.data[start : min(end, start + LINE_CAP)]
            line = self._line(start, end + 1, clean(raw))
            if len(self._cache) > 20_000:
                self._cache.clear()
            self._cache[start] = line
        return line

    def before(self, start: int, floor: int) -> Line | None:
        """The line before the one at `start`, None at the beginning of the data and where it begins before `floor`."""
        if start <= 0:
            return None
        previous = self.data.rfind(b"\n", 0, start - 1) + 1
        return self.at(previous) if previous >= floor else None

    def _line(self, start: int, end: int, text: str) -> Line:
        if not self._wrappers:
            return Line(start, end, text)
        peeled: Peeled = peel(text, self._wrappers)
        return Line(start, end, peeled.rest, peeled.key, peeled.time, peeled.partial)
