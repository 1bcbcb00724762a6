"""One log of one side of a comparison, be it a run or what a baseline kept of one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from asynclog.aggregate import histogram
from asynclog.aggregate.counts import NOTHING, Spread
from asynclog.aggregate.evidence import Evidence, logarithms, observe
from asynclog.aggregate.match import together
from asynclog.aggregate.spans import Span, exposure_of, span_of
from asynclog.model import Histogram, Run
from asynclog.slotted import dataclass, replace


@dataclass(frozen=True, slots=True)
class Log:
    """One side's log as a comparison sees it. `known` holds the evidence where a baseline kept nothing else."""

    run: Run
    span: Span
    known: Mapping[str, Evidence] | None = None

    def evidence(self, names: Sequence[str], above: int | None = None) -> Evidence:
        """What this log says about the groups of these fingerprints taken together, without records under `above`."""
        group = together(self.run.groups.get(name) for name in names)
        if group is None:
            return Evidence(exposure=exposure_of(self.span))
        if self.known is not None:
            found = joined([self.known[name] for name in names if name in self.known])
        else:
            found = observe(group.count, group.timeline, group.durations, self.span)
        return found if above is None or not group.durations.count else slow_part(found, group.durations, above)


def log_of(run: Run, per: bool = False) -> Log:
    """A run, to be compared by time or (`per`) by units of work."""
    return Log(run, span_of(run, per))


def slow_part(evidence: Evidence, durations: Histogram, above: int) -> Evidence:
    """The evidence of the records that lasted at least `above`; their spread is at most that of all."""
    kept, total = histogram.above(durations, above)
    typical = logarithms(durations, above)
    lengths = typical._replace(n=min(kept, evidence.bursts))
    return replace(evidence, count=kept, total=total, typical=typical, lengths=lengths, busy=1.0, sizes=NOTHING)


def joined(parts: Sequence[Evidence]) -> Evidence:
    """The evidence of several groups of one log as if they were one; bursts are added, for want of their times."""
    if len(parts) == 1:
        return parts[0]

    def columns(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
        return tuple(map(sum, zip(*rows, strict=True)))

    def pool(found: list[Spread]) -> Spread:
        number = sum(s.n for s in found)
        if not number:
            return NOTHING
        mean = math.fsum(s.mean * s.n for s in found) / number
        square = math.fsum(s.variance * (s.n - 1) + (s.mean - mean) ** 2 * s.n for s in found if s.n)
        return Spread(number, round(mean, 6), round(square / max(number - 1, 1), 6))

    return Evidence(
        sum(e.count for e in parts), sum(e.bursts for e in parts), sum(e.total for e in parts), parts[0].exposure,
        columns([e.starts for e in parts if e.starts]), columns([e.events for e in parts if e.events]),
        next((e.parts for e in parts if e.parts), ()), min(1.0, round(sum(e.busy for e in parts), 4)),
        pool([e.sizes for e in parts]), pool([e.lengths for e in parts]), pool([e.typical for e in parts]),
    )  # fmt: skip
