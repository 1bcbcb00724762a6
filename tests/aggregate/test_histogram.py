import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.aggregate import histogram
from asynclog.model import Histogram

durations = st.lists(st.integers(0, 10**13), max_size=200)


@given(durations, durations, durations)
def test_merging_is_counting_together(a, b, c):
    left = histogram.merge(histogram.merge(histogram.of(a), histogram.of(b)), histogram.of(c))
    right = histogram.merge(histogram.of(a), histogram.merge(histogram.of(b), histogram.of(c)))
    assert left == right == histogram.of([*c, *a, *b])


@given(durations)
def test_an_empty_histogram_changes_nothing(values):
    one = histogram.of(values)
    assert histogram.merge(one, Histogram()) == one == histogram.merge(Histogram(), one)


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=200), st.integers(0, 100))
def test_a_percentile_is_within_the_stated_error(values, percent):
    exact = sorted(values)[max(1, -(-percent * len(values) // 100)) - 1]
    found = histogram.percentile(histogram.of(values), percent / 100)
    assert abs(found - exact) <= exact * histogram.PERCENTILE_ERROR + 0.5


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([], 0.5, None, id="nothing"),
        pytest.param([7], 0.5, 7, id="one"),
        pytest.param([1, 2, 3, 4], 0.5, 2, id="lower of two middles"),
        pytest.param([5, 1_000_003], 1, 1_000_003, id="the maximum is exact"),
        pytest.param([1_000_003, 2_000_000], 0, 1_000_003, id="the minimum is exact"),
        pytest.param([-5, -1], 0.5, 0, id="clocks that went back"),
    ],
)
def test_percentiles(values, share, expected):
    assert histogram.percentile(histogram.of(values), share) == expected


def test_bounds_grow_by_two_percent_at_most_and_never_stand():
    pairs = list(zip(histogram.BOUNDS, histogram.BOUNDS[1:], strict=False))
    assert all(low < high for low, high in pairs)
    assert all(high - low == 1 or high <= low * 1.02 for low, high in pairs)


def test_what_is_longer_than_all_bounds_is_in_the_last_bucket():
    assert histogram.bucket(10**18) == len(histogram.BOUNDS) - 1
    assert histogram.percentile(histogram.of([10**18] * 3), 0.5) == 10**18


def test_above_leaves_out_what_is_shorter():
    assert histogram.above(histogram.of([1, 2, 100]), 50) == (1, 100)
    assert histogram.above(histogram.of([60, 70]), 50) == (2, 130)
