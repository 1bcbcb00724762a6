"""The sentence that says why a change is what it is, with the numbers it rests on. Read at night, by people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.verdict import Aspect, Case, Judgement, Measure, State, expected
from asynclog.model import Severity

MUCH = 100.0
"""More than so many times the log is as good as never."""


def plural(number: float, one: str, many: str = "") -> str:
    """`1 burst`, `1,200 bursts`."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """A time in the unit that fits."""
    for size, unit in ((172_800, "d"), (3_600, "h"), (60, "min")):
        if value >= size:
            return f"{value / {'d': 86_400, 'h': 3_600, 'min': 60}[unit]:.3g} {unit}"
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"


def times(ratio: float) -> str:
    """`x4.1`, `x0.25`."""
    if ratio == math.inf:
        return "x∞"
    return f"x{ratio:.2f}" if ratio < 1.995 else f"x{ratio:.1f}" if ratio < 9.95 else f"x{ratio:,.0f}"


def chance(p_value: float) -> str:
    """`p = 0.0004`, `p < 0.0001`."""
    return "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.4f}" if p_value < 0.01 else f"p = {p_value:.2f}"


def interval(aspect: Aspect) -> str:
    """The ratio with its interval: `x4.1 (x2.3 to x7.2)`."""
    result = aspect.result
    return f"{times(result.ratio)} ({times(result.low)} to {times(result.high)})"


def reason(case: Case, judged: Judgement, groups: int, per: bool, effect: float) -> str:
    """One sentence on a change."""
    if not judged.aspects or not _both(case):
        return _appearance(case, judged, per)
    first = judged.aspects[0]
    what = numbers(case, first, per)
    test = f"{chance(first.p_value)} after correction over {plural(groups, 'group')}"
    if judged.identical:
        return f"the evidence is identical: {_seen(case.after, per)}"
    if judged.state in (State.WORSE, State.BETTER):
        others = [
            f"; {a.measure} {interval(a)}"
            for a in judged.aspects[1:]
            if a.p_value < 0.05 and not 1 / effect < a.result.ratio < effect
        ]
        return f"{what}: {interval(first)}, {test}{''.join(others)}"
    if judged.state is State.SAME:
        return f"{what}: {interval(first)} lies inside x{1 / effect:.2f} to x{effect:.2f}"
    verdict = f"{test}: too uncertain to say" if first.p_value < 1 else "too uncertain to say"
    return f"{what}: {interval(first)}, {verdict}; {_settle(case, judged)}"


def _both(case: Case) -> bool:
    return any(e.count for e in case.before) and any(e.count for e in case.after)


def numbers(case: Case, aspect: Aspect, per: bool) -> str:
    """The two sides in the measure that decides."""
    old, new = case.before, case.after
    if aspect.measure is Measure.DURATION:
        return f"typical duration {_typical(old)} before, {_typical(new)} after"
    if aspect.measure is Measure.SIZE:
        return f"{_size(old):.3g} records in a typical burst before, {_size(new):.3g} after"
    word = "burst" if aspect.measure is Measure.BURSTS else "record"
    n0, n1 = (sum(e.bursts if word == "burst" else e.count for e in side) for side in (old, new))
    time0, time1 = _time(old, per), _time(new, per)
    return f"{plural(n0, word)}{time0} before, {n1:,}{time1 if time1 != time0 else ''} after"


def _time(side: Sequence[Evidence], per: bool) -> str:
    total = sum(e.exposure for e in side)
    if total <= 0:
        return ""
    logs = f" of {len(side)} logs" if len(side) > 1 else ""
    return f" in {plural(total, 'unit of work', 'units of work') if per else seconds(total)}{logs}"


def _typical(side: Sequence[Evidence]) -> str:
    number = sum(e.typical.n for e in side)
    return seconds(math.exp(sum(e.typical.mean * e.typical.n for e in side) / max(number, 1)) / 1e6)


def _size(side: Sequence[Evidence]) -> float:
    known = [e.sizes for e in side if e.sizes.n]
    return math.exp(sum(s.mean * s.n for s in known) / max(sum(s.n for s in known), 1))


def _seen(side: Sequence[Evidence], per: bool) -> str:
    count, bursts = sum(e.count for e in side), sum(e.bursts for e in side)
    inside = f" in {plural(bursts, 'burst')}" if bursts and bursts != count else ""
    return f"{plural(count, 'record')}{inside}{_time(side, per)}"


def _appearance(case: Case, judged: Judgement, per: bool) -> str:
    """A group that one side does not have."""
    old, new = sum(e.count for e in case.before), sum(e.count for e in case.after)
    if not old and not new:
        return "seen on neither side"
    here, side = (case.after, "after") if new else (case.before, "before")
    absent, other = (case.before, "before") if new else (case.after, "after")
    seen = f"{_seen(here, per)} {side}, none{_time(absent, per)} {other}"
    if judged.state is not State.INCONCLUSIVE:
        share = expected(case) if judged.state is State.GONE else expected(Case(case.after, case.before))
        if share < 0.5:
            return f"{seen}; the log {other} is too short to have shown it at this rate"
        return f"{seen}; so few can be on one side by chance" if share < 3 else seen
    if judged.more is not None:
        hope = f"at the old rate that would show {expected(case):.2g}"
        return f"{seen}; {hope}: about {judged.more:,.0f} times as much log would settle it"
    kind = "a warning" if case.severity is Severity.WARNING else "an information"
    state = "new" if new else "gone"
    return f"{seen}: fewer than the {case.minimum} records that make {kind} {state} (--min-count)"


def _settle(case: Case, judged: Judgement) -> str:
    more = judged.more
    if more is None or more > MUCH:
        return "it is too near to the limit of a change for more log to settle it soon"
    if not any(e.events for e in (*case.before, *case.after)) and len(case.before) + len(case.after) == 2:
        return "too little time is known to tell bursts from single records: longer logs with timestamps would"
    if len(case.before) + len(case.after) > 2:
        logs = math.ceil(max(len(case.before), len(case.after)) * more)
        return f"about {plural(max(logs, 2), 'log')} a side would settle it"
    return f"about {max(more, 1.1):.2g} times as much log would settle it"
