"""Bytes to records: windows over a stream or a byte range, one scan, cutting around the hits.

The order of things: fill a window behind what was kept of the last; scan it; give the hits to the cutter; keep what it
could not finish. A range is read with a run-up before its first byte, so that a record begun earlier is known for what
it is; records belong to the range that holds their first byte.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import accumulate
from typing import BinaryIO, cast

from asynclog import meter, native
from asynclog.errors import InputError
from asynclog.model import Record
from asynclog.read import above
from asynclog.read.column import Accept, Collected, Place
from asynclog.read.cut import RECORD_CAP, Cutter
from asynclog.read.echoes import Echoes
from asynclog.read.form import PrefixForm
from asynclog.read.inputs import Input
from asynclog.read.layout import SAMPLE_BYTES, Layout, settle
from asynclog.read.narrow import Within
from asynclog.read.parts import Part, Seam
from asynclog.read.places import opened
from asynclog.read.progress import Progress, fill
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner
from asynclog.read.starts import Moments, Starts
from asynclog.read.streams import decompressed, is_bounded, open_stdin
from asynclog.read.times import edge_time
from asynclog.read.unwrap import unwrap
from asynclog.read.windows import Windows, hits_in, windows_of
from asynclog.slotted import replace

WINDOW = 1 << 20
_PAGES = 16 << 20  # never touched, so never taken
_PATIENCE = 256  # windows after which echoes are handed over, though they are few
_ENDLESS = 1 << 62
_BOM = b"\xef\xbb\xbf"


class Reader:
    """Reads inputs with one set of patterns. Its answer does not depend on `window`.

    Of what repeats a record that `accept` takes, only what is of the time asked for, `within`, is told.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        scanner: Scanner,
        window: int = WINDOW,
        form: PrefixForm | None = None,
        within: Within | None = None,
    ) -> None:
        self._form, self._within = form, within
        self.recogniser = recogniser
        self.scanner = scanner
        self._window = max(window, 1)
        self._layouts: dict[int, Layout] = {}
        # given back at once, it raises what glibc takes for large: windows are then cut from pages that are kept, where
        # the kernel would clear new ones for each (80,000 faults for each GB)
        bytes(_PAGES)

    def records(self, source: Input, progress: Progress) -> Iterator[Record]:
        """All records of `source`, in order. Losses become notes in `progress`; InputError if it cannot be opened."""
        return cast("Iterator[Record]", self.collected(source, progress))

    def text(self, text: str, name: str = "example") -> Iterator[Record]:
        """The records of a text, read like a file that holds nothing else."""
        stream = cast("BinaryIO", io.BytesIO(text.encode("utf-8", "surrogateescape")))
        return cast("Iterator[Record]", self._records(stream, Input(name, 0), Progress(), None))

    def collected(
        self, source: Input, progress: Progress, accept: Accept | None = None
    ) -> Iterator[Record | Collected]:
        """The records of `source`; with `accept`, those that repeat one that it takes come late, in columns."""
        with self._open(source, progress) as stream:
            yield from self._records(stream, source, progress, accept)

    def _records(
        self,
        stream: BinaryIO,
        source: Input,
        progress: Progress,
        accept: Accept | None,
    ) -> Iterator[Record | Collected]:
        most = min(SAMPLE_BYTES, source.size) if source.size is not None and is_bounded(source) else SAMPLE_BYTES
        head = fill(stream, most, progress)
        if head.startswith(_BOM):
            head = head[3:]
        small = self._form is None and len(head) < SAMPLE_BYTES
        if small and (whole := unwrap(head, self.recogniser.needles)) is not None:
            yield from self._unwrapped(whole, source, progress)
            return
        progress.layout = settle(head, self._form)
        progress.first = edge_time(head, progress.layout, last=False)
        with windows_of(stream, head, 0, source, progress, self.scanner, self._window) as windows:
            yield from self._loop(windows, source, progress, Part(0, _ENDLESS), Seam(), accept)

    def _unwrapped(self, whole: tuple[bytes, list[int]], source: Input, progress: Progress) -> Iterator[Record]:
        """The records of a text that was broken at a fixed column; their lines are those of the broken text."""
        data, counts = whole
        progress.layout = settle(data)
        progress.first = edge_time(data, progress.layout, last=False)
        progress.notes.append("lines were broken at a fixed column; read as if they were not")
        starts = list(accumulate(counts, initial=1))
        read = progress.bytes
        nothing = cast("BinaryIO", io.BytesIO())
        windows = Windows(nothing, 1, None, partial(hits_in, self.scanner, progress.layout), progress, data, 0)
        for record in self._loop(windows, source, progress, Part(0, _ENDLESS), Seam(), None):
            if isinstance(record, Record):
                yield replace(record, line=starts[min(record.line, len(counts)) - 1])
        progress.bytes, progress.lines = read, sum(counts)

    def part(
        self,
        source: Input,
        part: Part,
        layout: Layout,
        progress: Progress,
        seam: Seam,
        accept: Accept | None = None,
    ) -> Iterator[Record | Collected]:
        """The records of one byte range of a plain file, their lines counted from the range's beginning."""
        progress.layout = layout
        with opened(source.place, 0) as raw:
            stream = meter.watch(raw)
            base = max(0, part.start - above.RUN_UP)
            stream.seek(base)
            head = fill(stream, self._window + part.start - base, progress)
            if base:
                skipped = head.find(b"\n") + 1
                head, base = head[skipped:], base + skipped
            if part.start <= len(_BOM):  # the first part: the same look at the head as without parts
                with opened(source.place) as again:
                    progress.first = edge_time(again.read(SAMPLE_BYTES)[part.start :], layout, last=False)
            with windows_of(stream, head, base, source, progress, self.scanner, self._window) as windows:
                yield from self._loop(windows, source, progress, part, seam, accept)

    def again(self, place: Place, like: Record) -> Record:
        """The record that an entry of the source of `like` holds, cut once more."""
        layout = self._layouts[like.source_index]
        cutter = Cutter(self.recogniser, layout, like.source, like.source_index)
        found, _ = cutter.cut(place.raw, 0, self.scanner.hits(place.raw, nameless=layout.nameless), final=True)
        record = found[0]
        assert isinstance(record, Record)
        return replace(record, line=place.line, offset=place.offset, end_offset=place.end_offset)

    def layout_of(self, source: Input) -> tuple[Layout, int]:
        """The layout of a plain file and the offset of its text behind a byte order mark."""
        with opened(source.place) as raw:
            head = raw.read(SAMPLE_BYTES)
        skip = 3 if head.startswith(_BOM) else 0
        return settle(head[skip:], self._form), skip

    @contextmanager
    def _open(self, source: Input, progress: Progress) -> Iterator[BinaryIO]:
        if source.path == "-":
            yield decompressed(meter.watch(open_stdin()), "-", progress.lose)
            return
        try:
            raw = opened(source.place, 1 << 16)
        except OSError as error:
            raise InputError(f"{source.path}: {error.strerror}", "check that the file may be read") from None
        with raw:
            yield decompressed(meter.watch(raw), source.path, progress.lose)

    def _loop(
        self,
        windows: Windows,
        source: Input,
        progress: Progress,
        part: Part,
        seam: Seam,
        accept: Accept | None,
    ) -> Iterator[Record | Collected]:
        layout = self._layouts[source.index] = progress.layout
        search = partial(self.scanner.hits, nameless=layout.nameless)
        echoes = None
        if accept is not None and (self._within is None or native.Lookup is not None):
            anchors = tuple(anchor.encode() for anchor in self.scanner.anchors)
            echoes = Echoes(layout, accept, lambda entry: layout.splits or bool(search(entry)), anchors, self._within)
        cutter = Cutter(
            self.recogniser,
            layout,
            source.path,
            source.index,
            counted=max(part.start, windows.base),
            limit=part.end,
            echoes=echoes,
            starts=Starts(layout, progress.starts),
            search=search,
        )
        moments = Moments(layout, part.start, part.end, progress.moments)
        if windows.base > part.start:  # the run-up began within a line that ends in this part
            cutter.counting.skip_line()
        if part.covered is not None:
            cutter.covered.update(part.covered)
            seam.entry.update(part.covered)
            seam.exit.update({writer: offset for writer, offset in part.covered.items() if offset > part.end})
        count = 0
        while True:
            windows.whole = cutter.whole
            final = not windows.look_ahead()
            data, base = windows.data, windows.base
            hits = None
            if not cutter.whole or base < above.RUN_UP or layout.splits:
                hits = windows.hits(above.RUN_UP - base)
            found, keep = cutter.cut(data, base, hits, final, windows.fresh, windows.counts)
            for record in found:
                if isinstance(record, Collected):
                    yield record
                    continue
                if part.start <= record.offset < part.end:
                    yield record
                elif record.offset < part.start < record.end_offset:
                    seam.entry[record.stream] = record.end_offset
                if record.offset < part.end < record.end_offset:
                    seam.exit[record.stream] = record.end_offset
            count += 1
            if echoes is not None and (echoes.full or count % _PATIENCE == 0):
                yield echoes.collected()
            if final or base + keep >= part.end + above.RUN_UP:
                break
            # a cut anchor or line at the window's end: keep the last line whole
            keep = min(keep, data.rfind(b"\n") + 1 if len(data) < RECORD_CAP else len(data) - self.scanner.overlap)
            run_up = max(0, keep - above.RUN_UP)
            if run_up:  # a line is looked at with all that follows it in the run-up
                moments.take(data, base, min(base + run_up, part.end), cutter.counting.line_at)
            cutter.counting.rest(data, base, run_up)
            windows.go_on(run_up, keep)
        if echoes is not None:
            yield echoes.collected()
        end = min(base + len(data), part.end)
        moments.take(data, base, end, cutter.counting.line_at)
        cutter.counting.rest(data, base, end - base)
        progress.lines = cutter.counting.lines_seen + (
            final and base + len(data) == end and data[-1:] not in (b"", b"\n")
        )
        if final:
            progress.last = edge_time(data[-SAMPLE_BYTES:], progress.layout, last=True) or progress.first
