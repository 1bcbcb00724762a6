"""Places (`FILE:LINE`), coroutines and callbacks as they stand inside reprs."""

from __future__ import annotations

from asynclog.lazy import regex
from asynclog.model import CallbackRef, CoroutineRef, Place
from asynclog.parse.brackets import FILL, mask, split_outer
from asynclog.parse.memo import remembered

_STATES = (
    ("running at ", "running"),
    ("done, defined at ", "done"),
    ("running, defined at ", ""),
    ("done at ", "done"),
    ("defined at ", ""),
    ("at ", ""),
)
_NAMED = regex(
    r"<?(?:function|bound method|built-in method|built-in function|cyfunction|cython_function_or_method"
    r"|coroutine object|generator object|async_generator object)\s+'?(?P<name>[^\s']+)"
)
_PARTIAL = regex(r"(?:functools\.)?partial\(")
_MORE = regex(r"<\d+ more>")


def place(text: str) -> Place | None:
    """`FILE:LINE`, split at the last colon; None when no line number ends the text."""
    file, colon, line = text.strip().rpartition(":")
    if not colon or not file or not line.isdecimal() or not line.isascii() or len(line) > 9:
        return None
    return Place(file, int(line))


@remembered
def coroutine(text: str) -> CoroutineRef | None:
    """The inside of `coro=<...>`, or `f() at F:L` of the reprs before 3.4.2."""
    text = text.strip()
    if not text:
        return None
    named = _NAMED.match(text)
    if named:
        return CoroutineRef(named.group("name"))
    masked = mask(text)
    call = masked.find("() ")
    if call < 0:
        end = masked.find("()")  # behind it stands what was pasted after a repr that is cut there
        return CoroutineRef(text[:end].strip() if end > 0 else text)
    tail = masked[call + 3 :]
    if tail == "running":
        return CoroutineRef(text[:call], "running")
    for words, state in _STATES:
        if tail.startswith(words):
            return CoroutineRef(text[:call], state, place(text[call + 3 + len(words) :]))
        if tail.startswith((f"{words[:-1]}/", f"{words[:-1]}<")):  # a wrap took the blank
            return CoroutineRef(text[:call], state, place(text[call + 2 + len(words) :]))
    return CoroutineRef(text[:call])


def named_object(text: str) -> str | None:
    """The qualname in `<function f at 0x..>`, `<bound method C.m of <..>>`, `<coroutine object f at 0x..>`."""
    match = _NAMED.match(text) if text.startswith("<") else None
    if match is None:
        return None
    name = match.group("name")
    return name.removesuffix(">") if name.count(">") > name.count("<") else name


def callee(text: str) -> CallbackRef | None:
    """`f(args)(more) at FILE:LINE` as printed by a handle, by `cb=[...]` and by "Exception in callback"."""
    text = text.strip()
    if not text:
        return None
    masked = mask(text)
    where = None
    at = masked.find(") at ")
    if at >= 0:
        where = place(text[at + 5 :])
        if where is not None:
            text, masked = text[: at + 1], masked[: at + 1]
    start = len(masked)
    while start and masked[start - 1] == ")":
        opened = masked.rfind("(", 0, start - 1)
        if opened < 0 or masked.count(FILL, opened, start) != start - opened - 2:
            break
        start = opened
    name = text[:start]
    arguments = text[start + 1 : -1].removesuffix(",") if start < len(text) else ""
    if _PARTIAL.fullmatch(name + "("):
        return _partial(arguments, where)
    return CallbackRef(named_object(name) or name, arguments, where)


def _partial(arguments: str, where: Place | None) -> CallbackRef:
    parts = split_outer(arguments, mask(arguments))
    return CallbackRef(named_object(parts[0]) or parts[0], ", ".join(parts[1:]), where)


@remembered
def callbacks(text: str) -> tuple[CallbackRef, ...]:
    """The inside of `cb=[...]`. A comma inside a path does not split: every callback has parentheses."""
    found: list[list[str]] = []
    for part in split_outer(text, mask(text)):
        if not found or part.endswith(")") or ") at " in part or part.startswith("<"):
            found.append([part])
        else:
            found[-1].append(part)
    refs = (callee(", ".join(parts)) for parts in found if not _MORE.fullmatch(parts[0]))
    return tuple(ref for ref in refs if ref is not None)
