"""Where in a line a message starts, and which kind it is: patterns from the rules, prefixes judged by their look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache, partial

from asynclog.lazy import regex
from asynclog.model import MessagePattern, Prefix
from asynclog.read.prefix import has_lead_in, is_header, is_lead, is_level, is_plausible_prefix, parse_prefix
from asynclog.slotted import dataclass, field, replace

_PATH_START = regex(r"(?:(?<=[\s:\]|>-])|^)(?:/|\.{1,3}[\\/]|[A-Za-z]:[\\/]|<)")
_LAST_WORD = regex(r"(?:^|[\s\]|:>])(?P<word>[^\s\]|:>]+)$")
LONGEST = 1 << 15  # characters of a line in which a message is looked for: patterns are not linear on longer ones
_SHORT, _REMEMBERED = 240, 1 << 14
_LEAST = 9  # characters of a cut message that are enough to name it
_ASYNCIO = regex(r"(?<![\w./\\])asyncio(?![\w/\\])(?!\.(?:py|\w+\())")
_NAMED = regex(r"(?<![\w.:,])(?P<name>[A-Za-z_][\w.]*): $")
_AFTER_NAME = regex(
    r"(?:\.[\w.]+)?(?::[\w.<>]+(?=:\d))?(?::\d+)?[\])>]*\s*(?:[\[(<]?(?:[A-Z]{4,8})[\])>]?)?\s*(?:[:|\-–]\s*|\s+|$)"
    r"(?:[\[(<]?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)[\])>]?\s*[:|\-]*\s*)?"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a message: where it starts in the line, what was caught, what stood before and behind."""

    start: int
    prefix: Prefix
    pattern: MessagePattern | None
    fields: Mapping[str, str] = field(default_factory=dict)
    tail: str = ""


class Recogniser:
    """All message patterns, ready to be asked about a line."""

    def __init__(self, patterns: Iterable[MessagePattern]) -> None:
        ordered = sorted(patterns, key=lambda pattern: pattern.order)
        self.heads = tuple(pattern for pattern in ordered if pattern.channel not in ("traceback", "detail"))
        self.finals = tuple(pattern for pattern in ordered if pattern.channel == "traceback")
        self.details = tuple(pattern for pattern in ordered if pattern.channel == "detail")
        self.needles = tuple(sorted({needle for pattern in self.heads for needle in pattern.needles}))
        self._find = _finder(self.needles)
        self._asked_by = tuple(
            frozenset(place for place, pattern in enumerate(self.heads) if needle in pattern.needles)
            for needle in self.needles
        )
        self._by_needles: dict[frozenset[int], tuple[MessagePattern, ...]] = {}
        self._headless: set[str] = set()

    def head(
        self,
        line: str,
        time: str | None = None,
        key: str | None = None,
        outer: Prefix | None = None,
        named: bool = True,
    ) -> Head | None:
        """The message that starts in `line`, or None.

        `time` and `key` come from the line's wrapper, `outer` from the structured entry that holds the line. Where
        records are not `named`, a plain word in the prefix is no logger.
        """
        text = line if len(line) <= LONGEST else line[:LONGEST]
        hits = self._find(text)
        if not hits:
            return None
        for pattern in self._asked(frozenset([hit[0] for hit in hits])):
            found = pattern.pattern.search(text)
            if found is None:
                continue
            fields = {name: value for name, value in found.groupdict().items() if value is not None}
            if pattern.duration is not None and "duration" in fields:
                fields.setdefault("unit", pattern.duration)
            start = found.start()
            if pattern.channel == "warning" and "file" in fields:
                start = _path_start(line, found.start("file"), found.end("file"))
                fields["file"] = line[start : found.end("file")]
            before = line[:start]
            prefix = parse_prefix(before, time, key)
            if outer is not None:
                prefix = merged(outer, prefix)
            if not named and prefix.logger and "." not in prefix.logger and prefix.logger != "asyncio":
                prefix = replace(prefix, logger=None)
            tail = line[found.end() :]
            if belongs(pattern, prefix, before) or (before.strip() == "`" and _is_pasted(pattern, line, tail)):
                return Head(start, prefix, pattern, fields, tail)
        return None

    def _asked(self, needles: frozenset[int]) -> tuple[MessagePattern, ...]:
        """The patterns that have one of these needles, in their order."""
        asked = self._by_needles.get(needles)
        if asked is None:
            if len(self._by_needles) >= _REMEMBERED:
                self._by_needles.clear()
            places = frozenset().union(*[self._asked_by[needle] for needle in needles])
            asked = self._by_needles[needles] = tuple([self.heads[place] for place in sorted(places)])
        return asked

    def is_head(self, line: str) -> bool:
        """Whether a message starts in `line`; remembered for lines that repeat themselves, as those of frames do."""
        if line in self._headless:
            return False
        if self.head(line) is not None:
            return True
        if len(line) < _SHORT:
            if len(self._headless) >= _REMEMBERED:
                self._headless.clear()
            self._headless.add(line)
        return False

    def unknown(self, line: str, time: str | None = None, key: str | None = None) -> Head | None:
        """A record that names logger `asyncio` in its prefix with a text that no pattern knows, or None."""
        found = _ASYNCIO.search(line, 0, 160)
        if found is None or not (is_header(line) or found.start() < 2 or key):
            return None
        if (named := _NAMED.search(line[: found.start()])) and not is_level(named["name"]):
            return None  # another logger speaks of asyncio
        end = found.end()
        if tail := _AFTER_NAME.match(line, end):
            end = tail.end()
        prefix = parse_prefix(line[:end], time, key)
        if prefix.logger != "asyncio" or prefix.level is None or not is_plausible_prefix(line[:end]):
            return None
        return Head(end, prefix, None)

    def behind_words(self, line: str) -> Head | None:
        """A message that ends its line behind somebody's words, or None: only its details can tell that it is one."""
        hits = self._find(line) if len(line) <= LONGEST else []
        for pattern in self._asked(frozenset([hit[0] for hit in hits])) if hits else ():
            found = pattern.pattern.search(line) if pattern.channel == "log" else None
            if found is not None and not line[found.end() :].strip() and is_lead(line[: found.start()]):
                fields = {name: value for name, value in found.groupdict().items() if value is not None}
                return Head(found.start(), Prefix(), pattern, fields)
        return None

    def beginning(self, line: str, time: str | None = None, key: str | None = None) -> Head | None:
        """A message of which `line`, the last of a cut file, shows the beginning; None where too little is there."""
        for start in range(max(0, len(line) - 80), len(line) - _LEAST):
            text = line[start:]
            for pattern in self.heads:
                if pattern.channel == "log" and any(needle.startswith(text) for needle in pattern.needles):
                    prefix = parse_prefix(line[:start], time, key)
                    if (
                        prefix.text.strip()
                        and (prefix.level or prefix.timestamp)
                        and belongs(pattern, prefix, line[:start])
                    ):
                        return Head(start, prefix, pattern)
        return None

    def final(self, line: str) -> Head | None:
        """An exception line at the end of a traceback whose text only asyncio raises, or None."""
        for pattern in self.finals:
            if any(needle in line for needle in pattern.needles) and (found := pattern.pattern.search(line)):
                if line[: found.start()].strip(" |"):
                    continue
                fields = {name: value for name, value in found.groupdict().items() if value is not None}
                return Head(found.start(), Prefix(), pattern, fields)
        return None

    def detail(self, line: str) -> Head | None:
        """A `key: <repr>` line that can stand for a message whose first line was lost, or None."""
        for pattern in self.details:
            found = pattern.pattern.match(line)
            if found is not None:
                return Head(0, Prefix(), pattern, {n: v for n, v in found.groupdict().items() if v is not None})
        return None


def _finder(needles: Sequence[str]) -> Callable[[str], list[tuple[int, int, int]]]:
    """What finds all of `needles` in a text, also those that overlap."""
    from ahocorasick_rs import AhoCorasick

    return partial(AhoCorasick(list(needles)).find_matches_as_indexes, overlapping=True)


def _is_pasted(pattern: MessagePattern, line: str, tail: str) -> bool:
    """Whether a line behind a backtick is a log's: the quotation goes on below it, or holds a whole warning."""
    whole = pattern.channel in ("warning", "log") and tail.strip() == "`"
    return (whole or line.count("`") == 1) and belongs(pattern, Prefix(), "")


def belongs(pattern: MessagePattern, prefix: Prefix, before: str) -> bool:
    """Whether a message of `pattern` may stand behind this prefix."""
    if not is_plausible_prefix(before):
        return False
    if pattern.levels and prefix.level and prefix.level not in pattern.levels:
        return False
    logger = prefix.logger
    if logger is None:
        return not pattern.strict or not before.strip() or _has_writer(prefix)
    if pattern.not_loggers and _is_one_of(logger, pattern.not_loggers):
        return False
    if pattern.loggers:
        return _is_one_of(logger, pattern.loggers) or ("asyncio" in pattern.loggers and has_lead_in(before))
    return not pattern.strict or logger == "asyncio" or has_lead_in(before)


def _has_writer(prefix: Prefix) -> bool:
    """Whether a prefix without a logger says what only logging writes."""
    return any(part is not None for part in (prefix.level, prefix.timestamp, prefix.thread))


@lru_cache(maxsize=4096)
def _is_one_of(name: str, globs: tuple[str, ...]) -> bool:
    """Whether a name fits one of `globs`; a log holds few names."""
    return any(fnmatchcase(name, glob) for glob in globs)


def merged(outer: Prefix, inner: Prefix) -> Prefix:
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


def _path_start(line: str, start: int, end: int) -> int:
    """Where the path of a `FILE:LINE: Category:` text begins: a log prefix may stand before it."""
    text = line[start:end]
    if text.startswith(("/", "<", "./", "../")) or re.match(r"[A-Za-z]:[\\/]", text):
        return start
    if not (is_header(text) or re.search(r"[\s:\]|]", text)):
        return start
    found = _PATH_START.search(text)
    if found is not None:
        return start + found.start()
    word = _LAST_WORD.search(text)
    return start + (word.start("word") if word else 0)
