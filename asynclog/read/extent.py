"""How far a record reaches: which lines after its first belong to it.

Its grammar says where it ends. Writers on their own lines are skipped over, and a wrapper that only this record's lines
show is found from them.
"""

from __future__ import annotations

from collections.abc import Callable

from asynclog.lazy import regex
from asynclog.model import MessagePattern
from asynclog.read.grammar import Grammar, Inner
from asynclog.read.layout import Layout
from asynclog.read.lines import Line, Lines, NeedMore
from asynclog.read.ownwrapper import masked, own_wrapper
from asynclog.read.prefix import shape
from asynclog.read.resume import resumed
from asynclog.slotted import dataclass

MAX_LINES = 5000
_MAX_FOREIGN = 2000
_MIDDLE = regex(r" {2}File \"| {4}[^\s|+~^]|Traceback \(most recent")  # no traceback ends with such a line


@dataclass(frozen=True, slots=True)
class Extent:
    """The lines of a record after its first, as text, and the window offset behind its last line.

    `joined` says how surely they belong together where lines of others stand between them: "certain" where each line
    tells its writer, "likely" where only their text tells; "" where nothing stands between.
    """

    lines: tuple[str, ...]
    end: int
    capped: bool = False
    joined: str = ""


def extent(
    lines: Lines,
    first: Line,
    prefix: str,
    pattern: MessagePattern | None,
    layout: Layout,
    is_head: Callable[[str], bool],
    inner: Inner,
) -> Extent:
    """The rest of the record whose first line is `first`, behind `prefix`; `inner` remembers lines of stacks.

    Raises NeedMore where the window ends first and more can come.
    """
    body = pattern.body if pattern is not None else "context"
    if body == "line":
        return Extent((), max(first.end, first.reach))
    wrapper, bare = own_wrapper(lines, first, prefix)
    own = shape(bare) if bare.strip() else None
    grammar = Grammar(body, own, layout.of(first.key).heads, is_head, _indent(bare), inner)
    grammar.begin(first.text[len(prefix) :])
    kept: list[str] = []
    position, end = first.end, max(first.end, first.reach)
    foreign = between = count = 0
    joined, capped = "", False
    key = masked(wrapper, first.text)
    data, met = lines.data, grammar.met.raws if lines.plain and wrapper is None else {}
    while True:
        stop = data.find(b"\n", position) if met else -1
        if stop >= 0 and (text := met.get(data[position:stop], "")) and count < MAX_LINES - 1 and grammar.goes_on(text):
            kept.append(text)
            position = end = stop + 1
            count += 1
            continue
        line = lines.at(position)
        if line is None:
            if lines.final:
                break
            raise NeedMore
        position = line.end
        if line.part:
            continue
        count += 1
        text = line.text
        if line.key != first.key or (wrapper is not None and masked(wrapper, text) != key):
            foreign += 1
            between += 1
            if foreign > _MAX_FOREIGN:
                break
            continue
        if wrapper is not None:
            text = text[wrapper.match(text).end() :]  # type: ignore[union-attr]
        if not grammar.takes(text):
            broken = grammar.broken_by(text, kept)
            after = resumed(lines, first, prefix, line, kept[-1], is_head) if broken else None
            if after is None or not grammar.takes(after.text):
                capped = (
                    broken and grammar.in_traceback and _MIDDLE.match(kept[-1].removeprefix(grammar.margin)) is not None
                )
                break
            line, text, position, joined = after, after.text, after.end, "likely"
        elif between and text.strip():
            joined = joined or "certain"
        elif lines.plain and wrapper is None and text in grammar.met.texts:
            grammar.met.raws[data[line.start : line.end - 1]] = text
        between = 0
        kept.append(text)
        end = max(position, line.reach)
        if count >= MAX_LINES:
            return Extent(tuple(kept), end, capped=True, joined=joined)
    while kept and not kept[-1].strip():
        kept.pop()
    return Extent(tuple(kept), end, capped, joined)


def _indent(prefix: str) -> str:
    return prefix[: len(prefix) - len(prefix.lstrip())]
