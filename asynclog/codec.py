"""Dataclasses to JSON and back, driven by their annotations, with a header that names the format and its version.

A file is `{"asynclog": {"format": "run", "version": 1}, "run": {...}}`. Fields that hold their default are left out,
severities go by name, integer keys as text, keys are sorted: equal objects give equal bytes.

History of the format `run`:
1: the first one.
"""

# JSON holds anything, and so do fields:
# ruff: noqa: ANN401

from __future__ import annotations

import enum
import functools
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from itertools import chain
from typing import Any, TypeVar, cast

from asynclog.errors import FormatError
from asynclog.model import Run, Severity
from asynclog.slotted import defaults

RUN_VERSION = 1
_HEADER = "asynclog"
_PLAIN = frozenset({str, int, bool, float, type(None)})
_MISSING: Any = object()
T = TypeVar("T")


def dump_run(run: Run) -> bytes:
    """A run as it is saved."""
    return pack("run", RUN_VERSION, run)


def load_run(data: bytes, name: str = "") -> Run:
    """The run saved in `data`; `name` is the file to be named in errors."""
    return unpack(data, "run", RUN_VERSION, Run, name)


def is_saved(head: bytes) -> bool:
    """Whether a file that begins with `head` is one of ours."""
    return b"".join(head[:200].removeprefix(b"\xef\xbb\xbf").split()).startswith(b'{"asynclog":{"format":')


def pack(kind: str, version: int, value: object) -> bytes:
    """`value`, a dataclass, as a document of format `kind`."""
    header = {"format": kind, "version": version}
    try:
        import orjson

        def piece(part: Any) -> Any:
            return orjson.Fragment(orjson.dumps(to_plain(part), option=orjson.OPT_SORT_KEYS))

        return orjson.dumps({_HEADER: header, kind: to_plain(value, piece)}, option=orjson.OPT_SORT_KEYS)
    except (ImportError, TypeError):
        return dumps({_HEADER: header, kind: to_plain(value)})


def unpack(data: bytes, kind: str, version: int, cls: type[T], name: str = "") -> T:
    """The object of `cls` in a document of format `kind`, of this `version` or older."""
    where = f"{name}: " if name else ""
    try:
        return _unpack(loads(data), kind, version, cls)
    except _PreciseNumber:
        import json

        return _unpack(json.loads(data), kind, version, cls)
    except ValueError as error:
        if isinstance(error, UnicodeDecodeError) or not is_saved(data[:200]):
            raise FormatError(f"{where}not a saved {kind} of asynclog (no JSON: {error})") from error
        raise FormatError(
            f"{where}the saved {kind} is damaged or cut off ({error})", "write it again; it was perhaps not complete"
        ) from error
    except FormatError as error:
        raise FormatError(f"{where}{error.message}", error.hint) from error


class _PreciseNumber(Exception):  # noqa: N818
    """An integer that the fast parser turned into a float."""


def _unpack(document: Any, kind: str, version: int, cls: type[T]) -> T:
    header = document.get(_HEADER) if isinstance(document, dict) else None
    if not isinstance(header, dict):
        raise FormatError(f"not a saved {kind} of asynclog", "it needs a file written by asynclog")
    if header.get("format") != kind:
        raise FormatError(f"this is a saved {header.get('format')}, not a saved {kind}")
    found = header.get("version")
    if not isinstance(found, int) or found < 1:
        raise FormatError(f"the saved {kind} names no version that exists ({found!r})")
    if found > version:
        raise FormatError(
            f"written by a newer asynclog (version {found} of the format, this one reads up to {version})",
            "update asynclog, or write the file again with this one",
        )
    if kind not in document:
        raise FormatError(f"the saved {kind} is empty: it has a header and nothing else")
    return cast("T", from_plain(cls, document[kind], kind))


# -- JSON ------------------------------------------------------------------------------------------------------------


def dumps(value: Any) -> bytes:
    """`value` as JSON with sorted keys: the same bytes whether or not orjson is there."""
    try:
        import orjson
    except ImportError:
        return _slow_dumps(value)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a lone surrogate or an integer of more than 64 bits
        return _slow_dumps(value)


def _slow_dumps(value: Any) -> bytes:
    import json

    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def loads(data: bytes) -> Any:
    """The value of JSON text; ValueError where it is none."""
    try:
        import orjson
    except ImportError:
        return _slow_loads(data)
    try:
        return orjson.loads(data)
    except ValueError:
        return _slow_loads(data)


def _slow_loads(data: bytes) -> Any:
    import json

    return json.loads(data)


# -- dataclasses -----------------------------------------------------------------------------------------------------


@functools.cache
def _defaults(cls: Hashable) -> tuple[tuple[str, Any], ...]:
    """(name, default or _MISSING) of each field."""
    given = defaults(cast("type", cls))
    return tuple((name, given.get(name, _MISSING)) for name in cast("Any", cls).__match_args__)


@functools.cache
def _fields(cls: Hashable) -> tuple[tuple[str, Any, Any], ...]:
    """(name, type, default or _MISSING) of each field."""
    found = _defaults(cls)
    hints = typing.get_type_hints(cast("type", cls))
    return tuple((name, hints[name], default) for name, default in found)


def to_plain(value: Any, piece: Callable[[Any], Any] | None = None) -> Any:
    """`value` in terms of dict, list, str, int, float, bool and None.

    `piece` gives what is to stand for a dataclass in a mapping: as JSON they take a tenth of the room.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Severity):
        return value.label
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple):
        return _items(value)
    if isinstance(value, Mapping):
        if piece is not None and value and hasattr(next(iter(value.values())), "__dataclass_fields__"):
            return {str(key): piece(item) for key, item in value.items()}
        pairs = dict(value.items())
        return dict(zip(map(str, pairs), _items(tuple(pairs.values())), strict=True))
    fields = ((name, getattr(value, name), default) for name, default in _defaults(value.__class__))
    return {
        name: item if type(item) in _PLAIN else to_plain(item, piece)
        for name, item, default in fields
        if item != default
    }


def _items(items: tuple[Any, ...]) -> list[Any]:
    """Each in plain terms; numbers and cells of numbers, of which there are very many, without a look at each."""
    kinds = set(map(type, items))
    if kinds <= _PLAIN:
        return list(items)
    if kinds == {tuple} and _PLAIN.issuperset(map(type, chain.from_iterable(items))):
        return list(map(list, items))
    return [to_plain(item) for item in items]


def from_plain(cls: Any, data: Any, path: str = "") -> Any:
    """The object of type `cls` that `to_plain` turned into `data`; FormatError names the path of what does not fit."""
    return _reader(cls)(data, path)


Reader = Callable[[Any, str], Any]


@functools.cache
def _reader(cls: Any) -> Reader:
    origin, arguments = typing.get_origin(cls), typing.get_args(cls)
    if origin in (typing.Union, types.UnionType):
        inner = [argument for argument in arguments if argument is not type(None)]
        if len(inner) == 1:
            read = functools.partial(_call, inner[0])
            return lambda data, path: None if data is None else read(data, path)
        return lambda data, path: data
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping_reader(*arguments)
    if isinstance(cls, type) and hasattr(cls, "__dataclass_fields__"):
        return functools.partial(_read_dataclass, cls)
    if cls is Severity:
        return _read_severity
    if isinstance(cls, type) and issubclass(cls, enum.Enum):
        return functools.partial(_read_enum, cls)
    if cls in (int, str, bool, float):
        return functools.partial(_read_scalar, cls)
    return lambda data, path: data


def _call(cls: Any, data: Any, path: str) -> Any:
    """Looked up late: types refer to themselves."""
    return _reader(cls)(data, path)


def _wrong(path: str, wanted: str, data: Any) -> FormatError:
    shown = repr(data)
    return FormatError(f"{path}: {wanted} expected, not {shown if len(shown) < 60 else shown[:57] + '...'}")


def _read_scalar(cls: type, data: Any, path: str) -> Any:
    if type(data) is cls:
        return data
    if cls is float and type(data) is int:
        return float(data)
    if cls is int and type(data) is float and data.is_integer() and abs(data) >= 2**63:
        raise _PreciseNumber
    raise _wrong(path, {int: "a number", str: "a text", bool: "true or false", float: "a number"}[cls], data)


def _read_severity(data: Any, path: str) -> Severity:
    for severity in Severity:
        if severity.label == data:
            return severity
    raise _wrong(path, "error, warning or info", data)


def _read_enum(cls: type[enum.Enum], data: Any, path: str) -> enum.Enum:
    try:
        return cls(data)
    except ValueError:
        raise _wrong(path, " or ".join(str(member.value) for member in cls), data) from None


def _tuple_reader(arguments: tuple[Any, ...]) -> Reader:
    def read(data: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(data, list):
            raise _wrong(path, "a list", data)
        kinds = [arguments[0]] * len(data) if len(arguments) == 2 and arguments[1] is Ellipsis else list(arguments)
        if len(kinds) != len(data):
            raise _wrong(path, f"a list of {len(kinds)}", data)
        return tuple(_reader(kind)(item, path) for kind, item in zip(kinds, data, strict=True))

    return read


def _mapping_reader(key_type: Any, value_type: Any) -> Reader:
    def read(data: Any, path: str) -> dict[Any, Any]:
        if not isinstance(data, dict):
            raise _wrong(path, "a mapping", data)
        value = _reader(value_type)
        if key_type is not int:
            return {key: value(item, f"{path}.{key}") for key, item in data.items()}
        try:
            return {int(key): value(item, f"{path}.{key}") for key, item in data.items()}
        except ValueError:
            raise _wrong(path, "whole numbers as keys", data) from None

    return read


def _read_dataclass(cls: type, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise _wrong(path, "a mapping", data)
    fields = _fields(cls)
    unknown = data.keys() - {name for name, _, _ in fields}
    if unknown:
        raise FormatError(f"{path}: unknown: {', '.join(sorted(unknown))}")
    values = {}
    for name, kind, default in fields:
        if name in data:
            values[name] = _reader(kind)(data[name], f"{path}.{name}")
        elif default is _MISSING:
            raise FormatError(f"{path}: {name} is missing")
    return cls(**values)
