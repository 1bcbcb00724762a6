"""What many columns come to when they are counted together, in compiled code, is what each comes to by itself."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog import native
from asynclog.aggregate.columns import Counts, counts_of
from asynclog.aggregate.counter import Counter, Kind, counter
from asynclog.aggregate.timeline import CELL_BITS, TimelineBuilder

pytestmark = pytest.mark.skipif(native.Counter is None, reason="nothing is compiled here")

KINDS = [
    Kind(timed=True, lasting=True),
    Kind(timed=True, lasting=True, bounds=(0, 1_000_000, 5_000_000)),
    Kind(timed=True, lasting=False),
    Kind(timed=False, lasting=True, bounds=(0, 100_000)),
    Kind(timed=False, lasting=False),
]
rows = st.lists(
    st.tuples(
        st.sampled_from(range(len(KINDS))),
        st.integers(-(2 << CELL_BITS), 1_770_000_000_000_000),
        st.sampled_from([0, 1, 99_999, 100_000, 999_999, 1_000_000, 4_999_999, 5_000_000, 3_600_000_000]),
    ),
    max_size=60,
)


def told(counts: Counts) -> tuple[object, ...]:
    """Counts without the order of their parts."""
    cells, events, sums = counts.cells
    spent = dict(zip(cells, sums, strict=True)) if sums else {}
    numbers = (counts.total, counts.least, counts.greatest)
    return dict(zip(cells, events, strict=True)), spent, dict(zip(*counts.buckets, strict=True)), numbers


Row = tuple[int, int, int]


def counted(rows: list[Row], size: int, blocking: int | None = None) -> Counter:
    """A counter that was told of rows, `size` at a time, whose columns are numbered from the last."""
    result = counter()
    assert result is not None
    for index, kind in reversed(list(enumerate(KINDS))):
        result.add_column(kind, index == blocking)
    numbers = list(reversed(range(len(KINDS))))
    for start in range(0, len(rows), size):
        lots = [number for line, row in enumerate(rows[start : start + size], start) for number in (*row, line)]
        result.add(array("q", lots).tobytes(), numbers)
    return result


@given(rows=rows, size=st.integers(1, 60))
def test_a_counter_counts_like_each_column_alone(rows: list[Row], size: int) -> None:
    rows = [
        (column, micros if KINDS[column].timed else 0, took if KINDS[column].lasting else 0)
        for column, micros, took in rows
    ]
    wanted: dict[tuple[int, int], list[int]] = {}
    for line, (column, _, took) in enumerate(rows):
        wanted.setdefault((column, bisect_right(KINDS[column].bounds, took) - 1), []).append(line)
    own = counted(rows, size)
    assert own.size == len(rows)
    parts = list(own.parts())
    assert own.size == 0
    assert list(own.parts()) == []
    found = [(len(KINDS) - 1 - part.column, part.choice) for part in parts]
    assert found == sorted(wanted, key=lambda each: (-each[0], each[1]))
    for name, part in zip(found, parts, strict=True):
        lines, kind = wanted[name], KINDS[name[0]]
        assert list(part.lines) == lines
        micros = [rows[line][1] for line in lines if kind.timed]
        durations = [rows[line][2] for line in lines if kind.lasting]
        assert told(part.counts) == told(counts_of(micros, durations))


@given(rows=rows, order=st.randoms(use_true_random=False))
def test_lines_are_told_in_order(rows: list[Row], order: Random) -> None:
    """Also where findings come in another one."""
    result = counter()
    assert result is not None
    for kind in KINDS:
        result.add_column(kind, False)
    numbered = list(enumerate(rows))
    order.shuffle(numbered)
    result.add(
        array("q", [number for line, row in numbered for number in (*row, line)]).tobytes(), list(range(len(KINDS)))
    )
    found = [list(part.lines) for part in result.parts()]
    assert found == [sorted(lines) for lines in found]
    assert sorted(line for lines in found for line in lines) == list(range(len(rows)))


@given(rows=rows)
def test_what_reaches_back_is_told(rows: list[Row]) -> None:
    wanted, found = TimelineBuilder(), TimelineBuilder()
    found.move_back(*counted(rows, 7, blocking=1).reaching())
    reaching = [(at, took) for column, at, took in rows if column == 1]
    wanted.move_back([at for at, _ in reaching], [took for _, took in reaching])
    assert found.freeze() == wanted.freeze()


@pytest.mark.parametrize("rows", [[(9, 0, 0)], [(-1, 0, 0)]])
def test_columns_that_are_none_are_refused(rows: list[Row]) -> None:
    with pytest.raises(ValueError, match="no such column"):
        counted(rows, 1)
