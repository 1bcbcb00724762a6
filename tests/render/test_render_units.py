"""Numbers, times and places as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.model import Frame, Site, Timestamp
from asynclog.render import places, units


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, ""),
        (0, "0 s"),
        (850, "850 µs"),
        (1_000, "1 ms"),
        (120_000, "120 ms"),
        (999_499, "999 ms"),
        (999_500, "1 s"),
        (8_310_000, "8.31 s"),
        (12_400_000, "12.4 s"),
        (59_949_999, "59.9 s"),
        (59_960_000, "1 min"),
        (125_000_000, "2 min 05 s"),
        (3_599_700_000, "1 h"),
        (4_320_000_000, "1 h 12 min"),
        (86_400_000_000, "1 d"),
        (100_800_000_000, "1 d 04 h"),
    ],
)
def test_duration(micros, text):
    assert units.duration(micros) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(None, ""), (0.0, "0 %"), (0.00001, "<0.1 %"), (0.124, "12.4 %"), (1.0, "100 %"), (2.5, "250 %")],
)
def test_share(part, text):
    assert units.share(part) == text


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        (None, None),
        (Timestamp("10:00:01", 36_001_000_000, dated=False), "10:00:01"),
        (Timestamp("x", 1_767_261_600_000_000), "2026-01-01T10:00:00"),
        (Timestamp("x", 1_767_261_600_123_000), "2026-01-01T10:00:00.123"),
        (Timestamp("x", 1_767_261_600_123_456, zone=0), "2026-01-01T10:00:00.123456+00:00"),
        (Timestamp("x", 1_767_261_600_000_000, zone=90), "2026-01-01T11:30:00+01:30"),
        (Timestamp("x", 1_767_261_600_000_000, zone=100_000), "x"),
        (Timestamp("far", 10**20), "far"),
        (Timestamp("\x1b", 10**20), "\\x1b"),
    ],
)
def test_iso(stamp, text):
    assert units.iso(stamp) == text


@pytest.mark.parametrize(
    ("values", "cells", "line"),
    [((), 10, ""), ((0, 0), 10, ""), ((0, 1, 1000), 10, " ▁█"), ((1, 1, 1, 1), 2, "██"), ((5,), 10, "█")],
)
def test_sparkline(values, cells, line):
    assert units.sparkline(values, cells) == line


@given(st.lists(st.integers(0, 10**15), max_size=300), st.integers(1, 200))
def test_rebin_keeps_the_sum_and_the_width(values, cells):
    shown = units.rebin(tuple(values), cells)
    assert sum(shown) == sum(values)
    assert len(shown) <= max(cells, 0)


@pytest.mark.parametrize(
    ("where", "width", "text"),
    [
        ("/srv/shop/app/worker.py:88", 30, "/srv/shop/app/worker.py:88"),
        ("/srv/shop/app/billing/worker.py:88", 25, "…/app/billing/worker.py:88"[:0] + "…/billing/worker.py:88"),
        ("/srv/shop/app/worker.py:88", 14, "…/worker.py:88"),
        ("/srv/shop/app/worker.py:88", 10, "…ker.py:88"),
        ("C:\\shop\\app\\worker.py:88", 20, "…\\app\\worker.py:88"),
    ],
)
def test_shorten(where, width, text):
    assert places.shorten(where, width) == text


@given(st.text(max_size=80), st.integers(1, 99_999), st.text(max_size=80), st.integers(20, 120))
def test_a_site_fits(file, line, name, width):
    shown = places.site_text(Site(file, line, name), width)
    assert places.columns(shown) <= width
    if file and "/" not in file:
        assert str(line) in shown


def test_wide_characters_take_two_columns():
    assert places.columns("日本") == 4
    assert places.fit("日本語", 5) == "日本…"
    assert places.fit_end("日本語", 5) == "…本語"


def test_folded_frames_say_how_many():
    assert places.frame_text(Frame("a.py", 3, "f", repeats=997)) == "a.py:3 f (repeated 997 more times)"
