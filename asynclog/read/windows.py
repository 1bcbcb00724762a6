"""What is read of one source, window after window: each holds what was kept of the one before, and what follows.

A plain file of this machine is read and searched ahead, by a thread of compiled code (`native.Ahead`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from asynclog import meter, native
from asynclog.lazy import regex
from asynclog.read.above import RUN_UP
from asynclog.read.inputs import Input
from asynclog.read.layout import Layout
from asynclog.read.places import is_url
from asynclog.read.progress import Progress, fill
from asynclog.read.scan import Scanner
from asynclog.read.streams import is_bounded

if TYPE_CHECKING:
    from asynclog.native.compiled import Ahead, Searcher

_BACK = RUN_UP + (1 << 15)  # bytes of the window before that each begins with: the run-up and a line that is not whole
_FEW = 4  # windows for which no thread is started
_PART = regex(rb"std(?:err|out) P ")  # these two begin with letters: a look back would cost more than all the rest
_STREAM = regex(rb'"stream"')
_OPEN_END = regex(rb'(?<!\\n)",\s?$')

Search = Callable[[bytes, int, int], list[int]]
"""Where anchors start in some data from a place on; the file's beginning reaches up to another place."""


def windows_of(
    stream: BinaryIO, data: bytes, base: int, source: Input, progress: Progress, scanner: Scanner, window: int
) -> Windows:
    """The windows of a source of which `data`, that begins at offset `base`, was read from `stream`."""
    layout = progress.layout
    search = partial(hits_in, scanner, layout)
    left = source.size - base - len(data) if source.size is not None and is_bounded(source) else None
    searcher = scanner.searcher(layout.nameless) if not layout.splits else None
    far = left if left is not None and left > _FEW * window and not is_url(source.place) else 0
    if far and native.Ahead is not None and searcher is not None:
        ahead = native.Ahead(stream.fileno(), stream.tell(), far, window, _BACK, data, searcher)
        return WindowsAhead(ahead, stream, searcher, search, progress, data, base)
    return Windows(stream, window, left, search, progress, data, base, searcher)


def hits_in(scanner: Scanner, layout: Layout, data: bytes, start: int = 0, beginning: int = 0) -> list[int]:
    """Where anchors start, and where lines say that they go on in the next."""
    hits = scanner.hits(data, start, beginning, layout.nameless)
    if not layout.splits:
        return hits
    return sorted({*hits, *(place for place in _splits(data, max(start - 12, 0)) if place >= start)})


def _splits(data: bytes, start: int) -> Iterator[int]:
    """Where lines say that they go on in the next: parts of CRI, docker's objects whose text has no line end."""
    for found in _PART.finditer(data, start):
        yield found.end() - 3
    for found in _STREAM.finditer(data, start):
        if _OPEN_END.search(data[max(found.start() - 6, 0) : found.start()]):
            yield found.start()


class Windows(AbstractContextManager["Windows"]):
    """The windows of a stream, of which `left` bytes are to be read (None: all).

    `data` begins at offset `base`; what stands before `fresh` was asked with the window before. `counts` are the line ends
    before each block of `data` (see `newlines`), where these are known.
    """

    whole = False
    """Whether the windows to come need no search, as far as is known."""

    def __init__(
        self,
        stream: BinaryIO,
        window: int,
        left: int | None,
        search: Search,
        progress: Progress,
        data: bytes,
        base: int,
        searcher: Searcher | None = None,
    ) -> None:
        self._stream, self._window, self._left = stream, window, left
        self._search, self._progress, self._searcher = search, progress, searcher
        self.data, self.base, self.fresh = data, base, 0
        self.counts = self._following = b""

    def __exit__(self, *unused: object) -> None:
        """Nothing was begun that has to be ended."""

    def look_ahead(self) -> bool:
        """Read what follows, for `go_on`; whether anything does."""
        size = self._window if self._left is None else min(self._window, max(self._left, 0))
        self._following = fill(self._stream, size, self._progress)
        if self._left is not None:
            self._left -= len(self._following)
        return bool(self._following)

    def hits(self, beginning: int) -> list[int]:
        """Where anchors start in `data` from `fresh` on, ascending; the file's beginning reaches up to `beginning`."""
        if self._searcher is None or beginning > self.fresh:
            return self._search(self.data, self.fresh, beginning)
        hits, self.counts = self._searcher.look(self.data, self.fresh)
        return hits

    def go_on(self, start: int, keep: int) -> None:
        """What was kept, from `start` on, and what follows it; what stands before `keep` was asked."""
        self.data, self.counts = self.data[start:] + self._following, b""
        self.base += start
        self.fresh = keep - start


class WindowsAhead(Windows):
    """The same of a plain file, read ahead: hits and line ends are known when a window comes.

    `ahead` searches from a few bytes before what is new: an anchor may begin there that ends behind.
    """

    def __init__(
        self,
        ahead: Ahead,
        stream: BinaryIO,
        searcher: Searcher,
        search: Search,
        progress: Progress,
        data: bytes,
        base: int,
    ) -> None:
        super().__init__(stream, 0, 0, search, progress, data, base)  # the stream must stay open
        self._ahead, self._overlap = ahead, searcher.overlap
        self._hits: list[int] | None = None
        self._next: tuple[bytes, int, list[int] | None, bytes] | None = None

    def __exit__(self, *unused: object) -> None:
        """End the thread."""
        self._ahead.close()

    def look_ahead(self) -> bool:
        """Take what follows, for `go_on`; whether anything does."""
        self._ahead.searching = not self.whole
        try:
            self._next = self._ahead.next()
        except OSError as error:
            self._next = None
            self._progress.stop(self._progress.bytes, error)
        if self._next is None:
            return False
        fresh = len(self._next[0]) - self._next[1]
        self._progress.bytes += fresh
        meter.add(fresh)
        return True

    def hits(self, beginning: int) -> list[int]:
        """Where anchors start: searched for here only in the file's beginning, and where the thread did not."""
        if self._hits is None or beginning > self.fresh:
            self._hits = self._search(self.data, self.fresh, beginning)
        return self._hits

    def go_on(self, start: int, keep: int) -> None:
        """The window that was taken, behind what it lacks of what was kept."""
        assert self._next is not None
        data, back, hits, counts = self._next
        base = self.base + len(self.data) - back
        fresh = self.base + keep - base
        if (missing := base - self.base - start) > 0:  # a record reaches further back than a window
            data = self.data[start : start + missing] + data
            base, fresh, back = base - missing, fresh + missing, back + missing
            hits, counts = hits and [hit + missing for hit in hits], b""
        if hits is not None:
            hits = self._kept(data, fresh, max(back - self._overlap, 0), base) + hits[bisect_left(hits, fresh) :]
        self.data, self.base, self.fresh, self._hits, self.counts = data, base, fresh, hits, counts

    def _kept(self, data: bytes, start: int, stop: int, base: int) -> list[int]:
        """Where anchors start in data[start:stop], which was in the window before; `data` begins at offset `base`."""
        if start >= stop:
            return []
        if self._hits is None:
            return [hit for hit in self._search(data[: stop + self._overlap], start, 0) if hit < stop]
        shift = self.base - base
        known = self._hits
        return [hit + shift for hit in known[bisect_left(known, start - shift) : bisect_left(known, stop - shift)]]
