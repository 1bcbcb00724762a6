"""The gutters of exception groups: `+-+---- 1 ----`, `| text`, `+------`. Told by their signs, not by their columns."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import NamedTuple

from asynclog.lazy import regex

GROUP_HEADER = regex(r"(?:\+ |\| )?Exception Group Traceback \(most recent call last\):")
_OPEN = regex(r"\+-\+-{4,} (?:\d+|\.{3}) -{4,}")
_NEXT = regex(r"\+-{4,} (?:\d+|\.{3}) -{4,}")
_END = regex(r"\+-{4,}")


class Part(enum.Enum):
    """What a line of a group's box is."""

    TEXT = enum.auto()
    OPEN = enum.auto()
    NEXT = enum.auto()
    END = enum.auto()


class Token(NamedTuple):
    """A line without its gutter."""

    part: Part
    text: str = ""


def group_tokens(lines: Sequence[str], start: int) -> tuple[list[Token], int]:
    """The lines of the box that begins with the header at `start`, and their number."""
    header = lines[start].strip().removeprefix("+").strip()
    tokens = [Token(Part.TEXT, header)]
    level = 0
    at = start + 1
    while at < len(lines):
        token = _token(lines[at].strip(), lines[at])
        if token is None:
            break
        tokens.append(token)
        at += 1
        level += (token.part is Part.OPEN) - (token.part is Part.END)
        if token.part is Part.END and level <= 0:
            break
    return tokens, at - start


def _token(text: str, line: str) -> Token | None:
    if text.startswith("|"):
        return Token(Part.TEXT, line.lstrip()[1:].removeprefix(" ").rstrip())
    if not text.startswith("+-"):
        return None
    if _OPEN.fullmatch(text):
        return Token(Part.OPEN)
    if _NEXT.fullmatch(text):
        return Token(Part.NEXT)
    return Token(Part.END) if _END.fullmatch(text) else None
