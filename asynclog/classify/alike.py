"""How a rule is chosen for records that differ in times, durations, numbers, identifiers and names of tasks only.

Of a verdict whose rule is still open, only the duration may decide; conditions on texts must not be able to see a number
or the name of a task. Where that is not certain the answer is None, and each record is judged for itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import partial
from typing import NamedTuple

from asynclog.classify.conditions import Condition
from asynclog.classify.judge import Judge, Verdict, severity_of
from asynclog.classify.parts import Parts
from asynclog.lazy import regex
from asynclog.model import Finding, Message
from asynclog.slotted import replace

_KEPT = regex(r"(?:Errno|WinError|\[\[\]Errno|\[\[\]WinError) \d+")  # numbers that stay in the key of a record
_CLASS = regex(r"\[\^?[^\]\d]*\]")
_ONE = regex(r"\[\^[^\]]*\](?![*+])")  # a class of one character: it counts digits
_FREE = regex(r"\\[dDwWsS](?![*+])|(?<!\\)\.(?![*+])|[{\d]")
_EDGE = regex(r"(?:^|[^\w./\\-])[0-9a-f]+$|^[0-9a-f]+(?:[^\w./\\-]|$)")  # what may end within an identifier
_QUOTE = regex(r"['\"]")  # what may end within a name
_APART = frozenset({"level", "thread", "pid", "partial", "source", "stream", "test"})  # not of what a record says
_LINES = frozenset({"text", "message"})
_TEXTS = frozenset({"text", "message", "exception.message"})


class Choice(NamedTuple):
    """From `duration` microseconds on, findings are like `finding`."""

    duration: int
    finding: Finding


class Alike(NamedTuple):
    """The findings of records like one, by duration; `fixed` are the parts of text that no name may hold.

    `parts` is what the verdict follows from, `said` what the exception of the first says, as in the log. `seen` are the texts that
    rules look for in what a record says, None where they look for more.
    """

    choices: tuple[Choice, ...]
    parts: Parts
    said: str | None
    fixed: tuple[str, ...] = ()
    seen: tuple[str, ...] | None = None


def alike(judge: Judge, message: Message, verdict: Verdict, finding: Finding) -> Alike | None:
    """The findings of all records that say the same as `message`, which gave `finding`; None where each is its own."""
    asked = _asked(verdict) if verdict.settled is None else _Asked((0,), (), ())
    if asked is None:
        return None
    bounds, fixed, seen = asked
    if any(rule.fingerprint for rule in verdict.rules):
        seen = None
    choices = [Choice(0, finding)]
    if len(bounds) > 1 and message.duration is not None:
        choices.clear()
        view, own = judge.view(message, verdict, verdict.open_keys), bisect_right(bounds, message.duration) - 1
        for index, bound in enumerate(bounds):
            name, severity = finding.rule, finding.severity
            if index != own:
                view["duration"] = bound / 1e6
                chosen = judge.first(verdict, view)
                name = chosen.rule.id if chosen else verdict.parts.kind
                severity = severity_of(chosen, verdict.parts.kind)
            if not choices or (name, severity) != (choices[-1].finding.rule, choices[-1].finding.severity):
                same = (name, severity) == (finding.rule, finding.severity)
                like = finding if same else replace(finding, rule=name, severity=severity)
                choices.append(Choice(bound, like))
    return Alike(tuple(choices), verdict.parts, finding.exception_message, fixed, seen)


class _Asked(NamedTuple):
    """What rules ask that is still open: for which durations, and for which texts (see `Alike`)."""

    bounds: tuple[int, ...]
    fixed: tuple[str, ...]
    seen: tuple[str, ...] | None


_ASKED: dict[int, tuple[Verdict, _Asked | None]] = {}  # by the rules of a verdict, which many have in common
_REMEMBERED = 1 << 10


def _asked(verdict: Verdict) -> _Asked | None:
    """What the open conditions of a verdict's rules ask; None if for more than durations and texts."""
    known = _ASKED.get(id(verdict.rules))
    if known is not None and known[0].rules is verdict.rules:
        return known[1]
    if len(_ASKED) >= _REMEMBERED:
        _ASKED.clear()
    asked = _ask(verdict)
    _ASKED[id(verdict.rules)] = (verdict, asked)
    return asked


def _ask(verdict: Verdict) -> _Asked | None:
    bounds: set[int] = {0}
    fixed: set[str] = set()
    seen: set[str] | None = set()
    for rule in verdict.rules:
        for condition in rule.when.conditions:
            if condition.key in verdict.view:
                continue
            if condition.key != "duration":
                if not _is_blind(condition, fixed):
                    return None
                texts = _looked_for(condition)
                seen = None if seen is None or texts is None else seen | texts
            elif (found := _bounds(condition)) is None:
                return None
            else:
                bounds |= found
    return _Asked(tuple(sorted(bounds)), tuple(sorted(fixed)), None if seen is None else tuple(sorted(seen)))


def _bounds(condition: Condition) -> set[int] | None:
    """The durations (microseconds) at which a condition may change its answer; None where that is not known."""
    found: set[int] = set()
    for test in condition.tests:
        argument = test.args[0] if isinstance(test, partial) and len(test.args) == 1 else None
        if not isinstance(argument, float):
            return None
        near = int(argument * 1e6)
        found.add(max(0, next((bound for bound in (near - 1, near, near + 1) if bound / 1e6 >= argument), near)))
    return found or {0}


def _looked_for(condition: Condition) -> set[str] | None:
    """The texts one of which a value must hold that a blind condition is to take; None where that is not known."""
    texts: set[str] = set()
    if condition.key in _APART:
        return texts
    for test in condition.tests:
        if not isinstance(test, partial) or test.func.__name__ == "_regex":
            return None
        for argument in test.args[0]:
            bare = argument.replace("[[]", "[")
            texts.update([bare] if test.func.__name__ == "_equal" else [part for part in bare.split("*") if part])
    return texts


def _is_blind(condition: Condition, fixed: set[str]) -> bool:
    """Whether a condition cannot tell texts apart that differ in numbers; what it asks for goes to `fixed`."""
    if condition.key in _APART:
        return True
    if condition.key not in _TEXTS and not condition.key.startswith("field."):
        return False
    for test in condition.tests:
        if not isinstance(test, partial) or len(test.args) != 1 or not isinstance(test.args[0], tuple):
            return False
        for argument in test.args[0]:
            is_regex = test.func.__name__ == "_regex"
            text = argument.pattern.pattern if is_regex else argument
            if not isinstance(text, str):
                return False
            bare = _KEPT.sub("", text)
            if is_regex:
                if _ONE.search(bare) or _FREE.search(_CLASS.sub("", bare)) or condition.key == "text":
                    return False
            elif re.search(r"\d|\?|\[(?!\[\])", bare):
                return False
            else:
                parts = [part for part in bare.split("*") if part]
                if any(_EDGE.search(part) or (condition.key in _LINES and _QUOTE.search(part)) for part in parts):
                    return False
                fixed.update(parts)
    return True
