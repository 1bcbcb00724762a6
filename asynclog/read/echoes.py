"""Records that say again what an earlier one said, told by their bytes alone and collected in columns.

A busy log repeats itself: the same callback is slow a thousand times, and only the time, the duration, the number of
the task and some addresses differ. Such a record is not cut and parsed again: its time, duration and line go into the
column of the first. A column is opened only for a record that covered its whole entry, alone, and that `accept` takes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.model import Record
from asynclog.read.column import Accept, Collected, Column, Place
from asynclog.read.layout import Layout
from asynclog.read.outside import Outside
from asynclog.read.shapes import ZEROS, Bare, Shape, bare_of, shape_of
from asynclog.read.wrappers import JSON_LINE

PENDING = 40_000  # echoes that wait in columns before they are handed over
_SHAPES = 1 << 14
_KEYS = 24 << 20  # bytes of keys that are remembered
_JSON_TIME = regex(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
# the first line of a warning that was printed bare, between the records of a log: nothing else looks like it
_BARE = rb"/[^\s:]{1,300}:\d+: RuntimeWarning: coroutine '[\w.<>]{1,200}' was never awaited\r?\n"
_BARE_LINE = regex(_BARE)
_LONGEST = 1 << 16  # bytes of an entry that may have echoes
_OTHERWISE = frozenset({"loop-lifecycle"})  # kinds with a printed duration that is not the record's
_TASK_NAME = regex(rb"name='(Task-\d+)'")


class _Before(NamedTuple):
    """What stands before an entry: a record, its duration as printed, its column (None: it was cut)."""

    place: Place
    number: bytes
    column: Column | None


class Echoes:
    """What was met in one source, by key. `accept` gives the template of a record, None where it cannot be one."""

    def __init__(self, layout: Layout, accept: Accept) -> None:
        self._accept = accept
        self._json = layout.json
        self.wrapper = Outside(layout.wrappers) if layout.wrappers and JSON_LINE not in layout.wrappers else None
        self._header: re.Pattern[bytes] | None = None
        self._next = re.compile(rb"\n")
        self._bare = _BARE_LINE
        if layout.header is not None:
            header = layout.header.pattern.encode()
            inside = header.replace(b"?P<time>", b"?:")
            before = after = b""
            if self.wrapper is not None:
                before, after = self.wrapper.timed(b"?P<time>" not in header), self.wrapper.plain
            self._header = re.compile(before + header)
            self._bare = re.compile(after + _BARE)
            self._next = re.compile(rb"\n(?=" + after + rb"(?:" + inside + rb"|" + _BARE + rb"))")
            self._quoted = re.compile(rb"\\n" + inside)
        timed = self._header is not None and "time" in self._header.groupindex
        if layout.wrappers:
            self.able = timed and self.wrapper is not None and not layout.tests
        else:
            self.able = (timed or layout.json) and not layout.tests
        self._shapes: dict[int, Shape | None] = {}
        self._columns: dict[tuple[bytes, ...], Column | None] = {}
        self._size = 0
        self._waiting: list[Column] = []
        self.pending = 0
        self._pairs: list[tuple[Place, Place]] = []
        self._before: _Before | None = None
        self._last: Place | None = None

    # -- entries -----------------------------------------------------------------------------------------------------

    def starts(self, data: bytes, start: int) -> bool:
        """Whether an entry starts at the line that starts at `start`."""
        if self._json:
            return True
        assert self._header is not None
        return self._header.match(data, start) is not None or self._bare.match(data, start) is not None

    def next(self, data: bytes, start: int) -> int:
        """Where the entry behind the one at `start` starts; -1 where that is not seen."""
        found = self._next.search(data, start)
        return found.end() if found is not None else -1

    def last_start(self, data: bytes, start: int, end: int) -> int:
        """Where the last entry of `data` that starts in (start, end] starts; -1 where none does."""
        while (end := data.rfind(b"\n", start, end)) >= 0:
            if self._next.match(data, end) is not None:
                return end + 1
        return -1

    def split(self, data: bytes) -> list[bytes]:
        """The entries of `data`, which starts and ends with whole ones."""
        return data.split(b"\n") if self._json else self._next.split(data)

    # -- telling -----------------------------------------------------------------------------------------------------

    def take(self, entries: list[bytes], index: int, offset: int, line: int) -> tuple[int, int, int]:
        """Collect the entries from `index` on, up to the first that is no echo; where that is: index, offset, line.

        `offset` is the place in the source, `line` the line of the entry at `index`.
        """
        shapes, columns, before = self._shapes, self._columns, self._before
        number = before.number if before is not None else None
        entry, at, met, column = b"", -1, -1, None
        for index in range(index, len(entries)):  # noqa: B020 - goes on from where it was
            following = entries[index]
            bare, token = following, b""
            code = hash(following.translate(ZEROS))
            if code not in shapes:
                bare, token = bare_of(following, self._json)
                code = hash(bare.translate(ZEROS))
                if code not in shapes:
                    break
            shape = shapes[code]
            if shape is None:  # nothing of ours
                line += following.count(b"\n") + 1
                offset += len(following) + 1
                continue
            found = columns.get(shape.key(bare))
            if found is None:
                break
            own = shape.own(bare)
            _, took, name = own
            if ((name and name not in found.fine) or token) and not found.allows(name, token):
                break
            if took == number:
                if column is not None:
                    before = _Before(Place(entry, met, at), took, column)
                assert before is not None
                self._meet(before, Place(following, line, offset), found, own[0])
            if not found.lines:
                self._waiting.append(found)
            entry, at, met, column, number = following, offset, line, found, took
            found.owns.append(own)
            found.lines.append(line)
            if took and (value := float(took)) > found.longest:
                found.longest, found.fresh = value, True
                found.worst = Place(following, line, offset)
            if token:
                found.meet(token, following, line, offset)
            self.pending += 1
            line += shape.lines
            offset += len(following) + 1
        else:
            index = len(entries)
        if column is not None:
            self._last = Place(entry, met, at)
            self._before = _Before(self._last, number or b"", column)
        return index, offset, line

    def _meet(self, before: _Before, place: Place, column: Column | None, time: bytes) -> None:
        """Note two neighbours of one duration: they may be one event that two handlers wrote."""
        raw, other = place.raw, before.place.raw
        if not before.number:
            own = _TASK_NAME.search(raw)
            if own is None or (former := _TASK_NAME.search(other)) is None or own[1] != former[1]:
                return
        if column is None or column is not before.column or self.wrapper is not None:
            self._pairs.append((before.place, place))
            return
        at = raw.find(time)
        end = raw.find(b"\\n" if self._json else b"\n", at) % (len(raw) + 1)  # a finding's text is one line
        if raw[:at] == other[:at] and raw[at + len(time) : end] == other[at + len(time) : end]:
            column.repeats.append((before.place, place))

    # -- learning ----------------------------------------------------------------------------------------------------

    def cut(self, record: Record, raw: bytes) -> bool:
        """Note a record that was cut; whether echoes stand between it and the one cut before."""
        place = Place(raw, record.line, record.offset)
        number = record.fields.get("duration", "").encode()
        before = self._before
        apart = before is not None and before.column is not None
        if before is not None and before.column is not None and before.number == number:
            self._meet(before, place, None, b"")
        self._before = _Before(place, number, None)
        return apart

    def learn(self, entry: bytes, offset: int, records: Sequence[Record], empty: bool) -> None:
        """Remember what an entry gave. `empty`: it holds no anchor."""
        bare, token = bare_of(entry, self._json)
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        if empty:
            self._shapes[hash(bare.translate(ZEROS))] = None
            return
        shape, key = self._key(bare)
        if shape is None or key in self._columns:
            return
        if self._size > _KEYS:
            self._columns.clear()
            self._size = 0
        self._size += len(bare) + 100
        self._columns[key] = self._column(entry, shape, Bare(bare, token), offset, records)

    @property
    def reach(self) -> int:
        """Up to where the last echo covers the source."""
        return self._last.end_offset if self._last is not None else 0

    def is_known(self, entry: bytes) -> bool:
        """Whether an entry is an echo though its shape is new; `take` then knows it."""
        shape, key = self._key(bare_of(entry, self._json).text)
        return shape is not None and self._columns.get(key) is not None

    def _key(self, bare: bytes) -> tuple[Shape | None, tuple[bytes, ...]]:
        code = hash(bare.translate(ZEROS))
        shape = self._shapes.get(code)
        if shape is None:
            if len(bare) > _LONGEST or (time := self._time(bare)) is None:
                return None, ()
            if b"\\n" in bare and not self._json and self._quoted.search(bare) is not None:
                return None, ()
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            moving = self.wrapper.times(bare) if self.wrapper is not None else ()
            shape = self._shapes[code] = shape_of(bare, time, self._json, moving)
        return shape, shape.key(bare)

    def _time(self, entry: bytes) -> tuple[int, int] | None:
        """Where the time of an entry stands; an empty span for entries that have none, None where it is none."""
        if self._json:
            found = _JSON_TIME.search(entry)
            return found.span() if found is not None else None
        assert self._header is not None
        head = self._header.match(entry)
        return head.span("time") if head is not None else (0, 0)

    def _column(self, entry: bytes, shape: Shape, bare: Bare, offset: int, records: Sequence[Record]) -> Column | None:
        """The column of an entry that is one record and nothing else."""
        if len(records) != 1:
            return None
        record = records[0]
        stamp = record.prefix.timestamp
        time, number, name = shape.own(bare.text)
        whole = record.offset == offset and record.end_offset == offset + len(entry) + 1
        if not whole or record.kind is None or record.cut or record.headless:
            return None
        if record.stream is not None and self.wrapper is None:
            return None
        if (stamp.text.encode("utf-8", "backslashreplace") if stamp is not None else b"") != time:
            return None
        printed = record.fields.get("duration", "").encode()
        if printed not in (b"", number):
            return None
        template = self._accept(record)
        if template is None:
            return None
        return Column(record, template, number if printed or record.kind in _OTHERWISE else b"", name, bare.token)

    def collected(self) -> Collected:
        """Hand over what waits."""
        result = Collected(self._waiting, self._pairs, self._last)
        self._waiting, self._pairs, self.pending = [], [], 0
        return result
