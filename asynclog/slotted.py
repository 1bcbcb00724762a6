"""Slotted dataclasses that cost little until they are used.

`dataclasses.dataclass` writes and compiles six methods of each class while its module is imported, half a millisecond a
class: with a hundred classes, a fifth of a start. Here the methods are shared, and `__init__` is compiled when some objects
were made (and sets slots directly: objects are made in half the time). To type checkers these are dataclasses; so
they are to `dataclasses.fields`, `asdict` and `replace`, to `copy` and `pickle`.
"""

# Fields hold anything:
# ruff: noqa: ANN401

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "defaults", "field", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:

    def dataclass(*, slots: bool, frozen: bool = False, repr: bool = True) -> Callable[[type], type]:
        """What `dataclasses.dataclass` means by the same words; `slots` must be true. No `__post_init__`, no `ClassVar`."""
        if not slots:
            raise TypeError("for classes with slots")
        return lambda cls: _slotted(cls, frozen, repr)

    class field:  # noqa: N801 - named like what it stands for
        """How a field differs from one that has a value or nothing after its type."""

        __slots__ = ("default", "options")

        def __init__(self, **options: Any) -> None:
            self.options = options
            self.default = _Factory(options["default_factory"]) if "default_factory" in options else options["default"]

    def replace(one: Any, /, **changes: Any) -> Any:
        """A copy of `one` with these fields changed."""
        for name in one.__match_args__:
            if name not in changes:
                changes[name] = getattr(one, name)
        return one.__class__(**changes)


_FEW = 8  # objects of a class, after which it pays to compile its `__init__`


class _Factory:
    """A default that is made anew for each object."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


class _Described:
    """`__dataclass_fields__` and `__dataclass_params__`: what `dataclasses` says of such a class, when it asks."""

    def __init__(self, annotations: dict[str, Any], given: dict[str, Any], frozen: bool) -> None:
        self.annotations, self.given, self.frozen = annotations, given, frozen
        self._name, self._value = "", None

    def __set_name__(self, cls: type, name: str) -> None:
        self._name = name

    def __get__(self, one: object, cls: type) -> Any:
        if self._value is None:
            import dataclasses

            values = {
                name: dataclasses.field(**value.options) if value.__class__ is field else value
                for name, value in self.given.items()
            }
            body = {**values, "__annotations__": self.annotations, "__module__": cls.__module__}
            described: type = dataclasses.dataclass(frozen=self.frozen)(type(cls.__name__, (), body))
            self._value = getattr(described, self._name)
        return self._value


def defaults(cls: type) -> dict[str, Any]:
    """What the fields of a dataclass made here hold where nothing is said; of those that may be left out."""
    given: dict[str, Any] = cls.__dict__["__dataclass_fields__"].given
    plain = ((name, value.default if value.__class__ is field else value) for name, value in given.items())
    return {name: value.make() if value.__class__ is _Factory else value for name, value in plain}


def _slotted(cls: type, frozen: bool, shown: bool) -> type:
    """`cls` made again, with slots for its annotations and the methods that its fields ask for."""
    body = dict(cls.__dict__)
    annotations: dict[str, Any] = body.get("__annotations__", {})
    given = {name: body.pop(name) for name in annotations if name in body}
    options = {name: value.options for name, value in given.items() if value.__class__ is field}
    defaults = {name: value.default if name in options else value for name, value in given.items()}
    names = tuple(annotations)
    compared = [name for name in names if options.get(name, {}).get("compare", True)]
    said = [name for name in names if options.get(name, {}).get("repr", True)]
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda one: ()

    few = _FEW

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807
        nonlocal few
        if few > 0 and _filled(self, names, defaults, values, named):
            few -= 1
            return
        made.__init__ = _init(made, names, defaults, frozen)  # type: ignore[misc]
        made.__init__(self, *values, **named)  # type: ignore[misc]

    def __eq__(self: Any, other: Any) -> bool:  # noqa: N807
        return key(self) == key(other) if other.__class__ is made else NotImplemented

    def __repr__(self: Any) -> str:  # noqa: N807
        return f"{made.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in said)})"

    methods: dict[str, Any] = {"__init__": __init__, "__eq__": __eq__}
    if shown:
        methods["__repr__"] = __repr__
    methods["__hash__"] = None
    if frozen:
        methods |= _FROZEN
        methods["__hash__"] = lambda self: hash(key(self))
    for name in ("__dict__", "__weakref__"):
        body.pop(name, None)
    own: dict[str, Any] = {"__slots__": names, "__match_args__": names}
    own |= {f"__dataclass_{name}__": _Described(annotations, given, frozen) for name in ("fields", "params")}
    made = type(cls)(cls.__name__, cls.__bases__, {**methods, **body, **own})
    return made


def _filled(
    one: object, names: tuple[str, ...], defaults: dict[str, Any], values: tuple[Any, ...], named: dict[str, Any]
) -> bool:
    """Whether `one` was given its values; not where they are not as they should be: `__init__` knows what to say."""
    given = dict(zip(names, values, strict=False)) | named
    if len(given) < len(values) + len(named) or given.keys() | defaults.keys() != set(names):
        return False
    for name in names:
        value = given[name] if name in given else defaults[name]
        object.__setattr__(one, name, value.make() if value.__class__ is _Factory else value)
    return True


def _init(cls: type, names: tuple[str, ...], defaults: dict[str, Any], frozen: bool) -> Any:
    """`__init__` of `cls`. Slots are set past `__setattr__`, which a frozen class refuses."""
    scope: dict[str, Any] = {"new": _Factory}
    lines = []
    for at, name in enumerate(names):
        scope[f"_{at}"] = cls.__dict__[name].__set__
        fresh = defaults.get(name).__class__ is _Factory
        lines.append(
            f"_{at}(self,{name}.make() if {name}.__class__ is new else {name})" if fresh else f"_{at}(self,{name})"
        )
    exec(f"def __init__(self,{','.join(names)}):\n {';'.join(lines) or 'pass'}", scope)
    init = scope["__init__"]
    init.__defaults__ = tuple(defaults[name] for name in names if name in defaults)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _refuse(self: Any, name: str, value: Any = None) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__match_args__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


_FROZEN = {"__setattr__": _refuse, "__delattr__": _refuse, "__getstate__": _state, "__setstate__": _restore}
