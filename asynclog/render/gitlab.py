"""Code Quality report of GitLab: a list of issues, each with a stable fingerprint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from asynclog.model import Report, ReportRow, Rule, Severity
from asynclog.render.changes import NOBODY, headline_of, position_of, pressing
from asynclog.render.options import RenderOptions
from asynclog.render.rows import headline, measure, position
from asynclog.render.safe import json_text, safe

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def analyze(report: Report, options: RenderOptions) -> str:
    """All groups, worst first; an empty list where there are none."""
    return _document([_issue(row) for row in report.rows[: options.top]])


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What is new or worse."""
    return _changes(found, options, NOBODY)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What is new, worse or fails the gate; without a baseline all groups."""
    if gate.diff is not None:
        return _changes(gate.diff, options, gate.culprits)
    return analyze(gate.report, options) if gate.report is not None else _document([])


def _changes(found: Any, options: RenderOptions, culprits: Mapping[str, str]) -> str:  # noqa: ANN401 - duck-typed
    return _document([_changed(change, found.rules) for change in pressing(found.changes, options.top, culprits)])


def _document(issues: list[dict[str, Any]]) -> str:
    return json_text(json.dumps(issues, indent=1)) + "\n"


def _issue(row: ReportRow) -> dict[str, Any]:
    told = f"{headline(row)} ({measure(row)})"
    return _told(told, row.group.rule, row.group.fingerprint, row.severity, position(row))


def _changed(change: Any, rules: Mapping[str, Rule]) -> dict[str, Any]:  # noqa: ANN401 - duck-typed
    told = headline_of(change, rules)
    return _told(told, change.rule, change.fingerprint, change.severity, position_of(change))


def _told(description: str, rule: str, fingerprint: str, severity: Severity, place: tuple[str, int]) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": safe(rule),
        "fingerprint": safe(fingerprint),
        "severity": _SEVERITIES[severity],
        "location": {"path": path(place[0]) or "unknown", "lines": {"begin": place[1]}},
    }


def path(file: str) -> str:
    """With forward slashes and without `./`, as GitLab compares it with the files of the repository."""
    shown = safe(file.replace("\\", "/"))
    while shown.startswith("./"):
        shown = shown[2:]
    return shown
