"""Records that repeat an earlier one, counted by column: no finding is made for each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from asynclog.aggregate.columns import Columns
from asynclog.aggregate.names import UNNAMED, task_name
from asynclog.aggregate.run import RunBuilder
from asynclog.classify.alike import Alike
from asynclog.model import Finding, Record, Timestamp
from asynclog.parse.message import duration
from asynclog.read.clock import Clock
from asynclog.read.column import Collected, Column, Place
from asynclog.read.shapes import UNNAMED as _UNNAMED
from asynclog.slotted import dataclass, replace

_REMEMBERED = 1 << 16
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
        if finding is not None:
            self._builder.add(finding)

    def add_collected(self, collected: Collected) -> None:
        """Count what waited in columns."""
        self._builder.apart()
        for column in collected.columns:
            template = column.template
            assert isinstance(template, Template)
            self._add_column(column, template)
            column.clear()
        for before, after in collected.pairs:
            self._add_pair(self._finding(before), self._finding(after))
        self._last = collected.last or self._last

    def finish(self) -> None:
        """Tell the builder where the echoes end."""
        self._add_worst()
        if self._last is not None and (finding := self._finding(self._last)) is not None:
            self._builder.add_end(finding)

    def _add_worst(self) -> None:
        """The longest of all columns, longest first: so a finding is made once for each group."""
        for column, longest, first in sorted(self._worst.values(), key=lambda each: -each[1]):
            if (place := column.worst) is not None:
                self._builder.add_worst(first.fingerprint, longest, partial(self._finding, place))
        self._worst.clear()

    def _add_column(self, column: Column, template: Template) -> None:
        first = template.finding
        durations = self._read(column, template)
        micros: Sequence[int | None] = [None] * len(column.lines)
        if first.timestamp is not None:
            micros = self._clock.micros(column.times)
        tasks = _tasks(column, first)
        messages = _messages(column, first)
        choices = template.alike.choices
        longest = max((took for took in durations if took is not None), default=0)
        if len(choices) == 1 or longest < choices[1].duration:
            self._add(column, first, range(len(micros)), micros, durations, tasks, messages)
        else:
            bounds = [choice.duration for choice in choices]
            parts: dict[tuple[str, int], list[int]] = {}
            for index, took in enumerate(durations):
                finding = choices[bisect_right(bounds, took or 0) - 1].finding
                parts.setdefault((finding.rule, int(finding.severity)), []).append(index)
            for choice in choices:
                finding = choice.finding
                chosen = parts.pop((finding.rule, int(finding.severity)), None)
                if chosen:
                    some = [durations[index] for index in chosen]
                    self._add(column, finding, chosen, [micros[index] for index in chosen], some, tasks, messages)
                    tasks = Counter() if tasks is not None else None
                    messages = Counter() if messages is not None else None
        if template.unit and column.fresh:
            self._worst[id(column)] = (column, longest, first)
            if len(self._worst) > _WAITING:
                self._add_worst()
        for place in column.samples if messages is not None else ():
            if (shown := self._finding(place)) is not None:
                self._builder.add_sample(shown)
        for before, after in column.repeats:
            self._add_pair(self._finding(before), self._finding(after))

    def _read(self, column: Column, template: Template) -> Sequence[int | None]:
        """The durations of a column; those of lifecycle records are told to the builder."""
        number = len(column.lines)
        if template.unit is None:
            if column.number and column.first.kind == _LIFECYCLE and " handshake took " in template.finding.text:
                self._builder.add_handshakes([took for took in self._micros(column, "ms") if took is not None])
            return [None] * number
        return self._micros(column, template.unit)

    def _micros(self, column: Column, unit: str) -> list[int | None]:
        known = self._durations.setdefault(unit, _Durations(unit))
        if len(known) > _REMEMBERED:
            known.clear()
        return list(map(known.__getitem__, column.numbers))

    def _add(
        self,
        column: Column,
        template: Finding,
        chosen: Sequence[int],
        micros: Sequence[int | None],
        durations: Sequence[int | None],
        tasks: Counter[str | None] | None,
        messages: Counter[str] | None,
    ) -> None:
        times, stamp = column.times, template.timestamp

        def stamp_at(index: int) -> Timestamp | None:
            moment = micros[index]
            if stamp is None or moment is None:
                return None
            text = times[chosen[index]].decode("utf-8", "backslashreplace")
            return replace(stamp, text=text, micros=moment)

        lines = column.lines if len(chosen) == len(column.lines) else [column.lines[index] for index in chosen]
        self._builder.add_many(Columns(template, micros, durations, lines, stamp_at, tasks, messages))

    def _add_pair(self, before: Finding | None, after: Finding | None) -> None:
        if before is not None and after is not None:
            self._builder.add_pair(before, after)

    def _finding(self, place: Place) -> Finding | None:
        assert self._like is not None
        return self._find(self._again(place, self._like), False)[0]


def _tasks(column: Column, first: Finding) -> Counter[str | None] | None:
    """The names of the tasks, where they change; None where all have the first's."""
    if not column.name or first.task is None:
        return None
    if (task_name(first.task) == UNNAMED) != (column.name == _UNNAMED):
        return None
    if column.name != _UNNAMED and first.task != column.name.decode():
        return None
    counts = Counter(column.names)
    return Counter({UNNAMED if name == _UNNAMED else name.decode(): count for name, count in counts.items()})


def _messages(column: Column, first: Finding) -> Counter[str] | None:
    """The messages of the exceptions, where they hold an identifier that changes; None where all have the first's."""
    message, token = first.exception_message, column.token.decode()
    if not token or message is None or token not in message:
        return None
    counts: Counter[str] = Counter()
    for other, count in column.tokens.items():
        counts[message.replace(token, other.decode())] += count
    return counts
