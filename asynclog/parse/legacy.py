"""Reprs that do not start with `<`: asyncio 3.4.0/3.4.1, the coroutine wrappers of those years, and foreign classes."""

from __future__ import annotations

import re

from asynclog.lazy import regex
from asynclog.model import CallbackRef, CoroutineRef, ObjectRepr
from asynclog.parse.brackets import Spans, mask, split_outer
from asynclog.parse.callees import callee, coroutine, named_object, place
from asynclog.parse.literals import exception_text, exception_type, unquote
from asynclog.slotted import replace

_SHAPE = regex(r"(?P<cls>[^\W\d][\w.]*)(?P<paren>\(\0*\))?(?P<angle><\0*>)?\s*")
_OLD_COROUTINE = regex(r"(?P<name>'[^']*') defined (?P<at>at .+)", re.DOTALL)
_STEP = regex(r"<bound method \w*\._step of (?P<task>\w+\(<.*)>", re.DOTALL)
_CALL = regex(r"[^\W\d][\w.]*[(<]")
_OLD_STATES = frozenset({"PENDING", "FINISHED", "CANCELLED", "CANCELLING"})


def parse_legacy(raw: str, flat: str) -> ObjectRepr:
    """`Task(<f>)<PENDING>`, `Future<exception=..>`, `Handle(<function ..>, ())`, `Coroutine f() at F:L`, `Cls(..)`."""
    if flat.startswith("Coroutine "):
        return _old_coroutine(raw, flat[10:])
    shape = _SHAPE.fullmatch(mask(flat))
    if shape is None:
        named = _SHAPE.match(flat)
        return ObjectRepr(raw=raw, cls=named.group("cls") if named else "")
    cls = shape.group("cls")
    paren = flat[shape.start("paren") + 1 : shape.end("paren") - 1] if shape.group("paren") else ""
    angle = flat[shape.start("angle") + 1 : shape.end("angle") - 1] if shape.group("angle") else ""
    if cls.endswith("Handle"):
        return _old_handle(raw, cls, paren, angle)
    state, _, _ = angle.partition(",")
    failure = angle.removeprefix("exception=") if angle.startswith("exception=") else None
    result = angle.removeprefix("result=") if angle.startswith("result=") else None
    if state not in _OLD_STATES:
        state = "finished" if failure is not None or result is not None else ""
    return ObjectRepr(
        raw=raw,
        cls=cls,
        parsed=bool(paren or angle or shape.group("paren")),
        state=state.lower(),
        coroutine=_bare_coroutine(paren) if state else None,
        exception=failure,
        exception_type=exception_type(failure) if failure else None,
        exception_text=exception_text(failure) if failure else None,
        result=result,
    )


def _bare_coroutine(paren: str) -> CoroutineRef | None:
    """`<f>` or `<f at FILE:LINE>`, where the place is the definition or the current line: nobody can tell."""
    if not paren.startswith("<"):
        return None
    name, _, at = paren[1:].removesuffix(">").partition(" at ")
    return CoroutineRef(name, "", place(at) if at else None)


def _old_handle(raw: str, cls: str, paren: str, angle: str) -> ObjectRepr:
    parts = split_outer(paren, mask(paren))
    if cls == "TimerHandle":
        parts = parts[1:]
    if parts and (step := _STEP.fullmatch(parts[0])):
        return replace(parse_legacy(raw, step["task"]), cls=cls, raw=raw)
    arguments = parts[1][1:-1].removesuffix(",") if len(parts) > 1 else ""
    name = (named_object(parts[0]) or parts[0]) if parts else ""
    callback = CallbackRef(name, arguments) if name else None
    return ObjectRepr(raw=raw, cls=cls, parsed=True, state=angle.lower(), callback=callback)


def _old_coroutine(raw: str, rest: str) -> ObjectRepr:
    quoted = _OLD_COROUTINE.fullmatch(rest)
    ref = coroutine(f"{unquote(quoted.group('name'))}() {quoted.group('at')}" if quoted else rest)
    return ObjectRepr(raw=raw, cls="Coroutine", parsed=ref is not None, coroutine=ref)


def parse_callee(text: str) -> ObjectRepr:
    """The callee of "Exception in callback ..." as an object that has nothing but its callback."""
    ref = callee(text)
    return ObjectRepr(raw=text, parsed=ref is not None and not Spans(text).left, callback=ref)


def looks_legacy(text: str) -> bool:
    """Whether a value is `Class<...>` or `Class(...)`: a repr without angle brackets around it."""
    return _CALL.match(text) is not None and text.rstrip()[-1:] in (">", ")")
