"""Records that say again what an earlier one said, told by their bytes alone and collected in columns.

A busy log repeats itself: the same callback is slow a thousand times, and only the time, the duration, the number of
the task and some addresses differ. Such a record is not cut and parsed again: its time, duration and line go into the
column of the first. A column is opened only for a record that covered its whole entry, alone, and that `accept` takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from asynclog import native
from asynclog.model import Record
from asynclog.read.bare import Bare, Bares
from asynclog.read.column import ADDRESS, Accept, Collected, Column, Place
from asynclog.read.entries import Entries
from asynclog.read.layout import Layout
from asynclog.read.narrow import Within
from asynclog.read.outlines import Outlines
from asynclog.read.shapes import ZEROS, Key, Own, Shape, shape_of
from asynclog.read.together import Noted, Together, Window
from asynclog.read.trail import TASK, Before, Trail

_PENDING = 10_000  # echoes that wait in columns before they are handed over
_TOGETHER = 100_000  # the same, of those that wait in compiled code: to hand over is dear there, and to wait is not
_TEXTS = 20_000  # names and words that wait
_SHAPES = 1 << 14
_KEYS = 24 << 20  # bytes of keys that are remembered
_LONGEST = 1 << 16  # bytes of an entry that may have echoes
_OTHERWISE = frozenset({"loop-lifecycle"})  # kinds with a printed duration that is not the record's


class _Met(NamedTuple):
    """A shape with the key and the column of the last entry of its skeleton: mostly they are those of the next too."""

    shape: Shape
    key_of: Callable[[bytes], Key]
    own_of: Callable[[bytes], Own]
    lines: int
    key: Key = ()
    column: Column | None = None


class Echoes:
    """What was met in one source, by key. `accept` gives the template of a record, None where it cannot be one.

    `concerns` tells whether an entry holds an anchor.
    """

    def __init__(
        self,
        layout: Layout,
        accept: Accept,
        concerns: Callable[[bytes], bool],
        anchors: tuple[bytes, ...] = (),
        within: Within | None = None,
    ) -> None:
        self._accept, self._within = accept, within
        self.entries = Entries(layout)
        self._bares = Bares(layout.json)
        self._trail = Trail(layout.json, self.entries.wrapper is not None)
        self._shapes: dict[int, _Met | None] = {}
        self._columns: dict[Key, Column | None] = {}
        self._together = (
            Together(
                self.entries,
                self._trail,
                self._bares,
                Outlines(layout.json, self._new_shape),
                concerns,
                anchors,
                within,
            )
            if native.Lookup is not None
            else None
        )
        self._size = 0
        self._fine: dict[tuple[bytes, ...], set[bytes]] = {}

    # -- telling -----------------------------------------------------------------------------------------------------

    def split(self, data: bytes, first: int, stop: int, starts: list[int] | None = None) -> list[bytes] | Window:
        """The entries of data[first:stop], which starts and ends with whole ones: at `starts`, if that is known."""
        window = self._together.split(data, first, stop, starts) if self._together is not None else None
        if window is not None:
            return window
        if starts is None:
            return self.entries.split(data[first:stop])
        return [data[start : end - 1] for start, end in pairwise([*starts, stop + 1])]

    def take(self, entries: list[bytes] | Window, index: int, offset: int, line: int) -> tuple[int, int, int]:
        """Collect the entries that `split` gave from `index` on, up to the first that is no echo: its index, offset, line.

        `offset` is the place in the source, `line` the line of the entry at `index`.
        """
        if isinstance(entries, list):
            if self._within is not None:  # what is left out is told by compiled code only
                return index, offset, line
            return self._each(entries, index, len(entries), offset, line)
        together = self._together
        assert together is not None
        while index < len(entries):
            stop = entries.until(index)
            if stop == index:
                if together.again(entries, index):
                    continue
                if self._within is not None:
                    if self._learnt(entries[index]) and together.again(entries, index):
                        continue
                    break
                if self._each(entries, index, index + 1, offset, line)[0] == index:
                    break
                stop = index + 1
            else:
                together.collect(entries, index, stop, offset, line)
            size, height = entries.between(index, stop)
            index, offset, line = stop, offset + size, line + height
        return index, offset, line

    def sweep(
        self, data: bytes, hits: list[int], index: int, start: int, limit: int, counts: bytes = b""
    ) -> tuple[Window, int] | None:
        """The entries around `hits` from `index` on, to be taken, up to one that is no known echo, and where the last ends; None
        where the one at `start` is none. The last ends before `limit`; `counts` are the line ends before each block.
        """
        return self._together.sweep(data, hits, index, start, limit, counts) if self._together is not None else None

    def _each(
        self, entries: list[bytes] | Window, index: int, stop: int, offset: int, line: int
    ) -> tuple[int, int, int]:
        """Collect the entries from `index` up to `stop`, each for itself, up to the first that is no echo."""
        shapes, columns, trail, waiting = self._shapes, self._columns, self._trail, self._trail.waiting
        own_column, own_parts, own_line = waiting.columns.append, waiting.owns.append, waiting.lines.append
        last, met, found = b"", -1, None
        before = trail.before
        number = before.number if before is not None else None

        for index in range(index, stop):  # noqa: B020 - goes on from where it was
            bare = entry = entries[index]
            token = b""
            code = hash(bare.translate(ZEROS))
            if code not in shapes:
                bare, token = self._bares.guess(entry)
                code = hash(bare.translate(ZEROS))
                if code not in shapes:
                    bare, token = self._bares.of(entry)
                    code = hash(bare.translate(ZEROS))
                    if code not in shapes and self._shaped(bare, code) is None:
                        break
            known = shapes[code]
            if known is None:  # nothing of ours
                line += entry.count(b"\n") + 1
                offset += len(entry) + 1
                continue
            _, key_of, own_of, height, usual, column = known
            key = key_of(bare)
            if key != usual or column is None:  # to compare costs less than to look it up
                column = columns.get(key)
                if column is None:
                    break
                shapes[code] = known._replace(key=column.key, column=column)
            parts = own_of(bare)
            _, took, name = parts
            if ((name and name not in column.fine) or token) and not column.allows(name, token):
                break
            if took and (value := float(took)) > column.longest:
                if value > column.most:
                    break
                trail.longest(column, took, Place(entry, line, offset))
            if took == number and (took or TASK in entry):
                if found is not None:
                    before = Before(Place(last, waiting.lines[-1], met), took, found)
                assert before is not None
                trail.meet(before, Place(entry, line, offset), column, parts[0])
            if token and trail.token(column, token):
                waiting.shown.append((column, Place(entry, line, offset)))
            own_column(column)
            own_parts(parts)
            own_line(line)
            if self._together is not None:
                self._together.learn(Noted(entry, Bare(bare, token), known.shape, column, name))
            last, met, found, number = entry, offset, column, took
            line += height
            offset += len(entry) + 1
        else:
            index = stop
        if found is not None:
            trail.reach(Place(last, waiting.lines[-1], met), number or b"", found)
        return index, offset, line

    def _learnt(self, entry: bytes) -> bool:
        """Let compiled code know an entry that repeats another; whether it does."""
        assert self._together is not None
        bare = self._bares.of(entry)
        shape = self._shape(bare.text)
        column = self._columns.get(shape.key(bare.text)) if shape is not None else None
        if shape is None or column is None:
            return False
        name = shape.own(bare.text)[2]
        if (name or bare.token) and not column.allows(name, bare.token):
            return False
        self._together.learn(Noted(entry, bare, shape, column, name))
        return True

    # -- learning ----------------------------------------------------------------------------------------------------

    def cut(self, record: Record, raw: bytes) -> bool:
        """Note a record that was cut; whether echoes stand between it and the one cut before."""
        return self._trail.cut(record, raw)

    def learn(self, entry: bytes, offset: int, records: Sequence[Record], empty: bool) -> None:
        """Remember what an entry gave. `empty`: it holds no anchor."""
        bare, token = self._bares.of(entry)
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        if empty:
            self._shapes[hash(bare.translate(ZEROS))] = None
            return
        shape = self._shape(bare)
        if shape is None or (key := shape.key(bare)) in self._columns:
            return
        if self._size > _KEYS:
            self._columns.clear()
            self._shapes.clear()
            self._size = 0
        self._size += len(bare) + 100
        column = self._columns[key] = self._column(entry, shape, key, Bare(bare, token), offset, records)
        if column is not None and self._together is not None and (not column.name or column.allows(column.name, token)):
            self._together.learn(Noted(entry, Bare(bare, token), shape, column, column.name), first=True)

    @property
    def reach(self) -> int:
        """Up to where the last echo covers the source."""
        return self._trail.end

    def _shape(self, bare: bytes) -> Shape | None:
        """The shape of an entry; None where it cannot have one."""
        code = hash(bare.translate(ZEROS))
        known = self._shapes.get(code)
        return known.shape if known is not None else self._shaped(bare, code)

    def _shaped(self, bare: bytes, code: int) -> Shape | None:
        """The shape of an entry whose skeleton is new, if it can have one: then it is remembered."""
        shape = self._new_shape(bare)
        if shape is not None:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            self._shapes[code] = _Met(shape, *shape[:3])
        return shape

    def _new_shape(self, bare: bytes) -> Shape | None:
        if len(bare) > _LONGEST or (time := self.entries.time(bare)) is None or self.entries.quotes(bare):
            return None
        moving = self.entries.wrapper.times(bare) if self.entries.wrapper is not None else ()
        return shape_of(bare, time, self.entries.json, moving)

    def _column(
        self, entry: bytes, shape: Shape, key: Key, bare: Bare, offset: int, records: Sequence[Record]
    ) -> Column | None:
        """The column of an entry that is one record and nothing else."""
        if len(records) != 1:
            return None
        record = records[0]
        stamp = record.prefix.timestamp
        time, number, name = shape.own(bare.text)
        if ADDRESS in name:
            return None
        whole = record.offset == offset and record.end_offset == offset + len(entry) + 1
        if not whole or record.kind is None or record.cut or record.headless:
            return None
        if record.stream is not None and self.entries.wrapper is None:
            return None
        if (stamp.text.encode("utf-8", "backslashreplace") if stamp is not None else b"") != time:
            return None
        printed = record.fields.get("duration", "").encode()
        if printed not in (b"", number):
            return None
        template = self._accept(record)
        if template is None:
            return None
        number = number if printed or record.kind in _OTHERWISE else b""
        fine = self._fine.setdefault(template.guard, set())
        return Column(record, template, key, number, name, bare.token, fine)

    @property
    def pending(self) -> int:
        """How many wait."""
        return len(self._trail.waiting.lines) + (self._together.pending if self._together is not None else 0)

    @property
    def full(self) -> bool:
        """Whether so many wait that they are to be handed over."""
        waiting, together = self._trail.waiting, self._together
        many = together is not None and (together.pending > _TOGETHER or together.texts > _TEXTS)
        return many or len(waiting.lines) > _PENDING or len(waiting.tokens) > _TEXTS

    def collected(self) -> Collected:
        """Hand over what waits."""
        if self._together is not None:
            self._together.flush()
        return self._trail.collected()
