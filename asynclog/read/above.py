"""What has to be decided by the lines above a hit: where a traceback began, whether a message is quoted, whether its
first line was lost. No look goes further up than `RUN_UP` bytes, whatever the window, so that every part of a file
sees the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from asynclog.lazy import regex
from asynclog.read.claim import Claim
from asynclog.read.extent import Extent
from asynclog.read.layout import Layout
from asynclog.read.lines import Line, Lines, NeedMore
from asynclog.read.pasted import is_fence, is_markup
from asynclog.read.prefix import is_header, parse_prefix
from asynclog.read.recognise import Head

RUN_UP = 1 << 16  # bytes above a hit that may be looked at
WALK_UP = 400  # lines above the end of a traceback in which its beginning is looked for
TRACEBACK = "Traceback (most recent call last):"
_LINKS = ("During handling of the above", "The above exception was the direct")
_REMAINS = (" ", "source_traceback:", "handle_traceback:")
_SENTENCE = regex(r"[A-Za-z][\w'-]*(?: [\w'\"(<=/.,:;#@%+-]+)+[^:]?$")
_ENDING = regex(r"[\w.]+(?:: |$)")  # the last line of another exception
_NEAR = 60
_BETWEEN = 400  # lines of other writers, and empty ones, behind the end of a traceback
HEADER = 100  # characters of an application's first line in which level, logger and time stand


def lines_above(lines: Lines, line: Line, count: int, hit: Line | None = None) -> Iterator[Line]:
    """The lines above `line`, nearest first; every writer's. None is further up from `hit` (else `line`) than allowed."""
    floor = (hit or line).start - RUN_UP
    above: Line | None = line
    for _ in range(count):
        assert above is not None
        above = lines.before(above.start, floor)
        if above is None:
            return
        yield above


def is_quoted(lines: Lines, line: Line, head: Head, layout: Layout, base: int) -> bool:
    """Whether a message of the log is somebody's text: not written as asyncio writes into this file.

    Above the first header of a file nobody has spoken yet.
    """
    if head.pattern is None or head.pattern.channel != "log":
        return False
    layout = layout.of(line.key)
    before = line.text[: head.start].strip()
    if layout.heads is None or layout.json:
        if layout.native is not False or not before or head.prefix.level is None:
            return False
        above = next((above for above in lines_above(lines, line, _NEAR) if above.key == line.key), None)
        return above is not None and bool(above.text.strip()) and not is_header(above.text)
    if before and layout.heads.match(line.text):
        return False
    if layout.native:
        return not (_is_first(lines, line, base, layout.heads) or _is_apart(lines, line, layout.heads))
    for above in lines_above(lines, line, _NEAR):
        if above.key != line.key:
            continue
        if layout.heads.match(above.text):
            return False
        if TRACEBACK in above.text or above.text.startswith("  File "):
            return True
    return False


def _is_first(lines: Lines, line: Line, base: int, heads: re.Pattern[str]) -> bool:
    """Whether no header stands above `line`, up to the beginning of the file."""
    top = line
    for above in lines_above(lines, line, _NEAR):
        if above.key == line.key and heads.match(above.text):
            return False
        top = above
    return top.start == 0 and base == 0


def _is_apart(lines: Lines, line: Line, heads: re.Pattern[str]) -> bool:
    """Whether `line` begins a block of code of its own: the block that holds the last header above was closed."""
    fences = 0
    for above in lines_above(lines, line, _NEAR):
        if is_fence(above.text):
            fences += 1
        elif above.text.strip() and (not fences or (above.key == line.key and heads.match(above.text))):
            break
    return fences > 0 and fences % 2 == 0


def is_headless(lines: Lines, line: Line, base: int) -> bool:
    """Whether nothing but remains of the same record stands above `line`, up to the beginning of the file."""
    for above in lines_above(lines, line, WALK_UP):
        first = above.start == 0 and base == 0  # of the file: it may be the rest of a longer one
        if (
            above.key == line.key
            and not is_markup(above.text)
            and (is_header(above.text) or not (first or above.text.startswith(_REMAINS)))
        ):
            return False
        if above.start == 0:
            return first
    return line.start == 0 and base == 0


def ends_traceback(texts: Sequence[str], index: int) -> bool:
    """Whether the exception line `texts[index]` is the last of its traceback, and no text of another exception."""
    above = texts[index - 1] if index else ""
    if above.strip() and above[0] not in " \t|" and TRACEBACK not in above:
        return False
    following = next((text.strip() for text in texts[index + 1 :] if text.strip()), "")
    return not following.startswith((*_LINKS, TRACEBACK))


def claim_traceback(
    lines: Lines, line: Line, final: Head, base: int, covered: Mapping[str | None, int], layout: Layout
) -> Iterator[Claim]:
    """The record that ends with the exception at `line`: its own first line, or the traceback's."""
    if _is_linked(lines, line):
        return
    top: Line | None = None
    linked, nearest = False, True
    for above in lines_above(lines, line, WALK_UP):
        if above.key != line.key:
            continue
        text = above.text
        if top is not None and not linked and text.strip() and not _opens(text) and not _is_link(text):
            break
        if base + above.start < covered.get(above.key, 0):
            return
        if nearest and text.strip() and text[0] not in " \t|" and not _opens(text):
            return  # text of an exception, not its first line
        nearest = False
        if _opens(text):
            top, linked = above, False
        elif _is_link(text):
            linked = True
        elif top is None and is_header(text):
            break
    if top is None:
        return
    first, head = top, Head(0, parse_prefix("", line.time, line.key), final.pattern, final.fields)
    owner = next((above for above in lines_above(lines, top, _NEAR, line) if above.key == line.key), None)
    if owner is not None and is_header(owner.text) and TRACEBACK not in owner.text:
        prefix = parse_prefix(owner.text[:HEADER], owner.time, owner.key)
        if prefix.level not in ("DEBUG", "INFO", "TRACE"):
            first, head = owner, Head(0, prefix, final.pattern, final.fields)
    elif (
        owner is not None
        and base + owner.start >= covered.get(owner.key, 0)
        and _is_message(owner.text, layout.of(owner.key))
    ):
        first = owner
    texts = list(_between(lines, first, line))
    yield Claim(first, head, "\n".join(texts), Extent(tuple(texts[1:]), max(line.end, line.reach)))


def _opens(text: str) -> bool:
    """Whether a traceback begins on a line: one that is told whole, in a string, does not go on below."""
    return TRACEBACK in text and not text.partition(TRACEBACK)[2].startswith(("\\n", "#012"))


def _is_link(text: str) -> bool:
    """Whether a line joins two tracebacks."""
    return text.strip().startswith(_LINKS)


def _is_linked(lines: Lines, line: Line) -> bool:
    """Whether another traceback follows from the one that ends at `line`, by what its writer says next."""
    following = lines.at(line.end)
    for _ in range(_BETWEEN):
        if following is None:
            break
        if following.key == line.key and following.text.strip() and not following.part:
            return _is_link(following.text)
        following = lines.at(following.end)
    if following is None and not lines.final:
        raise NeedMore
    return False


def _is_message(text: str, layout: Layout) -> bool:
    """Whether the line above a traceback is what an application said with it, where logging prints bare messages."""
    return layout.heads is None and not layout.json and bool(_SENTENCE.match(text)) and not _ENDING.match(text)


def _between(lines: Lines, first: Line, last: Line) -> Iterator[str]:
    """The texts from `first` to `last` of their writer."""
    line: Line | None = first
    while line is not None and line.start <= last.start:
        if line.key == first.key and not line.part:
            yield line.text
        line = lines.at(line.end)
