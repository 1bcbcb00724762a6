"""Who and what the findings of a group name: rules, objects, tasks, tests, messages, processes, callers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from asynclog.aggregate import tally
from asynclog.aggregate.keep import caller_key, cap_callers, joined, process_of
from asynclog.model import Caller, Finding, Frame, Severity

UNNAMED = "Task-N"
"""All the names that asyncio itself gives (Task-1, Task-2 ...)."""


class NamesBuilder:
    """Tallies that grow."""

    __slots__ = (
        "_chains", "callers", "echoes", "messages", "objects", "parents", "processes", "rules", "severities", "tasks",
        "tests",
    )  # fmt: skip

    def __init__(self) -> None:
        self._chains: dict[int, tuple[Sequence[Frame], str]] = {}
        self.callers: dict[str, Caller] = {}
        self.rules: Counter[str] = Counter()
        self.severities: dict[str, Severity] = {}
        self.objects: dict[str, int] = {}
        self.tasks: dict[str, int] = {}
        self.tests: dict[str, int] = {}
        self.parents: dict[str, int] = {}
        self.messages: dict[str, int] = {}
        self.processes: dict[str, tuple[int, int]] = {}
        self.echoes: dict[str, tuple[int, int]] = {}

    def add(self, batch: list[Finding]) -> None:
        """Count the names in findings of one rule and severity."""
        rule, severity = batch[0].rule, batch[0].severity
        self.rules[rule] += len(batch)
        self.severities[rule] = max(severity, self.severities.get(rule, severity))
        self.objects = _added(self.objects, [finding.object for finding in batch])
        self.tasks = _added(self.tasks, [task_name(finding.task) for finding in batch])
        self.tests = _added(self.tests, [finding.test for finding in batch])
        self.parents = _added(self.parents, [finding.parent for finding in batch])
        self._add_messages(Counter([finding.exception_message for finding in batch]))

    def add_alike(
        self, template: Finding, times: int, tasks: Mapping[str | None, int] | None, messages: Mapping[str, int] | None
    ) -> None:
        """Count the names of findings like `template`, but `tasks` and the masked `messages` as given."""
        rule, severity = template.rule, template.severity
        self.rules[rule] += times
        self.severities[rule] = max(severity, self.severities.get(rule, severity))
        self.objects = _summed(self.objects, {template.object: 1}, times)
        self.tasks = _summed(self.tasks, {task_name(template.task): times} if tasks is None else tasks, 1)
        self.tests = _summed(self.tests, {template.test: 1}, times)
        self.parents = _summed(self.parents, {template.parent: 1}, times)
        if messages is None:
            self._add_messages({template.exception_message: times})
        else:
            self.messages = _summed(self.messages, messages, 1)

    def _add_messages(self, told: Mapping[str | None, int]) -> None:
        masked: dict[str | None, int] = {}
        for message, count in told.items():
            if message:
                name = tally.mask(message)
                masked[name] = masked.get(name, 0) + count
        self.messages = _summed(self.messages, masked, 1)

    def add_totals(self, batch: list[Finding]) -> None:
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
            self.add_total(owners[key], count, total)

    def add_total(self, owner: Finding, count: int, total: int) -> None:
        """Count findings of the process and the caller of `owner`."""
        self.processes = _paired(self.processes, process_of(owner), count, total)
        self._add_caller(owner.chain, count, total)

    def echo(self, process: str, duration: int) -> None:
        """Note that one of the findings counted repeats the record before it."""
        self.echoes = _paired(self.echoes, process, 1, duration)

    def _add_caller(self, chain: tuple[Frame, ...], count: int, total: int) -> None:
        key = self.key(chain)
        before = self.callers.get(key)
        added = Caller(chain, count, total)
        self.callers[key] = added if before is None else joined(before, added)
        if len(self.callers) > 2 * tally.KEPT:
            self.callers = cap_callers(self.callers)

    def key(self, chain: tuple[Frame, ...]) -> str:
        """`caller_key`, remembered by identity: chains of one place in the code are mostly one object."""
        if not chain:
            return ""
        cached = self._chains.get(id(chain))
        if cached is None:
            if len(self._chains) >= tally.KEPT:
                self._chains.clear()
            cached = self._chains[id(chain)] = (chain, caller_key(chain))
        return cached[1]

    def variant(self, finding: Finding) -> str:
        """What tells the samples of a group apart."""
        return f"{tally.mask(finding.exception_message or '')}|{self.key(finding.chain)}"


def task_name(name: str | None) -> str | None:
    """The name of a task, with one name for all that nobody named."""
    return UNNAMED if name is not None and name[:5] == "Task-" and name[5:].isdecimal() else name


def _added(counts: dict[str, int], names: list[str | None]) -> dict[str, int]:
    return _summed(counts, Counter(names), 1)


def _summed(counts: dict[str, int], added: Mapping[str | None, int] | Mapping[str, int], times: int) -> dict[str, int]:
    for name, count in added.items():
        if name is not None:
            counts[name] = counts.get(name, 0) + count * times
    return counts if len(counts) <= 2 * tally.KEPT else tally.cap(counts)


def _paired(pairs: dict[str, tuple[int, int]], name: str, count: int, total: int) -> dict[str, tuple[int, int]]:
    before = pairs.get(name, (0, 0))
    pairs[name] = (before[0] + count, before[1] + total)
    return pairs if len(pairs) <= 2 * tally.KEPT else tally.cap_pairs(pairs)
