"""Run the analyzer: as a command, or its click group in this process."""

import importlib
import json
import subprocess
from pathlib import Path


def by_source(output: str, paths: list[Path]) -> dict[str, list[dict]]:
    """Findings of a jsonl output for each of the inputs."""
    found: dict[str, list[dict]] = {str(path): [] for path in paths}
    for line in output.splitlines():
        if line.strip():
            finding = json.loads(line)
            found.setdefault(finding["source"], []).append(finding)
    return found


def run_command(command: list[str], paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings of one process, and what went wrong."""
    done = subprocess.run(
        [*command, "analyze", *map(str, paths), "-f", "jsonl"], capture_output=True, check=False, timeout=600
    )
    return parse_output(
        done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), paths
    )


def parse_output(code: int, output: str, errors: str, paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings by source, and a word where the analyzer failed."""
    if code:
        return {}, f"exit {code}: {' / '.join(errors.strip().splitlines()[-2:])}"
    try:
        return by_source(output, paths), ""
    except (ValueError, KeyError) as error:
        return {}, f"not the jsonl agreed on: {error!r}"


def run_api(paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings of the click command, run in this process."""
    import click
    from click.testing import CliRunner

    module = importlib.import_module("asynclog.cli")
    command = next(each for each in vars(module).values() if isinstance(each, click.Group))
    done = CliRunner().invoke(command, ["analyze", *map(str, paths), "-f", "jsonl"])
    errors = done.stderr if done.exit_code else ""
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        errors = repr(done.exception)
    return parse_output(done.exit_code, done.stdout_bytes.decode("utf-8", "replace"), errors, paths)


def analyze(task: tuple[list[str] | None, list[Path]]) -> dict[str, tuple[list[dict], str]]:
    """Findings and trouble of each log of a batch; a batch that fails is tried log by log."""
    command, paths = task
    found, trouble = run_api(paths) if command is None else run_command(command, paths)
    if trouble and len(paths) > 1:
        return {name: answer for path in paths for name, answer in analyze((command, [path])).items()}
    return {str(path): (found.get(str(path), []), trouble) for path in paths}
