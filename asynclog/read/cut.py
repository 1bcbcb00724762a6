"""Records out of a window of bytes, cut around the places where an anchor was found.

Each hit is asked: does a message start on this line; is it the last line of a traceback whose text only asyncio raises;
is it a detail whose first line was lost; does it name logger `asyncio` with a text nobody knows? Lines that no hit
touches are never looked at. What a record has covered is not asked again, so the answer depends on the order of the
bytes alone and not on how they were cut into windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from asynclog.model import MessagePattern, Prefix, Record
from asynclog.read import contexts, jsonlines
from asynclog.read.echoes import Echo, Echoes
from asynclog.read.extent import Extent, NeedMore, extent
from asynclog.read.layout import Layout
from asynclog.read.lines import Line, Lines
from asynclog.read.prefix import has_lead_in, is_header, is_plausible_prefix, parse_prefix
from asynclog.read.recognise import Head, Recogniser

RUN_UP = 1 << 16  # bytes above a hit that may be looked at, whatever the window
WALK_UP = 400  # lines above the end of a traceback in which its beginning is looked for
RECORD_CAP = 4 << 20  # bytes of a record that are waited for
_BROKEN_LINES = 16
_OPENING = re.compile(r"(?<!\w)Executing <(?:\w*Task (?:pending|finished|cancel)|\w*Handle )|(?<!\w)Executing <\w*Task$")
_MESSAGE_KEY = re.compile(r"['\"]message['\"]:\s*['\"]")
_DETAIL = re.compile(r"\s*(?:\w+: <|Traceback \(most recent|\w*source_traceback: )")
_DETAILED = frozenset({"exception-never-retrieved", "task-destroyed-pending", "callback-exception"})
_TRACEBACK = "Traceback (most recent call last):"
_LINKS = ("During handling of the above", "The above exception was the direct")


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
            if base + start >= self._limit + RUN_UP:  # no record that starts before the limit is shown this late
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
                records = list(self._records(lines, line, hit, base))
            except NeedMore:
                if len(data) - start < RECORD_CAP:
                    return found, start
                records = list(self._records(Lines(data, self._layout, True), line, hit, base))
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
            if not whole or record.kind is None or stamp is None or stamp.text.encode("utf-8", "backslashreplace") != time:
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
            yield self._make(lines, line, head, line.text[head.start :], base, Extent((), max(line.end, line.reach), capped=True))

    def _records(self, lines: Lines, line: Line, hit: int, base: int) -> Iterator[Record]:
        text = line.text
        if text.lstrip().startswith("{") and (decoded := jsonlines.decode(text)) is not None:
            yield from self._from_json(decoded, lines, line, base)
            return
        head = self._recogniser.head(text, line.time, line.key)
        if head is None and "essage" in text and (context := self._context(lines, line, base)) is not None:
            yield context
            return
        if head is not None and head.start and '"' in text[: head.start] and text.lstrip()[:1] in '{"':
            head = None
        if head is None and (opening := _OPENING.search(text)) is not None and is_plausible_prefix(text[: opening.start()]):
            yield self._broken(lines, line, opening.start(), base)
            return
        if head is not None:
            if not self._quoted(lines, line, head):
                record = self._record(lines, line, head, base)
                if not self._is_look_alike(line, head, record):
                    yield record
            return
        final = self._recogniser.final(text)
        if final is not None:
            yield from self._traceback(lines, line, final, base)
            return
        detail = self._recogniser.detail(text)
        if detail is not None:
            if self._headless(lines, line, base):
                yield self._record(lines, line, detail, base, headless=True)
            return
        unknown = self._recogniser.unknown(text, line.time, line.key)
        if unknown is not None:
            yield self._record(lines, line, unknown, base)
            return
        if '"' in text:
            yield from self._from_strings(lines, line, base)

    def _record(self, lines: Lines, line: Line, head: Head, base: int, headless: bool = False) -> Record:
        prefix = line.text[: head.start]
        rest = extent(lines, line, prefix, head.pattern, self._layout, self._is_head)
        text = "\n".join((line.text[head.start :], *rest.lines)) if rest.lines else line.text[head.start :]
        return self._make(lines, line, head, text, base, rest, headless)

    def _is_look_alike(self, line: Line, head: Head, record: Record) -> bool:
        """Whether another logger says something that begins like a message of asyncio's."""
        logger = head.prefix.logger
        if logger in (None, "asyncio", "py.warnings", "root") or head.pattern is None or head.pattern.channel != "log" or head.pattern.loggers:
            return False
        if head.tail.strip():
            return True
        if head.pattern.kind not in _DETAILED or has_lead_in(line.text[: head.start]):
            return False
        return not any(_DETAIL.match(text) for text in record.text.split("\n")[1:4])

    def _make(self, lines: Lines, line: Line, head: Head, text: str, base: int, rest: Extent, headless: bool = False) -> Record:
        pattern = head.pattern
        return Record(
            source=self._source,
            line=self._line_number(lines, line.start, base),
            offset=base + line.start,
            prefix=head.prefix,
            text=text,
            kind=pattern.kind if pattern is not None else None,
            fields=head.fields,
            stream=line.key,
            headless=headless,
            cut=rest.capped,
            source_index=self._index,
            end_offset=base + rest.end,
            lines=1 + len(rest.lines),
        )

    def _is_head(self, text: str) -> bool:
        return self._recogniser.head(text) is not None

    def _line_number(self, lines: Lines, start: int, base: int) -> int:
        return self._line_at(lines.data, start, base)

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

    def _broken(self, lines: Lines, line: Line, start: int, base: int) -> Record:
        """A slow callback whose line was broken or cut before it said how long it took."""
        text, following = line.text[start:], line
        for _ in range(_BROKEN_LINES):
            more = lines.at(following.end)
            if more is None:
                if not lines.final:
                    raise NeedMore
                break
            if is_header(more.text) or self._recogniser.head(more.text) is not None or not more.text.strip():
                break
            following = more
            piece = more.text.lstrip()
            for glue in ("", " "):
                joined = text + glue + piece
                head = self._recogniser.head(joined, line.time, line.key)
                if head is not None and head.start == 0:
                    text = joined
                    whole = Head(0, parse_prefix(line.text[:start], line.time, line.key), head.pattern, head.fields)
                    return self._make(lines, line, whole, text, base, Extent((), following.end))
            text += ("" if text.endswith(("/", "-", "\\")) or piece == more.text else " ") + piece
        pattern = next(pattern for pattern in self._recogniser.heads if pattern.kind == "slow-callback")
        text = line.text[start:]
        head = Head(0, parse_prefix(line.text[:start], line.time, line.key), pattern, {"handle": text.removeprefix("Executing ")})
        return self._make(lines, line, head, text, base, Extent((), max(line.end, line.reach), capped=True))

    def _context(self, lines: Lines, line: Line, base: int) -> Record | None:
        """The loop's exception context as a dict: the record that it stands for."""
        found = _MESSAGE_KEY.search(line.text)
        start = contexts.begins(line.text[: found.end()]) if found else None
        if start is None:
            return None
        rest = extent(lines, line, line.text[:start], None, self._layout, self._is_head)
        text = contexts.flatten("\n".join((line.text[start:], *rest.lines)))
        if text is None:
            return None
        head = self._recogniser.head(text.split("\n", 1)[0])
        if head is None or head.start:
            return None
        outer = Head(0, parse_prefix(line.text[:start], line.time, line.key), head.pattern, head.fields)
        return self._make(lines, line, outer, text, base, rest)

    # -- what is no plain text line ------------------------------------------------------------------------------

    def _from_json(self, decoded: tuple[Prefix, str, str | None], lines: Lines, line: Line, base: int) -> Iterator[Record]:
        prefix, body, _writer = decoded
        yield from self._inner(prefix, body, lines, line, base)

    def _from_strings(self, lines: Lines, line: Line, base: int) -> Iterator[Record]:
        """Messages inside string literals: a cut JSON line, or one line of an object printed over several."""
        for _, body in jsonlines.strings(line.text):
            found = list(self._inner(Prefix(), body, lines, line, base))
            if found:
                yield from found
                return

    def _inner(self, prefix: Prefix, body: str, lines: Lines, line: Line, base: int) -> Iterator[Record]:
        """The record that `body`, an entry's whole text, holds."""
        first, _, _rest = body.partition("\n")
        head = self._recogniser.head(first)
        if head is not None and head.start and not _bracketed(first[: head.start]):
            head = None
        pattern: MessagePattern | None = head.pattern if head else None
        if head is not None and pattern is not None:
            merged = _merge(prefix, head.prefix)
            if not self._allowed(pattern, merged):
                return
            text = body[head.start :]
        elif prefix.logger == "asyncio":
            head, merged, text = Head(0, prefix, None), prefix, body
        else:
            ending = body.rstrip().split("\n")[-12:]
            final = next((found for text_line in reversed(ending) if (found := self._recogniser.final(text_line))), None)
            if final is None or _TRACEBACK not in body:
                return
            head, merged, text = final, prefix, body
        yield self._make(lines, line, Head(0, merged, head.pattern, head.fields), text, base, Extent((), max(line.end, line.reach)))

    def _allowed(self, pattern: MessagePattern, prefix: Prefix) -> bool:
        from asynclog.read.recognise import _belongs

        return _belongs(pattern, prefix, "")

    # -- what needs a look above ---------------------------------------------------------------------------------

    def _quoted(self, lines: Lines, line: Line, head: Head) -> bool:
        """Whether a bare message in a file of prefixed records stands inside the text of an exception."""
        if head.pattern is None or head.pattern.channel != "log":
            return False
        before = line.text[: head.start].strip()
        if self._layout.header is None:
            return self._layout.native is False and bool(before) and is_header(line.text) and self._beside_prose(lines, line)
        if before and self._layout.header.match(line.text):
            return False
        if self._layout.native:
            return True
        above = line
        for _ in range(60):
            previous = lines.before(above.start, line.start - RUN_UP)
            if previous is None:
                return False
            above = previous
            if above.key != line.key:
                continue
            if self._layout.header.match(above.text):
                return False
            if _TRACEBACK in above.text or above.text.startswith("  File "):
                return True
        return False

    def _beside_prose(self, lines: Lines, line: Line) -> bool:
        """Whether the line above is text of nobody's record, of which `line` may be a part."""
        above = lines.before(line.start, line.start - RUN_UP)
        return above is not None and bool(above.text.strip()) and not is_header(above.text)

    def _headless(self, lines: Lines, line: Line, base: int) -> bool:
        """Whether nothing but remains of the same record stands above `line`, up to the beginning of the file."""
        above = line
        for _ in range(WALK_UP):
            previous = lines.before(above.start, line.start - RUN_UP)
            if previous is None:
                return base == 0
            above = previous
            if above.key == line.key and (is_header(above.text) or not above.text.startswith((" ", "source_traceback:", "handle_traceback:"))):
                return False
        return False

    def _traceback(self, lines: Lines, line: Line, final: Head, base: int) -> Iterator[Record]:
        """The record that ends with the exception at `line`: its own first line, or the traceback's."""
        following = lines.at(line.end)
        while following is not None and not following.text.strip():
            following = lines.at(following.end)
        if following is None and not lines.final:
            raise NeedMore
        if following is not None and following.text.strip().startswith(_LINKS):
            return
        start, top = None, line
        linked = False
        above = line
        for _ in range(WALK_UP):
            previous = lines.before(above.start, line.start - RUN_UP)
            if previous is None:
                break
            above = previous
            if above.key != line.key:
                continue
            text = above.text
            if base + above.start < self.covered.get(above.key, 0):
                return
            if _TRACEBACK in text:
                start, top, linked = above, above, False
            elif text.strip().startswith(_LINKS):
                linked = True
            elif start is not None and not linked and text.strip():
                break
            elif start is None and is_header(text):
                break
        if start is None:
            return
        owner = lines.before(top.start, line.start - RUN_UP)
        head = Head(0, parse_prefix("", line.time, line.key), final.pattern, final.fields)
        first = top
        if owner is not None and owner.key == line.key and is_header(owner.text):
            prefix = parse_prefix(_header_part(owner.text), owner.time, owner.key)
            if prefix.level not in ("DEBUG", "INFO", "TRACE"):
                first = owner
                head = Head(0, prefix, final.pattern, final.fields)
        text = self._joined(lines, first, line)
        yield self._make(lines, first, head, text, base, Extent(tuple(text.split("\n")[1:]), line.end))

    def _joined(self, lines: Lines, first: Line, last: Line) -> str:
        texts = []
        line: Line | None = first
        while line is not None and line.start <= last.start:
            if line.key == first.key:
                texts.append(line.text)
            line = lines.at(line.end)
        return "\n".join(texts)


def _header_part(text: str) -> str:
    """The part of an application's own first line in which level, logger and time stand."""
    return text[:100]


def _bracketed(before: str) -> bool:
    return not before.strip() or before.rstrip().endswith(("]", ":", ")", "|", "-"))


def _merge(outer: Prefix, inner: Prefix) -> Prefix:
    """The prefix of a message that has one inside a structured entry as well."""
    return Prefix(
        inner.text,
        outer.timestamp or inner.timestamp,
        inner.level or outer.level,
        inner.logger or outer.logger,
        outer.pid if outer.pid is not None else inner.pid,
        outer.thread or inner.thread,
        outer.task or inner.task,
    )
