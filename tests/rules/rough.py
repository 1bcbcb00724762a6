"""A rough reading of a log text, enough for the short examples that stand in the rules.

The real reading is tested through `asynclog rules test`; this one keeps these tests apart from the other rooms.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from asynclog.classify.rulebook import JudgeRule, Rulebook
from asynclog.model import MessagePattern

_LEVEL = re.compile(r"\b(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b")
_LOGGER = re.compile(
    r"(?:^|[\s\[:])(?:ERROR|WARNING|INFO|DEBUG):([\w.]+):|(?<![\w.])(asyncio|py\.warnings)(?![\w.])|\[([a-z][\w.]*)\]"
)
_EXCEPTION = re.compile(r"^[ |]*((?:[a-z_]\w*\.)*[A-Z]\w*)(?:: (.*))?$")


def head_of(book: Rulebook, text: str) -> tuple[MessagePattern, re.Match[str], str] | None:
    """The pattern that recognises the first line, its match, and what stands before it."""
    line = text.partition("\n")[0]
    if line == "Traceback (most recent call last):":
        line = text.rstrip("\n").rpartition("\n")[2]
    for pattern in book.patterns:
        if pattern.channel == "detail" or (pattern.needles and not any(needle in line for needle in pattern.needles)):
            continue
        start = 0 if pattern.needles else line.find("asyncio:") + len("asyncio:")  # the fallback takes what is left
        found = pattern.pattern.search(line, start)
        if found is not None and _belongs(pattern, line[: found.start()]):
            return pattern, found, line[: found.start()]
    return None


def logger_of(before: str) -> str | None:
    """The logger that a prefix names."""
    found = _LOGGER.search(before)
    return next((group for group in found.groups() if group), None) if found else None


def _belongs(pattern: MessagePattern, before: str) -> bool:
    level, logger = _LEVEL.search(before), logger_of(before)
    if pattern.channel == "traceback" and before.strip(" |"):
        return False
    if pattern.levels and level and level[1] not in pattern.levels:
        return False
    if logger is None:
        return bool(pattern.needles) and not (pattern.strict and before.strip())
    if any(fnmatchcase(logger, glob) for glob in pattern.not_loggers):
        return False
    if pattern.loggers:
        return any(fnmatchcase(logger, glob) for glob in pattern.loggers)
    return not pattern.strict or logger == "asyncio"


def view_of(text: str, pattern: MessagePattern, found: re.Match[str], before: str) -> dict[str, object]:
    """What the conditions of a rule may look at."""
    fields = {key: value for key, value in found.groupdict().items() if value is not None}
    view: dict[str, object] = {"field." + key: value for key, value in fields.items()}
    shown = re.search(r"<(\w+) (pending|finished|cancelling|cancelled)\b", text)
    coroutine = re.search(r"coro=<(<[^>]+>|\S+?)\(\)[ >]", text)
    callee = re.search(r"<\w*Handle (?:when=\S+ )?([^(<]\S*?)\(", text)
    message, type_ = _exception(text)
    duration = fields.get("duration")
    view.update(
        {
            "kind": pattern.kind,
            "text": text,
            "message": text.partition("\n")[0],
            "duration": float(duration) / (1000 if pattern.duration == "ms" else 1) if duration else None,
            "coroutine": coroutine[1] if coroutine else None,
            "callback": callee[1] if callee else fields.get("callback"),
            "object": fields.get("object") or (shown[1] if shown else None),
            "state": shown[2] if shown else None,
            "logger": logger_of(before),
            "exception.type": (type_, type_.rpartition(".")[2]) if type_ else None,
            "exception.message": message,
        }
    )
    return view


def _exception(text: str) -> tuple[str | None, str | None]:
    lines = [(len(line) - len(line.lstrip(" |")), line) for line in text.splitlines()]
    finals = [(depth, found) for depth, line in lines if (found := _EXCEPTION.match(line))]
    if not finals:
        return None, None
    least = min(depth for depth, _ in finals)
    last = [found for depth, found in finals if depth == least][-1]
    return last[2] or "", last[1]


def judge(book: Rulebook, text: str) -> JudgeRule | None:
    """The rule that claims a text."""
    head = head_of(book, text)
    if head is None:
        return None
    view = view_of(text, *head)
    return next((rule for rule in book.rules_for(head[0].kind) if rule.matches(view)), None)
