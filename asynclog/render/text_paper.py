"""The paper that the text report is written on: lines of a given width, colours, hanging indents.

Paths and addresses are never broken: they are there to be copied, and a terminal that wraps one itself copies it whole.
Sentences are no wider than `MEASURE`, whatever the terminal: longer lines are hard to read.
"""

from __future__ import annotations

from collections.abc import Iterable

from asynclog.lazy import regex
from asynclog.model import Severity
from asynclog.render.ink import Text
from asynclog.render.options import RenderOptions
from asynclog.render.places import columns

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
LABEL = 10  # columns of the labels of hanging lines
MEASURE = 100  # columns of a sentence
_PIECE = regex(r"^\s+|\S+\s*")
_PLACE = regex(r"[(\[\"'`<]*(?:\w+://|[.~…]{0,2}/|\\\\|[A-Za-z]:[/\\]|[\w.@+-]+[/\\])\S{1,1000}")
_ASCII = str.maketrans("▁▂▃▄▅▆▇█…–·│─µ", ".:-=+*#@~-||-u")


class Paper:
    """Collects what is written; `read` gives all of it. Texts must have gone through `safe` before."""

    def __init__(self, options: RenderOptions) -> None:
        self.width = max(40, options.width)
        self.measure = min(self.width, MEASURE)
        self.verbose = options.verbose
        self.links = options.hyperlinks and options.color
        self._ascii = options.ascii
        self._color = options.color
        self._lines: list[str] = []

    def put(self, lines: Iterable[Text], indent: int = 0) -> None:
        """Lines as they are; they never end in spaces."""
        self._lines += ((" " * indent + line.written(self._color)).rstrip() for line in lines)

    def say(self, text: str, style: str = "", indent: int = 0, *, wide: bool = False) -> None:
        """A paragraph, wrapped; `wide` where it is no sentence."""
        if text:
            self.hang(Text(), Text(text, style), indent, wide=wide)

    def gap(self) -> None:
        """An empty line."""
        if self._lines:
            self._lines.append("")

    def title(self, text: str) -> None:
        """The heading of a section."""
        self.gap()
        self.say(text, "bold")

    def bullet(self, text: str, indent: int = 2, style: str = "") -> None:
        """A paragraph whose further lines hang."""
        self.hang(Text("- "), Text(text, style), indent)

    def labelled(self, label: str, content: Text | str, style: str = "", *, wide: bool = False) -> None:
        """A paragraph behind a label in the margin; an empty label continues the one before."""
        text = Text(content, style) if isinstance(content, str) else content
        if text:
            self.hang(Text(label.ljust(LABEL), "dim"), text, 2, wide=wide)

    def hang(self, label: Text, content: Text, indent: int = 0, *, wide: bool = False) -> None:
        """`content` to the right of `label`, wrapped there."""
        margin = indent + columns(label.plain)
        room = max(12, (self.width if wide else self.measure) - margin)
        lead = Text(" " * indent).append(label)
        for line in content.split(breaks(content.plain, room)):
            self.put([lead.append(line.rstrip())])
            lead = Text(" " * margin)

    def quote(self, lines: Iterable[str], indent: int) -> None:
        """Lines of a log as they are, behind a rule that none of them leaves."""
        self.put((Text(f"│ {line}".rstrip(), "dim") for line in lines), indent)

    def link(self, file: str | None, line: int | None) -> str:
        """The style that makes a place a link, where links are wanted and the path is absolute."""
        if not self.links or not file or not (file.startswith("/") or file[1:3] in (":\\", ":/")):
            return ""
        path = "".join(map(quoted, file.replace("\\", "/").encode("utf-8", "backslashreplace")))
        return f"link file://{'' if path.startswith('/') else '/'}{path}{f'#L{line}' if line else ''}"

    def read(self) -> str:
        """All that was written."""
        text = "".join(f"{line}\n" for line in self._lines)
        if self._ascii:
            text = text.translate(_ASCII).encode("ascii", "backslashreplace").decode()
        return text


def quoted(byte: int) -> str:
    """A byte as it stands in a URL."""
    char = chr(byte)
    return char if byte < 0x80 and (char.isalnum() or char in "_.-~/:") else f"%{byte:02X}"


def wrapped(text: str, room: int) -> list[str]:
    """The lines of `text` within `room` columns, broken as by `breaks`."""
    ends = [*breaks(text, room), len(text)]
    return [text[start:end].rstrip() for start, end in zip([0, *ends], ends, strict=False)]


def breaks(text: str, room: int) -> list[int]:
    """Where `text` is broken to fit into `room` columns: between words, and within those that are too long alone.

    A path or an address is left whole, however long.
    """
    found: list[int] = []
    used = 0
    for match in _PIECE.finditer(text):
        piece = match.group()
        word = piece.rstrip() or piece
        if used and used + columns(word) > room:
            found.append(match.start())
            used = 0
        if columns(word) > room and not _PLACE.fullmatch(word):
            for at, char in enumerate(word, match.start()):
                if used and used + columns(char) > room:
                    found.append(at)
                    used = 0
                used += columns(char)
            used += len(piece) - len(word)
        else:
            used += columns(piece)
    return found
