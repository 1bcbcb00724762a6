"""What a page, a program or an export did to a line on its way, undone: escapes of HTML, typographic quotes, backticks
around it, a progress bar before it, the repr of a child's output, the cells of a CSV row.

Each is told by the line alone, so that a line means the same wherever a file is cut, and none touches a line that has
nothing of it.
"""

from __future__ import annotations

from asynclog.lazy import regex

_ENTITY = regex(r"&(?:lt|gt|quot|amp|apos|#39|#34|#x27);")
_PLAIN = {"lt": "<", "gt": ">", "quot": '"', "amp": "&", "apos": "'", "#39": "'", "#34": '"', "#x27": "'"}
_CURLY = regex(r"(?:File |coroutine |name=|exception=[\w.]{1,200}\()[‘’“”]")
_STRAIGHT = str.maketrans("‘’“”", "''\"\"")
_RAISED = regex(
    r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Warning|Exit|Interrupt|Group): "
)  # text of an exception
_ESCAPED = regex(r"\\(['\"\\])|\\t")
_TAG = r"</?(?:pre|code|samp|tt|p|div|span|details|summary|blockquote|li|br|td|tr|b|i)(?: [^<>]{0,200})?/?>"
_TAGS = regex(_TAG)
_MARKUP = regex(
    rf"[ \t]{{0,40}}(?:[`~]{{3,8}}[\w+-]{{0,20}}|(?:{_TAG}[ \t]{{0,4}}){{1,12}}(?:[`~]{{3,8}}\w{{0,20}})?)[ \t]{{0,80}}"
)
_FENCE = regex(r"[ \t]{0,40}[`~]{3,8}[\w+-]{0,20}[ \t]{0,80}")
_BAR = regex(r"%\|[^|]{0,400}\| *\d[^\[\]|]{0,60}\[[^\[\]|]{0,200}\](?=[^\[\]|]{0,40}[A-Za-z])")
ANNOTATED = ("Error:    ", "##[error]  ")  # a line of source that GitHub took for an error
_FAR = 300  # characters in which a literal or the last cell of a row begins
_ROW = regex(
    r"(?:\"\d{4}-\d\d-\d\d[T ][^\"]{1,40}\"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[^\",]{0,30}|1\d{12})"
    r"(?P<cells>(?:,(?:\"[^\"]{0,120}\"(?=,)|[^\",]{0,120}(?=,))){0,8}),\"(?=[^\",])"
)
_DOUBLED = regex(r"File \"\"([^\"]{1,2000})\"\", line \d")


def is_markup(text: str) -> bool:
    """Whether a line is nothing but a fence or tags: what stands around a log on a page."""
    return _MARKUP.fullmatch(text) is not None


def is_fence(text: str) -> bool:
    """Whether a line is nothing but the fence around a block of code."""
    return text.lstrip()[:1] in "`~" and _FENCE.fullmatch(text) is not None


def without_tags(text: str) -> str:
    """`text` without the tags that a page has around a log."""
    return _TAGS.sub("", text) if "<" in text else text


def undone(text: str) -> str:
    """The line as it was written."""
    if "&" in text and "<" not in text and _ENTITY.search(text):
        text = _ENTITY.sub(lambda found: _PLAIN[found.group()[1:-1]], text)
    if not text.isascii() and _CURLY.search(text):
        text = text.translate(_STRAIGHT)
    if text[:1] == "`" and text[-1:] == "`" and text.count("`") == 2 and ("<" in text or ": " in text):
        text = text[1:-1]  # a name alone may be no quotation but a word of somebody's
    if "%|" in text:
        text = _behind_bar(text)
    if text.startswith(ANNOTATED):
        text = text[text.index(" " if text[0] == "E" else "]") + 1 :]
    if text.endswith(("\\n'", '\\n"')):
        text = _without_literal(text)
    if '"' in text:
        text = _without_row(text)
    return text


def _behind_bar(text: str) -> str:
    """What stands on a line behind a progress bar, which ends without a new line."""
    found = _BAR.match(text, text.rfind("%|"))
    return text[found.end() :].lstrip() if found is not None else text


def _without_literal(text: str) -> str:
    """A line that ends with the repr of bytes: what a program read from its child, with the line's end."""
    quote = text[-1]
    start = text.find(f"b{quote}", 0, _FAR)
    inner = text[start + 2 : -3]
    if (
        start < 0
        or _RAISED.match(text)
        or (start and text[start - 1] not in " \t:=(|]")
        or quote in inner.replace("\\\\", "").replace(f"\\{quote}", "")
    ):
        return text
    return text[:start] + _ESCAPED.sub(lambda found: found[1] or "\t", inner.removesuffix("\\r"))


def _without_row(text: str) -> str:
    """A row whose first cell is a time: its cells, as they would stand before a message, and the text in the last."""
    found = _ROW.match(text)
    if found is None:
        return _DOUBLED.sub(lambda frame: frame.group().replace('""', '"'), text) if 'File ""' in text else text
    cells = text[: found.end() - 1].replace('"', "").replace(",", " ").rstrip()
    body = text[found.end() :]
    if body.count('"') % 2:
        body = body.rstrip().removesuffix('"')
    body = body.replace('""', '"')
    return f"{cells} {body}"
