"""Message patterns from the plain entries of the rule files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from asynclog.lazy import regex
from asynclog.model import MessagePattern

# `FILE:LINE: ` of a warning, wherever it starts on its line: an absolute path may hold blanks and colons, a relative
# one may not.
_HEAD = (
    r"(?:(?P<file>(?<![\w.\-/\\~])"
    r"(?:~?/|(?:\.{1,3}|…|\$\w{1,40}|%\w{1,40}%|<[^<>\n]{1,60}>)[/\\]|[A-Za-z]:[\\/]|\\\\)"
    r"(?:[^:\n|\"\s]|[ ](?![/\\<|\- ])|:(?!\s|\d+: )){0,400}"
    r"|<[^<>\n]{1,120}>(?:-\d+)?|(?<![\w.-])-c"
    r"|(?<![^\s:|(\[\"'])[\w@~][^\s:|\"'<>]{0,255})"
    r":(?P<line>\d+): )"
)
# What Rich and Home Assistant print after a message on its line.
_TAIL = r"(?:[ \t]{2,160}\w{1,60}\.py:\d{1,6})?(?: \((?:task: )?None\))?[ \t]{0,160}$"


def message_regex(entry: Mapping[str, Any]) -> str:
    """The whole regex of a `messages:` entry, with the parts that `category`, `bare` and `tail` ask for."""
    pattern = str(entry["pattern"])
    if entry.get("category"):
        head = rf"{_HEAD}?(?<!\w)(?P<category>{'|'.join(entry['category'])}): "
        pattern = f"(?:{head})?{pattern}" if entry.get("bare") else f"{head}{pattern}"
    return pattern + _TAIL if entry.get("tail") else pattern


def message_pattern(entry: Mapping[str, Any]) -> MessagePattern:
    """The pattern of a `messages:` entry."""
    return MessagePattern(
        kind=entry["kind"],
        channel=entry["channel"],
        needles=tuple(entry["needles"]),
        pattern=regex(message_regex(entry)),
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
    return MessagePattern(kind=entry["kind"], channel="detail", needles=(f"{key}: ",), pattern=regex(pattern))
