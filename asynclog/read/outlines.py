"""Entries whose texts differ: what is true of some that differ in nothing else is true of all like them.

Tasks have names, requests have identifiers, exceptions have words; in a busy log each entry may have new ones. `native.Lookup`
tells the outline of an entry, which lacks them. Where entries of one outline are known to say the same, others of it say it
too, unless a rule looks for something that stands in one of these texts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from asynclog.lazy import regex
from asynclog.read.bare import Span, without_addresses
from asynclog.read.column import Column
from asynclog.read.shapes import UNNAMED, ZEROS, Key, Shape

if TYPE_CHECKING:
    from asynclog.native.compiled import Lookup

_NAME, _FIELD = 1, 4  # sorts of holes
_REMEMBERED = 1 << 13
_TRUSTED = 3  # entries that say the same, behind which a text is left out that was the same in all
_BEYOND = frozenset(b'"\\/\n\t\r')  # what JSON may spell in another way
_OPENING = regex(r"[A-Za-z<][A-Za-z<>() .:-]{3,15}")  # of a message
_PARTS = regex(rb"[\w@.:-]+")


class Outline(NamedTuple):
    """An entry without its texts, and the column of all that have the same."""

    text: bytes
    shape: Shape
    column: Column


class Holes(NamedTuple):
    """What an outline lacks: the sort of each, and where it stands; and the words that end a traceback."""

    all: list[tuple[int, int, int]]
    words: Span


class _Texts(NamedTuple):
    """The name of a task, the words of an exception, all texts that a rule may see, and what stands before the message."""

    name: bytes
    words: bytes
    seen: tuple[bytes, ...]
    before: tuple[bytes, ...]


class _Met(NamedTuple):
    """The first entry of an outline: its column, its texts, and those of them that all the others had too."""

    column: Column
    texts: _Texts
    same: frozenset[int]
    others: int


class _Once(NamedTuple):
    """An entry whose outline was met once: most are never met again, so nothing was worked out."""

    entry: bytes
    text: bytes
    holes: Holes
    column: Column
    own: tuple[bytes, bytes]


class Outlines:
    """The outlines of one source. `shaped` gives the shape of an entry that is new, None where it has none."""

    def __init__(self, json: bool, shaped: Callable[[bytes], Shape | None]) -> None:
        self._json, self._shaped = json, shaped
        self._shapes: dict[int, Shape | _Once | None] = {}
        self._met: dict[Key, _Met | Column | None] = {}
        self._prepared: set[tuple[str | bytes, ...]] = set()

    def begin(self) -> None:
        """Tell another lookup what the one before knew."""
        self._prepared.clear()

    def of(self, lookup: Lookup, entry: bytes, column: Column, own: tuple[bytes, bytes], first: bool) -> Outline | None:
        """The outline of an entry of which `column` is true and that has `own` as time and duration, once it is known that the
        column is true of all others. `first`: it is the one that the column was made of.
        """
        if first:
            self._prepare(lookup, column)
        found = lookup.outline(entry)
        if found is None:
            return None
        text, holes = without_addresses(found[0]), Holes(*found[1:])
        code = hash(text.translate(ZEROS))
        if len(self._shapes) + len(self._met) >= _REMEMBERED:
            self._shapes.clear()
            self._met.clear()
        if code not in self._shapes:
            if first:
                self._shapes[code] = _Once(entry, text, holes, column, own)
            return None
        shape = self._shapes[code]
        if isinstance(shape, _Once):
            once, shape = shape, self._shaped(text)
            self._shapes[code] = shape
            if shape is not None:
                self._met[shape.key(once.text)] = self._begun(shape, once)
        if shape is None or shape.own(text)[:2] != own:
            return None
        key = shape.key(text)
        met = self._met.get(key)
        if key not in self._met and first:
            self._met[key] = self._begun(shape, _Once(entry, text, holes, column, own))
        elif isinstance(met, _Met):
            before = _before(entry, holes, column) if first else len(met.texts.before)
            met = self._met[key] = self._compared(met, column, _texts(entry, holes, column, first, before))
        return Outline(text, shape, met) if isinstance(met, Column) else None

    def _prepare(self, lookup: Lookup, column: Column) -> None:
        """Tell how the messages of a column begin, and what of that before them is told of its records."""
        opening, told = _OPENING.match(column.first.text), _told(column)
        said: tuple[str | bytes, ...] = (opening[0] if opening else "", *told)
        if said in self._prepared:
            return
        if len(self._prepared) < _REMEMBERED:
            self._prepared.add(said)
        words = [word for part in told for word in _PARTS.findall(part)]
        lookup.prepare(opening[0].encode() if opening else None, words)

    def _begun(self, shape: Shape, once: _Once) -> _Met | None:
        """What is known behind the first entry: None where no other may be told by it."""
        before = _before(once.entry, once.holes, once.column)
        texts = _texts(once.entry, once.holes, once.column, True, before)
        if texts is None or shape.own(once.text)[:2] != once.own or not self._may(once.column, texts):
            return None
        return _Met(once.column, texts, frozenset(range(len(texts.seen))), 0)

    def _may(self, column: Column, texts: _Texts) -> bool:
        """Whether entries that have other texts may be told: nothing that is counted is among them, nor looked for."""
        seen = column.template.seen
        if any(text in part for part in _told(column) for text in texts.before):
            return False
        if not texts.seen:
            return True
        return seen is not None and not (
            self._json and any(not _BEYOND.isdisjoint(part) or not part.isascii() for part in seen)
        )

    def _compared(self, met: _Met, column: Column, texts: _Texts | None) -> _Met | Column | None:
        """What is known behind another entry: the column of all, None where two say different things."""
        first, own = met.column, met.texts
        if texts is None or len(texts.seen) != len(own.seen):
            return None
        if column is not first:
            if not self._may(column, texts):
                return None
            if not first.template.agrees(column.template, (own.name, texts.name), (own.words, texts.words)):
                return None
        same = frozenset(at for at in met.same if texts.seen[at] == own.seen[at])
        met = met._replace(same=same, others=met.others + 1)
        if same and met.others < _TRUSTED:
            return met
        return first.opened(own.name, own.words, first.template.seen if own.seen else ())


def _told(column: Column) -> list[bytes]:
    """What stands before the message of a column's record and is told of it."""
    record, prefix = column.first, column.first.prefix
    parts = (prefix.logger, prefix.thread, prefix.level, record.stream, prefix.pid)
    return [str(part).encode("utf-8", "replace") for part in parts if part is not None]


def _before(entry: bytes, holes: Holes, column: Column) -> int:
    """How many texts stand before the message of an entry that a column was made of."""
    line = column.first.text.lstrip("\n").partition("\n")[0]
    message = entry.find(line.encode("utf-8", "replace"))
    return sum(sort != _FIELD and end <= message for sort, _, end in holes.all)


def _texts(entry: bytes, holes: Holes, column: Column, first: bool, before: int) -> _Texts | None:
    """What an entry says that its outline lacks, as the first of its column says it; None where that says another thing."""
    name = column.name or next((entry[start:end] for sort, start, end in holes.all if sort == _NAME), b"")
    texts = tuple(entry[start:end] for sort, start, end in holes.all if sort != _FIELD)
    start, end = holes.words
    said, words = column.template.said, b""
    if start < end and said is not None:
        words = said if entry[start - 2 : start] == b": " else said[1:-1]  # a KeyError's are in quotes
        if not words or (first and words != entry[start:end]):
            return None
    return _Texts(name, words, texts[before:], texts[:before])


def name_of(shape: Shape, text: bytes) -> tuple[int, int] | None:
    """Where the name that a user gave stands in a text of a shape."""
    return shape.spans[2] if shape.own(text)[2] != UNNAMED else None
