"""Text layouts: what a logging format puts before a message, and what nobody could tell apart afterwards."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from lines import Line, Record, asctime, split_lines

WARNING = 30
ASYNCIO_HEADS = re.compile(
    r"(?:\w+ exception was never retrieved$|Task was destroyed but it is pending!$|Exception in callback |Executing <"
    r"|Unhandled exception in |Unclosed |Fatal (?:read|write) error|socket\.|<CoroWrapper )"
)
RAW_HEADS = re.compile(
    r"(?:\S.*:\d+: \w+Warning: |Exception ignored (?:in|while)|Exception in thread |Fatal Python error: |Timeout \(\d"
    r"|(?:Current thread|Thread) 0x|(?:Stack|Traceback) for <|Unhandled exception in)"
)


TRACEBACK_HEADS = ("Traceback (most recent call last)", "  + Exception Group Traceback")


@dataclass(frozen=True)
class Layout:
    """A logging format: the prefix of a record, and the shape of a line that starts with one."""

    prefix: Callable[[dict], str]
    start: re.Pattern
    configured: bool = True
    timed: bool = False
    named: bool = True
    """Records say which logger wrote them."""
    lowest: int = 0
    """The level from which records are written."""


def pad_prefix(entry):
    """Time, level, process, thread and logger in columns."""
    return (
        f"{asctime(entry, '.')} {entry['level']:<8} {entry['pid']:>6} {entry.get('thread') or 'MainThread':<12} "
        f"{entry['logger']:<16} "
    )


LEVELS = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
LAYOUTS = {
    "bare": Layout(lambda e: "", ASYNCIO_HEADS, configured=False, named=False, lowest=WARNING),
    "basic": Layout(lambda e: f"{e['level']}:{e['logger']}:", re.compile(LEVELS + r":[\w.]+:")),
    "asctime": Layout(
        lambda e: f"{asctime(e)} - {e['logger']} - {e['level']} - ",
        re.compile(DATE + r",\d{3} - [\w.]+ - " + LEVELS + " - "),
        timed=True,
    ),
    "brackets": Layout(
        lambda e: f"[{asctime(e)}] [{e['level']}] [{e['logger']}] ",
        re.compile(r"\[" + DATE + r",\d{3}\] \[" + LEVELS + r"\] "),
        timed=True,
    ),
    "padded": Layout(pad_prefix, re.compile(DATE + r"\.\d{3} " + LEVELS + r" +\d+ "), timed=True),
    # without the name of the logger
    "bare nameless": Layout(lambda e: "", ASYNCIO_HEADS, configured=False, named=False),
    "basic nameless": Layout(lambda e: f"{e['level']}: ", re.compile(LEVELS + ": "), named=False),
    "asctime nameless": Layout(
        lambda e: f"{asctime(e)} - {e['level']} - ",
        re.compile(DATE + r",\d{3} - " + LEVELS + " - "),
        timed=True,
        named=False,
    ),
    "brackets nameless": Layout(
        lambda e: f"[{asctime(e)}] [{e['level']}] ",
        re.compile(r"\[" + DATE + r",\d{3}\] \[" + LEVELS + r"\] "),
        timed=True,
        named=False,
    ),
    "padded nameless": Layout(
        lambda e: f"{asctime(e, '.')} {e['level']:<8} {e['pid']:>6} {e.get('thread') or 'MainThread':<12} ",
        re.compile(DATE + r"\.\d{3} " + LEVELS + r" +\d+ "),
        timed=True,
        named=False,
    ),
}


def body(entry):
    """A log record's text: message, then the traceback on its own line."""
    text, trace = entry["message"], entry["exc_text"]
    return text if not trace else text + ("" if text.endswith("\n") else "\n") + trace


def as_record(entry, capture_warnings):
    """A warning as what it becomes in this deployment: a record of ``py.warnings``, or text on stderr."""
    if entry["type"] != "warning":
        return entry
    if capture_warnings:
        return dict(
            entry,
            type="log",
            level="WARNING",
            levelno=WARNING,
            logger="py.warnings",
            exc_text=None,
            label=entry["message_label"],
            taskname=None,
            module="warnings",
            lineno=112,
            funcname="_showwarnmsg",
            pathname="/usr/lib/python3/warnings.py",
            exc_type=None,
            exc_message=None,
        )
    return dict(entry, type="raw")


def text_lines(entries, layout, capture_warnings=False):
    """The lines of a capture under a text layout."""
    lines, before = [], None
    for entry in entries:
        entry = as_record(entry, capture_warnings and layout.configured)
        logged = entry["type"] == "log"
        if logged and entry["levelno"] < layout.lowest:
            continue
        text = layout.prefix(entry) + body(entry) if logged else entry["text"]
        if logged:
            text += "\n"
        record = Record(entry["label"], text, entry["created"], logged and layout.timed)
        if not layout.named and entry["label"] and entry["label"]["kind"] == "loop-context-other":
            record.undecidable = True
        if not logged or not layout.configured:
            settle_doubt(record, entry, before)
        for number, line in enumerate(split_lines(text)):
            ambiguous = number > 0 and bool(layout.start.match(line) or RAW_HEADS.match(line))
            record.cut = record.cut or ambiguous
            lines.append(Line(line.encode("utf-8", "backslashreplace"), record, number == 0, ambiguous))
        before = (entry, record)
    return lines


def settle_doubt(record, entry, before):
    """Say what nobody could decide where a traceback without any prefix follows a record.

    ``entry`` is a traceback on stderr, or an application's record in a layout without prefixes. Behind a record that
    has a traceback of its own it can be told apart; behind any other it reads as that record's traceback.
    """
    logged = entry["type"] == "log"
    if logged and (entry["logger"] == "asyncio" or not entry["exc_text"]):
        return
    if not logged and not entry["text"].startswith(TRACEBACK_HEADS):
        return
    if logged:
        record.head_lines = len(split_lines(entry["message"])) + 1
    if before is None:
        return
    previous, owner = before
    owner.cut = True
    if previous["type"] == "log" and not previous["exc_text"] and previous["logger"] != "py.warnings":
        record.undecidable, record.host = bool(record.label), owner
