"""What two parts of one source must know of each other: repeated records and the end of the loop.

A record written by two handlers stands twice, on adjacent lines; a finding after `Close <loop ...>` belongs to the
shutdown. Both can straddle a cut. So a part keeps a mark of its first and last finding, whether it left a loop closed,
and per group the number of findings before its first sign of a loop.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from asynclog.aggregate.keep import process_of
from asynclog.lazy import regex
from asynclog.model import Finding, Group, Mark, Seam
from asynclog.slotted import replace

ECHO_GAP = 5_000
"""Two handlers write the same record within these microseconds."""
_TASK = regex(r"Task-\d+")
_KEPT_SIGNS = 4096
_LONGEST = 200  # lines of a record without a duration; with one it stands on one line


def mark(finding: Finding) -> Mark:
    """What a neighbour must know of `finding`. `digest` is 0 where its text could be that of another event too."""
    stamp = finding.timestamp
    unique = bool(finding.duration) or (finding.task is not None and _TASK.fullmatch(finding.task) is not None)
    text = f"{finding.task} {finding.text}"
    return Mark(
        finding.line,
        finding.line + (1 if finding.duration else _LONGEST),
        finding.fingerprint,
        zlib.crc32(text.encode("utf-8", "backslashreplace")) or 1 if unique else 0,
        None if stamp is None else stamp.micros,
        finding.duration,
        process_of(finding),
    )


def is_echo(before: Mark, after: Mark) -> bool:
    """Whether `after`, the next finding of the source, is the same event as `before`, written by another handler.

    The texts are equal, the lines as near as the record's length allows, the times within `ECHO_GAP`, and the text
    cannot be that of two events: it has a duration that is longer than the gap, or a number of a task.
    """
    if not before.digest or before.digest != after.digest or before.fingerprint != after.fingerprint:
        return False
    if before.duration != after.duration or not before.line < after.line <= before.after:
        return False
    if before.micros is None or after.micros is None:
        return before.micros is after.micros
    gap = abs(after.micros - before.micros)
    return gap <= ECHO_GAP and (not after.duration or after.duration > gap)


class Signs:
    """The records of one source that tell whether its loop is open, by line."""

    __slots__ = ("_closed", "_lines")

    def __init__(self) -> None:
        self._lines: list[int] = []
        self._closed: list[bool] = []

    def add(self, line: int, closed: bool) -> None:
        """A loop was closed (or made) at `line`; lines come in order."""
        if self._closed and self._closed[-1] == closed:
            return
        self._lines.append(line)
        self._closed.append(closed)
        if len(self._lines) > 2 * _KEPT_SIGNS:
            del self._lines[1:_KEPT_SIGNS], self._closed[1:_KEPT_SIGNS]

    def at(self, line: int) -> bool | None:
        """Whether the loop was closed at `line`; None before the first sign."""
        index = bisect_right(self._lines, line)
        return self._closed[index - 1] if index else None

    def count(self, lines: Sequence[int]) -> tuple[int, int]:
        """How many of `lines` (ascending) stand before the first sign, and how many where the loop was closed."""
        undecided, shutdown, ends = bisect_left(lines, self._lines[0]), 0, [*self._lines[1:], None]
        for start, end, closed in zip(self._lines, ends, self._closed, strict=True):
            if closed:
                first = bisect_left(lines, start)
                shutdown += (len(lines) if end is None else bisect_left(lines, end)) - first
        return undecided, shutdown

    @property
    def last(self) -> bool:
        """How the loop was left."""
        return self._closed[-1]


def sign_of(finding: Finding) -> bool | None:
    """True where `finding` closes a loop, False where it makes one."""
    if finding.kind != "loop-lifecycle":
        return None
    if finding.text.startswith("Close <"):
        return True
    return False if finding.text.startswith("Using ") else None


def is_closing(finding: Finding) -> bool:
    """Whether `finding` itself says that the loop or the interpreter was closing."""
    return (
        finding.kind == "run-shutdown-exception"
        or finding.exception_message == "Event loop is closed"
        or finding.text.startswith(("sys:1: ", "<sys>:0: "))
    )


def join(a: Seam, b: Seam) -> Seam:
    """The seam of two neighbouring parts, `a` before `b`."""
    return Seam(a.first, b.last, a.closed if b.closed is None else b.closed)


def decide(group: Group, source: int, closed: bool) -> Group:
    """`group` with its undecided findings of `source` decided."""
    if source not in group.undecided:
        return group
    undecided = {index: count for index, count in group.undecided.items() if index != source}
    return replace(group, undecided=undecided, shutdown=group.shutdown + (group.undecided[source] if closed else 0))


def shift(seam: Seam, lines: int) -> Seam:
    """`seam` with `lines` more lines before it."""
    first = replace(seam.first, line=seam.first.line + lines, after=seam.first.after + lines)
    last = replace(seam.last, line=seam.last.line + lines, after=seam.last.after + lines)
    return Seam(first, last, seam.closed)
