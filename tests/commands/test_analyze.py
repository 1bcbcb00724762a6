# ruff: noqa: E501 - tables of commands
"""`asynclog analyze`: what is left out, kept, failed, shown around; logs of programs without defects."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_logs"
LOG = SAMPLES / "web_before.log"
NEVER = (
    "2026-03-02 09:{minute:02}:00,000 ERROR asyncio: Task exception was never retrieved\n"
    "future: <Task finished name='Task-{minute}' coro=<{name}() done, defined at /srv/shop/mail.py:7> exception=OSError('{text}')>\n"
    "Traceback (most recent call last):\n"
    '  File "/srv/shop/mail.py", line 9, in {name}\n'
    "    await connect()\n"
    "OSError: {text}\n"
)


def rules(text: str) -> Path:
    """A rule file; its path is absolute, because what was read from a path is remembered."""
    path = Path("mine.yaml").absolute()
    path.write_text(text, "utf-8")
    return path


def saved(run: Run, *words: object) -> dict[str, object]:
    done = run("analyze", *words, "-f", "json")
    assert done.code == 0, done.err
    report: dict[str, object] = json.loads(done.out)["run"]
    return report


def lines(run: Run, *words: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in run("analyze", *words, "-f", "jsonl").out.splitlines()]


# -- programs without defects ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", sorted(SAMPLES.glob("good_citizen_*")), ids=lambda path: path.name)
def test_a_program_without_defects_has_no_finding_above_info(run: Run, log: Path) -> None:
    found = lines(run, log)
    assert [finding for finding in found if finding["severity"] != "info"] == []
    assert run("analyze", log, "--fail-on", "warning").code == 0


# -- rules of the user -----------------------------------------------------------------------------------------------


def test_what_is_off_is_no_finding_but_is_accounted_for(run: Run) -> None:
    path = rules("rules:\n  - id: slow-callback\n    severity: off\n")
    run_ = saved(run, LOG, "--rules", path)
    assert "slow-callback" not in {group["kind"] for group in run_["groups"].values()}
    told = run_["accounting"]
    assert told["silenced"] == {"slow-callback": 79}
    assert told["records"] == told["classified"] + 79
    assert "slow-callback" not in {finding["kind"] for finding in lines(run, LOG, "--rules", path)}
    assert "79 records silenced by rules that are off: slow-callback 79." in run("analyze", LOG, "--rules", path).out


def test_what_is_suppressed_is_left_out_and_counted(run: Run) -> None:
    path = rules(
        "suppress:\n"
        "  - {fingerprint: a7ccf7, reason: ticket 12}\n"
        "  - {rule: slow-callback, site: 'shop/background.py:*', reason: ticket 13}\n"
        "  - {rule: write-*, reason: never seen}\n"
        "  - {kind: callback-exception, reason: was mended, expires: 2020-01-01}\n"
    )
    done = run("analyze", LOG, "--rules", path)
    flat = " ".join(done.out.split())
    assert "suppressed: ticket 12 (1 group); ticket 13" in flat
    assert "mine.yaml:4: suppression is not used, nothing here fits it (never seen)" in flat
    assert "mine.yaml:5: suppression expired on 2020-01-01 (was mended): its 2 groups count again" in flat
    found = saved(run, LOG, "--rules", path)
    assert {group["suppressed"] for group in found["suppressed"].values()} == {"ticket 12", "ticket 13"}
    assert not found["groups"].keys() & found["suppressed"].keys()
    assert not {line["fingerprint"] for line in lines(run, LOG, "--rules", path)} & found["suppressed"].keys()


def test_a_suppression_stays_in_a_saved_report(run: Run) -> None:
    path = rules("suppress:\n  - {fingerprint: a7ccf7, reason: ticket 12}\n")
    assert run("analyze", LOG, "--rules", path, "-f", "json:a.json").code == 0
    again = saved(run, "a.json")
    assert [group["suppressed"] for group in again["suppressed"].values()] == ["ticket 12"]


def test_a_group_rule_judges_the_group_and_leaves_the_records(run: Run) -> None:
    path = rules(
        "rules:\n"
        "  - id: too-often\n    extends: slow-callback\n    severity: error\n    title: Too often\n"
        "    when_group: {count: {ge: 20}}\n"
    )
    groups = {
        group["count"]: group
        for group in saved(run, LOG, "--rules", path)["groups"].values()
        if group["kind"] == "slow-callback"
    }
    assert {count: group["rule"] for count, group in groups.items()} == {
        29: "too-often", 21: "too-often", 15: "slow-callback", 13: "slow-callback", 1: "slow-callback",
    }  # fmt: skip
    assert groups[29]["severity"] == "error"
    assert {line["rule"] for line in lines(run, LOG, "--rules", path) if line["kind"] == "slow-callback"} == {
        "slow-callback"
    }
    text = run("analyze", LOG, "--rules", path).out
    assert "Too often" in text
    assert "107 errors" in text  # 57 and the 50 records of the two groups


def test_two_halves_are_judged_as_the_whole(run: Run) -> None:
    data = LOG.read_bytes()
    middle = data.index(b"\n2026", len(data) // 2) + 1
    Path("1.log").write_bytes(data[:middle])
    Path("2.log").write_bytes(data[middle:])
    path = rules(
        "rules:\n  - id: too-often\n    extends: slow-callback\n    severity: error\n    when_group: {count: {ge: 20}}\n"
    )
    for name in "12":
        assert run("analyze", f"{name}.log", "--rules", path, "-f", f"json:{name}.json").code == 0
    merged = saved(run, "1.json", "2.json", "--rules", path)
    assert sum(group["rule"] == "too-often" for group in merged["groups"].values()) == 2


@pytest.mark.parametrize(
    ("parts", "groups"), [("[default]", 2), ("[default, exception.message]", 3), ("[exception]", 1), ("[default, failure]", 2)]
)  # fmt: skip
def test_a_rule_names_the_parts_of_the_identity(run: Run, parts: str, groups: int) -> None:
    said = [
        ("send", "relay 7 is down"),
        ("send", "relay 9 is down"),
        ("send", "no such user"),
        ("post", "no such user"),
    ]
    Path("a.log").write_text(
        "".join(NEVER.format(minute=i, name=name, text=text) for i, (name, text) in enumerate(said))
    )
    path = rules(f"rules:\n  - extends: exception-never-retrieved\n    fingerprint: {parts}\n")
    found = saved(run, Path("a.log").absolute(), "--rules", path)["groups"]
    assert len(found) == groups
    assert sum(group["count"] for group in found.values()) == 4


# -- failing, keeping, showing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 0), (["--fail-on", "error"], 1), (["--fail-on", "never"], 0), (["--fail-on", "error", "--fail-on", "never"], 0),
        (["--fail-if", "errors > 56"], 1), (["--fail-if", "errors > 57"], 0), (["--fail-if", "eros > 1"], 2),
        (["--min-severity", "error", "--fail-on", "warning"], 1), (["-f", "jsonl", "--fail-on", "error"], 2),
    ],
)  # fmt: skip
def test_it_fails_only_on_request(run: Run, words: list[str], code: int) -> None:
    assert run("analyze", LOG, *words).code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--select", "slow-calback"], "no rule is named 'slow-calback'"),
        (["--ignore", "nothing-*"], "no rule is named 'nothing-*'"),
        (["--select", "slow-*", "--ignore", "Slow-Callback"], "no rule is named 'Slow-Callback'"),
    ],
)
@pytest.mark.parametrize("command", ["analyze", "check"])
def test_rules_that_are_none_cannot_be_chosen(run: Run, command: str, words: list[str], said: str) -> None:
    done = run(command, LOG, *words)
    assert (done.code, done.out) == (2, "")
    assert f"error: {said}" in done.err
    assert "`asynclog rules list` names all" in done.err


def test_rules_of_a_saved_report_can_be_chosen_where_they_are_not_known(run: Run) -> None:
    Path("mine.yaml").write_text("rules:\n  - {id: my-slow, extends: slow-callback, severity: error}\n")
    assert run("analyze", LOG, "--select", "my-slow").code == 2
    assert run("analyze", LOG, "--rules", "mine.yaml", "-f", "json:run.json").code == 0
    assert "my-slow" in run("analyze", "run.json", "--select", "my-slow", "-f", "csv").out
    assert run("analyze", "run.json", "--select", "my-slaw").code == 2


def test_the_stream_of_findings_shows_what_the_project_asks_for(run: Run) -> None:
    Path("pyproject.toml").write_text('[tool.asynclog]\nselect = ["slow-callback"]\nmin-severity = "warning"\n')
    lines = run("analyze", LOG, "-f", "jsonl").out.splitlines()
    assert {json.loads(line)["kind"] for line in lines} == {"slow-callback"}


def test_save_keeps_reports_side_by_side(run: Run) -> None:
    for _ in range(3):
        assert run("analyze", LOG, "--save", "history", "--label", "main 7/9").code == 0
    names = sorted(os.listdir("history"))
    assert names == [
        "main-7-9_2026-03-02-09-00-04-046-2.json", "main-7-9_2026-03-02-09-00-04-046-3.json",
        "main-7-9_2026-03-02-09-00-04-046.json",
    ]  # fmt: skip
    assert len({Path("history", name).read_bytes() for name in names}) == 1
    assert saved(run, Path("history", names[0]))["label"] == "main 7/9"


def test_two_at_once_never_overwrite_each_other(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "asynclog", "analyze", str(LOG), "-q", "-o", os.devnull, "--save", "history"]
    several = [
        subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)
        for _ in range(4)
    ]
    assert [process.wait(120) for process in several] == [0] * 4
    assert len(os.listdir(tmp_path / "history")) == 4


def test_a_folder_that_cannot_be_made_is_told(run: Run) -> None:
    Path("history").write_text("a file")
    done = run("analyze", LOG, "--save", "history")
    assert done.code == 2
    assert "history: cannot be written to" in done.err


def test_context_shows_the_lines_around_the_sample(run: Run) -> None:
    done = run("analyze", LOG, "--top", 1, "-C", 2)
    shown = re.findall(r"^ +(?:context +)?(\d+) ([│>]) (.*)$", done.out, re.MULTILINE)
    numbers = [int(number) for number, _, _ in shown]
    log = LOG.read_text("utf-8").splitlines()
    assert numbers == list(range(numbers[2] - 2, numbers[2] + 3))
    assert [mark for _, mark, _ in shown] == ["│", "│", ">", "│", "│"]
    for number, _, text in shown:
        assert log[int(number) - 1].startswith(text.removesuffix("…"))


def test_context_reads_no_path_that_only_a_saved_report_names(run: Run) -> None:
    assert run("analyze", LOG, "-f", "json:a.json").code == 0
    assert "context" not in run("analyze", "a.json", "--top", 1, "-C", 2).out


def test_context_is_shown_not_sent_and_redacted(run: Run) -> None:
    text = "2026-03-02 09:00:00,000 INFO app: \x1b[31mred\x07 token=abcdefSECRET123456\n" + NEVER.format(
        minute=1, name="f", text="x"
    )
    Path("a.log").write_text(text)
    shown = run("analyze", Path("a.log").absolute(), "-C", 3).out
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "SECRET" not in run("analyze", Path("a.log").absolute(), "-C", 3, "--redact").out


# -- odd prefixes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("{%(threadName)s} <%(name)s> %(message)s", "{{MainThread}} <{name}> "),
        ("%(name)s|%(process)d|%(message)s", "{name}|77|"),
        ("{levelname:<8} ~ {name} ~ {message}", "ERROR    ~ {name} ~ "),
        ("%(asctime)s :: %(levelname).1s :: %(name)-20s :: %(message)s", "02.03.2026 09:00:01 :: E :: {name:20} :: "),
    ],
)
def test_a_prefix_can_be_described(run: Run, form: str, head: str) -> None:
    entry = NEVER.format(minute=1, name="send", text="x").partition("asyncio: ")[2]
    own, other = head.format(name="asyncio"), head.format(name="shop.mail")
    Path("odd.log").write_text(f"{other}begins\n{own}{entry}{other}ends\n{own}{entry}{other}ends\n")
    found = lines(run, Path("odd.log").absolute(), "--prefix", form)
    assert [(line["kind"], line["line"], line["exception"]["type"]) for line in found] == [
        ("exception-never-retrieved", 2, "OSError"),
        ("exception-never-retrieved", 9, "OSError"),
    ]
    assert all("ends" not in json.dumps(line) for line in found)


@pytest.mark.parametrize("form", ["%(asctime)s", "no fields", "%(message)s", "{name} "])
def test_a_form_that_tells_nothing_is_refused(run: Run, form: str) -> None:
    done = run("analyze", LOG, "--prefix", form)
    assert done.code == 2
    assert done.err.startswith("error: --prefix ")


# -- what beginners need ---------------------------------------------------------------------------------------------


def test_a_log_without_asyncio_says_what_to_configure(run: Run) -> None:
    Path("a.log").write_text("2026-03-02 09:00:00 INFO app: hello\n" * 3)
    out = " ".join(run("analyze", "a.log").out.split())
    for part in ("logging.basicConfig", "captureWarnings(True)", "PYTHONASYNCIODEBUG=1"):
        assert part in out


def test_a_log_without_debug_mode_says_how_to_turn_it_on_and_what_it_costs(run: Run) -> None:
    Path("a.log").write_text(NEVER.format(minute=1, name="f", text="x"))
    out = " ".join(run("analyze", Path("a.log").absolute()).out.split())
    assert "asyncio.run(main(), debug=True). It costs" in out


def test_a_log_of_packages_only_says_how_to_claim_one(run: Run) -> None:
    text = NEVER.format(minute=1, name="f", text="x").replace("/srv/shop/", "/usr/lib/python3/site-packages/shop/")
    Path("a.log").write_text(text)
    log = Path("a.log").absolute()
    assert "--in-app '*/shop/*'" in " ".join(run("analyze", log).out.split())
    assert lines(run, log, "--in-app", "*/shop/*")[0]["site"]["file"].endswith("shop/mail.py")


def test_version_says_what_a_bug_report_needs(run: Run) -> None:
    out = run("--version").out
    assert re.match(r"asynclog \d+\.\d+\.\d+\n\w+ 3\.\d+\.\d+ on ", out)
    assert "click " in out


def test_completion_knows_commands(tmp_path: Path) -> None:
    words = {"COMP_WORDS": "asynclog rules s", "COMP_CWORD": "2", "_ASYNCLOG_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-m", "asynclog"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT), **words},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["plain,schema", "plain,show"]
    assert "_ASYNCLOG_COMPLETE=zsh_source" in subprocess.run(
        [sys.executable, "-m", "asynclog", "-h"], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


# -- who made whom ---------------------------------------------------------------------------------------------------


def test_tasks_are_shown_under_the_task_that_made_them(run: Run) -> None:
    out = run("analyze", LOG).out
    assert re.search(
        r"Which task made which\n +checkout \(shop/handlers\.py\) +36x\n +└ AuditTrail\.confirmed +13x\n", out
    )
    stacks = run("analyze", SAMPLES / "worker_py39_debug.log", "-f", "folded").out.splitlines()
    assert all(re.fullmatch(r"\S.* \d+", stack) for stack in stacks)


def test_a_slow_callback_stands_under_the_creator_that_other_records_show(run: Run) -> None:
    stack = (
        "source_traceback: Object created at (most recent call last):\n"
        '  File "/usr/lib/python3.12/asyncio/events.py", line 88, in _run\n    self._context.run(self._callback, *self._args)\n'
        '  File "/srv/shop/app.py", line 5, in serve\n    spawn()\n'
        '  File "/srv/shop/app.py", line 9, in spawn\n    asyncio.create_task(send())\n'
    )
    never = NEVER.format(minute=1, name="send", text="x").replace("Traceback", stack + "Traceback", 1)
    slow = "2026-03-02 09:02:00,000 WARNING asyncio: Executing <Task pending name='Task-3' coro=<send() running at /srv/shop/mail.py:9>> took 0.500 seconds\n"
    Path("a.log").write_text(never + slow)
    log = Path("a.log").absolute()
    assert (
        run("analyze", log, "-f", "folded").out == "serve (/srv/shop/app.py:5);spawn (/srv/shop/app.py:9);send 500000\n"
    )
    assert "probably" in run("analyze", log).out
