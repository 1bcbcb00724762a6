"""Findings of one fingerprint to a group: accumulated in bulk, merged in any order.

Everything kept is either a sum, a minimum or maximum, or "the first few by a fixed order" (`tally` tells why that
matters), so it does not depend on how the log was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from asynclog.aggregate import histogram, tally, timeline
from asynclog.aggregate.columns import Columns, Counts
from asynclog.aggregate.keep import (
    SAMPLES,
    cap_callers,
    earliest,
    first_variants,
    latest,
    leading_rule,
    merge_callers,
    rank,
    sample_of,
    worse,
)
from asynclog.aggregate.names import NamesBuilder
from asynclog.model import Finding, Group, Sample, Severity, Timestamp

_rank = attrgetter("partial", "source_index", "line", "offset")


class GroupBuilder:
    """A group that grows. Findings come in batches, because counting a list is cheaper than counting its members."""

    __slots__ = (
        "_durations", "_first", "_head", "_last", "_samples", "_worst", "count", "names", "partial", "reassembled",
        "shutdown",
        "timelines", "undecided",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = self.partial = self.shutdown = 0
        self.undecided: Counter[int] = Counter()
        self.reassembled: Counter[str] = Counter()
        self._head: Finding | None = None
        self._first: Timestamp | None = None
        self._last: Timestamp | None = None
        self._durations = histogram.HistogramBuilder()
        self.timelines: dict[Severity, timeline.TimelineBuilder] = {}
        self.names = NamesBuilder()
        self._worst: Sample | None = None
        self._samples: tuple[Sample, ...] = ()

    def add(self, finding: Finding) -> None:
        """Count one finding. `add_all` is several times cheaper for each."""
        self.add_all([finding])

    def add_all(self, batch: list[Finding]) -> None:
        """Count findings of this fingerprint, all of one rule and severity."""
        batch.sort(key=_rank)
        self._take_head(batch[0])
        self.count += len(batch)
        if batch[-1].partial:
            self.partial += sum(finding.partial for finding in batch)
        self.reassembled.update([finding.joined for finding in batch if finding.joined])
        stamps = [finding.timestamp for finding in batch]
        durations = [finding.duration for finding in batch]
        micros = [None if stamp is None else stamp.micros for stamp in stamps]
        self._take_times(batch[0].severity, micros, durations)
        self._take_ends(stamps)
        self._take_worst(durations, lambda index: sample_of(batch[index], self.names.variant(batch[index])))
        self._take_samples(batch)
        self.names.add(batch)
        self.names.add_totals(batch)

    def add_many(self, columns: Columns) -> None:
        """Count findings that differ in time, duration, line and name of the task only.

        One like them was added before: so none of them is the group's first, nor a sample unless its message differs.
        """
        template, number = columns.template, len(columns)
        self.count += number
        self.partial += number if template.partial else 0
        self._take_counts(template.severity, columns.counts)
        self._take_ends([columns.first, columns.last])
        self.names.add_alike(template, number, columns.tasks, columns.messages)
        self.names.add_total(template, number, columns.counts.total)

    def add_worst(self, longest: int, finding: Callable[[], Finding | None]) -> None:
        """Keep what `finding` makes, which took `longest`, if it is the longest."""
        if self._worst is not None and longest < (self._worst.duration or 0):
            return
        found = finding()
        if found is not None:
            self._worst = worse(self._worst, sample_of(found, self.names.variant(found)))

    def add_sample(self, finding: Finding) -> None:
        """Show one of those counted in columns, if it is among the first of its message."""
        self._take_samples([finding])

    def _take_head(self, finding: Finding) -> None:
        if self._head is None or rank(finding) < rank(self._head):
            self._head = finding

    def _take_times(self, severity: Severity, micros: list[int | None], durations: list[int | None]) -> None:
        self._durations.add_many(durations)
        timed = [(at, took) for at, took in zip(micros, durations, strict=True) if at is not None]
        if timed:
            self._timeline(severity).add_many(*zip(*timed, strict=True))

    def _take_counts(self, severity: Severity, counts: Counts) -> None:
        if counts.buckets[0]:
            self._durations.add_counted(*counts.buckets, counts.total, counts.least, counts.greatest)
        if counts.cells[0]:
            self._timeline(severity).add_counted(*counts.cells)

    def _timeline(self, severity: Severity) -> timeline.TimelineBuilder:
        return self.timelines.setdefault(severity, timeline.TimelineBuilder())

    def _take_ends(self, stamps: Iterable[Timestamp | None]) -> None:
        stamps = tuple(stamps)
        self._first = earliest([self._first, *stamps])
        self._last = latest([self._last, *stamps])

    def _take_worst(self, durations: Sequence[int | None], sample_at: Callable[[int], Sample]) -> None:
        longest = max([duration for duration in durations if duration is not None], default=None)
        if longest is None or (self._worst is not None and longest < (self._worst.duration or 0)):
            return
        self._worst = worse(self._worst, sample_at(durations.index(longest)))

    def _take_samples(self, batch: list[Finding]) -> None:
        """`batch` is in order."""
        if len(self._samples) == SAMPLES and rank(batch[0]) > rank(self._samples[-1]):
            return
        seen: set[tuple[str | None, int]] = set()
        found: dict[str, Sample] = {}
        for finding in batch:
            key = (finding.exception_message, id(finding.chain))
            if key not in seen:
                seen.add(key)
                variant = self.names.variant(finding)
                if variant not in found:
                    found[variant] = sample_of(finding, variant)
                    if len(found) == SAMPLES:
                        break
        self._samples = first_variants([*self._samples, *found.values()])

    def freeze(self) -> Group:
        """What was counted. Needs at least one finding."""
        head = self._head
        if head is None:
            raise ValueError("a group without findings")
        names = self.names
        severity, rule = leading_rule(names.rules, names.severities)
        return Group(
            head.fingerprint, head.signature, head.kind, rule, severity, head.site, head.coroutine, head.callback,
            head.exception_type, self.count, self.partial, self._first, self._last, self._durations.freeze(),
            timeline.merge_all(builder.freeze() for builder in self.timelines.values()), cap_callers(names.callers),
            head.failure, dict(names.rules), dict(names.severities), tally.cap(names.objects), tally.cap(names.tasks),
            tally.cap(names.tests), tally.cap_pairs(names.processes), tally.cap(names.messages),
            tally.cap(names.parents), self._worst, self._samples, (), self.shutdown, dict(self.undecided),
            tally.cap_pairs(names.echoes), "", dict(self.reassembled),
        )  # fmt: skip


def _head_rank(group: Group) -> tuple[object, ...]:
    return (0, rank(group.samples[0])) if group.samples else (1,)


def merge_groups(a: Group, b: Group) -> Group:
    """The group of the findings of both. Which rung, rule or sample stays does not depend on the order.

    Rules that judge whole groups have to judge the sum again; it is suppressed where both are.
    """
    head = min((a, b), key=_head_rank)
    rules = dict(Counter(a.rules) + Counter(b.rules))
    severities = {rule: max(group.severities[rule] for group in (a, b) if rule in group.severities) for rule in rules}
    severity, rule = leading_rule(rules, severities)
    return Group(
        a.fingerprint, head.signature, head.kind, rule, severity, head.site, head.coroutine, head.callback,
        head.exception_type, a.count + b.count, a.partial + b.partial, earliest((a.first, b.first)),
        latest((a.last, b.last)), histogram.merge(a.durations, b.durations), timeline.merge(a.timeline, b.timeline),
        merge_callers(a.callers, b.callers), head.failure, rules, severities, tally.merge(a.objects, b.objects),
        tally.merge(a.tasks, b.tasks), tally.merge(a.tests, b.tests), tally.merge_pairs(a.processes, b.processes),
        tally.merge(a.messages, b.messages), tally.merge(a.parents, b.parents), worse(a.worst, b.worst),
        first_variants((*a.samples, *b.samples)), tuple(sorted({*a.related, *b.related})), a.shutdown + b.shutdown,
        dict(Counter(a.undecided) + Counter(b.undecided)), tally.merge_pairs(a.echoes, b.echoes),
        min(a.suppressed, b.suppressed), dict(Counter(a.reassembled) + Counter(b.reassembled)),
    )  # fmt: skip
