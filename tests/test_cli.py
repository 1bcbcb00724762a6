"""The door: what is wrong gets one clear line with a way out and exit code 2; outputs appear whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asynclog import __main__ as door
from asynclog import pipeline
from asynclog.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
LOG = ROOT / "sample_logs" / "worker_py39_debug.log"
ESCAPE = "\x1b"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copy(LOG, "ok.log")


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "asynclog", *words]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


# -- bad input -------------------------------------------------------------------------------------------------------


def nothing() -> None:
    """The folder is as it should be."""


def empty_folder() -> None:
    Path("empty").mkdir()


def write(name: str, data: bytes) -> Callable[[], object]:
    return lambda: Path(name).write_bytes(data)


def unreadable() -> None:
    Path("secret.log").write_text("x")
    Path("secret.log").chmod(0)
    if os.access("secret.log", os.R_OK):
        pytest.skip("this user may read everything")


def read_only_folder() -> None:
    Path("ro").mkdir(mode=0o500)
    if os.access("ro", os.W_OK):
        pytest.skip("this user may write everywhere")


NOISE = bytes(range(256)) * 40
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00>\x00" + bytes(400)

BAD = [
    pytest.param(nothing, ["missing.log"], "missing.log: no such file", id="missing file"),
    pytest.param(nothing, ["ok.log", "missing.log"], "missing.log: no such file", id="one of two is missing"),
    pytest.param(nothing, ["no*.log"], "no*.log: no file matches", id="pattern without match"),
    pytest.param(nothing, [""], "no such file", id="empty name"),
    pytest.param(empty_folder, ["empty"], "empty: no log in this folder", id="folder without logs"),
    pytest.param(write("prog.log", ELF), ["prog.log"], "prog.log: this is a binary file", id="program"),
    pytest.param(
        write("noise.log", NOISE),
        ["noise.log"],
        "noise.log: this is a binary file",
        id="binary noise",
    ),
    pytest.param(unreadable, ["secret.log"], "secret.log: Permission denied", id="unreadable file"),
    pytest.param(
        nothing,
        ["ok.log", "--rules", "no.yaml"],
        "no.yaml: cannot be read",
        id="missing rule file",
    ),
    pytest.param(
        write("r.yaml", b"rules: ["),
        ["ok.log", "--rules", "r.yaml"],
        "r.yaml:",
        id="rule file that is no YAML",
    ),
    pytest.param(
        write("r.yaml", b"rules:\n  - id: x\n    kind: nonsense\n"),
        ["ok.log", "--rules", "r.yaml"],
        "r.yaml:2: misses",
        id="half a rule",
    ),
    pytest.param(nothing, ["ok.log", "-f", "jsn"], "unknown format: jsn", id="unknown format"),
    pytest.param(nothing, ["ok.log", "-f", ""], "unknown format", id="empty format"),
    pytest.param(nothing, ["ok.log", "--nope"], "--nope", id="unknown option"),
    pytest.param(nothing, [], "Missing argument", id="no log"),
    pytest.param(nothing, ["ok.log", "--top", "few"], "--top", id="no number"),
    pytest.param(nothing, ["ok.log", "--min-severity", "bad"], "--min-severity", id="no severity"),
    pytest.param(
        nothing,
        ["ok.log", "--since", "soon"],
        "--since 'soon' is no time",
        id="no time",
    ),
    pytest.param(
        nothing,
        ["ok.log", "--around", "2026-13-45"],
        "--around '2026-13-45' is no time",
        id="no date",
    ),
    pytest.param(nothing, ["ok.log", "--path-map", "x"], "--path-map 'x' is no A=B", id="no pair"),
    pytest.param(nothing, ["ok.log", "-f", "text", "-f", "json"], "to one place", id="two formats on the screen"),
    pytest.param(nothing, ["ok.log", "-f", "text:a", "-f", "json:a"], "to one place", id="two formats in one file"),
    pytest.param(nothing, ["ok.log", "-o", "a", "-f", "text:b"], "-o", id="an output for no format"),
    pytest.param(nothing, ["ok.log", "-f", "jsonl", "-f", "text:a"], "jsonl", id="jsonl beside another"),
    pytest.param(nothing, ["ok.log", "-o", "ok.log"], "ok.log: is read", id="the log itself as output"),
    pytest.param(nothing, ["ok.*", "-f", "json:./ok.log"], "./ok.log: is read", id="a log of a pattern as output"),
    pytest.param(nothing, ["ok.log", "-o", "none/a"], "none/a: cannot be written", id="no such output folder"),
    pytest.param(nothing, ["ok.log", "-o", "ok.log/a"], "ok.log/a: cannot be written", id="output below a file"),
    pytest.param(read_only_folder, ["ok.log", "-o", "ro/a"], "ro/a: cannot be written", id="read-only output folder"),
    pytest.param(empty_folder, ["ok.log", "-o", "empty"], "empty: ", id="output is a folder"),
    pytest.param(
        write("pyproject.toml", b"[tool.asynclog]\nselct = 'x'\n"),
        ["ok.log"],
        "has no key 'selct'",
        id="unknown setting",
    ),
    pytest.param(
        write("pyproject.toml", b"[tool.asynclog]\ntop = 'x'\n"),
        ["ok.log"],
        "top must be",
        id="setting of a wrong type",
    ),
    pytest.param(
        write("pyproject.toml", b"[tool.asynclog\n"), ["ok.log"], "pyproject.toml: ", id="broken pyproject.toml"
    ),
    pytest.param(
        write("r.json", b'{"asynclog":{"format":"run","version":99},"run":{}}'),
        ["r.json"],
        "newer asynclog",
        id="report of a newer release",
    ),
    pytest.param(
        write("r.json", b'{"asynclog":{"format":"run","version":1},"ru'), ["r.json"], "damaged", id="damaged report"
    ),
]


@pytest.mark.parametrize(("prepare", "words", "said"), BAD)
def test_bad_input_is_told_in_one_line_with_a_way_out(
    prepare: Callable[[], object], words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare()
    before = {path: path.stat().st_size for path in Path().rglob("*")}
    assert main(["analyze", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert "internal error" not in err
    lines = [line for line in err.splitlines() if re.match(r"error: ", line, re.IGNORECASE)]
    assert said in lines[0]
    assert "hint: " in err or "Try 'asynclog" in err
    assert {path: path.stat().st_size for path in Path().rglob("*")} == before


def test_all_that_is_wrong_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "a.log", "ok.log", "b.log"]) == 2
    assert re.findall(r"error: (\S+):", capsys.readouterr().err) == ["a.log", "b.log"]


@pytest.mark.parametrize(
    "words", [[], ["nope"], ["analyz", "ok.log"]], ids=["no command", "no such command", "typing error"]
)
def test_commands_that_are_none(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "Usage: asynclog" in err or "hint: " in err


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("analyz", "hint: did you mean analyze?"),
        ("ok.log", "hint: to read a log: asynclog analyze ok.log"),
        ("frobnicate", "hint: commands: analyze, diff, trend, check, baseline, explain, rules"),
    ],
)
def test_a_command_that_is_none_has_a_way_out(word: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("ok.log").write_bytes(b"")
    assert main([word]) == 2
    assert capsys.readouterr().err == f"error: no command {word!r}\n{hint}\n"


def test_what_is_wrong_before_reading_starts_leaves_no_report() -> None:
    assert main(["analyze", "missing.log", "-o", "report.txt"]) == 2
    assert not Path("report.txt").exists()


# -- valid input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["text", "concise", "json", "jsonl", "csv", "markdown", "github", "gitlab", "junit", "sarif", "folded"]
)
def test_an_empty_log_is_valid(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.log").touch()
    assert main(["analyze", "empty.log", "-f", form]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    if form == "text":
        assert out.startswith("The log is empty")


def test_a_log_without_asyncio_is_valid_and_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.log").write_text("2026-01-31 12:00:00 INFO app: hello\n" * 5)
    assert main(["analyze", "other.log"]) == 0
    assert capsys.readouterr().out.startswith("No record of asyncio")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--version"], ["analyze", "--help"]])
def test_help_and_version(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "asynclog" in out
    assert err == ""


def test_data_goes_to_stdout_and_nothing_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ok.log", "-f", "json"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith('{"asynclog":')
    assert err == ""


def test_several_formats_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ok.log", "-f", "concise", "-f", "json:run.json", "-f", "junit:run.xml"]) == 0
    assert "[exception-never-retrieved]" in capsys.readouterr().out
    assert Path("run.json").read_bytes().startswith(b'{"asynclog":')
    assert Path("run.xml").read_bytes().startswith(b"<?xml")
    assert sorted(path.name for path in Path().iterdir()) == ["ok.log", "run.json", "run.xml"]


def test_lost_input_is_reported_and_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A damaged archive: what could be read is shown, what could not is said, and it is no success."""
    packed = ROOT / "sample_logs" / "worker_py313_debug.log.gz"
    Path("cut.log.gz").write_bytes(packed.read_bytes()[:5000])
    assert main(["analyze", "cut.log.gz"]) == 2
    out, err = capsys.readouterr()
    assert "classified" in out
    assert "cut.log.gz: reading stopped after" in err
    assert "Traceback" not in err


# -- outputs ---------------------------------------------------------------------------------------------------------


def rights(path: str) -> int:
    return Path(path).stat().st_mode & 0o777


def test_an_output_has_the_rights_of_a_new_file() -> None:
    old = os.umask(0o027)
    try:
        assert main(["analyze", "ok.log", "-o", "report.txt"]) == 0
    finally:
        os.umask(old)
    assert rights("report.txt") == 0o640


@pytest.mark.parametrize(
    "stop",
    [RuntimeError("boom"), KeyboardInterrupt(), OSError(28, "No space left on device")],
    ids=["error", "Ctrl-C", "full disk"],
)
@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_an_output_is_never_half_written(
    form: str, stop: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("report").write_text("yesterday's")
    calls: list[object] = []

    def breaks(*_: object) -> bytes:
        calls.append(None)
        if form == "text" or len(calls) > 3:
            raise stop
        return b"{}\n"

    monkeypatch.setattr("asynclog.commands.analyze.render", breaks)
    monkeypatch.setattr("asynclog.render.jsonl.finding_line", breaks)
    assert main(["analyze", "ok.log", "-f", form, "-o", "report"]) == (
        130 if isinstance(stop, KeyboardInterrupt) else 2
    )
    assert calls
    assert Path("report").read_text() == "yesterday's"
    assert sorted(path.name for path in Path().iterdir()) == ["ok.log", "report"]


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo("pipe")
    reader = subprocess.Popen(["cat", "pipe"], stdout=subprocess.PIPE, text=True)
    try:
        assert (
            subprocess.run(
                command("analyze", "ok.log", "-o", "pipe"), env=environment(), timeout=60, check=False
            ).returncode
            == 0
        )
        assert Path("pipe").is_fifo()
        out, _ = reader.communicate(timeout=20)
        assert "distinct defects" in out
    finally:
        reader.kill()
        reader.communicate()


def test_a_link_keeps_leading_where_it_leads() -> None:
    """Of /dev/stdout the link itself was replaced by a file, where root redirected it into one."""
    os.symlink("real.txt", "link.txt")
    assert main(["analyze", "ok.log", "-q", "-o", "link.txt"]) == 0
    assert os.readlink("link.txt") == "real.txt"
    assert "distinct defects" in Path("real.txt").read_text("utf-8")


def test_dev_stdout_is_standard_output() -> None:
    Path("all.txt").write_text("before\n")
    with open("all.txt", "ab") as file:
        words = command("analyze", "ok.log", "-q", "-o", "/dev/stdout")
        assert subprocess.run(words, env=environment(), timeout=60, check=False, stdout=file).returncode == 0
    assert Path("all.txt").read_text("utf-8").startswith("before\n14 distinct defects")


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_closed_pipe_ends_quietly(form: str) -> None:
    running = subprocess.Popen(
        command("analyze", "ok.log", "-f", form), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(60) == 0


WRITERS = [
    ["analyze", "ok.log"],
    ["analyze", "ok.log", "-f", "jsonl"],
    ["check", "ok.log"],
    ["diff", "ok.log", "ok.log"],
    ["rules", "list"],
    ["--help"],
]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("words", WRITERS, ids=" ".join)
def test_a_full_disk_is_no_bug_of_asynclog(words: list[str]) -> None:
    """What is redirected into a file on a full disk: an error with a way out, not a traceback."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command(*words), env=environment(), timeout=60, check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-2:] == [
        "error: the output cannot be written: No space left on device",
        "hint: make room, or write elsewhere with -o FILE",
    ]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs sh")
@pytest.mark.parametrize("words", WRITERS[:4], ids=" ".join)
def test_a_closed_standard_output_is_said(words: list[str]) -> None:
    line = ["sh", "-c", '"$@" >&-', "sh", *command(*words)]
    done = subprocess.run(line, env=environment(), timeout=60, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "error: standard output is closed" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_exits_130_without_a_traceback() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "asynclog", "analyze", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert running.stdin is not None
    running.stdin.write("nothing\n" * 40_000)  # more than the pipe holds: written means that it is being read
    running.stdin.flush()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted"


def test_ctrl_c_while_reading(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "analyze", interrupted)
    assert main(["analyze", "ok.log", "-o", "report"]) == 130
    assert capsys.readouterr().err.strip() == "interrupted"
    assert not Path("report").exists()


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(RuntimeError("a bug"), id="bug"),
        pytest.param(EOFError(), id="end of file"),
    ],
)
def test_what_is_unforeseen_is_never_a_pass_and_never_1(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "analyze", breaks)
    assert main(["analyze", "ok.log"]) == 2
    assert "internal error" in capsys.readouterr().err


# -- colour ----------------------------------------------------------------------------------------------------------


def on_a_terminal(*words: str, **more: str) -> str:
    """What the command writes to a terminal of 100 columns."""
    outer, inner = pty.openpty()
    env = environment(**{"TERM": "xterm-256color", **more})
    if "NO_COLOR" not in more:
        env.pop("NO_COLOR", None)
    running = subprocess.Popen(
        command(*words), stdout=inner, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, env=env
    )
    os.close(inner)
    parts = []
    try:
        while part := os.read(outer, 65536):
            parts.append(part)
    except OSError:  # Linux tells the end of a terminal so
        pass
    os.close(outer)
    assert running.wait(60) == 0
    return b"".join(parts).decode()


def test_colour_on_a_terminal_only() -> None:
    assert ESCAPE in on_a_terminal("analyze", "ok.log")


@pytest.mark.parametrize(
    ("words", "more"),
    [
        pytest.param([], {"NO_COLOR": "1"}, id="NO_COLOR"),
        pytest.param([], {"TERM": "dumb"}, id="dumb terminal"),
        pytest.param(["--color", "never"], {}, id="--color never"),
    ],
)
def test_no_colour_where_none_is_wanted(words: list[str], more: dict[str, str]) -> None:
    assert ESCAPE not in on_a_terminal("analyze", "ok.log", *words, **more)


def test_no_colour_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ok.log"]) == 0
    assert ESCAPE not in capsys.readouterr().out


def test_colour_into_a_pipe_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", "ok.log", "--color", "always"]) == 0
    assert ESCAPE in capsys.readouterr().out


@pytest.mark.parametrize("words", [["-o", "report.txt"], ["-f", "text:report.txt"]], ids=["-o", "-f"])
@pytest.mark.parametrize("color", ["auto", "always"])
def test_never_colour_into_a_file(words: list[str], color: str) -> None:
    on_a_terminal("analyze", "ok.log", "--color", color, *words)
    assert ESCAPE not in Path("report.txt").read_text("utf-8")


def test_exit_codes_have_names() -> None:
    codes = (door.EXIT_CLEAN, door.EXIT_FAILED, door.EXIT_ERROR, door.EXIT_NOTHING, door.EXIT_INTERRUPTED)
    assert codes == (0, 1, 2, 3, 130)


def test_standard_output_may_be_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under `contextlib.redirect_stdout`."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["asynclog", "analyze", "-f", "json", str(LOG)])
    with contextlib.redirect_stdout(said):
        assert not main()
    assert json.loads(said.getvalue())["run"]["groups"]
