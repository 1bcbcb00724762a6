"""The state of a change from the evidence of both sides: measure, correct over all groups, decide."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from asynclog.aggregate.counts import (
    ALPHA,
    NOTHING,
    Result,
    Spread,
    compare_counts,
    compare_logs,
    compare_means,
    holm,
    regular,
    within_logs,
)
from asynclog.aggregate.evidence import CROWDED, Evidence
from asynclog.model import Severity
from asynclog.slotted import dataclass

MINIMUM_EFFECT = 1.25
"""A ratio nearer to 1 than this (or its inverse) is no change that anybody should act on."""
STEADY = 2.0
"""Over many runs a level is steady where none of them can have changed it by more than this ratio."""
HEAP = 10.0
"""Without windows nobody can tell bursts from independent records: the variance is taken as so many times Poisson's."""
LUMPY = 1.5
"""Bursts hold at least so many records on average, or their size is not looked at."""
_FEWEST_WINDOWS = 6
N = TypeVar("N", int, float)


class State(enum.StrEnum):
    """What became of a group. `SAME` is a finding, `INCONCLUSIVE` is the lack of one."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    GONE = "gone"
    INCONCLUSIVE = "inconclusive"
    NOT_COMPARABLE = "not_comparable"
    SAME = "same"


class Measure(enum.StrEnum):
    """What was compared: how often bursts (or, where those cannot be told apart, records) come,

    how many records a burst holds, how long one lasts.
    """

    BURSTS = "bursts"
    RECORDS = "records"
    SIZE = "records in a burst"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Aspect:
    """One measure of one group; `p_value` is the corrected one, `effect` what a second look at it says of its size."""

    measure: Measure
    result: Result
    effect: float
    p_value: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One group on both sides: one evidence for each log, zero ones included."""

    before: tuple[Evidence, ...]
    after: tuple[Evidence, ...]
    severity: Severity = Severity.WARNING
    minimum: int = 3


@dataclass(frozen=True, slots=True)
class Judgement:
    """A state and what it rests on: the deciding aspect first. `more` is how many times the log would settle it."""

    state: State
    aspects: tuple[Aspect, ...] = ()
    more: float | None = None
    identical: bool = False


def judge(cases: Sequence[Case], alpha: float = ALPHA, effect: float = MINIMUM_EFFECT) -> list[Judgement]:
    """Judge all groups of one comparison together: the correction is over all of their tests."""
    measured = [() if _missing(case) else measure(case.before, case.after) for case in cases]
    adjusted = iter(holm([aspect.result.p_value for aspects in measured for aspect in aspects]))
    tests = sum(map(len, measured))
    result = []
    for case, aspects in zip(cases, measured, strict=True):
        corrected = tuple(Aspect(a.measure, a.result, a.effect, next(adjusted)) for a in aspects)
        if _missing(case):
            result.append(_appearance(case))
        elif Counter(case.before) == Counter(case.after):
            result.append(Judgement(State.SAME, corrected, identical=True))
        else:
            result.append(_decide(corrected, tests, alpha, effect))
    return result


def _missing(case: Case) -> bool:
    return not any(e.count for e in case.before) or not any(e.count for e in case.after)


def _appearance(case: Case) -> Judgement:
    """A group that one side does not have."""
    before, after = sum(e.count for e in case.before), sum(e.count for e in case.after)
    if not before and not after:
        return Judgement(State.SAME, identical=True)
    if case.severity < Severity.ERROR and before + after < case.minimum:
        return Judgement(State.INCONCLUSIVE)
    if after:
        return Judgement(State.NEW)
    share = expected(case)
    return Judgement(State.GONE) if share >= 0.5 else Judgement(State.INCONCLUSIVE, more=3 / max(share, 1e-9))


def expected(case: Case) -> float:
    """How many bursts the logs after would show at the rate before, if the time of both is known."""
    old, new = sum(e.exposure for e in case.before), sum(e.exposure for e in case.after)
    happened = sum(e.bursts or e.count for e in case.before)
    return happened * new / old if min(old, new) > 0 else happened


# -- measuring -------------------------------------------------------------------------------------------------------


def measure(
    before: tuple[Evidence, ...],
    after: tuple[Evidence, ...],
    within: tuple[float, int] | None = None,
    alpha: float = ALPHA,
) -> tuple[Aspect, ...]:
    """Every test that the evidence of a group on both sides allows. `within` is that of `heaping`, if known.

    The intervals leave out `alpha`.
    """
    records = by_record((*before, *after))
    several = len(before) + len(after) > 2
    rate = compare_counts(*_counts(before, after, records), *(within or heaping((*before, *after))), alpha)
    found = [Aspect(Measure.RECORDS if records else Measure.BURSTS, rate, rate.ratio)]
    bursts = sum(e.bursts for e in (*before, *after))
    if not records and sum(e.count for e in (*before, *after)) >= LUMPY * bursts:
        sizes = [[e.sizes for e in side if e.sizes.n] for side in (before, after)]
        if size := _mean(sizes[0], sizes[1], several, alpha):
            found.append(Aspect(Measure.SIZE, size, size.ratio))
    if (typical := _typical(before, after)) is not None:
        lengths = [[e.typical if several else _length(e) for e in side if e.typical.n] for side in (before, after)]
        if length := _mean(lengths[0], lengths[1], several, alpha):
            found.append(Aspect(Measure.DURATION, length, typical))
    return tuple(found)


def by_record(logs: Sequence[Evidence]) -> bool:
    """Whether records are counted: bursts cannot be told apart, or they run into each other."""
    return any(e.busy > CROWDED or (e.count and not e.events) for e in logs)


def heaping(logs: Sequence[Evidence]) -> tuple[float, int]:
    """How much more than Poisson the counts vary inside the logs, and the degrees of freedom of that.

    Of several widths of windows the one with the largest spread counts, since heaps can be of any length.
    """
    records = by_record(logs)
    counts = [(e.events if records else e.starts, e.shares) for e in logs if e.events]
    if not counts:
        return (1.0 if len(logs) > 2 else HEAP), 0
    return max(
        within_logs([_coarser(n, width) for n, _ in counts], [_coarser(part, width) for _, part in counts])
        for width in (1, 2, 4)
        if width == 1 or all(len(n) // width >= _FEWEST_WINDOWS for n, _ in counts)
    )


def by_a_clock(
    before: tuple[Evidence, ...], after: tuple[Evidence, ...], within: tuple[float, int]
) -> tuple[float, int]:
    """`within`, or less where the logs agree better than chance would have them: what comes by a clock does."""
    factor, free = within
    return min(factor, regular(*_counts(before, after, by_record((*before, *after))))), free


def _counts(
    before: tuple[Evidence, ...], after: tuple[Evidence, ...], records: bool
) -> tuple[tuple[list[int], list[float]], tuple[list[int], list[float]]]:
    """Of both sides what is counted and its exposure."""
    known = all(e.exposure > 0 for e in (*before, *after))
    old, new = (
        ([e.count if records else e.bursts for e in side], [e.exposure if known else 1.0 for e in side])
        for side in (before, after)
    )
    return old, new


def _coarser(values: Sequence[N], width: int) -> Sequence[N]:
    return values if width == 1 else [sum(values[i : i + width]) for i in range(0, len(values), width)]


def _mean(before: list[Spread], after: list[Spread], several: bool, alpha: float) -> Result | None:
    """Compare means of logarithms: of units inside one log each, or with the logs as units."""
    if several:
        return compare_logs(before, after, alpha)
    return compare_means(before[0], after[0]) if before and after else None


def _length(evidence: Evidence) -> Spread:
    """What is known of durations by burst; without times, as many records as `HEAP` stand for one."""
    if evidence.lengths.n:
        return evidence.lengths
    return evidence.typical._replace(n=int(evidence.typical.n / HEAP)) if not evidence.events else NOTHING


def _typical(before: tuple[Evidence, ...], after: tuple[Evidence, ...]) -> float | None:
    """The ratio of the typical durations of single records."""
    means = []
    for side in (before, after):
        number = sum(e.typical.n for e in side)
        if not number:
            return None
        means.append(math.fsum(e.typical.mean * e.typical.n for e in side) / number)
    return math.exp(means[1] - means[0])


# -- deciding --------------------------------------------------------------------------------------------------------


def _decide(aspects: tuple[Aspect, ...], tests: int, alpha: float, effect: float) -> Judgement:
    changed = [a for a in aspects if a.p_value < alpha and beyond(a, effect)]
    if changed:
        altogether = math.prod(a.result.ratio for a in changed)
        state = State.BETTER if altogether < 1 / effect else State.WORSE
        leading = [a for a in changed if (a.result.ratio < 1) == (state is State.BETTER)] or changed
        first = min(leading, key=lambda a: a.p_value)
        return Judgement(state, (first, *(a for a in aspects if a is not first)))
    wide = [a for a in aspects if not (1 / effect <= a.result.low and a.result.high <= effect)]
    if not wide:
        return Judgement(State.SAME, aspects)
    first = min(wide, key=lambda a: a.p_value)
    return Judgement(
        State.INCONCLUSIVE,
        (first, *(a for a in aspects if a is not first)),
        max(_more(a.result, tests, alpha, effect) for a in wide),
    )


def beyond(aspect: Aspect, effect: float) -> bool:
    """Whether the change is large enough, on both looks at it."""
    ratio, other = aspect.result.ratio, aspect.effect
    return min(ratio, other) >= effect or max(ratio, other) <= 1 / effect


def _more(result: Result, tests: int, alpha: float, effect: float) -> float:
    """How many times as much log would settle it, if the ratio stays: as a change if it is large, else as none."""
    from scipy.special import ndtri

    if not (result.low > 0 and result.high < math.inf):
        return math.inf
    half = math.log(result.high / result.low) / 2
    gap = abs(math.log(result.ratio))
    if gap >= math.log(effect):
        return max(1.0, (half * float(ndtri(1 - alpha / 2 / tests)) / 1.96 / gap) ** 2)
    return max(1.0, (half / max(math.log(effect) - gap, 1e-9)) ** 2)
