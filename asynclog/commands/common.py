"""What commands have in common: exit codes, places to write to, how a report is laid out, notes on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from asynclog import pipeline
from asynclog.aggregate.views import ViewOptions
from asynclog.config import Project, Settings
from asynclog.errors import InputError, UsageError
from asynclog.model import Run, Severity
from asynclog.output import Target, spare, targets
from asynclog.render import RenderOptions, find

CLEAN, FAILED, ERROR, NOTHING = 0, 1, 2, 3
Options = Mapping[str, Any]  # what click gives


def places(options: Options, view: str, inputs: Sequence[str]) -> tuple[Target, ...]:
    """Where the reports of a view go.

    Raises UsageError for a format that is unknown or does not show it, and for a file that is one of the `inputs`.
    """
    found = targets(options.get("formats") or (), options.get("output"), "text")
    for target in found:
        find(target.format, view)
    not_over_inputs(found, inputs)
    return found


def not_over_inputs(found: Sequence[Target], inputs: Sequence[str]) -> None:
    """Raise UsageError where a report would replace what it is made of."""
    if any(target.file and os.path.exists(target.file) for target in found):
        with contextlib.suppress(InputError):  # what is wrong is said by who reads
            spare(found, pipeline.paths_of(inputs))


def view_options(project: Project, options: Options) -> ViewOptions:
    """What is shown of a run."""
    return ViewOptions(
        top=options.get("top") or project.top,
        min_severity=severity(options.get("min_severity") or project.min_severity) or Severity.INFO,
        sort=options.get("sort") or "worst",
        select=tuple(options.get("select") or project.select),
        ignore=tuple(options.get("ignore") or project.ignore),
    )


def check_names(view: ViewOptions, logs: Sequence[str], settings: Settings, run: Run | None = None) -> None:
    """Raise UsageError for --select or --ignore of no rule; a saved report may bring its own, so wait for its `run`."""
    names = (*view.select, *view.ignore)
    if names and (run is not None or not any(log.endswith(".json") for log in logs)):
        from asynclog import questions

        questions.check_rule_names(names, settings, run)


def render_options(options: Options, target: Target) -> RenderOptions:
    """How it is laid out: colour and links only for a terminal, width as the terminal has it."""
    terminal = target.file is None and on_terminal()
    colored = color(options, target)
    return RenderOptions(
        width=width(),
        color=colored,
        hyperlinks=colored and terminal,
        ascii=target.file is None and not (getattr(sys.stdout, "encoding", "") or "utf-8").lower().startswith("utf"),
        top=options.get("top"),
        verbose=int(options.get("verbose") or 0) - int(options.get("quiet") or 0),
    )


def color(options: Options, target: Target) -> bool:
    """Whether to colour: as asked for, else on a terminal that did not decline."""
    wish = options.get("color", "auto")
    if wish == "auto":
        declined = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return target.file is None and on_terminal() and not declined
    return bool(wish == "always") and target.file is None


def on_terminal() -> bool:
    """Whether standard output is one; it may be closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def width() -> int:
    """The columns of the terminal."""
    text = os.environ.get("COLUMNS", "")
    if text.isdigit() and int(text) > 0:
        return int(text)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 100


def severity(word: str | None) -> Severity | None:
    """The severity named by `word`; raises UsageError for a word that is none."""
    if word is None:
        return None
    try:
        return Severity[word.upper()]
    except KeyError:
        raise UsageError(f"no severity {word!r}", "severities are error, warning, info") from None


def note(text: str, options: Options) -> None:
    """Say something on standard error, unless quiet."""
    if not options.get("quiet"):
        print(f"note: {text}", file=sys.stderr)


def note_losses(run: Run, options: Options) -> int:
    """Say what happened while reading; the exit code that follows from it. What was lost is told, however quiet."""
    for span in run.sources:
        for text in span.notes:
            note(f"{span.path}: {text}", {} if span.lost else options)
    return ERROR if any(span.lost for span in run.sources) else CLEAN
