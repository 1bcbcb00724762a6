"""`understand`: a record becomes a message. Brings reprs, blocks and tracebacks together."""

from __future__ import annotations

import re
from collections.abc import Mapping

from asynclog.lazy import regex
from asynclog.model import Message, ObjectRepr, Record
from asynclog.parse.blocks import Blocks, split_blocks
from asynclog.parse.brackets import mask, split_outer
from asynclog.parse.flat import laid_out
from asynclog.parse.legacy import parse_callee
from asynclog.parse.literals import unquote
from asynclog.parse.reprs import parse_repr
from asynclog.parse.wrapping import unwrap

# the object line that a record of this kind normally has; without it only part of the record is there
_OBJECT_LINE = {
    "exception-never-retrieved": "future",
    "task-destroyed-pending": "task",
}
_SLOW = regex(r"Executing (?P<handle>.*) took (?P<duration>\d+(?:\.\d+)?) seconds", re.DOTALL)
# Home Assistant: "Task exception was never retrieved (<Task ...>)", "Unclosed connector (task: None)"
_IN_PARENTHESES = regex(r"[^<\n]*\((?:task: )?(?P<repr><.*>)\)(?::.*)?$", re.MULTILINE)
_DURATION = regex(r"(\d{1,15})(?:\.(\d{1,30}))?")
LONGEST = 1 << 45
"""Microseconds (a year) above which a number is damage and no duration; 131,072 of them fit into 64 bits."""
DIGITS = {"s": 6, "ms": 3, "us": 0}
_UNITS = {"s": "s", "seconds": "s", "ms": "ms", "us": "us"}
_LABEL = regex(r" (?=(?:handle|future|task): <)")
_CALLEES = frozenset(("callback",))
_NO_OBJECTS = frozenset(("file", "line", "text", "what", "error", "addrinfo"))
_GRAPH_TASK = regex(r"\s*\* Task\(name=(?P<name>'.*'|\".*\"), id=0x[0-9a-f]+\)")
UNCLASSIFIED = "unclassified"
CONTEXT_OTHER = "loop-context-other"


def understand(record: Record) -> Message:
    """What a record says. The field `duration` counts the unit that the field `unit` names, else seconds."""
    text = record.text if record.headless or record.kind == "slow-callback" else laid_out(record.text)
    fields = _fields(record)
    if text is not record.text and "callback" in fields:
        fields = {**fields, "callback": _LABEL.split(fields["callback"], maxsplit=1)[0]}
    objects = _field_objects(fields) or _first_line_objects(record)
    if "\n" in text or record.headless:
        known = next((item for item in objects.values() if item.exception_type), None)
        blocks = split_blocks(text, known, record.headless)
    else:
        blocks = Blocks(first=text)
    objects |= blocks.objects
    if "handle" in objects and (called := objects.get("callback")) is not None and not called.parsed:
        del objects["callback"]  # its repr goes on over the first line's end; the handle has all of it
    values = {key: value for key, value in blocks.values.items() if key not in objects}
    if blocks.source:
        values.setdefault("source_line", blocks.source)
    return Message(
        record=record,
        kind=record.kind or _kind(record, blocks),
        objects=objects,
        values=values,
        stacks=blocks.stacks,
        exception=blocks.exception,
        duration=duration(fields.get("duration", ""), _UNITS.get(fields.get("unit", ""), "s")),
        partial=_is_partial(record, objects, blocks),
        malformed=_malformed(record, objects),
    )


def duration(text: str, unit: str = "s") -> int | None:
    """A printed decimal number as whole microseconds, without going through floats; None where it is more than `LONGEST`."""
    match = _DURATION.fullmatch(text.strip())
    digits = DIGITS.get(unit)
    if match is None or digits is None:
        return None
    fraction = (match.group(2) or "")[: digits + 1].ljust(digits + 1, "0")
    whole: int = int(match.group(1)) * int("1" + "0" * digits)
    micros = whole + (int(fraction) + 5) // 10
    return micros if micros <= LONGEST else None


def _fields(record: Record) -> Mapping[str, str]:
    """The pattern's fields; a hard wrap may have hidden those of a slow callback from the first line."""
    if record.kind == "slow-callback" and "duration" not in record.fields:
        text = record.text
        for flat in (text, text.replace("\n", ""), unwrap(text)) if "\n" in text else (text,):
            match = _SLOW.match(flat)
            if match:
                return {**record.fields, **match.groupdict()}
    return record.fields


def _field_objects(fields: Mapping[str, str]) -> dict[str, ObjectRepr]:
    objects: dict[str, ObjectRepr] = {}
    for name, value in fields.items():
        if not value or name in _NO_OBJECTS:
            continue
        if name in _CALLEES:
            objects[name] = parse_callee(value)
            if (failed := _failed_argument(objects[name])) is not None:
                objects.setdefault("future", failed)
        elif value.startswith("<") or name in ("handle", "wrapper"):
            objects[name] = parse_repr(value)
    return objects


def _first_line_objects(record: Record) -> dict[str, ObjectRepr]:
    """The task in the first line of records that have no fields for it."""
    if record.kind == "call-graph" and (match := _GRAPH_TASK.match(record.text)):
        return {"task": ObjectRepr(match.group(), "Task", parsed=True, name=unquote(match.group("name")))}
    if match := _IN_PARENTHESES.match(record.text):
        item = parse_repr(match.group("repr"))
        if item.state:
            return {"task": item}
    return {}


def _failed_argument(callback: ObjectRepr) -> ObjectRepr | None:
    """The failed task or future that a callback was given, where its repr is printed in full (tornado does)."""
    arguments = callback.callback.arguments if callback.callback else ""
    if " exception=" not in arguments:
        return None
    items = (parse_repr(part) for part in split_outer(arguments, mask(arguments)) if " exception=" in part)
    return next((item for item in items if item.exception_type), None)


def _kind(record: Record, blocks: Blocks) -> str:
    prefix = record.prefix
    if blocks.values or blocks.stacks:
        return CONTEXT_OTHER
    from_asyncio = (prefix.logger or "").rpartition(".")[2] == "asyncio"
    return CONTEXT_OTHER if from_asyncio and (prefix.level or "").upper() == "ERROR" else UNCLASSIFIED


def _is_partial(record: Record, objects: Mapping[str, ObjectRepr], blocks: Blocks) -> bool:
    if record.headless or record.cut or (blocks.exception is not None and not blocks.exception.type):
        return True
    key = _OBJECT_LINE.get(record.kind or "")
    return key is not None and key not in objects and "task" not in objects


def _malformed(record: Record, objects: Mapping[str, ObjectRepr]) -> str | None:
    for key, item in objects.items():
        if not item.parsed and key in ("future", "task", "handle"):
            return f"{key}: repr not understood"
    return None
