"""What is common to records that repeat an earlier one, and what is noted of them until they are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias

from asynclog.aggregate.counter import Kind
from asynclog.aggregate.facts import BLOCKING
from asynclog.aggregate.names import UNNAMED, task_name
from asynclog.aggregate.tally import mask, mask_each, masks
from asynclog.classify.alike import Alike, Choice
from asynclog.lazy import regex
from asynclog.model import Finding, Severity, Timestamp
from asynclog.parse.message import DIGITS, LONGEST, duration
from asynclog.read.column import Accepted, Column, Pair
from asynclog.read.shapes import UNNAMED as _UNNAMED
from asynclog.read.timestamps import parse_timestamp
from asynclog.slotted import dataclass, replace

Moment: TypeAlias = "tuple[int, bytes]"
"""A time in microseconds and as printed."""
DATED = 10 * 365 * 86_400 * 1_000_000
"""Microseconds from which on a time has a date: no program runs for so long."""
_REMEMBERED = 1 << 16
_OWN = ("line", "offset", "timestamp", "duration", "task", "exception_message", "text", "values")  # of each finding
_NUMBER = regex(r"\d+")
_ZEROS = str.maketrans("123456789", "000000000")


@dataclass(frozen=True, slots=True)
class Template:
    """What all records like one have in common. `guard` must not stand in the name of a task, and of `seen` nothing in any text
    that changes (None: no text may).

    `unit` is that of the durations, which are those of TLS handshakes and not of the findings if `handshake`. `counted`: the first is
    one of those that are counted. `masked` is how reports show a text.
    """

    alike: Alike
    guard: tuple[bytes, ...]
    seen: tuple[bytes, ...] | None
    unit: str | None
    handshake: bool
    kind: Kind
    counted: bool
    masked: Callable[[str], str]

    @property
    def finding(self) -> Finding:
        """The finding of the first."""
        return self.alike.choices[0].finding

    @property
    def fingerprint(self) -> str:
        """That of all findings: they differ in rule and severity at most."""
        return self.finding.fingerprint

    @property
    def most(self) -> float:
        """The largest number that a duration may be printed as."""
        return LONGEST / 10 ** DIGITS[self.unit] if self.unit is not None else float("inf")

    @property
    def digits(self) -> int:
        """Digits behind the point of a printed duration that make microseconds of it; -1 where it is none."""
        return DIGITS[self.unit] if self.unit is not None else -1

    def agrees(self, other: Accepted, names: Pair, words: Pair) -> bool:
        """Whether those of the other are the same but for the name of the task and the words of the exception: `names` and
        `words` are those of both, b"" where none may differ.
        """
        assert isinstance(other, Template)
        mine, theirs = self.finding, other.finding
        if not _is_like(self.alike.said, other.alike.said, words):
            return False
        if task_name(mine.task) != task_name(theirs.task) and not (
            self._is_named(mine.task, names[0]) and self._is_named(theirs.task, names[1])
        ):
            return False
        if not _are_like(mine.values, theirs.values):
            return False
        own = {name: getattr(mine, name) for name in _OWN}
        return (
            self.alike.parts == other.alike.parts
            and replace(theirs, **own) == mine
            and [_choice(choice) for choice in self.alike.choices]
            == [_choice(choice) for choice in other.alike.choices]
            and (self.guard, self.seen, self.unit, self.handshake, self.kind)
            == (other.guard, other.seen, other.unit, other.handshake, other.kind)
        )

    def message(self, own: bytes, other: bytes) -> str:
        """The masked message of the exception, if it has other words than its own."""
        return mask(self.masked(_with(self.alike.said or "", own.decode(), other.decode())))

    def _is_named(self, task: str | None, name: bytes) -> bool:
        return task_name(task) == UNNAMED if name == _UNNAMED else task == self.masked(name.decode())

    @property
    def said(self) -> bytes | None:
        """What the exception of the first says, as in the log."""
        return self.alike.said.encode("utf-8", "replace") if self.alike.said is not None else None

    @property
    def dated(self) -> bool:
        """Whether the times have dates."""
        stamp = self.finding.timestamp
        return stamp is not None and stamp.dated

    @property
    def blocking(self) -> bool:
        """Whether the durations are those for which the loop was blocked."""
        return self.finding.kind in BLOCKING


class Durations(dict[bytes, "int | None"]):
    """Printed durations of one unit as microseconds, read once; 0 where there is no unit."""

    def __init__(self, unit: str | None) -> None:
        self._unit = unit

    def __missing__(self, text: bytes) -> int | None:
        if len(self) > _REMEMBERED:
            self.clear()
        found = self[text] = duration(text.decode(), self._unit) if self._unit else 0
        return found


class Held:
    """What is known of a column that was not yet counted: its number, the ends of its times, its names and messages."""

    __slots__ = ("column", "first", "last", "messages", "number", "read", "tasks")

    def __init__(self, column: Column, number: int, read: Durations) -> None:
        self.column, self.number, self.read = column, number, read
        self.first: Moment | None = None
        self.last: Moment | None = None
        self.tasks: Counter[bytes] = Counter()
        self.messages: Counter[bytes] = Counter()

    def reach(self, micros: int, printed: Callable[[], bytes]) -> None:
        """Take a time that may be the first or the last; those without a date count only where none has one."""
        first, last = self.first, self.last
        if first is None or last is None:
            self.first = self.last = (micros, printed())
        elif not first[0] < micros < last[0] or first[0] < DATED:
            moments = [first, last, (micros, printed())]
            moments = [moment for moment in moments if moment[0] >= DATED] or moments
            self.first, self.last = min(moments), max(moments)

    def stamps(self, like: Timestamp | None) -> tuple[Timestamp | None, Timestamp | None]:
        """The first and the last time, as times like that of a record of the column."""
        return _stamp(like, self.first), _stamp(like, self.last)

    def task_names(self, first: Finding) -> Counter[str | None] | None:
        """The names of the tasks, where they change; None where all have the first's."""
        name, template = self.column.name, template_of(self.column)
        if not name or first.task is None:
            return None
        if (task_name(first.task) == UNNAMED) != (name == _UNNAMED):
            return None
        if name != _UNNAMED and first.task != template.masked(name.decode()):
            return None
        found: Counter[str | None] = Counter()
        for other, count in self.tasks.items():
            found[UNNAMED if other == _UNNAMED else template.masked(other.decode())] += count
        return found

    def exception_messages(self, first: Finding) -> Mapping[str, int] | None:
        """Masked messages of the exceptions, where they hold a text that changes; None where all have the first's."""
        column, template = self.column, template_of(self.column)
        said, own = template.alike.said, column.token.decode()
        if said is None or first.exception_message is None or not own or own not in said:
            return None
        others = {other.decode(): count for other, count in self.messages.items()}
        if not column.words and template.masked(said) == said:
            return mask_each(said, own, others)
        found: Counter[str] = Counter()
        texts = [
            template.masked(_with(said, own, other) if column.words else said.replace(own, other)) for other in others
        ]
        for text, count in zip(masks(texts), others.values(), strict=True):
            found[text] += count
        return found

    def clear(self) -> None:
        """Forget names and messages: they were counted."""
        self.tasks.clear()
        self.messages.clear()


def template_of(column: Column) -> Template:
    """What `Batches.accept` told of the first record of a column."""
    assert isinstance(column.template, Template)
    return column.template


def shows_token(column: Column) -> bool:
    """Whether the message of the exception holds an identifier that changes."""
    said, token = template_of(column).alike.said, column.token.decode()
    return bool(token) and said is not None and token in said


def _with(text: str, own: str, other: str) -> str:
    before, found, behind = text.partition(own)
    return before + other + behind if found else text


def _is_like(mine: str | None, theirs: str | None, words: Pair) -> bool:
    """Whether two texts are the same, or differ as `words` do."""
    own, other = (text.decode() for text in words)
    return mine == theirs or (bool(own) and mine is not None and _with(mine, own, other) == theirs)


def _are_like(mine: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    """Whether values are the same but for their numbers."""
    one, other = ({key: _NUMBER.sub("0", value) for key, value in values.items()} for values in (mine, theirs))
    return one == other


def _choice(choice: Choice) -> tuple[int, str, Severity]:
    return choice.duration, choice.finding.rule, choice.finding.severity


def _stamp(like: Timestamp | None, moment: Moment | None) -> Timestamp | None:
    if like is None or moment is None:
        return None
    text = moment[1].decode("utf-8", "backslashreplace")
    if like.zone or like.dated != (moment[0] >= DATED) or text.translate(_ZEROS) != like.text.translate(_ZEROS):
        return parse_timestamp(text)  # another zone, or another form
    return Timestamp(text, moment[0], like.dated, like.zone)
