"""Skeletons of entries: where their digits stand that count, and sums of these for many entries at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from asynclog.read.column import Column, Told
from asynclog.read.shapes import TASK_NAME, UNNAMED, ZEROS, Shape, form_of
from asynclog.read.window import ZERO, ends_of, joined

Array: TypeAlias = Any  # of numpy

UNKNOWN = -1  # instead of a row
_MOST = 1 << 16  # digits that count in one entry: as many as it has bytes
_NUMBER = 15  # characters of a duration, or digits of a task's number
_SIDE = 7  # digits of a duration before its point, and behind: more seconds than these may be too many for one
_TIME = 18  # digits of a number of 64 bits
_MIX = 0x9E3779B97F4A7C15  # odd: it keeps skeletons apart

# What is known of a skeleton, in the columns of a table: where its digits that count stand in the pool and how many they
# are; where in an entry its time starts; where its duration and its task's number end and of which form they are; where
# its task's name starts and ends, if its user gave it; its lines and its hash.
START, COUNT, CLOCK, TOOK, TOOK_FORM, TASK, TASK_FORM, NAME, NAME_END, LINES, CODE = range(11)


class Noted(NamedTuple):
    """An entry that was taken apart: the hash of its skeleton, its text without addresses, its shape, column, name."""

    code: int
    text: bytes
    shape: Shape
    column: Column
    name: bytes


class Skeletons:
    """What was met in one source whose times are all like `time`: a row of `table` for each, by hash in `rows`."""

    def __init__(self, time: bytes) -> None:
        import numpy as np

        form = form_of(time)
        digits = [at for at, byte in enumerate(time.translate(ZEROS)) if byte == ZERO]
        fraction = range(*form.fraction.indices(len(time))) if form is not None else range(0)
        whole = [at for at in digits if at not in fraction]
        self.told = Told(time, whole, list(fraction))
        self.time = time.translate(ZEROS) if form is not None and len(whole) <= _TIME else b"-"
        self.rows: dict[int, int] = {}
        self.table = np.zeros((0, CODE + 1), np.int64)
        self.leading = False
        """Whether all start with their time."""
        self._random = np.frombuffer(os.urandom(8 * _MOST), np.uint64)
        self._pool = np.zeros(0, np.uint16)
        self._weights = np.zeros((1, _NUMBER), np.int64)

    def sums(self, data: Array, starts: Array, table: Array) -> Array:
        """What the digits that count come to, with the skeleton mixed in."""
        import numpy as np

        counts = table[:, COUNT]
        ends = np.cumsum(counts)
        begins = ends - counts
        within = np.arange(counts.sum()) - np.repeat(begins, counts)
        places = self._pool[np.repeat(table[:, START], counts) + within] + np.repeat(starts, counts)
        sums = table[:, CODE].astype(np.uint64) * np.uint64(_MIX)
        some = counts > 0
        if some.any():
            sums[some] += np.add.reduceat(data[places] * self._random[within], begins[some])
        return sums.view(np.int64)

    def numbers(self, data: Array, ends: Array, forms: Array) -> Array:
        """The numbers that end at `ends`; 0 for the form 0."""
        import numpy as np

        width = max(map(sum, self.told.forms)) + 1  # the point
        digits = data[ends[:, None] - np.arange(1, width + 1)].astype(np.int64) - ZERO
        return (digits * self._weights[forms, :width]).sum(axis=1)

    def add(self, noted: Sequence[Noted]) -> None:
        """Make rows of skeletons; those that cannot have one are never known."""
        import numpy as np

        new: list[tuple[Noted, int, int, int, int]] = []
        for one in noted:
            self.rows[one.code] = UNKNOWN
            time, took, _ = one.shape.spans
            task = TASK_NAME.search(one.text)
            forms = [self._form(one.text[slice(*span)]) if span else 0 for span in (took, task and task.span(1))]
            if time is not None and one.text[slice(*time)].translate(ZEROS) == self.time and None not in forms:
                new.append((one, took[1] if took else 0, forms[0] or 0, task.end(1) if task else 0, forms[1] or 0))
        if not new:
            return
        data, starts = joined([one[0].text.translate(ZEROS) for one in new])
        edges = [start + edge for one, start in zip(new, starts.tolist(), strict=True) for edge in _edges(one[0])]
        digits = np.flatnonzero(data == ZERO)
        digits = digits[np.searchsorted(edges, digits, "right") % 2 == 1]
        counts = np.diff(np.searchsorted(digits, starts), append=len(digits))
        begins = ends_of(counts)[:-1] + len(self._pool)
        self._pool = np.concatenate([self._pool, (digits - np.repeat(starts, counts)).astype(np.uint16)])
        self.rows.update((one[0].code, row) for row, one in enumerate(new, len(self.table)))
        table = [
            (*row, (one.shape.spans[0] or (0,))[0], *ends, *_name_span(one), one.shape.lines, one.code)
            for (one, *ends), *row in zip(new, begins.tolist(), counts.tolist(), strict=True)
        ]
        self.table = np.concatenate([self.table, np.array(table, np.int64)])
        self.leading = not self.table[:, CLOCK].any()

    def _form(self, text: bytes) -> int | None:
        """What tells the weights of a printed number's digits; None where it is too long."""
        import numpy as np

        whole, point, fraction = text.partition(b".")
        if len(text) > _NUMBER or (point and max(len(whole), len(fraction)) > _SIDE):
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
