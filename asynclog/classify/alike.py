"""How a rule is chosen for records that differ from one another in times, durations, numbers and names of tasks only.

Of a verdict whose rule is still open, only the duration may decide; conditions on texts must not be able to see a number
or the name of a task. Where that is not certain the answer is None, and each record is judged for itself.
"""

from __future__ import annotations

import dataclasses
import re
from functools import partial
from typing import NamedTuple

from asynclog.classify.conditions import Condition
from asynclog.classify.judge import Judge, Verdict
from asynclog.model import Finding, Message

_KEPT = re.compile(r"(?:Errno|WinError|\[\[\]Errno|\[\[\]WinError) \d+")  # numbers that stay in the key of a record
_FREE = re.compile(r"\\[dDwWsS](?![*+])|(?<!\\)\.(?![*+])|\{|\[\^[^\]]*\](?![*+])|\d")
_TEXTS = frozenset({"text", "message", "exception.message"})


class Choice(NamedTuple):
    """From `duration` microseconds on, findings are like `finding`."""

    duration: int
    finding: Finding


class Alike(NamedTuple):
    """The findings of records like one, by duration; `fixed` are the parts of text that a task's name must not hold."""

    choices: tuple[Choice, ...]
    fixed: tuple[str, ...] = ()


def alike(judge: Judge, message: Message, verdict: Verdict) -> Alike | None:
    """The findings of all records that say the same as `message`; None where each is to be judged for itself."""
    bounds: set[int] = set()
    fixed: set[str] = set()
    if verdict.settled is None:
        for rule in verdict.rules:
            for condition in rule.when.conditions:
                if condition.key in verdict.view:
                    continue
                if condition.key == "duration":
                    bounds |= (found := _bounds(condition)) or set()
                    if not found:
                        return None
                elif not _is_blind(condition, fixed):
                    return None
    choices = [Choice(0, judge.finding(message, verdict))] if not bounds else []
    for bound in sorted({0, *bounds}) if bounds else ():
        one = dataclasses.replace(message, duration=bound) if message.duration is not None else message
        choices.append(Choice(bound, judge.finding(one, verdict)))
    return Alike(tuple(choices), tuple(sorted(fixed)))


def _bounds(condition: Condition) -> set[int] | None:
    """The durations (microseconds, rounded up) at which a condition may change its answer; None where that is not known."""
    found: set[int] = set()
    for test in condition.tests:
        argument = test.args[0] if isinstance(test, partial) and len(test.args) == 1 else None
        if not isinstance(argument, float):
            return None
        found.update(range(int(argument * 1e6) - 1, int(argument * 1e6) + 2))
    return {max(bound, 0) for bound in found} or {0}


def _is_blind(condition: Condition, fixed: set[str]) -> bool:
    """Whether a condition cannot tell texts apart that differ in numbers; what it asks of a text goes to `fixed`."""
    if condition.key in ("level", "thread", "pid", "partial", "source", "stream", "test"):
        return True
    if condition.key not in _TEXTS and not condition.key.startswith("field."):
        return False
    for test in condition.tests:
        if not isinstance(test, partial) or len(test.args) != 1 or not isinstance(test.args[0], tuple):
            return False
        for argument in test.args[0]:
            is_regex = test.func.__name__ == "_regex"
            text = getattr(argument, "pattern", argument)
            if not isinstance(text, str):
                return False
            bare = _KEPT.sub("", text)
            if is_regex:
                if _FREE.search(bare) or condition.key in ("text",):
                    return False
            elif re.search(r"\d|\?|\[(?!\[\])", bare):
                return False
            elif condition.key in ("text", "message"):
                fixed.update(part for part in re.split(r"\*", bare) if part)
    return True
