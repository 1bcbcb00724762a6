"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from asynclog.model import Timestamp
from asynclog.render.safe import safe

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BARS = "▁▂▃▄▅▆▇█"


def duration(micros: int | None) -> str:
    """Three digits at most, with the unit that fits: `120 ms`, `8.31 s`, `2 min 05 s`, `1 h 12 min`."""
    if micros is None:
        return ""
    if micros < 1_000:
        return f"{micros} µs" if micros else "0 s"
    if micros < 999_500:
        return f"{_digits(micros / 1_000)} ms"
    if micros < 59_950_000:
        return f"{_digits(micros / 1_000_000)} s"
    seconds = round(micros / 1_000_000)
    if seconds < 3_600:
        return _two(seconds, 60, "min", "s")
    minutes = round(seconds / 60)
    return _two(minutes, 60, "h", "min") if minutes < 1_440 else _two(minutes // 60, 24, "d", "h")


def _two(value: int, base: int, big: str, small: str) -> str:
    more, rest = divmod(value, base)
    return f"{more:,} {big} {rest:02} {small}" if rest else f"{more:,} {big}"


def _digits(value: float) -> str:
    text = f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(part: float | None) -> str:
    """A part of 1 in percent; never rounds something down to nothing."""
    if part is None:
        return ""
    percent = part * 100
    if percent <= 0:
        return "0 %"
    return "<0.1 %" if percent < 0.1 else f"{percent:.1f} %" if percent < 99.95 else f"{percent:.0f} %"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 group`, `4,985 groups`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def iso(stamp: Timestamp | None) -> str | None:
    """ISO 8601 for a time with a date (in its own zone; none where the log names none), else as written."""
    if stamp is None:
        return None
    if not stamp.dated:
        return safe(stamp.text)
    try:
        moment = _EPOCH + timedelta(microseconds=stamp.micros)
        if stamp.zone is not None:
            moment = moment.astimezone(timezone(timedelta(minutes=stamp.zone)))
    except (OverflowError, ValueError):
        return safe(stamp.text)
    spec = "microseconds" if stamp.micros % 1_000 else "milliseconds" if stamp.micros % 1_000_000 else "seconds"
    return (moment if stamp.zone is not None else moment.replace(tzinfo=None)).isoformat(timespec=spec)


def rebin(values: tuple[int, ...], cells: int) -> tuple[int, ...]:
    """At most `cells` sums of equally many neighbours: the shape of `values` on a narrower screen."""
    if len(values) <= max(1, cells):
        return values
    step = -(-len(values) // max(1, cells))
    return tuple(sum(values[at : at + step]) for at in range(0, len(values), step))


def sparkline(values: tuple[int, ...], cells: int) -> str:
    """One bar a cell, a space where nothing was; the highest is the tallest and any other is seen."""
    values = rebin(values, cells)
    top = max(values, default=0)
    if top <= 0:
        return ""
    return "".join(" " if value <= 0 else _BARS[-(-value * 8 // top) - 1] for value in values)
