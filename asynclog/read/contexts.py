"""The loop's exception context as a custom handler prints it: `{'message': 'Task exception was ...', 'future': <Task ...>}`.

Written out again as the default handler would, so that nothing behind this room has to know about it.
"""

from __future__ import annotations

import re

from asynclog.lazy import regex

OPENING = regex(r"\{(?:['\"]\w+['\"]: [^{}]{0,2000}?, )?['\"]message['\"]:\s*(?P<quote>['\"])$")
_MESSAGE_KEY = regex(r"['\"]message['\"]:\s*['\"]")
_OWN_LINE = regex(r"\s+['\"]message['\"]:\s*['\"]")
_FIRST = regex(r"(?:^|[\[\s(,:])(?P<open>\{)['\"](?!message\b)\w+['\"]: ")
_KEY = regex(r"\s*['\"](?P<key>\w+)['\"]:\s*")
_CALL = regex(r"(?P<type>[A-Za-z_][\w.]*)\((?P<arguments>.*?),?\)$", re.S)
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}


def begins(before: str) -> int | None:
    """Where the dict opens in the text before a message, None where the message stands in no such dict."""
    found = OPENING.search(before)
    return found.start() if found else None


def written_out(text: str) -> tuple[int, str] | None:
    """Where in `text` the dict of a context opens, and the record that it stands for; None where there is none."""
    key = _MESSAGE_KEY.search(text)
    start = begins(text[: key.end()]) if key is not None else None
    flat = flatten(text[start:]) if start is not None else None
    return (start, flat) if start is not None and flat is not None else None


def is_within(text: str) -> bool:
    """Whether a line may hold the message of a context that is printed over several lines, and was opened above."""
    return _OWN_LINE.match(text) is not None


def opens(text: str) -> int | None:
    """Where a line opens a dict that does not begin with its message, None where it opens none."""
    found = _FIRST.search(text)
    return found.start("open") if found else None


def is_closed(text: str) -> bool:
    """Whether the dict at the beginning of `text` ends in it."""
    position = 1
    while (position := _value_end(text, position)) < len(text):
        if text[position] == "}":
            return True
        position += 1
    return False


def flatten(text: str) -> str | None:
    """The record that the dict at the beginning of `text` stands for; None where it is no such dict."""
    return as_record(_items(text))


def as_record(items: dict[str, str]) -> str | None:
    """The record that the items of a context stand for; None where they are none of one. Takes items away."""
    message = items.pop("message", None)
    if message is None:
        return None
    exception = items.pop("exception", None)
    lines = [_unquoted(message)]
    for key in sorted(items):
        value = " ".join(items[key].split())
        if key.endswith("_traceback"):
            continue  # a list of frame objects: nothing a reader could use
        lines.append(f"{key}: {value}")
    if exception and exception != "None":
        lines.append(_final_line(exception))
    return "\n".join(lines)


def _items(text: str) -> dict[str, str]:
    """The depth-one items of a dict's repr, values as printed; a repr that is cut gives what is there."""
    items: dict[str, str] = {}
    position = text.find("{") + 1
    while (found := _KEY.match(text, position)) is not None:
        end = _value_end(text, found.end())
        items[found["key"]] = text[found.end() : end].strip()
        if end >= len(text) or text[end] == "}":
            break
        position = end + 1
    return items


def _value_end(text: str, position: int) -> int:
    """The offset of the comma or brace that ends the value at `position`."""
    closing: list[str] = []
    while position < len(text):
        char = text[position]
        if char in "'\"":
            position = _quote_end(text, position)
        elif char in _PAIRS and not (char == "<" and text[position + 1 : position + 2] in " ="):
            closing.append(_PAIRS[char])
        elif closing and char == closing[-1] and text[position - 1 : position] not in ("-", "="):
            closing.pop()
        elif not closing and char in ",}":
            return position
        position += 1
    return len(text)


def _quote_end(text: str, position: int) -> int:
    quote = text[position]
    position += 1
    while position < len(text) and text[position] != quote:
        position += 2 if text[position] == "\\" else 1
    return position


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] in "'\"" and text[-1] == text[0]:
        text = text[1:-1]
    return text.replace("\\n", "\n").replace("\\'", "'").replace('\\"', '"')


def _final_line(exception: str) -> str:
    found = _CALL.match(exception)
    if found is None:
        return exception
    arguments = found["arguments"].strip()
    return f"{found['type']}: {_unquoted(arguments)}" if arguments else found["type"]
