"""`parse_traceback`: the exception that a printed traceback tells of, with its chain and the members of its groups.

The text of an exception is written by strangers: it may hold empty lines, whole tracebacks, or log lines. So what the
repr of the task says about its exception (`exception=...`) decides which traceback is meant and where its text ends.
"""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.lazy import regex
from asynclog.model import ExceptionReport, ObjectRepr
from asynclog.parse.boxes import is_box, parse_box
from asynclog.parse.finals import Expected, find_link, parse_final, skip_blank, starts_traceback
from asynclog.parse.frames import looks_final, match_final, match_frame, parse_frames
from asynclog.parse.groups import Part, Token, group_tokens
from asynclog.slotted import replace

_CHAINS = 200  # unrelated tracebacks looked at in one record
_NESTING = 20
_DOTS = regex(r"\.{3}|\(.*omitted.*\)|\[\.\.\.\]")


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
    at = end = skip_blank(lines, start)
    for _ in range(_CHAINS):
        report, end_of_chain = _chain(lines, at, want)
        if report is None:
            break
        end = end_of_chain
        fits = want.rank(report)
        if best is None or fits > rank:
            best, rank = report, fits
        at = skip_blank(lines, end)
        if want.type is None or rank == 2 or at >= len(lines) or not starts_traceback(lines[at]):
            break
    if best is not None and not best.type and expected is not None and want.type is not None:
        best = replace(best, type=expected.exception_type or "", message=expected.exception_text or "")
    return best, end - start


def _chain(
    lines: Sequence[str], at: int, want: Expected, current: ExceptionReport | None = None
) -> tuple[ExceptionReport | None, int]:
    """Tracebacks joined by link lines, oldest first; the result is the last, the others are behind `earlier`."""
    end = at
    link = ""
    if current is not None:
        at = skip_blank(lines, at)
        link = find_link(lines, at)
        if not link:
            return current, end
        at += 1
    while True:
        block, end_of_block = _block(lines, skip_blank(lines, at), want, linked=bool(link))
        if block is None:
            # the log ends behind the link: the exception that we are told about is not there
            return (ExceptionReport("", earlier=current, link=link), at) if link else (current, end)
        current = replace(block, earlier=current, link=link) if current is not None else block
        end = at = end_of_block
        at = skip_blank(lines, at)
        link = find_link(lines, at)
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
            at = skip_blank(lines, at + 1)
            frames, taken = parse_frames(lines, at)
            at += taken
        while at < len(lines) and _DOTS.fullmatch(lines[at].strip()):
            at += 1
            more, taken = parse_frames(lines, at)
            frames, at = frames + more, at + taken
        final = skip_blank(lines, at)
        report, end = parse_final(lines, final, want)
        return (replace(report, frames=frames), end) if report else (ExceptionReport("", frames=frames), at)
    if match_frame(line) is not None:
        frames, taken = parse_frames(lines, at)
        report, end = parse_final(lines, skip_blank(lines, at + taken), want)
        return (replace(report, frames=frames), end) if report else (ExceptionReport("", frames=frames), at + taken)
    text = line.strip()
    match = match_final(text)
    if match and (linked or looks_final(text) or want.is_type(match.group("type"))):
        return parse_final(lines, at, want)
    return None, at


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
