"""The drift experiment in small: sixty sites, all edits at once, another Python if there is one (docs/identity.md)."""

import importlib.util
import sys
from pathlib import Path

import pytest

FILE = Path(__file__).resolve().parents[2] / "benchmarks" / "drift.py"
pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def drift():
    spec = importlib.util.spec_from_file_location("drift", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["drift"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def experiment(drift, tmp_path_factory):
    pythons = [each for each in drift.interpreters() if int(each.version[2:]) >= 11]  # all sixty: with TaskGroup
    return drift.Experiment(tmp_path_factory.mktemp("drift"), pythons)


@pytest.fixture(scope="module")
def rows(drift, experiment):
    wanted = drift.drifts([each.version for each in experiment.pythons[:-1]], quick=True)
    found = {(row.drift.renames, row.mode): row for row in experiment.rows(wanted)}
    assert experiment.problems == []
    return found


def test_debug_mode_keeps_identity_through_all_edits_but_renames(rows):
    row = rows[False, "on"]
    assert row.sites == 60
    assert row.rungs["fingerprint"][1] >= 58
    assert row.rungs["chain"] == (60, 60, 0)
    assert row.pairs == {"fingerprint": 60}
    assert row.rungs["line"][0] == 0  # what the log prints identifies nothing


def test_without_debug_mode_identity_is_kept_but_shared(rows):
    matched, unique, collided = rows[False, "off"].rungs["fingerprint"]
    assert matched == 60
    assert 0 < unique < 60
    assert unique + collided == 60


def test_with_names_changed_too_most_are_found_and_none_is_mistaken(rows):
    row = rows[True, "on"]
    assert row.pairs["fingerprint"] < 60
    assert row.pairs["not matched"] < 30
    for found in rows.values():
        assert found.wrong == []


def test_edits_depend_on_the_seed_alone(drift):
    program = drift.load()
    creators, coroutines = ["place", "spawn", "reserve"], ["fetch", "save", "notify"]
    for edit in drift.Edit:
        once, again = (drift.edited(program, [edit], "seed", creators, coroutines) for _ in range(2))
        assert once == again != program
        for text in once.values():
            compile(text, "<drifted>", "exec")


def test_programs_are_written_in_any_folder(drift, experiment, tmp_path):
    log = drift.run(experiment.base, tmp_path / "a folder, with a comma", experiment.python, debug=True, hard=True)
    apart = drift.read(log).sites
    assert sorted(apart) == [101, 102, 103, 104, 105, 106, 107, 108]
    for first in (103, 105, 107):  # told apart by their callers alone
        assert apart[first].keys["fingerprint"] == apart[first + 1].keys["fingerprint"]
        assert apart[first].keys["chain"] != apart[first + 1].keys["chain"]
