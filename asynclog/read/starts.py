"""Where in a file programs began to write, as far as records and the times of some lines tell.

A new process, or the line with which a loop is made, may begin a run: the lines above it are asked whether anybody wrote
shortly before. And the time of a line is noted at fixed places of the file, the closer the nearer to its beginning:
where it goes back, another run begins. Both depend on the bytes of the file alone, not on how it was cut.
"""

from __future__ import annotations

from collections.abc import Callable

from asynclog.model import Moment, Record, Start, Timestamp
from asynclog.read.above import lines_above
from asynclog.read.layout import Layout
from asynclog.read.lines import Lines
from asynclog.read.times import first_time, time_of

PAUSE = 60_000_000
"""Microseconds without a line before a run begins: what lies before a longer pause was written by an earlier one."""
_STARTUP = 50  # lines that a program writes at most before its loop is made
_PROCESSES = 1000
_FIRST_STEP = 512
_LOOKED_AT = 8192  # bytes, and lines, in which a time is looked for: many logs have none at all
_LINES = 8


class Starts:
    """Collects the starts of one source or part in `found`."""

    def __init__(self, layout: Layout, found: list[Start]) -> None:
        self._layout = layout
        self._found = found
        self._known: set[tuple[str | None, int | None]] = set()

    def note(self, record: Record, lines: Lines, start: int) -> None:
        """Look whether `record`, which begins at window offset `start`, begins a run."""
        writer = (record.stream, record.prefix.pid)
        looped = record.kind == "loop-lifecycle" and record.text.startswith("Using ")
        fresh = writer not in self._known and writer != (None, None)
        if not looped and not fresh:
            return
        if fresh and len(self._known) < _PROCESSES:
            self._known.add(writer)
        line, now = lines.at(start), record.prefix.timestamp
        if line is None:
            return
        first, last = None if now is None else now.micros, None
        if now is not None:
            for above in lines_above(lines, line, _STARTUP):
                found = time_of(lines.data[above.start : above.end], self._layout)
                if found is None or _form(found[0]) != _form(now):
                    continue
                if now.micros - found[0].micros > PAUSE:
                    last = found[0].micros
                    break
                first = found[0].micros
            else:
                first = now.micros
        self._found.append(Start(record.line, "loop" if looped else "process", _name(record), last, first))


def _form(stamp: Timestamp) -> tuple[bool, int | None, bool]:
    """Times of one form may be compared."""
    return stamp.dated, stamp.zone, stamp.yearless


def _name(record: Record) -> str:
    pid, stream = record.prefix.pid, record.stream
    if pid is None:
        return stream or ""
    own = f"pid {pid}"
    return own if stream in (None, "", own, str(pid)) else f"{stream} {own}"


class Moments:
    """Collects in `found` the times of lines at fixed offsets; those of lines that begin in [start, limit)."""

    def __init__(self, layout: Layout, start: int, limit: int, found: list[Moment]) -> None:
        self._layout = layout
        self._start, self._limit = start, limit
        self._found = found
        self._next = 0
        while self._next + _step(self._next) <= start:
            self._next += _step(self._next)

    def take(self, data: bytes, base: int, end: int, line_at: Callable[[bytes, int, int], int]) -> None:
        """Note the times of the lines that begin up to the file offset `end`; `data` begins at `base`."""
        while self._next <= end:
            place = max(self._next, base) - base
            known = not place and base <= self._start  # a part's data begins with a line; a later window's need not
            begin = 0 if known else data.find(b"\n", max(place - 1, 0)) + 1
            offset = base + begin
            if not (begin or known) or offset > end or offset >= self._limit:
                return
            if offset >= self._start:
                found = first_time(data[begin : begin + _LOOKED_AT].split(b"\n", _LINES)[:_LINES], self._layout)
                if found is not None:
                    self._found.append(Moment(line_at(data, offset - base, base), *found))
            while self._next <= offset:
                self._next += _step(self._next)


def _step(offset: int) -> int:
    return max(_FIRST_STEP, 1 << max(offset.bit_length() - 5, 0))
