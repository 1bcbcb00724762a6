import datetime
import json
from dataclasses import replace

import pytest
from hypothesis import given
from making import logs, run_of
from pairs import log

from asynclog.aggregate.baseline import build, check, dump, load, update
from asynclog.aggregate.compare import Settings, compare
from asynclog.aggregate.verdict import State
from asynclog.errors import FormatError
from asynclog.model import Facts, Severity

TODAY = datetime.date(2026, 5, 1)
NAME = "asynclog/v1:g"


def states(baseline, run, **options):
    diff = check(load(dump(baseline)), run if isinstance(run, list) else [run], TODAY, **options)
    return {change.fingerprint.removeprefix("asynclog/v1:"): change.state for change in diff.changes}


@given(logs())
def test_a_baseline_survives_its_file_and_accepts_what_it_was_made_from(findings):
    run = run_of(*findings)
    baseline = build([run])
    data = dump(baseline)
    assert load(data) == baseline
    assert dump(load(data)) == data
    assert set(states(baseline, run).values()) <= {State.SAME}
    assert set(states(baseline, run, strict=True).values()) <= {State.SAME}


def test_a_baseline_says_what_a_diff_says():
    old = [log(seed, a={"count": 90, "took": 0.2}, b={"count": 300, "burst": 5}, label=str(seed)) for seed in (1, 2, 3)]
    new = log(9, a={"count": 90, "took": 0.9}, b={"count": 900, "burst": 5}, c={"count": 1})
    for before in (old[:1], old):
        diff, judged = compare(before, [new]), check(load(dump(build(before))), [new], TODAY)
        assert [(c.state, c.reason, c.p_value) for c in diff.changes] == [
            (c.state, c.reason, c.p_value) for c in judged.changes
        ]


def test_the_file_is_good_to_review():
    run = replace(log(1, b={"count": 3}, a={"count": 40, "burst": 4}), label="main")
    text = dump(build([run, log(2, a={"count": 30})])).decode()
    lines = text.splitlines()
    assert json.loads(lines[0] + "]}")["asynclog"] == {"format": "baseline", "version": 1}
    groups = [json.loads(line.rstrip(",")) for line in lines if line.startswith('{"fingerprint"')]
    assert [group["fingerprint"] for group in groups] == ["asynclog/v1:a", "asynclog/v1:b"]
    assert groups[0]["site"] == "app/db.py:fetch"
    assert [run and run["count"] for run in groups[1]["runs"]] == [3, None]
    assert '"line"' not in text
    assert ":12" not in text.replace("[12", "")


@pytest.mark.parametrize(
    ("accepted", "found", "plain", "strict"),
    [
        pytest.param(4, 4, State.INCONCLUSIVE, State.SAME, id="as many"),
        pytest.param(4, 5, State.INCONCLUSIVE, State.WORSE, id="one more"),
        pytest.param(4, 3, State.INCONCLUSIVE, State.BETTER, id="one fewer"),
        pytest.param(0, 1, State.NEW, State.NEW, id="the first"),
        pytest.param(4, 0, State.GONE, State.GONE, id="all gone"),
        pytest.param(10, 100, State.WORSE, State.WORSE, id="ten times"),
    ],
)
def test_judging(accepted, found, plain, strict):
    old, new = (log(seed, **({"g": {"count": n}} if n else {})) for seed, n in ((1, accepted), (2, found)))
    assert states(build([old]), new) == {"g": plain}
    assert states(build([old]), new, strict=True) == {"g": strict}


def test_strict_counts_allow_what_any_run_of_the_baseline_had():
    baseline = build([log(1, g={"count": 4}), log(2, g={"count": 9})])
    assert [states(baseline, log(3, g={"count": n}), strict=True)["g"].value for n in (3, 4, 9, 10)] == [
        "better", "same", "same", "worse",
    ]  # fmt: skip


def test_a_baseline_of_several_runs_knows_how_much_they_differ():
    one = build([log(1, g={"count": 400})])
    many = build([log(seed, g={"count": n}) for seed, n in enumerate((400, 950, 500, 850, 600))])
    grown = log(9, g={"count": 900})
    assert states(one, grown)["g"] is State.WORSE
    assert states(many, grown)["g"] is State.INCONCLUSIVE
    assert states(many, log(9, g={"count": 6000}))["g"] is State.WORSE


@pytest.mark.parametrize(
    ("expires", "state"),
    [
        pytest.param(TODAY, State.SAME, id="its last day"),
        pytest.param(TODAY - datetime.timedelta(1), State.NEW, id="a day later"),
        pytest.param(None, State.SAME, id="for ever"),
    ],
)
def test_expiry(expires, state):
    run = log(1, g={"count": 5})
    baseline = build([run])
    entry = replace(baseline.groups[NAME], reason="upstream bug 12", expires=expires)
    diff = check(load(dump(replace(baseline, groups={NAME: entry}))), [run], TODAY)
    assert diff.changes[0].state is state
    assert ("upstream bug 12" in diff.changes[0].reason) == (state is State.NEW)
    gone = check(replace(baseline, groups={NAME: entry}), [log(2)], TODAY)
    assert any("is not needed any more" in line for line in gone.caveats) == (state is State.NEW)


def test_update_keeps_reasons_drops_what_is_gone_and_says_so():
    old = build([log(1, kept={"count": 5}, gone={"count": 2}, grown={"count": 3})])
    groups = {name: replace(entry, reason=f"because {name[-4:]}") for name, entry in old.groups.items()}
    fresh = log(1, kept={"count": 5})
    more = log(2, grown={"count": 7}, added={"count": 1})
    run = replace(fresh, groups={**fresh.groups, **more.groups})
    new, lines = update(replace(old, groups=groups), [run])
    assert {name[12:]: entry.reason for name, entry in new.groups.items()} == {
        "added": None, "grown": "because rown", "kept": "because kept",
    }  # fmt: skip
    assert [line.split()[0] for line in lines] == ["added", "dropped", "changed"]
    assert lines[2].endswith("3 -> 7 records")
    assert 'accepted because "because gone"' in lines[1]
    again, unchanged = update(new, [run])
    assert again == new
    assert unchanged == ()


def test_a_new_version_of_fingerprints_may_join_two():
    old = log(1, a={"count": 30, "burst": 3}, b={"count": 20})
    new = log(1, c={"count": 50})
    parts = {"signature": "asynclog/v1|kind=task-destroyed-pending|coroutine=fetch"}
    before = replace(old, groups={name: replace(group, **parts) for name, group in old.groups.items()})
    joined = {"signature": parts["signature"].replace("v1", "v2")}
    after = replace(new, groups={name: replace(group, **joined) for name, group in new.groups.items()})
    (change,) = check(build([before]), [after], TODAY).changes
    assert change.before.count == 50
    assert change.match.before == ("asynclog/v1:a", "asynclog/v1:b")
    _, lines = update(build([before]), [after])
    assert lines[0].startswith("renamed")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"hello", "not a baseline", id="no JSON"),
        pytest.param(b"[]", "not a baseline", id="other JSON"),
        pytest.param(b'{"asynclog": {"format": "run", "version": 1}}', "a saved run, not a baseline", id="a report"),
        pytest.param(b'{"asynclog": {"format": "baseline", "version": 2}}', "version 2", id="from the future"),
        pytest.param(b'{"asynclog": {"format": "baseline", "version": 1}}', "damaged", id="nothing in it"),
        pytest.param(
            b'{"asynclog": {"format": "baseline", "version": 1}, "runs": [], "groups": [{}]}', "damaged", id="a hole"
        ),
    ],
)
def test_what_is_no_baseline(data, message):
    with pytest.raises(FormatError, match=message) as caught:
        load(data, "accepted.json")
    assert caught.value.message.startswith("accepted.json: ")
    assert caught.value.hint


def test_by_units_of_work():
    def with_units(run, units):
        return replace(run, facts=Facts(counters={"units of work": units}))

    baseline = build([with_units(log(1, g={"count": 900}), 1000)], per="GET")
    new = with_units(log(2, g={"count": 2700}), 3000)
    assert states(baseline, new)["g"] is State.SAME
    assert load(dump(baseline)).per == "GET"


def test_min_count_and_severity():
    old, new = log(1), log(2, g={"count": 2, "severity": Severity.WARNING})
    assert states(build([old]), new)["g"] is State.INCONCLUSIVE
    assert states(build([old]), new, settings=Settings(min_count=2))["g"] is State.NEW


def test_an_empty_baseline_accepts_nothing():
    assert states(build([]), log(1, g={"count": 1}))["g"] is State.NEW
