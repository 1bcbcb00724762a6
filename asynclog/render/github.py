"""Workflow commands, which GitHub Actions shows as annotations: the worst first, and one for all that are too many."""

from __future__ import annotations

from typing import Any

from asynclog.model import Report, ReportRow, Severity
from asynclog.render.changes import counted, state_word
from asynclog.render.options import RenderOptions
from asynclog.render.rows import example, headline, measure, position
from asynclog.render.safe import safe, workflow_data, workflow_property
from asynclog.render.units import plural

SHOWN = 10  # of each level and step: GitHub drops what is beyond
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def analyze(report: Report, options: RenderOptions) -> str:
    """At least one command, so that a clean run is seen as one."""
    shown: dict[Severity, int] = dict.fromkeys(_COMMANDS, 0)
    lines = []
    for row in report.rows:
        if shown.get(row.severity, SHOWN) < SHOWN:
            shown[row.severity] += 1
            lines.append(_annotation(row))
    more = len(report.rows) - len(lines) + report.hidden
    if more:
        lines.append(_notice(f"{plural(more, 'more group' if lines else 'group')} in the report"))
    if not lines:
        lines.append(_notice(safe(report.verdict) or "nothing found"))
    return "".join(f"{line}\n" for line in lines)


def _notice(text: str) -> str:
    return f"::notice title=asynclog::{workflow_data(text)}"


def _annotation(row: ReportRow) -> str:
    file, line = position(row)
    place = f"file={workflow_property(file)},line={line}," if file else ""
    title = workflow_property(f"{row.title} [{row.group.rule}]")
    return f"::{_COMMANDS[row.severity]} {place}title={title}::{workflow_data(_message(row))}"


def _message(row: ReportRow) -> str:
    shown = example(row)
    parts = [f"{headline(row)} ({measure(row)}) [{safe(row.id)}]", safe(row.why), safe(row.fix and f"Fix: {row.fix}")]
    parts.append(f"Log: {safe(shown.source)}:{shown.line}" if shown else "")
    return "\n".join(filter(None, parts))


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Commands for what is new or worse, and one line for the rest."""
    return _commands(found.changes, f"{counted(found.states)}" or "nothing found")


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """The sentence as an error or a notice, then what failed."""
    head = (
        f"::error title=asynclog::{workflow_data(safe(gate.sentence))}\n"
        if gate.failed
        else _notice(safe(gate.sentence)) + "\n"
    )
    if gate.diff is not None:
        return head + _commands(gate.diff.changes, counted(gate.diff.states), taken=int(gate.failed))
    return head + (analyze(gate.report, options) if gate.report is not None and gate.failed else "")


def _commands(changes: Any, told: str, taken: int = 0) -> str:  # noqa: ANN401 - duck-typed
    pressing = [change for change in changes if change.state.value in ("new", "worse")]
    shown = pressing[: SHOWN - taken]
    lines = []
    for change in shown:
        place = (
            f"file={workflow_property(safe(change.site.file))},line={change.site.line or 1},"
            if change.site.file
            else ""
        )
        title = workflow_property(f"{state_word(change.state.value)}: {safe(change.rule)}")
        lines.append(f"::error {place}title={title}::{workflow_data(safe(change.reason))}")
    more = len(pressing) - len(shown)
    lines.append(_notice(f"{plural(more, 'more change')} in the report; {told}" if more else told))
    return "".join(f"{line}\n" for line in lines)
