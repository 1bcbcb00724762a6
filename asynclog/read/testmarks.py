"""Signs that a file is what a run of tests printed, and the marks of progress that stand before its lines."""

from __future__ import annotations

from asynclog.lazy import regex
from asynclog.read.prefix import LEVEL, LOWER

_MARKS = regex(
    r"=+ (?:test session starts|FAILURES|ERRORS|PASSES|warnings summary)[ (=].*=$|-+ (?:Captured|live) (?:log|std(?:err|out)) \w+ -+$"
    r"|.* \.\.\. (?:ok|FAIL|ERROR|skipped .*|Executing <.*|Task .*)$|Ran \d+ tests? in \d"
)
_FIRSTS = ".FEsxuX"
# one letter a test, without a line end: the next record begins right behind them
_PROGRESS = regex(
    rf"[{_FIRSTS}]+(?=[\[(<]?(?:(?:{LEVEL})\b|\d{{2,4}}[-/:.]\d\d|1\d{{9}}(?:\.|\d{{3}}\b)|(?:{LOWER})\])"
    r"|Executing (?:<|\w*Handle\(|Task\()|Task was destroyed but|(?:Task|Future) exception was never|_GatheringFuture exception"
    r"|Exception (?:in callback|ignored in) |Traceback \(most recent|Unhandled exception in |Unclosed c)"
    rf"|[{_FIRSTS}]*[{_FIRSTS[1:]}](?=/\S+:\d+: \w+Warning: )"
)


def has_tests(sample: list[str]) -> bool:
    """Whether these lines come from a run of tests."""
    return any(
        _MARKS.match(line) or _PROGRESS.match(line) for line in sample if line[:1] in "=-R.FEsxuX" or " ... " in line
    )


def without_progress(text: str) -> str:
    """A line of a run of tests without the marks of those that went before it."""
    if text[:1] not in _FIRSTS:
        return text
    found = _PROGRESS.match(text)
    return text[found.end() :] if found is not None else text
