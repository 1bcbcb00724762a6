"""What is learnt of a source while it is read, and reading that never fails: what is lost becomes a note."""

from __future__ import annotations

from typing import BinaryIO

from asynclog.model import Moment, SourceSpan, Start, Timestamp
from asynclog.read.layout import Layout
from asynclog.slotted import dataclass, field


@dataclass(slots=True)
class Progress:
    """What a reader learns on the way, for the accounting: filled while its records are taken."""

    bytes: int = 0
    lines: int = 0
    first: Timestamp | None = None
    last: Timestamp | None = None
    layout: Layout = field(default_factory=Layout)
    notes: list[str] = field(default_factory=list)
    lost: bool = False
    starts: list[Start] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)

    def lose(self, why: str) -> None:
        """A part of the input cannot be read."""
        self.lost = True
        self.notes.append(why)

    def stop(self, done: int, error: OSError) -> None:
        """Nothing can be read behind the first `done` bytes."""
        self.lose(f"reading stopped after {done:,} bytes: {error.strerror or error}")

    def span(self, path: str, index: int) -> SourceSpan:
        """The same, as a part of the run."""
        return SourceSpan(
            path,
            index,
            self.bytes,
            self.lines,
            self.first,
            self.last,
            self.layout.description,
            tuple(self.notes),
            self.lost,
            starts=tuple(self.starts),
            moments=tuple(self.moments),
        )


def fill(stream: BinaryIO, size: int, progress: Progress) -> bytes:
    """Up to `size` bytes; a broken disk ends the input with a note instead of an exception."""
    parts: list[bytes] = []
    missing = size
    try:
        while missing > 0:
            part = stream.read(missing)
            if not part:
                break
            parts.append(part)
            missing -= len(part)
    except OSError as error:
        progress.stop(progress.bytes + sum(map(len, parts)), error)
    data = b"".join(parts)
    progress.bytes += len(data)
    return data
