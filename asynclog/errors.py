"""The error tree: what the user can do something about. Anything else is a bug and keeps its traceback."""

from __future__ import annotations


class AsynclogError(Exception):
    """An error with a way out. `hint` tells what to do about it; the command line prints both and exits 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AsynclogError):
    """Options or arguments that cannot be used as given."""


class InputError(AsynclogError):
    """An input that does not exist, cannot be read, or is no log."""


class RuleError(AsynclogError):
    """A rule file that cannot be used. `problems` holds one `FILE:LINE: text` for each mistake."""

    def __init__(self, problems: tuple[str, ...], hint: str = "") -> None:
        super().__init__("\n".join(problems), hint)
        self.problems = problems


class FormatError(AsynclogError):
    """A saved report or baseline of a version or shape that this release cannot read."""
