"""Runs of a program in one file told apart, and what that means for rates."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from asynclog import codec, pipeline
from asynclog.aggregate.segments import KEPT
from asynclog.aggregate.spans import span_of
from asynclog.aggregate.views import report
from asynclog.config import Settings
from asynclog.model import Run

HOUR = 3600
SLOW = (
    "Executing <Task pending name='Task-4' coro=<Shop.search() running at /srv/app/shop.py:58> "
    "created at /srv/app/server.py:74> took 0.305 seconds"
)
MADE = "Using selector: EpollSelector"


def clock(seconds: float) -> str:
    whole = int(seconds)
    day, hours = divmod(whole // HOUR, 24)
    return f"2026-03-{2 + day:02} {hours:02}:{whole // 60 % 60:02}:{whole % 60:02},000"


def hours_only(seconds: float) -> str:
    return clock(seconds % (24 * HOUR))[11:]


def relative(start: float) -> Callable[[float], str]:
    return lambda seconds: f"[{seconds - start:.3f}]"


def written(
    start: float, length: float = HOUR, pid: str = "", made: bool = False, every: float = 10, show=clock
) -> list[str]:
    """What one run of a program writes in `length` seconds from `start` on."""
    lines = [f"{show(start)}{pid} INFO app: starting"]
    if made:
        lines.append(f"{show(start + 1)}{pid} DEBUG asyncio: {MADE}")
    number = int(length / every)
    for n in range(1, number + 1):
        text = f"WARNING asyncio: {SLOW}" if n % 7 == 3 else f"INFO app: GET /{n} 200"
        lines.append(f"{show(start + n * every)}{pid} {text}")
    return lines


def analyzed(folder: Path, *files: list[str], **settings: int) -> Run:
    paths = []
    for number, lines in enumerate(files):
        path = folder / f"{number}.log"
        path.write_text("\n".join(lines) + "\n")
        paths.append(str(path))
    return pipeline.analyze(paths, Settings(**settings))  # type: ignore[arg-type]


def exposure(run: Run) -> float:
    return round(span_of(run).seconds)


def merged(*files: list[str]) -> list[str]:
    return sorted(line for lines in files for line in lines)


RESTARTS = {
    "a loop is made anew": (written(0, made=True) + written(3 * HOUR, made=True), "loop", 2 * HOUR),
    "another process, with its loop": (
        written(0, pid=" [100]", made=True) + written(3 * HOUR, pid=" [200]", made=True), "loop", 2 * HOUR,
    ),
    "another process": (written(0, pid=" [100]") + written(3 * HOUR, pid=" [200]"), "process", 2 * HOUR),
    "time goes back": (written(3 * HOUR) + written(0), "time", 2 * HOUR),
    "seconds since the start begin again": (
        written(0, 6000, show=relative(0)) + written(0, 6000, show=relative(0)), "time", 12_000,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "why", "seconds"), RESTARTS.values(), ids=RESTARTS)
def test_two_runs_in_one_file(lines: list[str], why: str, seconds: float, tmp_path: Path) -> None:
    """They are told apart, and the time between them counts for no rate."""
    run = analyzed(tmp_path, lines)
    first, second = run.sources[0].segments
    assert (first.why, second.why) == ("", why)
    assert first.line == 1
    assert abs(second.line - len(lines) // 2) < len(lines) / 16
    assert exposure(run) == pytest.approx(seconds, rel=0.07)
    (told,) = (line for line in report(run).loop_lines if "2 runs in" in line)
    assert ("between them count for no rate" in told) == (why != "time")
    assert codec.load_run(codec.dump_run(run)) == run


@pytest.mark.parametrize(("lines", "why", "seconds"), RESTARTS.values(), ids=RESTARTS)
def test_runs_are_the_same_however_the_file_is_cut(lines: list[str], why: str, seconds: float, tmp_path: Path) -> None:
    whole = analyzed(tmp_path, lines).sources[0].segments
    for settings in (
        {"window": 1000},
        {"window": 70_000},
        {"chunk": 1500},
        {"chunk": 20_011},
        {"chunk": 9000, "window": 1},
    ):
        assert analyzed(tmp_path, lines, **settings).sources[0].segments == whole
    path = tmp_path / "packed.log"
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    assert pipeline.analyze([str(path)], Settings()).sources[0].segments == whole


ONE_RUN = {
    "one run": written(0, made=True),
    "a pause": written(0, made=True) + written(3 * HOUR)[1:],
    "two workers by turns": merged(written(0, pid=" [100]", made=True), written(5, pid=" [200]", made=True)),
    "a worker that came later": merged(
        written(0, 2 * HOUR, pid=" [100]", made=True, every=300), written(HOUR, HOUR, pid=" [200]", made=True)
    ),
    "midnight": written(23 * HOUR, 2 * HOUR, show=hours_only),
    "the end of summer time": written(0) + written(100, HOUR)[1:],
    "threads out of order": [
        line for pair in zip(written(30), written(0), strict=True) for line in pair
    ],
}  # fmt: skip


@pytest.mark.parametrize("lines", ONE_RUN.values(), ids=ONE_RUN)
def test_what_is_one_run_stays_one(lines: list[str], tmp_path: Path) -> None:
    run = analyzed(tmp_path, lines)
    assert run.sources[0].segments == ()
    assert not any("runs in" in line for line in report(run).loop_lines)


def test_many_runs_are_counted_and_a_few_are_shown(tmp_path: Path) -> None:
    run = analyzed(tmp_path, [line for n in range(9) for line in written(n * 2 * HOUR, made=True, every=60)])
    assert len(run.sources[0].segments) == 9
    assert exposure(run) == 9 * HOUR
    (told,) = (line for line in report(run).loop_lines if "runs in" in line)
    assert told.startswith("9 runs in ")
    assert "and 3 more" in told


def test_more_runs_than_are_kept_are_the_same_however_the_file_is_cut(tmp_path: Path) -> None:
    lines = [line for n in range(KEPT + 40) for line in written(n * HOUR, 60, made=True, every=30)]
    whole = analyzed(tmp_path, lines).sources[0].segments
    assert KEPT - 2 <= len(whole) <= KEPT + 1
    assert analyzed(tmp_path, lines, chunk=20_011).sources[0].segments == whole


def test_rates_are_those_of_the_time_that_the_runs_cover(tmp_path: Path) -> None:
    """A log with a gap of two hours has the rate of one without."""
    (one,) = report(analyzed(tmp_path, written(0, made=True) + written(HOUR + 1, made=True))).rows[:1]
    (two,) = report(analyzed(tmp_path, written(0, made=True) + written(3 * HOUR, made=True))).rows[:1]
    assert one.rate is not None
    assert one.rate == pytest.approx(two.rate, rel=0.01)


# -- several files ---------------------------------------------------------------------------------------------------


def test_hosts_whose_times_overlap(tmp_path: Path) -> None:
    """Time covered by two files counts once; the timeline holds both, in order of time."""
    host_a, host_b = written(0, 2 * HOUR), written(HOUR, 2 * HOUR)
    for files in ((host_a, host_b), (host_b, host_a)):
        run = analyzed(tmp_path, *files)
        assert exposure(run) == 3 * HOUR
        shown = report(run)
        assert (shown.first, shown.last) == (clock(0), clock(3 * HOUR))
        assert shown.span == 3 * HOUR * 1_000_000
        cells = list(run.timeline["warning"].cells)
        assert cells == sorted(cells)
        assert sum(count for count, _ in run.timeline["warning"].cells.values()) == 2 * (720 // 7 + 1)


def test_hosts_with_a_gap_between_them(tmp_path: Path) -> None:
    run = analyzed(tmp_path, written(5 * HOUR), written(0))
    assert exposure(run) == 2 * HOUR
    assert report(run).first == clock(0)


def test_runs_within_one_of_several_files(tmp_path: Path) -> None:
    """The gap between two runs of one host counts where another host was up."""
    run = analyzed(tmp_path, written(0, made=True) + written(2 * HOUR, made=True), written(0, 90 * 60))
    assert len(run.sources[0].segments) == 2
    assert run.sources[1].segments == ()
    assert exposure(run) == 2.5 * HOUR
