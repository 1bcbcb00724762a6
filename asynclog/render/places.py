"""Places in a program within the width there is: the file's name and the line are the last to go."""

from __future__ import annotations

from asynclog.model import Frame, Site
from asynclog.render.safe import clip, safe

_MOST = 10_000
_MOST_FUNCTION = 120  # characters of a function's name that are shown


def columns(text: str) -> int:
    """How many columns a terminal needs (wide characters take two)."""
    if text.isascii():
        return len(text)
    from unicodedata import east_asian_width

    return len(text) + sum(east_asian_width(char) in "WF" for char in text)


def fit(text: str, width: int) -> str:
    """The beginning of `text` in at most `width` columns, with an ellipsis where something was cut."""
    if columns(text) <= width:
        return text
    kept = text[: max(0, width - 1)]
    while kept and columns(kept) > width - 1:
        kept = kept[:-1]
    return kept + "…"


def fit_end(text: str, width: int) -> str:
    """The end of `text` in at most `width` columns."""
    return text if columns(text) <= width else "…" + fit(text[::-1], width)[-2::-1]


def place(file: str | None, line: int | None) -> str:
    """`file:line`, in one harmless line."""
    if not file:
        return ""
    return safe(file) if line is None else f"{safe(file)}:{line}"


def shorten(where: str, width: int) -> str:
    """A `file:line` that fits: folders go from the left, then the beginning of the file's name."""
    if columns(where) <= width:
        return where
    mark = "\\" if "\\" in where and "/" not in where else "/"
    *folders, tail = where.split(mark)
    for folder in reversed(folders):
        if columns(folder) + columns(tail) + 3 > width:
            break
        tail = f"{folder}{mark}{tail}"
    return f"…{mark}{tail}" if columns(tail) + 2 <= width else fit_end(tail, width)


def function(name: str | None) -> str:
    """A function's name, harmless and of bounded length."""
    return clip(safe(name[:_MOST]), _MOST_FUNCTION) if name else ""


def site_text(site: Site, width: int = _MOST) -> str:
    """`file:line function` within `width` columns; empty where nothing is known."""
    where, name = place(site.file, site.line), function(site.function)
    if not where:
        return fit(name, width)
    if name and columns(where) + 1 + columns(name) > width:
        name = fit(name, max(6, width // 2, width - 1 - columns(where)))
        where = shorten(where, max(8, width - columns(name) - 1))
    return f"{where} {name}" if name else shorten(where, width)


def versioned(fingerprint: str, signature: str | None) -> str:
    """The fingerprint with what made it, `asynclog/v1:`: for those who compare it with one of another release."""
    made = (signature or "").partition("|")[0]
    return fingerprint if ":" in fingerprint or not made else f"{made}:{fingerprint}"


def frame_text(frame: Frame, width: int = _MOST) -> str:
    """A frame like a site, with the count of those that the interpreter folded."""
    again = f" (repeated {frame.repeats:,} more times)" if frame.repeats else ""
    return site_text(Site(frame.file, frame.line, frame.function), max(20, width - len(again))) + again


def frame_label(frame: Frame) -> str:
    """A frame where names are read first: `function (file:line)`."""
    name, where = function(frame.function), place(frame.file, frame.line)
    return f"{name} ({where})" if name and where else name or where or "?"
