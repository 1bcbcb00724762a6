"""The sample logs, from bytes to report: against the truth their programs told, golden files, and other ways in.

After a change that you meant: `pytest tests/test_samples.py -n 0 --update-golden`, then read the diff as a user would.
"""

from __future__ import annotations

import gzip
import io
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from asynclog import codec, pipeline
from asynclog.__main__ import main
from asynclog.config import Settings
from asynclog.model import Finding, Run

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "sample_logs"
GOLDEN = Path(__file__).parent / "golden"
TRUTH: dict[str, Any] = json.loads((SAMPLES / "truth.json").read_text("utf-8"))
LOGS = sorted(
    str(file.relative_to(SAMPLES))
    for pattern in ("*.log", "*.log.gz", "*.jsonl", "*/*.log")
    for file in SAMPLES.glob(pattern)
)
# what interpreters before 3.8 print without a hook that the witness could watch (see sample_logs/README.md)
UNWITNESSED = {
    "worker_py36_plain.log": {"unraisable-coroutine": 5},
    "worker_py37_journald.log": {"unraisable-coroutine": 3},
}
LIFE = "loop-lifecycle"

DEVELOP = {  # the table in sample_logs/README.md: kind, coroutine, exception, site
    "exception_never_retrieved": ("exception-never-retrieved", "bug", ("Exception", "not consumed"), ("test.py", 10)),
    "never_yielded_from": ("coroutine-never-yielded-from", "test", (None, None), ("test.py", 7)),
    "task_destroyed": ("task-destroyed-pending", "create", (None, None), ("test.py", 5)),
    "task_destroyed_debug": ("task-destroyed-pending", "kill_me", (None, None), ("test.py", 17)),
}


@pytest.fixture(autouse=True)
def _in_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)  # so that paths in reports are short and the same everywhere
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")


@cache
def findings(log: str) -> tuple[Finding, ...]:
    return tuple(pipeline.findings([log], Settings()))


def run_of(log: str, **settings: int) -> Run:
    return pipeline.analyze([log], Settings(**settings))


def test_every_log_has_its_truth() -> None:
    assert {log for log in LOGS if not log.startswith("develop_2014/")} == set(TRUTH)
    assert {Path(log).stem for log in LOGS if log.startswith("develop_2014/")} == set(DEVELOP)


@pytest.mark.parametrize("log", TRUTH)
def test_findings_per_kind_are_what_happened(log: str) -> None:
    counts = Counter(finding.kind for finding in findings(log))
    assert dict(counts) == TRUTH[log]["counts"] | UNWITNESSED.get(log, {})


@pytest.mark.parametrize("log", TRUTH)
def test_each_problem_is_found_with_object_name_exception_and_time(log: str) -> None:
    """What the witness could not name (null) matches whatever the log says."""
    left: dict[tuple[str | None, ...], list[Finding]] = defaultdict(list)
    for finding in findings(log):
        if finding.kind != LIFE:
            exception = finding.exception_type and finding.exception_type.rpartition(".")[2]
            left[finding.kind, finding.object, finding.coroutine or finding.callback, exception].append(finding)
    problems = [problem for problem in TRUTH[log]["problems"] if problem["kind"] != LIFE]
    for problem in sorted(problems, key=lambda each: sum(value is None for value in each.values())):
        wanted = [problem[key] for key in ("kind", "object", "name", "exception")]
        keys = [key for key in left if all(want in (None, have) for want, have in zip(wanted, key, strict=True))]
        matching = [finding for key in keys for finding in left.pop(key)]
        assert len(matching) == problem["count"], problem
        seconds = sum(finding.duration or 0 for finding in matching) / 1e6
        if problem["seconds"]:
            assert seconds == pytest.approx(problem["seconds"], abs=0.001 * len(matching)), problem
    assert {key[0] for key in left} == set(UNWITNESSED.get(log, {}))


@pytest.mark.parametrize("name", DEVELOP)
def test_the_texts_of_2014(name: str) -> None:
    (finding,) = findings(f"develop_2014/{name}.log")
    kind, coroutine, exception, site = DEVELOP[name]
    assert finding.kind == kind
    assert finding.coroutine == coroutine
    assert (finding.exception_type, finding.exception_message) == exception
    assert (finding.site.file, finding.site.line) == site


@pytest.mark.parametrize("log", LOGS)
def test_the_account_adds_up(log: str) -> None:
    run = run_of(log)
    account = run.accounting
    assert account.records == account.classified + account.partial + account.unclassified + account.malformed
    assert sum(group.count for group in run.groups.values()) == len(findings(log))
    assert account.classified + account.partial + account.malformed == len(findings(log))
    assert sum(account.unknown.values()) == account.unclassified == 0
    data = gzip.decompress(Path(log).read_bytes()) if log.endswith(".gz") else Path(log).read_bytes()
    assert (account.lines, account.bytes) == (data.count(b"\n") + (not data.endswith(b"\n")), len(data))
    assert sum(TRUTH.get(log, {}).get("counts", {}).values()) <= account.records


@pytest.mark.parametrize("log", [log for log in LOGS if "good_citizen" in log])
def test_good_programs_have_no_defect(log: str) -> None:
    assert {finding.kind for finding in findings(log)} == {LIFE}


# -- other ways in ---------------------------------------------------------------------------------------------------


def nameless(run: Run, path: str) -> bytes:
    """The saved report with `path` written as LOG."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: "LOG" if key in ("source", "path") and item == path else walk(item) for key, item in value.items()
            }
        if isinstance(value, list):
            return [walk(item) for item in value]
        return value

    return json.dumps(walk(json.loads(codec.dump_run(run)))).encode()


@pytest.mark.parametrize("log", LOGS)
def test_windows_chunks_compression_and_stdin_give_the_same_report(
    log: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = nameless(run_of(log), log)
    assert nameless(run_of(log, window=1 << 16), log) == wanted
    assert nameless(run_of(log, window=997, chunk=max(Path(log).stat().st_size // 3 + 1, 1)), log) == wanted
    data = gzip.decompress(Path(log).read_bytes()) if log.endswith(".gz") else Path(log).read_bytes()
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(data))
    assert nameless(run_of(str(packed)), str(packed)) == wanted
    stdin = io.TextIOWrapper(io.BytesIO(data))
    monkeypatch.setattr("sys.stdin", stdin)
    assert nameless(run_of("-"), "-") == wanted


# -- golden files ----------------------------------------------------------------------------------------------------


def one_line_a_group(data: bytes) -> str:
    """A saved report for diffs: a line for each part and each group, without the texts of the rules."""
    saved = json.loads(data)
    run = saved["run"]
    run["rules"] = sorted(run.get("rules", ()))
    lines = [json.dumps(saved["asynclog"])]
    for key, value in run.items():
        if key == "groups":
            lines += [f"group {name}: {json.dumps(group, ensure_ascii=False)}" for name, group in value.items()]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("log", LOGS)
def test_reports_are_golden(log: str, tmp_path: Path, golden: Callable[[Path, str | bytes], None]) -> None:
    text, saved = tmp_path / "report.txt", tmp_path / "report.json"
    assert main(["analyze", log, "-f", f"text:{text}", "-f", f"json:{saved}"]) == 0
    golden(GOLDEN / f"{log}.txt", text.read_bytes())
    golden(GOLDEN / f"{log}.json.txt", one_line_a_group(saved.read_bytes()))


@pytest.mark.parametrize("log", LOGS)
def test_a_saved_report_is_shown_like_the_log(log: str, tmp_path: Path) -> None:
    first, saved, second = tmp_path / "first.txt", tmp_path / "report.json", tmp_path / "second.txt"
    assert main(["analyze", log, "-f", f"text:{first}", "-f", f"json:{saved}"]) == 0
    assert main(["analyze", str(saved), "-f", f"text:{second}"]) == 0
    assert second.read_text("utf-8") == first.read_text("utf-8")
