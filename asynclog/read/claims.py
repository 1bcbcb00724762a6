"""What a hit is. Asked in this order: an entry of JSON; a message that starts on this line; the loop's context as a dict;
a slow callback whose line was broken; the last line of a traceback whose text only asyncio raises; a detail whose first
line was lost; a record of logger `asyncio` with a text nobody knows; a message inside a string.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from asynclog.lazy import regex
from asynclog.read import contexts
from asynclog.read.above import claim_traceback, is_headless, is_quoted, lines_above
from asynclog.read.alikes import is_detailed, is_look_alike
from asynclog.read.claim import Claim
from asynclog.read.embedded import in_fields, in_json, in_one_line, in_strings
from asynclog.read.extent import Extent, extent
from asynclog.read.grammar import Inner
from asynclog.read.layout import Layout
from asynclog.read.lines import Line, Lines, NeedMore
from asynclog.read.prefix import is_header, is_plausible_prefix, parse_prefix
from asynclog.read.recognise import Head, Recogniser

_BROKEN_LINES = 16
_OPENING = regex(
    r"(?<!\w)Executing (?:<(?:\w*Task (?:pending|finished|cancel)|\w*Handle )|(?:Timer)?Handle\(<|Task\(<)"
    r"|(?<!\w)Executing <\w*Task$"
)


class Claims:
    """Asks the lines of one source. `covered` maps a writer to the offset up to which its records are known."""

    def __init__(self, recogniser: Recogniser, layout: Layout, covered: Mapping[str | None, int]) -> None:
        self._recogniser = recogniser
        self._layout = layout
        self._covered = covered
        self._inner: Inner = {}

    def of(self, lines: Lines, line: Line, base: int) -> Iterator[Claim]:
        """The records that the hit on `line` belongs to; raises NeedMore where the window ends too early."""
        entry = in_json(self._recogniser, line)
        if entry is not None:
            yield from entry
            return
        text = line.text
        named = self._layout.of(line.key).named is not False
        whole = in_one_line(self._recogniser, line, named) if "#012" in text or "\\n" in text else None
        if whole is not None:
            yield from whole
            return
        fields, opened = in_fields(self._recogniser, line) if '="' in text else ([], 0)
        if fields:
            yield from [self._unfinished(lines, claim, opened) for claim in fields] if opened else fields
            return
        head = self._recogniser.head(text, line.time, line.key, named=named)
        if head is not None and head.start and '"' in text[: head.start] and text.lstrip()[:1] in '{"':
            head = None
        if head is not None:
            if not is_quoted(lines, line, head, self._layout, base):
                claim = self._broken(lines, line) if _is_unfinished(head) else None
                claim = claim or self._message(lines, line, head)
                if not is_look_alike(head, text[: head.start], claim.rest.lines):
                    yield claim
            return
        claimed = self._context(lines, line, base) or self._broken(lines, line)
        if claimed is not None:
            yield claimed
            return
        if (final := self._recogniser.final(text)) is not None:
            yield from claim_traceback(lines, line, final, base, self._covered, self._layout)
        elif (detail := self._recogniser.detail(text)) is not None:
            if is_headless(lines, line, base):
                yield self._message(lines, line, detail, headless=True)
        elif (unknown := self._recogniser.unknown(text, line.time, line.key)) is not None:
            yield self._message(lines, line, unknown)
        elif (pasted := self._behind_words(lines, line)) is not None:
            yield pasted
        else:
            yield from in_strings(self._recogniser, line)

    def _message(self, lines: Lines, line: Line, head: Head, headless: bool = False) -> Claim:
        rest = extent(
            lines, line, line.text[: head.start], head.pattern, self._layout, self._recogniser.is_head, self._inner
        )
        first = line.text[head.start :]
        if head.tail == "`" and line.text[0] == "`":
            first = first[:-1]
        return Claim(line, head, "\n".join((first, *rest.lines)), rest, headless)

    def _unfinished(self, lines: Lines, claim: Claim, opened: int) -> Claim:
        """The claim of a text whose quotes, opened at `opened`, are closed on a later line."""
        head = claim.head
        whole = self._message(lines, claim.line, Head(opened, head.prefix, head.pattern, head.fields))
        return whole._replace(text=whole.text.removesuffix('"'))

    def _behind_words(self, lines: Lines, line: Line) -> Claim | None:
        """A message behind somebody's words on its line, in a file that is no log of records: its details follow."""
        layout = self._layout.of(line.key)
        head = self._recogniser.behind_words(line.text) if layout.heads is None and not layout.json else None
        if head is None:
            return None
        bare = line._replace(text=line.text[head.start :])
        claim = self._message(lines, bare, Head(0, head.prefix, head.pattern, head.fields))
        return claim if is_detailed(claim.rest.lines[:1]) else None

    def _context(self, lines: Lines, line: Line, base: int) -> Claim | None:
        """The loop's exception context as a dict: the record that it stands for."""
        opened = contexts.written_out(line.text) if "essage" in line.text else None
        if opened is None:
            return self._printed_context(lines, line, base) if contexts.is_within(line.text) else None
        if line.text.startswith('"', opened[0] + 1) and '": <' not in line.text:
            return None  # JSON, not a dict of Python
        start = opened[0]
        rest = extent(lines, line, line.text[:start], None, self._layout, self._recogniser.is_head, self._inner)
        return self._flattened(line, start, rest)

    def _printed_context(self, lines: Lines, line: Line, base: int) -> Claim | None:
        """The same printed over several lines, of which `line` holds the message."""
        first, start = None, None
        for above in lines_above(lines, line, _BROKEN_LINES):
            if above.key == line.key:
                first, start = above, contexts.opens(above.text)
                if start is not None or above.text[:1] not in (" ", "\t"):
                    break
        if first is None or start is None or base + first.start < self._covered.get(first.key, 0):
            return None
        texts: list[str] = []
        last = first
        while last.start < line.start or not contexts.is_closed("\n".join((first.text[start:], *texts))):
            following = lines.at(last.end)
            if following is None and not lines.final:
                raise NeedMore
            if following is None or len(texts) == 2 * _BROKEN_LINES:
                break
            last = following
            if last.key == line.key:
                texts.append(last.text)
        return self._flattened(first, start, Extent(tuple(texts), last.end))

    def _flattened(self, line: Line, start: int, rest: Extent) -> Claim | None:
        """The claim of a dict that begins at `start` on `line`, where it is a context."""
        text = contexts.flatten("\n".join((line.text[start:], *rest.lines)))
        head = self._recogniser.head(text.split("\n", 1)[0]) if text is not None else None
        if text is None or head is None or head.start:
            return None
        return Claim(line, self._behind(line, start, head), text, rest)

    def _broken(self, lines: Lines, line: Line) -> Claim | None:
        """A slow callback whose line was broken or cut before it said how long it took."""
        opening = _OPENING.search(line.text)
        if opening is None or not is_plausible_prefix(line.text[: opening.start()]):
            return None
        start = opening.start()
        text, following = line.text[start:], line
        for _ in range(_BROKEN_LINES):
            more = lines.at(following.end)
            if more is None:
                if not lines.final:
                    raise NeedMore
                break
            following = more
            if more.key != line.key or more.part:
                continue
            if is_header(more.text) or self._recogniser.is_head(more.text) or not more.text.strip():
                break
            piece = more.text.lstrip()
            for glue in ("", " "):
                head = self._recogniser.head(text + glue + piece, line.time, line.key)
                if head is not None and head.start == 0 and not _is_unfinished(head):
                    return Claim(line, self._behind(line, start, head), text + glue + piece, Extent((), following.end))
            text += ("" if text.endswith(("/", "-", "\\")) or piece == more.text else " ") + piece
        pattern = next(pattern for pattern in self._recogniser.heads if pattern.kind == "slow-callback")
        text = line.text[start:]
        cut = Head(
            0,
            parse_prefix(line.text[:start], line.time, line.key),
            pattern,
            {"handle": text.removeprefix("Executing ")},
        )
        return Claim(line, cut, text, Extent((), max(line.end, line.reach), capped=True))

    def _behind(self, line: Line, start: int, head: Head) -> Head:
        """`head` behind the prefix that stands on `line` up to `start`."""
        return Head(0, parse_prefix(line.text[:start], line.time, line.key), head.pattern, head.fields)


def _is_unfinished(head: Head) -> bool:
    """Whether a slow callback does not say on its line how long it took."""
    return head.pattern is not None and head.pattern.kind == "slow-callback" and "duration" not in head.fields
