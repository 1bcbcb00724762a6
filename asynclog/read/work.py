"""Units of work in a log: the lines that say that a request, a job, a message was done."""

from __future__ import annotations

from collections.abc import Callable

from asynclog.errors import InputError, UsageError
from asynclog.read.inputs import Input
from asynclog.read.layout import clean
from asynclog.read.places import opened
from asynclog.read.streams import decompressed

LONGEST = 4096  # bytes of a line that are looked at


def count_work(source: Input, matches: Callable[[str], bool]) -> int:
    """How many lines of `source` match. A second pass over the file, made only where it is asked for."""
    if source.path == "-":
        raise UsageError("--per cannot count in standard input", "give a file")
    try:
        with opened(source.path) as raw:
            return sum(matches(clean(line[:LONGEST].rstrip(b"\n"))) for line in decompressed(raw, source.path))
    except OSError as error:
        raise InputError(f"{source.path}: {error.strerror}", "check that the file may be read") from None
