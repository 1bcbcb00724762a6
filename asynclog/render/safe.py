"""Text of strangers, made harmless: shown, never sent.

A log may hold escape sequences, bidi overrides, spreadsheet formulas, workflow commands and markup. Every text that
came out of a log goes through one of these functions on its way into a format.
"""

from __future__ import annotations

import re

from asynclog.lazy import regex

# Cc, Cf, Zl, Zp, Cs and the noncharacters at the end of the first plane. Written out so that the same log gives the
# same report on every Python (`unicodedata` moves with it).
_CONTROLS = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f"
)
# What CI systems read out of any output: `::error file=..::text` and `##[error]` (GitHub, Azure), `##vso[`,
# `##teamcity[`.
_COMMANDS = r"::(?=[A-Za-z][\w-]*(?: [^\n]*?)?::)|##(?=(?:vso|teamcity)?\[)"
_UNSAFE = regex(f"[{_CONTROLS}]|{_COMMANDS}")
_NAMED = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "::": ":\\x3a", "##": "#\\x23"}
_XML_ILLEGAL = regex("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_MARKDOWN = regex(r"[\\`*_\[\]<>#!|~&$]|^[-+=]|^\d+(?=[.)](?: |$))")
_MARKDOWN_LINKS = regex(r"@|:(?=//)|(?<=www)\.|\bGH(?=-\d)", re.IGNORECASE)
_TICKED = regex(r"(?<!`)`([^`\n]+)`(?!`)")
_RUN_OF_TICKS = regex("`+")


def safe(text: str) -> str:
    """`text` in one line: every control character is shown by its escape, nothing is dropped."""
    if text.isprintable() and "::" not in text and "##" not in text:
        return text
    return _UNSAFE.sub(_shown, text)


def _shown(match: re.Match[str]) -> str:
    found = match.group()
    if found in _NAMED:
        return _NAMED[found]
    code = ord(found)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def json_text(document: str) -> str:
    """JSON whose strings show control characters by JSON's own escapes: it says the same and is safe to print."""
    if document.isascii() and not any(found in document for found in ("\x7f", "::", "##")):
        return document  # JSON itself escapes what is below a space
    return _UNSAFE.sub(_escaped, document)


def json_bytes(document: bytes) -> bytes:
    """The same for a document of one line, with the end of the line."""
    if not document.isascii() or any(found in document for found in (b"\x7f", b"::", b"##")):
        document = json_text(document.decode()).encode()
    return b"%b\n" % document


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    if found == "\n":  # between the parts of the document; in a string it is escaped already
        return found
    if len(found) == 2:
        return f"\\u{ord(found[0]):04x}{found[1]}"
    import json

    return json.dumps(found)[1:-1] if found != "\x7f" else "\\u007f"


def safe_lines(text: str) -> list[str]:
    """`text` as lines without controls; tabs become spaces, a carriage return at the end of a line goes."""
    return [safe(line.removesuffix("\r").expandtabs(4)) for line in text.split("\n")]


def clip(text: str, limit: int) -> str:
    """The first `limit` characters, the last of them an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: max(0, limit - 1)] + "…"


def csv_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{safe(text)}" if text.lstrip(" ").startswith(_FORMULA) else safe(text)


def workflow_data(text: str) -> str:
    """The message of a workflow command; line breaks survive as `%0A`."""
    shown = "\n".join(safe_lines(text))
    return shown.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """A property (`file=`, `title=`) of a workflow command."""
    return workflow_data(safe(text)).replace(":", "%3A").replace(",", "%2C")


def markdown_text(text: str) -> str:
    """Plain words in one line: no markup, no HTML, no link or image, nobody mentioned, no issue referenced."""
    return _MARKDOWN_LINKS.sub(_unlinked, _MARKDOWN.sub(_unmarked, safe(text).strip()))


def _unmarked(match: re.Match[str]) -> str:
    found = match.group()
    if found == "|":
        return "&#124;"
    return f"{found}&#8203;" if found == "#" or found.isdigit() else f"\\{found}"


def _unlinked(match: re.Match[str]) -> str:
    found = match.group()
    return f"{found}&#8203;" if found == "@" or found.isalpha() else f"\\{found}"


def markdown_code(text: str, *, table: bool = False) -> str:
    """`text` as a code span, in which nothing is markup. `table`: for a cell, which a pipe would end."""
    shown = safe(text).replace("|", "\\x7c") if table else safe(text)
    ticks = "`" * (1 + max((len(run) for run in _RUN_OF_TICKS.findall(shown)), default=0))
    if not shown.strip():
        return ""
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def markdown_prose(text: str) -> str:
    """Like `markdown_text`, but `code` in backticks stays code."""
    parts = _TICKED.split(text.strip())
    return "".join(markdown_code(part) if at % 2 else _kept_spaces(part) for at, part in enumerate(parts))


def _kept_spaces(part: str) -> str:
    before, after = part[: len(part) - len(part.lstrip(" "))], part[len(part.rstrip(" ")) :]
    return before + markdown_text(part) + after if part.strip() else part


def markdown_block(text: str) -> list[str]:
    """`text` as a fenced block whose fence is longer than any inside."""
    lines = safe_lines(text)
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in _RUN_OF_TICKS.findall(line)), default=0))
    return [f"{fence}text", *lines, fence]


def xml_text(text: str) -> str:
    """`text` with controls shown and without what XML 1.0 has no way to say; the writer escapes the rest."""
    return _XML_ILLEGAL.sub("", "\n".join(safe_lines(text)))
