"""`[tool.asynclog]` in pyproject.toml: flag over file over default; mistakes are told with file and key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run

from asynclog.config import Project, find_project, load_project
from asynclog.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
LOG = ROOT / "sample_logs" / "web_before.log"


def project(text: str, folder: str = ".") -> Path:
    path = Path(folder, "pyproject.toml").absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def rows(run: Run, *words: object) -> list[str]:
    done = run("analyze", LOG, "-f", "concise", *words)
    assert done.code == 0, done.err
    return [line for line in done.out.splitlines() if line]


def test_flag_over_file_over_default(run: Run) -> None:
    assert len(rows(run)) == 13
    project('[tool.asynclog]\nmin-severity = "error"\n')
    assert len(rows(run)) == 6
    assert len(rows(run, "--min-severity", "info")) == 13


def test_every_key_is_understood() -> None:
    loaded = load_project(
        project(
            '[tool.asynclog]\nin-app = "*/shop/*"\nplumbing = ["a.py:spawn"]\npath-map = { "/build" = "/srv" }\n'
            'rules = ["mine.yaml"]\nredact = true\njobs = 2\nprefix = "%(message)s"\nper = "GET"\nfail-on = ["new"]\n'
            'fail-if = ["errors > 1"]\nbaseline = "b.json"\nmin-severity = "info"\ntop = 3\nselect = ["slow-*"]\nignore = ["x"]\n'
        )
    )
    here = Path.cwd()
    settings = loaded.settings
    assert settings.in_app == ("*/shop/*",)
    assert settings.path_map == (("/build", "/srv"),)
    assert settings.rules == (str(here / "mine.yaml"),)
    assert (settings.redact, settings.jobs, settings.prefix, settings.per) == (True, 2, "%(message)s", "GET")
    assert loaded.baseline == str(here / "b.json")
    assert (loaded.top, loaded.select, loaded.fail_on, loaded.fail_if) == (3, ("slow-*",), ("new",), ("errors > 1",))


def test_the_nearest_file_with_a_table_counts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = project('[tool.asynclog]\nignore = ["*"]\n')
    inner = project("[project]\nname = 'x'\n", "deep/down")
    assert find_project(inner.parent) is None
    assert find_project() == outer
    project("[tool.asynclog]\n", "deep/down")
    monkeypatch.chdir("deep/down")
    assert len(rows(run)) == 13


def test_rules_of_the_project_are_found_from_below(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    project('[tool.asynclog]\nrules = ["mine.yaml"]\n')
    Path("mine.yaml").write_text("rules:\n  - {id: slow-callback, severity: off}\n")
    Path("src").mkdir()
    monkeypatch.chdir("src")
    found = [json.loads(line)["kind"] for line in run("analyze", LOG, "-f", "jsonl").out.splitlines()]
    assert found
    assert "slow-callback" not in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('rule = ["x"]', "has no key 'rule'"),
        ("since = '10:00'", "has no key 'since'"),
        ("top = 0", "top must be a whole number from 1 on, not 0"),
        ("top = true", "top must be a whole number from 1 on, not True"),
        ("redact = 'yes'", "redact must be true or false, not 'yes'"),
        ("in-app = [1]", "in-app must be a string or a list of strings, not [1]"),
        ("path-map = ['a=b']", "path-map must be a table such as"),
        ("min-severity = 'bad'", "min-severity must be one of error, warning, info, not 'bad'"),
        ("fail-on = ['bad']", "fail-on must be of error, warning, info, new, worse, never, not ['bad']"),
        ("in-app = 'a'\nin_app = 'b'", "stands there twice"),
        ("in-app = ", "Invalid value"),
    ],
)
def test_mistakes_are_told_with_file_and_key(run: Run, text: str, said: str) -> None:
    path = project(f"[tool.asynclog]\n{text}\n")
    done = run("analyze", LOG)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {path}: ")
    assert said in done.err
    assert done.err.count("error: ") == 1


def test_all_mistakes_are_told_at_once() -> None:
    path = project("[tool.asynclog]\ntop = 0\nrule = 'x'\nredact = 1\n")
    with pytest.raises(UsageError) as caught:
        load_project(path)
    assert len(caught.value.message.splitlines()) == 3
    assert "did you mean 'rules'?" in caught.value.hint


def test_no_file_is_no_settings() -> None:
    assert load_project(None) == Project()
