"""Reports, comparisons and trends as pandas tables: each column with its dtype, also where there are no rows.

Texts are `string`, words of a fixed vocabulary ordered categories, numbers that may be unknown `Int64` or `float64`,
durations are seconds, shares parts of 1. Times are `datetime64[us]`: UTC where the log names a zone, else as it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from asynclog.aggregate.compare import Diff, Numbers
from asynclog.aggregate.movement import Verdict
from asynclog.aggregate.trend import Trend
from asynclog.aggregate.verdict import State
from asynclog.model import Report, ReportRow, Severity, Site, Timestamp

if TYPE_CHECKING:
    from pandas import DataFrame

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEVERITIES = tuple(severity.label for severity in Severity)
_STATES = tuple(state.value for state in State)
_VERDICTS = tuple(verdict.value for verdict in Verdict)
_TIME = "datetime64[us]"

Dtype = str | tuple[str, ...]  # a tuple: categories in their order
_PLACE: Mapping[str, Dtype] = {
    "severity": _SEVERITIES, "kind": "string", "rule": "string", "fingerprint": "string", "file": "string",
    "line": "Int64", "function": "string", "via": "string", "coroutine": "string",
}  # fmt: skip
GROUPS: Mapping[str, Dtype] = {
    "id": "string", "title": "string", **_PLACE, "exception": "string", "message": "string", "count": "int64",
    "bursts": "Int64", "rate": "float64", "first": _TIME, "last": _TIME, "total": "float64", "p50": "float64",
    "p95": "float64", "max": "float64", "share": "float64", "log": "string", "log_line": "Int64",
}  # fmt: skip
"""One row a group."""
_NUMBERS: Mapping[str, Dtype] = {"count": "int64", "bursts": "int64", "rate": "float64", "total": "float64"}
CHANGES: Mapping[str, Dtype] = {
    "state": _STATES, **_PLACE, "moved": "bool",
    **{f"{side}_{name}": dtype for side in ("before", "after") for name, dtype in _NUMBERS.items()},
    "ratio": "float64", "ratio_low": "float64", "ratio_high": "float64", "p_value": "float64", "reason": "string",
}  # fmt: skip
"""One row a change."""
SERIES: Mapping[str, Dtype] = {
    "verdict": _VERDICTS, **_PLACE, "position": "int64", "run": "string", **_NUMBERS, "step": "string",
    "ratio": "float64", "p_value": "float64", "reason": "string",
}  # fmt: skip
"""One row a group and run."""


def groups(report: Report) -> DataFrame:
    """The rows of a report."""
    return _frame(GROUPS, [_group(row) for row in report.rows])


def changes(diff: Diff) -> DataFrame:
    """The changes of a comparison, the most pressing first."""
    rows = []
    for change in diff.changes:
        low, high = change.interval or (None, None)
        rows.append({
            "state": change.state.value, **_place(change), "moved": change.moved, **_numbers(change.before, "before_"),
            **_numbers(change.after, "after_"), "ratio": change.ratio, "ratio_low": low, "ratio_high": high,
            "p_value": change.p_value, "reason": change.reason,
        })  # fmt: skip
    return _frame(CHANGES, rows)


def series(trend: Trend) -> DataFrame:
    """Every group in every run, in the order of the runs."""
    rows = []
    for one in trend.series:
        same = {"verdict": one.verdict.value, **_place(one), "step": one.step, "ratio": one.ratio}
        same |= {"p_value": one.p_value, "reason": one.reason}
        for position, point in enumerate(one.runs):
            rows.append({**same, "position": position, "run": point.label, **_numbers(point.numbers)})
    return _frame(SERIES, rows)


def _group(row: ReportRow) -> dict[str, Any]:
    group, shown = row.group, row.group.worst or next(iter((*row.samples, *row.group.samples)), None)
    return {
        "id": row.id, "title": row.title, **_where(group.site), "severity": row.severity.label, "kind": group.kind,
        "rule": group.rule, "fingerprint": group.fingerprint, "coroutine": group.coroutine,
        "exception": group.exception_type, "message": row.messages[0].text if row.messages else None,
        "count": row.count, "bursts": row.bursts, "rate": row.rate, "first": _time(group.first),
        "last": _time(group.last), "total": _seconds(row.total), "p50": _seconds(row.p50), "p95": _seconds(row.p95),
        "max": _seconds(row.maximum), "share": row.share, "log": shown.source if shown else None,
        "log_line": shown.line if shown else None,
    }  # fmt: skip


def _place(thing: Any) -> dict[str, Any]:  # noqa: ANN401 - a change or a series
    return {
        "severity": thing.severity.label, "kind": thing.kind, "rule": thing.rule, "fingerprint": thing.fingerprint,
        "coroutine": thing.coroutine, **_where(thing.site),
    }  # fmt: skip


def _where(site: Site) -> dict[str, Any]:
    return {"file": site.file or None, "line": site.line, "function": site.function, "via": site.via.value}


def _numbers(numbers: Numbers, prefix: str = "") -> dict[str, Any]:
    told = {"count": numbers.count, "bursts": numbers.bursts, "rate": numbers.rate, "total": _seconds(numbers.total)}
    return {f"{prefix}{name}": value for name, value in told.items()}


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / 1_000_000


def _time(stamp: Timestamp | None) -> datetime | None:
    """Without a zone, as numpy has it; None where the log gives no date."""
    if stamp is None or not stamp.dated:
        return None
    try:
        return (_EPOCH + timedelta(microseconds=stamp.micros)).replace(tzinfo=None)
    except OverflowError:
        return None


def _frame(columns: Mapping[str, Dtype], rows: Sequence[Mapping[str, Any]]) -> DataFrame:
    import pandas as pd

    made = {}
    for name, dtype in columns.items():
        kind: Any = pd.CategoricalDtype(list(dtype), ordered=True) if isinstance(dtype, tuple) else dtype
        made[name] = pd.Series([row[name] for row in rows], dtype=kind, name=name)
    return pd.DataFrame(made)
