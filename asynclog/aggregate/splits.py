"""What `measure` says of every split of a row of runs, all splits at once: 60 runs have 59 of them.

The arithmetic is that of `counts`, on arrays; a test holds both against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from asynclog.aggregate.counts import ALPHA, EXACT, FEW_LOGS, FEWEST_UNITS, UNSURE, Result, Spread, helped
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.verdict import LUMPY, Aspect, Measure, by_a_clock, by_record, measure

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def every_split(
    row: Sequence[Evidence], within: tuple[float, int], alpha: float = ALPHA, clock: bool = False
) -> list[tuple[int, Aspect]]:
    """Each aspect of each split, with the index of the first run behind it. `clock` as `by_a_clock` has it."""
    logs = tuple(row)
    if len(logs) < 3:
        return [
            (k, aspect)
            for k in range(1, len(logs))
            for aspect in measure(
                logs[:k], logs[k:], by_a_clock(logs[:k], logs[k:], within) if clock else within, alpha
            )
        ]
    records = by_record(logs)
    what = Measure.RECORDS if records else Measure.BURSTS
    known = all(e.exposure > 0 for e in logs)
    counts = [e.count if records else e.bursts for e in logs]
    rates = _rates(counts, [e.exposure if known else 1.0 for e in logs], within[0], alpha, clock)
    found = [(k, Aspect(what, result, result.ratio)) for k, result in rates]
    if not records and sum(e.count for e in logs) >= LUMPY * sum(e.bursts for e in logs):
        found += [
            (k, Aspect(Measure.SIZE, result, result.ratio)) for k, result, _ in _means([e.sizes for e in logs], alpha)
        ]
    lengths = _means([e.typical for e in logs], alpha)
    return found + [(k, Aspect(Measure.DURATION, result, effect)) for k, result, effect in lengths]


def _rates(
    counts: Sequence[int], exposures: Sequence[float], within: float, alpha: float, clock: bool
) -> list[tuple[int, Result]]:
    """`compare_counts` of every split."""
    import numpy as np
    from scipy.special import betainc, betaincinv, ndtr, ndtri, stdtr, stdtrit

    n, e = np.array(counts, float), np.array(exposures, float)
    number = len(n)
    after = np.arange(number) >= np.arange(1, number)[:, None]
    n0, e0 = np.cumsum(n)[:-1], np.cumsum(e)[:-1]
    n1, e1 = n.sum() - n0, e.sum() - e0
    mean = np.where(after, (n1 / e1)[:, None], (n0 / e0)[:, None]) * e
    gap = np.where(mean > 0, n - mean, 0.0)
    sure = np.where(mean > 0, mean, 1.0)
    free = number - 2
    factor = np.full(number - 1, within)
    if clock and free >= FEW_LOGS:
        regular = (gap * gap / sure).sum(axis=1) / free
        factor = np.minimum(factor, np.maximum(regular, EXACT * n.sum() / number))
    square, sure_of = helped(_between(gap, sure, factor, free), free)
    rate = float(n.sum()) / float(e.sum())
    f0 = factor + square * rate * np.cumsum(e * e)[:-1] / e0
    f1 = factor + square * rate * ((e * e).sum() - np.cumsum(e * e)[:-1]) / e1
    m0, t0, m1, t1 = n0 / f0, e0 / f0, n1 / f1, e1 / f1
    share = t1 / (t0 + t1)
    below = betainc(m1 + 0.5, m0 + 0.5, share)
    above = np.where(below < 0.999, 1.0 - below, betainc(m0 + 0.5, m1 + 0.5, 1 - share))
    p_value = np.minimum(1.0, 2 * stdtr(sure_of, ndtri(np.maximum(np.minimum(below, above), 1e-300))))
    edge = float(ndtr(stdtrit(sure_of, alpha / 2)))
    low = np.where(n1 > 0, betaincinv(m1 + 0.5, m0 + 0.5, edge), 0.0)
    high = np.where(n0 > 0, 1.0 - betaincinv(m0 + 0.5, m1 + 0.5, edge), 1.0)
    scale = t0 / t1
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(n0 > 0, m1 / m0 * scale, UNSURE)
        ends = low / (1 - low) * scale, np.where(high < 1, high / (1 - high) * scale, UNSURE)
    rows = np.stack([ratio, *ends, p_value], axis=1).tolist()
    return [(k, Result(*values)) for k, values in enumerate(rows, 1)]


def _between(gap: Array, mean: Array, within: Array, free: int) -> Array:
    """`between_logs` of every split: Newton's steps, of all together."""
    import numpy as np

    square = np.zeros(len(gap))
    for _ in range(60):
        spread = within[:, None] * mean + square[:, None] * mean * mean
        shares = gap * gap / spread
        excess = shares.sum(axis=1) - free
        if not (excess > 1e-9).any():
            break
        square += np.where(excess > 0, excess / np.maximum((shares * mean * mean / spread).sum(axis=1), 1e-300), 0.0)
    return square


def _means(row: Sequence[Spread], alpha: float) -> list[tuple[int, Result, float]]:
    """`compare_logs` of every split that it allows, with the ratio of the means of single units."""
    import numpy as np
    from scipy.special import stdtr, stdtrit

    known = [(i, spread) for i, spread in enumerate(row) if spread.n]
    number = len(known)
    if number < 3:
        return []
    units = np.array([spread.n for _, spread in known], float)
    values = np.array([spread.mean for _, spread in known])
    middle = values.mean()
    values -= middle
    inner = units.sum() - number
    within = sum((s.n - 1) * s.variance for _, s in known) / inner if inner else 0.0
    sampled = within * (1 / units).sum() / number
    n0 = np.arange(1, number)
    n1 = number - n0
    sum0, square0 = np.cumsum(values)[:-1], np.cumsum(values * values)[:-1]
    sum1, square1 = values.sum() - sum0, (values * values).sum() - square0
    rest = np.maximum(square0 - sum0 * sum0 / n0, 0.0) + np.maximum(square1 - sum1 * sum1 / n1, 0.0)
    between, free = helped(rest / (number - 2), number - 2)
    error = np.sqrt(np.maximum(np.maximum(between, sampled), EXACT) * (1 / n0 + 1 / n1))
    gap = sum1 / n1 - sum0 / n0
    wide = -float(stdtrit(free, alpha / 2)) * error
    p_value = np.minimum(1.0, 2 * stdtr(free, -np.abs(gap) / error))
    u0, weighed = np.cumsum(units)[:-1], np.cumsum(values * units)
    u1 = units.sum() - u0
    effect = np.exp((weighed[-1] - weighed[:-1]) / u1 - weighed[:-1] / u0)
    results = np.stack([np.exp(gap), np.exp(gap - wide), np.exp(gap + wide), p_value, effect], axis=1)
    enough = np.minimum(u0, u1) >= FEWEST_UNITS
    found: list[tuple[int, Result, float]] = []
    # between two logs that tell something may lie some that do not: every split between them is the same
    for position, values_of in enumerate(results.tolist()):
        if enough[position]:
            result = Result(*values_of[:4])
            first, last = known[position][0], known[position + 1][0]
            found += [(k, result, values_of[4]) for k in range(first + 1, last + 1)]
    return found
