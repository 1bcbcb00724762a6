"""Where the nested parts of a repr are: brackets and quoted strings, in linear time, whatever the text."""

from __future__ import annotations

import re

from asynclog.lazy import regex

FILL = "\0"

_CLOSE = (",", ")", "]", "}")
_OPENER = {">": "<", "]": "[", ")": "(", "}": "{"}

# A quote opens a string only where no word stands before it (`don't` opens none); `->`, ` => `, a lone ` < ` or ` > `
# are no brackets. Every alternative starts with a plain character, so that the regex engine can skip to candidates.
_TOKEN = regex(
    r"'(?:(?<![\w\\]')|(?<=\b[bu]'))[^'\\]*+(?:\\.[^'\\]*+)*+'"
    r'|"(?:(?<![\w\\]")|(?<=\b[bu]"))[^"\\]*+(?:\\.[^"\\]*+)*+"'
    r"|\(|\)|\[|\]|\{|\}|<(?![\s=])|>(?<!->)(?<!\s=>)(?:(?<!\s>)|(?!\s))",
    re.DOTALL,
)
_BEFORE_ARGUMENT = ("(", "[", "{", ", ", ": ", "=")
_HEAD, _DOTS, _TAIL = 13, 3, 14


def shield(text: str) -> str:
    """Blank the arguments that `reprlib` cut: 13 characters, three dots, 14 characters.

    The cut takes brackets with it: `f(<Future pendi...008474b80>()]>)`. Offsets stay.
    """
    at = text.find("...")
    if at < 0:
        return text
    pieces: list[str] = []
    done = 0
    while at >= 0:
        start, end = at - _HEAD, at + _DOTS + _TAIL
        if start > done and text.startswith(_CLOSE, end) and text.endswith(_BEFORE_ARGUMENT, 0, start):
            cut = not text.endswith("exception=", 0, start)
        else:
            cut = start > done and text.endswith("result=", 0, start) and text[end : end + 1] in ("", " ", ">")
        if cut and not text[start].isspace():
            pieces += text[done:start], FILL * (end - start)
            done = end
            at = text.find("...", end)
        else:
            at = text.find("...", at + 1)
    return "".join([*pieces, text[done:]]) if pieces else text


class Spans:
    """The outermost nested parts of a text: `closed` pairs (start, end), `left` openers without end, `extra` closers.

    A closer without its opener is taken for text; an opener that a closer of another kind passes over is too.
    """

    __slots__ = ("closed", "extra", "left", "text")

    def __init__(self, text: str) -> None:
        stack: list[tuple[str, int]] = []
        waiting = {"<": 0, "[": 0, "(": 0, "{": 0}
        closed: list[tuple[int, int]] = []
        self.extra = 0
        self.text = text = shield(text)
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            char = text[start]
            if end - start > 1:
                if not stack:
                    closed.append((start, end))
            elif char in waiting:
                stack.append((char, start))
                waiting[char] += 1
            elif waiting[_OPENER[char]]:
                opener = _OPENER[char]
                top, start = stack.pop()
                waiting[top] -= 1
                while top != opener:
                    top, start = stack.pop()
                    waiting[top] -= 1
                closed.append((start, end))
            else:
                self.extra += 1
        self.left = [start for _, start in stack]
        self.closed = _outermost(closed)

    def masked(self, cut: bool = False) -> str:
        """See `mask`."""
        text, closed = self.text, self.closed
        if cut and self.left:
            first = self.left[0]
            closed = [span for span in closed if span[0] < first]
            closed.append((first, len(text) + 1))
        if not closed:
            return text
        pieces: list[str] = []
        at = 0
        for start, end in closed:
            pieces += text[at : start + 1], FILL * (end - start - 2)
            at = end - 1
        pieces.append(text[at:])
        return "".join(pieces)


def _outermost(closed: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in closed:
        while kept and kept[-1][0] >= start:
            kept.pop()
        kept.append((start, end))
    return kept


def mask(text: str, cut: bool = False) -> str:
    """The text with the inside of every outermost bracket pair and string blanked by NULs, so offsets stay.

    With `cut` the text was ended early: what an opener without an end starts is blanked to the end of the text.
    """
    return Spans(text).masked(cut)


def split_outer(text: str, masked: str, separator: str = ", ") -> list[str]:
    """Split at the separators that stand outside all nested parts."""
    parts: list[str] = []
    at = 0
    while (found := masked.find(separator, at)) >= 0:
        parts.append(text[at:found])
        at = found + len(separator)
    parts.append(text[at:])
    return parts


class Balance:
    """Tells, line after line, whether the brackets that were opened are all closed again."""

    __slots__ = ("_stack",)

    def __init__(self) -> None:
        self._stack: list[str] = []

    def feed(self, line: str) -> bool:
        """Take one more line; true when nothing is left open."""
        stack = self._stack
        for match in _TOKEN.finditer(shield(line)):
            char = match.group()
            if char in _OPENER:
                if _OPENER[char] in stack[-8:]:
                    while stack.pop() != _OPENER[char]:
                        pass
            elif len(char) == 1:
                stack.append(char)
        return not stack
