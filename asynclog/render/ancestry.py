"""Which task made which: parents as the records name them, joined to trees by the coroutines that they run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from asynclog.model import ReportRow
from asynclog.slotted import dataclass

_DEPTH = 40
_ROOTS = 60  # trees that are shown
_CHILDREN = 40


@dataclass(frozen=True, slots=True)
class Task:
    """A coroutine and the tasks that it created. `guess`: it is told apart by its function's name alone."""

    name: str
    file: str = ""
    count: int = 0
    rows: tuple[ReportRow, ...] = ()
    children: tuple[Task, ...] = ()
    guess: bool = False
    hidden: int = 0


def ancestry(rows: Iterable[ReportRow]) -> tuple[Task, ...]:
    """The trees of tasks, busiest first: parents as the records name them, children by their coroutine.

    A parent is known as `file:function` and a child by its coroutine's qualified name; they are taken for the same task
    where only one coroutine of that function's name is there.
    """
    children: defaultdict[str, Counter[str]] = defaultdict(Counter)
    groups: defaultdict[tuple[str, str], list[ReportRow]] = defaultdict(list)
    for row in rows:
        for parent, count in row.group.parents.items():
            name = row.group.coroutine or row.group.callback or _thing(row)
            children[parent][name] += count
            groups[parent, name].append(row)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for name in {name for counts in children.values() for name in counts}:
        names[name.rpartition(".")[2]].add(name)
    files: defaultdict[str, set[str]] = defaultdict(set)
    for parent in children:
        files[_function(parent)].add(parent)
    joined = {
        next(iter(names[function])): next(iter(parents))
        for function, parents in files.items()
        if len(parents) == 1 and len(names[function]) == 1
    }
    nested = {parent for name, parent in joined.items() if any(name in children[p] for p in children if p != parent)}
    forest = _Forest(children, groups, joined)
    busiest = sorted(children, key=lambda parent: (-children[parent].total(), parent))
    roots = [parent for parent in busiest if parent not in nested]
    seen = {below for parent in roots for below in forest.reached(parent)}
    for parent in busiest:  # what only a circle leads to
        if parent not in seen:
            roots.append(parent)
            seen.update(forest.reached(parent))
    return tuple(forest.root(parent) for parent in roots[:_ROOTS])


def _thing(row: ReportRow) -> str:
    """What a group without a coroutine is about: the class of its objects."""
    objects = row.group.objects
    return max(objects, key=lambda name: (objects[name], name), default="") or row.group.kind


def _function(parent: str) -> str:
    return parent.rpartition(":")[2].rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class _Forest:
    children: dict[str, Counter[str]]
    groups: dict[tuple[str, str], list[ReportRow]]
    joined: dict[str, str]

    def reached(self, parent: str) -> set[str]:
        """All parents under `parent`, itself too."""
        seen, left = {parent}, [parent]
        while left:
            found = {self.joined[name] for name in self.children[left.pop()] if name in self.joined} - seen
            seen |= found
            left += found
        return seen

    def root(self, parent: str) -> Task:
        file, _, function = parent.rpartition(":")
        kinds = self._below(parent, (parent,))
        return Task(function or parent, file, self.children[parent].total(), (), kinds, hidden=self._hidden(parent))

    def _hidden(self, parent: str) -> int:
        return max(0, len(self.children[parent]) - _CHILDREN)

    def _below(self, parent: str, above: tuple[str, ...]) -> tuple[Task, ...]:
        result = []
        counts = self.children[parent]
        for name in sorted(counts, key=lambda each: (-counts[each], each))[:_CHILDREN]:
            itself = self.joined.get(name)
            further = itself is not None and itself not in above and len(above) < _DEPTH
            deeper = self._below(itself, (*above, itself)) if itself and further else ()
            hidden = self._hidden(itself) if itself and further else 0
            rows = tuple(self.groups[parent, name])
            result.append(Task(name, "", counts[name], rows, deeper, bool(deeper), hidden))
        return tuple(result)


def lineage(rows: Iterable[ReportRow]) -> dict[str, tuple[str, ...]]:
    """For each coroutine the tasks above it, outermost first, where the records show one way only."""
    ways: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)

    def walk(task: Task, above: tuple[str, ...]) -> None:
        for child in task.children:
            ways[child.name].add((*above, task.name))
            walk(child, (*above, task.name))

    for root in ancestry(rows):
        walk(root, ())
    return {name: next(iter(found)) for name, found in ways.items() if len(found) == 1}
