"""Findings to a run, in log order; `join` puts runs together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from asynclog.aggregate import facts, seams, segments, tally, timeline
from asynclog.aggregate.columns import Columns, Counts
from asynclog.aggregate.group import GroupBuilder
from asynclog.aggregate.join import merge_sources
from asynclog.aggregate.keep import process_of
from asynclog.model import Accounting, Finding, Group, Rule, Run, Seam, Severity, SourceSpan, Timeline
from asynclog.slotted import replace

_BUFFER = 4096
_line = attrgetter("line")


class RunBuilder:
    """A run that grows. Findings of one source come in log order.

    `add_many` may run ahead of the order by a window, as long as the records that make or close a loop were added.
    """

    def __init__(self) -> None:
        self._groups: dict[str, GroupBuilder] = {}
        self._facts = facts.FactsBuilder()
        self._moved = timeline.TimelineBuilder()
        self._blocking: set[str] = set()
        self._unknown: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._silenced: Counter[str] = Counter()
        self._left_out: Counter[bool] = Counter()  # by whether it has a time
        self._buffer: list[Finding | None] = []  # None: the next does not follow the one before
        self._signs: dict[int, seams.Signs] = {}
        self._ends: dict[int, tuple[Finding, Finding]] = {}
        self._previous: dict[int, Finding] = {}
        self._writers: dict[int, dict[str, tuple[int, int]]] = {}

    def add(self, finding: Finding) -> None:
        """Count one finding."""
        self._buffer.append(finding)
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def apart(self) -> None:
        """The next finding does not stand directly behind the last one added: others are counted in columns."""
        self._buffer.append(None)

    def add_many(self, columns: Columns) -> None:
        """Count findings of one source that differ in time, duration, line and name of the task only.

        The ends of the source, the longest of them and what blocked for how long are told by `add_end`, `add_worst` and
        `add_blocked`.
        """
        template = columns.template
        self._flush()
        group = self._group(template.fingerprint)
        group.add_many(columns)
        self._facts.add_all([template], len(columns), alike=True)
        self._facts.add_counts(template.kind, columns.counts)
        self._counts["partial" if template.partial else "classified"] += len(columns)
        self._take_writer(template, int(columns.lines[0]), int(columns.lines[-1]))
        if template.kind in facts.BLOCKING:
            self._blocking.add(template.fingerprint)
        if template.kind not in facts.BLOCKING and seams.is_closing(template):
            group.shutdown += len(columns)
        else:
            self._take_lines(group, template.source_index, columns.lines)

    def add_blocked(self, ends: Iterable[int | None], durations: Iterable[int | None]) -> None:
        """Note how far the durations of findings of blocking kinds, counted in columns, reach back from their times."""
        self._moved.move_back(ends, durations)

    def add_end(self, finding: Finding) -> None:
        """Note a finding, counted in columns, that may be the last of its source."""
        self._take_ends(finding.source_index, [finding])

    def add_worst(self, fingerprint: str, longest: int, finding: Callable[[], Finding | None]) -> None:
        """Note one of those counted in columns, that took `longest`; `finding` makes it, where it is one to keep."""
        self._group(fingerprint).add_worst(longest, finding)

    def add_sample(self, finding: Finding) -> None:
        """Note one of those counted in columns whose message is not the template's."""
        self._group(finding.fingerprint).add_sample(finding)

    def add_pair(self, before: Finding, after: Finding) -> None:
        """Note two neighbours of which at least one is counted in columns."""
        if before.fingerprint == after.fingerprint and before.text == after.text:
            mark = seams.mark(after)
            if seams.is_echo(seams.mark(before), mark):
                self._group(after.fingerprint).names.echo(mark.process, after.duration or 0)

    def add_handshakes(self, counts: Counts) -> None:
        """Note what the durations of TLS handshakes come to."""
        self._facts.add_handshakes(counts)

    def add_unclassified(self, text: str, number: int = 1) -> None:
        """Count records of asyncio that no rule knows; `text` is their message."""
        self._counts["unclassified"] += number
        name = tally.mask(text.partition("\n")[0])
        self._unknown[name] = self._unknown.get(name, 0) + number
        if len(self._unknown) > 2 * tally.KEPT:
            self._unknown = tally.cap(self._unknown)

    def add_silenced(self, finding: Finding) -> None:
        """Count what a rule of severity `off` claimed: no finding, but it still tells about the loop."""
        self._counts["silenced"] += 1
        self._silenced[finding.rule] += 1
        self._facts.add_all([finding])
        self._take_sign(finding)

    def add_left_out(self, timed: bool, number: int = 1) -> None:
        """Count records that are not of the time that was asked for, as far as is known: `timed`, if they have times."""
        self._left_out[timed] += number

    def add_malformed(self, finding: Finding | None = None) -> None:
        """Count a record that could not be understood, with the finding that it gave all the same."""
        self._counts["malformed"] += 1
        if finding is not None:
            self.add(finding)
            self._counts["partial" if finding.partial else "classified"] -= 1

    def finish(
        self,
        sources: Iterable[SourceSpan] = (),
        rules: Mapping[str, Rule] | None = None,
        label: str | None = None,
        notes: Iterable[str] = (),
    ) -> Run:
        """The run of all that was added. Of `rules` those stay that judged something."""
        self._flush()
        timelines = self._timelines()
        # each builder is given up for its group: together they would hold much twice
        groups = {name: self._groups.pop(name).freeze() for name in sorted(self._groups)}
        used = {rule for group in groups.values() for rule in group.rules}
        spans = tuple(self._with_writers(span) for span in merge_sources(tuple(sources)))
        counts = self._counts
        ends = {source: (seams.mark(first), seams.mark(last)) for source, (first, last) in self._ends.items()}
        return Run(
            groups,
            Accounting(
                sum(span.lines for span in spans), sum(span.bytes for span in spans), counts.total(),
                counts["classified"], counts["partial"], counts["unclassified"], counts["malformed"],
                tally.cap(self._unknown), dict(sorted(self._silenced.items())),
                self._left_out[True], self._left_out[False],
            ),
            self._facts.freeze(),
            spans,
            {name: rule for name, rule in sorted((rules or {}).items()) if name in used},
            timelines,
            self._blocked(groups),
            label,
            tuple(sorted(set(notes))),
            {source: Seam(first, last, self._left(source)) for source, (first, last) in sorted(ends.items())},
        )  # fmt: skip

    def _take_writer(self, finding: Finding, first: int, last: int) -> None:
        """Note that a process wrote from line `first` to line `last`."""
        if finding.pid is not None or finding.stream:
            known = self._writers.setdefault(finding.source_index, {})
            name = process_of(finding)
            lines = known.get(name, (first, last))
            known[name] = (min(lines[0], first), max(lines[1], last))

    def _with_writers(self, span: SourceSpan) -> SourceSpan:
        return replace(span, writers=segments.merge_writers(span.writers, self._writers.get(span.index, {})))

    def _left(self, source: int) -> bool | None:
        return self._signs[source].last if source in self._signs else None

    def _group(self, fingerprint: str) -> GroupBuilder:
        group = self._groups.get(fingerprint)
        if group is None:
            group = self._groups[fingerprint] = GroupBuilder()
        return group

    def _flush(self) -> None:
        buffer, self._buffer = self._buffer, []
        batches: dict[tuple[str, int, str, Severity], list[Finding]] = {}
        for finding in buffer:
            if finding is None:
                self._previous.clear()
                continue
            key = (finding.fingerprint, finding.source_index, finding.rule, finding.severity)
            batch = batches.get(key)
            if batch is None:
                batches[key] = [finding]
            else:
                batch.append(finding)
            self._take_echo(finding)
            self._take_sign(finding)
        for (fingerprint, source, _, _), batch in batches.items():
            self._take(fingerprint, source, batch)

    def _take_sign(self, finding: Finding) -> None:
        if finding.kind == "loop-lifecycle" and (closed := seams.sign_of(finding)) is not None:
            self._signs.setdefault(finding.source_index, seams.Signs()).add(finding.line, closed)

    def _take(self, fingerprint: str, source: int, batch: list[Finding]) -> None:
        group = self._group(fingerprint)
        batch.sort(key=_line)
        self._take_ends(source, [batch[0], batch[-1]])
        for finding in batch:
            self._take_writer(finding, finding.line, finding.line)
        self._take_shutdown(group, batch[0], [finding.line for finding in batch], batch)
        self._facts.add_all(batch)
        self._facts.add_durations(batch[0].kind, [finding.duration for finding in batch])
        partial = sum(finding.partial for finding in batch)
        self._counts["partial"] += partial
        self._counts["classified"] += len(batch) - partial
        if batch[0].kind in facts.BLOCKING:
            micros = [None if finding.timestamp is None else finding.timestamp.micros for finding in batch]
            self._blocking.add(batch[0].fingerprint)
            self.add_blocked(micros, [finding.duration for finding in batch])
        group.add_all(batch)

    def _blocked(self, groups: Mapping[str, Group]) -> Timeline:
        ends = timeline.merge_all(groups[name].timeline for name in sorted(self._blocking))
        return timeline.merge(ends, self._moved.freeze())

    def _timelines(self) -> dict[str, Timeline]:
        """By severity, worst first."""
        result: dict[str, Timeline] = {}
        for severity in sorted(Severity, reverse=True):
            parts = [group.timelines[severity] for group in self._groups.values() if severity in group.timelines]
            if parts:
                result[severity.label] = timeline.merge_all(part.freeze() for part in parts)
        return result

    def _take_ends(self, source: int, findings: list[Finding]) -> None:
        first, last = self._ends.get(source, (findings[0], findings[0]))
        self._ends[source] = (
            min([first, *findings], key=_line),
            max([last, *findings], key=_line),
        )

    def _take_echo(self, finding: Finding) -> None:
        before = self._previous.get(finding.source_index)
        self._previous[finding.source_index] = finding
        if before is None or before.fingerprint != finding.fingerprint or before.duration != finding.duration:
            return
        if before.text == finding.text:
            after = seams.mark(finding)
            if seams.is_echo(seams.mark(before), after):
                self._group(finding.fingerprint).names.echo(after.process, finding.duration or 0)

    def _take_shutdown(
        self, group: GroupBuilder, first: Finding, lines: Sequence[int], batch: list[Finding] | None = None
    ) -> None:
        if batch is not None and first.kind not in facts.BLOCKING:
            lines = [finding.line for finding in batch if not seams.is_closing(finding)]
            group.shutdown += len(batch) - len(lines)
        self._take_lines(group, first.source_index, lines)

    def _take_lines(self, group: GroupBuilder, source: int, lines: Sequence[int]) -> None:
        """Decide whether findings of these lines belong to the shutdown, as far as that is known."""
        signs = self._signs.get(source)
        if signs is None:
            if len(lines):
                group.undecided[source] += len(lines)
            return
        undecided, shutdown = signs.count(lines)
        if undecided:
            group.undecided[source] += undecided
        group.shutdown += shutdown
