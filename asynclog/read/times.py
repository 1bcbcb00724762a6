"""The time that a line shows before its text."""

from __future__ import annotations

from collections.abc import Iterable

from asynclog.model import Timestamp
from asynclog.read.layout import Layout, clean
from asynclog.read.timestamps import find_timestamp
from asynclog.read.wrappers import peel

EDGE_LINES = 400  # lines at either end of a file in which its first and last time are looked for
_NEAR = 30  # lines behind a time without a year in which one with it is looked for
_PREFIX = 400  # bytes of a line in which its time stands


def time_of(raw: bytes, layout: Layout) -> tuple[Timestamp, str] | None:
    """The time of a line and who wrote it, as far as its wrappers tell; None for a line without time."""
    if layout.json:
        from asynclog.read import jsonlines

        decoded = jsonlines.decode(clean(raw))
        return (decoded[0].timestamp, "") if decoded and decoded[0].timestamp else None
    text = clean(raw[:_PREFIX])
    if not layout.wrappers:
        found = find_timestamp(text[:60])
        return (found[0], "") if found is not None and found[1] < 40 else None
    peeled = peel(text, layout.wrappers)
    found = find_timestamp(peeled.rest[:60])
    if found is not None and found[1] < 40:
        return found[0], peeled.key or ""
    if peeled.time and (outer := find_timestamp(peeled.time)):
        return outer[0], peeled.key or ""
    return None


def first_time(lines: Iterable[bytes], layout: Layout) -> tuple[Timestamp, str] | None:
    """That of the first line that shows one; one with a year, where such a line is near."""
    yearless, left = None, _NEAR
    for raw in lines:
        found = time_of(raw, layout)
        if found is not None and not found[0].yearless:
            return found
        yearless = yearless or found
        left -= yearless is not None
        if not left:
            break
    return yearless


def edge_time(data: bytes, layout: Layout, last: bool) -> Timestamp | None:
    """The first or last time that a line of `data` shows before its text."""
    lines = data.split(b"\n")
    found = first_time(lines[-EDGE_LINES:][::-1] if last else lines[:EDGE_LINES], layout)
    return found[0] if found is not None else None
