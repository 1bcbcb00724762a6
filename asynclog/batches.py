"""Echoes to a run: columns of times, durations and lines instead of a finding for each repeated record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from asynclog.aggregate.run import RunBuilder
from asynclog.model import Finding, Record, Timestamp
from asynclog.parse.message import duration
from asynclog.read.echoes import Clock, Echo

_PENDING = 20_000  # echoes that wait before they are counted together
_SINGLE = frozenset({"loop-lifecycle"})  # kinds whose order among others matters to the run


class _Column:
    """The echoes of one record that wait to be counted."""

    __slots__ = ("durations", "echoes", "lines", "micros", "single", "template", "unit")

    def __init__(self, template: Finding, unit: str | None) -> None:
        self.template = template
        self.unit = unit or "s"
        self.single = template.kind in _SINGLE
        self.micros: list[int | None] = []
        self.durations: list[int | None] = []
        self.lines: list[int] = []
        self.echoes: list[Echo] = []


class Batches:
    """Counts echoes into `builder`.

    `find` makes the finding of a record the long way, None where the record counts for nothing; `settled` tells whether
    its rule does not depend on what differs among echoes.
    """

    def __init__(
        self,
        builder: RunBuilder,
        find: Callable[[Record], tuple[Finding | None, bool]],
        again: Callable[[Echo], Record],
        unit_of: Callable[[str | None], str | None],
    ) -> None:
        self._builder = builder
        self._find = find
        self._again = again
        self._unit_of = unit_of
        self._clock = Clock()
        self._columns: dict[int, _Column | None] = {}
        self._firsts: list[Record] = []  # keeps ids alive
        self._waiting = 0

    def add(self, echo: Echo) -> None:
        """Count one echo."""
        key = id(echo.first)
        if key in self._columns:
            column = self._columns[key]
        else:
            column = self._columns[key] = self._column(echo.first)
        if column is None:
            finding, _ = self._find(self._again(echo))
            if finding is not None:
                self._builder.add(finding)
            return
        if column.single:
            self._builder.add(self._finding(column, echo))
            return
        column.micros.append(self._clock.micros(echo.time))
        number = echo.number
        column.durations.append(None if number is None else duration(number.decode(), column.unit))
        column.lines.append(echo.line)
        column.echoes.append(echo)
        self._waiting += 1
        if self._waiting >= _PENDING:
            self.flush()

    def _column(self, first: Record) -> _Column | None:
        self._firsts.append(first)
        finding, settled = self._find(first)
        if finding is None or not settled or finding.timestamp is None:
            return None
        micros = self._clock.micros(finding.timestamp.text.encode("utf-8", "backslashreplace"))
        return _Column(finding, self._unit_of(first.kind)) if micros == finding.timestamp.micros else None

    def flush(self) -> None:
        """Count all that waits, in the order of its first record."""
        for column in self._columns.values():
            if column is None or not column.echoes:
                continue
            echoes = column.echoes
            found: dict[int, Finding] = {}

            def finding_at(
                index: int, echoes: list[Echo] = echoes, found: dict[int, Finding] = found, column: _Column = column
            ) -> Finding:
                if index not in found:
                    made, _ = self._find(self._again(echoes[index]))
                    found[index] = made if made is not None else self._finding(column, echoes[index])
                return found[index]

            self._builder.add_many(column.template, column.micros, column.durations, column.lines, finding_at)
            column.micros, column.durations, column.lines, column.echoes = [], [], [], []
        self._waiting = 0
        if len(self._firsts) > _PENDING:
            self._columns.clear()
            self._firsts.clear()

    def _finding(self, column: _Column, echo: Echo) -> Finding:
        """The template with the echo's time, duration and place."""
        stamp = column.template.timestamp
        assert stamp is not None
        text = echo.time.decode("utf-8", "backslashreplace")
        return dataclasses.replace(
            column.template,
            timestamp=Timestamp(text, self._clock.micros(echo.time) or 0, stamp.dated, stamp.zone),
            duration=None if echo.number is None else duration(echo.number.decode(), column.unit),
            line=echo.line,
            offset=echo.offset,
        )
