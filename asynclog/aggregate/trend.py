"""How every group moves over many runs, and the run at which its level changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from asynclog.aggregate import comparable, wording
from asynclog.aggregate.compare import Numbers, Settings, labels_of, numbers, rules_of
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.match import align
from asynclog.aggregate.movement import Movement, Verdict, follow
from asynclog.aggregate.sides import Log, log_of
from asynclog.aggregate.verdict import Case, Measure
from asynclog.model import Group, Rule, Run, Severity, Site
from asynclog.slotted import dataclass, field

__all__ = ["Movement", "Point", "Series", "Trend", "Verdict", "follow", "trend"]

_ORDER = {verdict: rank for rank, verdict in enumerate(Verdict)}


@dataclass(frozen=True, slots=True)
class Point:
    """One group in one run."""

    label: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Series:
    """One group over all runs. `step` is the label of the first run at the new level, None without a sudden change."""

    verdict: Verdict
    kind: str
    rule: str
    severity: Severity
    fingerprint: str
    site: Site
    coroutine: str | None
    runs: tuple[Point, ...]
    step: str | None
    ratio: float | None
    p_value: float | None
    reason: str
    measure: Measure | None = None
    rung: str | None = None
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """All series, the most pressing first; `totals` sums up each run, `verdicts` counts the series."""

    series: tuple[Series, ...] = ()
    labels: tuple[str, ...] = ()
    totals: tuple[Point, ...] = ()
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)
    caveats: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)


def trend(runs: Sequence[Run], settings: Settings | None = None) -> Trend:
    """The movement of all groups over `runs`, which are put in the order of their times where all have dates."""
    options = settings or Settings()
    logs = in_order([log_of(run, options.per) for run in runs])
    labels = labels_of(logs)
    rows = align([log.run.groups for log in logs], options.keys)
    cells = [tuple(_evidence(group, log) for group, log in zip(groups, logs, strict=True)) for _, groups in rows]
    severities = [max(g.severity for g in groups if g is not None) for _, groups in rows]
    moved = follow(cells, severities, options)
    series = [
        _series(rung, groups, row, movement, labels, severity, len(rows), options.per)
        for (rung, groups), row, severity, movement in zip(rows, cells, severities, moved, strict=True)
    ]
    series.sort(key=lambda one: (_ORDER[one.verdict], -one.severity, one.p_value or 0.0, one.fingerprint))
    totals = tuple(
        Point(label, numbers([row[i] for row in cells], options.per, timed=True)) for i, label in enumerate(labels)
    )
    counts = {verdict: n for verdict in Verdict if (n := sum(one.verdict is verdict for one in series))}
    return Trend(tuple(series), labels, _by_run(totals, logs, options.per), counts, _caveats(logs), rules_of(logs))


def _series(
    rung: str,
    groups: Sequence[Group | None],
    row: tuple[Evidence, ...],
    movement: Movement,
    labels: tuple[str, ...],
    severity: Severity,
    number: int,
    per: bool,
) -> Series:
    group = next(g for g in reversed(groups) if g is not None)
    timed = bool(group.durations.count)
    points = tuple(Point(label, numbers([e], per, timed)) for label, e in zip(labels, row, strict=True))
    aspect = movement.aspect
    ratio = None if aspect is None or math.isinf(aspect.result.ratio) else round(aspect.result.ratio, 6)
    return Series(
        movement.verdict, group.kind, group.rule, severity, group.fingerprint, group.site, group.coroutine, points,
        None if movement.step is None else labels[movement.step], ratio, round(aspect.p_value, 8) if aspect else None,
        _reason(movement, row, labels, number, per), aspect.measure if aspect else None, rung, group,
    )  # fmt: skip


def in_order(logs: Sequence[Log]) -> list[Log]:
    """By time where every log has dates, else as given."""
    dated = all(any(s.first is not None and s.first.dated for s in log.run.sources) for log in logs)
    return sorted(logs, key=lambda log: (log.span.start, log.span.end)) if dated else list(logs)


def _evidence(group: Group | None, log: Log) -> Evidence:
    names = (group.fingerprint,) if group is not None and group.fingerprint in log.run.groups else ()
    return log.evidence(names)


def _by_run(totals: tuple[Point, ...], logs: Sequence[Log], per: bool) -> tuple[Point, ...]:
    """The sums of all groups have the exposure of one log, not of as many as there are groups."""
    result = []
    for point, log in zip(totals, logs, strict=True):
        rate = numbers([Evidence(point.numbers.count, exposure=log.evidence(()).exposure)], per, timed=False).rate
        result.append(Point(point.label, Numbers(point.numbers.count, point.numbers.bursts, rate, point.numbers.total)))
    return tuple(result)


def _caveats(logs: Sequence[Log]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one, other in pairwise(logs):
        found |= dict.fromkeys(line for line in comparable.terms([one], [other]).caveats if line != comparable.ALONE)
    return tuple(found)


# -- saying ----------------------------------------------------------------------------------------------------------


def _reason(movement: Movement, row: tuple[Evidence, ...], labels: Sequence[str], groups: int, per: bool) -> str:
    split, aspect = movement.split, movement.aspect
    if aspect is None:
        return "a single run shows no movement"
    seen = f"{sum(1 for e in row if e.count)} of {len(row)} runs"
    if movement.verdict in (Verdict.NEW, Verdict.GONE):
        assert split is not None
        records = wording.plural(sum(e.count for e in row), "record")
        if movement.verdict is Verdict.NEW:
            return f"first seen in {labels[split]}: {records} in {seen}"
        return f"not seen any more from {labels[split]} on: {records} in {seen} before"
    if len(set(row)) == 1:
        return f"the evidence is identical in all {len(row)} runs"
    if split is None:
        what = f"{aspect.measure} from {labels[0]} to {labels[-1]}, little by little"
    else:
        what = wording.numbers(Case(row[:split], row[split:]), aspect, per)
        what = what.replace(" before", f" before {labels[split]}").replace(" after", " from then on")
    largest = "the largest difference is"
    test = f"{wording.chance(aspect.p_value)} after correction over {wording.plural(groups, 'group')}"
    text = f"{what}: {wording.interval(aspect)}, {test}"
    if movement.verdict is Verdict.STEADY:
        return f"the level did not change by more than {wording.times(movement.reach)} at any run; {largest} {text}"
    if movement.verdict is Verdict.INCONCLUSIVE:
        possible = f"a change by {wording.times(movement.reach)}" if movement.reach < wording.MUCH else "any change"
        return f"{possible} may still hide in it, seen in {seen}; {largest} {text}"
    return text
