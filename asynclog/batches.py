"""Records that repeat an earlier one, counted by column: no finding is made for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from asynclog.aggregate.arrays import Numbers, as_array, chosen, greatest, is_array, placed
from asynclog.aggregate.columns import Columns, GrowingColumns, Moment
from asynclog.aggregate.names import UNNAMED, task_name
from asynclog.aggregate.run import RunBuilder
from asynclog.classify.alike import Alike
from asynclog.model import Finding, Record, Timestamp
from asynclog.parse.message import duration
from asynclog.read.clock import Clock
from asynclog.read.column import Collected, Column, Place
from asynclog.read.shapes import UNNAMED as _UNNAMED
from asynclog.slotted import dataclass

_REMEMBERED = 1 << 16
_MANY = 20_000  # times from which on numpy pays, with its import
_HELD = 1 << 18  # findings that are held before they are counted
_TURNS = 16  # times that columns are taken before they are counted, though they are few
_SIGNS_KEPT = 2048
_WAITING = 1 << 13  # columns whose longest record is not yet told
_UNITS = ("s", "ms", "us")
_LIFECYCLE = "loop-lifecycle"
_SIGNS = ("Close <", "Using ")  # lifecycle records whose place among the others matters


@dataclass(frozen=True, slots=True)
class Template:
    """What all records like one have in common. `guard` must not stand in the name of a task."""

    alike: Alike
    guard: tuple[bytes, ...]
    unit: str | None

    @property
    def finding(self) -> Finding:
        """The finding of the first."""
        return self.alike.choices[0].finding


@dataclass(slots=True)
class _Held:
    """What a column gave and is not yet counted; `fresh` if its longest is new."""

    column: Column
    growing: GrowingColumns
    fresh: bool = False


class _Durations(dict[bytes, "int | None"]):
    """Printed durations of one unit as microseconds, read once."""

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def __missing__(self, text: bytes) -> int | None:
        found = self[text] = duration(text.decode(), self._unit)
        return found


class Batches:
    """Counts in `builder`. `find` makes the finding of a record and tells what is like it; `again` cuts one again."""

    def __init__(
        self,
        builder: RunBuilder,
        find: Callable[[Record, bool], tuple[Finding | None, Alike | None]],
        again: Callable[[Place, Record], Record],
    ) -> None:
        self._builder = builder
        self._find = find
        self._again = again
        self._clock = Clock()
        self._found: dict[int, tuple[Record, Finding | None]] = {}
        self._durations: dict[str, _Durations] = {}
        self._held: dict[int, _Held] = {}
        self._number = self._turns = self._signs = 0
        self._worst: dict[int, tuple[Column, int, Finding]] = {}
        self._like: Record | None = None
        self._last: Place | None = None

    def accept(self, record: Record) -> Template | None:
        """What is common to all records like `record`; None where each is to be looked at."""
        finding, alike = self._find(record, True)
        self._found[id(record)] = (record, finding)
        if finding is None or alike is None or (record.kind == _LIFECYCLE and finding.text.startswith(_SIGNS)):
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
        self._like = record
        return Template(alike, tuple(part.encode("utf-8", "replace") for part in alike.fixed), unit)

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
        self._builder.apart()
        for column, micros in zip(collected.columns, self._moments(collected.columns), strict=True):
            self._grow(column, micros)
        for before, after in collected.pairs:
            self._add_pair(self._finding(before), self._finding(after))
        self._last = collected.last or self._last
        self._turns += bool(collected.columns)
        if self._number > _HELD or self._turns > _TURNS:
            self._settle()

    def finish(self) -> None:
        """Count what is held, and tell the builder where the echoes end."""
        self._settle()
        self._add_worst()
        if self._last is not None and (finding := self._finding(self._last)) is not None:
            self._builder.add_end(finding)

    def _add_worst(self) -> None:
        """The longest of all columns, longest first: so a finding is made once for each group."""
        for column, longest, first in sorted(self._worst.values(), key=lambda each: -each[1]):
            if (place := column.worst) is not None:
                self._builder.add_worst(first.fingerprint, longest, partial(self._finding, place))
        self._worst.clear()

    def _moments(self, columns: Sequence[Column]) -> Iterator[Numbers | None]:
        """The times of each column; None where the records have none."""
        timed = [column for column in columns if _template(column).finding.timestamp is not None]
        number = sum(len(column.lines) for column in timed)
        every = self._clock.together([own[0] for column in timed for own in column.owns]) if number > _MANY else None
        at = 0
        for column in columns:
            if _template(column).finding.timestamp is None:
                yield None
            elif every is None:
                yield self._clock.micros(column.times)
            else:
                yield every[at : (at := at + len(column.lines))]

    def _grow(self, column: Column, micros: Numbers | None) -> None:
        """Hold what a column gave."""
        template = _template(column)
        held = self._held.get(id(column))
        if held is None:
            held = self._held[id(column)] = _Held(column, GrowingColumns())
        growing, first = held.growing, template.finding
        durations: Numbers | None = self._read(column, template)
        if durations is not None and is_array(micros):
            durations = as_array(durations)
        growing.add(micros, column.times if micros is not None else (), durations, column.lines)
        self._number += len(column.lines)
        if column.name:
            growing.tasks.update(column.names)
        growing.messages.update(column.tokens)
        held.fresh = held.fresh or column.fresh
        for place in column.samples if _shows_token(column, first) else ():
            if (shown := self._finding(place)) is not None:
                self._builder.add_sample(shown)
        for before, after in column.repeats:
            self._add_pair(self._finding(before), self._finding(after))
        column.clear()

    def _settle(self) -> None:
        """Count what is held."""
        for held in self._held.values():
            self._count(held.column, held.growing, held.fresh)
        self._held.clear()
        self._number = self._turns = 0

    def _count(self, column: Column, growing: GrowingColumns, fresh: bool) -> None:
        template = _template(column)
        first, choices = template.finding, template.alike.choices
        micros, durations = growing.micros, growing.durations
        stamps = (_stamp(first, growing.first), _stamp(first, growing.last))
        tasks, messages = _tasks(column, growing, first), _messages(column, growing, first)
        longest = greatest(durations) if durations is not None else 0
        if durations is None or len(choices) == 1 or longest < choices[1].duration:
            self._builder.add_many(Columns(first, micros, durations, growing.lines, *stamps, tasks, messages))
        else:
            places = placed(durations, [choice.duration for choice in choices])
            parts: dict[tuple[str, int], list[int]] = {}
            for place, choice in zip(places, choices, strict=True):
                parts.setdefault((choice.finding.rule, int(choice.finding.severity)), []).extend(place)
            for choice in choices:
                finding = choice.finding
                some = sorted(parts.pop((finding.rule, int(finding.severity)), ()))
                if some:
                    lines = [growing.lines[index] for index in some]
                    numbers = (chosen(micros, some), chosen(durations, some))
                    self._builder.add_many(Columns(finding, *numbers, lines, *stamps, tasks, messages))
                    tasks = Counter() if tasks is not None else None
                    messages = Counter() if messages is not None else None
        if template.unit and fresh:
            self._worst[id(column)] = (column, longest, first)
            if len(self._worst) > _WAITING:
                self._add_worst()

    def _read(self, column: Column, template: Template) -> list[int | None] | None:
        """The durations of a column; those of lifecycle records are told to the builder."""
        if template.unit is None:
            if column.number and column.first.kind == _LIFECYCLE and " handshake took " in template.finding.text:
                self._builder.add_handshakes([took for took in self._micros(column, "ms") if took is not None])
            return None
        return self._micros(column, template.unit)

    def _micros(self, column: Column, unit: str) -> list[int | None]:
        known = self._durations.setdefault(unit, _Durations(unit))
        if len(known) > _REMEMBERED:
            known.clear()
        return list(map(known.__getitem__, column.numbers))

    def _add_pair(self, before: Finding | None, after: Finding | None) -> None:
        if before is not None and after is not None:
            self._builder.add_pair(before, after)

    def _finding(self, place: Place) -> Finding | None:
        assert self._like is not None
        return self._find(self._again(place, self._like), False)[0]


def _template(column: Column) -> Template:
    assert isinstance(column.template, Template)
    return column.template


def _stamp(first: Finding, moment: Moment | None) -> Timestamp | None:
    """A time like that of `first`."""
    like = first.timestamp
    if like is None or moment is None:
        return None
    return Timestamp(moment[1].decode("utf-8", "backslashreplace"), moment[0], like.dated, like.zone)


def _tasks(column: Column, growing: GrowingColumns, first: Finding) -> Counter[str | None] | None:
    """The names of the tasks, where they change; None where all have the first's."""
    if not column.name or first.task is None:
        return None
    if (task_name(first.task) == UNNAMED) != (column.name == _UNNAMED):
        return None
    if column.name != _UNNAMED and first.task != column.name.decode():
        return None
    return Counter({UNNAMED if name == _UNNAMED else name.decode(): count for name, count in growing.tasks.items()})


def _shows_token(column: Column, first: Finding) -> bool:
    """Whether the message of the exception holds an identifier that changes."""
    message, token = first.exception_message, column.token.decode()
    return bool(token) and message is not None and token in message


def _messages(column: Column, growing: GrowingColumns, first: Finding) -> Counter[str] | None:
    """The messages of the exceptions, where they hold an identifier that changes; None where all have the first's."""
    message = first.exception_message
    if message is None or not _shows_token(column, first):
        return None
    counts: Counter[str] = Counter()
    for other, count in growing.messages.items():
        counts[message.replace(column.token.decode(), other.decode())] += count
    return counts
