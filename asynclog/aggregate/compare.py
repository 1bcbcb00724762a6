"""What changed between two sides, each one log or several: every group gets a state and one sentence that says why."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from asynclog.aggregate import comparable, facts, wording
from asynclog.aggregate.counts import ALPHA
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.match import BY, EXACT, Codes, Keys, Match, code_moved, keys_of, moved, pair, together
from asynclog.aggregate.sides import Log, log_of
from asynclog.aggregate.verdict import MINIMUM_EFFECT, STEADY, Aspect, Case, Judgement, Measure, State, judge
from asynclog.model import Group, Rule, Run, Severity, Site
from asynclog.slotted import dataclass, field

UNMATCHED = Match((), ())
_ORDER = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compare. `per` compares by units of work; `keys` and `codes` tell of a group what `match` wants to know.

    `steady` is the largest change of level over many runs that a group called steady may hide.
    """

    min_count: int = 3
    effect: float = MINIMUM_EFFECT
    steady: float = STEADY
    alpha: float = ALPHA
    per: bool = False
    debug_only: frozenset[str] = comparable.DEBUG_ONLY
    keys: Keys = keys_of
    codes: Codes = lambda group: frozenset()


@dataclass(frozen=True, slots=True)
class Numbers:
    """One side of a change. `rate` is records per hour (or per unit of work), `total` microseconds of duration."""

    count: int = 0
    bursts: int = 0
    rate: float | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One group before and after. Ratio and interval are those of `measure`; all p-values are corrected.

    `site` is that of the side after (before, where it is gone), `was` the one before if it `moved`; `group` likewise.
    Where the site stayed and the code of the coroutine moved, `code` says from where to where.
    """

    state: State
    kind: str
    rule: str
    severity: Severity
    fingerprint: str
    site: Site
    coroutine: str | None
    moved: bool
    before: Numbers
    after: Numbers
    ratio: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    reason: str
    rung: str | None = EXACT
    measure: Measure | None = None
    was: Site | None = None
    group: Group | None = None
    match: Match = UNMATCHED
    code: tuple[Site, Site] | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """All changes, the most pressing first. `caveats` are sentences that hold for all of them; `rules` is what is known
    of their rules.
    """

    changes: tuple[Change, ...] = ()
    caveats: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    states: Mapping[State, int] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def judged(self) -> bool:
        """Whether any change could be judged: there are some, and not all are `not comparable`."""
        return any(change.state is not State.NOT_COMPARABLE for change in self.changes)


@dataclass(frozen=True, slots=True)
class Subject:
    """A group to be judged: as it is in each log, and what stands in the way."""

    match: Match
    before: Group | None
    after: Group | None
    case: Case
    obstacle: str | None = None
    raw: Case | None = None


def compare(before: Sequence[Run], after: Sequence[Run], settings: Settings | None = None) -> Diff:
    """The changes from `before` to `after`."""
    options = settings or Settings()
    sides = [[log_of(run, options.per) for run in runs] for runs in (before, after)]
    return compare_logs(sides[0], sides[1], options)


def compare_logs(before: Sequence[Log], after: Sequence[Log], options: Settings) -> Diff:
    """The changes between logs, of which a baseline may have kept no more than the evidence."""
    terms = comparable.terms(before, after)
    matches = pair(groups_of(before), groups_of(after), options.keys)
    changes = decide([_subject(match, (before, after), terms, options) for match in matches], options)
    told = labels_of(before), labels_of(after)
    return Diff(changes, terms.caveats, *told, count_states(changes), rules_of([*before, *after]))


def decide(subjects: Sequence[Subject], options: Settings) -> tuple[Change, ...]:
    """Judge all subjects together and put each into words."""
    judged = iter(judge([s.case for s in subjects if s.obstacle is None], options.alpha, options.effect))
    number = sum(s.obstacle is None for s in subjects)
    changes = [
        _change(s, next(judged) if s.obstacle is None else Judgement(State.NOT_COMPARABLE), number, options)
        for s in subjects
    ]
    return tuple(sorted(changes, key=pressing))


def pressing(change: Change) -> tuple[int, int, float, str]:
    """The order in which changes are shown."""
    p_value = 1.0 if change.p_value is None else change.p_value
    return _ORDER[change.state], -change.severity, p_value, change.fingerprint


def count_states(changes: Sequence[Change]) -> dict[State, int]:
    """How many changes are in each state, in the order of `State`."""
    return {state: n for state in State if (n := sum(change.state is state for change in changes))}


def labels_of(logs: Sequence[Log]) -> tuple[str, ...]:
    """What each log is called: its label, else its files, else its place in the row."""
    runs = [log.run for log in logs]
    return tuple(run.label or ", ".join(s.path for s in run.sources) or str(i + 1) for i, run in enumerate(runs))


def rules_of(logs: Sequence[Log]) -> dict[str, Rule]:
    """The rules that judged something, as the last log has them."""
    return {name: rule for log in logs for name, rule in log.run.rules.items()}


def groups_of(logs: Sequence[Log]) -> dict[str, Group]:
    """A group of each fingerprint: that of the last log that has it."""
    return {name: group for log in logs for name, group in log.run.groups.items()}


def _subject(
    match: Match, sides: tuple[Sequence[Log], Sequence[Log]], terms: comparable.Terms, options: Settings
) -> Subject:
    names = (match.before, match.after)
    groups = [[together(log.run.groups.get(n) for n in names[i]) for log in sides[i]] for i in (0, 1)]
    shown = [next((g for g in reversed(side) if g is not None), None) for side in groups]
    group = shown[1] or shown[0]
    if group is None:
        raise ValueError("a match without groups")
    severity = max(g.severity for side in groups for g in side if g is not None)
    bound = terms.bound if group.kind in facts.BLOCKING else None

    def case(above: int | None) -> Case:
        old, new = (tuple(log.evidence(names[i], above) for log in sides[i]) for i in (0, 1))
        return Case(old, new, severity, options.min_count)

    judged = case(bound)
    obstacle = _obstacle(group, shown, judged, terms, options)
    return Subject(match, shown[0], shown[1], judged, obstacle, case(None) if bound is not None else None)


def _obstacle(
    group: Group, shown: Sequence[Group | None], case: Case, terms: comparable.Terms, options: Settings
) -> str | None:
    """Why a group cannot be compared, None where it can."""
    if terms.no_units is not None:
        return f"no line {terms.no_units} matches --per, so there is no work to relate the records to"
    missing = "before" if shown[0] is None else "after" if shown[1] is None else None
    if missing is not None and missing == terms.silent and group.kind in options.debug_only:
        return f"debug mode was off {missing}, and asyncio writes this in debug mode only"
    if missing is not None and missing != terms.lower and not any(e.count for e in (*case.before, *case.after)):
        seconds = (terms.bound or 0) / 1e6
        return f"all of it is under {seconds:g} s, the slow-callback threshold {missing}"
    return None


def _change(subject: Subject, judged: Judgement, number: int, options: Settings) -> Change:
    group = subject.after or subject.before
    assert group is not None
    first = judged.aspects[0] if judged.aspects else None
    was = subject.before.site if subject.before is not None else None
    has_moved = subject.after is not None and was is not None and moved(was, subject.after.site)
    code = None
    if subject.before is not None and subject.after is not None and not has_moved:
        code = code_moved(options.codes(subject.before), options.codes(subject.after))
    raw = subject.raw or subject.case
    timed = bool(group.durations.count)
    reason = subject.obstacle or wording.reason(subject.case, judged, number, options.per, options.effect)
    if subject.match.rung not in (None, EXACT):
        reason += f" (matched by {BY.get(subject.match.rung or '', subject.match.rung)})"
    ratio = first.result.ratio if first and not judged.identical else 1.0 if judged.identical else None
    return Change(
        judged.state, group.kind, group.rule, subject.case.severity, group.fingerprint, group.site, group.coroutine,
        has_moved or code is not None, numbers(raw.before, options.per, timed), numbers(raw.after, options.per, timed),
        None if ratio is None or math.isinf(ratio) else round(ratio, 6),
        _interval(first),
        round(first.p_value, 8) if first else None, reason, subject.match.rung, first.measure if first else None,
        was if has_moved else None, group, subject.match, code,
    )  # fmt: skip


def _interval(aspect: Aspect | None) -> tuple[float, float] | None:
    if aspect is None or math.isinf(aspect.result.high):
        return None
    return round(aspect.result.low, 6), round(aspect.result.high, 6)


def numbers(side: Sequence[Evidence], per: bool, timed: bool) -> Numbers:
    """The sums of one side."""
    count, exposure = sum(e.count for e in side), math.fsum(e.exposure for e in side)
    rate = count / exposure * (1 if per else 3600) if exposure > 0 else None
    return Numbers(
        count,
        sum(e.bursts for e in side),
        None if rate is None else round(rate, 6),
        sum(e.total for e in side) if timed else None,
    )
