"""Whether two sides can be compared at all, on positive evidence only: what nobody saw is not its opposite."""

from __future__ import annotations

import math
from collections.abc import Sequence

from asynclog.aggregate import facts, histogram
from asynclog.aggregate.sides import Log
from asynclog.model import Histogram
from asynclog.slotted import dataclass

DEBUG_ONLY = frozenset({
    "slow-callback", "slow-poll", "slow-getaddrinfo", "coroutine-never-yielded-from", "incoming-connection-error",
    "subprocess-killed-on-close", "socket-info-failed", "transport-debug-error", "loop-lifecycle",
})  # fmt: skip
"""Kinds that asyncio writes in debug mode only."""
ALONE = "One log a side cannot show how much runs differ when nothing changed: several can."
MANY = 50
"""So many slow callbacks show where the threshold lies; a few could be slow by chance."""
_NEAR = 1.15
_ROUND = (1, 2, 2.5, 3, 4, 5, 7.5)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms two sides are compared.

    `bound` is the higher of two slow-callback thresholds (microseconds), `lower` the side ("before" or "after") that
    has the lower one. `silent` names the side that ran with debug mode off while the other had it on. `caveats` are
    sentences about all changes.
    """

    bound: int | None = None
    lower: str | None = None
    silent: str | None = None
    no_units: str | None = None
    caveats: tuple[str, ...] = ()


def terms(before: Sequence[Log], after: Sequence[Log]) -> Terms:
    """What can be said about comparing the two sides as a whole."""
    sides = {"before": before, "after": after}
    per = any(log.span.units is not None for log in (*before, *after))
    debug = {name: {facts.debug_mode(log.run.facts) for log in logs} for name, logs in sides.items()}
    silent = None
    if debug["before"] == {False} and True in debug["after"]:
        silent = "before"
    elif debug["after"] == {False} and True in debug["before"]:
        silent = "after"
    no_units = next((n for n, logs in sides.items() if per and not any(log.span.units for log in logs)), None)
    bound, lower = threshold(before, after)
    caveats = []
    pythons = {name: {_minor(v) for log in logs for v in facts.pythons(log.run)} for name, logs in sides.items()}
    if pythons["before"] and pythons["after"] and pythons["before"] != pythons["after"]:
        old, new = (", ".join(sorted(pythons[name], key=_numbers)) for name in ("before", "after"))
        caveats.append(f"Python {old} before, {new} after: messages and thresholds of asyncio differ between versions.")
    if bound is not None:
        caveats.append(
            f"The slow-callback threshold was lower {lower}: slow callbacks are compared from {bound / 1e6:g} s on."
        )
    for name, logs in sides.items():
        if any(source.lost for log in logs for source in log.run.sources):
            caveats.append(f"A part of the input {name} was lost; its counts are too low.")
    if len(before) == len(after) == 1:
        caveats.append(ALONE)
    return Terms(bound, lower, silent, no_units, tuple(caveats))


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def threshold(before: Sequence[Log], after: Sequence[Log]) -> tuple[int | None, str | None]:
    """The higher threshold and the side with the lower one, where two thresholds are known to differ.

    The side with the higher one must end sharply where the other goes on, and agree with it from there on: in the
    number of slow callbacks and in their typical duration. Where both ends lie at round numbers, one of the two will
    do. A program that got slower as a whole also loses its fast callbacks, but it keeps their number.
    """
    old, new = slow(before), slow(after)
    if min(old.count, new.count) < MANY or not old.minimum or not new.minimum:
        return None, None
    lower, (low, high) = ("before", (old, new)) if old.minimum < new.minimum else ("after", (new, old))
    bound = high.minimum or 0
    kept, _ = histogram.above(low, bound)
    sharp = high.count - histogram.above(high, int(bound * _NEAR))[0]
    if bound < _NEAR * (low.minimum or 0) or low.count - kept < MANY / 5 or sharp < MANY / 5 or not kept:
        return None, None
    times = [sum(log.span.seconds for log in side) for side in (before, after)]
    scale = 1.0 if min(times) <= 0 else times[1] / times[0] if lower == "before" else times[0] / times[1]
    agree = abs(math.log(high.count / (kept * scale))) < math.log(1.5)
    alike = abs(_typical(low, bound) - _typical(high, bound)) < math.log(_NEAR)
    if agree + alike + (_is_round(low.minimum or 0) and _is_round(bound)) < 2:
        return None, None
    return bound, lower


def slow(logs: Sequence[Log]) -> Histogram:
    """The durations of all slow callbacks."""
    result = Histogram()
    for log in logs:
        for group in log.run.groups.values():
            if group.kind in facts.BLOCKING:
                result = histogram.merge(result, group.durations)
    return result


def _typical(durations: Histogram, bound: int) -> float:
    kept = [(math.log(v), n) for i, n in durations.counts.items() if (v := histogram.middle(i)) >= bound * 0.98]
    return sum(v * n for v, n in kept) / max(sum(n for _, n in kept), 1)


def _is_round(micros: int) -> bool:
    """Whether a minimum lies just above a number that people configure (0.1 s, 0.25 s ...)."""
    scale = 10 ** math.floor(math.log10(max(micros, 1)))
    return any(0 <= micros / scale / digit - 1 < 0.03 for digit in _ROUND)
