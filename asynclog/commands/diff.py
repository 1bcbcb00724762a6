"""`asynclog diff`: what changed between two sides. Exit 0 whatever changed, unless a condition says otherwise."""

from __future__ import annotations

from typing import Any

import click

from asynclog import pipeline
from asynclog.aggregate.compare import compare
from asynclog.aggregate.gate import decide
from asynclog.aggregate.join import combine
from asynclog.aggregate.views import facts_of, report
from asynclog.commands.common import CLEAN, ERROR, FAILED, NOTHING, note, note_losses, places, render_options
from asynclog.commands.comparing import comparing, comparison, conditions, failing, is_empty, reading_settings
from asynclog.commands.options import narrowing, output, reading
from asynclog.commands.progress import progress
from asynclog.config import find_project, load_project
from asynclog.output import write
from asynclog.render import render


@click.command("diff")
@click.argument("before")
@click.argument("after")
@click.option("--before", "more_before", multiple=True, metavar="LOG", help="One more run before.")
@click.option("--after", "more_after", multiple=True, metavar="LOG", help="One more run after.")
@reading
@narrowing
@comparing
@failing
@click.option("--top", type=click.IntRange(1), default=None, metavar="N", help="Show the N most pressing changes.")
@output
def command(before: str, after: str, **options: Any) -> int:  # noqa: ANN401 - click's values
    """Compare two runs, or several on each side.

    BEFORE and AFTER are logs, saved reports, folders or patterns of them (a run for each), or label=LOG.
    """
    project = load_project(find_project())
    settings = reading_settings(project, options)
    wanted = conditions(options["fail_if"])
    sides = ([before, *options["more_before"]], [after, *options["more_after"]])
    targets = places(options, "diff", [*sides[0], *sides[1]])
    with progress([*sides[0], *sides[1]], options):
        old, new = (pipeline.runs(side, settings) for side in sides)
    found = compare(old, new, comparison(options, settings))
    for target in targets:
        write(target, render(target.format, found, render_options(options, target), view="diff"))
    lost = max(note_losses(run, options) for run in (*old, *new))
    whole = combine(new)
    gate = decide(options["fail_on"], wanted, report(whole), found, facts_of(whole))
    if gate.failed or gate.open:
        note(gate.sentence, {})
    if lost == ERROR:
        return ERROR
    if gate.failed:
        return FAILED
    if options["allow_empty"]:
        return CLEAN
    if gate.open:
        return NOTHING
    if found.judged:
        return CLEAN
    if is_empty([*old, *new]):
        note("nothing could be judged: no record of asyncio on either side", options)
    elif found.changes:
        note("nothing could be judged: no change is comparable", options)
    else:
        return CLEAN if not is_empty(old) and not is_empty(new) else NOTHING
    return NOTHING
