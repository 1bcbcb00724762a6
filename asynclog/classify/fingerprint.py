"""The stable identity of a problem: a readable signature, its hash, and the keys by which two logs are matched.

A signature never holds what another run changes: line numbers, addresses, task numbers, descriptors, ports, arguments,
path roots, Python versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from asynclog.lazy import regex
from asynclog.model import Frame

try:  # what `hashlib.blake2b` is; that module also loads OpenSSL, which takes longer than all of this one
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

#: The version stands in every signature and so in every fingerprint. Change it whenever a signature changes.
#: 1  kind, exception, what, site, coroutine or callback, object, message
VERSION = 1

PREFIX = f"asynclog/v{VERSION}"

#: What `fingerprint:` of a rule may name besides `field.NAME`: the parts of the usual signature (`default` for all of
#: them) and what splits its groups further.
DEFAULT = ("exception", "what", "site", "coroutine", "callback", "object", "message")
EXTRA = ("exception.message", "failure", "logger", "state", "text", "test", "site.file")
PARTS = ("default", *DEFAULT, *EXTRA)

#: The longest masked message that a signature keeps.
MESSAGE = 120

#: Names beyond this length are cut.
LONGEST = 2000

_ADDRESS = regex(r" at (?:0x[0-9A-Fa-f]+|(?=[A-Fa-f]*\d)[0-9A-Fa-f]{6,})\b|\b0x[0-9A-Fa-f]+")
_WRAPPED = regex(
    r"^<(?:bound method|built-in method|function|cyfunction|cython_function_or_method|method-wrapper"
    r"|(?:[\w.]+\.)?(?:coroutine|async_generator|generator) object) (?!at )(?P<name>[^\s<>]*(?:<\w+>[^\s<>]*)*)"
)
_PARTIAL = regex(r"^functools\.partial(?:method)?\((?P<inner>.*)", re.DOTALL)
_C_SUFFIX = regex(r" \(\S+:\d+\)$")
_REPR = regex(r"<([A-Za-z_][\w.]*) [^<>]*>")
_SHORT = regex(r"‹([^‹›]*)›")
_QUOTED = regex(r"'(?:[^'\\]|\\.){0,400}'|\"(?:[^\"\\]|\\.){0,400}\"")
_UUID = regex(r"\b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b")
_NUMBER = regex(r"\b(?:0x)?(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{6,}\b|\d+")
_RANDOM = regex(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{24,}(?![A-Za-z0-9])")

#: One name for what Python versions call differently.
_EXCEPTIONS = {"timeout": "TimeoutError", "IOError": "OSError", "CertificateError": "SSLCertVerificationError"}
_CALLEES = {
    "<TaskWakeupMethWrapper object>": "Task.task_wakeup",
    "Task._wakeup": "Task.task_wakeup",
    "Task.__wakeup": "Task.task_wakeup",
    "<TaskStepMethWrapper object>": "Task.__step",
    "<TaskSendMethWrapper object>": "Task.__step",
    "Task._step": "Task.__step",
    "ensure_future.<locals>._wrap_awaitable": "_wrap_awaitable",
    "async_generator_athrow": "<async_generator_athrow without __name__>",
    "async_generator_asend": "<async_generator_asend without __name__>",
}


# -- names -----------------------------------------------------------------------------------------------------------


def callee(name: str) -> str:
    """A coroutine or callback as it is called, without address, arguments or trailing `()`."""
    return _callee(name[:LONGEST])


@lru_cache(maxsize=4096)
def _callee(name: str) -> str:
    name = name.strip()
    for _ in range(3):
        if partial := _PARTIAL.match(name):
            name = partial["inner"]
        if (wrapped := _WRAPPED.match(name)) and wrapped["name"]:
            name = wrapped["name"]
    if "0x" in name or " at " in name:
        name = _ADDRESS.sub("", name)
    while name.endswith("()"):
        name = name[:-2]
    return name


def bare(name: str) -> str:
    """The last component of a name: what a frame calls a function that a repr calls by its qualname."""
    if name.startswith("<") and name.endswith(">") and " " in name:
        return name
    return _C_SUFFIX.sub("", name).rpartition(".")[2]


def exception_name(exception: str) -> str:
    """An exception type under one name for all Python versions: the class without its module."""
    name = exception.rpartition(".")[2]
    return _EXCEPTIONS.get(name, name)


def same_exception(one: str, other: str) -> bool:
    """Whether two spellings (a repr has the class, a traceback the module too) name one type."""
    return exception_name(one) == exception_name(other)


def masked(text: str) -> str:
    """The first line of a message without what changes from record to record."""
    text = text.strip().partition("\n")[0][: 8 * MESSAGE]
    for _ in range(4):  # a repr may hold others; only its class counts
        text = _REPR.sub(r"‹\1›", text)
    text = _SHORT.sub(r"<\1>", text)
    for pattern, mask in ((_ADDRESS, ""), (_QUOTED, "'*'"), (_UUID, "*"), (_RANDOM, "*"), (_NUMBER, "#")):
        text = pattern.sub(mask, text)
    return text[:MESSAGE]


# -- signature -------------------------------------------------------------------------------------------------------


def signature(
    kind: str,
    *,
    exception: str | None = None,
    what: str | None = None,
    path: str | None = None,
    function: str | None = None,
    coroutine: str | None = None,
    callback: str | None = None,
    cls: str | None = None,
    message: str | None = None,
) -> str:
    """The readable identity of a problem. `path` is a normal path, the names are as printed; only given parts appear.

    `cls` and `message` count only where nothing better is there.
    """
    parts = [PREFIX, f"kind={kind}"]
    if exception:
        parts.append(f"exception={_part(exception_name(exception))}")
    if what:
        parts.append(f"what={_part(masked(what))}")
    if path:
        parts.append(f"site={_part(path)}" + (f":{_part(bare(callee(function)))}" if function else ""))
    if coroutine:
        parts.append(f"coroutine={_part(_called(coroutine))}")
    elif callback:
        parts.append(f"callback={_part(_called(callback))}")
    if cls and not (what or coroutine or callback or (path and function)):
        parts.append(f"object={_part(cls)}")
    if message:
        parts.append(f"message={_part(masked(message))}")
    return "|".join(parts)


def refined(text: str, wanted: Sequence[str], view: Mapping[str, object]) -> str:
    """A signature with the parts that a rule names instead of the usual ones; its kind always stays."""
    parts = parts_in(text)
    kept = [key for key in DEFAULT if key in parts and (key in wanted or "default" in wanted)]
    result = [PREFIX, f"kind={parts['kind']}", *(f"{key}={parts[key]}" for key in kept)]
    for key in sorted(set(wanted) - {"default", *DEFAULT}):
        values = [view.get(name) for name in (("failure.file", "failure.function") if key == "failure" else (key,))]
        said = [str(value[-1] if isinstance(value, tuple) else value) for value in values if value is not None]
        if said:
            result.append(f"{key}={_part(masked(':'.join(said)))}")
    return "|".join(result)


def fingerprint(text: str) -> str:
    """The hash of a signature: 16 hex digits."""
    return blake2b(text.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _called(name: str) -> str:
    name = callee(name)
    return _CALLEES.get(name, name)


def _part(text: str) -> str:
    return text.replace("%", "%25").replace("|", "%7C").replace("\n", "%0A")


# -- matching two logs -----------------------------------------------------------------------------------------------


_CALLED = ("coroutine", "callback")


class Signed(Protocol):
    """A finding or a group."""

    @property
    def signature(self) -> str:
        """Its readable identity."""


def parts_in(text: str) -> dict[str, str]:
    """The named parts of a signature, as written there."""
    return dict(part.split("=", 1) for part in text.split("|")[1:] if "=" in part)


def ladder(
    item: Signed, chain: Sequence[Frame] | None, normal_path: Callable[[str], str], failure: Sequence[Frame] = ()
) -> tuple[str, ...]:
    """The keys by which one problem is found again in another log, strictest first.

    `chain:` all user frames of the creation · `site:` the place of creation · `file:` the same in another folder ·
    `caller:` one of the two innermost user frames, which finds a creating function that was renamed or wrapped ·
    `coroutine:` the coroutine or callback, or the function that raised, without any place · `renamed:` the chain
    without the coroutine. A key is missing where the record does not tell; what knows its kind alone has one `kind:`.
    """
    parts = parts_in(item.signature)
    place = {key: parts[key] for key in parts if key != "message"}
    what = {key: place[key] for key in place if key not in ("site", *_CALLED)}
    called = {key: place[key] for key in _CALLED if key in place}
    frames = [_frame(frame, normal_path) for frame in chain or ()]
    who = called or ({"raised": _frame(failure[-1], normal_path).rpartition("/")[2]} if failure else {})
    keys: list[str] = []
    if frames:
        keys.append(f"chain:{_joined(place)}|chain={'>'.join(frames)}")
    if "site" in place:
        keys.append(f"site:{_joined(place)}")
        keys.append(f"file:{_joined(place | {'site': place['site'].rpartition('/')[2]})}")
    if who:
        inner = {key: who[key].rpartition("<locals>.")[2] for key in who}
        keys += [f"caller:{_joined(what | inner)}|by={frame}" for frame in frames[:-3:-1]]
        keys.append(f"coroutine:{_joined(what | who)}")
    if frames and called:
        keys.append(f"renamed:{_joined(what)}|chain={'>'.join(frames)}")
    return tuple(keys) or (f"kind:{_joined(parts)}",)


def _frame(frame: Frame, normal_path: Callable[[str], str]) -> str:
    return f"{_part(normal_path(frame.file))}:{_part(bare(frame.function or ''))}"


def _joined(parts: dict[str, str]) -> str:
    return "|".join(f"{key}={value}" for key, value in parts.items())
