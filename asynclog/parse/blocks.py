"""The parts of a record's text: `key: value` lines, stack blocks, the traceback, in whatever order they come."""

from __future__ import annotations

from collections import Counter

from asynclog.model import ExceptionReport, Frame, ObjectRepr
from asynclog.parse.brackets import Balance
from asynclog.parse.finals import starts_traceback
from asynclog.parse.frames import match_final, match_frame, parse_frames
from asynclog.parse.headers import (
    KNOWN_KEYS,
    has_known_key,
    is_hint,
    looks_error,
    newest_on_top,
    split_key,
    stack_name,
    unglue,
)
from asynclog.parse.legacy import looks_legacy
from asynclog.parse.reprs import parse_repr
from asynclog.parse.tracebacks import fit, parse_traceback
from asynclog.slotted import dataclass, field

_VALUE_LINES = 200
_NO_FRAMES = ("", "Garbage-collecting")  # what may stand before the first frame
_LOOP_FUNCTIONS = frozenset(("_run_once", "run_forever"))


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
        blocks.first, glued = unglue(lines[0].rstrip())
        # the first line of a dump is itself a stack header
        lines[:1] = [blocks.first] if not glued and stack_name(blocks.first.strip()) else glued
    _Reader(blocks, lines, known).read()
    return blocks


class _Reader:
    """Walks over the lines behind the first one and files each where it belongs."""

    __slots__ = ("at", "best_thread", "blocks", "expected", "last", "lines", "more", "names")

    def __init__(self, blocks: Blocks, lines: list[str], known: ObjectRepr | None) -> None:
        self.blocks, self.lines = blocks, lines
        self.expected = known if known is not None and known.exception_type else None
        self.at = 0
        self.last: str | None = None
        self.more: list[str] = []
        self.names: Counter[str] = Counter()
        self.best_thread = -1

    def read(self) -> None:
        """Take all lines."""
        while self.at < len(self.lines):
            self._step()
        self._end_value()

    def _step(self) -> None:
        """Take the next part: one line, or a block of lines. Always goes forward."""
        line = self.lines[self.at]
        text = line.strip()
        if not text or is_hint(text):
            self.at += 1
        elif (name := stack_name(text)) is not None:
            self.at += 1
            self._stack(name, text)
        elif starts_traceback(text):
            self._traceback()
        elif (pair := split_key(line)) is not None and not self._is_expected(text):
            self.at += 1
            self._key(*pair)
        elif match_frame(line) is not None or looks_error(text) or self._is_expected(text):
            self._traceback()
        else:
            self.at += 1
            self._loose(line, text)

    # -- stacks and tracebacks ---------------------------------------------------------------------------------------

    def _stack(self, name: str, header: str) -> None:
        self._end_value()
        while self.at < len(self.lines) and self.lines[self.at].strip() in _NO_FRAMES:
            self.at += 1
        frames, taken = parse_frames(self.lines, self.at)
        self.at += taken
        if not frames:
            return
        if newest_on_top(header):
            frames = frames[::-1]
        self.names[name] += 1
        stacks = self.blocks.stacks
        key = name if self.names[name] == 1 else f"{name} {self.names[name]}"
        if "hread 0x" in header:
            # of several threads the one that runs the loop is `stack`, else the current one
            rank = 2 * any(frame.function in _LOOP_FUNCTIONS for frame in frames) + header.startswith("Current")
            if rank > self.best_thread:
                self.best_thread = rank
                if key != name:
                    stacks[key], key = stacks[name], name
        stacks[key] = frames

    def _traceback(self) -> None:
        self._end_value()
        report, taken = parse_traceback(self.lines, self.expected, self.at)
        before = self.blocks.exception
        if report is not None and (
            before is None
            or (report.type and not before.type)
            or fit(report, self.expected) > fit(before, self.expected)
        ):
            self.blocks.exception = report
        self.at += max(taken, 1)

    def _is_expected(self, text: str) -> bool:
        """Whether a line is `Type: text` of the exception that the object told of."""
        match = match_final(text) if self.expected is not None else None
        return match is not None and fit(ExceptionReport(match.group("type")), self.expected) > 0

    # -- keys and the rest -------------------------------------------------------------------------------------------

    def _key(self, key: str, value: str) -> None:
        self._end_value()
        value = self._whole_value(value)
        if key in self.blocks.values:
            return
        self.blocks.values[key] = value
        self.last = key
        if value.startswith("<") or (key in KNOWN_KEYS and looks_legacy(value)):
            item = self.blocks.objects[key] = parse_repr(value)
            if self.expected is None and item.exception_type:
                self.expected = item

    def _whole_value(self, value: str) -> str:
        """The value with the lines that its open brackets reach over."""
        balance = Balance()
        if balance.feed(value) or not value.startswith(("<", "[", "{", "(")):
            return value.rstrip()
        end = self.at
        while end < len(self.lines) and end - self.at < _VALUE_LINES:
            line = self.lines[end]
            text = line.strip()
            if starts_traceback(text) or has_known_key(line) or looks_error(text) or stack_name(text):
                break
            end += 1
            if balance.feed(line):
                break
        parts = [value, *self.lines[self.at : end]]
        self.at = end
        return "\n".join(parts).rstrip()

    def _loose(self, line: str, text: str) -> None:
        """The source line of a warning, else more of the last value (aiohttp prints a response on several lines)."""
        if self.last is not None and not line[0].isspace():
            if len(self.more) < _VALUE_LINES:
                self.more.append(line.rstrip())
        elif "Warning" in self.blocks.first and not self.blocks.source and not text.startswith('File "'):
            self.blocks.source = text

    def _end_value(self) -> None:
        if self.last is not None and self.more:
            self.blocks.values[self.last] = "\n".join([self.blocks.values[self.last], *self.more])
        self.last = None
        self.more = []
