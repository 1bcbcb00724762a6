"""Times as logs print them: every common form, kept as written when it names no date.

A year that is not printed is taken as `YEARLESS` so that such times still order and subtract; reports show the text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

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
    re.compile(form)
    for form in (
        # 2026-01-31 12:00:00,123  2026-01-31T12:00:00.123456+00:00  2026/01/31 12:00:00  20260131 12:00:00
        r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<s>[-/.]?)(?P<mon>[01]\d)(?P=s)(?P<day>[0-3]\d)(?:[T_ ]|, | - )[ ]?"
        + _CLOCK
        + _ZONE,
        # 31/Jan/2026:12:00:00 +0000  31 Jan 2026 12:00:00  31-Jan-2026 12:00:00
        r"(?<!\d)(?P<day>\d{1,2})[-/ ]" + _MONTH + r"[-/ ,]+(?P<year>(?:19|20)\d\d)[: ,T]+" + _CLOCK + _ZONE,
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
        r"(?:^|\[)[ ]*(?P<relative>\d{1,8})\.(?P<fraction>\d{1,9})s?\]",
    )
)
_DIGIT = re.compile(r"\d")


@lru_cache(maxsize=1024)
def find_timestamp(text: str) -> tuple[Timestamp, int, int] | None:
    """The first time printed in `text` with its start and end, or None. Dated forms win over a bare clock."""
    if not _DIGIT.search(text):
        return None
    best: tuple[Timestamp, int, int] | None = None
    for form in _FORMS:
        for found in form.finditer(text):
            stamp = _read(found.group(), form.pattern)
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


@lru_cache(maxsize=8192)
def _read(text: str, form: str) -> Timestamp | None:
    """The time in `text`, which `form` matched; None where the numbers are no time (25:71)."""
    found = re.compile(form).match(text)
    if found is None:  # a look-behind that needs the character before: try unanchored parts
        found = re.compile(form).search(" " + text)
    if found is None:
        return None
    part = found.groupdict()
    fraction = int((part.get("fraction") or "0")[:6].ljust(6, "0"))
    if part.get("epoch"):
        return Timestamp(text, int(part["epoch"]) * 1_000_000 + fraction, dated=True, zone=0)
    if part.get("relative"):
        return Timestamp(text, int(part["relative"]) * 1_000_000 + fraction, dated=False)
    hour, minute, second = int(part["hour"]), int(part["minute"]), int(part.get("second") or 0)
    if part.get("half"):
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    clock = ((hour * 60 + minute) * 60 + min(second, 59)) * 1_000_000 + fraction
    if not (part.get("day") or part.get("a")):
        return Timestamp(text, clock, dated=False)
    year = int(part.get("year") or part.get("year2") or YEARLESS)
    year += 2000 if year < 100 else 0
    if part.get("a"):
        first, second_number = int(part["a"]), int(part["b"])
        month, day = (second_number, first) if first > 12 or part.get("s") == "." else (first, second_number)
    else:
        day = int(part["day"])
        month = int(part["mon"]) if part.get("mon") else _MONTHS.get((part.get("month") or "").lower(), 0)
    zone = _zone(part.get("zone"))
    try:
        midnight = datetime(year, month, day, tzinfo=timezone(timedelta(minutes=zone)) if zone else UTC)
    except ValueError:
        return None
    return Timestamp(text, int(midnight.timestamp()) * 1_000_000 + clock, dated=True, zone=zone)


def _zone(text: str | None) -> int | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    return (int(digits[:2]) * 60 + int(digits[2:])) * (-1 if text[0] == "-" else 1)
