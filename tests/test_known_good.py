"""Programs without defects, in debug mode, under every interpreter present: no finding above `info`.

Interpreters are those of `LIVE_PYTHONS` (files or folders, separated like PATH), every `python3.X` that runs, and
this one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from asynclog import pipeline
from asynclog.config import Settings
from asynclog.model import Severity

PROGRAM = Path(__file__).parent / "live" / "known_good.py"
SAMPLES = Path(__file__).parents[1] / "sample_logs"
FORMATS = ("standard", "json", "basic")
OLDEST = (3, 8)
pytestmark = pytest.mark.live


@cache
def pythons() -> dict[str, str]:
    """The interpreters that run, by version."""
    places: list[str] = []
    for place in filter(None, os.environ.get("LIVE_PYTHONS", "").split(os.pathsep)):
        folder = Path(place)
        names = [str(each) for each in folder.iterdir()] if folder.is_dir() else [place]
        places += [name for name in names if not folder.is_dir() or re.fullmatch(r"python3\.\d+", Path(name).name)]
    places += filter(None, (shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 20)))
    found: dict[str, str] = {}
    for place in [*places, sys.executable]:
        command = [place, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        if tuple(map(int, done.stdout.strip().split("."))) >= OLDEST:
            found.setdefault(done.stdout.strip(), place)
    return found


def too_hard(log: Path) -> list[str]:
    """What is judged above `info`."""
    run = pipeline.analyze([str(log)], Settings())
    found = [group for group in run.groups.values() if group.severity > Severity.INFO]
    return [f"{group.severity.label} {group.rule}: {group.samples[0].text}" for group in found]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("version", sorted(pythons(), key=lambda version: int(version[2:])))
def test_good_programs_have_no_problems(version: str, kind: str, tmp_path: Path) -> None:
    log = tmp_path / "good.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "ASYNCLOG"))}
    environment |= {"PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with log.open("wb") as file:
        command = [pythons()[version], str(PROGRAM), kind]
        done = subprocess.run(command, stdout=file, stderr=file, env=environment, timeout=300, check=False)
    text = log.read_text("utf-8")
    assert done.returncode == 0, text[-3000:]
    assert "all done" in text
    assert "Using selector" in text, "asyncio said nothing: debug mode is not on"
    assert too_hard(log) == []


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("good_citizen_*")))
def test_good_samples_have_no_problems(name: str) -> None:
    assert too_hard(SAMPLES / name) == []
