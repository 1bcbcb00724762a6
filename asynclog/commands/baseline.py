"""`asynclog baseline create|update`: what has been accepted, as a file for review."""

from __future__ import annotations

import os
from typing import Any

import click

from asynclog import pipeline
from asynclog.aggregate import baseline as accepted
from asynclog.commands.check import by_work_of, read_baseline
from asynclog.commands.common import CLEAN, NOTHING, not_over_inputs, note, note_losses
from asynclog.commands.comparing import comparing, comparison, is_empty, reading_settings
from asynclog.commands.options import logs, reading
from asynclog.commands.progress import progress
from asynclog.config import find_project, load_project
from asynclog.errors import UsageError
from asynclog.output import Target, write

DEFAULT = "asynclog-baseline.json"


@click.group("baseline")
def command() -> None:
    """Make or update the file of what is accepted."""


_file = click.option("-o", "--output", default=None, metavar="FILE", help=f"The baseline [default: {DEFAULT}].")


@command.command("create", short_help="Accept all that the logs hold.")
@logs()
@_file
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@reading
@comparing
def create(logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Accept all that the logs hold. Each LOG is a run: several show how much runs differ."""
    project = load_project(find_project())
    file = options["output"] or project.baseline or DEFAULT
    if os.path.exists(file) and not options["force"]:
        raise UsageError(
            f"{file} is there already", "bring it up to date with: asynclog baseline update; or use --force"
        )
    not_over_inputs([Target("json", file)], logs)
    with progress(logs, options):
        runs = pipeline.runs(logs, reading_settings(project, options))
    made = accepted.build(runs, per=options.get("per") or "")
    lost = max(note_losses(run, options) for run in runs)
    if lost:
        note("no baseline was written: it would accept too little", options)
        return lost
    write(Target("json", file), accepted.dump(made))
    note(f"{file}: {len(made.groups)} groups of {len(runs)} run{'s' if len(runs) > 1 else ''} accepted", options)
    if is_empty(runs):
        note("no record of asyncio was found: the baseline accepts nothing", options)
        return NOTHING
    return CLEAN


@command.command("update", short_help="Accept what the logs hold now; reasons stay.")
@logs()
@_file
@reading
@comparing
def update(logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Accept what the logs hold now: reasons stay, what is gone is dropped, and every change is printed."""
    project = load_project(find_project())
    file = options["output"] or project.baseline or DEFAULT
    old = accepted.load(read_baseline(file), file)
    settings = by_work_of(old, file, reading_settings(project, options))
    with progress(logs, options):
        runs = pipeline.runs(logs, settings)
    lost = max(note_losses(run, options) for run in runs)
    if lost:
        note("the baseline stays as it is: what was lost would be dropped from it", options)
        return lost
    if is_empty(runs):
        note("no record of asyncio was found: the baseline stays as it is", options)
        return NOTHING
    made, lines = accepted.update(old, runs, comparison(options, settings))
    write(Target("json", file), accepted.dump(made))
    click.echo("\n".join(lines) if lines else "nothing changed")
    return CLEAN
