import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynclog.aggregate.counts import ALPHA, BOTH_SIDES, NOTHING, Spread
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.splits import every_split
from asynclog.aggregate.verdict import by_a_clock, heaping, measure

spreads = st.one_of(
    st.just(NOTHING),
    st.builds(Spread, st.integers(1, 40), st.floats(-2, 15).map(lambda x: round(x, 6)), st.floats(0, 2)),
)


@st.composite
def rows(draw):
    """Runs of one group: some without it, some crowded, some without windows."""
    windows = draw(st.sampled_from([0, 6, 12]))
    row = []
    for _ in range(draw(st.integers(2, 9))):
        starts = draw(st.lists(st.integers(0, 9), min_size=windows, max_size=windows))
        bursts = sum(starts) if windows else draw(st.integers(0, 60))
        count = bursts * draw(st.integers(1, 3))
        here = windows and count
        row.append(
            Evidence(
                count, bursts, 0, draw(st.sampled_from([0.0, 1800.0, 3600.0])) if not windows else 3600.0 * len(row) + 60,
                tuple(starts) if here else (), tuple(starts) if here else (), (), draw(st.sampled_from([0.0, 0.0, 0.4])),
                draw(spreads), NOTHING, draw(spreads) if count else NOTHING,
            )
        )  # fmt: skip
    return tuple(row)


@settings(max_examples=300)
@given(rows(), st.sampled_from([(ALPHA, False), (BOTH_SIDES, True)]))
def test_all_splits_at_once_are_each_split_for_itself(row, how):
    alpha, clock = how
    if not any(e.count for e in row):
        return
    within = heaping(row)
    wanted = []
    for k in range(1, len(row)):
        factor = by_a_clock(row[:k], row[k:], within) if clock else within
        wanted += [(k, aspect) for aspect in measure(row[:k], row[k:], factor, alpha)]
    found = every_split(row, within, alpha, clock)
    assert sorted((k, a.measure) for k, a in found) == sorted((k, a.measure) for k, a in wanted)
    by_place = {(k, a.measure): a for k, a in found}
    for k, aspect in wanted:
        other = by_place[k, aspect.measure]
        # means are rounded where one split is looked at
        assert list(other.result) == pytest.approx(list(aspect.result), rel=1e-4, abs=1e-6)
        assert other.effect == pytest.approx(aspect.effect, rel=1e-4) or math.isinf(aspect.effect)
