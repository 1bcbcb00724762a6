"""Numbers in sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from asynclog.model import Timestamp

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def took(micros: int) -> str:
    """A duration: `120 ms`, `8.31 s`, `2 min 05 s`, `1 h 12 min`, `3 d 4 h`."""
    if micros < 1_000:
        return f"{micros} µs" if micros else "0 s"
    if micros < 999_500:
        return f"{_digits(micros / 1_000)} ms"
    if micros < 59_950_000:
        return f"{_digits(micros / SECOND)} s"
    seconds = round(micros / SECOND)
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60:02} s"
    minutes = round(seconds / 60)
    if minutes < 1_440:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // 1_440:,} d {minutes % 1_440 // 60} h"


def _digits(value: float) -> str:
    text = f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share of 1; what is little is not said to be nothing."""
    value = share * 100
    if 0 < value < 0.1:
        return "less than 0.1 %"
    return f"{value:.1f} %" if value < 9.95 else f"{value:.0f} %"


def number(count: int, one: str, many: str = "") -> str:
    """`1 finding`, `4,985 findings`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """`512 bytes`, `3.4 MB`, `1.02 GB`."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}" if count < 999.5 * factor else f"{count / factor:,.0f} {unit}"
    return number(count, "byte")


def listed(names: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""


def clock(micros: int, like: Timestamp | None, *, date: bool = False, seconds: bool = True) -> str:
    """A time as the log would write it: in the zone of `like`, with its date if asked for, else relative to the start.

    `like` is any timestamp of the log: it tells whether times have a date, a zone, or count from the program's start.
    """
    if like is not None and not like.dated and ":" not in like.text:
        return f"{micros / SECOND:.0f} s"
    offset = (like.zone or 0) if like is not None and like.dated else 0
    try:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros) + timedelta(minutes=offset)
    except OverflowError:
        return f"{micros / SECOND:.0f} s"
    form = ("%Y-%m-%d " if date and (like is None or like.dated) else "") + ("%H:%M:%S" if seconds else "%H:%M")
    return moment.strftime(form)
