"""Workflow commands, which GitHub Actions shows as annotations: the worst first, and one for all that are too many."""

from __future__ import annotations

from asynclog.model import Report, ReportRow, Severity
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
