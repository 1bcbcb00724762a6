"""Counts by name with a bound on the number of names that no order of merging can change.

Of all names only the `KEPT` smallest stay (shorter first, then by text); the counts of the others are summed up under
`OTHER`. A name that is among the smallest of the whole is among the smallest of every part that holds it, so its count
is exact however the log was cut. "The first names seen" or "the most frequent so far" do not have that property.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from asynclog.lazy import regex

OTHER = "(other)"
KEPT = 256
_LONGEST = 160
_SIGN = "\0"  # stands for a part of a text

_HEX = regex(r"\b(?:0x[0-9A-Fa-f]+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|(?=[a-f]*\d)[0-9a-f]{12,}\b)")
_DIGITS = regex(r"(?<!\d)(?<!rno )(?<!Error )\d+")  # [Errno 111] and [WinError 64] say what failed


def mask(text: str, limit: int = _LONGEST) -> str:
    """`text` with addresses, UUIDs and numbers masked, on one line and not longer than `limit`."""
    return _mask(text[: 4 * limit], limit)


@lru_cache(maxsize=4096)
def _mask(text: str, limit: int) -> str:
    if _DIGITS.search(text):
        text = _DIGITS.sub("N", _HEX.sub("N", text))
    masked = " ".join(text.split())
    return masked if len(masked) <= limit else masked[: limit - 1] + "…"


def masks(texts: Iterable[str], limit: int = _LONGEST) -> list[str]:
    """The masks of many texts, which cost much less than one by one."""
    joined = "\n".join([text[: 4 * limit].replace("\n", " ") for text in texts])
    found = [" ".join(text.split()) for text in _DIGITS.sub("N", _HEX.sub("N", joined)).split("\n")]
    return [text if len(text) <= limit else text[: limit - 1] + "…" for text in found]


def mask_each(text: str, part: str, others: Mapping[str, int]) -> dict[str, int]:
    """Counts by the mask of `text`, with each of `others` instead of `part`: words, as which they are masked alone."""
    counts: dict[str, int] = {}
    apart = len(re.findall(rf"\b{re.escape(part)}\b", text)) == text.count(part) and _SIGN not in text
    room = _LONGEST - len(text)
    masks = _DIGITS.sub("N", _HEX.sub("N", "\n".join(others))).split("\n")
    around = mask(text.replace(part, _SIGN))
    for other, masked, count in zip(others, masks, others.values(), strict=True):
        short = apart and text.count(part) * (len(other) - len(part)) <= room
        name = around.replace(_SIGN, masked) if short else mask(text.replace(part, other))
        counts[name] = counts.get(name, 0) + count
    return counts


def order(name: str) -> tuple[int, str]:
    """The order that decides which names stay."""
    return len(name), name


def kept(names: Iterable[str], limit: int = KEPT) -> list[str]:
    """The names that stay, in order."""
    return sorted((name for name in names if name != OTHER), key=order)[:limit]


def cap(counts: Mapping[str, int], limit: int = KEPT) -> dict[str, int]:
    """`counts` with all but the kept names folded into `OTHER`."""
    if len(counts) <= limit:
        return dict(counts)
    result = {name: counts[name] for name in kept(counts, limit)}
    rest = sum(counts.values()) - sum(result.values())
    return {**result, OTHER: rest} if rest else result


def merge(a: Mapping[str, int], b: Mapping[str, int], limit: int = KEPT) -> dict[str, int]:
    """The sum of two tallies."""
    result = dict(a)
    for name, count in b.items():
        result[name] = result.get(name, 0) + count
    return cap(result, limit)


Pair = tuple[int, int]


def cap_pairs(pairs: Mapping[str, Pair], limit: int = KEPT) -> dict[str, Pair]:
    """As `cap`, for (count, microseconds)."""
    if len(pairs) <= limit:
        return dict(pairs)
    result = {name: pairs[name] for name in kept(pairs, limit)}
    count = sum(n for n, _ in pairs.values()) - sum(n for n, _ in result.values())
    total = sum(t for _, t in pairs.values()) - sum(t for _, t in result.values())
    return {**result, OTHER: (count, total)} if count else result


def merge_pairs(a: Mapping[str, Pair], b: Mapping[str, Pair], limit: int = KEPT) -> dict[str, Pair]:
    """As `merge`, for (count, microseconds)."""
    result = dict(a)
    for name, (count, total) in b.items():
        before = result.get(name, (0, 0))
        result[name] = (before[0] + count, before[1] + total)
    return cap_pairs(result, limit)
