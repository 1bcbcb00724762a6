"""The final line of a traceback, `Type: text`: where the text ends, and whether it is the exception that is meant."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.model import ExceptionReport, ObjectRepr
from asynclog.parse.boxes import is_box
from asynclog.parse.frames import indentation, match_final
from asynclog.parse.groups import GROUP_HEADER

_HEADER = "Traceback (most recent call last)"
_LINKS = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_CUT_LINK = 12  # so much of a link must be there to be one when the log ends in it
_HINTS = ("Enable tracemalloc to get ", "RuntimeWarning: Enable tracemalloc", "ResourceWarning: Enable tracemalloc")
_MESSAGE_LINES = 2000


class Expected:
    """What is known of the exception beforehand."""

    __slots__ = ("lines", "type")

    def __init__(self, known: ObjectRepr | None) -> None:
        name = known.exception_type if known else None
        text = known.exception_text if known else None
        self.type = name.rpartition(".")[2] if name else None
        self.lines = text.split("\n") if text is not None else None

    def is_type(self, name: str) -> bool:
        """Whether a printed type is the expected one."""
        return self.type is not None and name.rpartition(".")[2] == self.type

    def rank(self, report: ExceptionReport) -> int:
        """How well a report fits: see `fit`."""
        if not self.is_type(report.type):
            return 0
        return 2 if self.lines is not None and report.message.strip() == "\n".join(self.lines).strip() else 1


def starts_traceback(line: str) -> bool:
    """Whether a line is the header of a traceback, of a group's, or the edge of a box."""
    if "Traceback" not in line:
        return False
    text = line.strip()
    return text.startswith(_HEADER) or GROUP_HEADER.fullmatch(text) is not None or is_box(text)


def skip_blank(lines: Sequence[str], at: int) -> int:
    """The next line that is not empty."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def find_link(lines: Sequence[str], at: int) -> str:
    """How the next traceback relates to the one before: "" where no link stands. The last line may be cut short."""
    text = lines[at].strip() if at < len(lines) else ""
    if at == len(lines) - 1 and len(text) >= _CUT_LINK:
        return next((link for line, link in _LINKS.items() if line.startswith(text)), "")
    return _LINKS.get(text, "")


def parse_final(lines: Sequence[str], at: int, want: Expected) -> tuple[ExceptionReport | None, int]:
    """`Type: text`, where the text may run over many lines."""
    if at >= len(lines):
        return None, at
    column = indentation(lines[at])
    match = match_final(lines[at].strip())
    if match is None:
        return None, at
    name, text = match.group("type"), match.group("text") or ""
    if want.lines is not None and want.is_type(name) and _agrees(lines, at, text, want.lines, column):
        end = _end_of_message(lines, at + len(want.lines), column)
        return ExceptionReport(name, "\n".join(want.lines)), end
    end = _end_of_message(lines, at + 1, column)
    rest = [line[min(column, indentation(line)) :].rstrip() for line in lines[at + 1 : min(end, at + _MESSAGE_LINES)]]
    return ExceptionReport(name, "\n".join([text, *rest]).rstrip()), end


def _agrees(lines: Sequence[str], at: int, text: str, wanted: list[str], column: int) -> bool:
    if text.rstrip() != wanted[0].rstrip() or at + len(wanted) > len(lines):
        return False
    return all(lines[at + i][column:].rstrip() == wanted[i].rstrip() for i in range(1, len(wanted)))


def _end_of_message(lines: Sequence[str], at: int, column: int) -> int:
    """Where the text of an exception, its notes included, ends: at a link, or at a header that is not deeper."""
    while at < len(lines):
        text = lines[at].strip()
        if text.startswith(_HINTS) or find_link(lines, at):
            return at
        if text == '"""' and (closing := _find(lines, at + 1, '"""')):
            at = closing
        elif starts_traceback(text) and indentation(lines[at]) <= column + 2:
            return at
        at += 1
    return at


def _find(lines: Sequence[str], start: int, text: str) -> int:
    for at in range(start, len(lines)):
        if lines[at].strip() == text:
            return at
    return 0
