"""Tracebacks drawn by rich: a box with `/path/file.py:123 in function` and numbered source lines."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.lazy import regex
from asynclog.model import Frame

_TITLE = "Traceback (most recent call last)"
_SIDES = "│|"
_FRAME = regex(r"(?P<file>\S.*):(?P<line>\d{1,9}) in (?P<function>\S+)")
_CURRENT = regex(r"[❱>] *\d+ [│|]?(?P<source>.*)")


def is_box(line: str) -> bool:
    """Whether this is the upper edge of a traceback box."""
    if _TITLE not in line:
        return False
    text = line.strip()
    return text[0] in "╭┌+" and text[-1] in "╮┐+" and text[1:-1].strip("─- ") == _TITLE


def parse_box(lines: Sequence[str], start: int) -> tuple[tuple[Frame, ...], int]:
    """The frames of the box whose upper edge is at `start`, and the number of its lines."""
    frames: list[Frame] = []
    path = ""
    at = start + 1
    while at < len(lines):
        line = lines[at].strip()
        if line[:1] not in _SIDES or not line:
            at += line[:1] in ("╰", "└", "+")
            break
        inner = line[1:].rstrip().rstrip(_SIDES).rstrip().removeprefix(" ")
        at += 1
        current = _CURRENT.match(inner.strip())
        if current and frames:
            source = current.group("source").replace("│", " ").strip()
            last = frames[-1]
            if not last.source:
                frames[-1] = Frame(last.file, last.line, last.function, source)
        elif inner and inner[0] not in " ╭│╰❱.":
            path = (path + inner)[:4096]
            match = _FRAME.fullmatch(path)
            if match:
                frames.append(Frame(match.group("file"), int(match.group("line")), match.group("function")))
                path = ""
        else:
            path = ""
    return tuple(frames), at - start
