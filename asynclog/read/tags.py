"""A tag before every line that no table knows: what task runners, test tools and remote shells put there (`[api] `,
`py312: `, `12:`).

It is told by what stands behind it: a line that continues a record has nothing of its own before it, so what does stand
there is somebody else's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from asynclog.lazy import regex
from asynclog.read.prefix import is_header, is_level
from asynclog.read.timestamps import find_timestamp

_WORDS = (
    *("Traceback (most recent call last):", "future: <", "task: <", "handle: <", "source_traceback: Object created"),
    *("Object allocated at (most recent", "Coroutine created at (most recent"),
    '{"',  # an entry in JSON
)
_LONGEST = 80  # characters of a tag
_MOST = 20  # tags in a file
_TAG = regex(r"[\w \t.,:;#@/|<>()\[\]+*=~-]*[ \t:|>)\]-]")
_NO_TAG = regex(r"[ \t+|E>]*(?:Exception Group )?|.*\bexception was never retrieved.*")
_NUMBER = regex(r"\d+")


def tag_pattern(lines: Sequence[str]) -> str | None:
    """A pattern for the tags before the continuation lines among `lines`, None where these have none or many."""
    tags: dict[str, int] = {}
    for line in lines:
        for words in _WORDS:
            start = line.find(words, 0, _LONGEST + len(words))
            if start >= 0:
                tag = re.sub(" +$", " ", line[:start])  # what is indented below a header is the record's
                if not _is_tag(tag):
                    return None
                tags[tag] = tags.get(tag, 0) + 1
                break
    shortest = [tag for tag in tags if not any(tag != other and tag.startswith(other) for other in tags)]
    shapes = sorted({_shape(tag) for tag in shortest}, key=lambda shape: (-len(shape), shape))
    if not shapes or len(shapes) > _MOST:
        return None
    again = 2 * len(tags) <= sum(tags.values())
    key = "?P<key>" if again or not any(map(_NUMBER.search, shortest)) else "?:"  # numbers of lines name nobody
    return f"({key}{'|'.join(shapes)})"


def _is_tag(before: str) -> bool:
    """Whether a line's beginning may be a tag: no part of a record, no prefix that logging writes."""
    if _TAG.fullmatch(before) is None or _NO_TAG.fullmatch(before):
        return False
    words = re.findall(r"\w+", before)
    return (
        bool(words)
        and not any(is_level(word) or word == "asyncio" for word in words)
        and not is_header(before)
        and find_timestamp(before) is None
    )


def _shape(tag: str) -> str:
    """The pattern of a tag: numbers may differ and so be wider; the blank at its end is lost where nothing follows."""
    text = re.escape(_NUMBER.sub("0", tag[:-1] if tag[-1] == " " else tag))
    text = re.sub(r"^(?:\\ )+", " *", text)
    return re.sub(r"(?:\\ )+", " +", text).replace("0", r"\d+") + ("(?: |$)" if tag[-1] == " " else "")
