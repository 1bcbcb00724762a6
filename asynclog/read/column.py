"""What the echoes of a record are collected in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, Protocol

from asynclog.model import Record
from asynclog.read.bare import TOKEN_LETTERS
from asynclog.read.shapes import Key, Own
from asynclog.slotted import dataclass, field

_REMEMBERED = 1 << 13  # names
ADDRESS = b"0x"  # names are told without the digits behind it, so those that have one are looked at
Pair = tuple[bytes, bytes]
_SHOWN = 4  # identifiers of a column of which a record is kept


class Accepted(Protocol):
    """What whoever counts echoes knows of all records like one."""

    @property
    def guard(self) -> tuple[bytes, ...]:
        """Texts that must not stand in the name of a task."""

    @property
    def seen(self) -> tuple[bytes, ...] | None:
        """Texts that rules look for, so that none of them may stand in a text that differs; None: no text may differ."""

    @property
    def most(self) -> float:
        """The largest number that a duration may be printed as: others are damage, and no echoes."""

    @property
    def digits(self) -> int:
        """Digits behind the point of a printed duration that make microseconds of it; -1 where it is none."""

    @property
    def said(self) -> bytes | None:
        """What the exception of the first record says."""

    @property
    def dated(self) -> bool:
        """Whether the times have dates."""

    @property
    def counted(self) -> bool:
        """Whether the record that was accepted is counted: it is of the time that was asked for."""

    @property
    def fingerprint(self) -> str:
        """What groups their findings."""

    def agrees(self, other: Accepted, names: Pair, words: Pair) -> bool:
        """Whether what is known of the records of two is the same, but for the names of their tasks and the words of their
        exceptions, which are `names` and `words`.
        """

    def message(self, own: bytes, other: bytes) -> str:
        """What is told of the message of a record's exception that has other words than its own."""


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
    """What the echoes of `first` have in common, and the longest of all so far: `longest`, printed as `took`. `words`: their `token` is
    all that their exceptions say.
    """

    __slots__ = (
        "begun",
        "fine",
        "first",
        "guard",
        "key",
        "longest",
        "most",
        "name",
        "number",
        "seen",
        "shown",
        "template",
        "token",
        "took",
        "within",
        "words",
        "worst",
    )

    def __init__(
        self,
        first: Record,
        template: Accepted,
        key: Key,
        number: bytes,
        name: bytes,
        token: bytes,
        fine: set[bytes],
        words: bool = False,
    ) -> None:
        self.first = first
        self.template = template
        self.key = key
        self.guard = (*template.guard, ADDRESS)
        self.within = tuple(part for part in self.guard if not part.strip(TOKEN_LETTERS))
        self.fine, self.most = fine, template.most
        self.number, self.name, self.token = number, name, token
        self.seen = template.seen
        self.words = words
        self.shown: set[bytes | str] = {self._told(token)}
        self.longest, self.took = float(number or 0), number
        self.begun = template.counted
        self.worst: Place | None = None

    def opened(self, name: bytes, words: bytes, seen: tuple[bytes, ...] | None) -> Column:
        """The column of all entries that differ in texts too, where the first has a name and words, and rules look for `seen`."""
        key = (b"", *self.key)
        column = Column(self.first, self.template, key, self.number, name, words, self.fine, bool(words))
        column.seen = seen
        return column

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

    def begin(self, took: bytes, token: bytes) -> None:
        """Note the first that was counted, where that was not the one that was accepted."""
        self.begun = True
        self.longest, self.took, self.worst = float(took or 0), took, None
        self.shown = {self._told(token)} if token else self.shown

    def shows(self, token: bytes) -> bool:
        """Whether a record with this identifier is to be kept for show: one of each of the first few."""
        if len(self.shown) >= _SHOWN or (told := self._told(token)) in self.shown:
            return False
        self.shown.add(told)
        return True

    def _told(self, token: bytes) -> bytes | str:
        return self.template.message(self.token, token) if self.words else token


class Lot(NamedTuple):
    """Echoes that were told together: `rows` are four numbers of 64 bits for each: column, microseconds of the time and of
    the duration, line. `ends` are the first and last time of a column, and as printed; `names` counts those of tasks by
    the number of the column: None stands for that of the first, or the one that asyncio gave. `left_out` counts those that are of
    no time that was asked for: of those without a time, and of the others.
    """

    columns: list[Column]
    rows: bytes
    ends: list[tuple[Column, tuple[int, bytes], tuple[int, bytes]]]
    names: list[tuple[int, bytes | None, int]]
    left_out: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Collected:
    """Echoes that wait, in the order of the log: the column, time, duration and name, and the line of each.

    Those that were told all at once wait in `lots`, not always in order with the others.
    `firsts` are the first of their columns that were counted, and stand in no row.
    `longest` are the columns whose longest is among them; `tokens` counts identifiers in messages and `shown` holds the
    first records that differ in one; `pairs` are neighbours that may be one event, written twice; `last` is the last.
    """

    columns: list[Column] = field(default_factory=list)
    owns: list[Own] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    firsts: list[Place] = field(default_factory=list)
    longest: set[Column] = field(default_factory=set)
    tokens: Counter[tuple[Column, bytes]] = field(default_factory=Counter)
    shown: list[tuple[Column, Place]] = field(default_factory=list)
    pairs: list[tuple[Place, Place]] = field(default_factory=list)
    last: Place | None = None
