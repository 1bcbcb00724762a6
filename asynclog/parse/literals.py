"""What the repr of an exception tells about `str()` of it."""

from __future__ import annotations

import re

from asynclog.lazy import regex
from asynclog.parse.brackets import mask, split_outer

_STRING = regex(r"""u?(?:'([^'\\]*+(?:\\.[^'\\]*+)*+)'|"([^"\\]*+(?:\\.[^"\\]*+)*+)")""", re.DOTALL)
_NUMBER = regex(r"-?\d+(?:\.\d+)?|None|True|False")
_ESCAPE = regex(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CALL = regex(r"([^\W\d][\w.]*)\(")
_ANGLE = regex(r"<(?:class ')?([^\W\d][\w.]*)")
_GROUPS = frozenset({"ExceptionGroup", "BaseExceptionGroup"})


def _unescape_one(match: re.Match[str]) -> str:
    code = match.group(1)
    if code in _SIMPLE:
        return _SIMPLE[code]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match.group()
    return match.group()


def unquote(literal: str) -> str | None:
    """The text that a printed string literal stands for; None when it is no string literal."""
    match = _STRING.fullmatch(literal)
    if match is None:
        return None
    inner = match.group(1) if match.group(1) is not None else match.group(2)
    return _ESCAPE.sub(_unescape_one, inner) if "\\" in inner else inner


def exception_type(text: str) -> str | None:
    """The class named by `Type(...)` or `<Type ...>`."""
    match = _CALL.match(text) or _ANGLE.match(text)
    return match.group(1) if match else None


def exception_text(text: str) -> str | None:
    """What `str(exception)` most probably is, where the repr shows one literal argument or none; else None."""
    match = _CALL.match(text)
    if match is None or not text.endswith(")"):
        return None
    inner = text[match.end() : -1].rstrip().removesuffix(",")
    if not inner:
        return ""
    name = match.group(1).rpartition(".")[2]
    if _NUMBER.fullmatch(inner):
        return inner
    if name in _GROUPS:
        return _group_text(inner)
    value = unquote(inner)
    if value is None:
        return None
    return inner.removeprefix("u") if name == "KeyError" else value


def _group_text(inner: str) -> str | None:
    parts = split_outer(inner, mask(inner))
    message = unquote(parts[0])
    if message is None or len(parts) != 2 or parts[1][:1] not in ("[", "(") or parts[1][-1:] not in ("]", ")"):
        return None
    members = parts[1][1:-1].removesuffix(",")
    count = len(split_outer(members, mask(members)))
    return f"{message} ({count} sub-exception{'s' if count != 1 else ''})"
