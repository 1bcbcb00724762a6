"""Records out of a window of bytes, cut around the places where an anchor was found.

Lines that no hit touches are never looked at. What a record has covered is not asked again, so the answer depends on
the order of the bytes alone and not on how they were cut into windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asynclog.model import Record
from asynclog.read import above
from asynclog.read.claim import Claim
from asynclog.read.claims import Claims
from asynclog.read.echoes import Echo, Echoes
from asynclog.read.extent import Extent, NeedMore
from asynclog.read.layout import Layout
from asynclog.read.lines import Lines
from asynclog.read.recognise import Recogniser
from asynclog.read.testids import test_of

RECORD_CAP = 4 << 20  # bytes of a record that are waited for


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
    ) -> None:
        self._recogniser = recogniser
        self._layout = layout
        self._source = source
        self._index = source_index
        self.covered: dict[str | None, int] = {}
        self._counted = counted
        self._limit = limit
        self._line = 1
        self._claims = Claims(recogniser, layout, self.covered)
        self._echoes = echoes if echoes is not None and echoes.able else None

    def cut(self, data: bytes, base: int, hits: Sequence[int], final: bool) -> tuple[list[Record | Echo], int]:
        """The records that `hits` (offsets in `data`, ascending) belong to, and the window offset to keep from.

        `base` is the file offset of `data`; with `final` nothing follows. Hits behind the answered offset are asked
        again with the next window.
        """
        lines = Lines(data, self._layout, final)
        found: list[Record | Echo] = []
        for hit in hits:
            if self._echoes is not None and base + hit < self.covered.get(None, 0):
                continue
            start = lines.start_of(hit)
            if base + start >= self._limit + above.RUN_UP:  # no record that starts before the limit is shown this late
                return found, start
            told = self._told(data, base, start, final)
            if isinstance(told, Echo):
                found.append(told)
                self.covered[None] = told.end_offset
                continue
            line = lines.at(start)
            if line is None:
                if not final and len(data) - start < RECORD_CAP:
                    return found, start
                continue
            if base + start < self.covered.get(line.key, 0):
                continue
            try:
                records = self._records(lines, line.start, base)
            except NeedMore:
                if len(data) - start < RECORD_CAP:
                    return found, start
                records = self._records(Lines(data, self._layout, True), line.start, base)
            for record in records:
                self.covered[line.key] = record.end_offset
            found += records
            if told is not None:
                self._learn(told, records, base + start)
        if final:
            found.extend(self._cut_off(lines, base))
        return found, len(data)

    def _told(self, data: bytes, base: int, start: int, final: bool) -> Echo | tuple[bytes, bytes, int] | None:
        """The echo that starts at `start`; or the key, time and end of an entry not met before; or None."""
        if self._echoes is None or (bounds := self._echoes.bounds(data, start, final)) is None:
            return None
        keyed = self._echoes.key(data, start, bounds)
        if keyed is None:
            return None
        key, number = keyed
        end, time_start, time_end = bounds
        first = self._echoes.first(key)
        if first is not None:
            line = self._line_at(data, start, base)
            return Echo(first, data[time_start:time_end], number, line, base + start, base + end + 1, data[start:end])
        return (key, data[time_start:time_end], base + end + 1) if self._echoes.is_new(key) else None

    def _learn(self, told: tuple[bytes, bytes, int], records: list[Record], offset: int) -> None:
        """Remember what an entry gave, if it is one record and nothing else."""
        assert self._echoes is not None
        key, time, end = told
        record = records[0] if len(records) == 1 else None
        if record is not None:
            stamp = record.prefix.timestamp
            whole = record.offset == offset and record.end_offset == end and not (record.cut or record.headless)
            if (
                not whole
                or record.kind is None
                or stamp is None
                or stamp.text.encode("utf-8", "backslashreplace") != time
            ):
                record = None
        self._echoes.learn(key, record)

    def _cut_off(self, lines: Lines, base: int) -> Iterator[Record]:
        """The record whose first line was cut in the middle of its message by the end of the data."""
        end = len(lines.data.rstrip())
        line = lines.at(lines.start_of(end))
        if line is None or not self._layout.header or base + line.start < self.covered.get(line.key, 0):
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
            line=self._line_at(lines.data, claim.line.start, base),
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
        )

    def _line_at(self, data: bytes, start: int, base: int) -> int:
        """1-based line of the window offset `start`; newlines are counted once, going forward."""
        offset = base + start
        if offset >= self._limit:
            return 0  # another part's
        if offset >= self._counted:
            self._line += data.count(b"\n", self._counted - base if self._counted > base else 0, start)
            self._counted = offset
            return self._line
        return self._line - data.count(b"\n", start, self._counted - base)

    def count_rest(self, data: bytes, base: int, end: int) -> None:
        """Count the newlines of `data` up to window offset `end`, before that part is given up."""
        offset = base + end
        if offset > self._counted:
            self._line += data.count(b"\n", max(self._counted - base, 0), end)
            self._counted = offset

    def skip_line(self) -> None:
        """Count a line that ended before the first window."""
        self._line += 1

    @property
    def lines_seen(self) -> int:
        """How many line ends were counted so far."""
        return self._line - 1
