"""One line a group, worst first, in the form that editors and grep know: `file:line: severity [rule] message`."""

from __future__ import annotations

from asynclog.model import Report, ReportRow
from asynclog.render.options import RenderOptions
from asynclog.render.rows import headline, measure, where
from asynclog.render.safe import safe


def analyze(report: Report, options: RenderOptions) -> str:
    """The groups; nothing at all where there are none."""
    return "".join(f"{_line(row)}\n" for row in report.rows[: options.top])


def _line(row: ReportRow) -> str:
    judged = f"{where(row)}: {row.severity.label} [{safe(row.group.rule)}]"
    return f"{judged} {headline(row)} ({measure(row)}) [{safe(row.id)}]"
