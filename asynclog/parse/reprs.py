"""`parse_repr`: what the printed form of a task, future, handle, coroutine, transport ... says about the object.

Only attributes of the outermost object count: `wait_for=<...>`, `cb=[...]` and exceptions hold complete reprs of other
objects with a `created at` of their own. They are blanked out first (`brackets.mask`), so that a plain search finds the
object's own attributes. Which grammar applies is told by the attributes, as class names are arbitrary.
"""

from __future__ import annotations

import functools
import re

from asynclog.lazy import regex
from asynclog.model import CallbackRef, ObjectRepr, Place
from asynclog.parse.brackets import Spans, mask, shield
from asynclog.parse.callees import callbacks, callee, coroutine, named_object, place
from asynclog.parse.legacy import parse_legacy
from asynclog.parse.literals import exception_text, exception_type, unquote
from asynclog.parse.memo import remembered
from asynclog.parse.wrapping import best_reading
from asynclog.slotted import replace

_DEPTH = 5  # wait_for= in wait_for= in ...: deeper ones stay raw

_CLASS = regex(r"(?:bound method|built-in \w+|[\w.$-]+)")
_STATE = regex(r" (?:state=)?(pending|finished|cancelled|cancelling)(?![^\s>])", re.IGNORECASE)
_NAME = regex(r" name=(?:('\0*'|\"\0*\")|([^\s'\"]+))")
_FUTURE_WORDS = (
    *(" state=pending", " state=finished", " state=cancelled"),
    *(" coro=", " wait_for=", " exception=", " result=", " cb=["),
)
_COROUTINES = frozenset({"coroutine", "generator", "async_generator"})
_FUNCTIONS = frozenset({"function", "bound method", "cyfunction", "cython_function_or_method"})
_TRANSPORT_STATES = frozenset({"closed", "closing", "open", "idle", "running", "polling", "active", "entered"})


# What most reprs of tasks and futures are: the parts in their usual order, nested no deeper than a name or a place needs.
_PLAIN = r"[^<>()\[\]{}'\"\0\n]"
_INNER = rf"(?:{_PLAIN}++|\(\)|<locals>)*+"
_ANGLED = rf"<(?![\s=]){_INNER}(?:\[{_INNER}\]{_INNER})?(?<![-\s=])>"
_STRING = r"(?:'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+'|\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*+\")"
_USUAL = regex(
    rf"<(?P<cls>\w+) (?P<state>pending|finished|cancelled|cancelling)(?: name='(?P<name>[^'\\\n]*+)')?"
    rf"(?: coro=<(?![\s=])(?P<coro>{_INNER})(?<![-\s=])>)?(?: wait_for=(?P<wait>{_ANGLED}))?"
    rf"(?: exception=(?P<exception>[^\W\d][\w.]*+\((?:(?:{_STRING}|[\w.+-]++)(?:, |,(?=\))|(?=\))))*+\)))?"
    rf"(?: result=(?P<result>[\w.+-]++|\[[\w, ]*+(?:\.\.\.)?\]|{_STRING}))?"
    rf"(?: cb=\[(?P<cb>{_INNER})\])?(?: created at (?P<created>{_PLAIN}+))?>"
)


def _usual(raw: str, flat: str, depth: int) -> ObjectRepr | None:
    """What the parser below would say of a usual repr, at a fraction of its cost; None for any other."""
    shielded = shield(flat)
    found = _USUAL.fullmatch(flat) if shielded is flat else None
    if found is None:
        return _usual_handle(raw, flat, shielded)
    cls, state, name, coro, wait, failure, result, refs, created = found.groups()
    where = place(created) if created is not None else None
    odd = cls in _COROUTINES or cls in _FUNCTIONS or cls.endswith(("CoroWrapper", "Handle"))
    if odd or (created is not None and (where is None or " created at " in f" {created}")):
        return None
    if (coro is None and "()" in (name or "")) or (failure and result):
        return None
    return ObjectRepr(
        raw=raw,
        cls=cls,
        parsed=True,
        state=state,
        name=name,
        coroutine=coroutine(coro) if coro else None,
        wait_for=_parse(wait, depth + 1) if wait else None,
        exception=failure,
        exception_type=exception_type(failure) if failure else None,
        exception_text=exception_text(failure) if failure else None,
        result=result,
        callbacks=callbacks(refs) if refs is not None else (),
        created_at=where,
    )


_HANDLE = regex(
    rf"<(?P<cls>\w*Handle)(?: when=[-+.\deinfa]+)? (?P<name>[^\W\d][\w.]*+(?:<locals>[\w.]*+)*+)"
    rf"\((?P<arguments>(?:{_PLAIN}++|<\w{_PLAIN}*\w>)*+)\)(?: at (?P<at>(?!\s){_PLAIN}+?))?"
    rf"(?: created at (?P<created>{_PLAIN}+))?>"
)


def _usual_handle(raw: str, flat: str, shielded: str) -> ObjectRepr | None:
    found = _HANDLE.fullmatch(flat)
    if found is None:
        return None
    cls, name, arguments, at, created = found.groups()
    start, end = found.span("arguments")
    inside = shielded[start:end]
    if flat is not shielded and (
        not shielded.startswith(flat[:start])
        or not shielded.endswith(flat[end:])
        or inside.count("<") != inside.count(">")
    ):
        return None
    places = [place(text) if text is not None else None for text in (at, created)]
    if (at is None) is not (places[0] is None) or (created is None) is not (places[1] is None):
        return None
    if cls == "PipeHandle" or name.endswith("partial") or flat.count("created at ") != (created is not None):
        return None
    called = CallbackRef(name, arguments.removesuffix(","), places[0])
    return ObjectRepr(raw=raw, cls=cls, parsed=True, callback=called, created_at=places[1])


def parse_repr(text: str) -> ObjectRepr:
    """Parse any repr; never raises. What is not understood is `parsed=False` with `raw` only."""
    return _parse(text.strip(), 0)


def _parse(raw: str, depth: int) -> ObjectRepr:
    return _BY_DEPTH[min(depth, _DEPTH)](raw)


def _read(raw: str, depth: int) -> ObjectRepr:
    if "\n" in raw:
        return best_reading(raw, lambda flat: _flat(raw, flat, depth))
    return _flat(raw, raw, depth)


def _flat(raw: str, flat: str, depth: int) -> ObjectRepr:
    if not flat.startswith("<"):
        return parse_legacy(raw, flat)
    if depth < _DEPTH and (usual := _usual(raw, flat, depth)) is not None:
        return usual
    body, masked, closed = _body(flat)
    head = _CLASS.match(body)
    if head is None or depth >= _DEPTH:
        return ObjectRepr(raw=raw, cls=head.group() if head else "")
    known = ObjectRepr(raw=raw, cls=head.group(), parsed=True)
    rest = head.end()
    if known.cls in _COROUTINES:
        return replace(known, coroutine=coroutine(flat))
    if known.cls in _FUNCTIONS or known.cls.startswith("built-in"):
        name = named_object(flat)
        return replace(known, callback=CallbackRef(name) if name else None)
    if known.cls.endswith("CoroWrapper"):
        created, end = _created(body, masked)
        return replace(known, coroutine=coroutine(body[rest:end].rstrip(", ")), created_at=created)
    if known.cls.endswith("Handle") and known.cls != "PipeHandle":
        return _handle(known, body, masked, rest)
    if _is_future(masked, rest):
        return _future(known, body, masked, rest, depth)
    return _other(known, body, masked, rest, closed)


def _body(flat: str) -> tuple[str, str, bool]:
    """The text between the outermost `<` and its `>`, the same masked, and whether that `>` is there."""
    if flat.endswith(">"):
        inside = Spans(flat[1:-1])
        if not inside.left and not inside.extra:
            return flat[1:-1], inside.masked(), True
    body, closed = _unbalanced_body(flat)
    return body, mask(body, cut=not closed), closed


def _unbalanced_body(flat: str) -> tuple[str, bool]:
    spans = Spans(flat)
    if spans.closed and spans.closed[0][0] == 0:
        end = spans.closed[0][1]
        # closers left over behind the end: something inside is unbalanced, and the last `>` is ours
        if spans.extra and flat.endswith(">"):
            end = len(flat)
        return flat[1 : end - 1], True
    if flat.endswith(">") and spans.left and not _opens_known_part(flat, spans.left):
        return flat[1:-1], True
    return flat[1:], False


def _opens_known_part(flat: str, left: list[int]) -> bool:
    """Whether a part that asyncio itself always closes is still open: then the text was cut, not badly nested."""
    return any(flat.endswith(("coro=", "wait_for=", " cb="), 0, start) for start in left)


def _created(body: str, masked: str, end: int | None = None) -> tuple[Place | None, int]:
    """The object's own `created at`, and where the text before it ends."""
    end = len(masked) if end is None else end
    at = masked.rfind(" created at ", 0, end)
    if at < 0:
        return None, end
    where = place(body[at + 12 : end]) or place(_MORE.split(body[at + 12 : end], maxsplit=1)[0])
    return (where, at) if where else (None, end)


def _is_future(masked: str, start: int) -> bool:
    return _STATE.match(masked, start) is not None or any(masked.find(word, start) >= 0 for word in _FUTURE_WORDS)


def _future(known: ObjectRepr, body: str, masked: str, start: int, depth: int) -> ObjectRepr:
    created, end = _created(body, masked)
    refs: tuple[CallbackRef, ...] = ()
    if masked.endswith("]", 0, end):
        opened = masked.rfind(" cb=[", start, end)
        if opened >= 0:
            refs, end = callbacks(body[opened + 5 : end - 1]), opened
    outcome = {}
    for word in ("exception", "result"):
        at = masked.find(f" {word}=", start, end)
        if at >= 0:
            outcome[word], end = body[at + len(word) + 2 : end].strip(), at
            break
    state = _STATE.search(masked, start, end)
    name = _NAME.search(masked, start, end)
    wait_at = masked.find(" wait_for=", start, end)
    wait = body[wait_at + 10 : end].strip() if wait_at >= 0 else ""
    stop = wait_at if wait_at >= 0 else end
    coro_at = masked.find(" coro=", start, stop)
    if coro_at >= 0:
        coro = _inside(body, masked, coro_at + 6, stop)
    else:  # 2014: the bare coroutine follows the state
        coro = body[state.end() : stop].strip() if state else ""
        coro = coro if "()" in coro else ""
    failure = outcome.get("exception")
    return replace(
        known,
        state=state.group(1).lower() if state else "",
        name=_name(body, name) if name else None,
        coroutine=coroutine(coro),
        wait_for=_parse(wait, depth + 1) if wait else None,
        exception=failure,
        exception_type=_raised(failure, known.raw) if failure else None,
        exception_text=exception_text(failure) if failure else None,
        result=outcome.get("result"),
        callbacks=refs,
        created_at=created,
    )


def _raised(failure: str, raw: str) -> str | None:
    """The class of a printed exception; of one that prints itself as `<...>` over several lines, by the first."""
    if failure.startswith("<") and "\n" in raw:
        failure = raw[raw.find(" exception=<") + 11 :].partition("\n")[0]
    return exception_type(failure)


def _inside(body: str, masked: str, start: int, stop: int) -> str:
    """The value of `coro=<...>` without its brackets."""
    if masked[start : start + 1] != "<":
        return body[start:stop].strip()
    end = masked.find(">", start, stop)
    return body[start + 1 : end if end >= 0 else stop]


def _name(body: str, match: re.Match[str]) -> str | None:
    group = 1 if match.group(1) else 2
    text = body[match.start(group) : match.end(group)]
    return unquote(text) if group == 1 else text


_MORE = regex(r"(?<=\d) (?=\w+=)")  # what a subclass prints behind its place
_WHEN = regex(r" when=[-+.\deinfa]+")


def _handle(known: ObjectRepr, body: str, masked: str, start: int) -> ObjectRepr:
    created, end = _created(body, masked)
    state = ""
    if masked.startswith(" cancelled", start) and masked[start + 10 : start + 11] in ("", " "):
        state, start = "cancelled", start + 10
    when = _WHEN.match(masked, start)
    if when:
        start = when.end()
    return replace(known, state=state, callback=callee(body[start:end]), created_at=created)


def _other(known: ObjectRepr, body: str, masked: str, start: int, closed: bool) -> ObjectRepr:
    words = masked[start : start + 40].split()
    name = _NAME.search(masked, start)
    state = words[0] if words and words[0] in _TRANSPORT_STATES else ""
    text = _name(body, name) if name and name.group(1) else None
    # no `created at`: asyncio prints none without a state, so it is the text of somebody's own __repr__
    return replace(known, parsed=closed, state=state, name=text)


_BY_DEPTH = [remembered(functools.partial(_read, depth=depth)) for depth in range(_DEPTH + 1)]
