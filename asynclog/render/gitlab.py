"""Code Quality report of GitLab: a list of issues, each with a stable fingerprint."""

from __future__ import annotations

import json
from typing import Any

from asynclog.model import Report, ReportRow, Severity
from asynclog.render.options import RenderOptions
from asynclog.render.rows import headline, measure, position
from asynclog.render.safe import json_text, safe

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def analyze(report: Report, options: RenderOptions) -> str:
    """All groups, worst first; an empty list where there are none."""
    issues = [_issue(row) for row in report.rows[: options.top]]
    return json_text(json.dumps(issues, indent=1)) + "\n"


def _issue(row: ReportRow) -> dict[str, Any]:
    file, line = position(row)
    return {
        "description": f"{headline(row)} ({measure(row)})",
        "check_name": safe(row.group.rule),
        "fingerprint": safe(row.group.fingerprint),
        "severity": _SEVERITIES[row.severity],
        "location": {"path": path(file) or "unknown", "lines": {"begin": line}},
    }


def path(file: str) -> str:
    """With forward slashes and without `./`, as GitLab compares it with the files of the repository."""
    shown = safe(file.replace("\\", "/"))
    while shown.startswith("./"):
        shown = shown[2:]
    return shown
