import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.aggregate import timeline
from asynclog.aggregate.timeline import BURST_GAP, CELL_BITS, TIMELINE_CELLS, Burst
from asynclog.model import Cells, Timeline

CELL = 1 << CELL_BITS
events = st.lists(
    st.tuples(st.integers(-(10**9), 10**15) | st.integers(0, 700 * CELL), st.none() | st.integers(0, 10**10)),
    max_size=60,
)


def made(pairs):
    builder = timeline.TimelineBuilder()
    builder.add_many([at for at, _ in pairs], [duration for _, duration in pairs])
    return builder.freeze()


def spread(pairs):
    """Each duration over the time before its end."""
    known = [(at, duration or 0) for at, duration in pairs]
    moved = timeline.TimelineBuilder()
    moved.move_back([at for at, _ in known], [duration for _, duration in known])
    return timeline.merge(made(known), moved.freeze())


@given(events, events, events)
@pytest.mark.parametrize("make", [made, spread])
def test_merging_is_counting_together(make, a, b, c):
    left = timeline.merge(timeline.merge(make(a), make(b)), make(c))
    right = timeline.merge(make(a), timeline.merge(make(b), make(c)))
    assert left == right == make([*b, *c, *a])


@given(st.lists(st.integers(0, 2000 * CELL), min_size=500, max_size=900, unique=True))
def test_the_level_is_the_lowest_that_holds_all(times):
    found = made([(at, 0) for at in times])
    assert len(found.cells) <= TIMELINE_CELLS
    assert found.level == 0 or len({at >> (CELL_BITS + found.level - 1) for at in times}) > TIMELINE_CELLS


@given(events)
def test_spreading_moves_time_and_loses_none(pairs):
    found = spread(pairs)
    assert sum(total for _, total in found.cells.values()) == sum(duration or 0 for _, duration in pairs)
    assert all(total >= 0 for _, total in found.cells.values())


def test_a_long_block_is_in_all_cells_that_it_lasted():
    found = spread([(3 * CELL + 10, 2 * CELL)])
    assert found == Timeline(0, {1: (0, CELL - 10), 2: (0, CELL), 3: (1, 10)})


def test_an_empty_timeline_changes_nothing():
    one = made([(5, 1)])
    assert timeline.merge(one, Timeline()) == one == timeline.merge(Timeline(), one)


@pytest.mark.parametrize(
    ("cells", "level", "expected"),
    [
        pytest.param({}, 0, [], id="nothing"),
        pytest.param({4: (2, 7)}, 0, [Burst(4 * CELL, 5 * CELL, 2, 7)], id="one cell"),
        pytest.param({4: (1, 1), 6: (1, 1)}, 0, [Burst(4 * CELL, 7 * CELL, 2, 2)], id="a gap of a second"),
        pytest.param(
            {4: (1, 0), 7: (1, 0)}, 0, [Burst(4 * CELL, 5 * CELL, 1, 0), Burst(7 * CELL, 8 * CELL, 1, 0)], id="two"
        ),
        pytest.param(
            {0: (1, 0), 2: (1, 0)}, 3, [Burst(0, 8 * CELL, 1, 0), Burst(16 * CELL, 24 * CELL, 1, 0)], id="coarse"
        ),
    ],
)
def test_bursts(cells, level, expected):
    assert timeline.bursts(Timeline(level, cells)) == expected


def test_the_gap_of_bursts_is_some_seconds():
    assert 1_000_000 < BURST_GAP < 5_000_000


@given(events.filter(bool), st.integers(1, 30))
def test_windows_hold_everything(pairs, number):
    found = timeline.windows(made(pairs), min(at for at, _ in pairs), max(at for at, _ in pairs), number)
    assert len(found) == number
    assert sum(count for count, _ in found) == len(pairs)
    assert sum(total for _, total in found) == sum(duration or 0 for _, duration in pairs)


@given(events.filter(bool), st.integers(-(10**9), 10**15), st.integers(0, 10**13), st.integers(1, 30))
def test_cells_are_in_the_window_of_their_middle(pairs, first, span, number):
    times, wanted = made(pairs), [(0, 0)] * number
    width = CELL << times.level
    for cell, (count, total) in times.cells.items():
        index = min(max((cell * width + width // 2 - first) * number // max(span, 1), 0), number - 1)
        wanted[index] = (wanted[index][0] + count, wanted[index][1] + total)
    assert timeline.windows(times, first, first + span, number) == wanted


def test_windows_are_where_the_events_were():
    times = made([(at * CELL, 0) for at in (0, 1, 98, 99)])
    assert [n for n, _ in timeline.windows(times, 0, 100 * CELL, 4)] == [2, 0, 0, 2]


@given(st.dictionaries(st.integers(-(10**9), 10**9), st.tuples(st.integers(0, 10**9), st.integers(0, 10**30))))
def test_cells_are_a_mapping_of_their_places(cells):
    found = Cells.of(cells)
    assert found == cells
    assert list(found.items()) == sorted(cells.items())
    assert list(found) == sorted(cells)
    assert [found[place] for place in found] == list(found.values())
    assert all(place in cells or found.get(place) is None for place in range(-3, 4))


def test_cells_take_little_room():
    found = made([(at * CELL, 10**6) for at in range(TIMELINE_CELLS)])
    assert (found.level, len(found.cells)) == (0, TIMELINE_CELLS)
    assert made([(at * CELL, None) for at in range(TIMELINE_CELLS + 1)]).level == 1
    assert sum(map(sys.getsizeof, found.cells.columns)) < 30 * TIMELINE_CELLS
