"""Many entries looked up at once, by what their digits come to.

A skeleton (all digits of an entry made zeros) fixes everything but the digits, and where they stand. So what counts in
an entry is a sum of its digits, each times a random number of 64 bits; its time and its duration are sums as well, each
digit times a power of ten. numpy makes these sums for all entries of a window together. Where skeleton and sum were met
before, so were column and name: such an entry is not taken apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from asynclog.read.bare import Bare
from asynclog.read.column import Lot
from asynclog.read.skeletons import (
    CLOCK,
    LINES,
    NAME,
    NAME_END,
    TASK,
    TASK_FORM,
    TOOK,
    TOOK_FORM,
    UNKNOWN,
    Noted,
    Skeletons,
)
from asynclog.read.window import Window, ends_of, joined, number_at

Array: TypeAlias = Any  # of numpy

_ROWS = 1 << 14  # skeletons
_TOLD = 1 << 16  # columns and names
_LOT = 64  # entries that are noted before they are learnt
_FEW = 0.7  # of the entries, below which it is no gain to look at all together
_NOTHING = -2  # instead of a row: an entry that is nothing of ours


class Known(NamedTuple):
    """What is told of the entries of a window.

    Of all of them, and with one more for the end: `lines` and `offsets` from 0, and `ranks`: how many known ones stand
    before; `unknown` are the indices of those that are to be taken apart. Of the known ones, by rank: `index`, and
    `lot`, its lines from 0; `longer` took longer than all of the same before, `alike` as long as the one before;
    `tokens` are identifiers. `longest` is what `Told` has of the longest by number.
    """

    lines: list[int]
    offsets: list[int]
    ranks: list[int]
    unknown: list[int]
    index: Array
    lot: Lot
    longer: list[int]
    alike: list[int]
    tokens: list[tuple[int, bytes]]
    longest: Array

    def until(self, index: int) -> int:
        """The first entry from `index` on that is not known."""
        at = bisect_left(self.unknown, index)
        return self.unknown[at] if at < len(self.unknown) else len(self.lines) - 1

    def is_longest(self, rank: int, seconds: float) -> None:
        """Remember what was longest, so that shorter ones are not told."""
        self.longest[self.lot.columns[rank]] = seconds


class Torn(Exception):  # noqa: N818 - it is no error
    """What was taken for an entry is none."""


class Digits:
    """What was met in one source, whose times are all like `time`. What is `noted` is known from the next look on.

    `leading` tells whether entries start with their times.
    """

    def __init__(self, time: bytes, leading: bool) -> None:
        import numpy as np

        self._skeletons = Skeletons(time, leading)
        self.told = self._skeletons.told
        self.noted: list[Noted] = []
        self._names: dict[bytes, int] = {}
        self._sums: dict[int, int] = {}
        self._usual = np.zeros(0, np.int64)
        self._longest = np.zeros(0)

    @property
    def full(self) -> bool:
        """Whether so much was met that it is better to begin anew."""
        return len(self._skeletons.rows) > _ROWS or len(self.told.columns) + len(self.told.names) > _TOLD

    def split(self, data: bytes) -> Window | None:
        """The entries of `data`, if all lines that start with a time start one; None where entries do not start with times."""
        if not self._skeletons.leading:
            return None
        masked, time = self._skeletons.masks.of(data), self._skeletons.time
        if not masked.startswith(time):
            return None
        first, *others = masked.split(b"\n" + time)
        texts = [first[len(time) :], *others]
        return Window(data, ends_of(list(map(len, texts)), len(time) + 1).tolist(), list(map(hash, texts)))

    def window(self, data: bytes, entries: Sequence[bytes]) -> Window:
        """The window that was split into `entries`."""
        places = ends_of(list(map(len, entries)), 1).tolist()
        return Window(data, places, self._skeletons.keys(data, places))

    def look_up(
        self, window: Window, bare: Callable[[bytes], Bare], concerns: Callable[[bytes], bool],
        whole: Callable[[bytes], bool] | None = None,
    ) -> Known | None:  # fmt: skip
        """What is known of the entries of `window`; None where it is little. Those that do not concern us need not be known.

        Raises `Torn` where one that is not known is not `whole`.
        """
        import numpy as np

        if len(self.noted) > _LOT:
            self._learn()
        rows = list(map(self._skeletons.rows.get, window.codes, repeat(UNKNOWN)))
        texts: list[bytes] = []
        changed, tokens = [], {}
        for at in [at for at, row in enumerate(rows) if row == UNKNOWN]:
            entry = window[at]
            text, token = bare(entry)
            if token:
                rows[at] = self._skeletons.rows.get(self._skeletons.key(text), UNKNOWN)
            if rows[at] >= 0:
                texts.append(text)
                changed.append(at)
                tokens[at] = token
            elif whole is not None and not whole(entry):
                raise Torn
            elif not concerns(entry):
                rows[at] = _NOTHING
        row = np.array(rows)
        raw, starts = window.data, np.array(window.places[:-1])
        if changed:
            more, places = joined(texts)
            starts[changed] = np.array(places[:-1]) + len(raw)
            raw += more
        data = np.frombuffer(raw, np.uint8)
        index = np.flatnonzero(row >= 0)
        table, starts = self._skeletons.table[row[index]], starts[index]
        told = self._known(data, starts, table)
        names = self._usual[told] if len(self._usual) else told
        self._check(raw, starts, table, index, told, names, tokens)
        fine = told >= 0
        if np.count_nonzero(fine) < len(rows) * _FEW:
            return None
        if not fine.all():
            row[index[~fine]] = UNKNOWN
            index, table, starts, told, names = (array[fine] for array in (index, table, starts, told, names))
        return self._of(window, row, data, starts, table, index, told, names, tokens)

    def _check(
        self, raw: bytes, starts: Array, table: Array, index: Array, told: Array, names: Array,
        tokens: Mapping[int, bytes],
    ) -> None:  # fmt: skip
        """Put in names that users gave; where a rule may look for a part of one or of an identifier, nothing is told."""
        import numpy as np

        columns, known = self.told.columns, self._names.get
        ranks = np.flatnonzero((table[:, NAME] > 0) & (told >= 0))
        spans = (starts[ranks, None] + table[ranks, NAME : NAME_END + 1]).tolist()
        found = []
        for rank, number, (start, end) in zip(ranks.tolist(), told[ranks].tolist(), spans, strict=True):
            name = raw[start:end]
            column = columns[number]
            if name not in column.fine and not column.allows(name, b""):
                told[rank] = UNKNOWN
            found.append(known(name) or self._name(name))
        names[ranks] = found
        ranks = np.searchsorted(index, list(tokens))
        for rank, number, token in zip(ranks.tolist(), told[ranks].tolist(), tokens.values(), strict=True):
            if number >= 0 and not columns[number].allows(self.told.names[names[rank]], token):
                told[rank] = UNKNOWN

    def _name(self, name: bytes) -> int:
        number = self._names.get(name)
        if number is None:
            number = self._names[name] = len(self.told.names)
            self.told.names.append(name)
        return number

    def _of(
        self, window: Window, row: Array, data: Array, starts: Array, table: Array, index: Array, told: Array,
        names: Array, tokens: Mapping[int, bytes],
    ) -> Known:  # fmt: skip
        import numpy as np

        heights = np.zeros(len(row), np.int64)
        heights[index] = table[:, LINES]
        others = np.flatnonzero(row < 0).tolist()
        for at in others:
            heights[at] = window[at].count(b"\n") + 1
        lines, forms = ends_of(heights), table[:, TOOK_FORM]
        numbers = self._skeletons.numbers(data, starts + table[:, TOOK], forms)
        clock = starts + table[:, CLOCK]
        wholes, fractions = number_at(data, clock, self.told.whole), number_at(data, clock, self.told.fraction)
        ranks = ends_of(row >= 0).tolist()
        longer = self.told.seconds(numbers, forms) > self._longest[told]
        return Known(
            lines.tolist(),
            window.places,
            ranks,
            [at for at in others if row[at] == UNKNOWN],
            index,
            Lot(self.told, told, names, wholes, fractions, numbers, forms, lines[index]),
            np.flatnonzero(longer).tolist(),
            self._alike(data, starts, table, numbers),
            [(ranks[at], token) for at, token in tokens.items() if row[at] >= 0],
            self._longest,
        )

    def _alike(self, data: Array, starts: Array, table: Array, numbers: Array) -> list[int]:
        """Which took as long as the one before; of those that took no time, which were of the same task."""
        import numpy as np

        forms, tasks = table[:, TOOK_FORM], table[:, TASK_FORM]
        same = (forms[1:] == forms[:-1]) & (numbers[1:] == numbers[:-1])
        named = same & (forms[1:] == 0) & (tasks[1:] > 0) & (tasks[1:] == tasks[:-1])
        if named.any():
            own = self._skeletons.numbers(data, starts + table[:, TASK], tasks)
            named &= own[1:] == own[:-1]
        return (np.flatnonzero((same & (forms[1:] > 0)) | named) + 1).tolist()

    # -- sums --------------------------------------------------------------------------------------------------------

    def _known(self, data: Array, starts: Array, table: Array) -> Array:
        """Which numbers of `Told` entries have whose skeletons are known."""
        import numpy as np

        sums = self._skeletons.sums(data, starts, table).tolist()
        return np.fromiter(map(self._sums.get, sums, repeat(UNKNOWN)), np.int64, len(sums))

    # -- learning ----------------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Take what was noted."""
        import numpy as np

        data, places = joined([noted.text for noted in self.noted])
        keys = self._skeletons.keys(data, places)
        rows = self._skeletons.rows
        self._skeletons.add({key: noted for key, noted in zip(keys, self.noted, strict=True) if key not in rows})
        own = np.array([rows[key] for key in keys])
        usable = np.flatnonzero(own >= 0)
        noted, self.noted = [self.noted[at] for at in usable.tolist()], []
        if not noted:
            return
        starts = np.array(places[:-1])[usable]
        sums = self._skeletons.sums(np.frombuffer(data, np.uint8), starts, self._skeletons.table[own[usable]])
        usual, longest = [], []
        for one, total in zip(noted, sums.tolist(), strict=True):
            if total not in self._sums:
                self._sums[total] = len(self.told.columns)
                self.told.columns.append(one.column)
                usual.append(self._name(one.name))
                longest.append(one.column.longest)
        self._usual = np.concatenate([self._usual, np.array(usual, np.int64)])
        self._longest = np.concatenate([self._longest, longest])
