"""What the user named: files, globs, folders, standard input; rotated sets in the order of time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from asynclog import codec
from asynclog.errors import InputError
from asynclog.lazy import regex
from asynclog.read.places import is_url, matching, opened, size_of
from asynclog.slotted import dataclass

_LOG_NAME = regex(r"\.(?:log|out|err|jsonl|txt)(?=$|[.\-_]\d|\.(?:gz|bz2|xz|zst)$|[.-]\d{4})", re.IGNORECASE)
_ROTATION = regex(
    r"^(?P<stem>.*?\.(?:log|out|err|jsonl|txt))(?:[.\-_](?P<turn>\d[\d.T_:-]*))?(?:\.(?:gz|bz2|xz|zst))?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Input:
    """One source of log bytes: `path` as given or found, "-" for standard input; `size` at opening, None where unknown.

    `at` is where it is opened, where that is not `path`.
    """

    path: str
    index: int
    size: int | None = None
    at: str = ""

    @property
    def place(self) -> str:
        """Where it is opened."""
        return self.at or self.path


def expand(arguments: Iterable[str]) -> tuple[Input, ...]:
    """The inputs that `arguments` name, each once, rotated sets oldest first.

    Raises InputError, with all that is wrong, for names that lead nowhere.
    """
    paths: list[str] = []
    problems: list[str] = []
    for argument in arguments:
        if argument == "-":
            paths.append(argument)
        elif is_url(argument):
            found = matching(argument)
            if not found:
                problems.append(f"{argument}: no file matches this pattern")
            paths.extend(_by_time(found))
        elif os.path.isdir(argument):
            found = _in_folder(argument)
            if not found:
                problems.append(
                    f"{argument}: no log in this folder (names with .log, .out, .err, .jsonl or .txt, also packed or "
                    "rotated) and no saved report (.json)"
                )
            paths.extend(found)
        elif os.path.exists(argument):
            paths.append(argument)
        elif any(sign in argument for sign in "*?["):
            import glob

            matches = sorted(path for path in glob.glob(argument, recursive=True) if os.path.isfile(path))
            if not matches:
                problems.append(f"{argument}: no file matches this pattern")
            paths.extend(_by_time(matches))
        else:
            problems.append(f"{argument}: no such file or folder")
    if problems:
        raise InputError("\n".join(problems), "check the names; quote patterns so that the shell leaves them alone")
    unique = list(dict.fromkeys(paths))
    return tuple(Input(path, index, size_of(path)) for index, path in enumerate(unique))


def sets_of(argument: str) -> tuple[tuple[str | None, tuple[str, ...]], ...]:
    """The runs that one argument names, each with its label: `label=path`, or the files of a folder or pattern.

    The rotated files of one log are one run. Raises InputError for names that lead nowhere.
    """
    label, equals, path = argument.partition("=")
    if equals and not os.path.exists(argument):
        return tuple((label, paths) for _, paths in sets_of(path))
    found = [source.path for source in expand([argument])]
    if len(found) == 1:
        return ((None, (found[0],)),)
    sets: dict[str, list[str]] = {}
    for file in found:
        name = _ROTATION.match(os.path.basename(file))
        stem = os.path.join(os.path.dirname(file), name["stem"]) if name else file
        sets.setdefault(stem, []).append(file)
    return tuple((os.path.basename(stem), tuple(files)) for stem, files in sets.items())


def names_of(files: Sequence[tuple[str | None, str]]) -> list[str]:
    """What runs are called that have a label or only a path: its last part, with as many folders as tell them apart."""
    names = [label or os.path.basename(path) for label, path in files]
    folders = [os.path.dirname(path).replace(os.sep, "/").strip("/").split("/") for _, path in files]
    result = list(names)
    for name in {name for name in names if names.count(name) > 1}:
        alike = [index for index, other in enumerate(names) if other == name]
        for depth in range(1, 1 + max(len(folders[index]) for index in alike)):
            for index in alike:
                result[index] = "/".join(filter(None, [*folders[index][-depth:], name]))
            if len({result[index] for index in alike}) == len({files[index][1] for index in alike}):
                break
    return result


def _in_folder(folder: str) -> list[str]:
    """The logs in a folder; where there are none, its saved reports: both would count a run twice."""
    names = [
        os.path.join(base, name)
        for base, folders, files in os.walk(folder)
        for name in files
        if not name.startswith(".") and not folders.sort()  # type: ignore[func-returns-value,unused-ignore]
    ]
    logs = [name for name in names if _LOG_NAME.search(os.path.basename(name))]
    return _by_time(sorted(logs)) or sorted(name for name in names if name.endswith(".json") and _is_report(name))


def _is_report(path: str) -> bool:
    try:
        with opened(path) as file:
            head = file.read(200)
    except OSError:
        return False
    return codec.is_saved(head) and b'"format":"run"' in b"".join(head.split())


def _by_time(paths: list[str]) -> list[str]:
    """Rotated sets (app.log.2.gz, app.log.1, app.log) oldest first, otherwise by name."""

    def key(path: str) -> tuple[str, int, int, str]:
        folder, name = os.path.split(path)
        found = _ROTATION.match(name)
        if found is None:
            return (path, 0, 0, "")
        stem, turn = os.path.join(folder, found["stem"]), found["turn"]
        if turn is None:
            return (stem, 2, 0, "")
        if turn.isdigit() and len(turn) < 5:
            return (stem, 1, -int(turn), "")
        return (stem, 0, 0, turn)  # dated: 2026-01-31 sorts by itself

    return sorted(paths, key=key)


def paths_of(arguments: Iterable[str]) -> list[str]:
    """The paths of all inputs that `arguments` name; raises InputError for names that lead nowhere."""
    return [path for argument in arguments for _, paths in sets_of(argument) for path in paths]


def size_of_all(arguments: Iterable[str]) -> int | None:
    """The bytes of all inputs that `arguments` name; None where that cannot be known."""
    try:
        sizes = [source.size for source in expand(paths_of(arguments))]
    except (InputError, OSError):
        return None  # what is wrong is said by who reads
    return None if None in sizes else sum(size or 0 for size in sizes)
