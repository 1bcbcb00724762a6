"""`asynclog check`: a gate for a build. Exit 1 when it fails, 3 when nothing could be judged, 2 on errors."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from asynclog import pipeline
from asynclog.aggregate import baseline as accepted
from asynclog.aggregate.compare import Change, Diff, Numbers
from asynclog.aggregate.gate import Gate, decide
from asynclog.aggregate.verdict import State
from asynclog.aggregate.views import facts_of, report
from asynclog.commands.common import (
    CLEAN,
    FAILED,
    NOTHING,
    Options,
    check_names,
    note,
    note_losses,
    places,
    render_options,
    view_options,
)
from asynclog.commands.comparing import comparing, comparison, conditions, failing, is_empty, reading_settings
from asynclog.commands.options import logs, output, reading, showing
from asynclog.commands.progress import progress
from asynclog.config import Project, Settings, find_project, load_project
from asynclog.errors import InputError, UsageError
from asynclog.model import Severity, Site
from asynclog.output import write
from asynclog.render import render
from asynclog.slotted import replace


@click.command("check")
@logs()
@click.option("--baseline", metavar="FILE", help="What has been accepted; see `asynclog baseline create`.")
@reading
@comparing
@failing
@click.option("--strict-counts", is_flag=True, help="Compare plain counts: for tests that always do the same.")
@click.option("--demo-fail", is_flag=True, help="Pretend that a new error was found: proves that the gate can fail.")
@showing
@output
def command(logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Say yes or no to a build from its log.

    Fails on `new` and `worse` against a baseline, without one on any finding of severity error.
    """
    project = load_project(find_project())
    settings = reading_settings(project, options)
    wanted = conditions(options["fail_if"] or project.fail_if)
    file = options["baseline"] or project.baseline
    targets = places(options, "check", [*logs, *filter(None, [file])])
    view = view_options(project, options)
    check_names(view, logs, settings)
    if not file and not options["demo_fail"] and any(target.format == "jsonl" for target in targets):
        raise UsageError(
            "-f jsonl of check is one change a line and needs a --baseline",
            "-f json and -f csv have the groups; asynclog analyze -f jsonl the findings",
        )
    _needs_baseline(file, project, options)
    known = accepted.load(read_baseline(file), file) if file else None
    if known is not None:
        settings = by_work_of(known, file or "", settings)
    with progress(logs, options):
        run = pipeline.analyze(logs, settings)
    check_names(view, logs, settings, run)
    options["top"] = options["top"] or project.top  # cut by the renderers: what fails the gate goes first
    shown = report(run, replace(view, top=None))
    diff = None
    if known is not None:
        today = datetime.date.today()
        diff = accepted.check(known, [run], today, comparison(options, settings), strict=options["strict_counts"])
    if options["demo_fail"]:
        diff = _demo(diff)
    fail_on = options["fail_on"] or project.fail_on or (("new", "worse") if diff is not None else ("error",))
    gate = decide(fail_on, wanted, report(run), diff, facts_of(run))
    empty = is_empty([run]) and not options["allow_empty"] and not options["demo_fail"]
    if empty and not gate.failed:
        gate = replace(gate, sentence="Nothing could be judged: no record of asyncio was found in the log.")
    gate = replace(gate, report=shown)
    for target in targets:
        write(target, render(target.format, gate, render_options(options, target), view="check"))
    return _code(gate, note_losses(run, options), empty, options["allow_empty"])


def _needs_baseline(file: str | None, project: Project, options: Options) -> None:
    """Raise UsageError for what compares with a baseline where there is none: it would pass whatever the log holds."""
    if file or options["demo_fail"]:
        return
    states = [word for word in options["fail_on"] or project.fail_on if word in ("new", "worse")]
    asked = ["--strict-counts"] * options["strict_counts"] + [f"--fail-on {word}" for word in states]
    if asked:
        raise UsageError(
            f"{' and '.join(asked)}: needs a --baseline, without one nothing is compared",
            "make one with `asynclog baseline create`, or use --fail-on error",
        )


def _code(gate: Gate, lost: int, empty: bool, allowed: bool) -> int:
    if lost:
        return lost
    if gate.failed:
        return FAILED
    if empty:
        note("exit 3: an empty log is no proof of anything; --allow-empty if that is fine here", {})
        return NOTHING
    if gate.open and not allowed:
        note("exit 3: a condition could not be judged; --allow-empty if that is fine here", {})
        return NOTHING
    if gate.diff is not None and gate.diff.changes and not gate.diff.judged:
        return NOTHING
    return CLEAN


def by_work_of(known: accepted.Baseline, file: str, settings: Settings) -> Settings:
    """`settings` with the units of work that a baseline counts; raises UsageError where others are asked for."""
    if (settings.per or "") in ("", known.per):
        return replace(settings, per=known.per or None)
    counts = f"counts by --per {known.per!r}" if known.per else "counts by time"
    raise UsageError(
        f"{file}: {counts}, not by --per {settings.per!r}", "make it again: asynclog baseline create --force"
    )


def read_baseline(file: str) -> bytes:
    """The bytes of a baseline file; raises InputError that says how to make one."""
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}", "make it with: asynclog baseline create LOG -o FILE") from None


def _demo(diff: Diff | None) -> Diff:
    """`diff` with an invented new error on top."""
    change = Change(
        State.NEW, "exception-never-retrieved", "demo-fail", Severity.ERROR, "demo00000000", Site(), None, False,
        Numbers(), Numbers(1, 1), None, None, None, "invented by --demo-fail: not in the log",
    )  # fmt: skip
    old = diff or Diff()
    states = {**old.states, State.NEW: old.states.get(State.NEW, 0) + 1}
    return replace(old, changes=(change, *old.changes), states=states)
