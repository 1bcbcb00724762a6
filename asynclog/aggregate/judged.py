"""Whole groups judged: what a rule may look at, and a run with what the rules and the user decided about its groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from asynclog.aggregate import clockwork, timeline
from asynclog.aggregate.facts import BLOCKING
from asynclog.model import Group, Rule, Run, Severity
from asynclog.slotted import replace

_MINUTE = 60_000_000


def whole(run: Run) -> Run:
    """`run` with the groups that were suppressed among the others, as `merge_runs` wants them judged."""
    return replace(run, groups=dict(sorted({**run.groups, **run.suppressed}.items())), suppressed={})


def group_views(run: Run) -> dict[str, dict[str, object]]:
    """What the conditions of group rules may look at, by fingerprint. None where the log does not tell."""
    frame = clockwork.frame_of(run)
    return {name: _view(run, group, frame) for name, group in run.groups.items()}


def _view(run: Run, group: Group, frame: clockwork.Frame) -> dict[str, object]:
    durations, site = group.durations, group.site
    blocked = clockwork.blocked_by_process(run, group)
    timed = bool(group.timeline.cells)
    exception = group.exception_type
    return {
        "kind": group.kind,
        "count": group.count,
        "rate": group.count * _MINUTE / frame.span if frame.span and timed else None,
        "total": durations.total / 1e6 if durations.count else None,
        "worst": durations.maximum / 1e6 if durations.maximum is not None else None,
        "mean": durations.total / durations.count / 1e6 if durations.count else None,
        "share": clockwork.share_of(blocked, frame.span) if group.kind in BLOCKING else None,
        "bursts": timeline.burst_count(group.timeline) or None,
        "span": (group.last.micros - group.first.micros) / 1e6 if group.first and group.last else None,
        "tests": len(group.tests),
        "callers": len(group.callers),
        "shutdown": group.shutdown / group.count if group.count else None,
        "coroutine": group.coroutine,
        "callback": group.callback,
        "exception.type": (exception, exception.rpartition(".")[2]) if exception else None,
        "site.file": site.file,
        "site.function": site.function,
        "site.via": str(site.via),
    }


def with_judgement(
    run: Run, rules: Mapping[str, Rule], suppressed: Mapping[str, str], notes: Iterable[str] = ()
) -> Run:
    """`run` with groups judged by `rules` and those of `suppressed` (fingerprint to reason) set aside."""
    groups: dict[str, Group] = {}
    aside: dict[str, Group] = {}
    for name, group in run.groups.items():
        rule = rules.get(name)
        if rule is not None:
            group = replace(group, rule=rule.id, severity=Severity.INFO if rule.severity is None else rule.severity)
        reason = suppressed.get(name) or group.suppressed
        (aside if reason else groups)[name] = replace(group, suppressed=reason)
    used = {rule.id: rule for rule in rules.values()}
    return replace(
        run,
        groups=groups,
        suppressed=aside,
        rules=dict(sorted({**run.rules, **used}.items())),
        judged=tuple(sorted(set(notes))),
    )
