"""Times as logs print them: every common form, kept as written when it names no date.

A year that is not printed is taken as `YEARLESS` so that such times still order and subtract; reports show the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from asynclog.lazy import regex
from asynclog.model import Timestamp

YEARLESS = 1972  # a leap year, so that 29 February exists
DAY = 86_400_000_000

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar janv janvier ene",
            "feb february févr fév fevr",
            "mar march mars märz mär",
            "apr april avr avril",
            "may mai mayo",
            "jun june juin",
            "jul july juil",
            "aug august août aout",
            "sep sept september",
            "oct october okt",
            "nov november",
            "dec december déc dez",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = r"(?P<month>[A-Za-zäéû]{3,9})\.?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,:](?P<fraction>\d{1,9}))?)?(?:[ ]?(?P<half>[AaPp][Mm])\b)?"
_ZONE = r"(?:[ ]?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\w:]))?"

_FORMS = tuple(
    regex(form)
    for form in (
        # 2026-01-31 12:00:00,123  2026-01-31T12:00:00.123456+00:00  2026/01/31 12:00:00  20260131 12:00:00
        r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<s>[-/.]?)(?P<mon>[01]\d)(?P=s)(?P<day>[0-3]\d)(?:[T_ ]|, | - )[ ]?"
        + _CLOCK
        + _ZONE,
        # 31/Jan/2026:12:00:00 +0000  31 Jan 2026 12:00:00  31-Jan-2026 12:00:00
        r"(?<!\d)(?P<day>\d{1,2})[-/ ]" + _MONTH + r"[-/ ,]+(?P<year>(?:19|20)\d\d)[: ,T]+" + _CLOCK + _ZONE,
        # 31-Jan-26 12:00:00
        r"(?<!\d)(?P<day>\d{1,2})-" + _MONTH + r"-(?P<year>\d\d)[ ,T]+" + _CLOCK + _ZONE,
        # Jan 31 12:00:00  févr. 21 12:00:00  Jan 31 2026 12:00:00  Wed Jan 31 12:00:00 2026
        r"(?<![A-Za-z])"
        + _MONTH
        + r"[ ]{1,2}(?P<day>\d{1,2}),?[ ]{1,2}(?:(?P<year>(?:19|20)\d\d),?[ ])?"
        + _CLOCK
        + r"(?:[ ](?P<year2>(?:19|20)\d\d)(?!\d))?"
        + _ZONE,
        # 31 Jan 12:00:00
        r"(?<![\d.])(?P<day>\d{1,2})[ ]" + _MONTH + r"[ ]{1,2}" + _CLOCK + _ZONE,
        # 01/31/2026 12:00:00 (month first unless it cannot be), 31.01.2026 12:00:00
        r"(?<![\d.])(?P<a>\d\d)(?P<s>[-/.])(?P<b>\d\d)(?P=s)(?P<year>20\d\d)(?:[T_ ]|, )" + _CLOCK + _ZONE,
        # 31.01.26 12:00:00
        r"(?<![\d.])(?P<a>\d\d)(?P<s>\.)(?P<b>\d\d)\.(?P<year>\d\d)(?:[T_ ]|, )" + _CLOCK + _ZONE,
        # 01/31/26 12:00:00: there was no asyncio before 2013, so twelve and less is no year
        r"(?<![\d.])(?P<a>0\d|1[0-2])(?P<s>[-/])(?P<b>[0-3]\d)(?P=s)(?P<year>[1-9]\d)(?:[T_ ]|, )" + _CLOCK + _ZONE,
        # 26-01-31 12:00:00 (two-digit year first)  and tornado's 260131 12:00:00
        r"(?<![\d.])(?P<year>\d\d)(?P<s>[-/]?)(?P<mon>[01]\d)(?P=s)(?P<day>[0-3]\d)[T ]" + _CLOCK + _ZONE,
        # 01-31 12:00:00
        r"(?<![\d.-])(?P<mon>[01]\d)[-/](?P<day>[0-3]\d)[T ]" + _CLOCK + _ZONE,
        # glog: I0131 12:00:00.123456
        r"(?<![A-Za-z0-9])[IWEFD](?P<mon>[01]\d)(?P<day>[0-3]\d)[ ]" + _CLOCK,
        # 12:00:00.123
        r"(?<![\d:.])(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?(?:[ ]?(?P<half>[AaPp][Mm])\b)?(?![\d:])",
        # [138.755s] [  12.345678] 1767225600.123
        r"(?<![\w.:])(?P<epoch>1\d{9})(?:\.(?P<fraction>\d{1,9}))?(?![\w.])",
        # 1767225600123, also microseconds: only where a line begins, for other numbers are as long
        r"^[\[(]?(?P<epoch>1\d{9})(?P<fraction>\d{3}(?:\d{3})?)(?![\w.])",
        r"(?:^|\[)[ ]*(?P<relative>\d{1,8})\.(?P<fraction>\d{1,9})s?\]",
    )
)
_SIGN = regex(r"\d:\d\d|1\d{9}|\d\.\d{1,9}s?\]")  # every form has one
_SCALES = (0, 100_000, 10_000, 1000, 100, 10, 1, 1, 1, 1)  # microseconds of a fraction's last digit, by its digits
IN_PARTS = (("timestamp.seconds", "timestamp.nanos"), ("timestampSeconds", "timestampNanos"))
_REMEMBERED = 8192
_SECONDS: dict[tuple[int, str], tuple[int, bool, int | None] | None] = {}  # by form and text without the fraction


@lru_cache(maxsize=1024)
def find_timestamp(text: str) -> tuple[Timestamp, int, int] | None:
    """The first time printed in `text` with its start and end, or None. Dated forms win over a bare clock."""
    usual = _FORMS[0].search(text)
    if usual is not None and (stamp := _read(usual, 0)) is not None:
        return stamp, usual.start(), usual.end()
    if not _SIGN.search(text):
        return None
    best: tuple[Timestamp, int, int] | None = None
    for number, form in enumerate(_FORMS):
        for found in form.finditer(text):
            stamp = _read(found, number)
            if stamp is not None and (best is None or (found.start() < best[1] and stamp.dated >= best[0].dated)):
                best = (stamp, found.start(), found.end())
            if stamp is not None:
                break
        if best is not None and best[0].dated:
            return best
    return best


@lru_cache(maxsize=8192)
def parse_timestamp(text: str) -> Timestamp | None:
    """The time that the whole of `text` prints, e.g. the value of a JSON field; numbers are epoch s, ms, us or ns."""
    text = text.strip()
    if re.fullmatch(r"\d{10,19}(?:\.\d+)?", text):
        whole, _, rest = text.partition(".")
        scale = 10 ** (16 - min(len(whole), 19)) if len(whole) <= 16 else 1
        micros = int(whole) * scale if len(whole) <= 16 else int(whole) // 10 ** (len(whole) - 16)
        if len(whole) == 10 and rest:
            micros += int(rest[:6].ljust(6, "0"))
        return Timestamp(text, micros, dated=True, zone=0)
    found = find_timestamp(text)
    return None if found is None else Timestamp(text, found[0].micros, found[0].dated, found[0].zone)


def in_parts(fields: Mapping[str, object]) -> Timestamp | None:
    """The time of an entry that tells seconds and nanoseconds in fields of their own."""
    for seconds, nanos in IN_PARTS:
        if seconds in fields and nanos in fields:
            return parse_timestamp(f"{fields[seconds]}.{str(fields[nanos]).zfill(9)}")
    return None


def _read(found: re.Match[str], form: int) -> Timestamp | None:
    """The time that the form of this number matched; None where the numbers are no time (25:71)."""
    text = second = found.group()
    at, end = found.span("fraction")
    if at >= 0:
        start = found.start()
        second = text[: at - start] + text[end - start :]
    key = (form, second)
    if key in _SECONDS:
        moment = _SECONDS[key]
    else:
        if len(_SECONDS) >= _REMEMBERED:
            _SECONDS.clear()
        moment = _SECONDS[key] = _moment(found.groupdict())
    if moment is None:
        return None
    micros, dated, zone = moment
    if at >= 0:
        micros += int(found.string[at : min(end, at + 6)]) * _SCALES[end - at]
    return Timestamp(text, micros, dated, zone)


def _moment(part: Mapping[str, str | None]) -> tuple[int, bool, int | None] | None:
    """Microseconds without the fraction, whether they are dated, and the zone; None where the numbers are no time."""
    if epoch := part.get("epoch"):
        return int(epoch) * 1_000_000, True, 0
    if relative := part.get("relative"):
        return int(relative) * 1_000_000, False, None
    hour, minute, second = (int(part.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := part.get("half"):
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    clock = ((hour * 60 + minute) * 60 + min(second, 59)) * 1_000_000
    if not (part.get("day") or part.get("a")):
        return clock, False, None
    year = int(part.get("year") or part.get("year2") or YEARLESS)
    year += 2000 if year < 100 else 0
    if part.get("a"):
        first, second_number = int(part["a"] or 0), int(part["b"] or 0)
        month, day = (second_number, first) if first > 12 or part.get("s") == "." else (first, second_number)
    else:
        day = int(part["day"] or 0)
        month = int(part["mon"] or 0) if part.get("mon") else _MONTHS.get((part.get("month") or "").lower(), 0)
    zone = _zone(part.get("zone"))
    try:
        midnight = datetime(year, month, day, tzinfo=timezone(timedelta(minutes=zone)) if zone else UTC)
    except ValueError:
        return None
    return int(midnight.timestamp()) * 1_000_000 + clock, True, zone


def _zone(text: str | None) -> int | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if text[0] == "-" else 1)
