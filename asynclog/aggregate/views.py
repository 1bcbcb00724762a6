"""What a renderer needs, derived from a run: pure functions from `Run` to `Report`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fnmatch import fnmatchcase

from asynclog.aggregate import clockwork, related, rows, sentences
from asynclog.aggregate.facts import BLOCKING
from asynclog.model import CallerRow, Group, Report, ReportRow, Run, Severity
from asynclog.slotted import dataclass, replace

NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class ViewOptions:
    """What is shown: never what fails.

    `sort` is one of `SORTS`; `select` and `ignore` hold globs of rule ids or kinds.
    """

    top: int | None = None
    min_severity: Severity = Severity.INFO
    sort: str = "worst"
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def blocked(group: Group) -> int:
    """Microseconds for which `group` blocked the loop, repeated records counted once."""
    if group.kind not in BLOCKING:
        return 0
    return group.durations.total - sum(total for _, total in group.echoes.values())


def _first(group: Group) -> int:
    return group.first.micros if group.first else NEVER


SORTS: dict[str, Callable[[Group], tuple[object, ...]]] = {
    "worst": lambda group: (-blocked(group), -group.severity, -group.count),
    "severity": lambda group: (-group.severity, -blocked(group), -group.count),
    "count": lambda group: (-group.count, -group.severity),
    "total": lambda group: (-group.durations.total, -group.count),
    "max": lambda group: (-(group.durations.maximum or 0), -group.count),
    "first": lambda group: (_first(group), -group.severity),
    "last": lambda group: (-(group.last.micros if group.last else 0), -group.severity),
    "kind": lambda group: (group.kind, -group.count),
    "site": lambda group: (group.site.file is None, group.site.file or "", group.site.line or 0),
}
"""The orders of rows; equal ones go by fingerprint."""


def report(run: Run, options: ViewOptions | None = None) -> Report:
    """Everything that is said about `run`. Groups are related here, so any merged run will do."""
    chosen = options or ViewOptions()
    run = related.relate(run)
    frame = clockwork.frame_of(run)
    ids = rows.short_ids(run.groups)
    by_process = clockwork.blocked_by_process(run)
    order = SORTS.get(chosen.sort, SORTS["worst"])
    groups = sorted(run.groups.values(), key=lambda group: (*order(group), group.fingerprint))
    matching = [group for group in groups if _matches(group, chosen)]
    shown = matching if chosen.top is None else matching[: max(chosen.top, 0)]
    probable = rows.probable_callers(groups)
    shown_rows = tuple(
        _with_probable(rows.make_row(group, run, frame, ids, rank), probable) for rank, group in enumerate(shown, 1)
    )
    worst = sorted(groups, key=lambda group: (*SORTS["worst"](group), group.fingerprint))
    serious = next((group for group in worst if group.severity > Severity.INFO), worst[0] if worst else None)
    leading = [rows.make_row(serious, run, frame, ids, 1)] if serious else []
    severities = _severities(groups)
    return Report(
        run=run,
        verdict=sentences.verdict(run, leading, severities, sentences.blocked_short(by_process, frame)),
        rows=shown_rows,
        severity=max((group.severity for group in groups), default=None),
        severities=severities,
        findings=sum(group.count for group in groups),
        groups=len(groups),
        defects=related.defects(run),
        hidden=len(groups) - len(shown),
        hidden_text=_hidden(len(groups) - len(matching), len(matching) - len(shown)),
        span=frame.span,
        first=frame.first.text if frame.first else "",
        last=frame.last.text if frame.last else "",
        blocked=sum(by_process.values()),
        blocked_share=clockwork.share_of(by_process, frame.span),
        blocked_text=sentences.blocked_text(run, by_process, frame),
        spark=clockwork.spark(run, frame),
        windows=clockwork.worst_windows(run, frame),
        processes=clockwork.process_rows(run, frame.span),
        facts=facts_of(run),
        loop_lines=tuple(sentences.loop_lines(run, frame)),
        accounting=tuple(sentences.accounting(run)),
        advice=tuple(sentences.advice(run, frame)),
        notes=tuple(sentences.run_notes(run)),
        sources=tuple(sentences.source_lines(run)),
        unknown=rows.tallies(run.accounting.unknown),
    )


FACTS = {
    "findings": "records that a rule judged",
    "errors": "findings of severity error",
    "warnings": "findings of severity warning",
    "infos": "findings of severity info",
    "groups": "distinct fingerprints",
    "defects": "groups of severity error or warning, related ones counted once",
    "blocked_seconds": "seconds for which loops were blocked, all processes together, at least",
    "blocked_share": "part (0 to 1) of the log's time for which the worst process was blocked, at least",
    "longest_block": "seconds of the longest slow callback",
    "records": "records of asyncio and its neighbours",
    "unclassified": "records that no rule knows",
    "partial": "records of which a part was lost",
    "malformed": "records that could not be understood",
    "lines": "lines read",
    "seconds": "seconds that the log covers",
}
"""The names that `--fail-if` takes. A fact is None where the log cannot tell."""


def facts_of(run: Run) -> dict[str, float | None]:
    """The documented numbers of a run; None where the log does not tell."""
    groups = run.groups.values()
    severities = _severities(list(groups))
    frame = clockwork.frame_of(run)
    by_process = clockwork.blocked_by_process(run)
    longest = max((group.durations.maximum or 0 for group in groups if group.kind in BLOCKING), default=0)
    told = run.accounting
    return {
        "findings": sum(group.count for group in groups),
        "errors": severities["error"],
        "warnings": severities["warning"],
        "infos": severities["info"],
        "groups": len(groups),
        "defects": related.defects(run),
        "blocked_seconds": sum(by_process.values()) / 1e6,
        "blocked_share": clockwork.share_of(by_process, frame.span) if any(by_process.values()) else 0.0,
        "longest_block": longest / 1e6,
        "records": told.records,
        "unclassified": told.unclassified,
        "partial": told.partial,
        "malformed": told.malformed,
        "lines": told.lines,
        "seconds": None if frame.span is None else frame.span / 1e6,
    }


def severities_of(group: Group) -> Counter[Severity]:
    """How many findings of a group are of which severity."""
    if group.rule not in group.rules:  # a rule judged the group as a whole
        return Counter({group.severity: group.count})
    counts: Counter[Severity] = Counter()
    for rule, count in group.rules.items():
        counts[group.severities.get(rule, group.severity)] += count
    return counts


def _severities(groups: list[Group]) -> dict[str, int]:
    """Findings by severity, worst first."""
    counts: Counter[Severity] = Counter()
    for group in groups:
        counts.update(severities_of(group))
    return {severity.label: counts[severity] for severity in sorted(Severity, reverse=True)}


def _matches(group: Group, options: ViewOptions) -> bool:
    def named(globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(name, glob) for name in (group.rule, group.kind) for glob in globs)

    return (
        group.severity >= options.min_severity
        and (not options.select or named(options.select))
        and not named(options.ignore)
    )


def _hidden(filtered: int, cut: int) -> str:
    parts = []
    if cut:
        parts.append(f"{cut:,} more groups (--top)" if cut > 1 else "1 more group (--top)")
    if filtered:
        groups = "" if cut else " groups" if filtered > 1 else " group"
        parts.append(f"{filtered:,}{groups} not asked for (--select, --ignore, --min-severity)")
    return f"Not shown: {'; '.join(parts)}." if parts else ""


def _with_probable(row: ReportRow, probable: dict[str, tuple[CallerRow, ...]]) -> ReportRow:
    group = row.group
    if group.kind not in BLOCKING or row.callers or group.coroutine not in probable:
        return row
    found = probable[group.coroutine]
    if not found:
        return row
    note = "A slow callback has no creation traceback; other records of the same coroutine say where it was created."
    return replace(row, probable=found, notes=(*row.notes, note))
