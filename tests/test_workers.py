"""Processes: the same answer for any number, a dead worker loses nothing, and what goes wrong goes through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from asynclog import codec, pipeline, workers
from asynclog.config import Settings

ROOT = Path(__file__).resolve().parents[1]


def square(number: int) -> int:
    return number * number


def dies_elsewhere(task: tuple[int, int]) -> int:
    number, home = task
    if number == 3 and os.getpid() != home:
        os._exit(9)
    return number * number


def fails(number: int) -> int:
    raise ValueError(number)


def test_results_come_in_order() -> None:
    with ThreadPoolExecutor(3) as executor:
        found = list(workers.spread(executor, 3, square, range(50), lambda task, why: pytest.fail(why)))
    assert found == [n * n for n in range(50)]


def test_a_dead_worker_loses_nothing() -> None:
    lost: list[tuple[int, int]] = []
    tasks = [(number, os.getpid()) for number in range(8)]
    with workers.pool(2) as executor:
        found = list(workers.spread(executor, 2, dies_elsewhere, tasks, lambda task, why: lost.append(task)))
    assert found == [n * n for n in range(8)]
    assert lost


def test_an_executor_that_breaks_at_once_loses_nothing() -> None:
    class Broken(Executor):
        def submit(self, *_args: object, **_options: object) -> Future[int]:
            raise BrokenProcessPool("gone")

    assert list(workers.spread(Broken(), 2, square, range(5), lambda task, why: None)) == [0, 1, 4, 9, 16]


def test_an_error_in_a_worker_goes_through() -> None:
    with pytest.raises(ValueError, match="0"), workers.pool(2) as executor:
        list(workers.spread(executor, 2, fails, range(3), lambda task, why: None))


def test_cores_are_those_that_may_be_used() -> None:
    assert 1 <= workers.cores() <= (os.cpu_count() or 1)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workers") / "app.log"
    lines = []
    for number in range(3000):
        time = f"2026-01-31 12:{number // 60 % 60:02d}:{number % 60:02d},{number % 1000:03d}"
        if number % 7 == 0:
            lines.append(
                f"{time} WARNING asyncio: Executing <Task pending name='w-{number % 3}' coro=<work() running at "
                f"/srv/app/a.py:{number % 5}>> took 0.{number % 900 + 100} seconds"
            )
        elif number % 11 == 0:
            lines.append(
                f"{time} ERROR asyncio: Task was destroyed but it is pending!\ntask: <Task pending name="
                f"'Task-{number}' coro=<w() running at /srv/app/b.py:{number % 4}>>"
            )
        else:
            lines.append(f"{time} INFO app: request {number}")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("jobs", [2, 3, 7])
def test_any_number_of_jobs_gives_the_same_bytes(log: Path, jobs: int) -> None:
    one = pipeline.analyze([str(log)], Settings(jobs=1))
    many = pipeline.analyze([str(log)], Settings(jobs=jobs, chunk=20_000))
    assert codec.dump_run(many) == codec.dump_run(one)


def test_several_files_at_once_give_the_same_bytes(log: Path, tmp_path: Path) -> None:
    paths = []
    for number, lines in enumerate((100, 900, 2500)):
        path = tmp_path / f"{number}.log"
        path.write_text("".join(log.read_text().splitlines(keepends=True)[:lines]))
        paths.append(str(path))
    one = pipeline.analyze(paths, Settings(jobs=1))
    many = pipeline.analyze(paths, Settings(jobs=3, chunk=20_000))
    assert codec.dump_run(many) == codec.dump_run(one)


# -- Ctrl-C ----------------------------------------------------------------------------------------------------------

RECORD = (
    "2026-03-02 09:00:{:02},{:03} WARNING asyncio: Executing <Task pending name='Task-{}' coro=<Shop.search() running at "
    "/srv/app/shop.py:58> created at /srv/app/server.py:74> took 0.305 seconds\n"
)


def children_of(pid: int) -> list[int]:
    return [int(name) for path in Path(f"/proc/{pid}/task").glob("*/children") for name in path.read_text().split()]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see the workers")
@pytest.mark.parametrize("whole_group", [True, False], ids=["terminal", "kill -INT"])
def test_ctrl_c_ends_all_workers_at_once(whole_group: bool, tmp_path: Path) -> None:
    """No process is left, nothing half-written; the code is 130."""
    block = "".join(RECORD.format(n % 60, n % 1000, n) for n in range(20_000)).encode()
    log, out = tmp_path / "app.log", tmp_path / "report.txt"
    with log.open("wb") as file:
        for _ in range(-(-workers.PAYS // len(block))):
            file.write(block)
    running = subprocess.Popen(
        [sys.executable, "-m", "asynclog", "analyze", str(log), "-j", "2", "-o", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(started := children_of(running.pid)) < 2 and running.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(started) == 2
    (os.killpg if whole_group else os.kill)(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert err.splitlines()[-1:] == ["interrupted"]
    assert "Traceback" not in err
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log"]


@pytest.mark.parametrize(
    ("ceiling", "sizes", "jobs"),
    [
        pytest.param(4, [workers.PAYS], 4, id="large"),
        pytest.param(4, [workers.PAYS - 1], 1, id="small"),
        pytest.param(4, [workers.PAYS // 2, workers.PAYS // 2], 4, id="large together"),
        pytest.param(4, [workers.PAYS, None], 1, id="beside standard input, which is read once"),
        pytest.param(4, [], 1, id="saved reports only"),
    ],
)
def test_how_many_processes_pay(ceiling: int, sizes: list[int | None], jobs: int) -> None:
    assert workers.worth(ceiling, sizes) == jobs
