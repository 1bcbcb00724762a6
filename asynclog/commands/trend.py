"""`asynclog trend`: how groups move over many runs."""

from __future__ import annotations

from typing import Any

import click

from asynclog import pipeline
from asynclog.aggregate.trend import trend
from asynclog.aggregate.verdict import STEADY
from asynclog.commands.common import CLEAN, FAILED, NOTHING, note, note_losses, places, render_options
from asynclog.commands.comparing import comparing, comparison, is_empty, reading_settings
from asynclog.commands.options import output, reading
from asynclog.commands.progress import progress
from asynclog.config import find_project, load_project
from asynclog.errors import UsageError
from asynclog.output import write
from asynclog.render import render
from asynclog.slotted import replace


@click.command("trend")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@reading
@comparing
@click.option(
    "--steady",
    type=click.FloatRange(1.0, min_open=True),
    default=STEADY,
    show_default=True,
    metavar="RATIO",
    help="`steady` rules out any greater change of the level.",
)
@click.option(
    "--fail-on", multiple=True, type=click.Choice(["new", "rising", "never"]), help="Exit 1 when a group moves so."
)
@click.option("--allow-empty", is_flag=True, help="Exit 0, not 3, when nothing could be judged.")
@click.option("--top", type=click.IntRange(1), default=None, metavar="N", help="Show the N most pressing groups.")
@output
def command(runs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Follow groups over many runs, in the order of time.

    RUN is a log, a saved report, label=LOG, or a folder or pattern of them (a run for each).
    """
    project = load_project(find_project())
    settings = reading_settings(project, options)
    targets = places(options, "trend", runs)
    with progress(runs, options):
        found = pipeline.runs(runs, settings)
    if len(found) < 2:
        raise UsageError(
            "a trend needs two runs or more", "name several logs or a folder of them; for one: asynclog analyze"
        )
    moved = trend(found, replace(comparison(options, settings), steady=options["steady"]))
    for target in targets:
        write(target, render(target.format, moved, render_options(options, target), view="trend"))
    lost = max(note_losses(run, options) for run in found)
    if lost:
        return lost
    hit = [one for one in moved.series if one.verdict.value in options["fail_on"]]
    if hit and "never" not in options["fail_on"]:
        note(f"FAILED: {len(hit)} groups are {' or '.join(sorted({one.verdict.value for one in hit}))}", {})
        return FAILED
    if is_empty(found) and not options["allow_empty"]:
        note("nothing could be judged: no record of asyncio in any run", options)
        return NOTHING
    return CLEAN
