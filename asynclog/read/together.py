"""Whole windows of entries looked up at once, in compiled code: those that are known are collected without being touched.

What was learnt of entries that were taken apart, `native.Lookup` tells again of all like them. What it does not know is
taken apart, or is nothing of ours.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from asynclog import native
from asynclog.read.bare import Bare, Bares
from asynclog.read.clock import Clock
from asynclog.read.column import Column, Lot, Place
from asynclog.read.entries import Entries
from asynclog.read.jsonlines import TOLD
from asynclog.read.narrow import Within
from asynclog.read.outlines import Outlines, name_of
from asynclog.read.shapes import TASK_NAME, Shape, form_of
from asynclog.read.trail import TASK, Before, Trail

if TYPE_CHECKING:
    from asynclog.native.compiled import Lookup

_MOST = 24 << 20  # bytes of what was learnt, above which it is better to begin anew
_TIME = 48  # bytes of a time
_NOWHERE = (0, 0)
_LONGER, _TOKEN, _FIRST = -1, -2, -4  # what `collect` tells instead of a neighbour


class Noted(NamedTuple):
    """An entry that was taken apart, and without what changes: its shape, column and the name of its task."""

    entry: bytes
    bare: Bare
    shape: Shape
    column: Column
    name: bytes


class Window:
    """The entries of a window, the first `size` of those that were looked up; `unknown` has the indices of those that are to
    be taken apart.
    """

    def __init__(self, data: bytes, lookup: Lookup, unknown: list[int], size: int) -> None:
        self._data, self._lookup = data, lookup
        self.unknown = unknown
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, index: int) -> bytes:
        place = self._lookup.place
        return self._data[place(index)[0] : place(index + 1)[0] - 1]

    def until(self, index: int) -> int:
        """The first entry from `index` on that is not known."""
        at = bisect_left(self.unknown, index)
        return self.unknown[at] if at < len(self.unknown) else len(self)

    def between(self, index: int, stop: int) -> tuple[int, int]:
        """Bytes and lines from the start of one entry to that of another."""
        (start, line), (end, last) = self._lookup.place(index), self._lookup.place(stop)
        return end - start, last - line


class Together:
    """Takes what is known in the windows of one source. `concerns` tells whether an entry may be ours."""

    def __init__(
        self,
        source: Entries,
        trail: Trail,
        bares: Bares,
        outlines: Outlines,
        concerns: Callable[[bytes], bool],
        anchors: tuple[bytes, ...],
        within: Within | None = None,
    ) -> None:
        self._source, self._trail, self._bares, self._concerns = source, trail, bares, concerns
        self._outlines, self._anchors, self._within = outlines, anchors, within
        self._lookup: Lookup | None = None
        self._clock = Clock()
        self._split = False  # whether entries start where lines start with a time like that of the first
        self._numbers: dict[Column, int] = {}
        self._columns: list[Column] = []

    @property
    def pending(self) -> int:
        """How many were collected and not handed over."""
        return self._lookup.pending if self._lookup is not None else 0

    @property
    def texts(self) -> int:
        """How many names of tasks were collected and not handed over."""
        return len(self._lookup.names) if self._lookup is not None and self._lookup.pending else 0

    def split(self, data: bytes, first: int, stop: int, starts: list[int] | None = None) -> Window | None:
        """The entries of data[first:stop], which starts and ends with whole ones, at `starts` if that is known; None where nothing was
        learnt.
        """
        if self._lookup is not None and self._lookup.learnt > _MOST:
            self.flush()
            self._lookup = None
        if self._lookup is None:
            return None
        if starts is not None:
            return self._looked_up(data, first, stop, starts, False)
        window, source = None, self._source
        if self._split or source.json:
            starts = [] if source.json else source.bare_starts(data, first, stop)
            window = self._looked_up(data, first, stop, starts, True)
        if window is None:
            sizes = (len(entry) + 1 for entry in source.split(data[first:stop]))
            window = self._looked_up(data, first, stop, list(accumulate(sizes, initial=first)), False)
        assert window is not None
        return window

    def sweep(
        self, data: bytes, hits: list[int], index: int, start: int, limit: int, counts: bytes
    ) -> tuple[Window, int] | None:
        """The entries that hold `hits` from `index` on, as a window, and where the last of them ends; None where the first is not
        known. The first starts at `start`, and the last ends before `limit`; what stands between them is in the window too.
        """
        if self._lookup is None or not (self._split or self._source.json):
            return None
        ends = self._lookup.sweep(data, hits, index, start, limit, counts)
        starts = self._source.starts
        known = next((at for at, end in enumerate(ends) if not starts(data, end)), len(ends))
        return (Window(data, self._lookup, [], 2 * known - 1), ends[known - 1]) if known else None

    def _looked_up(self, data: bytes, first: int, stop: int, starts: list[int], masked: bool) -> Window | None:
        """The entries of data[first:stop], which start at `starts` and, if `masked`, where lines start with times; None where one of
        these is no entry.
        """
        lookup = self._lookup
        assert lookup is not None
        unknown = lookup.look_up(data, first, stop, starts, masked)
        window = Window(data, lookup, [], lookup.size)
        for at in unknown:
            entry = window[at]
            if masked and not self._source.json and not self._source.is_one(entry):
                return None
            if self._concerns(entry):
                window.unknown.append(at)
            else:
                lookup.learn_nothing(at, self._bares.guess(entry).text)
        return window

    def learn(self, noted: Noted, first: bool = False) -> None:
        """Know entries like one that was taken apart; `first`: its column was made of it."""
        bare, token = noted.bare
        own = noted.shape.own(bare)
        printed = own[0]
        if len(printed) > _TIME or (time := noted.shape.spans[0]) is None:
            return
        if self._lookup is None:
            if not printed:
                return
            self._split = time[0] == 0 and self._source.wrapper is None
            seed = int.from_bytes(os.urandom(8), "little")
            assert native.Lookup is not None
            self._lookup = native.Lookup(
                self._source.json, printed, seed, self._micros, self._source.wrapper is None, TOLD, self._anchors
            )
            if self._within is not None:
                self._lookup.ask_for(*self._within.bounds())
            self._numbers, self._columns = {}, []
            self._outlines.begin()
        self._remember(self._lookup, bare, noted.shape, noted.column)
        if token:
            self._lookup.learn_tokens(noted.entry, self._bares.tokens(noted.entry))
        if like := self._outlines.of(self._lookup, noted.entry, noted.column, own[:2], first):
            self._remember(self._lookup, *like, True)

    def _remember(self, lookup: Lookup, text: bytes, shape: Shape, column: Column, outline: bool = False) -> None:
        time, took, _ = shape.spans
        assert time is not None
        form, task = form_of(text[slice(*time)]), TASK_NAME.search(text)
        lookup.learn(
            text,
            self._number(column),
            shape.lines,
            time,
            form.fraction.indices(time[1] - time[0])[:2] if form is not None else _NOWHERE,
            took or _NOWHERE,
            task.span(1) if task is not None else _NOWHERE,
            name_of(shape, text) or _NOWHERE,
            [(start, len(text) if end is None else end) for start, end in shape.kept],
            outline,
        )

    def again(self, window: Window, index: int) -> bool:
        """Whether an entry that was not known is known by now."""
        assert self._lookup is not None
        if not self._lookup.again(index):
            return False
        window.unknown.remove(index)
        return True

    def collect(self, window: Window, index: int, stop: int, offset: int, line: int) -> None:
        """Take the entries from `index` up to `stop`, none of them unknown; `offset` and `line` are the first's."""
        lookup, trail = self._lookup, self._trail
        assert lookup is not None
        told, first, last, end = lookup.collect(index, stop, line)
        if end < 0:
            return
        start, lines = lookup.place(index)

        def place(at: int) -> Place:
            begin, before = lookup.place(at)
            return Place(window[at], line + before - lines, offset + begin - start)

        trail.cover(place(end))
        if last < 0:
            return
        column, time, took, _ = self._parts(first)
        before = trail.before
        if before is not None and before.number == took and (took or TASK in window[first]):
            trail.meet(before, place(first), column, time)
        for at, what in told:
            column, time, took, token = self._parts(at)
            if what == _LONGER:
                trail.longest(column, took, place(at))
            elif what == _FIRST:
                column.begin(took, token)
                trail.waiting.firsts.append(place(at))
            elif what == _TOKEN:
                if trail.token(column, token):
                    trail.waiting.shown.append((column, place(at)))
            else:
                trail.meet(Before(place(what), took, self._parts(what)[0]), place(at), column, time)
        column, time, took, _ = self._parts(last)
        trail.reach(place(last), took, column)

    def flush(self) -> None:
        """Hand the trail what was collected."""
        lookup = self._lookup
        if lookup is None or not lookup.pending:
            return
        rows, ends, named, left_out = lookup.drain()
        names, columns = list(lookup.names), self._columns
        self._trail.waiting.lots.append(
            Lot(
                columns[:],
                rows,
                [(columns[number], first, last) for number, first, last in ends],
                [(number, names[name] if name >= 0 else None, count) for number, name, count in named],
                left_out,
            )
        )

    def _number(self, column: Column) -> int:
        number = self._numbers.get(column)
        if number is None:
            assert self._lookup is not None
            number = self._numbers[column] = self._lookup.add_column(
                column.fine,
                column.guard,
                column.seen,
                not column.within,
                column.most,
                column.longest,
                column.template.digits,
                column.template.dated,
                column.begun,
            )
            self._columns.append(column)
        return number

    def _parts(self, at: int) -> tuple[Column, bytes, bytes, bytes]:
        assert self._lookup is not None
        parts = self._lookup.parts(at)
        assert parts is not None
        return self._columns[parts[0]], *parts[1:]

    def _micros(self, time: bytes) -> int | None:
        return self._clock.micros([time])[0]
