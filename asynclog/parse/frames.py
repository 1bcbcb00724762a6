"""Stack frames as every printer writes them: tracebacks, asyncio's stacks, tracemalloc, faulthandler, call graphs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.model import Frame
from asynclog.slotted import replace

_FRAME = regex(
    r"(?:\| +)?(?:> ?)?File (?:\"(?P<file>.*)\"|'(?P<single>.*)'), line(?:no)? (?P<line>\d{1,9}|\?+)"
    r"(?:,? in (?P<function>.+))?"
)
_STARTS = ('File "', "File '", "> File", ">File", "|   File", "| File")
_REPEATED = regex(r"\[Previous line repeated (\d{1,9}) more times?\]")
_C_PLACE = regex(r" \([^()]*\.c(?:pp)?:\d+\)$")
_ASYNC_TAG = regex(r"(?:async generator |async |generator )?(.+?)(?:\(\))?")
_FINAL = regex(r"(?P<type>[^\W\d][\w.]*+(?:<locals>[\w.]*+)*+)(?:: ?(?P<text>.*))?", re.DOTALL)
_SMALL_ERRORS = frozenset({"error", "timeout", "gaierror", "herror"})
_KEY = regex(r"[a-z_]\w*: ?[<\[{('\"]|[a-z_]+_traceback: ")
_DECORATION = ("└", "│", "├")
_NO_SOURCE = ("+ Awaited by:", "+ Call stack:", "* Task(", "* Future(")
_ARROW = regex(r"-{1,6}> \d+ ")  # IPython's mark of the current line
_SOURCE_LINES = 12
_REMEMBERED, _LONG = 1 << 13, 400  # frames that are remembered, and characters of one


def match_frame(line: str) -> Frame | None:
    """The frame that a line announces, without its source."""
    text = line.strip()
    if not text.startswith(_STARTS):
        return None
    match = _FRAME.fullmatch(text)
    if match is None:
        return None
    function = match.group("function")
    file = match.group("file")
    if file is None:
        file = match.group("single")
        tag = _ASYNC_TAG.fullmatch(function) if function else None
        function = tag.group(1) if tag else function
    elif function and function.endswith(")"):
        function = _C_PLACE.sub("", function)
    number = match.group("line")
    return Frame(file, int(number) if number.isdecimal() else None, function)


def match_final(text: str) -> re.Match[str] | None:
    """`Type` or `Type: text`; groups `type` and `text`."""
    return _FINAL.fullmatch(text)


def looks_final(text: str) -> bool:
    """Whether a line, seen alone, is the last line of a traceback and not a line of source."""
    match = _FINAL.fullmatch(text)
    if match is None:
        return False
    head, _, name = match.group("type").rpartition(".")
    return name.lstrip("_")[:1].isupper() or (bool(head) and name in _SMALL_ERRORS)


def looks_key(text: str) -> bool:
    """Whether a line is `key: <repr>` of asyncio's exception handler."""
    return _KEY.match(text) is not None


def indentation(line: str) -> int:
    """The column of the first character that is no space."""
    return len(line) - len(line.lstrip())


def is_marker(text: str) -> bool:
    """A line of carets and tildes, or the `└ value` lines of loguru."""
    return text.startswith(_DECORATION) or not text.strip("^~ ")


class _Open:
    """A frame whose source lines are still coming."""

    __slots__ = ("column", "frame", "repeats", "source")

    def __init__(self, frame: Frame, source: list[str], column: int = -1) -> None:
        self.frame, self.source, self.column, self.repeats = frame, source, column, 0

    def add(self, line: str) -> None:
        if self.column < 0:
            self.column = indentation(line)
        if len(self.source) < _SOURCE_LINES:
            self.source.append(line.rstrip()[min(self.column, indentation(line)) :])

    def close(self) -> Frame:
        frame = self.frame
        return Frame(frame.file, frame.line, frame.function, "\n".join(self.source), self.repeats)


class _Usual(NamedTuple):
    """A frame with its one line of source below it, deeper: the columns of both."""

    frame: Frame
    column: int
    deeper: int


_MET: dict[tuple[str, str], _Usual] = {}  # by their two lines


def _usual(frame: Frame, line: str, following: str) -> _Usual | None:
    """`frame`, which `line` announces, with the line that follows; None where that is not plain source."""
    text, column, deeper = following.strip(), indentation(line), indentation(following)
    if not text or deeper <= column or text.startswith(("File ", *_STARTS, *_NO_SOURCE)):
        return None
    if is_marker(text) or _REPEATED.fullmatch(text) or len(line) + len(following) > _LONG:
        return None
    if len(_MET) >= _REMEMBERED:
        _MET.clear()
    whole = Frame(frame.file, frame.line, frame.function, following.rstrip()[deeper:])
    usual = _MET[line, following] = _Usual(whole, column, deeper)
    return usual


def parse_frames(lines: Sequence[str], start: int = 0) -> tuple[tuple[Frame, ...], int]:
    """Frames from `start` on, and the number of lines they take. The first of these lines must be a frame."""
    done: list[Frame] = []
    last: _Open | None = None
    column = deeper = 0
    at, end = start, len(lines)
    while at < end:
        line = lines[at]
        following = lines[at + 1] if at + 1 < end else ""
        usual, frame, taken = _MET.get((line, following)), None, 1
        if usual is None:
            frame, taken = _frame_at(lines, at)
            if frame is not None and taken == 1:
                usual = _usual(frame, line, following)
        if usual is not None and (usual.column == column or not (done or last)):
            if last is not None:
                done.append(last.close())
                last = None
            frame, column, deeper = usual
            done.append(frame)
            at += 2
            if at < end and _is_marker_below(lines[at], column):
                at += 1
            continue
        text = line.strip()
        if usual is not None and frame is None:
            frame = usual.frame
        if frame is not None:
            column = min(column, indentation(line)) if done or last else indentation(line)
            if last is not None:
                done.append(last.close())
            last = _Open(frame, [])
            at += taken
            continue
        if last is None:
            if not done:
                break
            frame = done.pop()
            last = _Open(frame, [frame.source], deeper)
        if not text:
            taken = _blanks(lines, at, column)
            if not taken:
                break
        elif repeated := _REPEATED.fullmatch(text):
            last.repeats += int(repeated.group(1))
        elif _belongs(last, line, text, column):
            if not is_marker(text):
                last.add(line)
        elif _is_rest_of_name(last, lines, at, column):
            last.frame = replace(last.frame, function=(last.frame.function or "") + text)
        else:
            break
        at += taken
    if last is not None:
        done.append(last.close())
    return tuple(done), at - start


def _is_marker_below(line: str, column: int) -> bool:
    text = line.strip()
    return bool(text) and not text.strip("^~ ") and indentation(line) > column


def _frame_at(lines: Sequence[str], at: int) -> tuple[Frame | None, int]:
    """The frame that starts here and its number of lines: a hard-wrapped one takes two."""
    frame = match_frame(lines[at])
    if frame is None and at + 1 < len(lines) and lines[at].lstrip().startswith('File "'):
        following = lines[at + 1]
        if not following.lstrip().startswith(_STARTS):
            for joint in ("", " "):
                frame = match_frame(lines[at].rstrip() + joint + following.strip())
                if frame is not None:
                    return frame, 2
    return frame, 1


def _blanks(lines: Sequence[str], at: int, column: int) -> int:
    """How many empty lines to pass over because frames go on behind them (loguru writes them so)."""
    end = at
    while end < len(lines) and not lines[end].strip():
        end += 1
    if end == len(lines):
        return 0
    goes_on = match_frame(lines[end]) is not None or indentation(lines[end]) > column > 0
    return end - at if goes_on else 0


def _is_rest_of_name(last: _Open, lines: Sequence[str], at: int, column: int) -> bool:
    """Whether a line is the end of the function's name, broken off the frame's line: source follows it."""
    text = lines[at].strip()
    if (
        last.source
        or at + 1 >= len(lines)
        or not text.replace("<", "").replace(">", "").isidentifier()
        or looks_final(text)
    ):
        return False
    return indentation(lines[at]) < column < indentation(lines[at + 1]) and match_frame(lines[at + 1]) is None


def _belongs(last: _Open, line: str, text: str, column: int) -> bool:
    """Whether a line is source of the frame before it: deeper, or at its column when indentation was lost."""
    indent = indentation(line)
    if text.startswith(_NO_SOURCE):
        return False
    if indent > column or _ARROW.match(text):
        return True
    if indent < column:
        return False
    if last.source or looks_key(text):
        return is_marker(text)
    return not looks_final(text)
