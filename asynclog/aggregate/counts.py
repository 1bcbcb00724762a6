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
from typing import NamedTuple

ALPHA = 0.05
UNSURE = float("inf")
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

    def excess(square: float) -> float:
        return math.fsum(gap * gap / (within * mean + square * mean * mean) for gap, mean in points) - free

    if excess(0.0) <= 0:
        return 0.0, free
    low, high = 0.0, 1.0
    while excess(high) > 0:
        low, high = high, high * 4
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high, free


def compare_counts(
    before: tuple[Sequence[int], Sequence[float]],
    after: tuple[Sequence[int], Sequence[float]],
    within: float,
    free: int,
) -> Result:
    """The rates of two sides, each (counts, exposures) of its logs. Needs an event on one side at least.

    `free` belongs to `within`; with several logs on a side the spread between them counts as well.
    """
    square = 0.0
    if len(before[0]) + len(after[0]) > 2:
        square, free = between_logs((before, after), within)
    (n0, e0), (n1, e1) = ((sum(counts), math.fsum(exposures)) for counts, exposures in (before, after))
    rate = (n0 + n1) / (e0 + e1)
    f0 = within + square * rate * math.fsum(e * e for e in before[1]) / e0
    f1 = within + square * rate * math.fsum(e * e for e in after[1]) / e1
    return rate_ratio(n0 / f0, e0 / f0, n1 / f1, e1 / f1, free)


def rate_ratio(n0: float, e0: float, n1: float, e1: float, free: int) -> Result:
    """The ratio of two Poisson rates given their (effective) counts and exposures.

    Conditional on the sum the later count is binomial; the interval and the p-value are those of Jeffreys (half an
    event added to both), which are near the mid-p values and have no gaps. `free` widens them as t does the normal.
    """
    from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

    share = e1 / (e0 + e1)
    below = float(betainc(n1 + 0.5, n0 + 0.5, share))
    tail = max(min(below, 1.0 - below if below < 0.999 else float(betainc(n0 + 0.5, n1 + 0.5, 1 - share))), 1e-300)
    p_value = min(1.0, 2 * float(stdtr(free, ndtri(tail)) if free else tail))
    edge = float(ndtr(stdtrit(free, ALPHA / 2)) if free else ALPHA / 2)
    low = float(betaincinv(n1 + 0.5, n0 + 0.5, edge)) if n1 else 0.0
    high = 1.0 - float(betaincinv(n0 + 0.5, n1 + 0.5, edge)) if n0 else 1.0
    scale = e0 / e1
    ratio = n1 / n0 * scale if n0 else UNSURE
    return Result(ratio, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else UNSURE, p_value)


def compare_means(before: Spread, after: Spread, pooled: bool) -> Result | None:
    """The ratio of two geometric means, given the means of logarithms. None where the spread cannot be known.

    Units inside one log each: Welch's test, with the degrees of freedom of the smaller sample because such units are
    skewed and not quite independent. Logs as units (`pooled`): Student's, so that one log can meet several.
    """
    from scipy.special import stdtr, stdtrit

    n0, n1 = before.n, after.n
    if pooled:
        free = float(n0 + n1 - 2)
        if free < 1 or not n0 or not n1:
            return None
        square = ((n0 - 1) * before.variance + (n1 - 1) * after.variance) / free
        error = square * (1 / n0 + 1 / n1)
    else:
        if min(n0, n1) < FEWEST_UNITS:
            return None
        error = before.variance / n0 + after.variance / n1
        free = float(min(n0, n1) - 1)
    gap = after.mean - before.mean
    wide = -float(stdtrit(free, ALPHA / 2)) * math.sqrt(error)
    if error:
        p_value = min(1.0, 2 * float(stdtr(free, -abs(gap) / math.sqrt(error))))
    else:
        p_value = 1.0 if abs(gap) < 1e-6 else 0.0
    return Result(math.exp(gap), math.exp(gap - wide), math.exp(gap + wide), p_value)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values after Holm's correction: compare each with the level that the whole family may have."""
    result = [1.0] * len(p_values)
    floor = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, p_values[index] * (len(p_values) - rank)))
        result[index] = floor
    return result
