"""The rulebook: how messages are recognised and what we think of them, compiled from plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from asynclog.classify.rulefiles import Plain, Value, builtin_folder, read_plain, rule_files
from asynclog.model import MessagePattern

# -- patterns --------------------------------------------------------------------------------------------------------

# `FILE:LINE: ` of a warning, wherever it starts on its line: an absolute path may hold blanks, a relative one may not.
_HEAD = (
    r"(?:(?P<file>(?<![\w.\-/\\~])(?:~?/|\.{1,2}[/\\]|[A-Za-z]:[\\/]|\\\\)(?:[^:\n|\"\s]|[ ](?![/\\<|\-\[ ])){0,400}"
    r"|<[^<>\n]{1,120}>"
    r"|(?<![^\s:|(\[\"'])[\w@~][^\s:|\"'<>]{0,255})"
    r":(?P<line>\d+): )"
)
# What Rich and Home Assistant print after a message on its line.
_TAIL = r"(?:[ \t]{2,160}\w{1,60}\.py:\d{1,6})?(?: \((?:task: )?None\))?[ \t]{0,160}$"


class LazyPattern:
    """A regex that compiles when first used: a run meets a tenth of the kinds, and compiling all takes longer than

    reading a small log. Quacks like `re.Pattern`.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern)
        self.search, self.match, self.fullmatch = compiled.search, compiled.match, compiled.fullmatch
        self.finditer, self.groupindex, self.flags = compiled.finditer, compiled.groupindex, compiled.flags
        return getattr(compiled, name)

    def __reduce__(self) -> tuple[type[LazyPattern], tuple[str]]:
        return (LazyPattern, (self.pattern,))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LazyPattern) and other.pattern == self.pattern

    def __hash__(self) -> int:
        return hash(self.pattern)

    def __repr__(self) -> str:
        return f"LazyPattern({self.pattern!r})"


def _lazy(pattern: str) -> re.Pattern[str]:
    return cast("re.Pattern[str]", LazyPattern(pattern))


def message_regex(entry: Mapping[str, Any]) -> str:
    """The whole regex of a `messages:` entry, with the parts that `category`, `bare` and `tail` ask for."""
    pattern = str(entry["pattern"])
    if entry.get("category"):
        head = rf"{_HEAD}?(?<!\w)(?P<category>{'|'.join(entry['category'])}): "
        pattern = f"(?:{head})?{pattern}" if entry.get("bare") else f"{head}{pattern}"
    return pattern + _TAIL if entry.get("tail") else pattern


# -- the book --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the rule files say.

    `patterns` stand in the order in which they are tried; those of channel "detail" match a whole `key: value` line
    and say what a record is whose head was lost.
    """

    patterns: tuple[MessagePattern, ...] = ()

    @property
    def details(self) -> tuple[MessagePattern, ...]:
        """The patterns for headless remains."""
        return tuple(p for p in self.patterns if p.channel == "detail")


def compile_rulebook(plain: list[Plain]) -> Rulebook:
    """Objects of plain data as `read_plain` gives it."""
    patterns: list[MessagePattern] = []
    for document in plain:
        data = document["data"]
        patterns += [_message(entry) for entry in data.get("messages") or ()]
        for key, entries in (data.get("details") or {}).items():
            patterns += [_detail(key, entry) for entry in entries]
    patterns.sort(key=lambda p: p.order)
    return Rulebook(tuple(patterns))


def load_builtin() -> Rulebook:
    """The rules that belong to asynclog."""
    folder = builtin_folder()
    return compile_rulebook(read_plain(rule_files(folder), folder.parent))


def _message(entry: Mapping[str, Any]) -> MessagePattern:
    return MessagePattern(
        kind=entry["kind"],
        channel=entry["channel"],
        needles=tuple(entry["needles"]),
        pattern=_lazy(message_regex(entry)),
        loggers=tuple(entry.get("loggers", ())),
        not_loggers=tuple(entry.get("not_loggers", ())),
        levels=tuple(entry.get("levels", ())),
        strict=bool(entry.get("strict", False)),
        duration=entry.get("duration"),
        debug_only=bool(entry.get("debug_only", False)),
        order=int(entry.get("order", 100)),
    )


def _detail(key: str, entry: Mapping[str, Any]) -> MessagePattern:
    pattern = rf"[ \t]{{0,16}}{re.escape(key)}: (?P<{key}>(?:{entry['pattern']}).*)"
    return MessagePattern(kind=entry["kind"], channel="detail", needles=(f"{key}: ",), pattern=_lazy(pattern))
