"""What a new user does with README.md alone: five tasks, each done by its very shell lines."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TASKS = dict(re.findall(r"<!-- task: (\w+) -->\n```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S))
BASH = shutil.which("bash")
pytestmark = pytest.mark.skipif(BASH is None or os.name == "nt", reason="needs bash")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A working folder with the sample logs, and `asynclog` on the path."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "asynclog"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m asynclog "$@"\n', "utf-8")
    program.chmod(0o755)
    (tmp_path / "sample_logs").mkdir()
    for name in ("web_before.log", "web_after.log"):
        shutil.copy(ROOT / "sample_logs" / name, tmp_path / "sample_logs" / name)
    return tmp_path


def done(task: str, place: Path, more: str = "") -> str:
    """What the task prints; every line but those that say otherwise must succeed."""
    environment = {
        **os.environ,
        "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "NO_COLOR": "1",
    }
    assert BASH is not None
    ran = subprocess.run(
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", TASKS[task] + more],
        cwd=place,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_tasks_are_there() -> None:
    assert set(TASKS) == {"blocker", "exception", "compare", "gate", "silence", "completion"}


def test_find_the_worst_blocker(place: Path) -> None:
    """The planted one: the pages that are rendered in the loop."""
    told = done("blocker", place)
    assert re.search(r"^1\. warning  \w{6}  One step held the event loop", told, re.M)
    assert re.search(r"^  coroutine Handlers\.product_page$", told, re.M)
    assert re.search(r"^  site +/srv/app/releases/1\.4/shop/server\.py:74", told, re.M)
    worst = re.search(r"^  worst +(sample_logs/web_before\.log):(\d+)", told, re.M)
    assert worst is not None
    line = (place / worst[1]).read_text("utf-8").splitlines()[int(worst[2]) - 1]
    assert "Executing <Task" in line
    assert line.endswith("took 0.251 seconds")


def test_find_who_lost_an_exception(place: Path) -> None:
    told = done("exception", place)
    created = told[told.index("  created ") : told.index("  failed ")]
    assert "handlers.py:81 checkout" in created
    assert "background.py:19 spawn" in created
    failed = told[told.index("  failed ") : told.index("  said ")]
    assert "background.py:29 send_receipt" in failed
    assert "ReceiptError" in failed
    assert "source-traceback" in told[told.index("  see ") :]  # explain says how the site is known


def test_compare_two_logs(place: Path) -> None:
    told = done("compare", place)
    assert told.startswith("14 groups compared: 1 new, 1 gone")
    assert re.search(
        r"^new +error +\w{6}  A task or future failed and nobody looked: KeyError\n.*sync_wishlist$", told, re.M
    )
    assert re.search(r"^gone +warning +\w{6}  One step held the event loop\n.*Handlers\.product_page$", told, re.M)
    assert "<table" in (place / "diff.html").read_text("utf-8")


def test_gate_a_build(place: Path) -> None:
    told = done("gate", place).splitlines()
    assert told[0].startswith("Passed: ")
    assert "may go out" in told
    assert any(line.startswith("FAILED: 1 group is new: exception-never-retrieved") for line in told)
    assert told[-1] == "exit code 1"


def test_silence_a_known_group(place: Path) -> None:
    told = done("silence", place)
    assert not re.search(r"\b1fbddb\b", told)
    assert "13 records suppressed: receipts are sent again by the nightly job" in " ".join(told.split())
    whole = done("silence", place, "asynclog analyze sample_logs/web_before.log --min-severity error\n")
    assert whole.count("1fbddb") >= 1


def test_completion(place: Path) -> None:
    words = "COMP_WORDS=(asynclog tr) COMP_CWORD=1; _asynclog_completion asynclog; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    assert done("completion", place, words).splitlines() == ["trend"]
