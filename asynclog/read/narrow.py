"""The part of a log that the user asked for: --since, --until, --around."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from asynclog.errors import UsageError
from asynclog.model import Timestamp
from asynclog.read.timestamps import DAY, find_timestamp

_EVER = 1 << 62  # microseconds
AROUND = 300_000_000  # microseconds on either side of --around


class Bound(NamedTuple):
    """A time as typed: microseconds since the epoch, or since midnight where it has no date."""

    micros: int
    dated: bool


class Within(NamedTuple):
    """What was asked for: between two times, where both and the time that is looked at have dates; else between two of each day."""

    low: Bound | None
    high: Bound | None

    def __call__(self, stamp: Timestamp | None) -> bool:
        """Whether a time lies in it."""
        if stamp is None:
            return False
        dated, low, high, opens, closes = self.bounds()
        if dated and stamp.dated:
            return low <= stamp.micros <= high
        clock = stamp.micros % DAY
        return opens <= clock <= closes if opens <= closes else clock >= opens or clock <= closes

    def bounds(self) -> tuple[bool, int, int, int, int]:
        """Whether the two have dates; they; and they as microseconds of a day."""
        low, high = self.low, self.high
        return (
            all(side is None or side.dated for side in (low, high)),
            -_EVER if low is None else low.micros,
            _EVER if high is None else high.micros,
            0 if low is None else low.micros % DAY,
            DAY if high is None else high.micros % DAY,
        )


def time_filter(since: str | None, until: str | None, around: str | None) -> Within | None:
    """What was asked for; None where all is. Raises UsageError for what is no time."""
    low, high = _sides(since, until, around)
    return Within(low, high) if low is not None or high is not None else None


def time_window(
    since: str | None, until: str | None, around: str | None
) -> Callable[[int, int, bool], tuple[int, int]] | None:
    """What of the time between two (in microseconds, with a date or not) was asked for; None where all is.

    Of times of day on several days it is all from the first to the last.
    """
    low, high = _sides(since, until, around)
    if low is None and high is None:
        return None

    def within(first: int, last: int, dated: bool) -> tuple[int, int]:
        if dated and all(side is None or side.dated for side in (low, high)):
            start, end = (
                first if low is None else max(first, low.micros),
                last if high is None else min(last, high.micros),
            )
            return start, max(start, end)
        opens = 0 if low is None else low.micros % DAY
        closes = DAY if high is None else high.micros % DAY
        length = closes - opens if opens <= closes else closes - opens + DAY
        starts = range(first - first % DAY - DAY + opens, last + 1, DAY)
        kept = [(max(start, first), min(start + length, last)) for start in starts if start + length >= first]
        return (kept[0][0], kept[-1][1]) if kept else (first, first)

    return within


def _sides(since: str | None, until: str | None, around: str | None) -> tuple[Bound | None, Bound | None]:
    """From when and until when; None where that side is open."""
    low, high = bound(since, "--since"), bound(until, "--until")
    middle = bound(around, "--around")
    if middle is not None:
        return Bound(middle.micros - AROUND, middle.dated), Bound(middle.micros + AROUND, middle.dated)
    return low, high


def bound(text: str | None, option: str) -> Bound | None:
    """A time as typed: with a date, a clock time, or a date alone (its midnight)."""
    if text is None:
        return None
    typed = text.strip()
    for whole in (typed, f"{typed}:00", f"{typed} 00:00:00"):
        found = find_timestamp(whole)
        if found is not None and found[1] == 0 and found[2] == len(whole):
            stamp = found[0]
            return Bound(stamp.micros if stamp.dated else stamp.micros % DAY, stamp.dated)
    raise UsageError(
        f"{option} {text!r} is no time", "write it as in the log: '2026-01-31 02:14:00', '02:14:00' or '02:14'"
    )
