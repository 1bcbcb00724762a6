"""The one search that sees every byte: a few shared substrings, found by a SIMD multi-literal automaton.

Each needle of the rules holds at least one anchor, so a line without an anchor cannot start a message. Anchors are few
and chosen by measurement (`benchmarks/`): about ninety literals are ten times slower than twenty-five.
"""

from __future__ import annotations

from collections.abc import Iterable

# Logger names as the common formats print them: what nobody's pattern knows is still found and counted.
LOGGER_ANCHORS = ("asyncio:", " asyncio ", "[asyncio]", '"asyncio"', "(asyncio", " asyncio]")


class Scanner:
    """Finds the offsets of anchors in windows of bytes."""

    def __init__(self, anchors: Iterable[str]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, MatchKind

        self.anchors = tuple(sorted(set(anchors)))
        # LEFTMOST_FIRST is the only kind with the SIMD prefilter: 8 to 18 times the speed of the default
        self._automaton = BytesAhoCorasick(
            [anchor.encode() for anchor in self.anchors], matchkind=MatchKind.LeftmostFirst
        )

    def hits(self, data: bytes, start: int = 0) -> list[int]:
        """Where anchors start in `data` from `start` on, ascending."""
        if not start:
            return [at for _, at, _ in self._automaton.find_matches_as_indexes(data)]
        return [start + at for _, at, _ in self._automaton.find_matches_as_indexes(memoryview(data)[start:])]

    @property
    def overlap(self) -> int:
        """Bytes by which windows must overlap so that no anchor is split."""
        return max(map(len, self.anchors), default=1) - 1
