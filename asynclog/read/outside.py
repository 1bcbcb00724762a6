"""The wrappers of a file's lines as bytes: what records that repeat themselves may differ in outside of themselves."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.read.wrappers import pattern_of

_GROUP = regex(r"\?P<(\w+)>")


Writer = tuple[bytes, ...]


class Entry(NamedTuple):
    """Where an entry starts, and whether the next line of its writer is seen to start another."""

    start: int
    closed: bool


class Outside:
    """`plain` matches the wrappers of a line, outermost first; no line that a collector split."""

    def __init__(self, names: Sequence[str]) -> None:
        patterns = [pattern_of(name).replace("(?P<partial>[FP])", "F") for name in names]
        self.plain = b"".join(_GROUP.sub("?:", pattern).encode() for pattern in patterns)
        self._timed = [
            _GROUP.sub(lambda group: "?P<time>" if group[1] == "time" else "?:", pattern).encode()
            for pattern in patterns
        ]
        numbered = [
            _GROUP.sub(lambda group, at=at: f"?P<{group[1]}{at}>", pattern)  # type: ignore[misc]
            for at, pattern in enumerate(patterns)
        ]
        self._line = re.compile(b"^" + "".join(numbered).encode(), re.M)
        groups = self._line.groupindex
        self._times = [groups[name] for name in groups if name.startswith("time")]
        self._keys = [groups[name] for name in groups if name.startswith("key")]

    def timed(self, wanted: bool) -> bytes:
        """`plain`, with a group `time` around the innermost time if it is `wanted`."""
        innermost = max((at for at, pattern in enumerate(self._timed) if b"?P<time>" in pattern), default=-1)
        return b"".join(
            pattern if wanted and at == innermost else pattern.replace(b"?P<time>", b"?:")
            for at, pattern in enumerate(self._timed)
        )

    def times(self, entry: bytes) -> Iterator[tuple[int, int]]:
        """Where the times of the wrappers stand in an entry."""
        for found in self._line.finditer(entry):
            yield from (found.span(group) for group in self._times if found.start(group) >= 0)

    def is_one_writer(self, data: bytes, start: int, stop: int) -> bool:
        """Whether all lines of `data` from `start` on, with the one that starts at `stop`, are of one writer."""
        found = list(self._lines(data, start, stop))
        return (
            len({writer for _, writer in found}) == 1 and len(found) == data.count(b"\n", start, _end(data, stop)) + 1
        )

    def entries(
        self, data: bytes, start: int, stop: int, hits: Sequence[int], starts: Callable[[bytes, int], bool]
    ) -> list[Entry] | None:
        """The entries of data[start:stop], where several writers take turns; None where lines of one that has hits stand apart.

        An entry of a writer without hits may be in pieces: nothing of it is ours. `starts` tells whether a line starts an entry.
        """
        lines = list(self._lines(data, start, stop))
        if len(lines) != data.count(b"\n", start, _end(data, stop)) + 1:
            return None
        heard, at = set(), bisect_left(hits, start)
        for number, (_, writer) in enumerate(lines):
            end = lines[number + 1][0] if number + 1 < len(lines) else stop
            if at < len(hits) and hits[at] < end:
                heard.add(writer)
                at = bisect_left(hits, end, at)
        found: list[Entry] = []
        last: dict[Writer, int] = {}  # the number of the last entry of a writer
        before: Writer | None = None
        for place, writer in lines:
            head = starts(data, place)
            if head and writer in last:
                found[last[writer]] = found[last[writer]]._replace(closed=True)
            if not head and writer != before and writer in heard:
                return None
            if place == stop:
                break
            if head or writer != before:
                last[writer] = len(found)
                found.append(Entry(place, writer not in heard))
            before = writer
        return found

    def _lines(self, data: bytes, start: int, stop: int) -> Iterator[tuple[int, Writer]]:
        """Where each line that has the wrappers starts from `start` on, with the one at `stop`, and who wrote it."""
        for found in self._line.finditer(data, start, _end(data, stop)):
            yield found.start(), tuple(found.group(key) for key in self._keys)


def _end(data: bytes, start: int) -> int:
    return data.find(b"\n", start) % (len(data) + 1)
