# ruff: noqa: E501 - broken files and what is said of them read best on one line
"""`asynclog rules`, and rule files as a new user writes them."""

from __future__ import annotations

import json
import re
import runpy
import time
from pathlib import Path

import jsonschema
import pytest
import yaml
from conftest import Run

from asynclog.classify.rulefiles import parse_documents

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text("utf-8")
LOG = ROOT / "sample_logs" / "web_before.log"
NEVER = "ERROR:asyncio:Task exception was never retrieved"


def rule(**more: object) -> dict[str, object]:
    return {
        "id": "mine", "kind": "slow-callback", "severity": "error", "title": "Mine", "why": "So.", "fix": "Mend.",
        "when": {"coroutine": "report"},
        "examples": {
            "claims": ["Executing <Task pending coro=<report() running at /srv/r.py:1>> took 0.2 seconds"],
            "rejects": ["Executing <Task pending coro=<other() running at /srv/r.py:1>> took 0.2 seconds"],
        },
    } | more  # fmt: skip


def save(*rules: dict[str, object], name: str = "mine.yaml") -> Path:
    """A file of rules; its path is absolute, because what was read from a path is remembered."""
    path = Path(name).absolute()
    path.write_text(yaml.safe_dump({"rules": list(rules)}), "utf-8")
    return path


# -- list, show, schema ----------------------------------------------------------------------------------------------


def test_list_has_a_line_for_every_rule_and_marks_those_of_the_user(run: Run) -> None:
    done = run("rules", "list", "--rules", save(rule()))
    assert done.code == 0
    assert re.search(r"^mine\* +error +Mine$", done.out, re.M)
    assert re.search(r"^loop-starved\+ +error ", done.out, re.M)
    assert done.out.rstrip().endswith("rules · * yours · + judges whole groups")


def test_list_filters_by_kind_and_severity(run: Run) -> None:
    done = run("rules", "list", "--kind", "slow-*", "--severity", "error")
    names = [
        line.split()[0] for line in done.out.splitlines()[1:] if line and not line.startswith((" ", "1", "2", "3", "4"))
    ]
    assert "loop-stalled" in names
    assert "slow-callback" not in names
    assert "task-destroyed-pending" not in names
    wrong = run("rules", "list", "--kind", "slow-calback")
    assert (wrong.code, "did you mean 'slow-callback'" in wrong.err) == (2, True)


def test_show_tells_all_about_a_rule(run: Run) -> None:
    done = run("rules", "show", "task-destroyed-pending")
    assert done.code == 0
    for part in (
        "kind",
        "severity",
        "Why",
        "How to mend it",
        "Before",
        "After",
        "RUF006",
        "https://",
        "Claims",
        "Leaves alone",
    ):
        assert part in done.out
    assert "duration >= 5" in run("rules", "show", "loop-stalled").out


def test_show_of_an_unknown_rule_names_near_ones(run: Run) -> None:
    done = run("rules", "show", "loop-staled")
    assert done.code == 2
    assert "did you mean 'loop-stalled'" in done.err


def test_schema_is_a_json_schema_that_our_files_fulfil(run: Run) -> None:
    schema = json.loads(run("rules", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in yaml_of(PAGE):
        jsonschema.validate(parse_documents(text, "rules.md")["data"], schema)


# -- test ------------------------------------------------------------------------------------------------------------


def test_every_example_of_the_shipped_rules_passes(run: Run) -> None:
    done = run("rules", "test")
    assert done.code == 0, done.out
    assert re.fullmatch(r"\d+ examples of \d+ rules: all passed\.\n", done.out)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"examples": {"claims": ["all is well"], "rejects": ["x"]}}, "no record of asyncio is recognised in this text"),
        ({"examples": {"claims": [NEVER], "rejects": ["x"]}}, "is recognised as exception-never-retrieved, but the rule judges"),
        ({"when": {"coroutine": "reports"}}, "coroutine is 'reports' does not hold: coroutine is 'report'"),
        ({"when": {"callback": "report"}}, "callback is 'report' does not hold: callback is not in this record"),
        ({"order": 200}, "is claimed by slow-callback (rules/slow.yaml:"),
        ({"when": {"object": "Task"}}, "is claimed, but stands under rejects"),
    ],
)  # fmt: skip
def test_a_failing_example_is_told_with_its_line_and_reason(run: Run, changes: dict[str, object], said: str) -> None:
    done = run("rules", "test", save(rule(**changes)))
    flat = " ".join(done.out.split())
    assert done.code == 2
    assert re.search(r"mine\.yaml:\d+: mine: ", flat)
    assert said in flat
    assert " failed." in flat


def test_two_rules_that_hold_with_one_order_fail(run: Run) -> None:
    done = run("rules", "test", save(rule(), rule(id="yours")))
    assert done.code == 2
    assert "both have order 50: give one of them another `order:`" in " ".join(done.out.split())


def test_an_order_decides(run: Run) -> None:
    text = "Executing <Task pending coro=<report() running at /srv/r.py:1>> took {} seconds"
    examples = {"claims": [text.format("9.0")], "rejects": [text.format("0.2")]}
    first = rule(id="yours", order=40, when={"coroutine": "report", "duration": {"ge": 8}}, examples=examples)
    assert run("rules", "test", save(rule(), first)).code == 0


def test_titles_are_whole_on_a_narrow_screen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (60, 80, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = run("rules", "list").out
        assert "…" not in lines
        assert "windows-connection-reset-never-retrieved" in lines
        assert "the process ran out of file descriptors" in " ".join(lines.split()).lower()


def test_a_missing_folder_is_an_error(run: Run) -> None:
    done = run("rules", "test", "nowhere")
    assert (done.code, "nowhere: no such file or folder" in done.err) == (2, True)


# -- the page --------------------------------------------------------------------------------------------------------


def yaml_of(text: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", text, re.S)


def test_the_page_prints_what_the_commands_print(run: Run, tmp_path: Path) -> None:
    (tmp_path / "asynclog-rules.yaml").write_text(yaml_of(PAGE)[0], "utf-8")
    (tmp_path / "sample_logs").symlink_to(ROOT / "sample_logs")
    outputs = re.findall(r"<!-- output of: asynclog (.*?) -->\n```text\n(.*?)```", PAGE, re.S)
    assert len(outputs) == 2
    for words, printed in outputs:
        assert run(*words.split()).out == printed


def test_the_page_names_every_key() -> None:
    schema = json.loads((ROOT / "rules" / "schema.json").read_text("utf-8"))
    keys = {*schema["$defs"]["rule"]["properties"], *schema["$defs"]["suppression"]["properties"]}
    keys |= {*schema["$defs"]["when"]["properties"], *schema["$defs"]["when_group"]["properties"]}
    assert {key for key in keys if not re.search(rf"(?<![\w.]){re.escape(key)}(?![\w])", PAGE)} == set()


def test_the_reference_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "generate_rules_reference.py"))["page"]()
    assert (ROOT / "docs" / "rules-reference.md").read_text("utf-8") == made, "run docs/generate_rules_reference.py"


# -- broken files, each with one clear message ------------------------------------------------------------------------

BROKEN = {
    "rules:\n  - extends: slow-callback\n    sevrity: error\n": "bad.yaml:3: no key is named 'sevrity'; did you mean 'severity'?",
    "rules:\n  - id: loop-starvd\n    severity: off\n": "bad.yaml:2: no rule is named 'loop-starvd'; did you mean 'loop-starved'?",
    "rules: [\n": "bad.yaml:1: is not valid YAML",
    "rules:\n  - extends: slow-callback\n    when: {coroutin: x}\n": "bad.yaml:3: coroutin: no field is named 'coroutin'; did you mean 'coroutine'?",
    "rules:\n  - extends: slow-callback\n    when: {text: {regex: '(a+)+$'}}\n": "bad.yaml:3: text: regex '(a+)+$' repeats a part that can itself match in several ways",
    "suppress:\n  - rule: slow-*\n": "bad.yaml:2: misses reason",
    "suppress:\n  - rule: slow-*\n    reason: x\n    expires: soon\n": "bad.yaml:4: expires must be a day such as 2027-01-31, not 'soon'",
    "rules:\n  - extends: slow-callback\n    fingerprint: [default, sight]\n": "bad.yaml:3: no part of an identity is named 'sight'; did you mean 'site'?",
    "rules:\n  - extends: slow-callback\n    when: {task: x}\n    when_group: {count: {ge: 2}}\n": "bad.yaml:3: task: no field is named 'task'",
}  # fmt: skip


MANY = """\
suppress:
  - reason: all of it
    expires: soon
rules:
  - id: My Rule
    kind: slow-calback
    severity: critical
    titel: x
    when: {duration: {gt: 5}, coroutine: {regex: "(a"}}
  - id: mine
    severity: [error]
    when: 5
  - {}
"""
ALL = """\
2: a suppression names a fingerprint, rule, kind or site
3: expires must be a day such as 2027-01-31, not 'soon'
5: misses title, why, fix, examples
5: an id is made of a-z, 0-9 and single dashes, not 'My Rule'
6: no kind is named 'slow-calback'; did you mean 'slow-callback'?
7: severity must be one of error, warning, info, off
8: no key is named 'titel'; did you mean 'title'?
9: duration: no condition is named 'gt'; there are
9: coroutine: regex '(a' is not a regex: missing ), unterminated subpattern at position 0
10: no rule is named 'mine'; a rule of your own needs a kind:
11: severity must be a text, not a list
12: when must be a mapping, not a number
13: an entry of rules: is empty
"""


def test_all_mistakes_of_a_file_are_told_at_once_line_by_line(run: Run) -> None:
    Path("bad.yaml").write_text(MANY)
    *errors, hint = run("analyze", LOG, "--rules", "bad.yaml").err.splitlines()
    wanted = [f"error: bad.yaml:{line}" for line in ALL.splitlines()]
    assert [said[: len(want)] for said, want in zip(errors, wanted, strict=True)] == wanted
    assert hint.startswith("hint: docs/rules.md")


@pytest.mark.parametrize(("text", "said"), BROKEN.items(), ids=range(len(BROKEN)))
def test_a_broken_file_is_told_before_anything_is_read(run: Run, text: str, said: str) -> None:
    Path("bad.yaml").write_text(text, "utf-8")
    done = run("analyze", LOG, "--rules", "bad.yaml")
    assert done.code == 2
    assert done.out == ""
    lines = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    assert said in lines[0]
    assert done.err.splitlines()[-1].startswith("hint: ")
    assert "Traceback" not in done.err


def test_all_mistakes_of_all_files_are_told_at_once(run: Run) -> None:
    said = []
    for number, (text, problem) in enumerate(BROKEN.items()):
        if "[\n" not in text:  # what is no YAML is told first, because nothing more can be known of it
            Path(f"{number}.yaml").write_text(text.replace("extends: ", f"id: x{number}\n    extends: "), "utf-8")
            said.append(problem.partition(": ")[2])
    done = run("analyze", LOG, "--rules", ".")
    assert done.code == 2
    assert [problem for problem in said if problem not in done.err] == []


def test_a_slow_regex_cannot_hang_the_run(run: Run) -> None:
    slow = {"text": {"regex": "(?:a|b)*.*(?:x|y).*z$"}}
    log = Path("a.log")
    log.write_text("".join(f"ERROR:asyncio:Task exception was never retrieved {'ab' * 3000}\n" for _ in range(20)))
    started = time.monotonic()
    run("analyze", log, "--rules", save(rule(kind="exception-never-retrieved", when=slow)))
    assert time.monotonic() - started < 30
