"""The echoes that wait to be counted, and the record before the next: it may be the same event, written twice."""

from __future__ import annotations

from typing import NamedTuple

from asynclog.model import Record
from asynclog.read.column import Collected, Column, Place
from asynclog.read.shapes import TASK_NAME

TASK = b"name='Task-"


class Before(NamedTuple):
    """What stands before an entry: a record, its duration as printed, its column (None: it was cut)."""

    place: Place
    number: bytes
    column: Column | None


class Trail:
    """What was met in one source, in order. `wrapped`: there is something before each line."""

    def __init__(self, json: bool, wrapped: bool) -> None:
        self._json, self._wrapped = json, wrapped
        self.waiting = Collected()
        self.before: Before | None = None
        self._last: Place | None = None
        self.end = 0
        """Up to where the last echo covers the source."""

    def reach(self, place: Place, number: bytes, column: Column) -> None:
        """Note the last echo so far, whose duration was printed as `number`."""
        self.waiting.last = self._last = place
        self.cover(place)
        self.before = Before(place, number, column)

    def cover(self, place: Place) -> None:
        """Note that the source is read up to the end of an echo, whether that is counted or not."""
        self.end = max(self.end, place.end_offset)

    def meet(self, before: Before, place: Place, column: Column | None, time: bytes) -> None:
        """Note two neighbours of one duration: they may be one event that two handlers wrote."""
        former = before.column
        if column is not None and former is not None and column.template.fingerprint != former.template.fingerprint:
            return
        raw, other = place.raw, before.place.raw
        if not before.number:
            own = TASK_NAME.search(raw)
            if own is None or (theirs := TASK_NAME.search(other)) is None or own[1] != theirs[1]:
                return
        if column is not None and column is former and not self._wrapped:
            at = raw.find(time)
            end = raw.find(b"\\n" if self._json else b"\n", at) % (len(raw) + 1)  # a finding's text is one line
            if raw[:at] != other[:at] or raw[at + len(time) : end] != other[at + len(time) : end]:
                return
        self.waiting.pairs.append((before.place, place))

    def cut(self, record: Record, raw: bytes) -> bool:
        """Note a record that was cut; whether echoes stand between it and the one cut before."""
        place = Place(raw, record.line, record.offset)
        number = record.fields.get("duration", "").encode()
        before = self.before
        apart = before is not None and before.column is not None
        if before is not None and before.column is not None and before.number == number:
            self.meet(before, place, None, b"")
        self.before = Before(place, number, None)
        return apart

    def longest(self, column: Column, took: bytes, place: Place) -> None:
        """Note a record that took `took`, if no other of its column took longer."""
        if (value := float(took)) > column.longest:
            column.longest, column.took, column.worst = value, took, place
            self.waiting.longest.add(column)

    def token(self, column: Column, token: bytes) -> bool:
        """Count the identifier in a record's message; whether the record is to be shown."""
        self.waiting.tokens[column, token] += 1
        return column.shows(token)

    def collected(self) -> Collected:
        """Hand over what waits."""
        result, self.waiting = self.waiting, Collected(last=self._last)
        return result
