"""Findings of one fingerprint to a group: accumulated in bulk, merged in any order.

Everything kept is either a sum, a minimum or maximum, or "the first few by a fixed order" (`tally` tells why that
matters), so it does not depend on how the log was cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from operator import attrgetter

from asynclog.aggregate import histogram, tally, timeline
from asynclog.aggregate.keep import (
    SAMPLES,
    caller_key,
    cap_callers,
    earliest,
    first_variants,
    joined,
    latest,
    leading_rule,
    merge_callers,
    process_of,
    rank,
    sample_of,
    worse,
)
from asynclog.model import Caller, Finding, Frame, Group, Sample, Severity, Timestamp

UNNAMED = "Task-N"
"""All the names that asyncio itself gives (Task-1, Task-2 ...)."""
_rank = attrgetter("partial", "source_index", "line", "offset")


class GroupBuilder:
    """A group that grows. Findings come in batches, because counting a list is cheaper than counting its members."""

    __slots__ = (
        "_callers", "_chains", "_durations", "_echoes", "_first", "_head", "_last", "_messages", "_objects", "_parents",
        "_processes", "_rules", "_samples", "_severities", "_tasks", "_tests", "_worst", "count", "partial", "shutdown",
        "timelines", "undecided",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = self.partial = self.shutdown = 0
        self.undecided: Counter[int] = Counter()
        self._head: Finding | None = None
        self._first: Timestamp | None = None
        self._last: Timestamp | None = None
        self._durations = histogram.HistogramBuilder()
        self.timelines: dict[Severity, timeline.TimelineBuilder] = {}
        self._chains: dict[int, tuple[Sequence[Frame], str]] = {}
        self._callers: dict[str, Caller] = {}
        self._rules: Counter[str] = Counter()
        self._severities: dict[str, Severity] = {}
        self._objects: dict[str, int] = {}
        self._tasks: dict[str, int] = {}
        self._tests: dict[str, int] = {}
        self._parents: dict[str, int] = {}
        self._messages: dict[str, int] = {}
        self._processes: dict[str, tuple[int, int]] = {}
        self._echoes: dict[str, tuple[int, int]] = {}
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
        stamps = [finding.timestamp for finding in batch]
        durations = [finding.duration for finding in batch]
        micros = [None if stamp is None else stamp.micros for stamp in stamps]
        self._take_times(batch[0].severity, micros, durations, stamps.__getitem__)
        self._take_worst(durations, lambda index: sample_of(batch[index], self._variant(batch[index])))
        self._take_samples(batch)
        self._take_names(batch)
        self._take_totals(batch)

    def add_many(
        self,
        template: Finding,
        micros: Sequence[int | None],
        durations: Sequence[int | None],
        finding_at: Callable[[int], Finding],
    ) -> None:
        """Count findings that differ from `template` in time, duration, place and text only.

        They come in log order; `finding_at` makes the finding of an index and is called for the few that are kept.
        """
        number = len(micros)
        if not number:
            return
        head = finding_at(0)
        self._take_head(head)
        self.count += number
        self.partial += number if template.partial else 0
        self._take_times(template.severity, micros, durations, lambda index: finding_at(index).timestamp)
        self._take_worst(durations, lambda index: sample_of(finding_at(index), self._variant(template)))
        self._take_samples([head])
        self._take_names([template], number)
        total = sum(duration for duration in durations if duration)
        self._add_pair(self._processes, process_of(template), number, total)
        self._add_caller(template.chain, number, total)

    def echo(self, process: str, duration: int) -> None:
        """Note that one of the findings counted repeats the record before it."""
        self._add_pair(self._echoes, process, 1, duration)

    def _take_head(self, finding: Finding) -> None:
        if self._head is None or rank(finding) < rank(self._head):
            self._head = finding

    def _take_times(
        self,
        severity: Severity,
        micros: Sequence[int | None],
        durations: Sequence[int | None],
        stamp_at: Callable[[int], Timestamp | None],
    ) -> None:
        known = [duration for duration in durations if duration is not None]
        self._durations.add_many(known)
        times = [micro for micro in micros if micro is not None]
        if not times:
            return
        if severity not in self.timelines:
            self.timelines[severity] = timeline.TimelineBuilder()
        timed: Sequence[int | None] = durations
        if len(times) < len(micros):
            timed = [d for micro, d in zip(micros, durations, strict=True) if micro is not None]
        self.timelines[severity].add_many(times, timed if known else None)
        low, high = min(times), max(times)
        ends = [stamp_at(index) for index, micro in enumerate(micros) if micro in (low, high)]
        if len({stamp.dated for stamp in ends if stamp is not None}) > 1:
            ends = [stamp_at(index) for index in range(len(micros))]
        self._first = earliest([self._first, *ends])
        self._last = latest([self._last, *ends])

    def _take_worst(self, durations: Sequence[int | None], sample_at: Callable[[int], Sample]) -> None:
        longest = max((duration for duration in durations if duration is not None), default=None)
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
                variant = self._variant(finding)
                if variant not in found:
                    found[variant] = sample_of(finding, variant)
                    if len(found) == SAMPLES:
                        break
        self._samples = first_variants([*self._samples, *found.values()])

    def _take_names(self, batch: list[Finding], times: int = 1) -> None:
        rule, severity = batch[0].rule, batch[0].severity
        self._rules[rule] += len(batch) * times
        self._severities[rule] = max(severity, self._severities.get(rule, severity))
        self._objects = _added(self._objects, [finding.object for finding in batch], times)
        self._tasks = _added(self._tasks, [task_name(finding.task) for finding in batch], times)
        self._tests = _added(self._tests, [finding.test for finding in batch], times)
        self._parents = _added(self._parents, [finding.parent for finding in batch], times)
        for message, count in Counter([finding.exception_message for finding in batch]).items():
            if message:
                name = tally.mask(message)
                self._messages[name] = self._messages.get(name, 0) + count * times
        if len(self._messages) > 2 * tally.KEPT:
            self._messages = tally.cap(self._messages)

    def _take_totals(self, batch: list[Finding]) -> None:
        """Counts and microseconds by process and by caller."""
        sums: dict[tuple[int | None, str | None, int], list[int]] = {}
        owners: dict[tuple[int | None, str | None, int], Finding] = {}
        for finding in batch:
            key = (finding.pid, finding.stream, id(finding.chain))
            pair = sums.get(key)
            if pair is None:
                pair = sums[key] = [0, 0]
                owners[key] = finding
            pair[0] += 1
            if finding.duration:
                pair[1] += finding.duration
        for key, (count, total) in sums.items():
            self._add_pair(self._processes, process_of(owners[key]), count, total)
            self._add_caller(owners[key].chain, count, total)
        if len(self._processes) > 2 * tally.KEPT:
            self._processes = tally.cap_pairs(self._processes)

    @staticmethod
    def _add_pair(pairs: dict[str, tuple[int, int]], name: str, count: int, total: int) -> None:
        before = pairs.get(name, (0, 0))
        pairs[name] = (before[0] + count, before[1] + total)

    def _add_caller(self, chain: tuple[Frame, ...], count: int, total: int) -> None:
        key = self._key(chain)
        before = self._callers.get(key)
        added = Caller(chain, count, total)
        self._callers[key] = added if before is None else joined(before, added)
        if len(self._callers) > 2 * tally.KEPT:
            self._callers = cap_callers(self._callers)

    def _key(self, chain: tuple[Frame, ...]) -> str:
        """`caller_key`, remembered by identity: chains of one place in the code are mostly one object."""
        if not chain:
            return ""
        cached = self._chains.get(id(chain))
        if cached is None:
            if len(self._chains) >= tally.KEPT:
                self._chains.clear()
            cached = self._chains[id(chain)] = (chain, caller_key(chain))
        return cached[1]

    def _variant(self, finding: Finding) -> str:
        return f"{tally.mask(finding.exception_message or '')}|{self._key(finding.chain)}"

    def freeze(self) -> Group:
        """What was counted. Needs at least one finding."""
        head = self._head
        if head is None:
            raise ValueError("a group without findings")
        severity, rule = leading_rule(self._rules, self._severities)
        return Group(
            head.fingerprint, head.signature, head.kind, rule, severity, head.site, head.coroutine, head.callback,
            head.exception_type, self.count, self.partial, self._first, self._last, self._durations.freeze(),
            timeline.merge_all(builder.freeze() for builder in self.timelines.values()),
            cap_callers(self._callers), head.failure, dict(self._rules),
            dict(self._severities), tally.cap(self._objects), tally.cap(self._tasks), tally.cap(self._tests),
            tally.cap_pairs(self._processes), tally.cap(self._messages), tally.cap(self._parents), self._worst,
            self._samples, (), self.shutdown, dict(self.undecided), tally.cap_pairs(self._echoes),
        )  # fmt: skip


def task_name(name: str | None) -> str | None:
    """The name of a task, with one name for all that nobody named."""
    return UNNAMED if name is not None and name[:5] == "Task-" and name[5:].isdecimal() else name


def _added(counts: dict[str, int], names: list[str | None], times: int) -> dict[str, int]:
    for name, count in Counter(names).items():
        if name is not None:
            counts[name] = counts.get(name, 0) + count * times
    return counts if len(counts) <= 2 * tally.KEPT else tally.cap(counts)


def _head_rank(group: Group) -> tuple[object, ...]:
    return (0, rank(group.samples[0])) if group.samples else (1,)


def merge_groups(a: Group, b: Group) -> Group:
    """The group of the findings of both. Which rung, rule or sample stays does not depend on the order."""
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
    )  # fmt: skip
