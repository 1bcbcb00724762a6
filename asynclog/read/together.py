"""Windows full of echoes: all entries looked up at once, and those that are known collected as arrays."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from asynclog.read.bare import Bares
from asynclog.read.column import Column, Place
from asynclog.read.digits import Digits, Known, Torn
from asynclog.read.entries import Entries
from asynclog.read.shapes import ZEROS, form_of
from asynclog.read.skeletons import Noted
from asynclog.read.trail import TASK, Before, Trail
from asynclog.read.window import Window

MANY = 20_000  # echoes of a source, from which on it is worth numpy's import and what is to be learnt
_BYTES = 1 << 14  # of a window, likewise
_PATIENCE = 16  # windows of which little was known, one behind the other, after which not each is looked at
_LONGEST_SKIP = 256


class Together:
    """Takes what is known in the windows of one source. What does not concern us is skipped."""

    def __init__(self, source: Entries, trail: Trail, bares: Bares, concerns: Callable[[bytes], bool]) -> None:
        self._source, self._trail, self._bares, self._concerns = source, trail, bares, concerns
        self._entries: Sequence[bytes] | Window = []
        self._known: Known | None = None
        self._digits: Digits | None = None
        self._below = self._beyond = self._missed = self._skip = 0
        self._open = (0, 0)

    def split(self, data: bytes, time: bytes) -> list[bytes] | Window:
        """The entries of a window, and a look at what is `known` of them. `time` is that of the last echo."""
        self.flush()
        self._entries, self._known = [], None
        self._skip -= 1
        if len(data) < _BYTES or self._skip > 0 or (self._digits is None and form_of(time) is None):
            return self._source.split(data)
        if self._digits is None or self._digits.full:
            self._digits = Digits(time, data[: len(time)].translate(ZEROS) == time.translate(ZEROS))
        window = None if self._source.bare_starts(data) else self._digits.split(data)
        try:
            if window is not None:
                self._known = self._digits.look_up(window, self._bares.guess, self._concerns, self._source.is_one)
        except Torn:
            window = None
        if window is None:
            window = self._digits.window(data, self._source.split(data))
            self._known = self._digits.look_up(window, self._bares.guess, self._concerns)
        self._missed = 0 if self._known is not None else self._missed + 1
        if self._missed > _PATIENCE:
            self._skip = min(1 << (self._missed - _PATIENCE), _LONGEST_SKIP)
        self._entries = window
        return window

    def known(self, entries: list[bytes] | Window) -> Known | None:
        """What is known of the entries of a window; None where it is little."""
        return self._known if entries is self._entries else None

    def noting(self, entries: list[bytes] | Window) -> list[Noted] | None:
        """Where to note the entries of a window that were taken apart; None where they will not be asked for."""
        return self._digits.noted if self._digits is not None and entries is self._entries else None

    def forget(self) -> None:
        """Begin anew with the next window."""
        self._digits = None

    def collect(self, index: int, stop: int, offset: int, line: int) -> None:
        """Take the entries from `index` up to `stop`, all of which are known; `offset` and `line` are the first's."""
        known, trail = self._known, self._trail
        assert known is not None
        first, last = known.ranks[index], known.ranks[stop]
        if first == last:
            return
        below, beyond = line - known.lines[index], offset - known.offsets[index]
        if first != self._open[1] or below != self._below:
            self.flush()
            self._open = (first, first)
        self._below, self._beyond, self._open = below, beyond, (self._open[0], last)
        trail.waiting.size += last - first
        before = trail.before
        if before is not None and before.number == self._took(first):
            place = self._place(first)
            if before.number or TASK in place.raw:
                trail.meet(before, place, self._column(first), self._time(first))
        for rank in known.alike[bisect_right(known.alike, first) : bisect_left(known.alike, last)]:
            former = Before(self._place(rank - 1), self._took(rank), self._column(rank - 1))
            trail.meet(former, self._place(rank), self._column(rank), self._time(rank))
        for rank in known.longer[bisect_left(known.longer, first) : bisect_left(known.longer, last)]:
            trail.longest(self._column(rank), self._took(rank), self._place(rank))
            known.is_longest(rank, self._column(rank).longest)
        for rank, token in known.tokens[bisect_left(known.tokens, (first,)) : bisect_left(known.tokens, (last,))]:
            if trail.token(column := self._column(rank), token):
                trail.waiting.shown.append((column, self._place(rank)))
        trail.reach(self._place(last - 1), self._took(last - 1), self._column(last - 1))

    def flush(self) -> None:
        """Hand the trail what was taken."""
        start, end = self._open
        if end > start and self._known is not None:
            self._trail.waiting.lots.append(self._known.lot.some(start, end, self._below))
        self._open = (end, end)

    def _place(self, rank: int) -> Place:
        assert self._known is not None
        at = int(self._known.index[rank])
        return Place(self._entries[at], self._below + self._known.lines[at], self._beyond + self._known.offsets[at])

    def _took(self, rank: int) -> bytes:
        assert self._known is not None
        lot = self._known.lot
        return lot.told.took(int(lot.numbers[rank]), int(lot.forms[rank]))

    def _time(self, rank: int) -> bytes:
        assert self._known is not None
        lot = self._known.lot
        return lot.told.clock(int(lot.wholes[rank]), int(lot.fractions[rank]))

    def _column(self, rank: int) -> Column:
        assert self._known is not None
        lot = self._known.lot
        return lot.told.columns[int(lot.columns[rank])]
