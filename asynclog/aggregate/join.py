"""Runs put together: parts of one log, several logs of one analysis, saved reports of several shards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from asynclog.aggregate import facts, keep, seams, segments, tally, timeline
from asynclog.aggregate.group import merge_groups
from asynclog.model import Accounting, Group, Rule, Run, Sample, SourceSpan, Timeline
from asynclog.slotted import replace


def merge_runs(a: Run, b: Run) -> Run:
    """The run of both. `Run()` is the identity; parts of one source must be neighbours, in any order."""
    groups = {**a.groups, **a.suppressed}
    for name, group in (*b.groups.items(), *b.suppressed.items()):
        groups[name] = merge_groups(groups[name], group) if name in groups else group
    suppressed = {name: group for name, group in sorted(groups.items()) if group.suppressed}
    merged = Run(
        {name: group for name, group in groups.items() if name not in suppressed},
        _merge_accounting(a.accounting, b.accounting),
        facts.merge(a.facts, b.facts),
        merge_sources((*a.sources, *b.sources)),
        _merge_rules(a, b),
        {
            name: timeline.merge(a.timeline.get(name, Timeline()), b.timeline.get(name, Timeline()))
            for name in sorted({*a.timeline, *b.timeline})
        },
        timeline.merge(a.blocked, b.blocked),
        a.label if a.label is not None else b.label,
        tuple(sorted({*a.notes, *b.notes})),
        {**a.seams, **b.seams},
        suppressed,
        tuple(sorted({*a.judged, *b.judged})),
    )
    for source in sorted(a.seams.keys() & b.seams.keys()):
        merged = _sew(merged, a, b, source)
    return replace(merged, groups=dict(sorted(merged.groups.items())))


def _sew(merged: Run, a: Run, b: Run, source: int) -> Run:
    """Join two parts of `source` where they touch."""
    first, second = sorted((a, b), key=lambda run: run.seams[source].first.line)
    before, after = first.seams[source], second.seams[source]
    groups = dict(merged.groups)
    if seams.is_echo(before.last, after.first):
        group = groups[after.first.fingerprint]
        echo = {after.first.process: (1, after.first.duration or 0)}
        groups[group.fingerprint] = replace(group, echoes=tally.merge_pairs(group.echoes, echo))
    if before.closed is not None:
        for name, late in second.groups.items():
            if source in late.undecided:
                groups[name] = _decide(groups[name], source, late.undecided[source], closed=before.closed)
    return replace(merged, groups=groups, seams={**merged.seams, source: seams.join(before, after)})


def _decide(group: Group, source: int, number: int, *, closed: bool) -> Group:
    left = group.undecided[source] - number
    undecided = {**group.undecided, source: left}
    if not left:
        del undecided[source]
    return replace(group, undecided=undecided, shutdown=group.shutdown + (number if closed else 0))


def _merge_accounting(a: Accounting, b: Accounting) -> Accounting:
    return Accounting(
        a.lines + b.lines,
        a.bytes + b.bytes,
        a.records + b.records,
        a.classified + b.classified,
        a.partial + b.partial,
        a.unclassified + b.unclassified,
        a.malformed + b.malformed,
        tally.merge(a.unknown, b.unknown),
        dict(Counter(a.silenced) + Counter(b.silenced)),
        a.elsewhen + b.elsewhen,
        a.timeless + b.timeless,
    )


def adds_up(accounting: Accounting) -> bool:
    """Whether explained + unexplained = all."""
    parts = accounting.classified + accounting.partial + accounting.unclassified + accounting.malformed
    unknown = sum(accounting.unknown.values())
    return parts + sum(accounting.silenced.values()) == accounting.records and unknown == accounting.unclassified


def _merge_rules(a: Run, b: Run) -> dict[str, Rule]:
    rules = {**a.rules, **b.rules}
    for name in a.rules.keys() & b.rules.keys():
        if a.rules[name] != b.rules[name]:
            rules[name] = min(a.rules[name], b.rules[name], key=repr)
    return dict(sorted(rules.items()))


def merge_sources(spans: Iterable[SourceSpan]) -> tuple[SourceSpan, ...]:
    """One span for each source, in their order."""
    result: dict[tuple[int, str], SourceSpan] = {}
    for span in spans:
        key = (span.index, span.path)
        other = result.get(key)
        result[key] = span if other is None else _merge_spans(other, span)
    return tuple(result[key] for key in sorted(result))


def _merge_spans(a: SourceSpan, b: SourceSpan) -> SourceSpan:
    return SourceSpan(
        a.path,
        a.index,
        a.bytes + b.bytes,
        a.lines + b.lines,
        keep.earliest((a.first, b.first)),
        keep.latest((a.last, b.last)),
        a.format if a.format == b.format else ", ".join(sorted({*_formats(a), *_formats(b)})),
        tuple(sorted({*a.notes, *b.notes})),
        a.lost or b.lost,
        (*a.segments, *b.segments),
        segments.merge_starts(a.starts, b.starts),
        segments.merge_moments(a.moments, b.moments),
        segments.merge_writers(a.writers, b.writers),
    )


def _formats(span: SourceSpan) -> set[str]:
    return set(span.format.split(", ")) - {""}


def shift_lines(run: Run, delta: int) -> Run:
    """`run` of a part whose lines were counted from 1, with `delta` lines before it."""
    if not delta:
        return run

    def moved(sample: Sample) -> Sample:
        return replace(sample, line=sample.line + delta)

    return replace(
        run,
        groups=_moved(run.groups, moved),
        suppressed=_moved(run.suppressed, moved),
        sources=tuple(segments.shift(span, delta) for span in run.sources),
        seams={index: seams.shift(seam, delta) for index, seam in run.seams.items()},
    )


def shift_sources(run: Run, delta: int) -> Run:
    """`run` with its sources numbered from `delta` on."""
    if not delta:
        return run

    def moved(sample: Sample) -> Sample:
        return replace(sample, source_index=sample.source_index + delta)

    return replace(
        run,
        groups=_moved(run.groups, moved, delta),
        suppressed=_moved(run.suppressed, moved, delta),
        sources=tuple(replace(span, index=span.index + delta) for span in run.sources),
        seams={index + delta: seam for index, seam in run.seams.items()},
    )


def _moved(groups: Mapping[str, Group], moved: Callable[[Sample], Sample], sources: int = 0) -> dict[str, Group]:
    """The groups with every sample moved, and their sources numbered `sources` higher."""
    return {
        name: replace(
            group,
            samples=tuple(moved(sample) for sample in group.samples),
            worst=None if group.worst is None else moved(group.worst),
            undecided={index + sources: count for index, count in group.undecided.items()},
        )
        for name, group in groups.items()
    }


def combine(runs: Iterable[Run]) -> Run:
    """One run of several whole ones (saved reports of shards): the sources of each are numbered after the last's."""
    result = Run()
    for run in runs:
        number = max((span.index for span in result.sources), default=-1) + 1
        result = merge_runs(result, shift_sources(run, number))
    return result
