"""One defect told several times: links between groups, decided from what a merged run holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import combinations

from asynclog.aggregate import timeline
from asynclog.model import Group, Run, Severity
from asynclog.slotted import replace

_NEAR_LINES = 80
_MANY = 64
_FAILED = frozenset({"exception-never-retrieved", "exception-never-retrieved-legacy", "shielded-future-exception"})
_LOST = frozenset(
    {"task-destroyed-pending", "unraisable-coroutine", "coroutine-never-awaited", "coroutine-never-yielded-from"}
)
_AIOHTTP = frozenset({"aiohttp-unclosed", "aiohttp-unclosed-warning"})
_CONNECTION = frozenset({"unclosed-transport", "unclosed-stream-writer", "unclosed-socket"})


def relate(run: Run) -> Run:
    """`run` with `related` of every group set to the groups that tell of the same defect."""
    links: dict[str, set[str]] = defaultdict(set)
    for a, b in _links(run.groups.values()):
        links[a.fingerprint].add(b.fingerprint)
        links[b.fingerprint].add(a.fingerprint)
    groups = {name: replace(group, related=tuple(sorted(links.get(name, ())))) for name, group in run.groups.items()}
    return replace(run, groups=groups)


def settle(run: Run) -> Run:
    """`run` complete: groups related, and nothing kept that only a further part of the same input could need."""
    run = relate(run)
    groups = {name: replace(group, undecided={}) for name, group in run.groups.items()}
    return replace(run, groups=groups, seams={})


def defects(run: Run) -> int:
    """How many distinct defects the groups tell of, those that merely inform left out."""
    return sum(
        any(run.groups[name].severity > Severity.INFO for name in family) for family in families(run.groups.values())
    )


def families(groups: Iterable[Group]) -> list[tuple[str, ...]]:
    """The fingerprints of `groups`, put together where they are related, directly or not.

    A group without a place (all connectors that the garbage collector found, say) may be related to several groups that
    have one. It does not make these one: it goes with the largest of them.
    """
    related = _bonds({group.fingerprint: group for group in groups})
    result: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for name in sorted(related):
        family, waiting = [], [name]
        while waiting:
            other = waiting.pop()
            if other not in seen and other in related:
                seen.add(other)
                family.append(other)
                waiting.extend(related[other])
        if family:
            result.append(tuple(sorted(family)))
    return result


def _bonds(groups: Mapping[str, Group]) -> dict[str, set[str]]:
    """The relations that make two groups one."""
    bonds: dict[str, set[str]] = {name: set() for name in groups}
    for name, group in groups.items():
        others = [groups[other] for other in group.related if other in groups]
        if group.site.file is None:
            placed = sorted((o for o in others if o.site.file is not None), key=lambda o: (-o.count, o.fingerprint))
            others = placed[:1] or others
        else:
            others = [other for other in others if other.site.file is not None]
        for other in others:
            bonds[name].add(other.fingerprint)
            bonds[other.fingerprint].add(name)
    return bonds


def _links(groups: Iterable[Group]) -> Iterator[tuple[Group, Group]]:
    every = list(groups)
    yield from _pairs(every, _FAILED, lambda group: (group.exception_type, group.failure), _same_failure)
    yield from _pairs(every, _LOST, lambda group: group.coroutine, _same_coroutine)
    yield from _pairs(every, _AIOHTTP, lambda group: "", _same_client)
    yield from _pairs(every, _CONNECTION, lambda group: group.count, _same_connection)


def _pairs(
    groups: list[Group],
    kinds: frozenset[str],
    key: Callable[[Group], Hashable],
    same: Callable[[Group, Group], bool],
) -> Iterator[tuple[Group, Group]]:
    """The pairs of groups of `kinds` with one `key` that are the `same` and happened at the same time."""
    by_key: dict[Hashable, list[Group]] = defaultdict(list)
    for group in groups:
        if group.kind in kinds and key(group) is not None:
            by_key[key(group)].append(group)
    for found in by_key.values():
        if len(found) <= _MANY:
            yield from (pair for pair in combinations(found, 2) if same(*pair) and together(*pair))


def _same_failure(a: Group, b: Group) -> bool:
    """A task and what waited for it: the outer future of gather() or shield() repeats the child's exception."""
    if a.exception_type is None or not (a.failure or a.messages.keys() & b.messages.keys()):
        return False
    return a.kind != b.kind or _is_task(a) != _is_task(b)


def _is_task(group: Group) -> bool:
    return group.coroutine is not None or any("Task" in name for name in group.objects)


def _same_coroutine(a: Group, b: Group) -> bool:
    """A coroutine that was lost, told by its task, by the interpreter and by asyncio's own wrapper."""
    return a.kind != b.kind


def _same_client(a: Group, b: Group) -> bool:
    """A session and its connector, or the log record and the warning of one of them."""
    if a.kind == b.kind and a.objects.keys() & b.objects.keys():
        return False
    known = (a.site.file, a.site.function), (b.site.file, b.site.function)
    return known[0] == known[1] or None in (a.site.file, b.site.file)


def _same_connection(a: Group, b: Group) -> bool:
    """A stream writer, its transport and its socket; as many of each."""
    return a.kind != b.kind


def together(a: Group, b: Group) -> bool:
    """Whether most findings of the smaller group have one of the other beside them.

    Beside is: in the same or the next cell of the timeline; without times, within a few lines in the kept samples.
    """
    if a.timeline.cells and b.timeline.cells:
        level = max(a.timeline.level, b.timeline.level)
        cells = [set(timeline.coarser(group.timeline, level).cells) for group in (a, b)]
        few, many = sorted(cells, key=len)
        beside = sum(bool({cell - 1, cell, cell + 1} & many) for cell in few)
        return 2 * beside >= len(few)
    return any(
        one.source_index == other.source_index and abs(one.line - other.line) <= _NEAR_LINES
        for one in a.samples
        for other in b.samples
    )
