"""Masks what a log tells about people and secrets, so that a report can be shared.

Arguments and results in reprs, queries and credentials in URLs, tokens, e-mail addresses and home directories go;
names of functions, files, classes and exceptions stay. Fingerprints are computed before and stay the same.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from asynclog.lazy import regex
from asynclog.slotted import replace

T = TypeVar("T")
Value = Any  # whatever a field of the model holds

MASK = "***"

#: Fields of the model that are identity or vocabulary, never somebody's data.
KEPT = frozenset({
    "fingerprint", "signature", "kind", "rule", "rules", "related", "via", "severity", "severities", "link",
    "state", "cls",
})  # fmt: skip
#: Mappings whose keys are identity.
_OWN_KEYS = frozenset({"groups", "callers", "timeline", "counters", "durations", "pythons", "loops"})
#: Fields that are data and nothing else.
_DATA = {"ObjectRepr": frozenset({"result"}), "CallbackRef": frozenset({"arguments"})}
_EXCEPTIONS = frozenset({"exception_message", "exception_text"})

_HOME = regex(
    r"(?P<root>(?:[A-Za-z]:)?[\\/]{1,2}(?:home|Users|Documents and Settings)[\\/]{1,2})"
    r"(?:[^\\/\s:\"'<>|,;()]+(?: [^\\/\s:\"'<>|,;()]+){1,3}(?=\\)|[^\\/\s:\"'<>|,;()]+)"
)
_MAIL = regex(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_USERINFO = regex(r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,20}://)[^\s/@\"'<>]{1,500}@", re.IGNORECASE)
_QUERY = regex(r"(?P<url>\b[a-z][a-z0-9+.-]{0,20}://[^\s?#\"'<>]{1,2000})[?#][^\s\"'<>)\]]+", re.IGNORECASE)
_NAMED = regex(
    r"(?P<name>(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|private|secret)[_-]?key|credentials?|cookie"
    r"|session[_-]?id|signature|authorization)[\"']?\s?[=:]\s?)"
    r"(?:\"[^\"\n]{1,500}\"|'[^'\n]{1,500}'|(?:(?:bearer|basic|digest|token)\s)?[^\s\"',;&<>()\[\]{}]{1,2000})",
    re.IGNORECASE,
)
_SCHEME = regex(r"(?P<name>\b(?:bearer|basic)\s+)(?!\*\*\*)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_TOKEN = regex(
    r"\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{10,}|sk-[\w-]{16,}|[sp]k_(?:live|test)_\w{10,}"
    r"|AKIA[0-9A-Z]{12,}|ASIA[0-9A-Z]{12,}|AIza[\w-]{30,}|glpat-[\w-]{16,}|npm_\w{30,}|hf_\w{30,}"
    r"|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?)"
)
_LONG = regex(r"(?<![\w/.\\-])[A-Za-z0-9+_=-]{32,}(?![\w/\\])")
_RESULT = regex(r"(?<=[ <])result=")
_CALLS = regex(r"Exception in callback |<\w*Handle(?: cancelled)?(?: when=[\d.]+)? |\bcb=\[")
_CALLEE = regex(r"(?:[^\W\d][\w.]*(?:<\w+>[\w.]*)*|<[^<>\n]{1,200}>)(?=\()")
_NEXT = regex(r"(?: at [^\]\n]{1,400}?:\d+)?, (?:<\d+ more>, )?")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_SCAN = 20_000
_WORDS = regex(r"[A-Za-z][a-z]{5,}|_[a-z]+_[a-z]+_")
_HEX = regex(r"[0-9A-Fa-f]+")


class Redactor:
    """Masks texts, and every text of a model object. With `exceptions`, the texts of exceptions too."""

    def __init__(self, exceptions: bool = False) -> None:
        self._exceptions = exceptions

    def text(self, text: str) -> str:
        """The text with everything masked that looks like a secret, a person or data."""
        if not text:
            return text
        if "(" in text:
            text = _without_arguments(text)
        if "result=" in text:
            text = _without_results(text)
        if "://" in text:
            text = _QUERY.sub(rf"\g<url>?{MASK}", _USERINFO.sub(rf"\g<scheme>{MASK}@", text))
        if "@" in text:
            text = _MAIL.sub(MASK, text)
        text = _SCHEME.sub(rf"\g<name>{MASK}", _NAMED.sub(rf"\g<name>{MASK}", text))
        text = _LONG.sub(_unless_word, _TOKEN.sub(MASK, text))
        return _HOME.sub(rf"\g<root>{MASK}", text)

    def scrub(self, value: T) -> T:
        """A copy of a finding, a group, a run ... in which every text is masked."""
        scrubbed: T = self._scrub(value)
        return scrubbed

    def _scrub(self, value: Value) -> Value:
        if type(value) is str:
            return self.text(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._scrub_object(value)
        if isinstance(value, tuple):
            return tuple(self._scrub(item) for item in value)
        if isinstance(value, Mapping):
            return self._scrub_mapping(value)
        return value

    def _scrub_object(self, value: Value) -> Value:
        data = _DATA.get(type(value).__name__, frozenset())
        changes: dict[str, Value] = {}
        for field in dataclasses.fields(value):
            name, old = field.name, getattr(value, field.name)
            if name in KEPT or not old:
                continue
            if name in data or (self._exceptions and _is_exception_text(value, name)):
                changes[name] = MASK
            elif name in _OWN_KEYS and isinstance(old, Mapping):
                changes[name] = {key: self._scrub(item) for key, item in old.items()}
            else:
                changes[name] = self._scrub(old)
        return replace(value, **changes)

    def _scrub_mapping(self, old: Mapping[Value, Value]) -> dict[Value, Value]:
        """Counts of texts that become one text are added."""
        new: dict[Value, Value] = {}
        for key, value in old.items():
            masked = self.text(key) if type(key) is str else key
            item = self._scrub(value)
            new[masked] = _added(new[masked], item) if masked in new else item
        return new


def _added(one: Value, other: Value) -> Value:
    if isinstance(one, int):
        return one + other
    if isinstance(one, tuple):
        return tuple(a + b for a, b in zip(one, other, strict=True))
    return one


def _is_exception_text(value: Value, name: str) -> bool:
    return name in _EXCEPTIONS or (name == "message" and type(value).__name__ == "ExceptionReport")


def _without_arguments(text: str) -> str:
    """Arguments of the callbacks in handles, `cb=[...]` and messages become `***`; an empty `()` stays."""
    out: list[str] = []
    done = 0
    for found in _CALLS.finditer(text):
        position = found.end()
        while position >= done and (callee := _CALLEE.match(text, position)):
            position = callee.end()
            while text.startswith("(", position):
                end = _closing(text, position)
                if end > position + 1:
                    out += [text[done : position + 1], MASK]
                    done = end
                position = end + 1
            following = _NEXT.match(text, position) if found.group() == "cb=[" else None
            if following is None:
                break
            position = following.end()
    return "".join(out) + text[done:] if out else text


def _without_results(text: str) -> str:
    """`result=...` of futures and tasks becomes `result=***`."""
    out: list[str] = []
    done = 0
    for found in _RESULT.finditer(text):
        if found.start() < done:
            continue
        out += [text[done : found.end()], MASK]
        done = _value_end(text, found.end())
    return "".join(out) + text[done:]


def _closing(text: str, start: int) -> int:
    """The index of the bracket that closes the one at `start`, or where the scan gives up."""
    stack = [_PAIRS[text[start]]]
    index, end = start + 1, min(len(text), start + _SCAN)
    while index < end:
        char = text[index]
        if char in "'\"":
            index = _quote_end(text, index, end)
        elif char in _PAIRS:
            stack.append(_PAIRS[char])
        elif char == stack[-1]:
            stack.pop()
            if not stack:
                return index
        index += 1
    return end


def _value_end(text: str, start: int) -> int:
    """Where the repr of a value ends: before the next attribute, or the `>` that closes the object around it."""
    index, end, depth = start, min(len(text), start + _SCAN), 0
    while index < end:
        char = text[index]
        if char in "'\"":
            index = _quote_end(text, index, end)
        elif char in "([{<":
            depth += 1
        elif char in ")]}>":
            if depth == 0:
                return index
            depth -= 1
        elif depth == 0 and (char == "\n" or text.startswith((" cb=[", " created at "), index)):
            return index
        index += 1
    return end


def _quote_end(text: str, start: int, end: int) -> int:
    """The index of the closing quote; `start` where there is none."""
    quote, index = text[start], start + 1
    while index < end:
        if text[index] == "\\":
            index += 1
        elif text[index] == quote:
            return index
        index += 1
    return start


def _unless_word(found: re.Match[str]) -> str:
    """Mask a long run of characters only if it looks drawn by lot: hexadecimal, or digits and no words."""
    run = found.group()
    digits = sum(char.isdigit() for char in run)
    if digits < 4 or (_WORDS.search(run) and not _HEX.fullmatch(run)):
        return run
    return MASK
