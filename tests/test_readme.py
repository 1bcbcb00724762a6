"""README.md tells the truth: its outputs are real, its settings load, its commands exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from asynclog.config import load_project
from asynclog.render import FORMATS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
OUTPUT = re.compile(r"(<!-- output of: (?P<command>asynclog .*?) -->\n```text\n)(?P<text>.*?)(```\n)", re.S)


def outputs(text: str) -> list[re.Match[str]]:
    return list(OUTPUT.finditer(text))


def real(command: str) -> str:
    """What `command` prints in a terminal of 100 columns; `| exit N` is its code, `| head -N` keeps that many lines."""
    command, _, head = command.partition(" | head -")
    command, _, code = command.partition(" | exit ")
    words = command.split()
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == int(code or 0), done.stderr
    lines = done.stdout.splitlines()
    return "\n".join(line.rstrip() for line in (lines[: int(head)] if head else lines)) + "\n"


@pytest.mark.parametrize("index", range(len(outputs(README.read_text("utf-8")))))
def test_outputs_are_what_the_commands_print(index: int, request: pytest.FixtureRequest) -> None:
    block = outputs(README.read_text("utf-8"))[index]
    output = real(block["command"])
    if request.config.getoption("--update-golden"):
        text = README.read_text("utf-8")
        block = outputs(text)[index]
        README.write_text(text[: block.start("text")] + output + text[block.end("text") :], "utf-8")
        return
    assert output == block["text"]


def test_there_are_outputs_to_check() -> None:
    commands = [block["command"] for block in outputs(README.read_text("utf-8"))]
    assert len(commands) >= 2
    assert "asynclog analyze --help" in commands


def test_the_settings_load(tmp_path: Path) -> None:
    found = re.search(r"<!-- checked: tool.asynclog -->\n```toml\n(.*?)```", README.read_text("utf-8"), re.S)
    assert found is not None
    file = tmp_path / "pyproject.toml"
    file.write_text(found[1], "utf-8")
    project = load_project(file)
    assert project.settings.in_app == ("*/shop/*",)
    assert project.top == 20


def test_the_rules_are_rules(tmp_path: Path) -> None:
    found = re.search(r"<!-- checked: rules -->\n```yaml\n(.*?)```", README.read_text("utf-8"), re.S)
    assert found is not None
    file = tmp_path / "rules.yaml"
    file.write_text(found[1], "utf-8")
    assert "all passed" in real(f"asynclog rules test {file}")
    log = "sample_logs/web_before.log"
    assert "[slow-invoice]" in real(f"asynclog analyze {log} -f concise --rules {file}")


def test_commands_and_options_named_exist() -> None:
    """Each `asynclog COMMAND --option` of a shell block is one."""
    from asynclog.cli import cli

    context = click.Context(cli)
    for block in re.findall(r"```(?:sh|yaml)\n(.*?)```", README.read_text("utf-8"), re.S):
        for line in re.findall(r"\basynclog ((?!rules\.)\w+[^\n|#]*)", block):
            words = shlex.split(line)
            command: click.Command | None = cli.get_command(context, words[0])
            assert command is not None, line
            if isinstance(command, click.Group):
                command = command.get_command(context, words[1])
                assert command is not None, line
            known = {name for parameter in command.params for name in parameter.opts}
            options = {word for word in words if re.match(r"--?[a-z]", word)}
            assert options <= known, line


def test_the_two_commands_are_there_and_ci_runs_the_second() -> None:
    text = README.read_text("utf-8")
    commands = {
        name: re.search(rf"<!-- the {name} command -->\n```sh\n(.*?)\n```", text, re.S) for name in ("try", "test")
    }
    assert all(commands.values())
    assert "<!-- the test command -->" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_links_lead_somewhere() -> None:
    for page in (README, *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_formats_named_are_the_formats_there_are() -> None:
    text = README.read_text("utf-8")
    missing = [name for name in FORMATS if f"`{name}`" not in text]
    assert missing == []


def test_the_keys_of_jsonl_are_the_ones_in_the_docs(request: pytest.FixtureRequest) -> None:
    page = ROOT / "docs" / "formats.md"
    block = re.compile(r"(<!-- checked: one line of jsonl -->\n```json\n)(.*?)(```\n)", re.S)
    line = real("asynclog analyze sample_logs/develop_2014/exception_never_retrieved.log -f jsonl")
    shown = json.dumps(json.loads(line), indent=2) + "\n"
    text = page.read_text("utf-8")
    if request.config.getoption("--update-golden"):
        page.write_text(block.sub(lambda found: found[1] + shown + found[3], text), "utf-8")
        return
    found = block.search(text)
    assert found is not None
    assert found[2] == shown
    table = text[text.index("## jsonl") : found.start()]
    assert [key for key in json.loads(line) if f"| `{key}` |" not in table] == []


def test_formats_of_the_docs_are_the_formats_there_are() -> None:
    text = (ROOT / "docs" / "formats.md").read_text("utf-8")
    assert [name for name in FORMATS if f"| `{name}` |" not in text] == []
