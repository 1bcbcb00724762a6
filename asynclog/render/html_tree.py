"""Where tasks came from: which task created which, and the creating frames as a flame graph."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from zlib import crc32

from asynclog.lazy import regex
from asynclog.model import Report, Severity
from asynclog.render import folded
from asynclog.render.ancestry import Task as Task
from asynclog.render.ancestry import ancestry as ancestry
from asynclog.render.html_palette import FLAMES
from asynclog.render.options import RenderOptions
from asynclog.render.rows import blocks
from asynclog.render.units import duration, plural, share
from asynclog.slotted import dataclass, field, replace

_DEPTH = 40
_THIN = 0.25  # per cent of the width under which a frame is not drawn by itself
REST = FLAMES  # the tint of what is drawn together
_FOLDERS = regex(r"^.*[/\\\\]")


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
    ordered = sorted(node.below.items(), key=lambda item: (-item[1].weight, item[0]))
    for at, (name, child) in enumerate(ordered):
        width = 100 * child.weight / whole
        if width < _THIN:
            rest = sum(thin.weight for _, thin in ordered[at:])
            label = f"… {plural(len(ordered) - at, 'more frame')}"
            if 100 * rest / whole >= _THIN:
                text = f"{label}: {say(rest)}, {share(rest / whole)}"
                yield Flame(round(start, 3), round(100 * rest / whole, 3), depth, REST, label, text)
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
