"""A record whose newlines became blanks on its way (a collector, a field of logfmt, a paste), laid out in lines again."""

from __future__ import annotations

import re

from asynclog.lazy import regex
from asynclog.parse.headers import KNOWN_KEYS

_OBJECT = regex(
    r"[ ](?=(?:" + "|".join(sorted(KNOWN_KEYS)) + r"): <"
    r"|(?:source_traceback: Object created at|Traceback) \(most recent call last\): {1,8}File \")"
)
_BLOCK = regex(
    r"(?<![ ])[ ]++(?=(?:source_traceback: Object created at|Traceback) \(most recent call last\): {1,8}File \")"
    r"|(?<![ ])[ ]++(?=(?:During handling of the above|The above exception was the direct))"
)
_FRAME = regex(
    r'(?<![ ])[ ]++(?P<place>File "[^"\n]{1,500}", line \d{1,9}, in (?:<\w+>|\w+))(?P<code>[ ]++(?!\s*File "))?'
)
_FINAL = regex(
    r"[ ](?P<final>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Group|Timeout|Failure|Closed|Full|Empty)(?:: |$))",
    re.MULTILINE,
)


def laid_out(text: str) -> str:
    """`text` with the lines that its first one was made of."""
    first, newline, rest = text.partition("\n")
    if ": <" not in first and "(most recent call last): " not in first:
        return text
    found = _OBJECT.search(first)
    if found is None:
        return text
    head, body = first[: found.start()], _BLOCK.sub("\n", first[found.end() :])
    if "File " in body:
        body = _FRAME.sub(lambda at: f"\n  {at['place']}" + ("\n    " if at["code"] else ""), body)
        body = _FINAL.sub(r"\n\g<final>", body) if "Traceback (" in body else body
    return f"{head}\n{body}{newline}{rest}"
