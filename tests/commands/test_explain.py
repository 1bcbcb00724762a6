"""`asynclog explain`: every step from bytes to group is told, with what held and what did not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import Run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_logs"
LOG = SAMPLES / "web_before.log"
SECTIONS = (
    "The group", "Where it stands", "Prefix of the record", "What was understood",
    "Where it was created, rung by rung", "Rule", "Identity", "How another log would match it", "The record",
)  # fmt: skip


def section(text: str, title: str) -> str:
    """One section, its wrapped lines joined."""
    return " ".join(re.split(r"\n\n", text.partition(f"\n{title}\n")[2], maxsplit=1)[0].split())


def test_every_step_is_told(run: Run) -> None:
    done = run("explain", "a7ccf7", LOG)
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line in SECTIONS] == list(SECTIONS)
    assert "+ level WARNING" in section(done.out, "Prefix of the record")
    assert "+ handle Task, finished, named 'Task-23', coroutine Handlers.product_page" in section(
        done.out, "What was understood"
    )
    rungs = section(done.out, "Where it was created, rung by rung")
    assert "- source-traceback, your code the record has no stack of the creation" in rungs
    assert "+ created-at, your code /srv/app/releases/1.4/shop/server.py:74" in rungs
    assert "product_page: not needed, a stronger rung held" in rungs
    rule = section(done.out, "Rule")
    assert "- loop-stalled duration >= 5 does not hold: duration is 0.21" in rule
    assert "+ slow-callback decides: warning" in rule
    identity = section(done.out, "Identity")
    assert "+ site shop/server.py: where it was created" in identity
    assert "+ coroutine Handlers.product_page" in identity


def test_the_site_told_is_the_site_reported(run: Run) -> None:
    """For every group of a log with creation stacks."""
    log = SAMPLES / "worker_py39_debug.log"
    groups = json.loads(run("analyze", log, "-f", "json").out)["run"]["groups"]
    for name, group in groups.items():
        out = run("explain", name, log).out
        rungs = section(out, "Where it was created, rung by rung")
        taken = re.findall(r"\+ ([a-z-]+), ", rungs)
        via = group["site"].get("via", "none")
        assert taken == ([] if via == "none" else [via]), (name, rungs)
        assert f"{group['rule']} decides" in section(out, "Rule")
        assert group["fingerprint"] in section(out, "Identity")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a", "'a' is the beginning of 2 ids"), ("zzz", "no group has an id that begins with 'zzz'"),
        ("other.log:3", "other.log is none of the logs"), (f"{LOG}:2", "no record of asyncio stands on this line"),
    ],
)  # fmt: skip
def test_what_cannot_be_found_is_told_with_what_there_is(run: Run, name: str, said: str) -> None:
    done = run("explain", name, LOG)
    assert done.code == 2
    assert said in done.err
    assert "hint: " in done.err


def test_the_hint_lists_ids_with_what_they_are(run: Run) -> None:
    assert re.search(r"hint: one of \w{6} \([\w.-]+\), \w{6} \([\w.-]+\)", run("explain", "a", LOG).err)


@pytest.mark.parametrize("name", ["a7ccf7da2fa04fbf", "asynclog/v1:a7ccf7", "a7c"])
def test_any_unique_beginning_will_do(run: Run, name: str) -> None:
    assert run("explain", name, LOG).out.startswith("group a7ccf7: ")


def test_a_record_is_found_by_any_of_its_lines(run: Run) -> None:
    log = SAMPLES / "worker_py39_debug.log"
    number = next(n for n, line in enumerate(log.read_text().splitlines(), 1) if line.startswith("Traceback"))
    done = run("explain", f"{log.name}:{number}", log)
    assert done.code == 0
    start = int(re.findall(r"where +\S+:(\d+), \d+ lines", done.out)[0])
    assert start < number


def test_a_saved_report_tells_what_it_holds(run: Run) -> None:
    assert run("analyze", LOG, "-f", "json:a.json").code == 0
    done = run("explain", "a7ccf7", "a.json")
    assert done.code == 0
    assert "+ coroutine Handlers.product_page" in section(done.out, "Identity")
    assert "the log itself tells more" in section(done.out, "Identity")


def test_group_rules_and_suppressions_are_told(run: Run) -> None:
    path = Path("mine.yaml").absolute()
    path.write_text(
        "rules:\n  - id: too-often\n    extends: slow-callback\n    severity: error\n    when_group: {count: {ge: 20}}\n"
        "suppress:\n  - {fingerprint: a7ccf7, reason: ticket 12}\n"
    )
    out = run("explain", "a7ccf7", LOG, "--rules", path).out
    assert "+ too-often decides: count is 29" in section(out, "Rules that look at the whole group")
    assert "- suppressed ticket 12" in section(out, "The group")


def test_redaction_holds_here_too(run: Run) -> None:
    text = (
        "2026-03-02 09:00:00,000 ERROR asyncio: Task exception was never retrieved\n"
        "future: <Task finished name='Task-1' coro=<f() done, defined at /home/maria/shop/a.py:7> exception=OSError('token=abcSECRET12345')>\n"
        "OSError: token=abcSECRET12345\n"
    )
    log = Path("a.log").absolute()
    log.write_text(text)
    name = json.loads(run("analyze", log, "-f", "jsonl").out)["fingerprint"]
    out = run("explain", name, log, "--redact").out
    assert "SECRET" not in out
    assert "maria" not in out
    assert "\x1b" not in out
