"""Text with colours, for terminals: runs of characters with styles, and how they are written.

A style is words: `bold`, `dim`, `italic`, a colour, `not dim`, `link URL`. Much smaller than a library for terminals,
whose import takes longer than reading a small log.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_CODES = {
    "bold": 1, "dim": 2, "italic": 3,
    "black": 30, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36, "white": 37,
}  # fmt: skip


class Text:
    """One line of runs. The style given first holds for all of them, but for what theirs say otherwise."""

    __slots__ = ("_runs", "_style")

    def __init__(self, text: str = "", style: str = "") -> None:
        self._style = style
        self._runs: list[tuple[str, str]] = [(text, "")] if text else []

    @classmethod
    def of(cls, *parts: str | tuple[str, str] | Text) -> Text:
        """The parts behind each other; a pair is a text with its style."""
        whole = cls()
        for part in parts:
            whole.append(*part) if isinstance(part, tuple) else whole.append(part)
        return whole

    @property
    def plain(self) -> str:
        """Without styles."""
        return "".join(text for text, _ in self._runs)

    def __len__(self) -> int:
        return sum(len(text) for text, _ in self._runs)

    def append(self, more: str | Text, style: str = "") -> Text:
        """This text, now with `more` at its end."""
        if isinstance(more, Text):
            self._runs += [(text, f"{more._style} {own}".strip()) for text, own in more._runs]
        elif more and self._runs and not style and not self._runs[-1][1]:
            self._runs[-1] = (self._runs[-1][0] + more, "")
        elif more:
            self._runs.append((more, style))
        return self

    def split(self, ends: Sequence[int]) -> list[Text]:
        """The pieces that end at these characters, and the rest."""
        pieces, runs = [], self._runs
        start = 0
        for end in ends:
            piece = Text("", self._style)
            piece._runs, runs = _cut(runs, end - start)
            pieces.append(piece)
            start = end
        rest = Text("", self._style)
        rest._runs = runs
        return [*pieces, rest]

    def style_from(self, start: int, style: str) -> None:
        """What begins at that character gets a further style."""
        before, after = _cut(self._runs, start)
        self._runs = before + [(text, f"{own} {style}".strip()) for text, own in after] if style else self._runs

    def indented(self, count: int) -> Text:
        """This text behind so many spaces of its own style."""
        text = Text(" " * count, self._style)
        for more, style in self._runs:
            text.append(more, style)
        return text

    def rstrip(self) -> Text:
        """This text, now without spaces at its end."""
        while self._runs:
            text, style = self._runs.pop()
            if kept := text.rstrip():
                self._runs.append((kept, style))
                break
        return self

    def written(self, color: bool) -> str:
        """For the terminal, with escape sequences where it is to have colours."""
        if not color:
            return self.plain
        found = []
        for text, own in self._runs:
            before, after = _sequences(f"{self._style} {own}")
            found.append(f"{before}{text}{after}")
        return "".join(found)


def _cut(runs: list[tuple[str, str]], at: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What stands before a character and what begins with it."""
    before: list[tuple[str, str]] = []
    for index, (text, style) in enumerate(runs):
        if at < len(text):
            head = [(text[:at], style)] if at > 0 else []
            return before + head, [(text[max(0, at) :], style), *runs[index + 1 :]]
        before.append((text, style))
        at -= len(text)
    return before, []


@lru_cache(maxsize=256)
def _sequences(style: str) -> tuple[str, str]:
    """What is sent before and after a run."""
    marks: set[int] = set()
    colour, link = 0, ""
    words = iter(style.split())
    for word in words:
        if word == "not":
            marks.discard(_CODES[next(words)])
        elif word == "link":
            link = next(words)
        elif _CODES[word] < 30:
            marks.add(_CODES[word])
        else:
            colour = _CODES[word]
    codes = ";".join(map(str, [*sorted(marks), *([colour] if colour else [])]))
    before, after = (f"\x1b[{codes}m", "\x1b[0m") if codes else ("", "")
    return (f"\x1b]8;;{link}\x1b\\{before}", f"{after}\x1b]8;;\x1b\\") if link else (before, after)
