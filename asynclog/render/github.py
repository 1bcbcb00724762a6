"""Workflow commands, which GitHub Actions shows as annotations: the worst first, and one for all that are too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asynclog.model import Report, ReportRow, Severity
from asynclog.render.changes import (
    counted,
    culprit,
    name_of,
    position_of,
    pressing,
    sample_of,
    state_word,
    title_of,
)
from asynclog.render.options import RenderOptions
from asynclog.render.rows import example, headline, measure, position
from asynclog.render.safe import safe, workflow_data, workflow_property
from asynclog.render.units import plural

SHOWN = 10  # of each level and step: GitHub drops what is beyond
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def analyze(report: Report, options: RenderOptions) -> str:
    """At least one command, so that a clean run is seen as one."""
    return _groups(report.rows, report, {})


def _groups(rows: Sequence[ReportRow], report: Report, taken: Mapping[Severity, int]) -> str:
    """A command for each of `rows` while there is room; `taken` is what of it is used up."""
    shown: dict[Severity, int] = {level: taken.get(level, 0) for level in _COMMANDS}
    lines = []
    for row in rows:
        if shown.get(row.severity, SHOWN) < SHOWN:
            shown[row.severity] += 1
            lines.append(_annotation(row))
    more = len(rows) - len(lines) + report.hidden
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
    return _changes(pressing(found.changes), found, {})


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """The sentence as an error or a notice, then what failed, each at its place; nothing else where it passed."""
    sentence = safe(gate.sentence)
    head = f"::error title=asynclog::{workflow_data(sentence)}" if gate.failed else _notice(sentence)
    taken = {Severity.ERROR: int(gate.failed)}
    rest = ""
    if gate.diff is not None:
        rest = _changes([one for one in gate.diff.changes if culprit(one, gate.culprits)], gate.diff, taken)
    elif gate.report is not None and gate.failed:
        guilty = [row for row in gate.report.rows if row.group.fingerprint in gate.culprits]
        others = [row for row in gate.report.rows if row.group.fingerprint not in gate.culprits]
        rest = _groups([*guilty, *others], gate.report, taken)
    return f"{head}\n{rest}"


def _changes(changes: Sequence[Any], found: Any, taken: Mapping[Severity, int]) -> str:  # noqa: ANN401 - duck-typed
    """A command for each of `changes` while there is room, and a notice that counts the states of all."""
    left = {level: SHOWN - taken.get(level, 0) for level in _COMMANDS}
    lines = []
    for change in changes:
        level = max(change.severity, Severity.WARNING)
        if left[level] > 0:
            left[level] -= 1
            lines.append(_changed(change, found, _COMMANDS[level]))
    more, told = len(changes) - len(lines), counted(found.states) or "nothing found"
    lines.append(_notice(f"{plural(more, 'more change')} in the report; {told}" if more else told))
    return "".join(f"{line}\n" for line in lines)


def _changed(change: Any, found: Any, command: str) -> str:  # noqa: ANN401 - duck-typed
    file, line = position_of(change)
    place = f"file={workflow_property(safe(file))},line={line}," if file else ""
    title = workflow_property(
        f"{state_word(change.state.value)}: {title_of(change, found.rules)} [{safe(change.rule)}]"
    )
    rule, name = found.rules.get(change.rule), name_of(change)
    parts = [f"{safe(name)}: {safe(change.reason)}" if name else safe(change.reason)]
    parts += [safe(rule.why), safe(rule.fix and f"Fix: {rule.fix}")] if rule else []
    shown = sample_of(change)
    parts.append(f"Log: {safe(shown.source)}:{shown.line}" if shown else "")
    return f"::{command} {place}title={title}::{workflow_data(chr(10).join(filter(None, parts)))}"
