"""diff, trend, check and baseline through the command line: every exit code, every promise of the help."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_logs"
LINE = "2026-03-02 {h:02}:{m:02}:{s:02},000 - asyncio - {level} - "
NEVER = (
    "Task exception was never retrieved\n"
    "future: <Task finished name='Task-7' coro=<{job}() done, defined at /srv/app/shop/jobs.py:5> exception=ValueError('x')>\n"
    "ValueError: x\n"
)
SLOW = (
    "Executing <Task pending name='Task-4' coro=<{job}() running at /srv/app/shop/{job}.py:5>> took {d:.3f} seconds\n"
)


def log_of(path: Path, entries: list[tuple[int, str, str]]) -> str:
    """A log of one hour with `entries`: second, level, text."""
    rows = [
        (0, "DEBUG", "Using selector: EpollSelector\n"),
        *entries,
        (3599, "DEBUG", "Close <_UnixSelectorEventLoop>\n"),
    ]
    text = "".join(
        LINE.format(h=9 + second // 3600, m=second // 60 % 60, s=second % 60, level=level) + body
        for second, level, body in sorted(rows)
    )
    path.write_text(text, "utf-8")
    return str(path)


def slow(count: int, job: str = "search") -> list[tuple[int, str, str]]:
    return [(10 + index * 3500 // max(count, 1), "WARNING", SLOW.format(job=job, d=0.2)) for index in range(count)]


def lost(count: int, job: str = "send") -> list[tuple[int, str, str]]:
    return [(20 + index * 3000 // max(count, 1), "ERROR", NEVER.format(job=job)) for index in range(count)]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def call(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
        command = [sys.executable, "-m", "asynclog", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False, **more
        )  # type: ignore[call-overload, no-any-return]

    return call


def test_a_log_against_itself_is_the_same_twice(run, tmp_path: Path) -> None:
    path = log_of(tmp_path / "a.log", [*slow(30), *lost(5)])
    first, second = (run("diff", path, path, "-f", "jsonl") for _ in range(2))
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert {json.loads(line)["state"] for line in first.stdout.splitlines()} == {"same"}


def test_a_diff_of_saved_reports_says_what_a_diff_of_logs_says(run, tmp_path: Path) -> None:
    before = log_of(tmp_path / "before.log", slow(30))
    after = log_of(tmp_path / "after.log", [*slow(120), *lost(2)])
    for name in ("before", "after"):
        assert run("analyze", f"{name}.log", "-f", f"json:{name}.json").returncode == 0
    logs = run("diff", before, after, "-f", "jsonl")
    saved = run("diff", "before.json", "after.json", "-f", "jsonl")
    assert logs.stdout
    assert logs.stdout == saved.stdout == run("diff", before, "after.json", "-f", "jsonl").stdout


def test_what_is_worse_and_new_is_found(run, tmp_path: Path) -> None:
    before = log_of(tmp_path / "before.log", slow(30))
    after = log_of(tmp_path / "after.log", [*slow(150), *lost(1)])
    changes = [json.loads(line) for line in run("diff", before, after, "-f", "jsonl").stdout.splitlines()]
    states = {(change["kind"], change["state"]) for change in changes}
    assert ("slow-callback", "worse") in states
    assert ("exception-never-retrieved", "new") in states


def test_several_runs_on_each_side(run, tmp_path: Path) -> None:
    for side, count in (("old", 30), ("new", 150)):
        (tmp_path / side).mkdir()
        for turn in range(5):
            log_of(tmp_path / side / f"run{turn}.log", slow(count + turn))
    found = run("diff", "old", "candidate=new", "-f", "jsonl")
    assert found.returncode == 0, found.stderr
    assert "worse" in {json.loads(line)["state"] for line in found.stdout.splitlines()}


EXITS = {
    "check passes": (["check", "good.log"], 0),
    "check fails on an error": (["check", "bad.log"], 1),
    "check never": (["check", "bad.log", "--fail-on", "never"], 0),
    "check warning": (["check", "good.log", "--fail-on", "warning"], 1),
    "check fact": (["check", "good.log", "--fail-if", "findings > 5"], 1),
    "check fact holds not": (["check", "good.log", "--fail-if", "findings > 5000"], 0),
    "check demo": (["check", "good.log", "--demo-fail"], 1),
    "check empty": (["check", "empty.log"], 3),
    "check empty allowed": (["check", "empty.log", "--allow-empty"], 0),
    "check without asyncio": (["check", "other.log"], 3),
    "check missing log": (["check", "missing.log"], 2),
    "check jsonl without baseline": (["check", "good.log", "-f", "jsonl"], 2),
    "check missing baseline": (["check", "good.log", "--baseline", "missing.json"], 2),
    "check no baseline": (["check", "good.log", "--baseline", "good.log"], 2),
    "check newer baseline": (["check", "good.log", "--baseline", "newer.json"], 2),
    "check bad fact": (["check", "good.log", "--fail-if", "blocked_shar > 1"], 2),
    "check no comparison": (["check", "good.log", "--fail-if", "__import__('os')"], 2),
    "check broken archive": (["check", "broken.log.gz"], 2),
    "diff": (["diff", "good.log", "bad.log"], 0),
    "diff fails on new": (["diff", "good.log", "bad.log", "--fail-on", "new"], 1),
    "diff of nothing": (["diff", "empty.log", "empty.log"], 3),
    "diff missing": (["diff", "good.log", "missing.log"], 2),
    "diff format": (["diff", "good.log", "bad.log", "-f", "folded"], 2),
    "trend": (["trend", "good.log", "bad.log"], 0),
    "trend of one": (["trend", "good.log"], 2),
    "trend of nothing": (["trend", "empty.log", "other.log"], 3),
    "baseline update missing": (["baseline", "update", "good.log", "-o", "missing.json"], 2),
    "baseline of nothing": (["baseline", "create", "empty.log", "-o", "made.json"], 3),
    "analyze empty": (["analyze", "empty.log"], 0),
}


@pytest.mark.parametrize(("arguments", "code"), EXITS.values(), ids=EXITS)
def test_exit_codes(run, tmp_path: Path, arguments: list[str], code: int) -> None:
    log_of(tmp_path / "good.log", slow(20))
    log_of(tmp_path / "bad.log", [*slow(20), *lost(2)])
    (tmp_path / "empty.log").write_text("")
    (tmp_path / "other.log").write_text("2026-03-02 09:00:00,000 - app - INFO - hello\n" * 50)
    (tmp_path / "newer.json").write_text('{"asynclog": {"format": "baseline", "version": 99}}')
    (tmp_path / "broken.log.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    done = run(*arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback (most recent call last)" not in done.stderr
    if code == 2:
        assert done.stderr.startswith(("error: ", "Error: ", "Usage: ", "note: "))


def test_a_baseline_keeps_reasons_and_says_what_it_changes(run, tmp_path: Path) -> None:
    log_of(tmp_path / "one.log", [*slow(20), *lost(3)])
    log_of(tmp_path / "two.log", [*slow(20), *lost(2, "other")])
    assert run("baseline", "create", "one.log", "-o", "base.json").returncode == 0
    assert run("baseline", "create", "one.log", "-o", "base.json").returncode == 2, "never replaced by accident"
    assert run("check", "one.log", "--baseline", "base.json").returncode == 0
    failed = run("check", "two.log", "--baseline", "base.json")
    assert failed.returncode == 1
    assert "FAILED: 1 group is new" in failed.stdout
    text = (tmp_path / "base.json").read_text()
    slow_line = next(line for line in text.splitlines() if '"kind": "slow-callback"' in line)
    (tmp_path / "base.json").write_text(
        text.replace(slow_line, slow_line.replace('"signature"', '"reason": "known", "signature"'))
    )
    updated = run("baseline", "update", "two.log", "-o", "base.json")
    assert updated.returncode == 0, updated.stderr
    assert "added" in updated.stdout
    assert "dropped" in updated.stdout
    assert '"reason": "known"' in (tmp_path / "base.json").read_text()
    assert run("check", "two.log", "--baseline", "base.json").returncode == 0


def test_strict_counts(run, tmp_path: Path) -> None:
    log_of(tmp_path / "one.log", lost(3))
    log_of(tmp_path / "two.log", lost(4))
    run("baseline", "create", "one.log", "-o", "base.json")
    assert run("check", "two.log", "--baseline", "base.json").returncode == 0
    assert run("check", "two.log", "--baseline", "base.json", "--strict-counts").returncode == 1


def test_a_broken_pipe_keeps_the_verdict(run, tmp_path: Path) -> None:
    log_of(tmp_path / "bad.log", [*slow(20), *lost(2)])
    command = f'"{sys.executable}" -m asynclog check bad.log -v | head -c 1 > /dev/null; echo "${{PIPESTATUS[0]}}"'
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=environment, check=False
    )
    assert done.stdout.strip() == "1", done.stderr


def test_the_sample_pair_and_series(run) -> None:
    changes = [
        json.loads(line)
        for line in run(
            "diff", SAMPLES / "web_before.log", SAMPLES / "web_after.log", "-f", "jsonl"
        ).stdout.splitlines()
    ]
    by_state: dict[str, set[str | None]] = {}
    for change in changes:
        by_state.setdefault(change["state"], set()).add(change["coroutine"])
    assert by_state["new"] == {"sync_wishlist"}
    assert by_state["gone"] == {"Handlers.product_page"}
    assert set(by_state) <= {"new", "gone", "same", "inconclusive"}
    assert {change["coroutine"] for change in changes if change["moved"]} == {"Handlers.search", "notify_warehouse"}
    told = run("diff", SAMPLES / "web_before.log", SAMPLES / "web_after.log").stdout
    assert "moved: was /srv/app/releases/1.4/shop/handlers.py:84 checkout" in told
    assert "moved: the code was at /srv/app/releases/1.4/shop/handlers.py:58" in told
    series = [json.loads(line) for line in run("trend", SAMPLES / "series", "-f", "jsonl").stdout.splitlines()]
    rising = [one for one in series if one["verdict"] == "rising"]
    assert [(one["kind"], one["step"]) for one in rising] == [("slow-callback", "run-06.log")]
    assert {one["verdict"] for one in series if one not in rising} == {"steady"}, [one["verdict"] for one in series]


def test_a_sample_against_itself_is_the_same_byte_for_byte_twice(run, tmp_path: Path) -> None:
    before, names = SAMPLES / "web_before.log", ("jsonl", "text", "json", "csv", "html", "markdown", "junit")
    for turn in ("one", "two"):
        (tmp_path / turn).mkdir()
        wanted = [word for name in names for word in ("-f", f"{name}:{turn}/{name}")]
        assert run("diff", before, before, *wanted).returncode == 0
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    changes = [json.loads(line) for line in (tmp_path / "one" / "jsonl").read_text().splitlines()]
    assert len(changes) > 10
    assert {(change["state"], change["moved"], change["ratio"]) for change in changes} == {("same", False, 1.0)}


def test_units_of_work(run, tmp_path: Path) -> None:
    before, after = SAMPLES / "web_before.log", SAMPLES / "web_after.log"
    told = run("diff", before, after, "--per", "GET /invoices").stdout
    assert "in 76 units of work" in told
    assert run("analyze", after, "-f", "json:after.json").returncode == 0
    refused = run("diff", before, "after.json", "--per", "GET /invoices")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "after.json: a saved report does not hold how many lines match --per" in refused.stderr
    assert run("baseline", "create", before, "--per", "GET /invoices", "-o", "base.json").returncode == 0
    passed = run("check", before, "--baseline", "base.json")
    assert passed.returncode == 0, "the baseline knows what it counts"
    assert passed.stdout.startswith("Passed: 13 same.")
    other = run("check", before, "--baseline", "base.json", "--per", "GET /health")
    assert other.returncode == 2
    assert "base.json: counts by --per 'GET /invoices', not by --per 'GET /health'" in other.stderr
    assert run("baseline", "update", after, "-o", "base.json").returncode == 0
    assert '"per": "GET /invoices"' in (tmp_path / "base.json").read_text()


CREATED = """\
Task exception was never retrieved
future: <Task finished name='Task-7' coro=<{job}() done, defined at /srv/app/jobs.py:5> exception=ValueError('x')>
source_traceback: Object created at (most recent call last):
  File "/srv/app/shop/web.py", line 40, in serve
    start(request)
  File "/srv/app/shop/web.py", line 20, in start
    loop.create_task({job}(request))
Traceback (most recent call last):
  File "/srv/app/shop/jobs.py", line 6, in {job}
    raise ValueError('x')
ValueError: x
"""


def test_a_renamed_coroutine_is_found_again(run, tmp_path: Path) -> None:
    for name, job in (("before", "send"), ("after", "deliver")):
        log_of(tmp_path / f"{name}.log", [(60 * minute, "ERROR", CREATED.format(job=job)) for minute in range(1, 9)])
    (change,) = (
        json.loads(line)
        for line in run("diff", "before.log", "after.log", "-f", "jsonl").stdout.splitlines()
        if "never-retrieved" in line
    )
    assert change["state"] == "same"
    assert change["reason"].endswith("(matched by the chain of its creation, under another name)")
    assert change["before"]["count"] == change["after"]["count"] == 8
    (series,) = (
        json.loads(line)
        for line in run("trend", "before.log", "after.log", "-f", "jsonl").stdout.splitlines()
        if "never-retrieved" in line
    )
    assert [point["count"] for point in series["runs"]] == [8, 8]


@pytest.mark.parametrize("name", ["text", "concise", "json", "jsonl", "csv", "markdown", "github"])
def test_formats_of_check_and_diff(run, tmp_path: Path, name: str) -> None:
    log_of(tmp_path / "good.log", slow(20))
    log_of(tmp_path / "bad.log", [*slow(20), *lost(2, "a\x1b[31m|b`<script>")])
    run("baseline", "create", "good.log", "-o", "base.json")
    for arguments in (["check", "bad.log", "--baseline", "base.json"], ["diff", "good.log", "bad.log"]):
        done = run(*arguments, "-f", name)
        assert done.returncode in (0, 1), done.stderr
        assert done.stdout.strip()
        assert "\x1b" not in done.stdout
