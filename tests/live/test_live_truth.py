"""The analyzer against logs whose truth is known: a small part of the corpus, on the interpreters of this machine.

The whole corpus is a matter of minutes: ``python tests/live/score.py --api``.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

SCORE = Path(__file__).with_name("score.py")
LEAST_RECALL = 0.99
LEAST_PRECISION = 0.98
LEAST_FACTS = {
    "exception": 0.98,
    "coroutine": 0.98,
    "duration": 0.98,
    "object": 0.98,
    "task": 0.98,
    "site": 0.97,
    "site in user code": 0.995,
    "function": 0.97,
    "via": 0.97,
}
pytestmark = pytest.mark.live


def reason_to_skip():
    """Why this machine cannot judge, or None."""
    missing = [
        name
        for name in ("click", "asynclog.cli")
        if importlib.util.find_spec(name.partition(".")[0]) is None or importlib.util.find_spec(name) is None
    ]
    if missing:
        return f"not importable here: {', '.join(missing)}"
    if sys.platform != "linux":
        return "the programs provoke Linux behaviour"
    return None


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The figures of the quick corpus."""
    if reason := reason_to_skip():
        pytest.skip(reason)
    out = tmp_path_factory.mktemp("live")
    command = [sys.executable, str(SCORE), "--api", "--quick", "--out", str(out), "--json", str(out / "figures.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, cwd=SCORE.parents[2])
    assert (out / "figures.json").exists(), done.stdout + done.stderr
    return json.loads((out / "figures.json").read_text("utf-8"))


def worst(figures, share, least):
    """The rows under a limit, for the message of a failure."""
    return {name: row for name, row in figures.items() if share(row) < least}


def test_finds_every_kind(figures):
    """Recall by kind: what a program said is found, at its line."""
    missed = worst(figures["kinds"], lambda row: row["found"] / row["records"] if row["records"] else 1, LEAST_RECALL)
    assert not missed, "\n".join([str(missed), *figures["misses"][:20]])


def test_finds_in_every_format(figures):
    """Recall by format."""
    missed = worst(figures["formats"], lambda row: row["found"] / row["records"] if row["records"] else 1, LEAST_RECALL)
    assert not missed, "\n".join([str(missed), *figures["misses"][:20]])


def test_finds_nothing_else(figures):
    """Precision by format: quotations, look-alikes and other loggers' records are no findings."""
    wrong = worst(
        figures["formats"],
        lambda row: row["found"] / (row["found"] + row["extra"]) if row["found"] else 1,
        LEAST_PRECISION,
    )
    assert not wrong, "\n".join([str(wrong), *figures["misses"][:20]])


@pytest.mark.parametrize("fact", sorted(LEAST_FACTS))
def test_says_the_truth(figures, fact):
    """What a finding says agrees with the object behind the record."""
    row = figures["facts"].get(fact, {"true": 0, "false": 0})
    judged = row["true"] + row["false"]
    if not judged:
        pytest.skip(f"no record of the quick corpus shows {fact}")
    assert row["true"] / judged >= LEAST_FACTS[fact], "\n".join(
        miss for miss in figures["misses"] if f"{fact} of " in miss
    )[:4000]
