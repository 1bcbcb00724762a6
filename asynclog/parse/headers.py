"""What announces a part of a record: stack headers, keys, hints, and what writers glue to the end of a line."""

from __future__ import annotations

import re

from asynclog.lazy import regex
from asynclog.parse.frames import match_final, match_frame

# header of a stack block -> the name that it gets in `Message.stacks`; the first match counts
_STACKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (regex(r"handle_traceback: .*\(most recent call last\):?"), "handle_traceback"),
    (regex(r"\w+_traceback: .*\(most recent call last\):?"), "source_traceback"),
    (regex(r"(?:Coroutine|Future/Task|Object)(?: object)? created at \(most recent call.*"), "source_traceback"),
    (regex(r"Object allocated at \(most recent call (?:last|first)\):?"), "allocation"),
    (regex(r"Object allocated at:"), "allocation"),  # pytest's words
    (regex(r"Loop thread traceback \(most recent call last\):?"), "stack"),
    (regex(r"Stack for <.*\(most recent call last\):?"), "stack"),
    (regex(r"(?:Current thread|Thread) 0x[0-9a-fA-F]+.*\(most recent call first\):?"), "stack"),
    (regex(r"Stack \(most recent call first\):?"), "stack"),
    (regex(r"(?:\| *)?\+ Call stack:"), "stack"),
)
_FIRST_ON_TOP = regex(r"most recent call first|Call stack:$")
_KEY = regex(r"\s{0,60}(?P<key>[A-Za-z_]\w{0,60}):(?: (?P<value>.*))?", re.DOTALL)
_STATEMENTS = frozenset(("try", "else", "finally", "except", "with", "if", "for", "while", "lambda"))
KNOWN_KEYS = frozenset(
    (
        *("asyncgen", "client", "client_connection", "client_response", "client_session", "conn", "connection"),
        *("connections", "connector", "consumer", "context", "future", "handle", "loop", "pipe", "producer"),
        *("protocol", "server", "sock", "socket", "status", "task", "transport"),
    )
)
_GLUED_HEADER = regex(r"(?:object created at|Future/Task created at|Traceback) \(most recent call last\):?$")
_GLUED_FRAMES = 20
_HINT = regex(r"(?:\w+: )?Enable tracemalloc to get|See https://docs\.pytest\.org/")
_ERROR_ENDINGS = (
    *("Error", "Exception", "Exit", "Interrupt", "Group", "Timeout", "Failure", "Closed", "Warning", "Full"),
    "RemoteTraceback",
)


def stack_name(text: str) -> str | None:
    """The name of the stack block that a stripped line opens."""
    if "most recent call" not in text and not text.endswith(("Call stack:", "allocated at:")):
        return None
    return next((name for pattern, name in _STACKS if pattern.fullmatch(text)), None)


def newest_on_top(text: str) -> bool:
    """Whether the frames under a stack header come innermost first."""
    return _FIRST_ON_TOP.search(text) is not None


def split_key(line: str) -> tuple[str, str] | None:
    """`key: value` as asyncio's exception handler writes it; an indented line only with a key that is well known."""
    match = _KEY.fullmatch(line)
    if match is None:
        return None
    key, value = match.group("key"), match.group("value") or ""
    if key not in KNOWN_KEYS and (key[0].isupper() or line[0].isspace() or key in _STATEMENTS):
        return None
    if line[0].isspace() and value[:1] not in ("<", "[", "{") and not value.endswith((")", ">")):
        return None
    return key, value


def has_known_key(line: str) -> bool:
    """Whether a line begins with a key that asyncio or a library close to it uses."""
    match = _KEY.match(line)
    return match is not None and match.group("key") in KNOWN_KEYS


def is_hint(text: str) -> bool:
    """The advice that Python and pytest print below warnings."""
    return _HINT.match(text) is not None


def looks_error(text: str) -> bool:
    """Whether a stripped line, alone, is `SomeError: text` beyond doubt."""
    match = match_final(text)
    return match is not None and match.group("type").endswith(_ERROR_ENDINGS)


def unglue(first: str) -> tuple[str, list[str]]:
    """A first line without a header or a frame glued to its end, and the lines that these are."""
    if match_frame(first) or stack_name(first.strip()):
        return first, []
    header = _GLUED_HEADER.search(first)
    if header is not None and header.start():
        text = header.group()
        return first[: header.start()].removesuffix("; "), ["Object" + text[6:] if text[0] == "o" else text]
    at = first.find('File "')
    for _ in range(_GLUED_FRAMES):
        if at <= 0:
            break
        if first[at - 1].isspace() and match_frame(first[at:]) is not None:
            message = first[:at].rstrip().removesuffix(":")
            return message, ["source_traceback: Object created at (most recent call last):", first[at:]]
        at = first.find('File "', at + 1)
    return first, []
