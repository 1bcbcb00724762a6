"""The saved report: it can be read again, compared and merged."""

from __future__ import annotations

from typing import Any

from asynclog import codec
from asynclog.model import Report
from asynclog.render.options import RenderOptions
from asynclog.render.places import versioned
from asynclog.render.safe import json_bytes


def analyze(report: Report, options: RenderOptions) -> bytes:
    """The whole run, whatever is shown of it elsewhere."""
    return json_bytes(codec.dump_run(report.run))


def diff(found: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """All changes in one document."""
    return _document("diff", _diff(found))


def trend(found: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """All series in one document."""
    from asynclog.render.changes import numbers_json, series_json

    totals = [{"label": point.label, **numbers_json(point.numbers)} for point in found.totals]
    body = {"runs": list(found.labels), "series": [series_json(one) for one in found.series]}
    return _document("trend", {**body, "totals": totals, "caveats": list(found.caveats)})


def check(gate: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """The verdict, its reasons, the groups that failed, and the changes."""
    groups = gate.report.run.groups if gate.report is not None else {}
    failing = [
        {"fingerprint": versioned(name, groups[name].signature if name in groups else None), "reason": why}
        for name, why in gate.culprits.items()
    ]
    body = {"failed": gate.failed, "sentence": gate.sentence, "reasons": list(gate.reasons), "failing": failing}
    if gate.diff is not None:
        body |= _diff(gate.diff)
    if gate.report is not None:
        body["facts"] = dict(gate.report.facts)
    return _document("check", body)


def _diff(found: Any) -> dict[str, Any]:  # noqa: ANN401 - duck-typed
    from asynclog.render.changes import change_json

    changes = [change_json(change) for change in found.changes]
    sides = {"before": list(found.before), "after": list(found.after)}
    return {**sides, "changes": changes, "caveats": list(found.caveats)}


def _document(kind: str, body: dict[str, Any]) -> bytes:
    return json_bytes(codec.dumps({"asynclog": {"format": kind, "version": 1}, kind: body}))
