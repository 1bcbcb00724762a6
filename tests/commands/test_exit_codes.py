"""Every exit code through the command line: what cannot be read or written, what is of another version, who is gone."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_logs"
BEFORE, AFTER, WORKER = SAMPLES / "web_before.log", SAMPLES / "web_after.log", SAMPLES / "worker_py39_debug.log"
ERROR, NOTHING, INTERRUPTED = 2, 3, 130


def baseline(run: Run, *logs: Path, more: tuple[str, ...] = ()) -> Path:
    """A baseline of these logs."""
    assert run("baseline", "create", *logs, "-o", "base.json", *more).code == 0
    return Path("base.json")


# -- 0 and 1 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["analyze", BEFORE], 0, id="analyze reports"),
        pytest.param(["analyze", BEFORE, "--fail-on", "error"], 1, id="analyze asked to fail"),
        pytest.param(["diff", BEFORE, AFTER], 0, id="diff reports"),
        pytest.param(["diff", BEFORE, AFTER, "--fail-on", "new"], 1, id="diff, something is new"),
        pytest.param(["diff", BEFORE, BEFORE, "--fail-on", "new", "--fail-on", "worse"], 0, id="diff, nothing is"),
        pytest.param(["diff", BEFORE, AFTER, "--fail-if", "findings > 10"], 1, id="diff, a fact"),
        pytest.param(["trend", SAMPLES / "series"], 0, id="trend reports"),
        pytest.param(["trend", SAMPLES / "series", "--fail-on", "rising"], 1, id="trend, something rises"),
        pytest.param(["trend", SAMPLES / "series", "--fail-on", "new"], 0, id="trend, nothing is new"),
        pytest.param(["check", BEFORE], 1, id="check finds errors"),
        pytest.param(["check", SAMPLES / "good_citizen_py38_debug.log"], 0, id="check finds nothing"),
    ],
)
def test_passed_and_failed(run: Run, words: list[object], code: int) -> None:
    assert run(*words).code == code


def test_against_a_baseline(run: Run) -> None:
    file = baseline(run, BEFORE)
    assert run("check", BEFORE, "--baseline", file).code == 0
    assert run("check", AFTER, "--baseline", file).code == 1
    assert run("check", AFTER, "--baseline", file, "--fail-on", "worse").code == 0
    assert run("check", BEFORE, "--baseline", file, "--demo-fail").code == 1


def test_what_compares_with_a_baseline_needs_one(run: Run) -> None:
    """Nothing is new without one: such a gate would pass whatever the log holds."""
    for words in (["--fail-on", "new"], ["--fail-on", "error", "--fail-on", "worse"], ["--strict-counts"]):
        done = run("check", BEFORE, *words)
        assert done.code == ERROR, words
        assert f"{' '.join(words[-2:])}: needs a --baseline" in done.err
        assert not done.out
    assert run("check", BEFORE, "--fail-on", "new", "--demo-fail").code == 1


def test_lost_input_is_told_by_every_command(run: Run) -> None:
    """Also with -q: an exit code of 2 without a word leaves nothing to go by."""
    packed = gzip.compress(BEFORE.read_bytes())
    Path("cut.log.gz").write_bytes(packed[: len(packed) // 2])
    for words in (
        ["analyze", "cut.log.gz", "-q"],
        ["analyze", "cut.log.gz", "-q", "-f", "jsonl"],
        ["check", "cut.log.gz", "-q"],
        ["diff", BEFORE, "cut.log.gz", "-q"],
        ["trend", BEFORE, "cut.log.gz", "-q"],
        ["explain", "a7ccf7", "cut.log.gz"],
        ["baseline", "create", "cut.log.gz"],
    ):
        done = run(*words)
        assert done.code == ERROR, words
        assert "the gzip data is cut off" in done.err, words
    assert "no baseline was written" in done.err
    assert not Path("asynclog-baseline.json").exists()


def test_a_report_never_replaces_what_it_is_made_of(run: Run) -> None:
    file, log = baseline(run, BEFORE), Path("app.log")
    log.write_bytes(BEFORE.read_bytes())
    kept = {path: path.read_bytes() for path in (file, log)}
    for words in (
        ["check", log, "-f", "json:app.log"],
        ["check", log, "--baseline", file, "-o", file],
        ["diff", BEFORE, "new=app.log", "-o", log],
        ["diff", BEFORE, BEFORE, "--after", log, "-o", log],
        ["trend", BEFORE, log, "-o", log],
        ["baseline", "create", log, "-o", log, "--force"],
    ):
        done = run(*words)
        assert done.code == ERROR, words
        assert ": is read, so nothing is written to it" in done.err
        assert {path: path.read_bytes() for path in kept} == kept


def test_shares_may_be_percentages(run: Run) -> None:
    """The loop of this log was blocked for 0.64 % of its time."""
    for text, code in (("> 0.6 %", 1), ("> 0.7%", 0), ("> 0.006", 1), ("> 0.007", 0)):
        assert run("check", BEFORE, "--fail-on", "never", "--fail-if", f"blocked_share {text}").code == code, text


@pytest.mark.parametrize("fact", ["seconds > 5", "blocked_share > 0.05"])
def test_a_condition_on_what_the_log_does_not_tell_is_no_pass(run: Run, fact: str) -> None:
    """Without a time of day nobody knows how long it was: neither passed nor failed."""
    log = Path("timeless.log")
    log.write_text("WARNING:asyncio:Executing <Handle f() at /srv/app/x.py:5> took 0.200 seconds\n")
    words = ("--fail-if", fact)
    for done in (run("analyze", log, *words), run("check", log, *words), run("diff", log, log, *words)):
        assert done.code == NOTHING
        assert f"Not judged: {fact}: records without a time of day do not tell" in done.out + done.err
    assert run("check", log, *words, "--fail-on", "warning").code == 1, "what failed all the same"
    assert run("check", log, *words, "--allow-empty").code == 0
    assert run("check", SAMPLES / "good_citizen_py38_debug.log", "--fail-if", "blocked_share > 0.05").code == 0


# -- 2: what cannot be read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "make it with: asynclog baseline create", id="missing"),
        pytest.param("", "Is a directory", id="a folder"),
        pytest.param(b"\x00\xff\x00binary", "not a baseline of asynclog", id="binary"),
        pytest.param(b'{"asynclog": {"format": "baseline", "version": 1}, "runs": [', "not a baseline", id="cut off"),
        pytest.param(b'{"asynclog": {"format": "baseline", "version": 1}, "runs": [{}]}', "damaged", id="incomplete"),
        pytest.param(b'{"asynclog": {"format": "baseline", "version": 99}}', "update asynclog", id="from the future"),
        pytest.param(b'{"asynclog": {"format": "run", "version": 1}}', "saved run, not a baseline", id="a report"),
    ],
)
def test_an_unreadable_baseline(run: Run, content: bytes | str | None, said: str) -> None:
    file = Path("base.json")
    if content == "":
        file.mkdir()
    elif isinstance(content, bytes):
        file.write_bytes(content)
    for words in (["check", BEFORE, "--baseline", file], ["baseline", "update", BEFORE, "-o", file]):
        done = run(*words)
        assert done.code == ERROR
        assert done.out == ""
        assert done.err.startswith("error: base.json: ")
        assert said in done.err
        assert "hint: " in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for root")
def test_a_baseline_without_the_right_to_read(run: Run) -> None:
    baseline(run, BEFORE).chmod(0)
    done = run("check", BEFORE, "--baseline", "base.json")
    assert (done.code, done.out) == (ERROR, "")
    assert "Permission denied" in done.err


@pytest.mark.parametrize("command", ["analyze", "diff", "trend", "check"])
def test_a_saved_report_of_a_newer_version(run: Run, command: str) -> None:
    assert run("analyze", BEFORE, "-f", "json:run.json").code == 0
    newer = re.sub(r'("format": ?"run", ?"version": ?)1\b', r"\g<1>99", Path("run.json").read_text("utf-8"), count=1)
    Path("newer.json").write_text(newer, "utf-8")
    done = run(command, *[BEFORE] * (command in ("diff", "trend")), "newer.json")
    assert (done.code, done.out) == (ERROR, "")
    assert "newer.json" in done.err
    assert "version 99" in done.err
    assert "hint: " in done.err


# -- another version of fingerprints ---------------------------------------------------------------------------------


def test_groups_that_a_new_version_of_fingerprints_joins_are_not_new(run: Run) -> None:
    """As a release would find it whose fingerprints leave out what told two groups apart."""
    file = baseline(run, WORKER)
    assert run("check", WORKER, "--baseline", file).code == 0
    document = json.loads(file.read_text("utf-8"))
    split = next(group for group in document["groups"] if group["kind"] == "task-destroyed-pending")
    half = json.loads(json.dumps(split))
    for number, group in enumerate((split, half)):
        group["fingerprint"] = f"asynclog/v0:{number:016x}"
        group["signature"] = split["signature"].replace("asynclog/v1", "asynclog/v0")
        (only,) = group["runs"]
        only["count"] -= only["count"] // 2
        only["bursts"] -= only["bursts"] // 2
    document["groups"].append(half)
    file.write_text(json.dumps(document), "utf-8")
    done = run("check", WORKER, "--baseline", file)
    assert done.code == 0, done.out
    assert "new" not in done.out
    updated = run("baseline", "update", WORKER, "-o", file)
    assert updated.code == 0
    (renamed,) = (line for line in updated.out.splitlines() if line.startswith("renamed"))
    assert "asynclog/v0:0000000000000000, asynclog/v0:0000000000000001" in renamed
    assert "dropped" not in updated.out
    assert run("check", WORKER, "--baseline", file).code == 0


# -- 2: what cannot be written ---------------------------------------------------------------------------------------


def unwritable(tmp_path: Path) -> list[Path]:
    """Places where nobody can write: below a file, in a pseudo file system, and, unless all is allowed, by mode."""
    Path("file").write_text("")
    places = [Path("file/below"), *(place for place in (Path("/proc/nowhere"),) if place.parent.is_dir())]
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    return places if os.access(locked, os.W_OK) else [*places, locked / "report"]


def test_a_report_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    for place in unwritable(tmp_path):
        for words in (
            ["analyze", BEFORE, "-o", place], ["diff", BEFORE, AFTER, "-f", f"html:{place}"],
            ["trend", BEFORE, AFTER, "-o", place], ["check", BEFORE, "-o", place],
            ["baseline", "create", BEFORE, "-o", place], ["analyze", BEFORE, "--save", place],
        ):  # fmt: skip
            done = run(*words)
            assert done.code == ERROR, words
            assert f"error: {place}: cannot be written" in done.err
            assert "hint: " in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk(run: Run) -> None:
    done = run("check", SAMPLES / "good_citizen_py38_debug.log", "-o", "/dev/full")
    assert done.code == ERROR
    assert "No space left" in done.err


# -- 3 ---------------------------------------------------------------------------------------------------------------


def test_nothing_could_be_judged(run: Run) -> None:
    file = baseline(run, BEFORE)
    Path("empty.log").write_text("")
    Path("other.log").write_text("2026-03-02 09:00:00,000 - app - INFO - hello\n" * 50)
    for words in (
        ["check", "empty.log"], ["check", "other.log"], ["check", "empty.log", "--baseline", file],
        ["diff", "empty.log", "other.log"], ["trend", "empty.log", "other.log"],
        ["diff", BEFORE, AFTER, "--per", "no line has this"],
    ):  # fmt: skip
        done = run(*words)
        assert done.code == NOTHING, (words, done.err)
        assert "judged" in done.err + done.out
        assert run(*words, "--allow-empty").code == 0, words
    assert run("baseline", "create", "empty.log", "-o", "made.json").code == NOTHING
    assert run("analyze", "empty.log").code == 0


def test_a_failed_gate_goes_before_nothing(run: Run) -> None:
    done = run("diff", BEFORE, AFTER, "--per", "no line has this", "--fail-if", "findings > 10")
    assert done.code == 1


# -- who reads and who interrupts ------------------------------------------------------------------------------------


def started(*words: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "asynclog", *map(str, words)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param(["analyze", BEFORE, "-f", "jsonl"], 0, id="analyze"),
        pytest.param(["diff", BEFORE, AFTER], 0, id="diff"),
        pytest.param(["diff", BEFORE, AFTER, "--fail-on", "new"], 1, id="diff fails"),
        pytest.param(["trend", BEFORE, AFTER, "-f", "html"], 0, id="trend"),
        pytest.param(["check", BEFORE, "-v"], 1, id="check fails"),
        pytest.param(["rules", "list"], 0, id="rules"),
        pytest.param(["explain", "1fbddb", BEFORE], 0, id="explain"),
        pytest.param(["--help"], 0, id="help"),
        pytest.param(["--version"], 0, id="version"),
        pytest.param(["check", "--help"], 0, id="help of a command"),
    ],
)
def test_a_reader_that_is_gone_changes_no_verdict(words: list[object], code: int) -> None:
    process = started(*words)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    assert process.wait(120) == code, said
    assert "Traceback" not in said
    assert "Broken pipe" not in said
    process.stderr.close()
    assert process.stdin is not None
    process.stdin.close()


@pytest.mark.parametrize("command", [["analyze"], ["check"], ["diff", str(BEFORE)], ["trend", str(BEFORE)]])
def test_ctrl_c_is_neither_a_pass_nor_a_failure(command: list[str]) -> None:
    process = started(*command, "-")
    assert process.stdin is not None
    process.stdin.write(b"nothing\n" * 40_000)  # more than the pipe holds: written means that it is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (INTERRUPTED, b"")
    assert err.decode().splitlines()[-1] == "interrupted"
