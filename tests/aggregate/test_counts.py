import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.aggregate import evidence, spans, timeline
from asynclog.aggregate.counts import (
    Spread,
    between_logs,
    compare_counts,
    compare_logs,
    compare_means,
    holm,
    line_through,
    rate_ratio,
    spread_of,
    within_logs,
)
from asynclog.aggregate.sides import joined
from asynclog.aggregate.verdict import Case, Measure, State, judge, measure
from asynclog.model import Histogram, Severity, Timeline

SECOND = 1_000_000
HOUR = spans.make_span([(0, 3600 * SECOND)])


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0.04], [0.04], id="one"),
        pytest.param([0.01, 0.04, 0.03], [0.03, 0.06, 0.06], id="three"),
        pytest.param([0.5, 0.9], [1.0, 1.0], id="not above 1"),
    ],
)
def test_holm(p_values, expected):
    assert holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_never_lowers(p_values):
    adjusted = holm(p_values)
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    ranked = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert ranked == sorted(ranked)


def test_even_windows_are_not_more_even_than_chance():
    assert within_logs([[5] * 24, [7] * 24], [[1 / 24] * 24] * 2) == (1.0, 46)
    factor, _ = within_logs([[10, 0, 0, 0] * 6], [[1 / 24] * 24])
    assert factor > 7
    assert within_logs([], []) == (1.0, 0)


def test_spread_from_log_to_log():
    assert between_logs([([100, 104, 98], [1, 1, 1]), ([100, 97, 101], [1, 1, 1])], 1.0) == (0.0, 4)
    square, free = between_logs([([50, 150, 100], [1, 1, 1]), ([60, 140, 100], [1, 1, 1])], 1.0)
    assert free == 4
    assert math.sqrt(square) == pytest.approx(0.45, abs=0.05)


@given(st.floats(0.5, 1000), st.floats(0.5, 1000), st.floats(0.1, 10), st.floats(0.1, 10), st.sampled_from([0, 5, 40]))
def test_a_rate_ratio_turned_round(n0, n1, e0, e1, free):
    there, back = rate_ratio(n0, e0, n1, e1, free), rate_ratio(n1, e1, n0, e0, free)
    assert there.ratio * back.ratio == pytest.approx(1)
    assert there.p_value == pytest.approx(back.p_value, rel=1e-4, abs=1e-9)
    assert there.low * back.high == pytest.approx(1, rel=1e-3)
    assert there.low <= there.ratio <= there.high
    assert (there.p_value < 0.049) <= (there.low > 1 or there.high < 1)


@given(st.integers(1, 300), st.integers(1, 300), st.floats(0.1, 50))
def test_only_the_proportion_of_exposures_matters(n0, n1, scale):
    one = compare_counts(([n0], [2.0]), ([n1], [3.0]), 1.5, 40)
    other = compare_counts(([n0], [2.0 * scale]), ([n1], [3.0 * scale]), 1.5, 40)
    assert one == pytest.approx(other, rel=1e-6)


def test_rates_agree_with_the_exact_test():
    # 12 against 49 in equal times: the exact conditional test says 1.7e-6, mid-p 1.1e-6
    result = rate_ratio(12, 1, 49, 1, 0)
    assert result.ratio == pytest.approx(4.083, abs=0.001)
    assert 1e-7 < result.p_value < 3e-6
    assert rate_ratio(12, 1, 49, 1, 10).p_value > 10 * result.p_value


@pytest.mark.parametrize(
    ("before", "after", "free"),
    [
        pytest.param((3, 0.0, 0.5), (50, 0.0, 0.5), None, id="too few units"),
        pytest.param((4, 0.0, 0.5), (50, 0.0, 0.5), 3, id="enough"),
    ],
)
def test_means_of_few_units(before, after, free):
    assert (compare_means(Spread(*before), Spread(*after)) is None) == (free is None)


def test_equal_values_are_no_proof():
    result = compare_logs([Spread(2, 1.0, 0.0)] * 2, [Spread(2, 2.0, 0.0)] * 2)
    assert result is not None
    assert 0.0005 < result.p_value < 0.05
    assert compare_logs([Spread(1, 1.0, 0.0)] * 3, [Spread(1, 2.0, 0.0)] * 9) is None
    assert compare_logs([Spread(1, 1.0, 0.0)], [Spread(1, 2.0, 0.0)]) is None


def test_a_second_log_of_the_same_does_not_blur_a_clear_change():
    one = compare_counts(([50], [1.0]), ([220], [1.0]), 1.0, 40)
    two = compare_counts(([50, 51], [1.0, 1.0]), ([220], [1.0]), 1.0, 40)
    assert one.p_value < two.p_value < 0.02
    assert compare_counts(([50, 95], [1.0, 1.0]), ([120], [1.0]), 1.0, 40).p_value > 0.2


def test_a_line():
    assert line_through([(i, 0.1 * i, 0.01) for i in range(3)]) is None
    result = line_through([(i, 0.1 * i, 0.01) for i in range(11)])
    assert result is not None
    assert result.ratio == pytest.approx(math.e)
    assert result.p_value < 0.001


def simulated(draw: random.Random, count: float, burst: int, span: spans.Span = HOUR) -> evidence.Evidence:
    """A group with about so many records in geometric bursts."""
    times = []
    for _ in range(round(draw.gauss(count / burst, math.sqrt(count / burst)))):
        at = draw.uniform(span.start, span.end)
        while True:
            times.append(int(at))
            at += draw.expovariate(1 / 0.4) * SECOND
            if draw.random() < 1 / burst:
                break
    builder = timeline.TimelineBuilder()
    builder.add_many(times)
    return evidence.observe(len(times), builder.freeze(), Histogram(), span)


@pytest.mark.parametrize(("count", "burst"), [(200, 1), (200, 5), (1000, 10)])
def test_few_false_alarms_when_nothing_changed(count, burst):
    draw = random.Random(f"{count} {burst}")
    alarms = 0
    for _ in range(200):
        case = Case((simulated(draw, count, burst),), (simulated(draw, count, burst),))
        alarms += judge([case])[0].state in (State.WORSE, State.BETTER)
    assert alarms <= 18  # 5 % of 200 are 10; more than 18 have a chance of 0.5 %


@pytest.mark.parametrize(("count", "burst", "ratio"), [(40, 1, 4), (500, 1, 2), (500, 5, 4), (100, 5, 10)])
def test_clear_changes_are_seen(count, burst, ratio):
    draw = random.Random(f"{count} {burst} {ratio}")
    seen = 0
    for _ in range(40):
        case = Case((simulated(draw, count, burst),), (simulated(draw, ratio * count, burst),))
        seen += judge([case])[0].state is State.WORSE
    assert seen >= 34


def test_dense_bursts_are_counted_by_record():
    draw = random.Random(1)
    sparse, dense = simulated(draw, 20, 1), simulated(draw, 4000, 1)
    assert [a.measure for a in measure((sparse,), (sparse,))] == [Measure.BURSTS]
    assert [a.measure for a in measure((sparse,), (dense,))] == [Measure.RECORDS]
    assert dense.busy > evidence.CROWDED


@pytest.mark.parametrize(
    ("stretches", "seconds", "windows"),
    [
        pytest.param([], 0, 0, id="untimed"),
        pytest.param([(0, 5 * SECOND)], 5, 0, id="too short"),
        pytest.param([(0, 60 * SECOND)], 60, 6, id="a minute"),
        pytest.param([(0, 120 * SECOND)], 120, 12, id="two minutes"),
        pytest.param([(0, 3600 * SECOND)], 3600, 24, id="an hour"),
        pytest.param([(0, 3600 * SECOND), (1800 * SECOND, 5400 * SECOND)], 5400, 24, id="overlapping files"),
        pytest.param([(0, 3600 * SECOND), (90_000 * SECOND, 93_600 * SECOND)], 7200, 24, id="two days, an hour each"),
    ],
)
def test_spans(stretches, seconds, windows):
    span = spans.make_span(stretches)
    assert (span.seconds, span.windows) == (seconds, windows)
    assert not span.parts or sum(span.parts) == pytest.approx(1, abs=1e-4)


def test_a_coarse_timeline_keeps_all_records():
    builder = timeline.TimelineBuilder()
    builder.add_many([i * 3 * SECOND for i in range(1200)])
    found = evidence.observe(1200, builder.freeze(), Histogram(), HOUR)
    assert builder.level > 0
    assert sum(found.events) == found.count == 1200
    assert found.busy == 1


def test_joined_evidence_adds_up():
    draw = random.Random(3)
    one, two = simulated(draw, 50, 3), simulated(draw, 80, 3)
    both = joined([one, two])
    assert (both.count, both.bursts) == (one.count + two.count, one.bursts + two.bursts)
    assert sum(both.events) == both.count
    assert joined([one]) is one
    assert spread_of([1.0, 2.0, 3.0]) == (3, 2.0, 1.0)


def test_severity_and_minimum_of_new():
    one = evidence.observe(1, Timeline(0, {5: (1, 0)}), Histogram(), HOUR)
    none = evidence.Evidence(exposure=3600)
    assert judge([Case((none,), (one,), Severity.ERROR)])[0].state is State.NEW
    assert judge([Case((none,), (one,), Severity.INFO)])[0].state is State.INCONCLUSIVE
    assert judge([Case((none,), (one,), Severity.INFO, minimum=1)])[0].state is State.NEW
    assert judge([Case((none,), (none,))])[0].state is State.SAME


def test_runs_of_one_moment_each_cover_nothing():
    """Two lines, an hour apart, each of a run of its own: no time to divide by."""
    span = spans.make_span([(0, 0), (3_600_000_000, 3_600_000_000)])
    assert (span.seconds, span.parts) == (0, ())
