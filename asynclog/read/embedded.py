"""Messages that stand inside something else on their line: a JSON entry, a string literal of a cut one."""

from __future__ import annotations

from collections.abc import Iterator

from asynclog.lazy import regex
from asynclog.model import Prefix
from asynclog.read.above import HEADER, TRACEBACK, ends_traceback
from asynclog.read.alikes import is_look_alike
from asynclog.read.claim import Claim
from asynclog.read.extent import Extent
from asynclog.read.layout import uncoloured
from asynclog.read.lines import Line
from asynclog.read.ownwrapper import KEYS
from asynclog.read.prefix import parse_prefix
from asynclog.read.recognise import Head, Recogniser, merged

_PART = rf"(?:{KEYS}): |Traceback \(most recent|Coroutine created at"
_STRUCTURE = regex(rf"{_PART}| {{2,4}}\S")
_BREAK = regex(rf"(?P<end>#012|(?<=awaited)\\n|\\n(?={_PART}))")
_NEWLINE, _TAB = "#012", "#011"  # as a daemon writes them; nobody else does
_ENDING = 40  # last lines of an entry in which its exception is looked for


def in_json(recogniser: Recogniser, line: Line) -> Iterator[Claim] | None:
    """The claims of a JSON entry; None where the line is none."""
    if not line.text.lstrip().startswith("{"):
        return None
    from asynclog.read import jsonlines

    decoded = jsonlines.decode(line.text)
    if decoded is None:
        return None
    prefix, body, _ = decoded
    return _in_entry(recogniser, prefix, body, line)


def _in_entry(recogniser: Recogniser, prefix: Prefix, body: str, line: Line) -> Iterator[Claim]:
    """The claims of the entry `body`, else of the loop's context that the entry carries."""
    from asynclog.read import contexts, jsonlines

    found = list(_in_body(recogniser, prefix, body, line))
    yield from found
    for items in jsonlines.nested(line.text) if not found else ():
        text = contexts.as_record(items)
        head = recogniser.head(text.partition("\n")[0], outer=prefix) if text is not None else None
        if (
            text is not None
            and head is not None
            and not head.start
            and not is_look_alike(head, "", text.split("\n")[1:])
        ):
            yield Claim(line, head, text, Extent((), max(line.end, line.reach)))
            return


def in_strings(recogniser: Recogniser, line: Line) -> Iterator[Claim]:
    """Messages inside string values: JSON behind a prefix, a cut JSON line, one line of an object printed over several."""
    start = line.text.find('"')
    if start < 0:
        return
    from asynclog.read import jsonlines

    outer = parse_prefix(line.text[:start].rstrip("{ "), line.time, line.key)
    text = line.text[max(start - 1, 0) :].strip()
    decoded = jsonlines.decode(text) if text.startswith("{") else None
    prefix, body, _ = decoded or jsonlines.decode_cut(line.text) or (None, "", None)
    if prefix is not None:
        yield from _in_body(recogniser, merged(outer, prefix), body, line)
        return
    for _, at, body in jsonlines.strings(line.text):
        before = parse_prefix(line.text[:at], line.time, line.key)
        found = list(_in_body(recogniser, Prefix("", before.timestamp, before.level), body, line))
        if found:
            yield from found
            return


def in_one_line(recogniser: Recogniser, line: Line, named: bool) -> list[Claim] | None:
    """The claims of a record whose line ends were written as `#012` or `\\n`; None where the line is none."""
    found = _BREAK.search(line.text)
    texts = list(_lines(line.text.replace(_TAB, "\t"), found["end"])) if found is not None else []
    if found is None or len(texts) < 2 or '="' in texts[0]:  # logfmt has it in quotes
        return None
    claims = list(_in_lines(recogniser, texts, line, named))
    return None if not claims and found["end"] != _NEWLINE else claims


def _in_lines(recogniser: Recogniser, texts: list[str], line: Line, named: bool) -> Iterator[Claim]:
    first, body, rest = texts[0], "\n".join(texts), Extent((), max(line.end, line.reach))
    head = recogniser.head(first, line.time, line.key, named=named) or recogniser.unknown(first, line.time, line.key)
    if head is not None:
        if not is_look_alike(head, first[: head.start], texts[1:]):
            yield Claim(line, head, body[head.start :], rest)
    elif (final := _final(recogniser, body)) is not None:
        prefix = parse_prefix(first[:HEADER], line.time, line.key)
        yield Claim(line, Head(0, prefix, final.pattern, final.fields), body, rest)


def _lines(text: str, end: str) -> Iterator[str]:
    """The lines of a text with such line ends; one inside of a repr that is still open is the repr's own."""
    whole = ""
    for part in text.split(end):
        if whole and (_STRUCTURE.match(part) or whole.count("<") <= whole.count(">")):
            yield whole
            whole = part
        else:
            whole = f"{whole}{end}{part}" if whole else part
    yield whole


def in_fields(recogniser: Recogniser, line: Line) -> tuple[list[Claim], int]:
    """The claims of a line of logfmt, and where its text begins if it does not end on the line (else 0)."""
    from asynclog.read import logfmt

    entry = logfmt.decode(line.text)
    if entry is None:
        return [], 0
    outer = parse_prefix(line.text[: entry.start], line.time, line.key)
    return list(_in_body(recogniser, merged(outer, entry.prefix), entry.body, line)), entry.open


def _in_body(recogniser: Recogniser, prefix: Prefix, body: str, line: Line) -> Iterator[Claim]:
    """The claim of `body`, an entry's whole text."""
    rest = Extent((), max(line.end, line.reach))
    if "\x1b" in body:
        body = uncoloured(body)
    first = body.partition("\n")[0]
    head = recogniser.head(first, outer=prefix)
    if head is not None and (not head.start or _is_set_off(first[: head.start])):
        if not is_look_alike(head, first[: head.start], body.split("\n")[1:]):
            yield Claim(line, Head(0, head.prefix, head.pattern, head.fields), body[head.start :], rest)
        return
    from asynclog.read import contexts

    if (context := contexts.written_out(body)) is not None:
        head = recogniser.head(context[1].partition("\n")[0])
        if head is not None and not head.start:
            yield Claim(line, Head(0, prefix, head.pattern, head.fields), context[1], rest)
            return
    if prefix.logger == "asyncio":
        yield Claim(line, Head(0, prefix, None), body, rest)
        return
    final = _final(recogniser, body)
    if final is not None:
        yield Claim(line, Head(0, prefix, final.pattern, final.fields), body, rest)


def _final(recogniser: Recogniser, body: str) -> Head | None:
    """The exception at the end of the traceback in `body`, where only asyncio raises it."""
    if TRACEBACK not in body:
        return None
    lines = body.rstrip().split("\n")
    for index in range(len(lines) - 1, max(0, len(lines) - _ENDING), -1):
        found = recogniser.final(lines[index])
        if found is not None:
            return found if ends_traceback(lines, index) else None
    return None


def _is_set_off(before: str) -> bool:
    """Whether a prefix of its own stands before a message in its field."""
    return not before.strip() or before.rstrip().endswith(("]", ":", ")", "|", "-"))
