"""The wrappers of a file's lines as bytes: what records that repeat themselves may differ in outside of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from asynclog.lazy import regex
from asynclog.read.wrappers import pattern_of

_GROUP = regex(r"\?P<(\w+)>")


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
        end = data.find(b"\n", stop) % (len(data) + 1)
        writers: set[tuple[bytes, ...]] = set()
        lines = 0
        for found in self._line.finditer(data, start, end):
            writers.add(tuple(found.group(key) for key in self._keys))
            lines += 1
        return len(writers) == 1 and lines == data.count(b"\n", start, end) + 1
