"""Times as logs print them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.read.timestamps import find_timestamp, parse_timestamp

NOON = "2026-01-31 12:00:00"


def micros(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


# text, the time in it (in UTC; without zone as printed), microseconds, zone in minutes
DATED = {
    "logging": (NOON + ",123", NOON, 123_000, None),
    "ISO with T": ("2026-01-31T12:00:00", NOON, 0, None),
    "ISO micros, zone with colon": ("2026-01-31T12:00:00.123456+00:00", NOON, 123_456, 0),
    "ISO nanoseconds, Z": ("2026-01-31T12:00:00.123456789Z", NOON, 123_456, 0),
    "ISO comma, zone east": ("2026-01-31T12:00:00,123+0100", "2026-01-31 11:00:00", 123_000, 60),
    "zone west": (NOON + "-08:00", "2026-01-31 20:00:00", 0, -480),
    "zone behind a blank": (NOON + ".5 +0530", "2026-01-31 06:30:00", 500_000, 330),
    "zone by name": (NOON + " UTC", NOON, 0, 0),
    "slashes": ("2026/01/31 12:00:00", NOON, 0, None),
    "dots": ("2026.01.31 12:00:00", NOON, 0, None),
    "no separators": ("20260131 12:00:00", NOON, 0, None),
    "underscore": ("2026-01-31_12:00:00", NOON, 0, None),
    "comma between": ("2026-01-31, 12:00:00", NOON, 0, None),
    "dash between": ("2026-01-31 - 12:00:00", NOON, 0, None),
    "no seconds": ("2026-01-31 12:00", NOON, 0, None),
    "fraction behind a colon": (NOON + ":250", NOON, 250_000, None),
    "access log": ("31/Jan/2026:12:00:00 +0000", NOON, 0, 0),
    "day month year": ("31 Jan 2026 12:00:00", NOON, 0, None),
    "day month and two digits": ("31-Jan-26 12:00:00", NOON, 0, None),
    "day month year with dashes": ("31-Jan-2026 12:00:00.250", NOON, 250_000, None),
    "mail": ("Sat, 31 Jan 2026 12:00:00 GMT", NOON, 0, 0),
    "French": ("31 janvier 2026 12:00:00", NOON, 0, None),
    "ctime": ("Sat Jan 31 12:00:00 2026", NOON, 0, None),
    "month day year": ("Jan 31 2026 12:00:00", NOON, 0, None),
    "month day comma year, 12 hours": ("Jan 31, 2026 02:14:07 PM", "2026-01-31 14:14:07", 0, None),
    "month first": ("01/31/2026 12:00:00", NOON, 0, None),
    "day first where it must be": ("31/01/2026 12:00:00", NOON, 0, None),
    "month first, 12 hours": ("01/31/2026, 02:14:07 PM", "2026-01-31 14:14:07", 0, None),
    "German": ("31.01.2026 12:00:00", NOON, 0, None),
    "German where both are possible": ("03.04.2026 12:00:00", "2026-04-03 12:00:00", 0, None),
    "two-digit year": ("26-01-31 12:00:00", NOON, 0, None),
    "tornado": ("260131 12:00:00", NOON, 0, None),
    "epoch seconds": ("1769860800", NOON, 0, 0),
    "month first, two digits of the year": ("[01/31/26 12:00:00]", NOON, 0, None),
    "month first, day could be one": ("11/12/26 12:00:00", "2026-11-12 12:00:00", 0, None),
    "year first, two digits": ("26/01/31 12:00:00", NOON, 0, None),
    "day first, two digits of the year": ("31.01.26 12:00:00", NOON, 0, None),
    "epoch milliseconds": ("1769860800123", NOON, 123_000, 0),
    "epoch microseconds": ("[1769860800123456]", NOON, 123_456, 0),
    "epoch with fraction": ("1769860800.123", NOON, 123_000, 0),
    "leap second": ("2026-06-30 23:59:60", "2026-06-30 23:59:59", 0, None),
    "midnight at noon's name": ("2026-01-31 12:00:00 AM", "2026-01-31 00:00:00", 0, None),
    # without a year: a leap year stands in
    "syslog": ("Jan 31 12:00:00", "1972-01-31 12:00:00", 0, None),
    "syslog, one digit": ("Jan  1 12:00:00.123", "1972-01-01 12:00:00", 123_000, None),
    "syslog, leap day": ("Feb 29 12:00:00", "1972-02-29 12:00:00", 0, None),
    "syslog, French": ("févr. 21 12:00:00", "1972-02-21 12:00:00", 0, None),
    "month and day": ("01-31 12:00:00", "1972-01-31 12:00:00", 0, None),
    "glog": ("I0131 12:00:00.123456", "1972-01-31 12:00:00", 123_456, None),
}


@pytest.mark.parametrize(("text", "time", "fraction", "zone"), DATED.values(), ids=DATED)
def test_dated(text: str, time: str, fraction: int, zone: int | None) -> None:
    stamp = parse_timestamp(text)
    assert stamp is not None
    assert (stamp.micros, stamp.dated, stamp.zone) == (micros(time) + fraction, True, zone)


@pytest.mark.parametrize("before", ["", "[", "ERROR ", "web-1 | ", "<31>", "("])
@pytest.mark.parametrize("after", ["", "] x", " - x", " ERROR x", " | x", ") 7"])
@pytest.mark.parametrize(
    "name", ["logging", "ISO micros, zone with colon", "access log", "syslog", "epoch with fraction"]
)
def test_found_among_other_text_and_kept_as_written(before: str, after: str, name: str) -> None:
    text = DATED[name][0]
    found = find_timestamp(before + text + after)
    assert found is not None
    stamp, start, end = found
    assert (stamp.text, start, end) == (text, len(before), len(before) + len(text))


SECOND = 1_000_000
CLOCKS = {
    "clock": ("12:00:00", 43_200 * SECOND),
    "clock with fraction": ("12:00:00.123", 43_200 * SECOND + 123_000),
    "clock with comma": ("12:00:00,123", 43_200 * SECOND + 123_000),
    "one digit": ("2:14:07", 8_047 * SECOND),
    "afternoon": ("2:14:07 PM", 51_247 * SECOND),
    "morning": ("02:14:07 am", 8_047 * SECOND),
    "midnight": ("12:00:00 AM", 0),
    "seconds of a program": ("[138.755s]", 138_755_000),
    "seconds of a kernel": ("[   12.345678]", 12_345_678),
}


@pytest.mark.parametrize(("text", "wanted"), CLOCKS.values(), ids=CLOCKS)
def test_without_a_date(text: str, wanted: int) -> None:
    found = find_timestamp(text)
    assert found is not None
    assert (found[0].micros, found[0].dated, found[0].text) == (wanted, False, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no time",
        "25:61:00",
        "10.0.0.1:8080",
        "version 1.2.3",
        "12:00",
        "::ffff:12:30:45:aa",
        "2026-01-31",
        "took 0.151 seconds",
        "line 120",
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert find_timestamp(text) is None


@pytest.mark.parametrize("text", ["2026-13-45 12:00:00", "2026-02-30 12:00:00"])
def test_a_date_that_does_not_exist_leaves_the_clock(text: str) -> None:
    found = find_timestamp(text)
    assert found is not None
    assert (found[0].text, found[0].dated) == ("12:00:00", False)


@pytest.mark.parametrize("digits", [10, 13, 16, 19])
def test_numbers_of_json_fields_are_seconds_to_nanoseconds(digits: int) -> None:
    stamp = parse_timestamp("1769860800".ljust(digits, "0"))
    assert stamp is not None
    assert (stamp.micros, stamp.zone) == (micros(NOON), 0)


def test_a_date_wins_over_a_clock_before_it() -> None:
    found = find_timestamp("12:30:00 2026-01-31 12:00:00")
    assert found is not None
    assert found[0].text == NOON


def test_order_is_that_of_time() -> None:
    texts = ["2026-01-31 12:00:00+01:00", "2026-01-31 11:30:00Z", "2026-01-31 04:00:00 -0800"]
    stamps = [parse_timestamp(text) for text in texts]
    assert [stamp.micros for stamp in stamps if stamp] == sorted(stamp.micros for stamp in stamps if stamp)


@given(st.text(alphabet="0123456789-/.:, TZ+JanPM[]", max_size=40))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    find_timestamp(text)
    parse_timestamp(text)
