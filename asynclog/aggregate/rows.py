"""One group as it is shown: numbers, place, callers, and the sentences about how to read it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from asynclog.aggregate import clockwork, histogram, tally, timeline
from asynclog.aggregate.facts import BLOCKING
from asynclog.aggregate.words import HOUR, SECOND, number
from asynclog.model import Caller, CallerRow, Frame, Group, ReportRow, Rule, Run, Sample, Site, Tally, Via

COLLECTED = frozenset(
    {
        "exception-never-retrieved", "exception-never-retrieved-legacy", "task-destroyed-pending",
        "coroutine-never-awaited", "coroutine-method-never-awaited", "coroutine-never-yielded-from",
        "unclosed-event-loop", "unclosed-transport", "unclosed-stream-writer", "unclosed-socket",
        "unraisable-coroutine", "unraisable-destructor", "aiohttp-unclosed", "aiohttp-unclosed-warning",
        "library-unclosed",
    }
)  # fmt: skip
"""Kinds that are written when an object is destroyed."""
_SHOWN = 8
_ID = 6
_AT_THE_END = 2 * SECOND
_BY = {
    Via.COROUTINE: "The place is that of the coroutine; where its task was created is not in these records.",
    Via.CALLBACK: "The place is that of the callback; what scheduled it is not in these records.",
    Via.EXCEPTION: "The place is where the exception was raised; what was created where is not in these records.",
    Via.WARNING: "The place is the line that dropped the object, which need not be the one that made it.",
    Via.NONE: "These records name no place in your code.",
}


def short_ids(fingerprints: Iterable[str]) -> dict[str, str]:
    """The shortest prefixes of at least six characters that tell all fingerprints apart; the version is left out."""
    names = sorted(fingerprints, key=bare)
    result = {}
    for index, name in enumerate(names):
        length = _ID
        for other in names[max(index - 1, 0) : index] + names[index + 1 : index + 2]:
            length = max(length, _common(bare(name), bare(other)) + 1)
        result[name] = bare(name)[:length]
    return result


def bare(fingerprint: str) -> str:
    """A fingerprint without the version of its making."""
    return fingerprint.rpartition(":")[2]


def _common(a: str, b: str) -> int:
    return next((index for index, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def place_of(site: Site) -> str:
    """`file:line in function`, as much of it as is known."""
    where = site.file or ""
    if where and site.line is not None:
        where = f"{where}:{site.line}"
    if site.function and where:
        return f"{where} in {site.function}"
    return where or site.function or ""


def frame_text(frame: Frame) -> str:
    """`function (file:line)`."""
    where = frame.file if frame.line is None else f"{frame.file}:{frame.line}"
    return f"{frame.function} ({where})" if frame.function else where


def subject(group: Group) -> str:
    """What a group is about, in a word: its coroutine, callback, exception or object."""
    object_name = max(group.objects, key=lambda name: (group.objects[name], name), default="")
    return group.coroutine or group.callback or group.exception_type or object_name


def make_row(group: Group, run: Run, frame: clockwork.Frame, ids: Mapping[str, str], rank: int) -> ReportRow:
    """`group` as row number `rank`."""
    rule = run.rules.get(group.rule) or Rule(group.rule, group.kind, group.severity, group.kind)
    blocked = clockwork.blocked_by_process(run, group)
    place, title = place_of(group.site), rule.title or group.kind
    return ReportRow(
        rank=rank,
        id=ids[group.fingerprint],
        group=group,
        title=title,
        label=" · ".join(filter(None, (title, subject(group), place))),
        place=place,
        severity=group.severity,
        why=rule.why,
        fix=rule.fix,
        references=rule.references,
        static=rule.static,
        example_before=rule.example_before,
        example_after=rule.example_after,
        count=group.count,
        total=group.durations.total if group.durations.count else None,
        p50=histogram.percentile(group.durations, 0.5),
        p95=histogram.percentile(group.durations, 0.95),
        maximum=group.durations.maximum,
        share=clockwork.share_of(blocked, frame.span) if group.kind in BLOCKING else None,
        rate=round(group.count * HOUR / frame.span, 3) if frame.span and group.timeline.cells else None,
        bursts=timeline.burst_count(group.timeline) or None,
        first=group.first.text if group.first else "",
        last=group.last.text if group.last else "",
        spark=clockwork.row_spark(group, frame),
        callers=caller_rows(group.callers.values(), group.count),
        messages=tallies(group.messages),
        tests=tallies(group.tests),
        tasks=tallies(group.tasks),
        processes=tuple(Tally(name, *pair) for name, pair in _largest(group.processes) if name),
        probable=(),
        related=tuple(ids[name] for name in group.related if name in ids),
        notes=tuple(notes(group, frame)),
        samples=samples(group),
    )


def samples(group: Group) -> tuple[Sample, ...]:
    """The worst finding first, then the first of each variant."""
    worst = [group.worst] if group.worst is not None else []
    return (*worst, *(sample for sample in group.samples if sample not in worst))


def caller_rows(callers: Iterable[Caller], count: int) -> tuple[CallerRow, ...]:
    """The chains, most frequent first; those that are not known are left out."""
    known = sorted((c for c in callers if c.chain), key=lambda c: (-c.count, -c.total, repr(c.chain)))
    return tuple(
        CallerRow(" > ".join(map(frame_text, c.chain)), c.count, c.count / max(count, 1), c.total, c.chain)
        for c in known[:_SHOWN]
    )


def tallies(counts: Mapping[str, int]) -> tuple[Tally, ...]:
    """The most frequent names of a tally."""
    names = sorted(counts, key=lambda name: (name == tally.OTHER, -counts[name], name))
    return tuple(Tally(name, counts[name]) for name in names[:_SHOWN])


def _largest(pairs: Mapping[str, tuple[int, int]]) -> list[tuple[str, tuple[int, int]]]:
    return sorted(pairs.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))[:_SHOWN]


def probable_callers(groups: Sequence[Group]) -> dict[str, tuple[CallerRow, ...]]:
    """For each coroutine, where other records say that it was created, with the share of those records."""
    found: defaultdict[str, list[Caller]] = defaultdict(list)
    for group in groups:
        if group.coroutine and group.kind not in BLOCKING:
            found[group.coroutine].extend(caller for caller in group.callers.values() if caller.chain)
    result = {}
    for coroutine, callers in found.items():
        sums: Counter[tuple[Frame, ...]] = Counter()
        for caller in callers:
            sums[caller.chain] += caller.count
        merged = [Caller(chain, count) for chain, count in sums.items()]
        result[coroutine] = caller_rows(merged, sums.total())
    return result


def notes(group: Group, frame: clockwork.Frame) -> Iterable[str]:
    """How to read a group: what its times, its place and its count mean."""
    if group.kind in BLOCKING:
        yield (
            "Written when the callback ended: it ran in the time before. `running at` is where the task waited "
            "next, not the line that blocked."
        )
    if group.kind in COLLECTED:
        yield "Written when the garbage collector came by: the failure itself was earlier."
    if group.site.via in _BY:
        yield _BY[group.site.via]
    if group.partial:
        yield f"{number(group.partial, 'record')} of {group.count:,} incomplete: a part was lost or cut off."
    if sure := group.reassembled.get("certain"):
        yield (
            f"{sure:,} of {group.count:,} put together from pieces: lines of other writers stood between theirs, and "
            "each line tells its writer."
        )
    if likely := group.reassembled.get("likely"):
        yield (
            f"{likely:,} of {group.count:,} probably put together: an entry of another process stood in the middle, and "
            "only the lines behind it tell that they belong together."
        )
    echoes = sum(count for count, _ in group.echoes.values())
    if echoes:
        yield (
            f"{echoes:,} of {group.count:,} only repeat the record before (two handlers write to this log); blocked "
            "time counts them once."
        )
    if group.shutdown:
        yield f"{group.shutdown:,} of {group.count:,} written while the loop or the interpreter was closing."
    elif _at_the_end(group, frame):
        yield "All were written in the last two seconds of the log: perhaps while the program was ending."


def _at_the_end(group: Group, frame: clockwork.Frame) -> bool:
    if group.first is None or not group.first.dated or frame.span is None:
        return False
    return frame.span > 5 * _AT_THE_END and frame.end - group.first.micros <= _AT_THE_END
