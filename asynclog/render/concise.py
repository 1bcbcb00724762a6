"""One line a group, worst first, in the form that editors and grep know: `file:line: severity [rule] message`."""

from __future__ import annotations

from typing import Any

from asynclog.model import Report, ReportRow
from asynclog.render.changes import place_of, state_word
from asynclog.render.options import RenderOptions
from asynclog.render.rows import headline, measure, where
from asynclog.render.safe import safe


def analyze(report: Report, options: RenderOptions) -> str:
    """The groups; nothing at all where there are none."""
    return "".join(f"{_line(row)}\n" for row in report.rows[: options.top])


def _line(row: ReportRow) -> str:
    judged = f"{where(row)}: {row.severity.label} [{safe(row.group.rule)}]"
    return f"{judged} {headline(row)} ({measure(row)}) [{safe(row.id)}]"


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """A line for each change that is one."""
    changes = [change for change in found.changes if change.state.value != "same"][: options.top]
    return "".join(f"{_changed(change)}\n" for change in changes)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """A line for each group that moves."""
    moving = [one for one in found.series if one.verdict.value != "steady"][: options.top]
    lines = (f"{place_of(one)}: {one.verdict.value} [{safe(one.rule)}] {safe(one.reason)}" for one in moving)
    return "".join(f"{line}\n" for line in lines)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """The sentence, then a line for each change or group."""
    rest = diff(gate.diff, options) if gate.diff is not None else analyze(gate.report, options) if gate.report else ""
    return f"{safe(gate.sentence)}\n{rest}"


def _changed(change: Any) -> str:  # noqa: ANN401 - duck-typed
    place = f"{safe(change.site.file)}:{change.site.line or 1}" if change.site.file else place_of(change)
    told = f"{change.severity.label} [{safe(change.rule)}] {state_word(change.state.value)}"
    return f"{place}: {told}: {safe(change.reason)} [{change.fingerprint[:6]}]"
