"""Where tasks came from: which task created which, and the creating frames as a flame graph."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from zlib import crc32

from asynclog.model import Report, ReportRow, Severity
from asynclog.render import folded
from asynclog.render.html_palette import FLAMES
from asynclog.render.options import RenderOptions
from asynclog.render.rows import blocks
from asynclog.render.units import duration, plural, share

_DEPTH = 40
_THIN = 0.25  # per cent of the width under which a frame is not drawn
_ROOTS = 60  # trees that are shown
_CHILDREN = 40
_FOLDERS = re.compile(r"^.*[/\\\\]")


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


@dataclass(slots=True)
class _Node:
    weight: int = 0
    below: dict[str, _Node] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flame:
    """One frame: its place in per cent, its depth, its tint, and what it is."""

    x: float
    width: float
    depth: int
    tint: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class FlameGraph:
    """All frames, the stacks as rows of a table (stack, value, share), and the chart in a sentence."""

    frames: tuple[Flame, ...]
    depth: int
    stacks: tuple[tuple[tuple[str, ...], str, str], ...]
    text: str
    timed: bool


def graphs(report: Report, options: RenderOptions) -> tuple[FlameGraph, ...]:
    """Blocked time, and errors and warnings whose creation is known, by the frames that created them."""
    rows = report.rows[: options.top]
    slow = tuple(row for row in rows if blocks(row) and row.total)
    failed = tuple(row for row in rows if row.callers and row.severity > Severity.INFO and not blocks(row))
    found = (_flames(replace(report, rows=part), options, part is slow) for part in (slow, failed) if part)
    return tuple(filter(None, found))


def _flames(report: Report, options: RenderOptions, timed: bool) -> FlameGraph | None:
    """The folded stacks of the report as a graph; None where there are none."""
    root = _Node()
    stacks = []
    for line in folded.analyze(report, options).splitlines():
        stack, _, number = line.rpartition(" ")
        names, weight = tuple(stack.split(";")), int(number)
        stacks.append((names, weight))
        node = root
        node.weight += weight
        for name in names[:_DEPTH]:
            node = node.below.setdefault(name, _Node())
            node.weight += weight
    if not root.weight:
        return None
    say: Callable[[int], str] = duration if timed else lambda value: plural(value, "finding")
    drawn = tuple(_layout(root, root.weight, 0.0, 0, say))
    worst = sorted(stacks, key=lambda each: (-each[1], each[0]))[:30]
    table = tuple((names, say(weight), share(weight / root.weight)) for names, weight in worst)
    largest = f"{' > '.join(worst[0][0][-3:])}, {table[0][2]}"
    text = f"{plural(len(stacks), 'stack')}, {say(root.weight)} in all; the largest: {largest}."
    return FlameGraph(drawn, max(frame.depth for frame in drawn) + 1, table, text, timed)


def _layout(node: _Node, whole: int, start: float, depth: int, say: Callable[[int], str]) -> Iterator[Flame]:
    for name, child in sorted(node.below.items(), key=lambda item: (-item[1].weight, item[0])):
        width = 100 * child.weight / whole
        if width < _THIN:
            break
        file = name.rpartition("(")[2].rpartition(":")[0] or name
        tint = crc32(file.encode("utf-8", "backslashreplace")) % FLAMES
        text = f"{name}: {say(child.weight)}, {share(child.weight / whole)}"
        yield Flame(round(start, 3), round(width, 3), depth, tint, _short(name), text)
        yield from _layout(child, whole, start, depth + 1, say)
        start += width


def _short(name: str) -> str:
    """A frame within little room: `function (folder/file.py:7)` without the folder."""
    function, mark, where = name.rpartition(" (")
    file = _FOLDERS.sub("", where.removesuffix(")") if mark else name)
    return f"{function} {file}" if mark else file
