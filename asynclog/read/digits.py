"""Many entries looked up at once, by what their digits come to.

A skeleton (all digits of an entry made zeros) fixes everything but the digits, and where they stand. So what counts in
an entry is a sum of its digits, each times a random number of 64 bits; its time and its duration are sums as well, each
digit times a power of ten. numpy makes these sums for all entries of a window together. Where skeleton and sum were met
before, so were column and name: such an entry is not taken apart.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias

from asynclog.lazy import regex
from asynclog.read.bare import Bare
from asynclog.read.column import Column, Lot, Told
from asynclog.read.shapes import UNNAMED, ZEROS, Shape, form_of

Array: TypeAlias = Any  # of numpy

_ROWS = 1 << 14  # skeletons
_TOLD = 1 << 16  # columns and names
_MOST = 1 << 16  # digits that count in one entry: as many as it has bytes
_FEW = 2  # entries to one of which none is known, above which it is no gain to look at all together
_NUMBER = 15  # characters of a duration, or digits of a task's number
_TIME = 18  # digits of a number of 64 bits
_TASK_NAME = regex(rb"name='Task-(\d+)'")
_MIX = 0x9E3779B97F4A7C15  # odd: it keeps skeletons apart
_ZERO = ord("0")
_UNKNOWN, _NOTHING = -1, -2  # instead of a row: an entry that is to be taken apart, one that is nothing of ours

# What is known of a skeleton, in the columns of a table: where its digits that count stand in the pool and how many they
# are; where in an entry its time starts; where its duration and its task's number end and of which form they are; where
# its task's name starts and ends, if its user gave it; its lines and its hash.
_START, _COUNT, _CLOCK, _TOOK, _TOOK_FORM, _TASK, _TASK_FORM, _NAME, _NAME_END, _LINES, _CODE = range(11)


class Noted(NamedTuple):
    """An entry that was taken apart: the hash of its skeleton, its text without addresses, its shape, column, name."""

    code: int
    text: bytes
    shape: Shape
    column: Column
    name: bytes


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


class Digits:
    """What was met in one source, whose times are all like `time`. What is `noted` is known from the next look on."""

    def __init__(self, time: bytes) -> None:
        import numpy as np

        form = form_of(time)
        digits = [at for at, byte in enumerate(time.translate(ZEROS)) if byte == _ZERO]
        fraction = range(*form.fraction.indices(len(time))) if form is not None else range(0)
        whole = [at for at in digits if at not in fraction]
        self.told = Told(time, whole, list(fraction))
        self.noted: list[Noted] = []
        self._form_of_times = time.translate(ZEROS) if form is not None and len(whole) <= _TIME else b"-"
        self._rows: dict[int, int] = {}
        self._names: dict[bytes, int] = {}
        self._usual = np.zeros(0, np.int64)
        self._sums: dict[int, int] = {}
        self._random = np.frombuffer(os.urandom(8 * _MOST), np.uint64)
        self._pool = np.zeros(0, np.uint16)
        self._table = np.zeros((0, _CODE + 1), np.int64)
        self._longest = np.zeros(0)
        self._weights = np.zeros((1, _NUMBER), np.int64)

    @property
    def full(self) -> bool:
        """Whether so much was met that it is better to begin anew."""
        return len(self._rows) > _ROWS or len(self.told.columns) + len(self.told.names) > _TOLD

    def look_up(
        self, entries: Sequence[bytes], bare: Callable[[bytes], Bare], concerns: Callable[[bytes], bool]
    ) -> Known | None:
        """What is known of `entries`; None where it is little. Those that do not concern us need not be known."""
        import numpy as np

        self._learn()
        rows = list(map(self._rows.get, [hash(entry.translate(ZEROS)) for entry in entries], repeat(_UNKNOWN)))
        texts, tokens = list(entries), {}
        for at in [at for at, row in enumerate(rows) if row == _UNKNOWN]:
            text, token = bare(entries[at])
            code = hash(text.translate(ZEROS))
            rows[at] = self._rows.get(code, _UNKNOWN)
            if rows[at] == _UNKNOWN and not concerns(entries[at]):
                rows[at] = _NOTHING
            elif rows[at] >= 0:
                texts[at] = text
                if token:
                    tokens[at] = token
        row = np.array(rows)
        data, starts = _joined(texts)
        index = np.flatnonzero(row >= 0)
        told = self._known(data, starts[index], self._table[row[index]])
        names = self._usual[told] if len(self._usual) else told
        self._check(texts, self._table[row[index]], index, told, names, tokens)
        row[index[told < 0]] = _UNKNOWN
        index, told, names = index[told >= 0], told[told >= 0], names[told >= 0]
        if len(index) * _FEW < len(rows):
            return None
        return self._of(entries, row, data, starts[index], index, told, names, tokens)

    def _check(
        self, texts: Sequence[bytes], table: Array, index: Array, told: Array, names: Array, tokens: Mapping[int, bytes]
    ) -> None:
        """Put in names that users gave; where a rule may look for a part of one or of an identifier, nothing is told."""
        import numpy as np

        marked = np.zeros(len(texts), bool)
        marked[list(tokens)] = True
        ranks = np.flatnonzero((marked[index] | (table[:, _NAME] > 0)) & (told >= 0))
        parts = (array[ranks].tolist() for array in (index, told, names, table[:, _NAME], table[:, _NAME_END]))
        for rank, at, number, name_at, start, end in zip(ranks.tolist(), *parts, strict=True):
            column, token = self.told.columns[number], tokens.get(at, b"")
            name = texts[at][start:end] if start else self.told.names[name_at]
            if ((name and name not in column.fine) or token) and not column.allows(name, token):
                told[rank] = _UNKNOWN
            elif start:
                names[rank] = self._name(name)

    def _name(self, name: bytes) -> int:
        number = self._names.get(name)
        if number is None:
            number = self._names[name] = len(self.told.names)
            self.told.names.append(name)
        return number

    def _of(
        self, entries: Sequence[bytes], row: Array, data: Array, starts: Array, index: Array, told: Array,
        names: Array, tokens: Mapping[int, bytes],
    ) -> Known:  # fmt: skip
        import numpy as np

        table = self._table[row[index]]
        heights = np.zeros(len(row), np.int64)
        heights[index] = table[:, _LINES]
        others = np.flatnonzero(row < 0).tolist()
        for at in others:
            heights[at] = entries[at].count(b"\n") + 1
        lines, forms = _ends(heights), table[:, _TOOK_FORM]
        numbers = self._numbers(data, starts + table[:, _TOOK], forms)
        clock = starts + table[:, _CLOCK]
        wholes, fractions = _number(data, clock, self.told.whole), _number(data, clock, self.told.fraction)
        ranks = _ends(row >= 0).tolist()
        longer = self.told.seconds(numbers, forms) > self._longest[told]
        return Known(
            lines.tolist(),
            _ends(np.fromiter(map(len, entries), np.int64, len(entries)) + 1).tolist(),
            ranks,
            [at for at in others if row[at] == _UNKNOWN],
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

        forms, tasks = table[:, _TOOK_FORM], table[:, _TASK_FORM]
        same = (forms[1:] == forms[:-1]) & (numbers[1:] == numbers[:-1])
        named = same & (forms[1:] == 0) & (tasks[1:] > 0) & (tasks[1:] == tasks[:-1])
        if named.any():
            own = self._numbers(data, starts + table[:, _TASK], tasks)
            named &= own[1:] == own[:-1]
        return (np.flatnonzero((same & (forms[1:] > 0)) | named) + 1).tolist()

    # -- sums --------------------------------------------------------------------------------------------------------

    def _known(self, data: Array, starts: Array, table: Array) -> Array:
        """Which numbers of `Told` entries have whose skeletons are known."""
        import numpy as np

        sums = self._sum(data, starts, table).tolist()
        return np.fromiter(map(self._sums.get, sums, repeat(_UNKNOWN)), np.int64, len(sums))

    def _sum(self, data: Array, starts: Array, table: Array) -> Array:
        """What the digits that count come to, with the skeleton mixed in."""
        import numpy as np

        counts = table[:, _COUNT]
        ends = np.cumsum(counts)
        begins = ends - counts
        within = np.arange(counts.sum()) - np.repeat(begins, counts)
        places = self._pool[np.repeat(table[:, _START], counts) + within] + np.repeat(starts, counts)
        sums = table[:, _CODE].astype(np.uint64) * np.uint64(_MIX)
        some = counts > 0
        if some.any():
            sums[some] += np.add.reduceat(data[places] * self._random[within], begins[some])
        return sums.view(np.int64)

    def _numbers(self, data: Array, ends: Array, forms: Array) -> Array:
        """The numbers that end at `ends`; 0 for the form 0."""
        import numpy as np

        width = max(map(sum, self.told.forms)) + 1  # the point
        digits = data[ends[:, None] - np.arange(1, width + 1)].astype(np.int64) - _ZERO
        return (digits * self._weights[forms, :width]).sum(axis=1)

    # -- learning ----------------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Take what was noted."""
        import numpy as np

        self._add_rows(list({noted.code: noted for noted in self.noted if noted.code not in self._rows}.values()))
        usable = [noted for noted in self.noted if self._rows[noted.code] >= 0]
        self.noted.clear()
        if not usable:
            return
        data, starts = _joined([noted.text for noted in usable])
        sums = self._sum(data, starts, self._table[[self._rows[noted.code] for noted in usable]])
        usual, longest = [], []
        for noted, own in zip(usable, sums.tolist(), strict=True):
            if own not in self._sums:
                self._sums[own] = len(self.told.columns)
                self.told.columns.append(noted.column)
                usual.append(self._name(noted.name))
                longest.append(noted.column.longest)
        self._usual = np.concatenate([self._usual, np.array(usual, np.int64)])
        self._longest = np.concatenate([self._longest, longest])

    def _add_rows(self, noted: Sequence[Noted]) -> None:
        """Make rows of skeletons; those that cannot have one are never known."""
        import numpy as np

        new: list[tuple[Noted, int, int, int, int]] = []
        for one in noted:
            self._rows[one.code] = _UNKNOWN
            time, took, _ = one.shape.spans
            task = _TASK_NAME.search(one.text)
            forms = [self._form(one.text[slice(*span)]) if span else 0 for span in (took, task and task.span(1))]
            if (
                time is not None
                and one.text[slice(*time)].translate(ZEROS) == self._form_of_times
                and None not in forms
            ):
                new.append((one, took[1] if took else 0, forms[0] or 0, task.end(1) if task else 0, forms[1] or 0))
        if not new:
            return
        data, starts = _joined([one[0].text.translate(ZEROS) for one in new])
        edges = [start + edge for one, start in zip(new, starts.tolist(), strict=True) for edge in _edges(one[0])]
        digits = np.flatnonzero(data == _ZERO)
        digits = digits[np.searchsorted(edges, digits, "right") % 2 == 1]
        counts = np.diff(np.searchsorted(digits, starts), append=len(digits))
        begins = _ends(counts)[:-1] + len(self._pool)
        self._pool = np.concatenate([self._pool, (digits - np.repeat(starts, counts)).astype(np.uint16)])
        self._rows.update((one[0].code, row) for row, one in enumerate(new, len(self._table)))
        table = [
            (*row, (one.shape.spans[0] or (0,))[0], *ends, *_name_span(one), one.shape.lines, one.code)
            for (one, *ends), *row in zip(new, begins.tolist(), counts.tolist(), strict=True)
        ]
        self._table = np.concatenate([self._table, np.array(table, np.int64)])

    def _form(self, text: bytes) -> int | None:
        """What tells the weights of a printed number's digits; None where it is too long."""
        import numpy as np

        whole, _, fraction = text.partition(b".")
        if len(text) > _NUMBER:
            return None
        form = (len(whole), len(fraction))
        if form not in self.told.forms:
            powers = [10**power for power in range(sum(form))]
            weights = powers[: len(fraction)] + [0] * bool(fraction) + powers[len(fraction) :]
            self.told.forms.append(form)
            self._weights = np.concatenate([self._weights, [weights + [0] * (_NUMBER - len(weights))]])
        return self.told.forms.index(form)


def _edges(noted: Noted) -> list[int]:
    """Where the parts of an entry start and end whose digits count."""
    return [place for start, end in noted.shape.kept for place in (start, len(noted.text) if end is None else end)]


def _name_span(noted: Noted) -> tuple[int, int]:
    """Where a name stands that a user gave, if one did."""
    return (noted.shape.spans[2] or (0, 0)) if noted.name != UNNAMED else (0, 0)


def _joined(texts: Sequence[bytes]) -> tuple[Array, Array]:
    """Texts as one array of bytes, and where each starts."""
    import numpy as np

    return np.frombuffer(b"\n".join(texts), np.uint8), _ends(np.fromiter(map(len, texts), np.int64) + 1)[:-1]


def _ends(lengths: Array) -> Array:
    """Where things of these lengths start, one behind the other, and where the last one ends."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(lengths)])


def _number(data: Array, starts: Array, places: Sequence[int]) -> Array:
    """The number that the digits at `places` behind each start make."""
    import numpy as np

    number = np.zeros(len(starts), np.int64)
    for place in places:
        number = number * 10 + (data[starts + place] - _ZERO)
    return number
