"""Byte ranges of a source, for several processes: how many pay depends on how full of records it is.

What takes apart the records of a full log is busy with that; of a quiet one, what reads and searches it is, and that is
another thread already. There a further process would learn again what the first one knows, and find no core that is free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from asynclog import native
from asynclog.read.cut import DENSE
from asynclog.read.inputs import Input
from asynclog.read.layout import Layout
from asynclog.read.places import is_url, opened
from asynclog.read.scan import Scanner
from asynclog.read.streams import is_plain
from asynclog.slotted import dataclass, field

_SMALLEST = 64 << 20  # bytes of a part
_SMALLEST_QUIET = 1 << 30  # the same, where it holds few records
_QUIET_CORES = 2  # that a process is busy on that reads a quiet log
_SAMPLES, _SAMPLE = 16, 1 << 16  # parts of a file that are looked at, and bytes of each


@dataclass(frozen=True, slots=True)
class Part:
    """A byte range of a plain file: records that start in [start, end) are its own.

    `covered` maps a writer to the offset up to which an earlier record reaches, where that is known for certain.
    """

    start: int
    end: int
    covered: Mapping[str | None, int] | None = None


@dataclass(slots=True)
class Seam:
    """What a part found at its edges: how far records begun before it reach in, and how far its last ones reach out."""

    entry: dict[str | None, int] = field(default_factory=dict)
    exit: dict[str | None, int] = field(default_factory=dict)


class Measured(Protocol):
    """What has read the beginning of a source."""

    scanner: Scanner

    def layout_of(self, source: Input) -> tuple[Layout, int]:
        """The layout of a plain file and the offset of its text behind a byte order mark."""


def parts_of(reader: Measured, source: Input, jobs: int, size: int = 0) -> Iterator[tuple[Part, Layout]]:
    """The parts of a source for so many processes, or of a `size` that was asked for; none where it is to be read as a whole."""
    whole = source.size or 0
    if (jobs == 1 and not size) or whole <= (size or _SMALLEST) or not is_plain(source.path):
        return
    layout, skip = reader.layout_of(source)
    part = size or max(_SMALLEST, -(-whole // jobs))
    if not size and _is_quiet(reader.scanner, source, layout):
        part = max(_SMALLEST_QUIET, -(-whole // max(1, jobs // _QUIET_CORES)))
    if whole <= part:
        return
    for start in range(skip, whole, part):
        yield Part(start, min(start + part, whole)), layout


def _is_quiet(scanner: Scanner, source: Input, layout: Layout) -> bool:
    """Whether few records stand in a file that is read ahead, as far as samples of it tell."""
    if native.Ahead is None or is_url(source.path) or layout.splits:
        return False
    hits = seen = 0
    with opened(source.path, 0) as file:
        for sample in range(_SAMPLES):
            file.seek((source.size or 0) * sample // _SAMPLES)
            data = file.read(_SAMPLE)
            hits, seen = hits + len(scanner.hits(data, nameless=layout.nameless)), seen + len(data)
    return hits * DENSE < seen
