"""Findings that differ in time, duration, line, name of the task and identifiers in a message only, as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from asynclog.model import Finding, Timestamp
from asynclog.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """Findings like `template`, in log order. `stamp_at` gives the time of an index; it is asked for the few that stay.

    `tasks` counts the names of their tasks and `messages` those of their exceptions, where they differ from the template's.
    """

    template: Finding
    micros: Sequence[int | None]
    durations: Sequence[int | None]
    lines: Sequence[int]
    stamp_at: Callable[[int], Timestamp | None]
    tasks: Mapping[str | None, int] | None = None
    messages: Mapping[str, int] | None = None

    def __len__(self) -> int:
        return len(self.lines)
