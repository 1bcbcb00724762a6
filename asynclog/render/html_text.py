"""Text in the page: every expression of a template passes `shown`, so that nothing of a log can act or hide.

Control characters are shown by their escapes (`safe`), markup is escaped by jinja2, and what a CI system would read out
of the page's bytes (`::error::`, `##[`) is broken up by a character reference that a browser shows as what it is.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from asynclog.lazy import regex
from asynclog.render.safe import clip, safe

_TICKED = regex(r"`([^`\n]+)`")
_WEB = regex(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#][!-~]*)?")
_BREAKS = regex(r"(?<=[/\\_])(?=[\w<(])|(?<=\.)(?!(?:py|log|jsonl?|gz)\b)(?=[^\W\d]|<)")
MOST = 4_000  # characters of a text that is not quoted from the log
_LINE = 1_000  # characters of a quoted line


def shown(value: Any) -> Any:  # noqa: ANN401
    """What an expression of a template shows: nothing for None, harmless text for text."""
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _inert(clip(value, MOST))


def _inert(text: str) -> Markup:
    if text.isprintable() and "::" not in text and "##" not in text:
        return escape(text)
    colons = (_hashes(part) for part in text.split("::"))
    return Markup(":&#58;").join(colons)


def _hashes(text: str) -> Markup:
    return Markup("#&#35;").join(escape(safe(part)) for part in text.split("##"))


def prose(text: str) -> Markup:
    """Sentences of rules and reports: `code` in backticks becomes code."""
    parts = _TICKED.split(clip(text.strip(), MOST))
    code, plain = Markup("<code>{}</code>"), Markup("{}")
    return Markup().join((code if at % 2 else plain).format(_inert(part)) for at, part in enumerate(parts))


def breaking(text: str) -> Markup:
    """A path or a name that may wrap after its separators rather than anywhere."""
    return Markup("<wbr>").join(_inert(part) for part in _BREAKS.split(clip(text, MOST)))


def block(text: str, lines: int = 200) -> Markup:
    """Text of several lines for `<pre>`: tabs become spaces, a long line keeps its end, what is left out is counted."""
    found = [line.removesuffix("\r").expandtabs(4) for line in text[: 400 * _LINE].rstrip("\n").split("\n")]
    kept = [_inert(_middle_out(line)) for line in found[:lines]]
    if len(found) > lines:
        kept.append(_inert(f"… {len(found) - lines:,} more lines"))
    return Markup("\n").join(kept)


def _middle_out(line: str) -> str:
    return line if len(line) <= _LINE else f"{line[: _LINE - 203]} … {line[-200:]}"


def is_web(address: str) -> bool:
    """Whether a reference may be a link: an http(s) address in plain ASCII, nothing else."""
    return len(address) < 2_000 and _WEB.fullmatch(address) is not None
