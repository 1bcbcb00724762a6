"""Facts of the loop and the interpreter, from what the records happen to tell: tallies that merge, and views of them.

Only positive evidence counts: a record that only debug mode writes proves debug mode, a repr with `debug=False` proves
the opposite, and silence proves nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from asynclog.aggregate import histogram
from asynclog.aggregate.columns import Counts, counts_of
from asynclog.aggregate.names import UNNAMED
from asynclog.aggregate.words import number
from asynclog.lazy import regex
from asynclog.model import Facts, Finding, Histogram, Run
from asynclog.slotted import dataclass

UNITS = "units of work"
"""The counter of `Facts` that holds the lines matched by `--per`."""
BLOCKING = frozenset({"slow-callback"})
"""Kinds whose duration is time in which the loop could do nothing else."""
_DURATIONS = {"slow-poll": "poll", "slow-getaddrinfo": "dns"}
_LOOP = regex(r"<(?P<cls>[\w.]*(?:Loop|EventLoopPolicy))\b[^<>]*?(?:\bdebug=(?P<debug>True|False))?[^<>]*>")
_HANDSHAKE = regex(r"SSL handshake took (?P<ms>\d+)(?:\.(?P<rest>\d+))? ms")
_PYTHON = regex(r"[/\\][Pp]ython(3\.?\d+)[/\\]")
_LIFE = (
    ("Using selector: ", "loops made"),
    ("Using proactor: ", "loops made"),
    ("Close <", "loops closed"),
    ("execute program", "subprocesses started"),
    ("run shell command", "subprocesses started"),
)
_LIFE_INSIDE = (
    (" got a new connection from ", "connections accepted"),
    (" connected to ", "connections made"),
    (" was closed by peer", "connections closed by the peer"),
    (" is serving", "servers started"),
    (" exited with return", "subprocesses ended"),
    (" starts SSL handshake", "TLS handshakes started"),
    (" is running after closing", "loops running after closing"),
)


class FactsBuilder:
    """Facts that grow."""

    __slots__ = ("counters", "debug_on", "durations", "loops", "pythons", "threshold")

    def __init__(self) -> None:
        self.debug_on = 0
        self.threshold: int | None = None
        self.counters: Counter[str] = Counter()
        self.loops: Counter[str] = Counter()
        self.pythons: Counter[str] = Counter()
        self.durations: dict[str, histogram.HistogramBuilder] = {}

    def add_all(self, batch: list[Finding], times: int = 1, alike: bool = False) -> None:
        """Learn from findings of one kind, each seen `times`; their durations come in `add_durations`.

        With `alike` those of TLS handshakes come in `add_handshakes`.
        """
        kind = batch[0].kind
        debug = Counter([finding.debug for finding in batch])
        self.debug_on += debug[True] * times
        self._count("debug off", debug[False] * times)
        if kind == "loop-lifecycle":
            for finding in batch:
                self._add_life(finding.text.partition("\n")[0], times, alike)
        for finding in batch:
            if finding.values and (python := finding.values.get("python")):
                self.pythons[python] += times

    def add_durations(self, kind: str, durations: Sequence[int | None]) -> None:
        """Durations of findings of `kind`."""
        if kind in BLOCKING or kind in _DURATIONS:
            self.add_counts(kind, counts_of((), durations))

    def add_counts(self, kind: str, counts: Counts) -> None:
        """What durations of findings of `kind` come to."""
        if not counts.buckets[0]:
            return
        if kind in BLOCKING:
            self.threshold = counts.least if self.threshold is None else min(self.threshold, counts.least)
        if kind in _DURATIONS:
            self._histogram(_DURATIONS[kind]).add_counted(*counts.buckets, counts.total, counts.least, counts.greatest)

    def _histogram(self, name: str) -> histogram.HistogramBuilder:
        return self.durations.setdefault(name, histogram.HistogramBuilder())

    def _count(self, name: str, number: int = 1) -> None:
        if number:
            self.counters[name] += number

    def add_handshakes(self, counts: Counts) -> None:
        """What durations of TLS handshakes come to."""
        self._histogram("tls").add_counted(*counts.buckets, counts.total, counts.least, counts.greatest)

    def _add_life(self, line: str, times: int, alike: bool) -> None:
        for start, name in _LIFE:
            if line.startswith(start):
                self._count(name, times)
        for inside, name in _LIFE_INSIDE:
            if inside in line:
                self._count(name, times)
        if line.startswith("Using "):
            self._count(f"selector {line.rpartition(' ')[2]}", times)
        if not alike and (took := _HANDSHAKE.search(line)):
            micros = int(took["ms"]) * 1000 + int(((took["rest"] or "") + "000")[:3])
            self._histogram("tls").add_many([micros])
        if line.startswith("Close <") and (loop := _LOOP.search(line)):
            self.loops[loop["cls"]] += times

    def freeze(self) -> Facts:
        """What was learned."""
        frozen = {name: builder.freeze() for name, builder in self.durations.items()}
        return Facts(self.debug_on, self.threshold, dict(self.pythons), dict(self.loops), dict(self.counters), frozen)


def merge(a: Facts, b: Facts) -> Facts:
    """The facts of both."""
    durations = dict(a.durations)
    for name, other in b.durations.items():
        durations[name] = histogram.merge(durations.get(name, Histogram()), other)
    return Facts(
        a.debug_on + b.debug_on,
        min((bound for bound in (a.threshold, b.threshold) if bound is not None), default=None),
        dict(Counter(a.pythons) + Counter(b.pythons)),
        dict(Counter(a.loops) + Counter(b.loops)),
        dict(Counter(a.counters) + Counter(b.counters)),
        durations,
    )


# -- views -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of one kind of duration."""

    count: int
    total: int
    p50: int
    p95: int
    maximum: int


def spread(of: Histogram) -> Spread | None:
    """The percentiles of `of`, None where it is empty."""
    p50, p95 = histogram.percentile(of, 0.5), histogram.percentile(of, 0.95)
    if p50 is None or p95 is None or of.maximum is None:
        return None
    return Spread(of.count, of.total, p50, p95, of.maximum)


def debug_mode(facts: Facts) -> bool | None:
    """Whether debug mode was on (True also where it was on in a part of the log), None where nothing tells."""
    if facts.debug_on:
        return True
    return False if facts.counters.get("debug off") else None


def utilisation(facts: Facts, span: int | None) -> float | None:
    """The largest part of `span` that the loop can have been busy, judging by the time that its polls waited.

    None where no poll or no span is known, or where more than one loop must have written the log.
    """
    polls = facts.durations.get("poll")
    if polls is None or not polls.count or not span or polls.total > span:
        return None
    return 1 - polls.total / span


def unnamed_tasks(run: Run) -> tuple[int, int]:
    """(findings whose task bears a name made by asyncio, as `Task-7`; findings whose task bears any name)."""
    groups = run.groups.values()
    return sum(group.tasks.get(UNNAMED, 0) for group in groups), sum(sum(group.tasks.values()) for group in groups)


def pythons(run: Run) -> tuple[str, ...]:
    """The versions of Python that the paths in the kept samples (or the messages themselves) name."""
    found = set(run.facts.pythons)
    for group in run.groups.values():
        for sample in group.samples:
            found.update(_dotted(version) for version in _PYTHON.findall(sample.text))
    return tuple(sorted(found, key=lambda version: [int(part) for part in re.findall(r"\d+", version)]))


def _dotted(version: str) -> str:
    return version if "." in version else f"{version[0]}.{version[1:]}"


def unbalanced(facts: Facts) -> tuple[str, ...]:
    """Sentences about what was opened more often than closed."""
    counters = facts.counters
    lines = []
    made, closed = counters.get("loops made", 0), counters.get("loops closed", 0)
    if made and closed and made > closed:
        lines.append(f"{made:,} event loops were made and {_were(closed)} closed.")
    started, ended = counters.get("subprocesses started", 0), counters.get("subprocesses ended", 0)
    if started > ended:
        lines.append(f"{number(started, 'subprocess', 'subprocesses')} started and {_were(ended)} seen to end.")
    return tuple(lines)


def _were(count: int) -> str:
    return "none was" if not count else "1 was" if count == 1 else f"{count:,} were"
