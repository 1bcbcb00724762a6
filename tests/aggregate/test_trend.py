from dataclasses import replace

import pytest
from hypothesis import given
from making import logs, run_of
from pairs import log

from asynclog.aggregate.compare import Settings
from asynclog.aggregate.trend import Verdict, trend
from asynclog.model import Run, Severity, SourceSpan, Timestamp

DAY = 86_400_000_000


def later(run: Run, day: int) -> Run:
    """The same run on another day."""

    def moved(stamp: Timestamp | None) -> Timestamp | None:
        return stamp and replace(stamp, micros=stamp.micros + day * DAY)

    sources = tuple(replace(s, first=moved(s.first), last=moved(s.last)) for s in run.sources)
    cells = DAY >> 20
    groups = {
        name: replace(
            group,
            timeline=replace(
                group.timeline,
                cells={i + (day * cells >> group.timeline.level): c for i, c in group.timeline.cells.items()},
            ),
        )
        for name, group in run.groups.items()
    }
    return replace(run, sources=sources, groups=groups)


def series(counts, **wish):
    """A run a day with so many records of one group; None is a log without it."""
    return [
        later(log(day + 3, label=f"r{day}", **({"g": {"count": n, **wish}} if n else {})), day)
        for day, n in enumerate(counts)
    ]


@pytest.mark.parametrize(
    ("counts", "wish", "verdict", "step"),
    [
        pytest.param([0, 0, 0, 20, 22, 18], {}, Verdict.NEW, "r3", id="new"),
        pytest.param([0, 0, 0, 0, 0, 1], {}, Verdict.NEW, "r5", id="an error, once, in the last run"),
        pytest.param([0, 0, 0, 0, 2], {"severity": Severity.WARNING}, Verdict.INCONCLUSIVE, None, id="two warnings"),
        pytest.param([0, 0, 0, 0, 3], {"severity": Severity.WARNING}, Verdict.NEW, "r4", id="three warnings"),
        pytest.param([20, 22, 18, 0, 0, 0], {}, Verdict.GONE, "r3", id="gone"),
        pytest.param([30, 33, 28, 31, 150, 160, 145, 155], {}, Verdict.RISING, "r4", id="a step up"),
        pytest.param([150, 160, 145, 155, 30, 33, 28, 31], {}, Verdict.FALLING, "r4", id="a step down"),
        pytest.param([40, 80, 120, 160, 200, 240, 280, 320], {}, Verdict.RISING, None, id="little by little"),
        pytest.param([2000, 2010, 1990, 2005, 1995, 2003], {}, Verdict.STEADY, None, id="steady"),
        pytest.param([11, 11, 12, 11, 11, 12, 11, 11], {}, Verdict.STEADY, None, id="few, but by a clock"),
        pytest.param([1] * 8, {}, Verdict.STEADY, None, id="once a run"),
        pytest.param([20, 24, 19, 22, 20, 23, 21, 37], {}, Verdict.INCONCLUSIVE, None, id="the last may be a step"),
        pytest.param([20, 21, 23, 26, 28, 32, 35, 39], {}, Verdict.INCONCLUSIVE, None, id="may grow bit by bit"),
        pytest.param([200, 90, 280, 120, 310, 150, 100, 260], {}, Verdict.INCONCLUSIVE, None, id="runs that differ"),
        pytest.param([3, 9, 4, 7, 2, 8], {}, Verdict.INCONCLUSIVE, None, id="too few to tell"),
        pytest.param([0, 3, 0, 2, 0, 1, 0], {}, Verdict.INCONCLUSIVE, None, id="now and then"),
        pytest.param([0, 1, 1, 1], {}, Verdict.INCONCLUSIVE, None, id="missing once by chance"),
        pytest.param([7], {}, Verdict.INCONCLUSIVE, None, id="a single run"),
        pytest.param([30, 400], {}, Verdict.RISING, "r1", id="two runs"),
    ],
)
def test_verdicts(counts, wish, verdict, step):
    (found,) = trend(series(counts, **wish)).series
    assert (found.verdict, found.step) == (verdict, step), found.reason
    assert [point.numbers.count for point in found.runs] == counts
    assert found.reason


def test_steady_says_what_it_rules_out_and_how_much_is_asked_for():
    runs = series([52, 47, 50, 49, 53, 48, 51, 50])
    (found,) = trend(runs).series
    assert found.verdict is Verdict.STEADY
    assert found.reason.startswith("the level did not change by more than x1.")
    (strict,) = trend(runs, Settings(steady=1.1)).series
    assert strict.verdict is Verdict.INCONCLUSIVE
    assert strict.reason.startswith("a change by x1.")
    (rare,) = trend(series([0, 1, 0, 2, 0, 0, 1, 0])).series
    assert rare.reason.startswith("any change may still hide in it")


def test_a_level_that_changed_is_not_called_steady_for_its_durations():
    def run(day: int, took: float) -> Run:
        return later(log(day, label=f"r{day}", g={"count": 60, "took": took}), day)

    assert trend([run(day, 0.2) for day in range(8)]).series[0].verdict is Verdict.STEADY
    (found,) = trend([run(day, 0.2 if day < 7 else 0.45) for day in range(8)]).series
    assert found.verdict is not Verdict.STEADY, found.reason


def test_longer_durations_are_rising():
    runs = [later(log(day, label=f"r{day}", g={"count": 60, "took": 0.2 if day < 4 else 0.9}), day) for day in range(8)]
    (found,) = trend(runs).series
    assert (found.verdict, found.step) == (Verdict.RISING, "r4")
    assert "typical duration" in found.reason


def test_runs_come_in_the_order_of_their_times():
    runs = series([30, 33, 28, 31, 150, 160, 145, 155])
    shuffled = [runs[i] for i in (5, 0, 7, 2, 4, 1, 6, 3)]
    assert trend(shuffled) == trend(runs)
    assert trend(shuffled).labels == tuple(f"r{i}" for i in range(8))
    undated = [
        replace(run, sources=(SourceSpan("a", 0, first=Timestamp("1", 1, False), last=Timestamp("2", 2, False)),))
        for run in shuffled
    ]
    assert trend(undated).labels[0] == "r5"


def test_reasons_say_where_and_how_much():
    (found,) = trend(series([30, 33, 28, 31, 150, 160, 145, 155])).series
    assert "before r4" in found.reason
    assert "from then on: x" in found.reason
    assert found.ratio == pytest.approx(610 / 122, rel=0.1)


def test_totals_by_run():
    runs = [log(1, label="a", g={"count": 5}, h={"count": 7, "took": 0.2}), log(2, label="b", g={"count": 1})]
    result = trend(runs)
    assert [(point.label, point.numbers.count, point.numbers.rate) for point in result.totals] == [
        ("a", 12, 12.0), ("b", 1, 1.0),
    ]  # fmt: skip
    assert result.totals[0].numbers.total > 0
    assert sum(result.verdicts.values()) == len(result.series) == 2


@given(logs())
def test_the_same_run_again_and_again_is_steady(findings):
    run = run_of(*findings)
    result = trend([run] * 4)
    assert {one.verdict for one in result.series} <= {Verdict.STEADY}
    assert result == trend([run] * 4)


def test_nothing():
    assert trend([]).series == ()
    assert trend([Run(), Run()]).series == ()
