"""`parse_traceback`: the exception that a printed traceback tells of, with its chain and the members of its groups.

The text of an exception is written by strangers: it may hold empty lines, whole tracebacks, or log lines. So what the
repr of the task says about its exception (`exception=...`) decides which traceback is meant and where its text ends.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from asynclog.model import ExceptionReport, ObjectRepr
from asynclog.parse.boxes import is_box, parse_box
from asynclog.parse.frames import indentation, looks_final, match_final, match_frame, parse_frames
from asynclog.parse.groups import GROUP_HEADER, Part, Token, group_tokens

_HEADER = "Traceback (most recent call last)"
_LINKS = {
    "The above exception was the direct cause of the following exception:": "cause",
    "During handling of the above exception, another exception occurred:": "context",
}
_HINTS = ("Enable tracemalloc to get ", "RuntimeWarning: Enable tracemalloc", "ResourceWarning: Enable tracemalloc")
_CUT_LINK = 12
_CHAINS = 200  # unrelated tracebacks looked at in one record
_MESSAGE_LINES = 2000
_NESTING = 20
_DOTS = re.compile(r"\.{3}|\(.*omitted.*\)|\[\.\.\.\]")


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


def fit(report: ExceptionReport, expected: ObjectRepr | None) -> int:
    """2: type and text are as expected, 1: the type is, 0: neither, or nothing is known beforehand."""
    return Expected(expected).rank(report)


def parse_traceback(
    lines: Sequence[str], expected: ObjectRepr | None = None, start: int = 0
) -> tuple[ExceptionReport | None, int]:
    """The exception printed from line `start` on, and how many lines were taken.

    Of several unrelated tracebacks the one that fits `expected` counts, else the first.
    """
    want = Expected(expected)
    best: ExceptionReport | None = None
    rank = 0
    at = end = _skip_blank(lines, start)
    for _ in range(_CHAINS):
        report, end_of_chain = _chain(lines, at, want)
        if report is None:
            break
        end = end_of_chain
        fits = want.rank(report)
        if best is None or fits > rank:
            best, rank = report, fits
        at = _skip_blank(lines, end)
        if want.type is None or rank == 2 or at >= len(lines) or not starts_traceback(lines[at]):
            break
    if best is not None and not best.type and expected is not None and want.type is not None:
        best = replace(best, type=expected.exception_type or "", message=expected.exception_text or "")
    return best, end - start


def _skip_blank(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _link(lines: Sequence[str], at: int) -> str:
    """How the next traceback relates to the one before: "" where no link stands. The last line may be cut short."""
    text = lines[at].strip() if at < len(lines) else ""
    if at == len(lines) - 1 and len(text) >= _CUT_LINK:
        return next((link for line, link in _LINKS.items() if line.startswith(text)), "")
    return _LINKS.get(text, "")


def _chain(
    lines: Sequence[str], at: int, want: Expected, current: ExceptionReport | None = None
) -> tuple[ExceptionReport | None, int]:
    """Tracebacks joined by link lines, oldest first; the result is the last, the others are behind `earlier`."""
    end = at
    link = ""
    if current is not None:
        at = _skip_blank(lines, at)
        link = _link(lines, at)
        if not link:
            return current, end
        at += 1
    while True:
        block, end_of_block = _block(lines, _skip_blank(lines, at), want, linked=bool(link))
        if block is None:
            # the log ends behind the link: the exception that we are told about is not there
            return (ExceptionReport("", earlier=current, link=link), at) if link else (current, end)
        current = replace(block, earlier=current, link=link) if current is not None else block
        end = at = end_of_block
        at = _skip_blank(lines, at)
        link = _link(lines, at)
        if not link:
            return current, end
        at += 1


def _block(lines: Sequence[str], at: int, want: Expected, linked: bool) -> tuple[ExceptionReport | None, int]:
    if at >= len(lines):
        return None, at
    line = lines[at]
    if starts_traceback(line):
        if is_box(line):
            frames, taken = parse_box(lines, at)
            at += taken
        elif line.lstrip().startswith("+"):
            return _group(lines, at, want)
        else:
            at = _skip_blank(lines, at + 1)
            frames, taken = parse_frames(lines, at)
            at += taken
        while at < len(lines) and _DOTS.fullmatch(lines[at].strip()):
            at += 1
            more, taken = parse_frames(lines, at)
            frames, at = frames + more, at + taken
        final = _skip_blank(lines, at)
        report, end = _final(lines, final, want)
        return (replace(report, frames=frames), end) if report else (ExceptionReport("", frames=frames), at)
    if match_frame(line) is not None:
        frames, taken = parse_frames(lines, at)
        report, end = _final(lines, _skip_blank(lines, at + taken), want)
        return (replace(report, frames=frames), end) if report else (ExceptionReport("", frames=frames), at + taken)
    text = line.strip()
    match = match_final(text)
    if match and (linked or looks_final(text) or want.is_type(match.group("type"))):
        return _final(lines, at, want)
    return None, at


def _final(lines: Sequence[str], at: int, want: Expected) -> tuple[ExceptionReport | None, int]:
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
        if text.startswith(_HINTS) or _link(lines, at):
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


# -- groups ----------------------------------------------------------------------------------------------------------


def _group(lines: Sequence[str], at: int, want: Expected) -> tuple[ExceptionReport | None, int]:
    tokens, taken = group_tokens(lines, at)
    report, _ = _tree(tokens, 0, 0, want)
    return report or ExceptionReport(""), at + taken


def _tree(tokens: list[Token], at: int, depth: int, want: Expected) -> tuple[ExceptionReport | None, int]:
    """One chain inside a box: own lines, then perhaps members, then perhaps a link and more lines."""
    report: ExceptionReport | None = None
    while True:
        texts: list[str] = []
        while at < len(tokens) and tokens[at].part is Part.TEXT:
            texts.append(tokens[at].text)
            at += 1
        report, _ = _chain(texts, 0, want if depth == 0 else Expected(None), report)
        if at >= len(tokens) or tokens[at].part is not Part.OPEN:
            return report, at
        members: list[ExceptionReport] = []
        while at < len(tokens) and tokens[at].part in (Part.OPEN, Part.NEXT):
            if depth >= _NESTING:
                at = _past_members(tokens, at)
                break
            member, at = _tree(tokens, at + 1, depth + 1, want)
            if member is not None:
                members.append(member)
        if at < len(tokens) and tokens[at].part is Part.END:
            at += 1
        report = replace(report or ExceptionReport(""), members=tuple(members))


def _past_members(tokens: list[Token], at: int) -> int:
    level = 0
    while at < len(tokens):
        level += (tokens[at].part is Part.OPEN) - (tokens[at].part is Part.END)
        if level == 0:
            return at
        at += 1
    return at
