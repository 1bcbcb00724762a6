"""The settled format of one file, found from its first lines: what every later decision about a line rests on.

A worker over any part of the file is given the same layout, so a line means the same wherever a file is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from asynclog.lazy import regex
from asynclog.read.form import HEADER, PrefixForm
from asynclog.read.pasted import ANNOTATED, undone
from asynclog.read.prefix import LEVEL, is_header, is_relayed, shape, timed_shape
from asynclog.read.testmarks import has_tests
from asynclog.read.timestamps import find_timestamp
from asynclog.read.wrappers import JSON_LINE, peel, settle_wrappers, title_of
from asynclog.slotted import dataclass, field, replace

SAMPLE_BYTES = 1 << 18
_ANSI = regex(
    r"\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\\x1b\[[0-9;]*m|\\033\[[0-9;]*m|#033\[[0-9;]*m|\x1b[@-Z\\^_]"
)
_LEFT = regex(r"\[(?:\d{1,3}(?:;\d{1,3}){0,5})?m")
_UNMISTAKABLE = regex(
    r"(?:(?<!\S)|(?<=[:\]|>-]))(?:\w+ exception was never retrieved$|Task was destroyed but it is pending!$|Executing <\w+ .* took \d+\.\d+ seconds$"
    r"|Exception in callback \S.*$|Using selector: \w+$|Close <.*>$|Unclosed client session$)"
)
_OWN_WORDS = (
    *(" exception was never retrieved", "Task was destroyed but", "Executing <", "Exception in callback "),
    *("Using selector: ", "Close <", "Unclosed client session"),
)  # one of them stands in what it finds
_PREFIX = 160  # characters in which a header ends
_NAMED = regex(
    r"[\W_]*(?:[\w.]+ - )??[A-Za-z_][\w.-]*(?:[:\])|]| +[|-] )"
)  # a name and its mark, behind time and level
_NO_LOGGER = regex(r"\bMainThread\b")
_OWN_NAME = regex(r"ncio:| asyncio |asyncio\]|\(asyncio")  # as the search for its lines finds it
_NAME_KEY = regex(r"['\"](?:[\w.]*logger(?:[._]?name)?|name|scope|channel|category)['\"]: ?['\"]", re.IGNORECASE)
_MOST = 0.9  # of the lines
_LEVEL = regex(rf"[\[(<]?\b(?:{LEVEL})\b[\])>]?", re.IGNORECASE)
_COMMON = 3  # lines of one shape that make it the file's
_MANY, _PART = (
    5,
    0.1,
)  # lines of a shape, and their part of all headers, that make it another program's and no quotation
_WRITERS = 100  # whose formats are settled one by one
_OBJECT = r"\s*\{\s*\""


@dataclass(frozen=True, slots=True)
class Layout:
    """`wrappers` stand before every line (outermost first); `header` matches the first lines of most records, `heads`
    those of all shapes that are common: several programs may write into one file.

    `native` tells how logger asyncio writes into this file: with the header (True), bare (False), not seen (None).
    `tests`: it is what a run of tests printed. `form`: the prefix that the user described. `named`: records say which
    logger wrote them, as asyncio's own do (True), as they do not (False), or as far as one can tell (None: hardly).
    """

    wrappers: tuple[str, ...] = ()
    header: re.Pattern[str] | None = None
    json: bool = False
    native: bool | None = None
    tests: bool = False
    form: PrefixForm | None = None
    named: bool | None = True
    heads: re.Pattern[str] | None = None
    writers: Mapping[str | None, Layout] = field(default_factory=dict)

    def of(self, writer: str | None) -> Layout:
        """The layout of one writer's lines, by the key that the wrappers give: containers differ."""
        return self.writers.get(writer, self)

    @property
    def nameless(self) -> bool:
        """Whether records may come without the name of their logger."""
        return not self.named or not all(layout.named for layout in self.writers.values())

    @property
    def splits(self) -> bool:
        """Whether a wrapper splits long lines into parts."""
        return "cri" in self.wrappers or JSON_LINE in self.wrappers

    @property
    def description(self) -> str:
        """The format in words, for the report."""
        if self.form is not None:
            return ", ".join([*map(title_of, self.wrappers), "the prefix of --prefix"])
        parts = [
            *map(title_of, self.wrappers),
            "JSON lines" if self.json else "prefixed lines" if self.header else "bare lines",
        ]
        return ", ".join(parts)


def clean(raw: bytes) -> str:
    """One line as text, as it was written: without line end and colour; bytes that are no UTF-8 as escapes."""
    if raw.endswith(b"\r"):
        raw = raw[:-1]
    text = raw.decode("utf-8", "backslashreplace")
    if "\x1b" in text or ("[" in text and ("[0m" in text or "\\x1b[" in text or "\\033[" in text or "#033[" in text)):
        if text.lstrip().startswith("{"):
            return text  # JSON first: what is escaped in it is its own affair
        text = uncoloured(text)
    if (
        "&" in text
        or text[-1:] in "'\"`"
        or ',"' in text
        or '""' in text
        or "%" in text
        or text.startswith(ANNOTATED)
        or not text.isascii()
    ) and not text.lstrip().startswith("{"):
        return undone(text)
    return text


def uncoloured(text: str) -> str:
    """`text` without escape sequences: sent, spelt out, or what is left of them where the escape character was lost."""
    text = _ANSI.sub("", text)
    return _LEFT.sub("", text) if "[0m" in text else text


def settle(sample: bytes, form: PrefixForm | None = None) -> Layout:
    """The layout of a file that begins with `sample` (its last line may be cut); `form` is the prefix that it has."""
    lines = [clean(raw) for raw in sample[:SAMPLE_BYTES].split(b"\n")]
    if len(sample) >= SAMPLE_BYTES:
        lines.pop()
    lines = [line for line in lines if line.strip()]
    wrappers = settle_wrappers(lines)
    whole = [(rest, writer) for rest, writer in _whole(lines, wrappers) if rest.strip()]
    if form is not None:
        return Layout(wrappers, HEADER, native=True, form=form, named=None, heads=HEADER)
    layout = _settled([rest for rest, _ in whole], wrappers)
    by_writer: dict[str | None, list[str]] = {}
    for rest, writer in whole:
        by_writer.setdefault(writer, []).append(rest)
    if not 1 < len(by_writer) <= _WRITERS:
        return layout
    writers: dict[str | None, Layout] = {
        writer: _settled(own) for writer, own in by_writer.items() if writer is not None
    }
    same = all((own.heads, own.native) == (layout.heads, layout.native) for own in writers.values())
    return layout if same else replace(layout, writers=writers)


def _settled(rests: list[str], wrappers: tuple[str, ...] = ()) -> Layout:
    """The layout of lines without their wrappers."""
    braces = sum(rest.lstrip().startswith("{") and rest.rstrip().endswith("}") for rest in rests)
    own = _own(rests)
    header, heads = _headers(rests, braces, own)
    if rests and braces > len(rests) / 2:
        keyed = _share(_NAME_KEY.search(rest) for rest in rests) or None
        return Layout(wrappers, None, json=True, named=keyed, heads=heads)
    native, named = _native(own, heads), _names_loggers(rests, own, header)
    return Layout(wrappers, header, native=native, tests=has_tests(rests), named=named, heads=heads)


def _whole(lines: list[str], wrappers: tuple[str, ...]) -> list[tuple[str, str | None]]:
    """The lines without their wrappers, those that a wrapper split joined, each with its writer."""
    if not wrappers:
        return [(line, None) for line in lines]
    texts: list[tuple[str, str | None]] = []
    unfinished: dict[str | None, int] = {}
    for line in lines:
        peeled = peel(line, wrappers)
        at = unfinished.pop(peeled.key, -1)
        if at >= 0:
            texts[at] = (texts[at][0] + peeled.rest, peeled.key)
        else:
            at = len(texts)
            texts.append((peeled.rest, peeled.key))
        if peeled.partial:
            unfinished[peeled.key] = at
    return texts


def _own(lines: list[str]) -> list[tuple[str, int]]:
    """The lines with messages that nobody but asyncio writes, and where these start."""
    some = [line for line in lines if any(map(line.__contains__, _OWN_WORDS))]
    return [(line, found.start()) for line in some if (found := _UNMISTAKABLE.search(line))]


def _native(own: list[tuple[str, int]], header: re.Pattern[str] | None) -> bool | None:
    """Whether asyncio's own messages stand behind the header or at the beginning of a line."""
    behind = bare = 0
    for line, start in own:
        if start == 0:
            bare += 1
        elif header is not None and header.match(line) and start < _PREFIX:
            behind += 1
    if behind:
        return True
    return False if bare >= _COMMON and header is None else None


def _names_loggers(lines: list[str], messages: list[tuple[str, int]], header: re.Pattern[str] | None) -> bool | None:
    """Whether records say which logger wrote them: told by the look of all headers and by asyncio's own `messages`."""
    if any(header and header.match(line) and is_relayed(line, _PREFIX) for line in lines):
        return None  # others speak for asyncio
    headed = [
        _LEVEL.sub("", _NO_LOGGER.sub("", line[found.end() :]), count=1)
        for line in lines
        if header and (found := header.match(line))
    ]
    own = [line[:start] for line, start in messages]
    if headed and _share(_NAMED.match(rest) for rest in headed):
        return all(map(_OWN_NAME.search, own)) or None  # else others may speak like asyncio
    if own and all(map(_OWN_NAME.search, own)):
        return True
    behind = [before for before in own if header is not None and header.match(before)]
    return False if behind and not any("asyncio" in before for before in behind) else None


def _own_shape(own: list[tuple[str, int]], header: re.Pattern[str]) -> str | None:
    """How most of asyncio's own messages begin, where they do not with the `header` but with a level alone."""
    others = [line[:start] for line, start in own if start and not header.match(line)]
    levels = [before for before in others if _LEVEL.fullmatch(before.strip(" :|-"))]
    pattern = shape(levels[0]) if len(levels) * 2 > len(own) else None
    return None if pattern is None else pattern.pattern


def _share(found: Iterable[object]) -> bool:
    """Whether it was found in most."""
    each = [item is not None for item in found]
    return sum(each) >= _MOST * len(each)


def _headers(
    lines: list[str], braces: int, own: list[tuple[str, int]]
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """The shape that most headers among `lines` share, None where no shape is common; and all that are common as one.

    `braces` of the lines are objects of JSON. The shape of most of asyncio's `own` messages counts as common.
    """
    seen: dict[re.Pattern[str], int] = {}
    headers = 0
    for line in lines:
        if not is_header(line):
            continue
        headers += 1
        found = find_timestamp(line[:80])
        near = found if found is not None and found[1] < 40 else None
        pattern = timed_shape(line[: near[1]], near[0].text) if near is not None else shape(line[:40])
        if pattern is not None:
            seen[pattern] = seen.get(pattern, 0) + 1
    most, count = max(seen.items(), key=lambda item: item[1], default=(None, 0))
    header = most if count >= _COMMON and count * 2 > headers else None
    least = max(_MANY, (headers + braces) * _PART)
    others = [_untimed(pattern) for pattern, times in seen.items() if times >= least]
    if braces >= least:
        others.append(_OBJECT)
    if header is not None and (native := _own_shape(own, header)) is not None:
        others += [native, _untimed(header)]
    if len(others) < 2:
        return header, header
    return header, re.compile("|".join(f"(?:{other})" for other in dict.fromkeys(others)))


def _untimed(header: re.Pattern[str]) -> str:
    """The pattern of a header as one of several, which cannot all name their time."""
    return header.pattern.replace("?P<time>", "?:")
