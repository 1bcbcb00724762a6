"""What many columns come to when numpy counts them together is what each comes to by itself."""

from __future__ import annotations

from bisect import bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.aggregate import table as table_module
from asynclog.aggregate.columns import Counts, counts_of
from asynclog.aggregate.table import Kind, Table
from asynclog.aggregate.timeline import CELL_BITS, TimelineBuilder

np = pytest.importorskip("numpy")

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


@pytest.mark.parametrize("together", [1, 7, 1 << 15])
@given(rows=rows, size=st.integers(1, 60))
def test_a_table_counts_like_each_column_alone(rows: list[tuple[int, int, int]], size: int, together: int) -> None:
    rows = [
        (column, micros if KINDS[column].timed else 0, took if KINDS[column].lasting else 0)
        for column, micros, took in rows
    ]
    wanted: dict[tuple[int, int], list[int]] = {}
    for line, (column, _, took) in enumerate(rows):
        wanted.setdefault((column, bisect_right(KINDS[column].bounds, took) - 1), []).append(line)
    table = Table()
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        arrays = (np.array(one, np.int64) for one in zip(*some, strict=True))
        table.add(*arrays, np.arange(start, start + len(some)))
    assert table.size == len(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_module, "_TOGETHER", together)
        parts = list(table.parts(KINDS))
    assert table.size == 0
    assert list(table.parts(KINDS)) == []
    assert [(part.column, part.choice) for part in parts] == sorted(wanted)
    for part in parts:
        lines, kind = wanted[part.column, part.choice], KINDS[part.column]
        assert part.lines.tolist() == lines
        micros = [rows[line][1] for line in lines if kind.timed]
        durations = [rows[line][2] for line in lines if kind.lasting]
        assert told(part.counts) == told(counts_of(micros, durations))


@given(rows=rows)
def test_what_reaches_back_is_told(rows: list[tuple[int, int, int]]) -> None:
    table, wanted, found = Table(), TimelineBuilder(), TimelineBuilder()
    blocking = [index == 1 for index in range(len(KINDS))]
    if rows:
        table.add(*(np.array(one, np.int64) for one in zip(*rows, strict=True)), np.arange(len(rows)))
    found.move_back(*table.reaching(KINDS, blocking))
    reaching = [(at, took) for column, at, took in rows if blocking[column]]
    wanted.move_back([at for at, _ in reaching], [took for _, took in reaching])
    assert found.freeze() == wanted.freeze()
