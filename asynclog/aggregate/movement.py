"""Where the level of a group changed over many runs, if it did.

The change is looked for by splitting the runs at every place and comparing both parts as `compare` does, with the
spread from run to run, and by a line through all of them; the best is paid for by correcting over all that was tried,
then over all groups. A library for change points would place the step as well, but its penalty is no error rate, and
an error rate is what is promised.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence

from asynclog.aggregate.compare import Settings
from asynclog.aggregate.counts import ALPHA, BOTH_SIDES, holm, line_through
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.splits import every_split
from asynclog.aggregate.verdict import Aspect, Measure, beyond, by_record, heaping
from asynclog.model import Severity
from asynclog.slotted import dataclass

_SURE = 3.0
"""Of so many expected bursts at least one comes in 95 of 100 logs."""


class Verdict(enum.StrEnum):
    """How a group moves."""

    NEW = "new"
    RISING = "rising"
    FALLING = "falling"
    GONE = "gone"
    INCONCLUSIVE = "inconclusive"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Movement:
    """What was found about one row of evidence: the verdict, the index of the step, and the split it rests on.

    Without a split it rests on a line through all runs. `reach` is the largest change of the level, as a ratio, that
    the runs do not rule out.
    """

    verdict: Verdict
    step: int | None = None
    split: int | None = None
    aspect: Aspect | None = None
    reach: float = math.inf


def follow(rows: Sequence[tuple[Evidence, ...]], severities: Sequence[Severity], options: Settings) -> list[Movement]:
    """The movements of all groups together: the correction is over their splits and over the groups."""
    best: list[tuple[int | None, Aspect] | None] = []
    spreads = [heaping(row) for row in rows]
    for row, within in zip(rows, spreads, strict=True):
        tests: list[tuple[int | None, Aspect]] = [*every_split(row, within)]
        tests += [(None, a) for a in _lines(row)]
        first = min(tests, key=lambda test: test[1].result.p_value, default=None)
        if first is not None:
            split, aspect = first
            p_value = min(1.0, aspect.result.p_value * len(tests))
            first = split, Aspect(aspect.measure, aspect.result, aspect.effect, p_value)
        best.append(first)
    adjusted = holm([1.0 if found is None else found[1].p_value for found in best])
    return [
        _verdict(row, severity, found, p_value, within, options)
        for row, severity, found, p_value, within in zip(rows, severities, best, adjusted, spreads, strict=True)
    ]


def _verdict(
    row: tuple[Evidence, ...],
    severity: Severity,
    best: tuple[int | None, Aspect] | None,
    p_value: float,
    within: tuple[float, int],
    options: Settings,
) -> Movement:
    if best is None:
        return Movement(Verdict.INCONCLUSIVE)
    split, found = best
    aspect = Aspect(found.measure, found.result, found.effect, p_value)
    here = [i for i, e in enumerate(row) if e.count]
    enough = severity is Severity.ERROR or sum(e.count for e in row) >= options.min_count
    if here and enough and len(here) < len(row):
        first, last = here[0], here[-1]
        if first and len(here) == len(row) - first and (last == first or _expected(row[first:], row[:first]) >= _SURE):
            return Movement(Verdict.NEW, first, first, aspect)
        if len(here) == last + 1 and (last == first or _expected(row[: last + 1], row[last + 1 :]) >= _SURE):
            return Movement(Verdict.GONE, last + 1, last + 1, aspect)
    if p_value < options.alpha and beyond(aspect, options.effect):
        verdict = Verdict.RISING if found.result.ratio > 1 else Verdict.FALLING
        return Movement(verdict, split, split, aspect)
    reach = 1.0 if len(set(row)) == 1 else _reach(row, within)
    return Movement(Verdict.STEADY if reach <= options.steady else Verdict.INCONCLUSIVE, None, split, aspect, reach)


def _reach(row: tuple[Evidence, ...], within: tuple[float, int]) -> float:
    """The largest step at any run, or growth from end to end, that is not ruled out at 5 %.

    No correction is due: a step of more than this would have to be missed at its own run. What comes by a clock counts
    as what it is, not as chance: the runs themselves say how much they scatter.
    """
    aspects = [aspect for _, aspect in every_split(row, within, BOTH_SIDES, clock=True)]
    aspects += _lines(row, BOTH_SIDES, floor=False)
    return max((max(a.result.high, 1 / max(a.result.low, 1e-9)) for a in aspects), default=1.0)


def _expected(seen: Sequence[Evidence], missing: Sequence[Evidence]) -> float:
    """How many bursts the missing runs would show at the rate of the others."""
    bursts = sum(e.bursts or e.count for e in seen)
    here, there = sum(e.exposure for e in seen), sum(e.exposure for e in missing)
    return bursts * (there / here if min(here, there) > 0 else len(missing) / len(seen))


def _lines(row: tuple[Evidence, ...], alpha: float = ALPHA, floor: bool = True) -> list[Aspect]:
    """A steady growth from run to run: of the rate, and of the typical duration. The ratio is that of both ends.

    With `floor` counts scatter at least by chance.
    """
    crowded = by_record(row)
    amounts = [e.count if crowded else e.bursts for e in row]
    known = all(e.exposure > 0 for e in row)
    rates = [
        (i, math.log((n + 0.5) / (e.exposure if known else 1.0)), 1 / (n + 0.5) if floor else 0.0)
        for i, (n, e) in enumerate(zip(amounts, row, strict=True))
    ]
    lengths = [(i, e.typical.mean, e.typical.variance / e.typical.n) for i, e in enumerate(row) if e.typical.n]
    found = [
        (Measure.RECORDS if crowded else Measure.BURSTS, line_through(rates, alpha)),
        (Measure.DURATION, line_through(lengths, alpha)),
    ]
    return [Aspect(what, result, result.ratio) for what, result in found if result is not None]
