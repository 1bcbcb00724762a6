"""Findings that differ in time, duration, line, name of the task and identifiers in a message only, as columns."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from asynclog.aggregate.arrays import Numbers, is_array, plain, together
from asynclog.model import Finding, Timestamp
from asynclog.slotted import dataclass

Moment = tuple[int, bytes]
"""A time in microseconds and as printed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Findings like `template`. Microseconds, None where there are none at all; lines in order.

    Between `first` and `last` are their times. `tasks` counts the names of their tasks and `messages` those of their
    exceptions, where they differ from the template's.
    """

    template: Finding
    micros: Numbers | None
    durations: Numbers | None
    lines: Sequence[int]
    first: Timestamp | None
    last: Timestamp | None
    tasks: Mapping[str | None, int] | None = None
    messages: Mapping[str, int] | None = None

    def __len__(self) -> int:
        return len(self.lines)


class GrowingColumns:
    """Columns of one template that come bit by bit: to count many together costs less."""

    __slots__ = ("_durations", "_micros", "first", "last", "lines", "messages", "tasks")

    def __init__(self) -> None:
        self._micros: list[Numbers] = []
        self._durations: list[Numbers] = []
        self.lines = array("q")
        self.first: Moment | None = None
        self.last: Moment | None = None
        self.tasks: Counter[bytes] = Counter()
        self.messages: Counter[bytes] = Counter()

    def add(self, micros: Numbers | None, times: Sequence[bytes], durations: Numbers | None, lines: list[int]) -> None:
        """Take findings; `times` are their times as printed."""
        self.lines.fromlist(lines)
        if durations is not None:
            self._durations.append(durations)
        if micros is not None:
            self._micros.append(micros)
            self._take_ends(micros, times)

    def _take_ends(self, micros: Numbers, times: Sequence[bytes]) -> None:
        first: Moment | None
        last: Moment | None
        if is_array(micros):
            low, high = int(micros.argmin()), int(micros.argmax())
            first, last = (int(micros[low]), times[low]), (int(micros[high]), times[high])
        else:
            known = [(micro, text) for micro, text in zip(micros, times, strict=True) if micro is not None]
            first, last = min(known, default=None), max(known, default=None)
        if first is not None and (self.first is None or first < self.first):
            self.first = first
        if last is not None and (self.last is None or last > self.last):
            self.last = last

    @property
    def micros(self) -> Numbers | None:
        """The times of all, None where there are none."""
        return _joined(self._micros)

    @property
    def durations(self) -> Numbers | None:
        """The durations of all, None where there are none."""
        return _joined(self._durations)


def _joined(parts: list[Numbers]) -> Numbers | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    if not all(is_array(part) for part in parts):
        return list(chain.from_iterable(map(plain, parts)))
    return together(parts)
