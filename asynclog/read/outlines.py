"""Entries whose texts differ: what is true of some that differ in nothing else is true of all like them.

Tasks have names, requests have identifiers, exceptions have words; in a busy log each entry may have new ones. `native.Lookup`
tells the outline of an entry, which lacks them. Where entries of one outline are known to say the same, others of it say it
too, unless a rule looks for something that stands in one of these texts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from asynclog.read.bare import without_addresses
from asynclog.read.column import Column
from asynclog.read.shapes import UNNAMED, ZEROS, Key, Shape

if TYPE_CHECKING:
    from asynclog.native.compiled import Lookup

_NAME, _WORDS, _FIELD = 1, 2, 4  # the sorts of holes that are not texts of any sort
_REMEMBERED = 1 << 12
_IDENTIFIER = 12  # bytes of the shortest that is left out in what stands before a message
_TRUSTED = 3  # entries that say the same, behind which a text is left out that was the same in all
_BEYOND = frozenset(b'"\\/\n\t\r')  # what JSON may spell in another way


class Outline(NamedTuple):
    """An entry without its texts, and the column of all that have the same."""

    text: bytes
    shape: Shape
    column: Column


class _Met(NamedTuple):
    """The first entry of an outline: its column, its texts, and those that all the others had too."""

    column: Column
    name: bytes
    words: bytes
    texts: tuple[bytes, ...]
    same: frozenset[int]
    others: int


class Outlines:
    """The outlines of one source. `shaped` gives the shape of an entry that is new, None where it has none."""

    def __init__(self, json: bool, shaped: Callable[[bytes], Shape | None]) -> None:
        self._json, self._shaped = json, shaped
        self._shapes: dict[int, Shape | None] = {}
        self._met: dict[Key, _Met | Column | None] = {}

    def of(self, lookup: Lookup, entry: bytes, column: Column, own: tuple[bytes, bytes]) -> Outline | None:
        """The outline of an entry of which `column` is true and that has `own` as time and duration, once it is known that the
        column is true of all others.
        """
        found = lookup.outline(entry)
        if found is None:
            return None
        text, holes = without_addresses(found[0]), found[1]
        shape = self._shape(text)
        if shape is None or shape.own(text)[:2] != own:
            return None
        if len(self._met) >= _REMEMBERED:
            self._met.clear()
        key = shape.key(text)
        if key not in self._met:
            texts = tuple(entry[start:end] for sort, start, end in holes if sort != _FIELD)
            name, words = (
                next((entry[start:end] for s, start, end in holes if s == sort), b"") for sort in (_NAME, _WORDS)
            )
            self._met[key] = (
                _Met(column, name, words, texts, frozenset(range(len(texts))), 0) if self._may(column, texts) else None
            )
            return None
        met = self._met[key]
        if isinstance(met, _Met):
            met = self._met[key] = self._compared(met, column, entry, holes)
        return Outline(text, shape, met) if isinstance(met, Column) else None

    def _shape(self, text: bytes) -> Shape | None:
        code = hash(text.translate(ZEROS))
        if code not in self._shapes:
            if len(self._shapes) >= _REMEMBERED:
                self._shapes.clear()
            self._shapes[code] = self._shaped(text)
        return self._shapes[code]

    def _may(self, column: Column, texts: tuple[bytes, ...]) -> bool:
        """Whether entries that have other texts may be told: nothing that is counted is among them, nor looked for."""
        record, seen = column.first, column.template.seen
        counted = [part.encode() for part in (record.prefix.logger, record.prefix.thread, record.stream) if part]
        if any(text in part for part in counted for text in texts if len(text) >= _IDENTIFIER):
            return False
        if not texts:
            return True
        return seen is not None and not (
            self._json and any(not _BEYOND.isdisjoint(part) or not part.isascii() for part in seen)
        )

    def _compared(
        self, met: _Met, column: Column, entry: bytes, holes: list[tuple[int, int, int]]
    ) -> _Met | Column | None:
        """What is known behind another entry: the column of all, None where two say different things."""
        texts = tuple(entry[start:end] for sort, start, end in holes if sort != _FIELD)
        if not self._may(column, texts):
            return None
        name, words = (
            next((entry[start:end] for s, start, end in holes if s == sort), b"") for sort in (_NAME, _WORDS)
        )
        first, template = met.column, column.template
        if column is not first and not first.template.agrees(
            template, (first.name or met.name, column.name or name), (met.words, words)
        ):
            return None
        same = frozenset(at for at in met.same if texts[at] == met.texts[at])
        met = met._replace(same=same, others=met.others + 1)
        if same and met.others < _TRUSTED:
            return met
        named = first.name or met.name
        return Column(
            first.first, first.template, (b"", *first.key), first.number, named, met.words, first.fine, bool(met.words)
        )


def name_of(shape: Shape, text: bytes) -> tuple[int, int] | None:
    """Where the name that a user gave stands in a text of a shape."""
    return shape.spans[2] if shape.own(text)[2] != UNNAMED else None
