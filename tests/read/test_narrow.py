"""What of the time of a log was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from asynclog import pipeline
from asynclog.aggregate.spans import exposure_of, span_of
from asynclog.config import Settings
from asynclog.read.narrow import time_window

HOUR = 3_600_000_000
DAY = 24 * HOUR
TEN = 20_000 * DAY + 10 * HOUR  # 10:00 of some day


@pytest.mark.parametrize(
    ("since", "until", "around", "given", "wanted"),
    [
        ("10:30", None, None, (TEN, TEN + HOUR, True), (TEN + HOUR // 2, TEN + HOUR)),
        (None, "10:15", None, (TEN, TEN + HOUR, True), (TEN, TEN + HOUR // 4)),
        ("10:15", "10:30", None, (10 * HOUR, 11 * HOUR, False), (10 * HOUR + HOUR // 4, 10 * HOUR + HOUR // 2)),
        (None, None, "10:30", (TEN, TEN + HOUR, True), (TEN + 25 * HOUR // 60, TEN + 35 * HOUR // 60)),
        ("08:00", None, None, (TEN, TEN + HOUR, True), (TEN, TEN + HOUR)),
        ("12:00", "13:00", None, (TEN, TEN + HOUR, True), (TEN, TEN)),
        ("23:00", "01:00", None, (TEN, TEN + DAY, True), (TEN + 13 * HOUR, TEN + 15 * HOUR)),
        ("11:00", "12:00", None, (TEN, TEN + 2 * DAY, True), (TEN + HOUR, TEN + DAY + 2 * HOUR)),
        ("2024-10-04 10:30:00", None, None, (TEN, TEN + HOUR, True), (TEN + HOUR // 2, TEN + HOUR)),
        ("2025-01-01", None, None, (TEN, TEN + HOUR, True), None),
    ],
    ids=[
        "since", "until", "between, no date", "around", "before the log", "behind the log", "over midnight",
        "each of two days", "with a date", "a later year",
    ],
)  # fmt: skip
def test_window(since, until, around, given, wanted):
    within = time_window(since, until, around)
    assert within is not None
    start, end = within(*given)
    assert start <= end
    if wanted is None:
        assert start == end
    else:
        assert (start, end) == wanted


def test_all_is_asked_for():
    assert time_window(None, None, None) is None


def test_rates_are_those_of_the_part_that_was_asked_for(tmp_path: Path):
    log = tmp_path / "app.log"
    slow = "2026-01-31 {}:{:02}:00,000 WARNING asyncio: Executing <Task finished coro=<f() done>> took 0.250 seconds\n"
    log.write_text("".join(slow.format(hour, minute) for hour in (10, 11) for minute in range(60)))
    whole = pipeline.analyze([str(log)], Settings())
    part = pipeline.analyze([str(log)], Settings(since="11:30"))
    assert exposure_of(span_of(whole)) == 119 * 60
    assert exposure_of(span_of(part)) == 29 * 60
    assert part.sources[0].first.text == "2026-01-31 11:30:00"
    assert sum(group.count for group in part.groups.values()) == 30
