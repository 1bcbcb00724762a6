"""The parts of a record's text: `key: value` lines, stack blocks, the traceback, in whatever order they come."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from asynclog.model import ExceptionReport, Frame, ObjectRepr
from asynclog.parse.brackets import Balance
from asynclog.parse.frames import looks_final, match_final, match_frame, parse_frames
from asynclog.parse.legacy import looks_legacy
from asynclog.parse.reprs import parse_repr
from asynclog.parse.tracebacks import fit, parse_traceback, starts_traceback

# header of a stack block -> the name it gets in `Message.stacks`; the first match counts
_STACKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"handle_traceback: .*\(most recent call last\):?"), "handle_traceback"),
    (re.compile(r"\w+_traceback: .*\(most recent call last\):?"), "source_traceback"),
    (
        re.compile(r"(?:Coroutine|Future/Task|Object)(?: object)? created at \(most recent call.*"),
        "source_traceback",
    ),
    (re.compile(r"Object allocated at \(most recent call (?:last|first)\):?"), "allocation"),
    (re.compile(r"Loop thread traceback \(most recent call last\):?"), "stack"),
    (re.compile(r"(?:Stack|Traceback) for <.*\(most recent call last\):?"), "stack"),
    (re.compile(r"(?:Current thread|Thread) 0x[0-9a-fA-F]+.*\(most recent call first\):?"), "stack"),
    (re.compile(r"(?:\| *)?\+ Call stack:"), "stack"),
)
_STACK_WORDS = ("most recent call", "Call stack:")
_FIRST_ON_TOP = re.compile(r"most recent call first|Call stack:")
_KEY = re.compile(r"\s{0,60}(?P<key>[A-Za-z_]\w{0,60}):(?: (?P<value>.*))?", re.DOTALL)
_KNOWN_KEYS = frozenset(
    (
        *("asyncgen", "client", "client_connection", "client_response", "client_session", "conn", "connection"),
        *("connections", "connector", "consumer", "context", "future", "handle", "loop", "pipe", "producer"),
        *("protocol", "server", "sock", "socket", "status", "task", "transport"),
    )
)
_GLUED_FRAME = re.compile(r':?\s+(?=File "[^"]*", line \d)')
_GLUED_STACK = re.compile(
    r"(?:; )?(?=(?:object created at|Future/Task created at|Traceback) \(most recent call last\):?\s*$)"
)
_HINT = re.compile(r"(?:\w+: )?Enable tracemalloc to get|See https://docs\.pytest\.org/")
_VALUE_LINES = 200


@dataclass(slots=True)
class Blocks:
    """What a record's text is made of. `values` holds every key as printed, `objects` those that are reprs."""

    first: str = ""
    values: dict[str, str] = field(default_factory=dict)
    objects: dict[str, ObjectRepr] = field(default_factory=dict)
    stacks: dict[str, tuple[Frame, ...]] = field(default_factory=dict)
    exception: ExceptionReport | None = None
    source: str = ""


def split_blocks(text: str, known: ObjectRepr | None = None, headless: bool = False) -> Blocks:
    """Take a record apart. `known` is an object of the first line that may tell the exception."""
    lines = text.split("\n")
    blocks = Blocks()
    if not headless:
        blocks.first, lines = _first_line(lines)
    _Reader(blocks, lines, known).read()
    return blocks


def _first_line(lines: list[str]) -> tuple[str, list[str]]:
    """The first line without what some writers glue to its end: the first frame, a stack header, a traceback header."""
    first = lines[0].rstrip("\r")
    if "File " in first or "most recent call last" in first:
        glued = _GLUED_FRAME.search(first) or _GLUED_STACK.search(first)
        if glued and glued.start() and first[0] not in " \t" and not match_frame(first):
            header = [first[glued.end() :]]
            if header[0].startswith("object created"):
                header[0] = "Object" + header[0][6:]
            elif header[0].startswith("File "):
                header.insert(0, "source_traceback: Object created at (most recent call last):")
            return first[: glued.start()], header + lines[1:]
    return first, lines[1:]


class _Reader:
    """Walks over the lines behind the first one and files each where it belongs."""

    __slots__ = ("at", "blocks", "expected", "last", "lines", "more", "names")

    def __init__(self, blocks: Blocks, lines: list[str], known: ObjectRepr | None) -> None:
        self.blocks, self.lines = blocks, lines
        self.expected = known if known is not None and known.exception_type else None
        self.at = 0
        self.last: str | None = None
        self.more: list[str] = []
        self.names: Counter[str] = Counter()

    def read(self) -> None:
        """Take all lines."""
        while self.at < len(self.lines):
            self.step()
        self._end_value()

    def step(self) -> None:
        """Take the next part: one line, or a block of lines. Always goes forward."""
        line = self.lines[self.at]
        text = line.strip()
        if not text or _HINT.match(text):
            self.at += 1
        elif (stack := self._stack_name(text)) is not None:
            self.at += 1
            self._stack(stack, newest_on_top=_FIRST_ON_TOP.search(text) is not None)
        elif starts_traceback(text):
            self._traceback()
        elif self._key(line, text):
            pass
        elif match_frame(line) is not None or self._is_bare_final(text):
            self._traceback()
        else:
            self._loose(line, text)

    def _stack_name(self, text: str) -> str | None:
        if not any(word in text for word in _STACK_WORDS):
            return None
        return next((name for pattern, name in _STACKS if pattern.fullmatch(text)), None)

    def _stack(self, name: str, newest_on_top: bool) -> None:
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        frames, taken = parse_frames(self.lines, self.at)
        self.at += taken
        if newest_on_top:
            frames = frames[::-1]
        if frames:
            self.names[name] += 1
            count = self.names[name]
            self.blocks.stacks[name if count == 1 else f"{name} {count}"] = frames
        self._end_value()

    def _traceback(self) -> None:
        self._end_value()
        report, taken = parse_traceback(self.lines, self.expected, self.at)
        before = self.blocks.exception
        if report is not None and (before is None or fit(report, self.expected) > fit(before, self.expected)):
            self.blocks.exception = report
        self.at += max(taken, 1)

    def _is_bare_final(self, text: str) -> bool:
        if _looks_error(text):
            return True
        match = match_final(text) if self.expected is not None else None
        return match is not None and fit(ExceptionReport(match.group("type")), self.expected) > 0

    def _key(self, line: str, text: str) -> bool:
        match = _KEY.fullmatch(line)
        if match is None:
            return False
        key, value = match.group("key"), match.group("value") or ""
        known = key in _KNOWN_KEYS
        if not known and (key[0].isupper() or line[:1].isspace() or key in _STATEMENTS):
            return False
        if known and line[:1].isspace() and value[:1] not in "<[{" and not looks_legacy(value):
            return False
        self._end_value()
        self.at += 1
        value = self._whole_value(value)
        if key in self.blocks.values:
            return True
        self.blocks.values[key] = value
        self.last = key
        if value.startswith("<") or (known and looks_legacy(value)):
            item = self.blocks.objects[key] = parse_repr(value)
            if self.expected is None and item.exception_type:
                self.expected = item
        return True

    def _end_value(self) -> None:
        if self.last is not None and self.more:
            self.blocks.values[self.last] = "\n".join([self.blocks.values[self.last], *self.more]).rstrip()
        self.last = None
        self.more = []

    def _whole_value(self, value: str) -> str:
        """The value with the lines that its open brackets reach over."""
        balance = Balance()
        if balance.feed(value) or not value.startswith(("<", "[", "{", "(")):
            return value.rstrip()
        end = self.at
        while end < len(self.lines) and end - self.at < _VALUE_LINES:
            line = self.lines[end]
            text = line.strip()
            if self._stack_name(text) or starts_traceback(line) or _known_key(line) or _looks_error(text):
                break
            end += 1
            if balance.feed(line):
                break
        parts = [value, *self.lines[self.at : end]]
        self.at = end
        return "\n".join(parts).rstrip()

    def _loose(self, line: str, text: str) -> None:
        """The source line of a warning, else more of the last value (aiohttp prints a response on several lines)."""
        self.at += 1
        if self.last is not None and not line[:1].isspace():
            if len(self.more) < _VALUE_LINES:
                self.more.append(line.rstrip())
        elif not self.blocks.source and line[:1].isspace():
            self.blocks.source = text


_STATEMENTS = frozenset(("try", "else", "finally", "except", "with", "if", "for", "while", "lambda"))
_ERROR_ENDINGS = ("Error", "Exception", "Exit", "Interrupt", "Group", "Timeout", "Failure", "Closed", "Warning", "Full")


def _looks_error(text: str) -> bool:
    match = match_final(text)
    return match is not None and match.group("type").endswith(_ERROR_ENDINGS) and looks_final(text)


def _known_key(line: str) -> bool:
    match = _KEY.match(line)
    return match is not None and match.group("key") in _KNOWN_KEYS
