"""The shape of an entry: where in its bytes stands what changes from one to the next.

All digits of an entry made zeros are its skeleton, and the skeleton tells where the time, the duration and other
numbers of no account stand. So entries of a skeleton are taken apart by slices that were worked out once. What is left
of an entry between these places is its key: entries of one key say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, cast

from asynclog.lazy import regex
from asynclog.read.bare import messages, places

ZEROS = bytes.maketrans(b"123456789", b"000000000")

TASK_NAME = regex(rb"name='Task-(\d+)'")
_TASK = regex(rb"(?<![\w.])Task-(\d+)")
_NAME = regex(rb"\bname='([\w.:-]{1,64})'")
_TOOK = regex(rb" took (\d+\.\d+)(?: ?m?s\b| seconds)")
_WHEN = regex(rb"\bwhen=(\d+\.\d+)")
_ARGUMENT = regex(rb"(?<=[ (,=])(\d+)(?=[,)])")
_POLL = regex(rb"\bpoll (\d+\.\d+) ms took \d+\.\d+ ms: (?:(\d+) events)?")
_SOCKET = regex(rb"\bfd=(\d+)|'(\d+)\.(\d+)\.(\d+)\.(\d+)', (\d+)\)")
_WORDS = regex(rb"\w+")
_JSON_LINE = regex(rb"\\n\w+: <(?:[^\\\"]|\\[^n])*")
_CHANGING = (
    (_WHEN, (b"when=",)),
    (_SOCKET, (b"fd=", b"', ")),
    (_POLL, (b"poll ",)),
    (_ARGUMENT, (b"Handle", b"callback")),
)
UNNAMED = b"Task-"  # what is told of a name that asyncio gave
# numbers that no name of a message shows: not within a hexadecimal word or a UUID, and not the number of an error
_NUMBER = regex(
    rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    rb"|(?<!rno )(?<!Error )(\d+)(?![0-9a-fA-F#]))"
)
_CLOCK = regex(rb"(?s)(.*?\d:\d\d:\d\d)(?:[.,](\d{3}|\d{6})(?!\d))?(.*)")

Own = tuple[bytes, bytes, bytes]
Key = tuple[bytes, ...]


class Shape(NamedTuple):
    """How to take entries of one skeleton apart: `own` gives time, duration, name of the task, empty where missing.

    `kept` tells where the parts of the key stand (up to the end: None), `spans` where those of `own` do.
    """

    key: Callable[[bytes], Key]
    own: Callable[[bytes], Own]
    lines: int
    kept: tuple[tuple[int, int | None], ...]
    spans: tuple[tuple[int, int] | None, ...]


def shape_of(entry: bytes, time: tuple[int, int], json: bool, moving: Iterable[tuple[int, int]] = ()) -> Shape:
    """The shape of an entry whose time stands at `time`; at `moving` stand other times, which are nobody's."""
    spans = [time, *moving]
    took = _duration(entry)
    spans += [took] if took is not None else []
    name = _name(entry)
    if name is not None:
        spans.append(name)
        if _TASK.fullmatch(entry, *name):
            name = (name[0], name[0] + len(UNNAMED))
    spans += _numbers(entry, json)
    return _shape(tuple(_between(spans)), (time, took, name), entry.count(b"\n") + 1)


def _duration(entry: bytes) -> tuple[int, int] | None:
    at = entry.rfind(b" took ")
    found = _TOOK.match(entry, at) if at >= 0 else None
    return found.span(1) if found is not None else None


def _name(entry: bytes) -> tuple[int, int] | None:
    """The name of a task, if it is the only one."""
    if entry.count(b"name='") != 1:
        return None
    found = _NAME.search(entry)
    return found.span(1) if found is not None else None


def _numbers(entry: bytes, json: bool) -> Iterator[tuple[int, int]]:
    """The numbers that change from one entry to the next and that nobody counts."""
    for at in places(entry, b"Task-", 0, len(entry)):
        if (task := _TASK.match(entry, at)) is not None:
            yield task.span(1)
    possible = [(pattern, signs) for pattern, signs in _CHANGING if any(map(entry.__contains__, signs))]
    first = entry.find(b"\\n" if json else b"\n") % (len(entry) + 1)  # behind it are frames, whose lines count
    for start, end in [(0, first), *_object_lines(entry, first, json)] if possible else ():
        for pattern, signs in possible:
            if pattern is _POLL and start:
                continue
            found_signs = [at for sign in signs if (at := entry.find(sign, start, end)) >= 0]
            if not found_signs:
                continue
            begin = min(found_signs) if pattern is _ARGUMENT else start  # not in what stands before the message
            for found in pattern.finditer(entry, begin, end):
                yield from (found.span(group) for group in range(1, pattern.groups + 1) if found.start(group) >= 0)
    for span in messages(entry, json):
        yield from _in_text(entry, span)


def _object_lines(entry: bytes, start: int, json: bool) -> Iterator[tuple[int, int]]:
    """The lines from `start` on that show an object: `task: <Task ...`."""
    if json:
        yield from (found.span() for found in _JSON_LINE.finditer(entry, start))
        return
    end = start
    for at in places(entry, b": <", start, len(entry)):
        if at >= end:
            begin = entry.rfind(b"\n", 0, at) + 1
            end = entry.find(b"\n", at) % (len(entry) + 1)
            if begin > start and _WORDS.fullmatch(entry, begin, at) is not None:
                yield begin, end


def _in_text(entry: bytes, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for found in _NUMBER.finditer(entry, *span):
        if found.lastindex:
            yield found.span(1)


def _between(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int | None]]:
    """All but `spans` of an entry, up to its end."""
    at = 0
    for start, end in sorted(spans):
        if start < at:
            at = max(at, end)
            continue
        yield at, start
        at = end
    yield at, None


# Many shapes are cut at the same places. What they share is one object: to take an entry apart touches a dozen of them,
# and thousands of shapes would not stay in the processor's cache.


@lru_cache(maxsize=1 << 13)
def _shape(rest: tuple[tuple[int, int | None], ...], own: tuple[tuple[int, int] | None, ...], lines: int) -> Shape:
    slices = [_slice(start, end) for start, end in rest]
    if len(slices) == 1:
        slices.append(_slice(0, 0))
    key = cast("Callable[[bytes], Key]", itemgetter(*slices))
    parts = cast("Callable[[bytes], Own]", itemgetter(*(_slice(*span or (0, 0)) for span in own)))
    return Shape(key, parts, lines, rest, own)


@lru_cache(maxsize=1 << 13)
def _slice(start: int, end: int | None) -> slice:
    return slice(_place(start), None if end is None else _place(end))


@lru_cache(maxsize=1 << 12)
def _place(place: int) -> int:
    return place


class Form(NamedTuple):
    """Where in a printed time the whole seconds, the fraction and the zone stand."""

    whole: slice
    fraction: slice
    zone: slice
    scale: int


def form_of(time: bytes) -> Form | None:
    """The form of a time; None where it has no fraction of a second in the usual place."""
    found = _CLOCK.fullmatch(time)
    if found is None or found.group(2) is None:
        return None
    scale = 1000 if len(found[2]) == 3 else 1
    return Form(slice(found.end(1)), slice(*found.span(2)), slice(found.start(3), None), scale)
