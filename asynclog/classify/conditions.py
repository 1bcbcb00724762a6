"""The `when` of a rule: conditions over a flat view of a finding, all of which must hold.

    when:
      duration: {ge: 1, lt: 5}          # numbers
      exception.type: [OSError, '...']  # one of
      site.file: {glob: '*/drivers/*'}  # * matches / too; several globs: one of them
      exception.message: {regex: 'timed? ?out'}
      coroutine: {present: false}

A key that the view lacks (or that is None) fails every condition but `present: false`. A value that is a list holds
if one of its members does. Case counts; write `(?i)` in a regex where it should not. Windows paths are matched with /.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from typing import Any

from asynclog.classify.regexes import RegexError, SafeRegex, safe_regex
from asynclog.slotted import dataclass, field

#: What a record's view may hold. `field.NAME` is a named group of the message's pattern, or a `key: value` line.
RECORD_KEYS = frozenset({
    "kind", "duration", "exception.type", "exception.message", "coroutine", "callback", "object", "state", "site.file",
    "site.line", "site.function", "site.via", "failure.file", "failure.function", "logger", "level", "python", "text",
    "message", "task", "partial", "debug", "source", "test", "stream", "thread", "pid",
})  # fmt: skip
#: What a group's view holds besides: times in seconds, `rate` per minute, `share` of the log's time from 0 to 1.
GROUP_KEYS = frozenset({
    "count", "rate", "total", "share", "bursts", "worst", "mean", "span", "tests", "callers", "shutdown", "kind",
    "coroutine", "callback", "exception.type", "site.file", "site.function", "site.via",
})  # fmt: skip
#: Names and paths, which come again from record to record: what a condition says of them is remembered.
_STEADY = frozenset({
    "callback", "coroutine", "exception.type", "object", "site.file", "site.function", "failure.file", "failure.function",
})  # fmt: skip
_REMEMBERED = 1 << 9
OPERATORS = ("glob", "regex", "lt", "ge", "present")
BUDGET = 5.0  # seconds that the regexes of one rule may take in one process

View = Mapping[str, object]
Value = Any  # what YAML can hold
Test = Callable[[object], bool]  # one question to one value that is there


@dataclass(slots=True)
class Condition:
    """What one key of the view must be. `text` says it in words."""

    key: str
    tests: tuple[Test, ...] = ()
    present: bool = True
    text: str = field(default="", compare=False)
    known: dict[object, bool] = field(default_factory=dict, compare=False, repr=False)

    def holds(self, view: View) -> bool:
        """Whether the view fulfils it."""
        value = view.get(self.key)
        if value is None or not self.present or not self.tests:
            return (value is not None) is self.present
        if self.key not in _STEADY or not isinstance(value, str | tuple):
            return self._fits(value)
        answer = self.known.get(value)
        if answer is None:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            answer = self.known[value] = self._fits(value)
        return answer

    def _fits(self, value: object) -> bool:
        values = value if isinstance(value, list | tuple) else (value,)
        return any(all(test(one) for test in self.tests) for one in values)


@dataclass(slots=True)
class Conditions:
    """All conditions of a rule. `exhausted` once its regexes took longer than the budget: then it holds no more."""

    conditions: tuple[Condition, ...] = ()
    timed: bool = False
    spent: float = field(default=0.0, compare=False)

    def __len__(self) -> int:
        return len(self.conditions)

    @property
    def exhausted(self) -> bool:
        """Whether the rule was switched off because its regexes took too long."""
        return self.spent > BUDGET

    def may_hold(self, view: View) -> bool:
        """Whether they can hold for a view that has more than this one: False where that is certain."""
        return self.timed or all(condition.holds(view) for condition in self.conditions if condition.key in view)

    def hold(self, view: View) -> bool:
        """Whether all of them hold."""
        if not self.timed:
            for condition in self.conditions:
                if not condition.holds(view):
                    break
            else:
                return True
            return False
        if self.exhausted:
            return False
        started = time.perf_counter()
        try:
            return all(condition.holds(view) for condition in self.conditions)
        finally:
            self.spent += time.perf_counter() - started


class ConditionError(ValueError):
    """Mistakes in a `when`: pairs of the key's path below `when` and what is wrong with it."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path}: {text}" for path, text in problems))
        self.problems = problems


def compile_conditions(plain: object, keys: frozenset[str] = RECORD_KEYS) -> Conditions:
    """Conditions of a plain `when` mapping."""
    if plain is None:
        return Conditions()
    if not isinstance(plain, Mapping):
        raise ConditionError([("", "must be a mapping of fields to what they must be")])
    problems: list[tuple[str, str]] = []
    found: list[Condition] = []
    for key, wanted in plain.items():
        if key not in keys and not (keys is RECORD_KEYS and key.startswith("field.")):
            problems.append((key, f"no field is named {key!r}{suggest(key, keys)}"))
            continue
        try:
            found.append(_condition(key, wanted))
        except ValueError as error:
            problems.append((key, str(error)))
    if problems:
        raise ConditionError(problems)
    timed = any(isinstance(wanted, Mapping) and "regex" in wanted for wanted in plain.values())
    # cheap questions first; `sorted` is stable, so the order of the file holds among equals
    found.sort(key=lambda condition: isinstance(plain[condition.key], Mapping) and "regex" in plain[condition.key])
    return Conditions(tuple(found), timed)


def suggest(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` or nothing."""
    import difflib

    near = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _condition(key: str, wanted: Value) -> Condition:
    if wanted is None:
        raise ValueError("is empty; write {present: false} for a field that must be missing")
    if not isinstance(wanted, Mapping):
        return Condition(key, (_one_of(wanted),), text=f"{key} {_said('is', wanted)}")
    if not wanted:
        raise ValueError(f"needs one of {', '.join(OPERATORS)}")
    present = wanted.get("present", True)
    if not isinstance(present, bool):
        raise ValueError("present must be true or false")
    if not present and len(wanted) > 1:
        raise ValueError("present: false goes with no other condition")
    said = [_said(_WORDS[operator], argument) for operator, argument in wanted.items() if operator in _WORDS]
    text = " and ".join(said)
    return Condition(key, tuple(_tests(wanted)), present, f"{key} {text or ('is there' if present else 'is missing')}")


_WORDS = {"glob": "like", "regex": "matches", "lt": "<", "ge": ">="}


def _said(verb: str, wanted: Value) -> str:
    """`is 'x'`, `like one of 'a', 'b'`."""
    choices = wanted if isinstance(wanted, list) else [wanted]
    shown = ", ".join(str(choice) if isinstance(choice, int | float) else repr(choice) for choice in choices)
    return f"{verb} {'one of ' if len(choices) > 1 else ''}{shown}"


def _tests(wanted: Mapping[str, Value]) -> Iterator[Test]:
    for operator, argument in wanted.items():
        if operator == "glob":
            yield partial(_glob, tuple(_texts(operator, argument)))
        elif operator == "regex":
            yield partial(_regex, tuple(_compiled(text) for text in _texts(operator, argument)))
        elif operator in ("lt", "ge"):
            if isinstance(argument, bool) or not isinstance(argument, int | float):
                raise ValueError(f"{operator} needs a number, not {argument!r}")
            yield partial(_less if operator == "lt" else _at_least, float(argument))
        elif operator != "present":
            there = f"; there are {', '.join(OPERATORS)}"
            raise ValueError(f"no condition is named {operator!r}{suggest(operator, OPERATORS) or there}")


def _texts(operator: str, argument: Value) -> list[str]:
    texts = argument if isinstance(argument, list) else [argument]
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"{operator} needs a text or a list of texts")
    return texts


def _one_of(wanted: Value) -> Test:
    choices = wanted if isinstance(wanted, list) else [wanted]
    if not choices or any(isinstance(choice, list | dict) or choice is None for choice in choices):
        raise ValueError("needs a value or a list of values")
    return partial(_equal, tuple(choices))


def _compiled(text: str) -> SafeRegex:
    try:
        return safe_regex(text)
    except RegexError as error:
        raise ValueError(f"regex {text!r} {error}") from None


# -- the questions ---------------------------------------------------------------------------------------------------


def _equal(choices: tuple[object, ...], value: object) -> bool:
    return any(_same(choice, value) for choice in choices)


def _same(choice: object, value: object) -> bool:
    if isinstance(choice, bool) or isinstance(value, bool):
        return choice is value
    if isinstance(value, str) != isinstance(choice, str):
        return str(choice) == str(value)
    return choice == value


def _glob(globs: tuple[str, ...], value: object) -> bool:
    text = str(value).replace("\\", "/")
    return any(_is_like(text, glob) for glob in globs)


def _is_like(text: str, glob: str) -> bool:
    parts = _pieces(glob)
    if parts is None:
        # fnmatch remembers what it compiled, and gives each * an atomic group: no glob can backtrack
        return fnmatchcase(text, glob)
    first, last = parts[0], parts[-1]
    at, end = len(first), len(text) - len(last)
    if len(parts) == 1 or at > end or not text.startswith(first) or not text.endswith(last):
        return len(parts) == 1 and text == glob
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


@lru_cache(maxsize=1024)
def _pieces(glob: str) -> list[str] | None:
    """What stands between the asterisks of a glob that has no other signs."""
    return None if "?" in glob or "[" in glob else glob.split("*")


def _regex(regexes: tuple[SafeRegex, ...], value: object) -> bool:
    text = str(value)
    return any(regex.found(text) for regex in regexes)


def _less(limit: float, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < limit


def _at_least(limit: float, value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= limit
