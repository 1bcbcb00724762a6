"""Where reports go: standard output, or files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from asynclog.errors import UsageError


@dataclass(frozen=True, slots=True)
class Target:
    """One `-f NAME[:FILE]`: `file` is None for standard output."""

    format: str
    file: str | None = None


def targets(formats: Iterable[str], output: str | None, default: str) -> tuple[Target, ...]:
    """The targets that `-f` and `-o` name; raises UsageError where two would share one place."""
    found = []
    for text in formats or (default,):
        name, _, file = text.partition(":")
        found.append(Target(name, file or None))
    if output is not None:
        loose = [target for target in found if target.file is None]
        if len(loose) != 1:
            raise UsageError(
                "-o goes with one format", "give each format its own file: -f json:run.json -f html:run.html"
            )
        found[found.index(loose[0])] = Target(loose[0].format, output)
    places = [target.file for target in found]
    if len(set(places)) < len(places):
        raise UsageError(
            "two formats would be written to one place", "give each its own file: -f text -f json:run.json"
        )
    return tuple(found)


@contextlib.contextmanager
def writing(target: Target) -> Iterator[BinaryIO]:
    """The place to write to. A file is written beside itself under another name and renamed when it is complete."""
    if target.file is None or target.file == "-":
        try:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        except BrokenPipeError:  # the reader has seen enough: whatever is decided still holds
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    folder = os.path.dirname(target.file) or "."
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target.file)}.", suffix=".part", dir=folder)
    except OSError as error:
        raise UsageError(
            f"{target.file}: cannot be written: {error.strerror}", "check the folder and your rights in it"
        ) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target.file)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def write(target: Target, data: str | bytes) -> None:
    """Write a whole report."""
    with writing(target) as file:
        file.write(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
        if target.file is None and data and not data[-1:] in ("\n", b"\n"):
            file.write(b"\n")
