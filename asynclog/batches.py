"""Records that repeat an earlier one, counted by column: no finding is made for each of them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import zip_longest

from asynclog.aggregate.columns import Columns, Counts, counts_of
from asynclog.aggregate.counter import Kind, counter
from asynclog.aggregate.run import RunBuilder
from asynclog.classify.alike import Alike
from asynclog.held import Durations, Held, Template, shows_token, template_of
from asynclog.model import Finding, Record
from asynclog.parse.message import duration
from asynclog.read.clock import Clock
from asynclog.read.column import Collected, Column, Lot, Place
from asynclog.read.shapes import UNNAMED, Own

_MANY = 50_000  # echoes that wait before they are counted
_COUNTED = 1 << 16  # findings whose lines are held, though they are counted
_TURNS = 8  # times that columns are taken before they are counted, though they are few
_SIGNS_KEPT = 2048
_WAITING = 1 << 13  # columns whose longest record is not yet told
_UNITS = ("s", "ms", "us")
_LIFECYCLE = "loop-lifecycle"
_SIGNS = ("Close <", "Using ")  # lifecycle records whose place among the others matters


class Batches:
    """Counts in `builder`. `find` makes the finding of a record and tells what is like it; `again` cuts one again, of which
    `look` makes the finding and counts nothing; `masked` is a text as reports show it.
    """

    def __init__(
        self,
        builder: RunBuilder,
        find: Callable[[Record, bool], tuple[Finding | None, Alike | None]],
        again: Callable[[Place, Record], Record],
        look: Callable[[Record], Finding | None],
        masked: Callable[[str], str] = str,
    ) -> None:
        self._builder = builder
        self._find = find
        self._again, self._look, self._masked = again, look, masked
        self._clock = Clock()
        self._found: dict[int, tuple[Record, Finding | None]] = {}
        self._read = {unit: Durations(unit) for unit in (None, *_UNITS)}
        self._held: dict[Column, Held] = {}
        self._columns: list[Column] = []
        self._owns: list[Own] = []
        self._lines: list[int] = []
        self._counter = counter()
        self._turns = self._signs = 0
        self._longest: dict[Column, int] = {}
        self._like: Record | None = None
        self._last: Place | None = None

    def accept(self, record: Record) -> Template | None:
        """What is common to all records like `record`; None where each is to be looked at."""
        finding, alike = self._find(record, True)
        self._found[id(record)] = (record, finding)
        if alike is None:
            return None
        counted = finding is not None
        finding = finding or alike.choices[0].finding
        if record.kind == _LIFECYCLE and finding.text.startswith(_SIGNS):
            return None
        if finding.timestamp is not None:
            text = finding.timestamp.text.encode("utf-8", "backslashreplace")
            if self._clock.micros([text]) != [finding.timestamp.micros]:
                return None
        unit = None
        if finding.duration is not None:
            printed = record.fields.get("duration", "")
            fitting = [unit for unit in _UNITS if duration(printed, unit) == finding.duration]
            if len(fitting) != 1:
                return None
            unit = fitting[0]
        elif record.fields.get("duration") and record.kind != _LIFECYCLE:  # none that can be: others may be one
            return None
        handshake = record.kind == _LIFECYCLE and unit is None and " handshake took " in finding.text
        unit = "ms" if handshake else unit
        bounds = tuple(choice.duration for choice in alike.choices)
        guard = tuple(part.encode("utf-8", "replace") for part in alike.fixed)
        seen = None if alike.seen is None else tuple(part.encode("utf-8", "replace") for part in alike.seen)
        self._like = record
        kind = Kind(finding.timestamp is not None, unit is not None, bounds)
        return Template(alike, guard, seen, unit, handshake, kind, counted, self._masked)

    def add(self, record: Record) -> None:
        """Count a record that was cut."""
        known = self._found.pop(id(record), None)
        finding = known[1] if known is not None and known[0] is record else self._find(record, False)[0]
        if finding is None:
            return
        if finding.kind == _LIFECYCLE and finding.text.startswith(_SIGNS):
            self._signs += 1
            if self._signs % _SIGNS_KEPT == 0:  # the builder forgets old ones
                self._settle()
        self._builder.add(finding)

    def add_collected(self, collected: Collected) -> None:
        """Take what waited in columns; it is counted when there is enough of it."""
        for place in collected.firsts:
            if (first := self._finding(place)) is not None:
                self._builder.apart()
                self._builder.add(first)
        self._builder.apart()
        for column in collected.longest:
            template = template_of(column)
            if template.unit is not None and not template.handshake:
                self._longest[column] = self._read[template.unit][column.took] or 0
        for (column, token), number in collected.tokens.items():
            self._hold(column).messages[token] += number
        for column, place in collected.shown:
            if shows_token(column) and (shown := self._finding(place)) is not None:
                self._builder.add_sample(shown)
        for before, after in collected.pairs:
            self._add_pair(self._finding(before), self._finding(after))
        self._last = collected.last or self._last
        self._columns += collected.columns
        self._owns += collected.owns
        self._lines += collected.lines
        for lot in collected.lots:
            self._take_lot(lot)
        self._turns += bool(collected.columns) and not collected.lots
        if self._turns > _TURNS or len(self._lines) > _MANY:
            self._count_waiting()
        if self._counter is not None and self._counter.size > _COUNTED:
            self._settle()

    def finish(self) -> None:
        """Count what is held, and tell the builder where the echoes end."""
        self._settle()
        self._add_longest()
        if self._last is not None and (finding := self._finding(self._last)) is not None:
            self._builder.add_end(finding)

    def _add_longest(self) -> None:
        """The longest of all columns, longest first: so a finding is made once for each group."""
        for column, longest in sorted(self._longest.items(), key=lambda each: -each[1]):
            if (place := column.worst) is not None:
                self._builder.add_worst(template_of(column).finding.fingerprint, longest, partial(self._finding, place))
        self._longest.clear()

    def _hold(self, column: Column) -> Held:
        held = self._held.get(column)
        if held is None:
            template = template_of(column)
            held = self._held[column] = Held(column, len(self._held), self._read[template.unit])
            if self._counter is not None:
                self._counter.add_column(template.kind, template.blocking)
        return held

    def _forget(self) -> None:
        self._turns = 0
        self._columns, self._owns, self._lines = [], [], []

    def _take_names(self, names: Sequence[bytes]) -> None:
        for (column, name), number in Counter(zip(self._columns, names, strict=True)).items():
            if name:
                self._hold(column).tasks[name] += number

    def _take_lot(self, lot: Lot) -> None:
        """Count echoes that were told together."""
        assert self._counter is not None
        numbers = [-1] * len(lot.columns)
        for number, name, count in lot.names:
            column = lot.columns[number]
            held = self._hold(column)
            numbers[number] = held.number
            if name or column.name:
                held.tasks[name or UNNAMED] += count
        for column, *moments in lot.ends:
            for micros, printed in moments:
                self._hold(column).reach(micros, partial(bytes, printed))
        self._counter.add(lot.rows, numbers)
        for timed, number in enumerate(lot.left_out):
            self._builder.add_left_out(bool(timed), number)

    def _count_waiting(self) -> None:
        """Count what waits in columns."""
        rows: dict[Column, list[int]] = {}
        for row, column in enumerate(self._columns):
            rows.setdefault(column, []).append(row)
        self._take_names([own[2] for own in self._owns])
        together = array("q")
        for column, own in rows.items():
            held, kind = self._hold(column), template_of(column).kind
            lines = [self._lines[row] for row in own]
            times = [self._owns[row][0] for row in own]
            micros = self._clock.micros(times) if kind.timed else []
            durations = [held.read[self._owns[row][1]] for row in own] if kind.lasting else []
            for at, micro in enumerate(micros):
                if micro is not None:
                    held.reach(micro, partial(times.__getitem__, at))
            if self._counter is None or None in micros or None in durations:
                self._count_plainly(held, micros, durations, lines)
            else:
                for micro, took, line in zip_longest(micros, durations, lines):
                    together.extend((held.number, micro or 0, took or 0, line))
        if self._counter is not None and together:
            self._counter.add(together.tobytes(), list(range(len(self._held))))
        self._forget()

    def _count_plainly(
        self, held: Held, micros: list[int | None], durations: list[int | None], lines: list[int]
    ) -> None:
        template = template_of(held.column)
        choices: dict[int, list[int]] = {}
        for index, took in enumerate(durations):
            choices.setdefault(bisect_right(template.kind.bounds, took or 0) - 1, []).append(index)
        for choice, some in choices.items() if durations else [(0, list(range(len(lines))))]:
            counts = counts_of([micros[at] for at in some if micros], [durations[at] for at in some if durations])
            self._count(held, choice, counts, [lines[index] for index in some])
        if template.blocking and micros and durations:
            self._builder.add_blocked(micros, durations)

    def _settle(self) -> None:
        """Count what is held."""
        if self._lines:
            self._count_waiting()
        columns = list(self._held.values())
        if self._counter is not None and self._counter.size:
            self._builder.add_blocked(*self._counter.reaching())
            for part in self._counter.parts():
                self._count(columns[part.column], part.choice, part.counts, part.lines)
        self._counter = counter()
        self._held.clear()
        if len(self._longest) > _WAITING:
            self._add_longest()

    def _count(self, held: Held, choice: int, counts: Counts, lines: Sequence[int]) -> None:
        template = template_of(held.column)
        finding = template.alike.choices[choice].finding
        if template.handshake:
            self._builder.add_handshakes(counts)
            counts = Counts((counts.cells[0], counts.cells[1], ()))
        names = held.task_names(finding), held.exception_messages(finding)
        self._builder.add_many(Columns(finding, counts, lines, *held.stamps(finding.timestamp), *names))
        held.clear()

    def _add_pair(self, before: Finding | None, after: Finding | None) -> None:
        if before is not None and after is not None:
            self._builder.add_pair(before, after)

    def _finding(self, place: Place) -> Finding | None:
        assert self._like is not None
        return self._look(self._again(place, self._like))
