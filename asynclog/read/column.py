"""What the echoes of a record are collected in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from asynclog.model import Record
from asynclog.read.shapes import TOKEN_LETTERS, Key, Own
from asynclog.slotted import dataclass, field

_REMEMBERED = 1 << 13  # names
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
    """What the echoes of `first` have in common, and the longest of all so far: `longest`, printed as `took`."""

    __slots__ = (
        "fine",
        "first",
        "guard",
        "key",
        "longest",
        "name",
        "number",
        "shown",
        "template",
        "token",
        "took",
        "within",
        "worst",
    )

    def __init__(
        self, first: Record, template: Accepted, key: Key, number: bytes, name: bytes, token: bytes, fine: set[bytes]
    ) -> None:
        self.first = first
        self.template = template
        self.key = key
        self.guard = template.guard
        self.within = tuple(part for part in self.guard if not part.strip(TOKEN_LETTERS))
        self.fine = fine
        self.number, self.name, self.token = number, name, token
        self.shown = {token}
        self.longest, self.took = float(number or 0), number
        self.worst: Place | None = None

    def allows(self, name: bytes, token: bytes) -> bool:
        """Whether no rule looks for a part of a task's name or of an identifier; `fine` remembers names for the guard."""
        if any(part in token for part in self.within):
            return False
        if name in self.fine:
            return True
        if any(part in name for part in self.guard):
            return False
        if len(self.fine) < _REMEMBERED:
            self.fine.add(name)
        return True

    def shows(self, token: bytes) -> bool:
        """Whether a record with this identifier is to be kept for show: one of each of the first few."""
        if token in self.shown or len(self.shown) >= _SHOWN:
            return False
        self.shown.add(token)
        return True


@dataclass(slots=True)
class Collected:
    """Echoes that wait, in the order of the log: the column, time, duration and name, and the line of each.

    `longest` are the columns whose longest is among them; `tokens` counts identifiers in messages and `shown` holds the
    first records that differ in one; `pairs` are neighbours that may be one event, written twice; `last` is the last.
    """

    columns: list[Column] = field(default_factory=list)
    owns: list[Own] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    longest: set[Column] = field(default_factory=set)
    tokens: Counter[tuple[Column, bytes]] = field(default_factory=Counter)
    shown: list[tuple[Column, Place]] = field(default_factory=list)
    pairs: list[tuple[Place, Place]] = field(default_factory=list)
    last: Place | None = None
