"""Skeletons of entries: where their digits stand that count, and sums of these for many entries at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

from asynclog.read.bare import addresses_of
from asynclog.read.column import Column, Told
from asynclog.read.shapes import TASK_NAME, UNNAMED, ZEROS, Shape, form_of
from asynclog.read.window import ZERO, Masks, ends_of, joined

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
    """An entry that was taken apart: as it is, without addresses and with a sign for its `token`; shape, column, name."""

    entry: bytes
    bare: bytes
    token: bytes
    shape: Shape
    column: Column
    name: bytes

    @property
    def text(self) -> bytes:
        """What is looked up: an identifier may have letters anywhere, and must be cut out."""
        return self.bare if self.token else self.entry


class Skeletons:
    """What was met in one source whose times are all like `time`: a row of `table` for each, by key in `rows`.

    Where times are `leading`, all start with theirs, and keys are of what follows it.
    """

    def __init__(self, time: bytes, leading: bool) -> None:
        import numpy as np

        form = form_of(time)
        digits = [at for at, byte in enumerate(time.translate(ZEROS)) if byte == ZERO]
        fraction = range(*form.fraction.indices(len(time))) if form is not None else range(0)
        whole = [at for at in digits if at not in fraction]
        self.told = Told(time, whole, list(fraction))
        self.time = time.translate(ZEROS) if form is not None and len(whole) <= _TIME else b"-"
        self.leading = leading
        self.masks = Masks()
        self.rows: dict[int, int] = {}
        self.table = np.zeros((0, CODE + 1), np.int64)
        self._random = np.frombuffer(os.urandom(8 * _MOST), np.uint64)
        self._pool = np.zeros(0, np.uint16)
        self._weights = np.zeros((1, _NUMBER), np.int64)

    def keys(self, data: bytes, places: Sequence[int]) -> list[int]:
        """The keys of the entries that start at `places`."""
        masked, time = self.masks.of(data), self.time
        if not self.leading:
            return [hash(masked[start : end - 1]) for start, end in pairwise(places)]
        return [
            hash(masked[start + len(time) * masked.startswith(time, start) : end - 1])
            for start, end in pairwise(places)
        ]

    def key(self, bare: bytes) -> int:
        """The key of an entry without addresses."""
        masked = bare.translate(ZEROS)
        leads = self.leading and masked.startswith(self.time)
        return hash(masked[len(self.time) :] if leads else masked)

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

    def add(self, noted: Mapping[int, Noted]) -> None:
        """Make rows of skeletons, given by key; those that cannot have one are never known."""
        import numpy as np

        new: list[tuple[int, Noted, tuple[int, ...]]] = []
        for key, one in noted.items():
            self.rows[key] = UNKNOWN
            if (told := self._told(one)) is not None:
                new.append((key, one, told))
        if not new:
            return
        data, places = joined([one.bare.translate(ZEROS) for _, one, _ in new])
        starts = np.array(places[:-1])
        edges = [start + edge for (_, one, _), start in zip(new, places, strict=False) for edge in _edges(one)]
        digits = np.flatnonzero(np.frombuffer(data, np.uint8) == ZERO)
        digits = digits[np.searchsorted(edges, digits, "right") % 2 == 1]
        counts = np.diff(np.searchsorted(digits, starts), append=len(digits))
        begins = ends_of(counts)[:-1] + len(self._pool)
        moved = _Moved([one for _, one, _ in new], places)
        pool = moved.places(digits) - np.repeat(starts, counts)
        self._pool = np.concatenate([self._pool, pool.astype(np.uint16)])
        self.rows.update((key, row) for row, (key, _, _) in enumerate(new, len(self.table)))
        table = np.zeros((len(new), CODE + 1), np.int64)
        table[:, CLOCK : CODE + 1] = [(*told, one.shape.lines, key) for key, one, told in new]
        table[:, START], table[:, COUNT] = begins, counts
        for place in (CLOCK, NAME):
            table[:, place] = moved.places(starts + table[:, place]) - starts
        for end in (TOOK, TASK, NAME_END):
            some = table[:, end] > 0
            table[some, end] += moved.places(starts[some] + table[some, end] - 1) - (
                starts[some] + table[some, end] - 1
            )
        self.table = np.concatenate([self.table, table])

    def _told(self, one: Noted) -> tuple[int, ...] | None:
        """The columns from `CLOCK` to `NAME_END` of a skeleton, as places in its bare text; None where it cannot have a row."""
        time, took, name = one.shape.spans
        task = TASK_NAME.search(one.bare)
        forms = [self._form(one.bare[slice(*span)]) if span else 0 for span in (took, task and task.span(1))]
        if time is None or None in forms or (self.leading and time[0]) or len(one.text) > _MOST:
            return None
        if one.bare[slice(*time)].translate(ZEROS) != self.time:
            return None
        named = (name or (0, 0)) if one.name != UNNAMED else (0, 0)
        return time[0], took[1] if took else 0, forms[0] or 0, task.end(1) if task else 0, forms[1] or 0, *named

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
    """Where the parts of a bare entry start and end whose digits count."""
    return [place for start, end in noted.shape.kept for place in (start, len(noted.bare) if end is None else end)]


class _Moved:
    """Where in entries what stands in their bare texts is found, one behind the other at `starts`."""

    def __init__(self, noted: Sequence[Noted], starts: Sequence[int]) -> None:
        cuts, lengths = [], []
        for one, start in zip(noted, starts, strict=False):
            if one.text is not one.bare and len(one.bare) < len(one.entry):
                for begin, end in addresses_of(one.entry):
                    cuts.append(start + begin)
                    lengths.append(end - begin)
                    start -= end - begin
        self._cuts, self._starts = cuts, starts
        self._left = ends_of(lengths)

    def places(self, bare: Array) -> Array:
        """The places of characters, each from the start of the entry that it stands in, which stays where it is."""
        import numpy as np

        starts: Array = np.array(self._starts)
        own = starts[np.searchsorted(starts, bare, "right") - 1]
        before, here = np.searchsorted(self._cuts, own), np.searchsorted(self._cuts, bare, "right")
        return bare + self._left[here] - self._left[before]
