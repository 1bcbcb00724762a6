"""Records out of a window of bytes, cut around the places where an anchor was found.

Lines that no hit touches are never looked at. What a record has covered is not asked again, so the answer depends on
the order of the bytes alone and not on how they were cut into windows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from asynclog.model import Record
from asynclog.read import above
from asynclog.read.claim import Claim
from asynclog.read.claims import Claims
from asynclog.read.column import Collected
from asynclog.read.echoes import Echoes
from asynclog.read.extent import Extent
from asynclog.read.layout import Layout
from asynclog.read.lines import Lines, NeedMore
from asynclog.read.newlines import Counting
from asynclog.read.recognise import Recogniser
from asynclog.read.starts import Starts
from asynclog.read.testids import test_of
from asynclog.read.together import Window

DENSE = 1024  # bytes for each hit, below which a window is taken apart as a whole
_FEW = 8  # entries to one of which no echo is known, above which a search of all costs more than one of each
RECORD_CAP = 4 << 20  # bytes of a record that are waited for


Search = Callable[[bytes, int], list[int]]


class Cutter:
    """Cuts one source, window after window in order. `covered` maps a writer to the offset up to which it is read."""

    def __init__(
        self,
        recogniser: Recogniser,
        layout: Layout,
        source: str,
        source_index: int = 0,
        counted: int = 0,
        limit: int = 1 << 62,
        echoes: Echoes | None = None,
        starts: Starts | None = None,
        search: Search | None = None,
    ) -> None:
        self._recogniser = recogniser
        self._layout = layout
        self._source = source
        self._index = source_index
        self.covered: dict[str | None, int] = {}
        self._first = counted
        self.counting = Counting(counted, limit)
        self._limit = limit
        self._starts = starts
        self._claims = Claims(recogniser, layout, self.covered)
        self._echoes = echoes if echoes is not None and echoes.entries.able else None
        self._search = search
        self._fresh = 0
        self.whole = False
        """Whether nearly all that was taken last were echoes: what follows needs no search."""

    def cut(
        self, data: bytes, base: int, hits: list[int] | None, final: bool, fresh: int = 0, counts: bytes = b""
    ) -> tuple[list[Record | Collected], int]:
        """The records that `hits` (offsets in `data`, ascending) belong to, and the window offset to keep from.

        `base` is the file offset of `data`; with `final` nothing follows. Hits behind the answered offset are asked
        again with the next window. Echoes stay in their columns; an empty `Collected` stands where records were told
        as echoes between two that were cut. What stands before `fresh` was asked with the last window. Without hits,
        `data` was not searched from there on: then only entries that are not known are. `counts` are the line ends
        before each block of `data`, where these are known.
        """
        lines = Lines(data, self._layout, final)
        found: list[Record | Collected] = []
        self._fresh, self.counting.counts = len(data) - fresh, counts
        if hits is None:
            stop = self._echoes_up_to(data, base, fresh)
            if stop > fresh and (keep := self._stretch(lines, base, (fresh, stop), None, found)) is not None:
                return found, keep
            hits = self._searched(data, max(fresh, stop))
        dense = len(hits) * DENSE > len(data)
        at = 0
        while at < len(hits):
            hit = hits[at]
            if self._echoes is not None and base + hit < self.covered.get(None, 0):  # within an echo
                at += 1
                continue
            start = lines.start_of(hit)
            if base + start >= self._limit + above.RUN_UP:  # no record that starts before the limit is shown this late
                return found, start
            if self._echoes is None or base + start < self._first or not self._echoes.entries.starts(data, start):
                keep, at = self._ask(lines, base, hit, found), at + 1
            elif not dense and (stop := self._taken(data, base, start, hits, at)):
                at, keep = bisect_left(hits, stop, at), None
            else:
                stop = self._stop(data, base, start, dense)
                if stop < 0 and not final and len(data) - start < RECORD_CAP:
                    return found, start
                if stop < 0 or base + stop > self._limit:
                    keep, at = self._ask(lines, base, hit, found), at + 1
                else:
                    keep = self._stretch(lines, base, (start, stop), hits, found, one=not dense)
                    at = bisect_left(hits, stop, at)
            if keep is not None:
                return found, keep
        if final:
            found.extend(self._cut_off(lines, base))
        return found, len(data)

    def _taken(self, data: bytes, base: int, start: int, hits: list[int], at: int) -> int:
        """Take the entry at `start`, around the hit at `at`, if it is a known echo, and the next ones around hits that are; where
        the last ends, 0 where there is none.
        """
        assert self._echoes is not None
        if base + start < self._covered():
            return 0
        known = self._echoes.sweep(data, hits, at, start, self._limit - base, self.counting.counts)
        if known is None:
            return 0
        window, stop = known
        _, offset, line = self._echoes.take(window, 0, base + start, self.counting.line_at(data, start, base))
        self.counting.reach(offset, line)
        self.covered[None] = max(self.covered.get(None, 0), self._echoes.reach)
        return stop

    def _stop(self, data: bytes, base: int, start: int, dense: bool) -> int:
        """Where the entries end that are taken together from `start` on, -1 where the end of the first is not seen."""
        assert self._echoes is not None
        if dense:
            stop = self._echoes.entries.last_start(data, start, min(len(data), self._limit - base))
            if stop >= 0:
                return stop
        return self._echoes.entries.next(data, start)

    def _echoes_up_to(self, data: bytes, base: int, start: int) -> int:
        """Where the last entry of those that begin at `start` begins; -1 where they are not to be taken together."""
        echoes = self._echoes
        if echoes is None or not echoes.entries.starts(data, start):
            return -1
        return echoes.entries.last_start(data, start, min(len(data), self._limit - base))

    def _searched(self, data: bytes, start: int) -> list[int]:
        """Where anchors stand in `data` from `start` on."""
        assert self._search is not None
        return self._search(data, start)

    def _stretch(
        self,
        lines: Lines,
        base: int,
        span: tuple[int, int],
        hits: list[int] | None,
        found: list[Record | Collected],
        one: bool = False,
    ) -> int | None:
        """Take whole entries (`one`: a single one, that no lookup knows): echoes into their columns, the others hit by hit; the offset
        to keep from, or None.
        """
        assert self._echoes is not None
        echoes, data = self._echoes, lines.data
        position, stop = span
        wrapper = echoes.entries.wrapper
        if hits is None or wrapper is None or wrapper.is_one_writer(data, position, stop):
            entries = [data[position : stop - 1]] if one else echoes.split(data, position, stop - 1)
            return self._entries(lines, base, span, entries, hits, found)
        apart = wrapper.entries(data, position, stop, hits, echoes.entries.starts) if not one else None
        if apart is None:
            return self._ask_all(lines, base, span, hits, found)
        places = [entry.start for entry in apart]
        at = 0
        while at < len(apart):
            closed, end = apart[at].closed, at + 1
            while end < len(apart) and apart[end].closed is closed:
                end += 1
            part = places[at], places[end] if end < len(apart) else stop
            if closed:
                entries = echoes.split(data, part[0], part[1] - 1, places[at:end])
                keep = self._entries(lines, base, part, entries, hits, found)
            else:
                keep = self._ask_all(lines, base, part, hits, found)
            if keep is not None:
                return keep
            at = end
        return None

    def _ask_all(
        self, lines: Lines, base: int, span: tuple[int, int], hits: list[int], found: list[Record | Collected]
    ) -> int | None:
        """Ask hit by hit; the offset to keep from, or None."""
        for hit in hits[bisect_left(hits, span[0]) : bisect_left(hits, span[1])]:
            keep = self._ask(lines, base, hit, found)
            if keep is not None:
                return keep
        return None

    def _entries(
        self,
        lines: Lines,
        base: int,
        span: tuple[int, int],
        entries: list[bytes] | Window,
        hits: list[int] | None,
        found: list[Record | Collected],
    ) -> int | None:
        """Take the entries of a span one behind the other; the offset to keep from, or None."""
        assert self._echoes is not None
        echoes, data = self._echoes, lines.data
        position, stop = span
        index, line = 0, self.counting.line_at(data, position, base)
        unknown, before = 0, echoes.pending
        while index < len(entries):
            if base + position >= self._covered():
                index, offset, line = echoes.take(entries, index, base + position, line)
                self.counting.reach(offset, line)
                position = offset - base
                if index == len(entries):
                    break
            entry, unknown = entries[index], unknown + 1
            keep = self._unknown(lines, base, position, entry, hits, found)
            if keep is not None:
                return keep
            index, position = index + 1, position + len(entry) + 1
            line = self.counting.line_at(data, position, base)
        self.covered[None] = max(self.covered.get(None, 0), echoes.reach)
        taken, size = echoes.pending - before, stop - span[0]
        self.whole = (
            echoes.entries.wrapper is None
            and 2 * size > self._fresh  # not the one entry around a hit
            and unknown * _FEW < len(entries)
            and taken * DENSE > size
        )
        return None

    def _unknown(
        self,
        lines: Lines,
        base: int,
        position: int,
        entry: bytes,
        hits: list[int] | None,
        found: list[Record | Collected],
    ) -> int | None:
        """Ask the hits of an entry that is no echo, and remember what they gave; where to keep from, or None."""
        assert self._echoes is not None
        self.covered[None] = max(self.covered.get(None, 0), self._echoes.reach)
        own: Sequence[int]
        if hits is None:
            own = [position + at for at in self._searched(entry, 0)]
        else:
            own = hits[bisect_left(hits, position) : bisect_left(hits, position + len(entry))]
        before, whole = len(found), self._covered() <= base + position
        for hit in own:
            if base + hit >= self.covered[None]:
                keep = self._ask(lines, base, hit, found)
                if keep is not None:
                    return keep
        if whole:
            records = [one for one in found[before:] if isinstance(one, Record)]
            self._echoes.learn(entry, base + position, records, not own)
        return None

    def _covered(self) -> int:
        """Up to where the source is read, whoever wrote it."""
        assert self._echoes is not None
        return (
            max(self.covered.values(), default=0)
            if self._echoes.entries.wrapper is not None
            else self.covered.get(None, 0)
        )

    def _ask(self, lines: Lines, base: int, hit: int, found: list[Record | Collected]) -> int | None:
        """Add the records that a hit belongs to; the answer is where to keep from if more data is needed, else None."""
        start = lines.start_of(hit)
        line = lines.at(start)
        waits = not lines.final and len(lines.data) - start < RECORD_CAP
        if line is None:
            return start if waits else None
        if base + start < self.covered.get(line.key, 0):
            return None
        try:
            records = self._records(lines, line.start, base)
        except NeedMore:
            if waits:
                return start
            records = self._records(Lines(lines.data, self._layout, True), line.start, base)
        for record in records:
            self.covered[line.key] = record.end_offset
            if self._echoes is not None and self._first <= record.offset < self._limit:
                raw = lines.data[record.offset - base : record.end_offset - base - 1]
                if self._echoes.cut(record, raw):
                    found.append(Collected())
            found.append(record)
            if self._starts is not None and self._first <= record.offset < self._limit:
                self._starts.note(record, lines, record.offset - base)
        return None

    def _cut_off(self, lines: Lines, base: int) -> Iterator[Record]:
        """The record whose first line was cut in the middle of its message by the end of the data."""
        end = len(lines.data.rstrip())
        line = lines.at(lines.start_of(end))
        if line is None or not self._layout.heads or base + line.start < self.covered.get(line.key, 0):
            return
        head = self._recogniser.beginning(line.text, line.time, line.key)
        if head is not None and base + line.start < self._limit:
            rest = Extent((), max(line.end, line.reach), capped=True)
            yield self._record(lines, Claim(line, head, line.text[head.start :], rest), base)

    def _records(self, lines: Lines, start: int, base: int) -> list[Record]:
        line = lines.at(start)
        return (
            [] if line is None else [self._record(lines, claim, base) for claim in self._claims.of(lines, line, base)]
        )

    def _record(self, lines: Lines, claim: Claim, base: int) -> Record:
        pattern = claim.head.pattern
        return Record(
            source=self._source,
            line=self.counting.line_at(lines.data, claim.line.start, base),
            offset=base + claim.line.start,
            prefix=claim.head.prefix,
            text=claim.text,
            kind=pattern.kind if pattern is not None else None,
            fields=claim.head.fields,
            stream=claim.line.key,
            headless=claim.headless,
            cut=claim.rest.capped,
            test=test_of(lines, claim.line, claim.head.prefix.text) if self._layout.tests else None,
            source_index=self._index,
            end_offset=base + claim.rest.end,
            lines=1 + len(claim.rest.lines),
            joined=claim.rest.joined,
        )
