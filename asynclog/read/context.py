"""Lines of a log around one of them, for show: bounded in length, read by line number."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from asynclog.model import LogLine
from asynclog.read.layout import clean
from asynclog.read.places import opened
from asynclog.read.streams import decompressed

LONGEST = 4096  # bytes of a line that are shown
_BLOCK = 1 << 20


def context_lines(path: str, line: int, number: int) -> tuple[LogLine, ...]:
    """The line of that number with up to `number` lines on either side; nothing where the file cannot be read."""
    before: deque[LogLine] = deque(maxlen=number)
    after: list[LogLine] = []
    try:
        with opened(path) as raw:
            for at, text in _lines(decompressed(raw, path), max(line - number, 1)):
                shown = LogLine(at, clean(text[:LONGEST]), at == line)
                if at < line:
                    before.append(shown)
                else:
                    after.append(shown)
                if at >= line + number:
                    break
    except (OSError, EOFError, ValueError):
        return ()
    return (*before, *after)


def _lines(stream: BinaryIO, first: int) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, from `first` on; what stands before is counted in blocks."""
    number, rest = 1, b""
    while block := stream.read(_BLOCK):
        if number + block.count(b"\n") < first:
            number += block.count(b"\n")
            rest = block[block.rfind(b"\n") + 1 :][-LONGEST:] if b"\n" in block else (rest + block)[:LONGEST]
            continue
        *whole, rest = (rest + block).split(b"\n")
        for text in whole:
            if number >= first:
                yield number, text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text
            number += 1
    if rest and number >= first:
        yield number, rest
