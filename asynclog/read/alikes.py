"""Records of others that look like asyncio's: told by what they lack."""

from __future__ import annotations

import re
from collections.abc import Sequence

from asynclog.lazy import regex
from asynclog.read.prefix import has_lead_in
from asynclog.read.recognise import Head

_DETAIL = regex(r"\s*(?:\w+: (?:<|\w+[<(])|Traceback \(most recent|\w*source_traceback: |File \"|\+ Exception Group)")
# what the loop says is wrong: always with the object, or with a traceback
_DETAILED = frozenset({
    "exception-never-retrieved", "task-destroyed-pending", "callback-exception", "accept-out-of-resources",
    "transport-fatal-error", "ssl-fatal-error", "protocol-callback-error", "flow-control-error", "self-pipe-error",
    "loop-unhandled-exception", "client-connected-cb-exception", "exception-handler-error", "default-handler-error",
    "incoming-connection-error", "proactor-accept-failed", "run-shutdown-exception", "aiohttp-unclosed", "library-unclosed",
})  # fmt: skip
_STEP = regex(
    r"<?\w*(?:Task (?:pending|finished|cancell?(?:ed|ing))\b|Handle(?: .*)?\(|\w+MethWrapper )|.* created at ", re.S
)
_OWN_LOGGERS = (None, "asyncio", "py.warnings", "root")
_GUTTER = "E   "  # pytest's, before each line of an error
# goes on behind the words of a message, in the sentence or in the next cell of a table
_SENTENCE = regex(r"[!.,]*[ ]+(?:[a-z'`]+(?:,?[ ][\w'`-]+)+|\|[ ])")
_FUNCTION = regex(r"<(?:function|bound method|built-in method|cyfunction)\b|functools\.partial\(")
_CALLEE = regex(r"[<(\[]|[^\s(]{1,400}\(|None\b|\S+$")


def is_look_alike(head: Head, before: str, following: Sequence[str]) -> bool:
    """Whether another logger says something that begins like a message of asyncio's.

    `before` stands before the message on its line, `following` are the lines of the record after its first.
    """
    pattern = head.pattern
    if pattern is None or pattern.channel == "traceback":
        return False
    if pattern.channel == "log" and before.strip() == head.tail.strip() == "`":
        return not is_detailed(following)  # only named
    logger = head.prefix.logger
    if pattern.channel != "log":
        if pattern.channel == "warning" and "category" not in head.fields and _SENTENCE.match(head.tail):
            return True
        return logger not in _OWN_LOGGERS and not (
            before.startswith(_GUTTER) or _is_whole(pattern.channel, head, following)
        )
    if pattern.loggers:
        return pattern.strict and logger is None and not _names_package(pattern.loggers, following)
    callee = head.fields.get("callback") if pattern.kind == "callback-exception" else None
    nothing_callable = callee is not None and _CALLEE.match(callee) is None
    if logger in _OWN_LOGGERS:
        return (nothing_callable or _is_prose(head)) and not is_detailed(following)
    if callee is not None and _FUNCTION.match(callee):
        return False  # tornado's too: nobody else prints such an object there
    goes_on = _DETAIL.match(head.tail.lstrip(":")) is not None  # tornado's traceback begins on the line itself
    if (
        nothing_callable
        or (head.tail.strip() and not goes_on)
        or (pattern.kind == "slow-callback" and not _STEP.match(head.fields.get("handle", "")))
    ):
        return True
    return pattern.kind in _DETAILED and not (goes_on or is_detailed(following)) and not has_lead_in(before)


def _is_prose(head: Head) -> bool:
    """Whether a sentence that begins with a message's words goes on behind them; no log says who speaks."""
    pattern, prefix = head.pattern, head.prefix
    told = prefix.level is not None or prefix.timestamp is not None or prefix.logger is not None
    known = pattern is not None and (pattern.kind in _DETAILED or pattern.kind == "write-after-disconnect")
    return known and not told and _SENTENCE.match(head.tail) is not None


def is_detailed(following: Sequence[str]) -> bool:
    """Whether what the loop tells about its message follows."""
    return any(_DETAIL.match(text) for text in following[:3])


def _is_whole(channel: str, head: Head, following: Sequence[str]) -> bool:
    """Whether a text that Python prints by itself is there with all that belongs to it."""
    if channel == "stderr":
        return any(_DETAIL.match(text) or text.lstrip().startswith("+ ") for text in following[:4])
    return "category" in head.fields


def _names_package(loggers: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a traceback shows code of the library that writes to one of these loggers."""
    names = {re.split(r"[.*]", logger, maxsplit=1)[0] for logger in loggers}
    return any(f"{slash}{name}{slash}" in text for name in names for slash in "/\\" for text in texts)
