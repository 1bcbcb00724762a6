"""The arithmetic of comparing: rates that allow for spread, means of few units, Holm's correction.

Nothing here knows of logs. Counts follow a model with two parts of spread: `within` a log (events that come in heaps,
a factor on the Poisson variance, estimated from windows) and `between` logs (a share of the mean, as in the negative
binomial, estimated from the logs when a side has several). A count n with variance f * n is treated as n / f Poisson
events, so that few events stay honest, and the uncertainty of f itself is paid for by Student's t in place of the
normal. scipy is imported where it is used: `analyze` never comes here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

Number = TypeVar("Number", float, Any)
"""A number, or an array of numbers."""
ALPHA = 0.05
BOTH_SIDES = 2 * ALPHA
"""The level of an interval that is wrong on one given side in at most `ALPHA`: what proving steadiness needs."""
UNSURE = float("inf")
USUAL_SPREAD = 0.3
"""Runs of one program differ so much when nothing changed, as far as fewer than six logs can tell."""
FEW_LOGS = 4
EXACT = 0.01
"""Logarithms of sizes and durations vary at least so much: a few equal ones are no proof of no spread."""
FEWEST_UNITS = 4
"""Means of fewer bursts or windows are not compared: their spread is not known."""


class Result(NamedTuple):
    """A ratio (after / before) with its 95 % interval and the two-sided p-value of "nothing changed"."""

    ratio: float
    low: float
    high: float
    p_value: float


class Spread(NamedTuple):
    """What is needed of a sample to compare its mean: size, mean, variance (sum of squares over n - 1)."""

    n: int = 0
    mean: float = 0.0
    variance: float = 0.0


NOTHING = Spread()


def spread_of(values: Sequence[float]) -> Spread:
    """Size, mean and variance of `values`."""
    n = len(values)
    if not n:
        return NOTHING
    mean = math.fsum(values) / n
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1) if n > 1 else 0.0
    return Spread(n, round(mean, 6), round(variance, 6))


def within_logs(windows: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]) -> tuple[float, int]:
    """How much more than Poisson the counts of windows vary, at least 1, and the degrees of freedom behind it.

    Each log has its own mean; `shares` are the parts of its span that its windows cover.
    """
    chi, free = 0.0, 0
    for counts, parts in zip(windows, shares, strict=True):
        total = sum(counts)
        if len(counts) < 2:
            continue
        free += len(counts) - 1
        if total:
            chi += math.fsum((n - total * part) ** 2 / (total * part) for n, part in zip(counts, parts, strict=True))
    return (max(chi / free, 1.0), free) if free else (1.0, 0)


def between_logs(sides: Sequence[tuple[Sequence[int], Sequence[float]]], within: float) -> tuple[float, int]:
    """The squared spread of the rate from log to log that is needed on top of `within`, and the degrees of freedom.

    `sides` are (counts, exposures); each side has its own rate. Solves Pearson's chi-square = degrees of freedom.
    """
    points, logs = [], 0
    for counts, exposures in sides:
        rate = sum(counts) / sum(exposures)
        logs += len(counts)
        points += [(n - rate * e, rate * e) for n, e in zip(counts, exposures, strict=True) if rate]
    free = logs - len(sides)
    if free <= 0:
        return 0.0, 0

    square = 0.0
    for _ in range(60):  # Newton's steps from the left: the function falls and is convex
        spreads = [within * mean + square * mean * mean for _, mean in points]
        shares = [gap * gap / spread for (gap, _), spread in zip(points, spreads, strict=True)]
        excess = math.fsum(shares) - free
        if excess <= 0:
            break
        fall = math.fsum(share * m * m / spread for share, (_, m), spread in zip(shares, points, spreads, strict=True))
        square += excess / fall
        if excess < 1e-9:
            break
    return square, free


def compare_counts(
    before: tuple[Sequence[int], Sequence[float]],
    after: tuple[Sequence[int], Sequence[float]],
    within: float,
    free: int,
    alpha: float = ALPHA,
) -> Result:
    """The rates of two sides, each (counts, exposures) of its logs. Needs an event on one side at least.

    `free` belongs to `within`; with several logs on a side the spread between them counts as well. The interval leaves
    out `alpha`.
    """
    square = 0.0
    if len(before[0]) + len(after[0]) > 2:
        square, free = helped(*between_logs((before, after), within))
    (n0, e0), (n1, e1) = ((sum(counts), math.fsum(exposures)) for counts, exposures in (before, after))
    rate = (n0 + n1) / (e0 + e1)
    f0 = within + square * rate * math.fsum(e * e for e in before[1]) / e0
    f1 = within + square * rate * math.fsum(e * e for e in after[1]) / e1
    return rate_ratio(n0 / f0, e0 / f0, n1 / f1, e1 / f1, free, alpha)


def regular(before: tuple[Sequence[int], Sequence[float]], after: tuple[Sequence[int], Sequence[float]]) -> float:
    """How much the counts of several logs vary, as a factor on Poisson's variance: under 1 for what comes by a clock.

    Infinite for too few logs to tell.
    """
    chi, free = 0.0, len(before[0]) + len(after[0]) - 2
    total = sum(before[0]) + sum(after[0])
    for counts, exposures in (before, after):
        rate = sum(counts) / math.fsum(exposures)
        chi += math.fsum((n - rate * e) ** 2 / (rate * e) for n, e in zip(counts, exposures, strict=True) if rate * e)
    return max(chi / free, EXACT * total / (free + 2)) if free >= FEW_LOGS else UNSURE


def rate_ratio(n0: float, e0: float, n1: float, e1: float, free: int, alpha: float = ALPHA) -> Result:
    """The ratio of two Poisson rates given their (effective) counts and exposures.

    Conditional on the sum the later count is binomial; the interval and the p-value are those of Jeffreys (half an
    event added to both), which are near the mid-p values and have no gaps. `free` widens them as t does the normal.
    """
    from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

    share = e1 / (e0 + e1)
    below = float(betainc(n1 + 0.5, n0 + 0.5, share))
    tail = max(min(below, 1.0 - below if below < 0.999 else float(betainc(n0 + 0.5, n1 + 0.5, 1 - share))), 1e-300)
    p_value = min(1.0, 2 * float(stdtr(free, ndtri(tail)) if free else tail))
    edge = float(ndtr(stdtrit(free, alpha / 2)) if free else alpha / 2)
    low = float(betaincinv(n1 + 0.5, n0 + 0.5, edge)) if n1 else 0.0
    high = 1.0 - float(betaincinv(n0 + 0.5, n1 + 0.5, edge)) if n0 else 1.0
    scale = e0 / e1
    ratio = n1 / n0 * scale if n0 else UNSURE
    return Result(ratio, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else UNSURE, p_value)


def compare_means(before: Spread, after: Spread) -> Result | None:
    """The ratio of two geometric means, given the logarithms of units inside one log each. None for too few units.

    Welch's test, but with the degrees of freedom of the smaller sample: such units are skewed and a little dependent.
    """
    if min(before.n, after.n) < FEWEST_UNITS:
        return None
    error = max(before.variance, EXACT) / before.n + max(after.variance, EXACT) / after.n
    return _student(after.mean - before.mean, error, min(before.n, after.n) - 1)


def compare_logs(before: Sequence[Spread], after: Sequence[Spread], alpha: float = ALPHA) -> Result | None:
    """Likewise with several logs as the units, whose means differ at least as much as their own samples make them.

    Student's test, so that one log can meet several. None where the logs are too few.
    """
    means = [spread_of([log.mean for log in side]) for side in (before, after)]
    free = len(before) + len(after) - 2
    if not free or min(sum(log.n for log in side) for side in (before, after)) < FEWEST_UNITS:
        return None
    between, sure = helped(sum((m.n - 1) * m.variance for m in means) / free, free)
    inner = sum(log.n - 1 for log in (*before, *after))
    within = sum((log.n - 1) * log.variance for log in (*before, *after)) / inner if inner else 0.0
    sampled = within * math.fsum(1 / log.n for log in (*before, *after)) / (free + 2)
    error = max(between, sampled, EXACT) * (1 / means[0].n + 1 / means[1].n)
    return _student(means[1].mean - means[0].mean, error, sure, alpha)


def line_through(points: Sequence[tuple[float, float, float]], alpha: float = ALPHA) -> Result | None:
    """The growth along the line through (x, logarithm, its variance): the ratio of both ends. None under 4 points."""
    number = len(points)
    if number < 4:
        return None
    mid_x = math.fsum(x for x, _, _ in points) / number
    mid_y = math.fsum(y for _, y, _ in points) / number
    square = math.fsum((x - mid_x) ** 2 for x, _, _ in points)
    slope = math.fsum((x - mid_x) * (y - mid_y) for x, y, _ in points) / square
    rest = math.fsum((y - mid_y - slope * (x - mid_x)) ** 2 for x, y, _ in points) / (number - 2)
    error = max(rest, math.fsum(v for _, _, v in points) / number, EXACT) / square
    reach = points[-1][0] - points[0][0]
    return _student(slope * reach, error * reach * reach, max(number - 3, 1), alpha)


def _student(gap: float, error: float, free: float, alpha: float = ALPHA) -> Result:
    from scipy.special import stdtr, stdtrit

    wide = -float(stdtrit(free, alpha / 2)) * math.sqrt(error)
    p_value = min(1.0, 2 * float(stdtr(free, -abs(gap) / math.sqrt(error))))
    return Result(math.exp(gap), math.exp(gap - wide), math.exp(gap + wide), p_value)


def helped(square: Number, free: int) -> tuple[Number, int]:
    """The squared spread from log to log and its degrees of freedom, as they are used.

    Few logs hardly tell their spread: under `FEW_LOGS` degrees of freedom the usual spread, which is a cautious one,
    lends more. Of enough one is kept back, because the spread is not normal.
    """
    if free >= FEW_LOGS:
        return square, max(free - 1, 3)
    return (free * square + (FEW_LOGS - free) * USUAL_SPREAD**2) / FEW_LOGS, 2 * FEW_LOGS


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values after Holm's correction: compare each with the level that the whole family may have."""
    result = [1.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, p_values[index] * (len(p_values) - rank)))
        result[index] = floor
    return result
