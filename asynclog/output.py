"""Where reports go: standard output, or files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from asynclog.errors import UsageError
from asynclog.slotted import dataclass

_STREAMS = (None, "-", "/dev/stdout", "/dev/stderr")  # the last two may lead to a file that is not ours to replace


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


def spare(targets: Iterable[Target], inputs: Iterable[str]) -> None:
    """Raise UsageError where a target would replace one of the files that are read."""
    for target in targets:
        for path in inputs:
            with contextlib.suppress(OSError):  # neither is there, so neither is lost
                if target.file and os.path.isfile(target.file) and os.path.samefile(target.file, path):
                    raise UsageError(f"{target.file}: is read, so nothing is written to it", "name another file")


@contextlib.contextmanager
def writing(target: Target) -> Iterator[BinaryIO]:
    """The place to write to. A file is written beside itself under another name and renamed when it is complete."""
    stream = sys.stderr if target.file == "/dev/stderr" else sys.stdout
    if target.file in _STREAMS:
        if stream is None:
            raise UsageError("standard output is closed", "write to a file with -o FILE")
        if not hasattr(stream, "buffer"):  # a StringIO that stands in for it
            kept = io.BytesIO()
            yield kept
            stream.write(kept.getvalue().decode("utf-8", "replace"))
            return
        try:
            yield stream.buffer
            stream.buffer.flush()
        except BrokenPipeError:  # the reader has seen enough: whatever is decided still holds
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if os.path.isdir(target.file):
        raise UsageError(f"{target.file}: is a folder", "name a file in it")
    place = os.path.realpath(target.file)  # a link keeps leading there
    try:
        if os.path.exists(target.file) and not os.path.isfile(target.file):
            with open(target.file, "wb") as device:  # a device or pipe is written to, never replaced
                yield device
            return
        import tempfile  # imports half of the standard library

        handle, temporary = tempfile.mkstemp(
            prefix=f".{os.path.basename(place)}.", suffix=".part", dir=os.path.dirname(place)
        )
    except OSError as error:
        raise _unwritable(target.file, error) from None
    try:
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(temporary, 0o666 & ~umask)
            os.replace(temporary, place)
        except OSError as error:
            raise _unwritable(target.file, error) from None
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _unwritable(file: str, error: OSError) -> UsageError:
    return UsageError(
        f"{file}: cannot be written: {error.strerror}", "check the folder, its space and your rights in it"
    )


def save(folder: str, name: str, data: bytes) -> str:
    """Write `data` whole to a file of its own in `folder`, which is made where it is missing; its path.

    The file is called `name.json`, or `name-2.json` and so on where that is taken: two at once never overwrite each
    other, because a finished file is linked to its name and a link never replaces anything.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        import tempfile  # imports half of the standard library

        handle, temporary = tempfile.mkstemp(prefix=".saving-", suffix=".part", dir=folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written to: {error.strerror}", "check your rights in it") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        for number in range(1, 10_000):
            path = os.path.join(folder, f"{name}.json" if number == 1 else f"{name}-{number}.json")
            with contextlib.suppress(FileExistsError):
                _place(temporary, path)
                return path
        raise UsageError(f"{folder}: holds too many reports named {name}", "give the runs labels of their own")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written to: {error.strerror}", "is the disk full?") from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)


def _place(temporary: str, path: str) -> None:
    """Give a finished file its name; FileExistsError where it is taken."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: take the name first, then fill it
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        os.replace(temporary, path)


def write(target: Target, data: str | bytes) -> None:
    """Write a whole report."""
    with writing(target) as file:
        file.write(data.encode("utf-8", "backslashreplace") if isinstance(data, str) else data)
        if target.file is None and data and data[-1:] not in ("\n", b"\n"):
            file.write(b"\n")
