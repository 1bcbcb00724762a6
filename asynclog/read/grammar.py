"""The grammar of a record: decides line by line whether the next one still belongs to it.

A record with a prefix of its own ends at the next line that begins like it; one without ends where its grammar does.
Text that the record itself announces (`exception=ValueError('two\\nlines')`) is taken literally, so that a log line
quoted in an exception does not end it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from asynclog.lazy import regex
from asynclog.read.ownwrapper import ANCHOR
from asynclog.read.pasted import is_fence
from asynclog.read.prefix import is_header

_HEADERS, _REMEMBERED, _LONG = 16, 4096, 240  # shapes of headers, lines of each, characters of a line
_OPEN_LINES = 100  # lines over which a repr may go on
_BROKEN_FRAME = (", in", ", in ")  # a console broke the line before the function

_KEY_LINE = regex(r"[A-Za-z_]\w*: ?\S|[A-Za-z_]\w*:$")
_TRACEBACK = regex(r"(?:\s*\+ Exception Group )?\s*Traceback \(most recent call last\):")
_LINK = regex(r"(?:During handling of the above exception|The above exception was the direct cause)")
_FINAL = regex(r"[A-Za-z_][\w.<>]*(?:: .*|:?)$", re.S)
_STACK_HEAD = regex(
    r"(?:Coroutine (?:object )?created at|Object (?:created|allocated) at|[A-Za-z_]+: (?:Object|Handle) created at|Loop thread traceback)"
)
_FRAME = regex(r"File \"|\[Previous line repeated|[~^\s]+$|\.\.\.<\d+ lines?>\.\.\.")
_ERROR = regex(
    r"(?:[a-z_]\w*\.)*(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt|Iteration|Group|Timeout|Failure|Closed|Warning|Full|Empty)$"
    r"|(?:[a-z_]\w*\.)+[A-Z]\w*$"
)
_THREAD = regex(r"(?:Current thread|Thread) 0x(?P<thread>[0-9A-Fa-f]+)")
_DUMPED = regex(r"Python runtime state: |Extension modules: |Current thread's C stack|<\w[\w ]*>$|\.\.\.$")
_TRACEMALLOC = regex(r"(?:\w+Warning: )?Enable tracemalloc to get")
_LITERAL = regex(r"'([^'\\]*+(?:\\.[^'\\]*+)*+)'|\"([^\"\\]*+(?:\\.[^\"\\]*+)*+)\"")
_EXCEPTION = regex(r"exception=(?:\w+\.)*(?P<type>\w+)\(")
_DATED = regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")  # the first of two lines that head a record
_ESCAPE = regex(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.S)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}


class Met:
    """Lines of stacks that were met, each of which goes on with the record that it follows: as text, and as bytes."""

    __slots__ = ("raws", "texts")

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self.raws: dict[bytes, str] = {}


#: By what a header looks like.
Inner = dict[tuple[str, str, str], Met]


class Grammar:
    """Decides line by line whether a line still belongs to the record."""

    def __init__(
        self,
        body: str,
        own: re.Pattern[str] | None,
        settled: re.Pattern[str] | None,
        is_head: Callable[[str], bool],
        indent: str,
        inner: Inner,
    ) -> None:
        self._body = body
        self._own = own
        self._settled = settled
        self._untimed = own is not None and settled is None and "?P<time>" not in own.pattern
        self._is_head = is_head
        self._indent = indent
        self._expected: dict[str, tuple[str, ...]] = {}
        self._literal: list[str] = []
        self._in_traceback = False
        self._in_stack = False
        self._complete = False
        self._linked = False
        self._open = 0
        self._raised = ""
        self.margin = ""
        """What stands before all lines of a traceback whose formatter indents it."""
        self._threads: set[str] = set()
        self._alone = False
        headers = (own.pattern if own is not None else "", settled.pattern if settled is not None else "", indent)
        if headers not in inner and len(inner) >= _HEADERS:
            inner.clear()
        self.met = inner.setdefault(headers, Met())

    def begin(self, first: str) -> None:
        """Take note of the first line: what it announces, and whether it leaves a repr open."""
        if announced := _announced(first):
            self.announce(announced)
        self._note_open(first)
        self._alone = first.startswith("Stack (")  # of the current thread
        self._is_next_thread(first)

    def _note_open(self, text: str) -> None:
        if self._body != "line" and text.count("(") + text.count("<") > text.count(")") + text.count(">") - text.count(
            "->"
        ):
            self._open = _OPEN_LINES

    def announce(self, texts: list[tuple[str, ...]]) -> None:
        """Texts of several lines that will be printed again as an exception's message."""
        for text in texts:
            self._expected[text[0]] = text

    def takes(self, text: str) -> bool:
        """Whether `text`, the next line, belongs to the record."""
        if text in self.met.texts and self.goes_on(text):
            return True
        if self._literal:
            wanted = self._literal.pop(0)
            if text.rstrip("\r") == wanted.rstrip("\r") or text.strip(" |") == wanted.strip():
                return True
            self._literal.clear()
        if not text.strip():
            return self._body != "stack" or not self._complete
        header = self._own or self._settled
        if (header.match(text) is not None) if header is not None else is_header(text):
            return False
        if self._own is not None and self._settled is not None and self._settled.match(text):
            return False
        if self._untimed and not self._in_traceback and _DATED.match(text):
            return False
        bare = text
        if self._indent and bare.startswith(self._indent):
            bare = bare[len(self._indent) :]
        if self._is_head(bare):
            return self._is_next_thread(bare)
        if text[0] in " \t" and not self._indent and _is_inner(text):
            if len(self.met.texts) >= _REMEMBERED:
                self.met.texts.clear()
                self.met.raws.clear()
            self.met.texts.add(text)
            if self.goes_on(text):
                return True
        if self._open:
            self._open -= 1
            if not ANCHOR.match(bare) and not is_fence(bare):
                return True  # a repr goes on over the line's end
            self._open = 0
        return self._by_grammar(bare)

    def goes_on(self, text: str) -> bool:
        """Whether a line of stacks that was met belongs to the record; else it has to be looked at."""
        if self._literal or self._open:
            return False
        if self._expected and (self._in_traceback or "| " in text[:12]):
            self._look_for_expected(text)
        return True

    @property
    def in_traceback(self) -> bool:
        """Whether a traceback has begun and not ended."""
        return self._in_traceback and not self._complete

    def broken_by(self, text: str, kept: Sequence[str]) -> bool:
        """Whether the header `text` stands in the middle of a traceback or stack."""
        header = self._own or self._settled
        return (
            self._body in ("context", "keys", "free")
            and header is not None
            and header.match(text) is not None
            and (self._in_stack or self.in_traceback)
            and bool(kept and kept[-1].strip())
        )

    def _by_grammar(self, text: str) -> bool:
        if _TRACEBACK.match(text):
            if self._body in ("keys", "warning") or self._threads or (self._complete and not self._linked):
                return False
            self._in_traceback, self._complete, self._linked, self._in_stack = True, False, False, False
            self.margin = text[: text.find("Trace")] if text[:1] == " " else ""
            return True
        if self._expected and announced_line(text):
            self.announce(_announced(text))
        if text[0] in " \t|" or _FRAME.match(text):
            if self._in_traceback or "| " in text[:12]:
                self._look_for_expected(text)
            if text.endswith(_BROKEN_FRAME):
                self._open = 1
            return not (self._body == "warning" and self._complete) or text[0] in " \t"
        if _LINK.match(text):
            self._linked = True
            return True
        if _STACK_HEAD.match(text):
            self._in_stack = True
            return True
        if self._body == "dump":
            return bool(_DUMPED.match(text))
        if self._body == "stack":
            return self._in_traceback or text.startswith(("  ", "File"))
        if self._body == "warning":
            return bool(_TRACEMALLOC.match(text))
        if new := _announced(text):
            self.announce(new)
        if not self._complete and _FINAL.match(text) and (self._in_traceback or self._is_raised(text)):
            self._complete, self._in_traceback = True, False
            self._look_for_expected(text)
            return True
        if not self._complete and _KEY_LINE.match(text):
            if raised := _EXCEPTION.search(text):
                self._raised = raised["type"]
            if not self._in_traceback and _looks_final(text):
                self._complete = self._body == "context"
                self._look_for_expected(text)
            elif not self._in_traceback:
                self._note_open(text)
            return True
        if self._own is not None or self._settled is not None or self._in_traceback:
            return not (self._complete and is_fence(text))  # text of a message; the next header ends it
        return not self._complete and self._body == "free"

    def _is_next_thread(self, text: str) -> bool:
        """Whether a line heads the stack of another thread in a dump of all."""
        found = _THREAD.match(text) if self._body == "dump" and not self._alone else None
        if found is None or found["thread"] in self._threads:
            return False
        self._threads.add(found["thread"])
        return True

    def _is_raised(self, text: str) -> bool:
        """Whether a line is the last of an exception without traceback: of the type that the object told."""
        return bool(self._raised) and text.partition(":")[0].rpartition(".")[2] == self._raised

    def _look_for_expected(self, text: str) -> None:
        for opening, texts in self._expected.items():
            if text.endswith(opening):
                self._literal = list(texts[1:])
                return


def _is_inner(text: str) -> bool:
    """Whether an indented line that is no header goes on with any record, whatever was before, and announces nothing."""
    return (
        len(text) <= _LONG
        and not text.endswith(_BROKEN_FRAME)
        and not announced_line(text)
        and not _TRACEBACK.match(text)
    )


def announced_line(text: str) -> bool:
    """Whether a line holds string literals with newlines in them."""
    return "\\n" in text


def _announced(text: str) -> list[tuple[str, ...]]:
    """The multi-line string literals of a repr, as lines."""
    if "\\n" not in text:
        return []
    found = []
    starts = [0, *(match.end() for match in _EXCEPTION.finditer(text[:65_536]))]
    for start in starts:  # quotes may be unbalanced before an exception's own
        for match in _LITERAL.finditer(text, start, start + 65_536):
            literal = match.group(1) if match.group(1) is not None else match.group(2)
            if "\\n" in literal:
                found.append(tuple(_ESCAPE.sub(_unescape, literal).split("\n")))
    return found


def _unescape(found: re.Match[str]) -> str:
    what = found.group(1)
    if len(what) > 1:
        try:
            return chr(int(what[1:], 16))
        except ValueError:
            return found.group()
    return _SIMPLE.get(what, "\\" + what)


def _looks_final(text: str) -> bool:
    """Whether a line without Traceback header is the final line of an exception that was never raised."""
    return _ERROR.match(text.split(":", 1)[0]) is not None
