"""The one search that sees every byte: a few shared substrings, found by a SIMD multi-literal automaton.

Each needle of the rules holds an anchor, or stands behind one on its line (`rules/anchors.yaml`), so a line without an
anchor cannot start a message. Only the beginning of a file is also searched for what is left of a record whose first
lines were cut off, and only a log that does not name its loggers for the messages that are found by that name elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, cast

from asynclog import native

if TYPE_CHECKING:
    from asynclog.native.compiled import Searcher

Find = Callable[[bytes | memoryview], list[tuple[int, int, int]]]


class Scanner:
    """Finds the offsets of anchors in windows of bytes.

    `remains` count in the beginning of a file only, `nameless` where records do not name their logger.
    """

    def __init__(self, anchors: Iterable[str], remains: Iterable[str] = (), nameless: Iterable[str] = ()) -> None:
        self.anchors = tuple(dict.fromkeys(anchors))  # their order decides the speed: see rules/anchors.yaml
        self._everything = tuple(dict.fromkeys([*self.anchors, *remains]))
        self._others = tuple(dict.fromkeys(nameless))
        self._searchers: dict[bool, Searcher | None] = {}
        self.overlap = max(map(len, (*self._everything, *self._others)), default=1) - 1
        """Bytes by which windows must overlap so that no anchor is split."""

    # Each takes a while to make, and few logs need all of them.

    @cached_property
    def _find(self) -> Find:
        return _finder(self.anchors)

    @cached_property
    def _find_all(self) -> Find:
        return _finder(self._everything, small=True)

    @cached_property
    def _find_nameless(self) -> Find:
        return _finder(self._others)  # a search of its own: see rules/anchors.yaml

    def searcher(self, nameless: bool) -> Searcher | None:
        """What searches windows behind the beginning of a file in compiled code; None where nothing does."""
        if nameless not in self._searchers:
            self._searchers[nameless] = None
            if native.Searcher is not None:
                others = self._others if nameless else ()
                with suppress(ValueError):  # an anchor is too short for it
                    self._searchers[nameless] = native.Searcher(
                        [anchor.encode() for anchor in self.anchors], [anchor.encode() for anchor in others]
                    )
        return self._searchers[nameless]

    def hits(self, data: bytes, start: int = 0, beginning: int = 0, nameless: bool = False) -> list[int]:
        """Where anchors start in `data` from `start` on, ascending; the file's beginning reaches up to `beginning`."""
        if nameless and self._others:
            others = [start + at for _, at, _ in self._find_nameless(memoryview(data)[start:])]
            return sorted({*self.hits(data, start, beginning), *others})
        if beginning > start:
            cut = data.find(b"\n", beginning) + 1 or len(data)
            head = [start + at for _, at, _ in self._find_all(memoryview(data)[start:cut])]
            return head + (self.hits(data, cut) if cut < len(data) else [])
        if not start:
            return [at for _, at, _ in self._find(data)]
        return [start + at for _, at, _ in self._find(memoryview(data)[start:])]


def _finder(literals: tuple[str, ...], small: bool = False) -> Find:
    """Finds `literals`; a `small` one is made sooner and searches more slowly."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

    # LEFTMOST_FIRST is the only kind with the SIMD prefilter: 8 to 18 times the speed of the default
    how = Implementation.NoncontiguousNFA if small else None  # by the number of literals
    search = BytesAhoCorasick([literal.encode() for literal in literals], MatchKind.LeftmostFirst, implementation=how)
    return cast("Find", search.find_matches_as_indexes)
