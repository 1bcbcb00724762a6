"""What each command does: settings -> one call of the pipeline -> renderers -> exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from asynclog import pipeline
from asynclog.aggregate.views import ViewOptions
from asynclog.aggregate.views import report as view
from asynclog.config import Project, Settings
from asynclog.errors import UsageError
from asynclog.model import Finding, Severity
from asynclog.output import Target, targets, write, writing
from asynclog.render import RenderOptions, find, render

CLEAN, FAILED, ERROR, NOTHING = 0, 1, 2, 3


def analyze(logs: Sequence[str], project: Project, settings: Settings, options: dict[str, Any]) -> int:
    """`asynclog analyze`: exit 0 whatever is found, 2 where input was lost."""
    places = _targets(options, "analyze", "text")
    streamed = [target for target in places if target.format == "jsonl"]
    if streamed:
        if len(places) > 1:
            raise UsageError(
                "-f jsonl is written while reading and goes alone",
                "run asynclog twice, or save -f json and render it later",
            )
        return _stream(logs, settings, options, streamed[0])
    run = pipeline.analyze(logs, settings, options.get("label"))
    shown = view(run, view_options(project, options))
    for target in places:
        write(target, render(target.format, shown, render_options(options, target)))
    lost = [span for span in run.sources if span.lost]
    for span in run.sources:
        for note in span.notes:
            _note(note, options)
    return ERROR if lost else CLEAN


def _stream(logs: Sequence[str], settings: Settings, options: dict[str, Any], target: Target) -> int:
    from asynclog.render.jsonl import finding_line

    keep = _Filter(options)
    book = pipeline.engine(settings)
    with writing(target) as file:
        for finding in pipeline.findings(logs, settings):
            if keep(finding):
                file.write(finding_line(finding))
    for note in book.notes:
        _note(note, options)
    return ERROR if any("reading stopped" in note for note in book.notes) else CLEAN


class _Filter:
    """--select, --ignore and --min-severity for single findings."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._select = tuple(options.get("select") or ())
        self._ignore = tuple(options.get("ignore") or ())
        self._floor = severity(options.get("min_severity")) or Severity.INFO

    def __call__(self, finding: Finding) -> bool:
        if finding.severity < self._floor:
            return False
        if self._select and not any(fnmatchcase(finding.rule, glob) for glob in self._select):
            return False
        return not any(fnmatchcase(finding.rule, glob) for glob in self._ignore)


def view_options(project: Project, options: dict[str, Any]) -> ViewOptions:
    """What is shown of a run."""
    return ViewOptions(
        top=options.get("top") or project.top,
        min_severity=severity(options.get("min_severity") or project.min_severity) or Severity.INFO,
        sort=options.get("sort") or "worst",
        select=tuple(options.get("select") or project.select),
        ignore=tuple(options.get("ignore") or project.ignore),
    )


def render_options(options: dict[str, Any], target: Target) -> RenderOptions:
    """How it is laid out: colour and links only for a terminal, width as the terminal has it."""
    terminal = target.file is None and sys.stdout.isatty()
    wish = options.get("color", "auto")
    color = wish == "always" or (
        wish == "auto" and terminal and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    )
    return RenderOptions(
        width=_width(),
        color=color,
        hyperlinks=color and terminal,
        ascii=target.file is None and not (sys.stdout.encoding or "utf-8").lower().startswith("utf"),
        top=options.get("top"),
        verbose=int(options.get("verbose") or 0) - int(options.get("quiet") or 0),
    )


def _width() -> int:
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


def _targets(options: dict[str, Any], command: str, default: str) -> tuple[Target, ...]:
    places = targets(options.get("formats") or (), options.get("output"), default)
    for target in places:
        find(target.format, command)
    return places


def _note(text: str, options: dict[str, Any]) -> None:
    if not options.get("quiet"):
        print(f"note: {text}", file=sys.stderr)
