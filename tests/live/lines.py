"""The words of a rendered log: record, line, log, and how times and lines are written."""

import datetime
from dataclasses import dataclass, field


@dataclass
class Record:
    """One record of the log: the label to find it with (None: it must not be found), and what cannot be decided."""

    label: dict | None
    text: str
    created: float
    timed: bool = False
    """The log tells when it was written."""
    cut: bool = False
    """Other text hangs on to it that no reader could tell from its own: its exception is not scored."""
    undecidable: bool = False
    """No reader could tell that it starts here: missing it is no miss."""
    line: int = 0
    last_line: int = 0
    head_lines: int = 1
    """Lines at which it may be said to start."""
    host: "Record | None" = None
    """The record whose text it seems to continue: it may be said to start there."""

    def starts(self):
        """Every line at which a finding of this record may stand."""
        yield from range(self.line, self.line + self.head_lines)
        if self.host is not None:
            yield self.host.line


@dataclass
class Line:
    """One physical line, without its newline."""

    data: bytes
    record: Record | None
    first: bool = False
    ambiguous: bool = False
    """A continuation line in the very shape in which this format would start a record."""


@dataclass
class Log:
    """A rendered log and its truth."""

    data: bytes
    records: list[Record]
    ambiguous: set[int] = field(default_factory=set)


def moment(created):
    """A time stamp as a date in UTC."""
    return datetime.datetime.fromtimestamp(created, datetime.UTC)


def asctime(entry, separator=","):
    """The time of an entry as ``logging`` writes it."""
    when = moment(entry["created"])
    return f"{when:%Y-%m-%d %H:%M:%S}{separator}{when.microsecond // 1000:03d}"


def iso(entry, digits=6):
    """The time of an entry in ISO 8601."""
    return iso_time(entry["created"], digits)


def iso_time(created, digits=6):
    """A time stamp in ISO 8601, without a zone."""
    when = moment(created)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}"[: 20 + digits].ljust(20 + digits, "0")


def split_lines(text):
    """The physical lines of a text, as a collector sees them: only a newline ends one."""
    return text[:-1].split("\n") if text.endswith("\n") else text.split("\n")
