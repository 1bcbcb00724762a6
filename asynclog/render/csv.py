"""One row a group, for spreadsheets: durations in seconds, shares as parts of 1, no cell that could be a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from asynclog.model import Report, ReportRow
from asynclog.render.changes import change_json, series_json
from asynclog.render.options import RenderOptions
from asynclog.render.places import versioned
from asynclog.render.rows import example
from asynclog.render.safe import csv_cell
from asynclog.render.units import iso

Cell = str | int | float | None


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / 1_000_000


COLUMNS: Mapping[str, Callable[[ReportRow], Cell]] = {
    "rank": lambda row: row.rank,
    "id": lambda row: row.id,
    "fingerprint": lambda row: versioned(row.group.fingerprint, row.group.signature),
    "severity": lambda row: row.severity.label,
    "kind": lambda row: row.group.kind,
    "rule": lambda row: row.group.rule,
    "title": lambda row: row.title,
    "file": lambda row: row.group.site.file,
    "line": lambda row: row.group.site.line,
    "function": lambda row: row.group.site.function,
    "via": lambda row: row.group.site.via.value,
    "coroutine": lambda row: row.group.coroutine,
    "exception": lambda row: row.group.exception_type,
    "message": lambda row: row.messages[0].text if row.messages else None,
    "count": lambda row: row.count,
    "partial": lambda row: row.group.partial,
    "bursts": lambda row: row.bursts,
    "rate_per_hour": lambda row: None if row.rate is None else round(row.rate, 6),
    "first": lambda row: iso(row.group.first),
    "last": lambda row: iso(row.group.last),
    "total_seconds": lambda row: _seconds(row.total),
    "p50_seconds": lambda row: _seconds(row.p50),
    "p95_seconds": lambda row: _seconds(row.p95),
    "max_seconds": lambda row: _seconds(row.maximum),
    "blocked_share": lambda row: None if row.share is None else round(row.share, 9),
    "log": lambda row: getattr(example(row), "source", None),
    "log_line": lambda row: getattr(example(row), "line", None),
}


def analyze(report: Report, options: RenderOptions) -> str:
    """A head line and a line for each group, worst first."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in report.rows[: options.top]:
        writer.writerow([_cell(get(row)) for get in COLUMNS.values()])
    return file.getvalue()


def _cell(value: Cell) -> Cell:
    return csv_cell(value) if isinstance(value, str) else value


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """A line for each change."""
    return _rows([_flat(change_json(change)) for change in found.changes[: options.top]])


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """A line for each group and run."""
    rows = []
    for one in found.series[: options.top]:
        told = series_json(one)
        runs = told.pop("runs")
        rows += [{**_flat(told), **{f"run_{key}": value for key, value in run.items()}} for run in runs]
    return _rows(rows)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """A line for each change, or for each group where there is no baseline."""
    if gate.diff is not None:
        return diff(gate.diff, options)
    return analyze(gate.report, options) if gate.report is not None else ""


def _flat(value: Mapping[str, Any]) -> dict[str, Cell]:
    flat: dict[str, Cell] = {}
    for key, part in value.items():
        if isinstance(part, dict):
            flat.update({f"{key}_{name}": inner for name, inner in part.items()})
        else:
            flat[key] = part
    return flat


def _rows(rows: list[dict[str, Cell]]) -> str:
    file = io.StringIO()
    if rows:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])
    return file.getvalue()
