"""action.yml and the examples of docs/ci.md, run as the shell steps that they are."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None or os.name == "nt", reason="needs bash")


def blocks(mark: str, language: str) -> list[str]:
    return re.findall(rf"<!-- checked: {mark} -->\n```{language}\n(.*?)```", PAGE, re.S)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with two logs, an accepted baseline and `asynclog` on the path."""
    programs = tmp_path / "programs"
    programs.mkdir()
    stub(programs / "asynclog", f'exec "{sys.executable}" -m asynclog "$@"')
    shutil.copy(ROOT / "sample_logs" / "web_before.log", tmp_path / "before.log")
    shutil.copy(ROOT / "sample_logs" / "web_after.log", tmp_path / "after.log")
    shutil.copy(tmp_path / "before.log", tmp_path / "test.log")
    return tmp_path


def stub(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def bash(script: str, place: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A step as the runners call it: `bash -eo pipefail`."""
    environment = {
        **os.environ,
        "PATH": f"{place / 'programs'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
        "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
        "GITHUB_OUTPUT": str(place / "output"),
        "GITHUB_ENV": str(place / "env"),
        **more,
    }
    assert BASH is not None
    command = [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def baseline(place: Path) -> None:
    assert bash("asynclog baseline create before.log -o asynclog-baseline.json", place).returncode == 0


# -- the action ------------------------------------------------------------------------------------------------------


def value(text: str, inputs: dict[str, str], place: Path) -> str:
    """`${{ ... }}` as the runner fills it in."""
    known = {f"inputs.{name}": found for name, found in inputs.items()}
    known |= {"github.action_path": str(ROOT), "runner.temp": str(place)}
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: known[found[1]], text)


def act(place: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """The checking step of the action; installing is a test of its own."""
    inputs = {name: told.get("default", "") for name, told in ACTION["inputs"].items()}
    inputs |= {name.replace("_", "-"): text for name, text in given.items()}
    step = ACTION["runs"]["steps"][1]
    environment = {name: value(text, inputs, place) for name, text in step["env"].items()}
    return bash(step["run"], place, **environment, ASYNCLOG=str(place / "programs" / "asynclog"))


def test_the_action_fails_on_what_is_new_and_says_so_everywhere(place: Path) -> None:
    baseline(place)
    (place / "summary.md").write_text("what another step wrote\n")
    done = act(place, logs="after.log", baseline="asynclog-baseline.json")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=asynclog::FAILED: 1 group is new")
    assert all(line.startswith("::") for line in done.stdout.splitlines())
    assert (place / "output").read_text() == "exit-code=1\n"
    summary = (place / "summary.md").read_text("utf-8")
    assert summary.startswith("what another step wrote\n## asynclog: FAILED")


def test_the_action_passes_where_nothing_changed(place: Path) -> None:
    baseline(place)
    done = act(place, logs="before.log\n", baseline="asynclog-baseline.json", fail_if="blocked_share > 0.5\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("::notice title=asynclog::Passed")
    assert (place / "output").read_text() == "exit-code=0\n"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, 1),
        ({"fail_on": "never"}, 0),
        ({"fail_on": "never", "fail_if": "errors > 10"}, 1),
        ({"fail_on": "never", "fail_if": "errors > 1000\nblocked_seconds > 1"}, 1),
        ({"fail_on": "nonsense"}, 2),
        ({"args": "--top=1\n--in-app=*/shop/*", "summary": "false", "annotations": "false"}, 1),
        ({"args": "--nonsense"}, 2),
    ],
)
def test_the_inputs_of_the_action(place: Path, given: dict[str, str], code: int) -> None:
    done = act(place, logs="before.log", **given)
    assert done.returncode == code, done.stderr
    assert (place / "output").read_text() == f"exit-code={code}\n"
    assert (place / "summary.md").exists() == (code != 2 and given.get("summary") != "false")


def test_logs_of_the_action_may_have_any_name(place: Path) -> None:
    odd = "a log; $(touch hacked) `touch hacked`.log"
    shutil.copy(place / "before.log", place / odd)
    shutil.copy(place / "before.log", place / "-v.log")
    done = act(place, logs=f"{odd}\n-v.log\nbefore.log", fail_on="never", annotations="false")
    assert done.returncode == 0, done.stderr
    assert "read in 3 inputs" in done.stdout
    assert not (place / "hacked").exists()


def test_nothing_recognised_is_no_pass(place: Path) -> None:
    (place / "empty.log").write_text("nothing of asyncio here\n")
    done = act(place, logs="empty.log")
    assert done.returncode == 3
    assert (place / "output").read_text() == "exit-code=3\n"


def test_the_action_installs_what_it_stands_in(place: Path) -> None:
    programs = place / "asynclog" / "bin"
    python = f'echo "$@" >> "{place}/calls"\nmkdir -p "{programs}"\n'
    stub(place / "programs" / "python3", f'{python}[ -e "{programs}/python" ] || cp "$0" "{programs}/python"')
    step = ACTION["runs"]["steps"][0]
    inputs = {name: told.get("default", "") for name, told in ACTION["inputs"].items()}
    environment = {name: value(text, inputs, place) for name, text in step["env"].items()}
    done = bash(step["run"], place, **environment)
    assert done.returncode == 0, done.stderr
    made, installed = (place / "calls").read_text().splitlines()
    assert made == f"-m venv {place}/asynclog"
    assert installed == f"-m pip install --quiet --disable-pip-version-check {ROOT}"
    assert (place / "env").read_text() == f"ASYNCLOG={programs}/asynclog\n"


def test_no_input_becomes_script_text() -> None:
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step["run"]
    used = set(re.findall(r"inputs\.([\w-]+)", (ROOT / "action.yml").read_text("utf-8")))
    assert used == set(ACTION["inputs"])
    assert all(told.get("description") for told in ACTION["inputs"].values())


def test_the_page_tells_the_inputs_that_there_are() -> None:
    (text,) = blocks("action", "yaml")
    steps = yaml.safe_load(text)["jobs"]["test"]["steps"]
    assert set(steps[-1]["with"]) <= set(ACTION["inputs"])
    table = PAGE[PAGE.index("| input |") :].partition("\n\n")[0]
    assert set(re.findall(r"`([\w-]+)`", "".join(row.split("|")[1] for row in table.splitlines()))) == set(
        ACTION["inputs"]
    )


# -- the examples ----------------------------------------------------------------------------------------------------


def test_shell_blocks_run(place: Path) -> None:
    found = blocks("sh", "sh")
    assert len(found) == 2
    done = [bash(block, place) for block in found]
    assert [each.returncode for each in done] == [0, 0], done[0].stderr + done[1].stderr
    assert done[0].stdout.rstrip().endswith("the gate can fail")
    assert "over 2 runs" in done[1].stdout
    assert len(list((place / "history").glob("*.json"))) == 2


def test_the_tests_of_the_example_leave_a_log(place: Path) -> None:
    (text,) = blocks("action", "yaml")
    (step,) = [each for each in yaml.safe_load(text)["jobs"]["test"]["steps"] if "run" in each]
    assert step["shell"] == "bash"
    stub(place / "programs" / "pytest", 'echo "ran $* with $PYTHONASYNCIODEBUG"; exit 1')
    done = bash(step["run"], place, **step["env"])
    assert done.returncode == 1
    assert "log_cli=true" in (place / "test.log").read_text()


@pytest.mark.parametrize(("log", "code"), [("before.log", 0), ("after.log", 1)])
def test_the_steps_for_github(place: Path, log: str, code: int) -> None:
    baseline(place)
    shutil.copy(place / log, place / "test.log")
    (text,) = blocks("github", "yaml")
    step = yaml.safe_load(text)[0]
    done = bash(step["run"], place)
    assert done.returncode == code, done.stderr
    assert done.stdout.startswith("::error title=asynclog::FAILED" if code else "::notice title=asynclog::Passed")
    assert (place / "summary.md").read_text("utf-8").startswith("## asynclog: ")
    assert '"version": "2.1.0"' in (place / "asynclog.sarif").read_text("utf-8")


@pytest.mark.parametrize(("log", "code"), [("before.log", 0), ("after.log", 1)])
def test_the_job_for_gitlab(place: Path, log: str, code: int) -> None:
    baseline(place)
    shutil.copy(place / log, place / "test.log")
    stub(place / "programs" / "python", f'echo "$@" >> "{place}/calls"')
    (text,) = blocks("gitlab", "yaml")
    job = yaml.safe_load(text)["asyncio"]
    done = bash("\n".join(job["script"]), place, ASYNCLOG="git+https://git.example.com/asynclog")
    assert done.returncode == code, done.stderr
    assert (place / "calls").read_text() == "-m pip install --quiet git+https://git.example.com/asynclog\n"
    for name in (*job["artifacts"]["paths"], *job["artifacts"]["reports"].values()):
        assert (place / name).stat().st_size > 0
    assert ("FAILED" in done.stdout) == bool(code)
