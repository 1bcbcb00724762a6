"""A wrapper that only one record's lines show: what stands before its first line stands before the others too."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from asynclog.lazy import regex
from asynclog.read.lines import Line, Lines, NeedMore
from asynclog.read.timestamps import find_timestamp

_LOOK_AHEAD = 40
KEYS = (
    "future|task|handle|protocol|transport|source_traceback|handle_traceback|client_session|client_connection|client_response"
    "|connector|connections|asyncgen|loop|socket|context|status|pipe|producer|consumer|conn|exception|message"
)
ANCHOR = regex(
    rf"(?:{KEYS}): ?|Traceback \(most recent call last\):|File \"|\+ Exception Group Traceback|During handling of the above"
    r"|The above exception was the direct|Coroutine (?:object )?created at|Object created at"
)
_WORDS = (
    *(f"{key}:" for key in KEYS.split("|")),
    *("Traceback (most", 'File "', "+ Exception Group", "During handling", "The above exception", " created at"),
)  # one of them stands in every line with an anchor


@cache
def _has_words() -> Callable[[str], list[tuple[int, int, int]]]:
    from ahocorasick_rs import AhoCorasick

    return AhoCorasick(_WORDS).find_matches_as_indexes


def own_wrapper(lines: Lines, first: Line, prefix: str) -> tuple[re.Pattern[str] | None, str]:
    """The part of this record's prefix that stands before its other lines too, as a pattern, and what is left."""
    if not prefix.strip():
        return None, prefix
    position, has_words = first.end, _has_words()
    for _ in range(_LOOK_AHEAD):
        line = lines.at(position)
        if line is None:
            if lines.final:
                break
            raise NeedMore
        position = line.end
        if line.key != first.key:
            continue
        found = ANCHOR.search(line.text) if has_words(line.text) else None
        if found is None:
            continue
        before = line.text[: found.start()].rstrip(" \t|+")
        if not before.strip():
            return None, prefix
        pattern = re.compile(_mask_pattern(before) + r"[ \t]?")
        start = pattern.match(first.text)
        if start is None or start.end() > len(prefix) + 1 or masked(pattern, line.text) != masked(pattern, first.text):
            continue  # another writer's line
        return pattern, prefix[start.end() :]
    return None, prefix


def _mask_pattern(text: str) -> str:
    """`text` as a pattern in which times and numbers are free."""
    stamp = find_timestamp(text)
    if stamp is None:
        return re.sub(r"\d+", r"\\d+", re.escape(text))
    middle = re.sub(r"\d+", r"\\d+", re.sub(r"[A-Za-zéû]{3,}", "[A-Za-zéû]+", re.escape(stamp[0].text)))
    return "".join(
        (
            re.sub(r"\d+", r"\\d+", re.escape(text[: stamp[1]])),
            middle,
            re.sub(r"\d+", r"\\d+", re.escape(text[stamp[2] :])),
        )
    )


def masked(wrapper: re.Pattern[str] | None, text: str) -> str | None:
    """What tells this line's writer in its own wrapper: the wrapper's text without the time; None where it has none."""
    if wrapper is None:
        return None
    found = wrapper.match(text)
    if found is None:
        return None
    before = found.group()
    stamp = find_timestamp(before)
    return before if stamp is None else before[: stamp[1]] + before[stamp[2] :]
