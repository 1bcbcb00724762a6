"""What the echoes of a record are collected in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from asynclog.model import Record
from asynclog.read.shapes import Own

_REMEMBERED = 256
_SHOWN = 4  # identifiers of a column of which a record is kept


class Accepted(Protocol):
    """What whoever counts echoes knows of all records like one."""

    @property
    def guard(self) -> tuple[bytes, ...]:
        """Texts that must not stand in the name of a task."""


Accept = Callable[[Record], Accepted | None]


class Place(NamedTuple):
    """An entry: its bytes, its line and where it stands in its source."""

    raw: bytes
    line: int
    offset: int

    @property
    def end_offset(self) -> int:
        """Where the next entry starts."""
        return self.offset + len(self.raw) + 1


class Column:
    """The echoes of `first` that wait to be counted; `worst` is the longest of all so far, `fresh` if it waits too."""

    __slots__ = (
        "fine", "first",
        "fresh",
        "guard",
        "lines",
        "longest",
        "name",
        "number",
        "owns",
        "repeats",
        "samples",
        "shown",
        "template",
        "token",
        "tokens",
        "worst",
    )  # fmt: skip

    def __init__(self, first: Record, template: Accepted, number: bytes, name: bytes, token: bytes) -> None:
        self.first = first
        self.template = template
        self.guard = template.guard
        self.fine: set[bytes] = set()
        self.number, self.name, self.token = number, name, token
        self.shown = {token}
        self.longest = float(number or 0)
        self.worst: Place | None = None
        self.owns: list[Own] = []
        self.lines: list[int] = []
        self.repeats: list[tuple[Place, Place]] = []
        self.tokens: dict[bytes, int] = {}
        self.samples: list[Place] = []
        self.fresh = False

    @property
    def times(self) -> list[bytes]:
        """As printed, in the order of the log."""
        return [own[0] for own in self.owns]

    @property
    def numbers(self) -> list[bytes]:
        """The durations as printed, empty where the records have none."""
        return [own[1] for own in self.owns if own[1]]

    @property
    def names(self) -> list[bytes]:
        """The names of the tasks, empty where the records have none."""
        return [own[2] for own in self.owns if own[2]]

    def clear(self) -> None:
        """Forget what was handed over."""
        for waiting in (self.owns, self.lines, self.repeats, self.tokens, self.samples):
            waiting.clear()
        self.fresh = False

    def allows(self, name: bytes, token: bytes) -> bool:
        """Whether no rule looks for a part of a task's name or of an identifier; `fine` remembers names."""
        if any(part in name or part in token for part in self.guard):
            return False
        if len(self.fine) < _REMEMBERED:
            self.fine.add(name)
        return True

    def meet(self, token: bytes, raw: bytes, line: int, offset: int) -> None:
        """Count an identifier; the records of the first few that differ are kept for show."""
        self.tokens[token] = self.tokens.get(token, 0) + 1
        if len(self.shown) < _SHOWN and token not in self.shown:
            self.shown.add(token)
            self.samples.append(Place(raw, line, offset))


class Collected(NamedTuple):
    """Columns that wait; pairs of neighbours that may be one event, written twice; the last echo of all."""

    columns: Sequence[Column] = ()
    pairs: Sequence[tuple[Place, Place]] = ()
    last: Place | None = None
