"""A Dask cluster of two worker processes on this machine: the same report, whatever happens to a worker."""

from __future__ import annotations

import gzip
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynclog import codec, pipeline
from asynclog.__main__ import main
from asynclog.config import Settings
from asynclog.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "sample_logs" / "web_py313_debug.log"
WORKER = ROOT / "sample_logs" / "worker_py39_debug.log"
NEEDED = "distributed is not installed: pip install 'asynclog[dev-remote]'"
RULES = """rules:
  - id: quiet-steps
    extends: slow-callback
    severity: info
"""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workers would put temporary files."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def cluster(scratch: Path) -> Iterator[object]:
    distributed = pytest.importorskip("distributed", reason=NEEDED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("TMPDIR", str(scratch))
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, host="127.0.0.1", dashboard_address=None
        ) as made:
            yield made


def report(names: list[str], on_part: object = None, **settings: object) -> bytes:
    return codec.dump_run(pipeline.analyze(names, Settings(**settings), on_part=on_part))  # type: ignore[arg-type]


@pytest.mark.parametrize("chunk", [0, 9_001, 50_000])
def test_the_report_is_that_of_one_process(cluster, chunk: int) -> None:
    names = [str(WEB), str(WORKER)]
    assert report(names, scheduler=cluster.scheduler_address, chunk=chunk) == report(names)


def test_packed_and_relative_names(cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers run in another folder; a log keeps the name that the user gave it."""
    (tmp_path / "app.log.gz").write_bytes(gzip.compress(WEB.read_bytes()))
    (tmp_path / "app.log").write_bytes(WEB.read_bytes())
    monkeypatch.chdir(tmp_path)
    names = ["app.log.gz", "app.log"]
    assert report(names, scheduler=cluster.scheduler_address, chunk=50_000) == report(names)


def test_rules_go_along(cluster, scratch: Path, tmp_path: Path) -> None:
    """Workers see the texts of the rules: their files may be elsewhere, and nothing is left on the worker's disk."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "mine.yaml").write_text(RULES)
    rules = (str(folder),)
    found = report([str(WEB)], scheduler=cluster.scheduler_address, chunk=50_000, rules=rules)
    assert found == report([str(WEB)], rules=rules)
    assert b'"quiet-steps"' in found
    assert not [path.name for path in scratch.iterdir() if "asynclog" in path.name]


def test_a_worker_killed_in_the_middle_loses_nothing(cluster, tmp_path: Path) -> None:
    paths = []
    for number in range(6):
        path = tmp_path / f"{number}.log"
        path.write_bytes(WEB.read_bytes() * 5)
        paths.append(str(path))
    killed: list[int] = []

    def kill(_: int) -> None:
        if not killed:
            killed.append(next(iter(cluster.workers.values())).process.process.pid)
            os.kill(killed[0], signal.SIGKILL)

    found = report(paths, kill, scheduler=cluster.scheduler_address, chunk=100_000)
    assert killed
    assert found == report(paths)


def test_from_the_command_line(cluster, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["analyze", str(WEB), "-f", "json", "--scheduler", cluster.scheduler_address]) == 0
    assert codec.dump_run(codec.load_run(capfdbinary.readouterr().out)) == report([str(WEB)])


def test_standard_input_stays_here(cluster) -> None:
    with pytest.raises(InputError, match="standard input cannot be read by a cluster"):
        report(["-"], scheduler=cluster.scheduler_address)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason=NEEDED)
    monkeypatch.setattr("asynclog.cluster._PATIENCE", "1s")
    assert main(["analyze", str(WEB), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    err = capsys.readouterr().err
    assert "--scheduler tcp://127.0.0.1:9: no Dask scheduler answers" in err
    assert "Traceback" not in err


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["analyze", str(WEB), "--scheduler", "tcp://127.0.0.1:8786"]) == 2
    assert "asynclog[dask]" in capsys.readouterr().err
