"""Signs that a file is what a run of tests printed."""

from __future__ import annotations

from asynclog.lazy import regex

_MARKS = regex(
    r"=+ (?:test session starts|FAILURES|ERRORS|PASSES|warnings summary)[ (=].*=$|-+ (?:Captured|live) (?:log|std(?:err|out)) \w+ -+$"
    r"|.* \.\.\. (?:ok|FAIL|ERROR|skipped .*|Executing <.*|Task .*)$"
)


def has_tests(sample: list[str]) -> bool:
    """Whether these lines come from a run of tests."""
    return any(_MARKS.match(line) for line in sample if line[:1] in "=-" or " ... " in line)
