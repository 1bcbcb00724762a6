"""Regexes of strangers: judged before they run, because a backtracking match cannot be stopped once it runs.

Why no other engine: google-re2 and regex are compiled wheels that a core install should not need for the few regexes
of a rule file, and re2 has another syntax. So the parse tree (`re._parser`, there since 3.11) is walked and the number
of ways in which the regex can be tried against a text of n characters is bounded by `factor * n ** degree`:

* a choice costs the sum of its alternatives, an optional part twice its cost, a sequence the product of its parts;
* a repetition without a (small) limit multiplies by n, and is refused when its body can match in more than one way,
  as in `(a+)+` or `(a|ab)*`: that grows exponentially;
* `search` multiplies by n once more for the place where the match starts.

From that bound follows how much of a text the regex may see: all 4096 characters with one `.*`, some 390 with two. A
regex that could see less than 256 is refused. Backreferences are refused, their cost has no such bound.
"""

from __future__ import annotations

import math
import re
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from asynclog.slotted import dataclass

CAP = 4096  # characters of a text that a regex sees at most
_LEAST = 256
_STEPS = 10_000_000  # tries that take half a second in the worst case
_SMALL = 16  # repetitions up to here count one by one

_Node = Any


class RegexError(ValueError):
    """A regex that cannot be used, with the reason and a way out."""


@dataclass(frozen=True, slots=True)
class Cost:
    """At most `factor * n ** degree` ways. `first` is the set of characters a match starts with, if few and known."""

    factor: float = 1.0
    degree: int = 0
    first: frozenset[int] | None = None
    empty: bool = True

    @property
    def single(self) -> bool:
        """Whether there is only one way."""
        return self.factor == 1.0 and self.degree == 0

    def times(self, other: Cost) -> Cost:
        """This, then the other."""
        first = self.first if not self.empty else None
        return Cost(self.factor * other.factor, self.degree + other.degree, first, self.empty and other.empty)


@dataclass(frozen=True, slots=True)
class SafeRegex:
    """A compiled regex and how many characters of a text it may see."""

    pattern: re.Pattern[str]
    cap: int

    def found(self, text: str) -> bool:
        """Whether it matches somewhere in the text's beginning."""
        return self.pattern.search(text[: self.cap]) is not None


def safe_regex(text: str) -> SafeRegex:
    """Compile a regex that cannot hang; RegexError tells why one is refused."""
    if len(text) > 2000:
        raise RegexError("is longer than 2000 characters")
    try:
        tree = _parser.parse(text)
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise RegexError(f"is not a regex: {error}") from None
    cost = _sequence(tree)
    degree = cost.degree + 1
    cap = min(CAP, int((_STEPS * math.factorial(degree) / cost.factor) ** (1 / degree)))
    if cap < _LEAST:
        raise RegexError("can be tried in too many ways; use at most two of * + {n,} and fewer optional parts")
    return SafeRegex(compiled, cap)


def _sequence(nodes: _Node) -> Cost:
    total = Cost()
    for position, (op, argument) in enumerate(nodes):
        part = _one(op, argument)
        total = part if position == 0 else total.times(part)
        if total.factor > 1e12:
            raise RegexError("has too many optional parts and alternatives")
    return total


def _one(op: _Node, argument: _Node) -> Cost:
    if op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
        return _repeat(*argument)
    if op is _constants.BRANCH:
        return _branch([_sequence(alternative) for alternative in argument[1]])
    if op is _constants.SUBPATTERN:
        return _sequence(argument[3])
    if op is _constants.ATOMIC_GROUP:
        return _sequence(argument)
    if op in (_constants.ASSERT, _constants.ASSERT_NOT):
        inner = _sequence(argument[1])
        return Cost(inner.factor, inner.degree)
    if op in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
        raise RegexError("refers back to a group (\\1, (?P=name), (?(1)...)), which has no bound on its time")
    if op is _constants.AT:
        return Cost()
    return Cost(first=_first(op, argument), empty=False)


def _repeat(least: int, most: int, body: _Node) -> Cost:
    inner = _sequence(body)
    if most <= 1:
        return Cost(inner.factor * (1 if least else 2), inner.degree, None, not least or inner.empty)
    if most > _SMALL:
        if not inner.single or inner.empty:
            raise RegexError(
                "repeats a part that can itself match in several ways, as (a+)+ or (a|ab)* do: "
                "its time may grow exponentially; write a character class such as [\\w.]+ instead"
            )
        return Cost(1.0, 0 if least == most else 1, inner.first, not least)
    ways = sum(inner.factor**count for count in range(least, most + 1))
    return Cost(float(ways), inner.degree * most, inner.first, not least or inner.empty)


def _branch(costs: list[Cost]) -> Cost:
    firsts = [cost.first for cost in costs]
    known = frozenset().union(*(first for first in firsts if first is not None))
    distinct = all(first is not None for first in firsts) and len(known) == sum(len(f) for f in firsts if f is not None)
    degree = max(cost.degree for cost in costs)
    factor = max(cost.factor for cost in costs) if distinct else sum(cost.factor for cost in costs)
    return Cost(factor, degree, known if distinct else None, any(cost.empty for cost in costs))


def _first(op: _Node, argument: _Node) -> frozenset[int] | None:
    if op is _constants.LITERAL:
        return frozenset({argument})
    if op is _constants.IN and all(kind is _constants.LITERAL for kind, _ in argument):
        return frozenset(value for _, value in argument)
    return None
