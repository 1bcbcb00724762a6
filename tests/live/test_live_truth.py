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
LEAST_PRECISION = 0.99
LEAST_AGREEMENT = 0.99


def reason_to_skip():
    """Why this machine cannot judge, or None."""
    if sys.platform != "linux":
        return "the programs provoke Linux behaviour"
    missing = [name for name in ("asynclog", "click") if importlib.util.find_spec(name) is None]
    return f"not importable here: {', '.join(missing)}" if missing else None


def complaints(figures):
    """Every figure under its limit, in words."""
    for axis in ("kinds", "formats"):
        for name, row in figures[axis].items():
            recall = row["found"] / row["records"] if row["records"] else 1.0
            precision = row["found"] / (row["found"] + row["extra"]) if row["found"] + row["extra"] else 1.0
            if recall < LEAST_RECALL:
                yield f"{axis}: {name}: recall {recall:.4f}"
            if precision < LEAST_PRECISION:
                yield f"{axis}: {name}: precision {precision:.4f}"
    for fact, row in figures["facts"].items():
        agreement = row["true"] / (row["true"] + row["false"])
        if agreement < LEAST_AGREEMENT:
            yield f"fact: {fact}: {agreement:.4f} agree"


@pytest.mark.live
def test_quick_corpus(tmp_path):
    """Found where it stands, nothing else found, and what is said about it agrees with the objects behind it."""
    if reason := reason_to_skip():
        pytest.skip(reason)
    out = tmp_path / "figures.json"
    command = [sys.executable, str(SCORE), "--api", "--quick", "--out", str(tmp_path), "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900, cwd=SCORE.parents[2])
    assert out.exists(), done.stdout + done.stderr
    figures = json.loads(out.read_text("utf-8"))
    assert sum(row["records"] for row in figures["kinds"].values()) > 1000, done.stderr
    assert not [*complaints(figures)], "\n".join([*complaints(figures), *figures["misses"][:30]])
