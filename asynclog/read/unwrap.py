"""Lines that a terminal or a form broke at a fixed column, put together again.

Only for inputs small enough to be a paste, and only on evidence: lines of exactly the greatest length whose next line
completes a message that neither holds alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from asynclog.lazy import regex
from asynclog.read.prefix import is_header

_NARROWEST, _WIDEST = 60, 260
_REPR = ("future: <", "task: <", "handle: <", "Executing <", "Exception ignored in: <", "unclosed <")
_FRAME = regex(r'\s*File "[^"]+", line(?:no)? \d+(?:, in .+)?')
_CALLED = regex(r"\bcoroutine '[^']*$")


def unwrap(data: bytes, needles: Iterable[str]) -> tuple[bytes, list[int]] | None:
    """The text with broken lines joined, and for each of its lines how many stood for it; None where nothing is broken."""
    raws = data.split(b"\n")
    lines = [raw.rstrip(b"\r").decode("utf-8", "backslashreplace") for raw in raws]
    width = max(map(len, lines), default=0)
    full = [index for index, line in enumerate(lines[:-1]) if len(line) == width]
    if not _NARROWEST <= width <= _WIDEST or len(full) < 2:
        return None
    wanted = tuple(needles)
    if not any(_is_evidence(lines[index], lines[index + 1], wanted) for index in full):
        return None
    joined: list[str] = []
    counts: list[int] = []
    continues = False
    for index, line in enumerate(lines):
        if continues:
            joined[-1] += line
            counts[-1] += 1
        else:
            joined.append(line)
            counts.append(1)
        continues = (
            len(line) == width
            and index + 1 < len(lines)
            and not is_header(lines[index + 1])
            and bool(lines[index + 1].strip())
        )
    return "\n".join(joined).encode("utf-8", "surrogateescape"), counts


def _is_evidence(line: str, following: str, needles: tuple[str, ...]) -> bool:
    """Whether a break between the two lines splits a needle or a frame, or a repr that is left open."""
    if not following or is_header(following):
        return False
    for needle in needles:
        if needle in line or needle in following:
            continue
        at = (line[-len(needle) + 1 :] + following[: len(needle) - 1]).find(needle)
        if at >= 0:
            return True
    if line.lstrip().startswith('File "') and not _FRAME.fullmatch(line) and _FRAME.fullmatch(line + following):
        return True
    if _CALLED.search(line) and "'" in following:
        return True
    opening = max(line.rfind(start) for start in _REPR)
    if opening < 0:
        return False
    rest = line[opening:]
    return rest.count("<") > rest.count(">") and not following.startswith(("Traceback", "source_traceback", "  File"))
