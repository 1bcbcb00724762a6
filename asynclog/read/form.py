"""A prefix that the user describes with a `logging` format string, for logs whose own look does not tell.

Each line that has the prefix is rewritten: what the prefix says stands before the message in one marked form that
`prefix` reads back as it is. So nothing else in this room has to know that there is such a thing.
"""

from __future__ import annotations

import re

from asynclog.errors import UsageError
from asynclog.lazy import regex
from asynclog.model import Prefix
from asynclog.read.timestamps import find_timestamp
from asynclog.slotted import dataclass

MARK = "\x02"
HEADER = regex(MARK)
_BETWEEN = "\x1f"
_FIELDS = ("time", "level", "pid", "thread", "task", "logger")  # in this order in the marked form
_LETTERS = {"D": "DEBUG", "I": "INFO", "W": "WARNING", "E": "ERROR", "C": "CRITICAL"}
_ALIASES = {"WARN": "WARNING", "ERR": "ERROR", "FATAL": "CRITICAL", "EXCEPTION": "ERROR"}
_PERCENT = regex(r"%%|%\((?P<name>\w+)\)(?P<flags>[-+ #0]*)(?P<width>\d*)(?:\.\d+)?(?P<type>[a-zA-Z])")
_BRACE = regex(r"\{\{|\}\}|\{(?P<name>\w+)(?:![rsa])?(?::[^{}]*?)?\}")
_TEXT = r"[^\n]{0,200}?"

#: Attributes of a log record: what they look like, and the field of the prefix that they are.
_ATTRIBUTES = {
    "asctime": (r"[^\n]{1,60}?", "time"),
    "created": (r"\d{1,12}(?:\.\d{1,9})?", "time"),
    "levelname": (r"[A-Za-z]{1,12}", "level"),
    "name": (r"[^\s\[\](){}|:,;]{1,200}", "logger"),
    "process": (r"\d{1,10}", "pid"),
    "threadName": (r"[^\n]{1,80}?", "thread"),
    "taskName": (r"[^\n]{1,80}?", "task"),
    "thread": (r"\d{1,20}", None),
    "lineno": (r"\d{1,9}", None),
    "levelno": (r"\d{1,3}", None),
    "msecs": (r"\d{1,4}(?:\.\d{1,9})?", None),
    "relativeCreated": (r"\d{1,15}(?:\.\d{1,9})?", None),
    "funcName": (r"[\w.<>]{1,200}", None),
    "module": (r"\w{1,200}", None),
}


@dataclass(frozen=True, slots=True)
class PrefixForm:
    """What stands before the message in every first line."""

    pattern: re.Pattern[str]

    def marked(self, line: str) -> str:
        """The line in the marked form where it has the prefix, else as it is."""
        found = self.pattern.match(line)
        if found is None:
            return line.replace(MARK, "") if MARK in line else line
        said = found.groupdict()
        values = [(said.get(name) or "").replace(_BETWEEN, " ").strip() for name in _FIELDS]
        return f"{MARK}{_BETWEEN.join(values)}: {line[found.end() :]}"


def prefix_form(text: str) -> PrefixForm:
    """The form of a format string in the style of `%(message)s` or of `{message}`; UsageError where it is none."""
    tokens = _PERCENT if "%(" in text else _BRACE
    parts: list[str] = []
    used: set[str] = set()
    end = 0
    for token in tokens.finditer(text):
        parts.append(_literal(text[end : token.start()]))
        end = token.end()
        name = token["name"]
        if name == "message":
            break
        if name is None:
            parts.append(_literal(token.group()[0]))
            continue
        look, field = _ATTRIBUTES.get(name, (_TEXT, None))
        padded = token.groupdict().get("width") or ":" in token.group()
        named = f"(?P<{field}>{look})" if field and field not in used else f"(?:{look})"
        used.update({field} if field else ())
        parts.append(f"[ ]{{0,40}}{named}[ ]{{0,40}}" if padded else named)
    else:
        raise UsageError(
            f"--prefix {text!r} has no %(message)s",
            "give the format of the log, e.g. '%(asctime)s [%(levelname)s] %(name)s: %(message)s'",
        )
    pattern = "".join(parts)
    if not pattern.strip("\\ ") or not used:
        raise UsageError(
            f"--prefix {text!r}: nothing before the message tells records apart", "leave --prefix out for such a log"
        )
    return PrefixForm(re.compile(pattern))


def _literal(text: str) -> str:
    """Literal text; a run of blanks may be longer or shorter, because fields are padded."""
    return "".join(r"\s{1,40}" if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", text) if part)


def read_marked(text: str) -> Prefix:
    """The prefix in the marked form, of which the end may be cut off."""
    values = text.removeprefix(MARK).removesuffix(" ").removesuffix(":").split(_BETWEEN)
    said = dict(zip(_FIELDS, values, strict=False))
    stamp = find_timestamp(said.get("time", ""))
    level = said.get("level", "").upper()
    pid = said.get("pid", "")
    return Prefix(
        " ".join(value for value in values if value),
        stamp[0] if stamp else None,
        _LETTERS.get(level, _ALIASES.get(level, level)) or None,
        said.get("logger", "").strip() or None,
        int(pid) if pid.isascii() and pid.isdigit() else None,
        said.get("thread") or None,
        said.get("task") or None,
    )
