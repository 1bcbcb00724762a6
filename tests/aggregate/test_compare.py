from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import finding, logs, run_of
from pairs import log

from asynclog.aggregate import facts, spans
from asynclog.aggregate.compare import Change, Settings, compare
from asynclog.aggregate.verdict import State
from asynclog.codec import dump_run, load_run
from asynclog.model import Facts, Run, Severity, Timestamp

WARNING = {"severity": Severity.WARNING}


def only(before: Run, after: Run, **options: object) -> Change:
    (change,) = compare([before], [after], Settings(**options)).changes
    return change


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        pytest.param({"count": 40}, {"count": 400}, State.WORSE, id="ten times as many"),
        pytest.param({"count": 400}, {"count": 40}, State.BETTER, id="a tenth"),
        pytest.param({"count": 3000}, {"count": 3000}, State.SAME, id="as many, and enough to tell"),
        pytest.param({"count": 20}, {"count": 22}, State.INCONCLUSIVE, id="as many, but too few to tell"),
        pytest.param(
            {"count": 1000, "burst": 50}, {"count": 1250, "burst": 50}, State.INCONCLUSIVE, id="25 heaps for 20"
        ),
        pytest.param({"count": 100, "burst": 4}, {"count": 1000, "burst": 40}, State.WORSE, id="larger bursts"),
        pytest.param({"count": 60, "took": 0.15}, {"count": 60, "took": 0.6}, State.WORSE, id="slower"),
        pytest.param({"count": 60, "took": 0.6}, {"count": 60, "took": 0.15}, State.BETTER, id="faster"),
        pytest.param(None, {"count": 1}, State.NEW, id="a new error, once"),
        pytest.param(None, {"count": 2, **WARNING}, State.INCONCLUSIVE, id="a warning seen twice"),
        pytest.param(None, {"count": 3, **WARNING}, State.NEW, id="a warning seen three times"),
        pytest.param({"count": 1}, None, State.GONE, id="an error gone"),
        pytest.param({"count": 2, **WARNING}, None, State.INCONCLUSIVE, id="two warnings gone"),
        pytest.param({"count": 30, "timed": False}, {"count": 600, "timed": False}, State.WORSE, id="no timestamps"),
        pytest.param(
            {"count": 10, "timed": False}, {"count": 20, "timed": False}, State.INCONCLUSIVE, id="no times, few"
        ),
    ],
)
def test_states(before, after, state):
    old, new = (log(seed, **({} if group is None else {"g": group})) for seed, group in ((1, before), (2, after)))
    change = only(old, new)
    assert state == change.state, change.reason
    assert change.reason
    assert (change.before.count, change.after.count) == ((before or {}).get("count", 0), (after or {}).get("count", 0))


def test_a_reason_holds_the_numbers():
    change = only(log(1, 600, g={"count": 12}), log(2, 600, g={"count": 98}))
    assert change.state is State.WORSE
    assert change.ratio == pytest.approx(98 / 12, rel=0.3)
    assert change.reason.startswith(f"{change.before.count} records in 10 min before, 98 after: x")
    assert "after correction over 1 group" in change.reason
    assert change.interval is not None
    assert change.interval[0] > 1


@given(logs())
def test_a_log_against_itself_is_the_same(findings):
    run = run_of(*findings)
    diff = compare([run], [run])
    assert {change.state for change in diff.changes} <= {State.SAME}
    assert len(diff.changes) == len(run.groups)
    assert diff == compare([run], [load_run(dump_run(run))])


MIRROR = {State.NEW: State.GONE, State.GONE: State.NEW, State.WORSE: State.BETTER, State.BETTER: State.WORSE}


@settings(max_examples=25)
@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([1, 5]), st.integers(0, 99))
def test_swapping_sides_swaps_the_states(old, new, burst, seed):
    sides = [
        log(seed + i, a={"count": n, "burst": burst, "took": 0.2}, b={"count": 50}, label=str(i))
        for i, n in enumerate((old, new))
    ]
    there, back = compare(sides[:1], sides[1:]), compare(sides[1:], sides[:1])
    states = {change.fingerprint: change for change in back.changes}
    for change in there.changes:
        other = states[change.fingerprint]
        assert MIRROR.get(change.state, change.state) is other.state
        if change.ratio is not None and other.ratio is not None:
            assert change.ratio * other.ratio == pytest.approx(1, rel=1e-3)
            assert change.p_value == pytest.approx(other.p_value, rel=1e-3, abs=1e-6)


def test_rates_are_by_time():
    change = only(log(1, 3600, g={"count": 1500}), log(2, 7200, g={"count": 3000}))
    assert change.state is State.SAME, change.reason
    assert change.before.rate == 1500
    assert change.after.rate == 1500


def test_rates_by_work():
    def with_units(run: Run, units: int) -> Run:
        return replace(run, facts=replace(run.facts, counters={facts.UNITS: units}))

    old, new = log(1, g={"count": 1500}), log(2, g={"count": 3000})
    assert only(old, new).state is State.WORSE
    change = only(with_units(old, 10_000), with_units(new, 20_000), per=True)
    assert change.state is State.SAME
    assert change.before.rate == 0.15
    diff = compare([with_units(old, 10_000)], [new], Settings(per=True))
    assert [c.state for c in diff.changes] == [State.NOT_COMPARABLE]
    assert not diff.judged
    assert "no line after matches --per" in diff.changes[0].reason


def test_several_logs_show_how_much_runs_differ():
    one = compare([log(1, g={"count": 400})], [log(2, g={"count": 900})])
    assert one.changes[0].state is State.WORSE
    before = [log(seed, g={"count": count}, label=str(seed)) for seed, count in enumerate((400, 900, 500, 850, 450))]
    after = [log(seed, g={"count": count}, label=str(seed)) for seed, count in enumerate((900, 420, 950, 600, 800), 9)]
    many = compare(before, after)
    assert many.changes[0].state is State.INCONCLUSIVE, many.changes[0].reason
    assert "of 5 logs" in many.changes[0].reason
    assert many.before == ("0", "1", "2", "3", "4")
    clear = compare(before, [log(seed, g={"count": 3 * n}) for seed, n in enumerate((900, 420, 950, 600, 800), 9)])
    assert clear.changes[0].state is State.WORSE


def test_the_correction_is_over_all_groups():
    old, new = {"count": 200}, {"count": 285}
    assert only(log(1, g=old), log(2, g=new)).state is State.WORSE
    crowd = {f"g{i}": {"count": 200} for i in range(30)}
    diff = compare([log(1, **crowd, g=old)], [log(2, **crowd, g=new)])
    assert {change.state for change in diff.changes} <= {State.INCONCLUSIVE, State.SAME}


@pytest.mark.parametrize(
    ("counters", "state"),
    [
        pytest.param({}, State.NEW, id="unknown is not off"),
        pytest.param({"debug off": 3}, State.NOT_COMPARABLE, id="known to be off"),
    ],
)
def test_debug_mode(counters, state):
    old = replace(log(1), facts=Facts(counters=counters))
    new = log(2, g={"count": 10, "took": 0.3})
    change = only(old, replace(new, facts=replace(new.facts, debug_on=10)))
    assert change.state is state, change.reason
    assert change.after.count == 10


def test_thresholds_that_differ():
    def slow(seed: int, low: float, count: int, **more: dict) -> Run:
        runs = log(seed, g={"count": count, "took": 0.2}, **more)
        found = [0.1 + 0.15 * ((7 * i) % 97) ** 2 / 3000 for i in range(count)]
        kept = [
            finding("slow-callback", i * 3600 / count, name="g", took=d, line=i)
            for i, d in enumerate(found)
            if d >= low
        ]
        return run_of(*kept, first=0, last=3600) if kept else runs

    low, high = slow(1, 0.1, 600), slow(2, 0.25, 600)
    change = only(low, high)
    assert change.state in (State.SAME, State.INCONCLUSIVE), change.reason
    assert change.before.count == 600
    assert any("threshold was lower before" in line for line in compare([low], [high]).caveats)
    slower = run_of(*(
        finding("slow-callback", i * 6, name="g", took=2.5 * (0.1 + 0.15 * ((7 * i) % 97) ** 2 / 3000), line=i)
        for i in range(600)
    ), first=0, last=3600)  # fmt: skip
    assert only(low, slower).state is State.WORSE


def test_another_python_is_a_caveat():
    old, new = (
        replace(run, facts=Facts(pythons={version: 1}))
        for run, version in ((log(1, g={"count": 9}), "3.11"), (log(1, g={"count": 9}), "3.13"))
    )
    diff = compare([old], [new])
    assert diff.changes[0].state is State.SAME
    assert any("Python 3.11 before, 3.13 after" in line for line in diff.caveats)


def test_gone_needs_a_log_long_enough():
    change = only(log(1, 36_000, g={"count": 4}), log(2, 600))
    assert change.state is State.INCONCLUSIVE
    assert "times as much log would settle it" in change.reason
    assert only(log(1, 3600, g={"count": 4}), log(2, 3600)).state is State.GONE


def test_moved_sites():
    old, new = log(1, g={"count": 5}), log(1, g={"count": 5})
    group = new.groups["asynclog/v1:g"]
    moved = replace(group, site=replace(group.site, line=99))
    change = only(old, replace(new, groups={"asynclog/v1:g": moved}))
    assert change.state is State.SAME
    assert change.moved
    assert change.was is not None
    assert (change.was.line, change.site.line) == (12, 99)
    assert not only(old, new).moved


def test_nothing_to_compare():
    assert not compare([Run()], [Run()]).judged


def test_clock_times_pass_midnight():
    span = replace(log(1).sources[0], first=Timestamp("23:59:00", 86_340_000_000, False),
                   last=Timestamp("00:01:00", 60_000_000, False))  # fmt: skip
    assert spans.span_of(Run(sources=(span,))).seconds == 120
