"""`asynclog analyze`: report what happened in one run. Exit 0 whatever is found, 2 where input was lost."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import click

from asynclog import codec, pipeline
from asynclog.aggregate.views import SORTS, ViewOptions, facts_of, report
from asynclog.commands.common import (
    CLEAN,
    ERROR,
    FAILED,
    NOTHING,
    Options,
    check_names,
    note,
    note_losses,
    on_terminal,
    places,
    render_options,
    view_options,
)
from asynclog.commands.options import logs, narrowing, output, reading, settings_of, showing
from asynclog.commands.progress import progress
from asynclog.config import Settings, find_project, load_project
from asynclog.errors import UsageError
from asynclog.lazy import regex
from asynclog.model import Finding, Run
from asynclog.output import Target, save, write, writing
from asynclog.render import render

_UNSAFE = regex(r"[^A-Za-z0-9.+]+")
_LONGEST = 80


@click.command("analyze")
@logs()
@reading
@narrowing
@showing
@click.option(
    "--sort",
    type=click.Choice(list(SORTS)),
    default="worst",
    show_default=True,
    help="The order of groups.",
)
@click.option(
    "-C", "--context", type=click.IntRange(0), default=0, metavar="N", help="Show N log lines around the worst sample."
)
@click.option(
    "--fail-on",
    multiple=True,
    type=click.Choice(["error", "warning", "info", "never"]),
    help="Exit 1 when there is such a finding (default: exit 0 whatever is found).",
)
@click.option("--fail-if", multiple=True, metavar="'FACT > NUMBER'", help="Exit 1 when it holds; see `asynclog check`.")
@click.option("--save", metavar="DIR", help="Also keep the report in DIR, a history for `asynclog trend`.")
@click.option("--label", metavar="TEXT", help="What the run is called in comparisons.")
@output
def command(logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Report what happened in one run.

    LOG is a file, a folder, a pattern, a URL (s3://...), a saved report, or - for standard input.
    """
    project = load_project(find_project())
    settings = settings_of(project, options)
    targets = places(options, "analyze", logs)
    view = view_options(project, options)
    check_names(view, logs, settings)
    gating = bool(options["fail_on"] or options["fail_if"])
    if gating:
        from asynclog.aggregate.gate import decide
        from asynclog.commands.comparing import conditions

        wanted = conditions(options["fail_if"])
    streamed = [target for target in targets if target.format == "jsonl"]
    if streamed:
        if options["save"] is not None or gating:
            raise UsageError(
                "--save, --fail-on and --fail-if need a report, and -f jsonl makes none", "run asynclog twice"
            )
        if len(targets) > 1:
            raise UsageError(
                "-f jsonl is written while reading and goes alone",
                "run asynclog twice, or save -f json and render it later",
            )
        return _stream(logs, settings, options, streamed[0], view)
    with progress(logs, options):
        run = pipeline.analyze(logs, settings, options["label"])
    check_names(view, logs, settings, run)
    shown = report(run, view)
    if options["context"]:
        from asynclog import questions

        shown = questions.with_context(shown, logs, settings, options["context"])
    for target in targets:
        write(target, render(target.format, shown, render_options(options, target)))
    if options["save"] is not None:
        note(f"saved as {save(options['save'], _name_of(run), codec.dump_run(run))}", options)
    lost = note_losses(run, options)
    if not gating:
        return lost
    gate = decide(options["fail_on"], wanted, shown, None, facts_of(run))
    if gate.failed or gate.open:
        note(gate.sentence, {})
    return lost or (FAILED if gate.failed else NOTHING if gate.open else CLEAN)


def _name_of(run: Run) -> str:
    """What a saved run is called: its label, then its first time, so that files sort by either."""
    first = min((span.first for span in run.sources if span.first), key=lambda stamp: stamp.micros, default=None)
    parts = [run.label or "run", first.text if first else ""]
    return "_".join(filter(None, (_UNSAFE.sub("-", part).strip("-.")[:_LONGEST] for part in parts))) or "run"


def _stream(logs: Sequence[str], settings: Settings, options: Options, target: Target, view: ViewOptions) -> int:
    from asynclog.render.jsonl import finding_line

    book = pipeline.engine(settings)
    beside = {**options, "quiet": options["quiet"] or (target.file is None and on_terminal())}
    with writing(target) as file, progress(logs, beside):
        for finding in pipeline.findings(logs, settings):
            if _shown(finding, view):
                file.write(finding_line(finding))
    lost = [text for text in book.notes if "reading stopped" in text]
    for text in book.notes:
        note(text, {} if text in lost else options)
    return ERROR if lost else CLEAN


def _shown(finding: Finding, view: ViewOptions) -> bool:
    """--select, --ignore and --min-severity for single findings."""

    def named(globs: Sequence[str]) -> bool:
        return any(fnmatchcase(name, glob) for name in (finding.rule, finding.kind) for glob in globs)

    return (
        finding.severity >= view.min_severity
        and not (view.select and not named(view.select))
        and not named(view.ignore)
    )
