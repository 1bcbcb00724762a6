"""What a renderer needs, derived from a run: pure functions from `Run` to `Report`."""

from __future__ import annotations

from dataclasses import dataclass

from asynclog.model import Report, Run, Severity


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """What is shown: never what fails. `sort` is one of `SORTS`; `select` and `ignore` are rule ids or globs."""

    top: int | None = None
    min_severity: Severity = Severity.INFO
    sort: str = "worst"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def report(run: Run, options: ViewOptions | None = None) -> Report:
    """Everything that is said about `run`."""
    return Report(run, "")
