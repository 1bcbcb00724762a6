"""Regular expressions that are compiled when they are first asked: most starts ask few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asynclog.patterns import compiled

__all__ = ["regex"]

if TYPE_CHECKING:
    from re import compile as regex
else:

    class regex:  # noqa: N801 - stands where `re.compile` would
        """What `re.compile` gives, later. Methods are kept once found: from then on they cost what those of `re` do."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self.pattern, self._flags = pattern, flags
            self._compiled: Any = None

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
            if name.startswith("__"):
                raise AttributeError(name)
            if self._compiled is None:
                self._compiled = compiled(self.pattern, self._flags)
            found = self.__dict__[name] = getattr(self._compiled, name)
            return found

        def __reduce__(self) -> tuple[Any, ...]:
            return regex, (self.pattern, self._flags)

        def __eq__(self, other: object) -> bool:
            return isinstance(other, regex) and (self.pattern, self._flags) == (other.pattern, other._flags)

        def __hash__(self) -> int:
            return hash((self.pattern, self._flags))

        def __repr__(self) -> str:
            return f"regex({self.pattern!r})"
