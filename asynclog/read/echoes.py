"""Records that say again what an earlier one said, told by their bytes alone and collected in columns.

A busy log repeats itself: the same callback is slow a thousand times, and only the time, the duration, the number of
the task and some addresses differ. Such a record is not cut and parsed again: its time, duration and line go into the
column of the first. A column is opened only for a record that covered its whole entry, alone, and that `accept` takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.model import Record
from asynclog.read.column import Accept, Collected, Column, Place
from asynclog.read.layout import Layout
from asynclog.read.outside import Outside
from asynclog.read.shapes import ZEROS, Bare, Key, Own, Shape, bare_of, shape_of
from asynclog.read.wrappers import JSON_LINE

PENDING = 10_000  # echoes that wait in columns before they are handed over
_SHAPES = 1 << 14
_KEYS = 24 << 20  # bytes of keys that are remembered
_JSON_TIME = regex(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?")
# the first line of a warning that was printed bare, between the records of a log: nothing else looks like it
_BARE = rb"/[^\s:]{1,300}:\d+: RuntimeWarning: coroutine '[\w.<>]{1,200}' was never awaited\r?\n"
_BARE_LINE = regex(_BARE)
_LONGEST = 1 << 16  # bytes of an entry that may have echoes
_OTHERWISE = frozenset({"loop-lifecycle"})  # kinds with a printed duration that is not the record's
_TASK = b"name='Task-"
_TASK_NAME = regex(rb"name='(Task-\d+)'")


class _Before(NamedTuple):
    """What stands before an entry: a record, its duration as printed, its column (None: it was cut)."""

    place: Place
    number: bytes
    column: Column | None


class _Met(NamedTuple):
    """A shape with the key and the column of the last entry of its skeleton: mostly they are those of the next too."""

    shape: Shape
    key_of: Callable[[bytes], Key]
    own_of: Callable[[bytes], Own]
    lines: int
    key: Key = ()
    column: Column | None = None


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
        self._shapes: dict[int, _Met | None] = {}
        self._columns: dict[Key, Column | None] = {}
        self._size = 0
        self._fine: dict[tuple[bytes, ...], set[bytes]] = {}
        self._waiting = Collected()
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
        shapes, columns, waiting, before = self._shapes, self._columns, self._waiting, self._before
        own_column, own_parts, own_line = waiting.columns.append, waiting.owns.append, waiting.lines.append
        last, met, found = b"", -1, None
        number = before.number if before is not None else None

        for index in range(index, len(entries)):  # noqa: B020 - goes on from where it was
            bare = entry = entries[index]
            token = b""
            code = hash(bare.translate(ZEROS))
            if code not in shapes:
                bare, token = bare_of(bare, self._json)
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
            if took == number and (took or _TASK in entry):
                if found is not None:
                    before = _Before(Place(last, waiting.lines[-1], met), took, found)
                assert before is not None
                self._meet(before, Place(entry, line, offset), column, parts[0])
            if took and (value := float(took)) > column.longest:
                column.longest, column.took, column.worst = value, took, Place(entry, line, offset)
                waiting.longest.add(column)
            if token:
                waiting.tokens[column, token] += 1
                if column.shows(token):
                    waiting.shown.append((column, Place(entry, line, offset)))
            own_column(column)
            own_parts(parts)
            own_line(line)
            last, met, found, number = entry, offset, column, took
            line += height
            offset += len(entry) + 1
        else:
            index = len(entries)
        if found is not None:
            waiting.last = self._last = Place(last, waiting.lines[-1], met)
            self._before = _Before(self._last, number or b"", found)
        return index, offset, line

    def _meet(self, before: _Before, place: Place, column: Column | None, time: bytes) -> None:
        """Note two neighbours of one duration: they may be one event that two handlers wrote."""
        raw, other = place.raw, before.place.raw
        if not before.number:
            own = _TASK_NAME.search(raw)
            if own is None or (former := _TASK_NAME.search(other)) is None or own[1] != former[1]:
                return
        if column is not None and column is before.column and self.wrapper is None:
            at = raw.find(time)
            end = raw.find(b"\\n" if self._json else b"\n", at) % (len(raw) + 1)  # a finding's text is one line
            if raw[:at] != other[:at] or raw[at + len(time) : end] != other[at + len(time) : end]:
                return
        self._waiting.pairs.append((before.place, place))

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
        shape = self._shape(bare)
        if shape is None or (key := shape.key(bare)) in self._columns:
            return
        if self._size > _KEYS:
            self._columns.clear()
            self._shapes.clear()
            self._size = 0
        self._size += len(bare) + 100
        self._columns[key] = self._column(entry, shape, key, Bare(bare, token), offset, records)

    @property
    def reach(self) -> int:
        """Up to where the last echo covers the source."""
        return self._last.end_offset if self._last is not None else 0

    def _shape(self, bare: bytes) -> Shape | None:
        """The shape of an entry; None where it cannot have one."""
        code = hash(bare.translate(ZEROS))
        known = self._shapes.get(code)
        return known.shape if known is not None else self._shaped(bare, code)

    def _shaped(self, bare: bytes, code: int) -> Shape | None:
        """The shape of an entry whose skeleton is new, if it can have one: then it is remembered."""
        if len(bare) > _LONGEST or (time := self._time(bare)) is None:
            return None
        if b"\\n" in bare and not self._json and self._quoted.search(bare) is not None:
            return None
        if len(self._shapes) >= _SHAPES:
            self._shapes.clear()
        moving = self.wrapper.times(bare) if self.wrapper is not None else ()
        shape = shape_of(bare, time, self._json, moving)
        self._shapes[code] = _Met(shape, *shape)
        return shape

    def _time(self, entry: bytes) -> tuple[int, int] | None:
        """Where the time of an entry stands; an empty span for entries that have none, None where it is none."""
        if self._json:
            found = _JSON_TIME.search(entry)
            return found.span() if found is not None else None
        assert self._header is not None
        head = self._header.match(entry)
        return head.span("time") if head is not None else (0, 0)

    def _column(
        self, entry: bytes, shape: Shape, key: Key, bare: Bare, offset: int, records: Sequence[Record]
    ) -> Column | None:
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
        number = number if printed or record.kind in _OTHERWISE else b""
        fine = self._fine.setdefault(template.guard, set())
        return Column(record, template, key, number, name, bare.token, fine)

    @property
    def pending(self) -> int:
        """How many wait."""
        return len(self._waiting.lines)

    def collected(self) -> Collected:
        """Hand over what waits."""
        result, self._waiting = self._waiting, Collected(last=self._last)
        return result
