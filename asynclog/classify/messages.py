"""Message patterns from the plain entries of the rule files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from asynclog.classify.rulefiles import Value
from asynclog.model import MessagePattern

# `FILE:LINE: ` of a warning, wherever it starts on its line: an absolute path may hold blanks and colons, a relative
# one may not.
_HEAD = (
    r"(?:(?P<file>(?<![\w.\-/\\~])(?:~?/|\.{1,2}[/\\]|[A-Za-z]:[\\/]|\\\\)(?:[^:\n|\"\s]|[ ](?![/\\<|\- ])|:(?!\s|\d+: )){0,400}"
    r"|<[^<>\n]{1,120}>"
    r"|(?<![^\s:|(\[\"'])[\w@~][^\s:|\"'<>]{0,255})"
    r":(?P<line>\d+): )"
)
# What Rich and Home Assistant print after a message on its line.
_TAIL = r"(?:[ \t]{2,160}\w{1,60}\.py:\d{1,6})?(?: \((?:task: )?None\))?[ \t]{0,160}$"


class LazyPattern:
    """A regex that compiles when first used: a run meets a tenth of the kinds. Quacks like `re.Pattern`."""

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


def message_regex(entry: Mapping[str, Any]) -> str:
    """The whole regex of a `messages:` entry, with the parts that `category`, `bare` and `tail` ask for."""
    pattern = str(entry["pattern"])
    if entry.get("category"):
        head = rf"{_HEAD}?(?<!\w)(?P<category>{'|'.join(entry['category'])}): "
        pattern = f"(?:{head})?{pattern}" if entry.get("bare") else f"{head}{pattern}"
    return pattern + _TAIL if entry.get("tail") else pattern


def _lazy(pattern: str) -> re.Pattern[str]:
    return cast("re.Pattern[str]", LazyPattern(pattern))


def message_pattern(entry: Mapping[str, Any]) -> MessagePattern:
    """The pattern of a `messages:` entry."""
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
        body=entry.get("body", "warning" if entry["channel"] == "warning" else "context"),
    )


def detail_pattern(key: str, entry: Mapping[str, Any]) -> MessagePattern:
    """The pattern of a `details:` entry: it matches a whole `key: value` line."""
    pattern = rf"[ \t]{{0,16}}{re.escape(key)}: (?P<{key}>(?:{entry['pattern']}).*)"
    return MessagePattern(kind=entry["kind"], channel="detail", needles=(f"{key}: ",), pattern=_lazy(pattern))
