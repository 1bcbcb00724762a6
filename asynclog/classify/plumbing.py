"""Whose code a frame is, by its path alone: the user's, a library's, Python's, or plumbing, never the culprit."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from asynclog.errors import RuleError
from asynclog.lazy import regex

Role = Literal["user", "library", "plumbing", "stdlib"]

KEYS = (
    "stdlib", "stdlib_relative", "installed", "bundles", "scripts", "tools", "packages", "libraries_relative",
    "generated", "functions",
)  # fmt: skip
REMEMBERED = 1 << 16
LONGEST = 4096  # characters of a path that are looked at

_DRIVE = regex(r"^(?://[?.]/)?(?:UNC/)?(?:[A-Za-z]:)?(?=/|[^/])", re.ASCII)
_PYTHON = regex(r"(?:^|/)(?:python|pypy)@?/?([23])\.?(\d{1,2})(?!\d)", re.IGNORECASE)
_CELL = (
    (regex(r"^<ipython-input-.*>$", re.DOTALL), "<ipython-input>"),
    (regex(r"^<python-input-\d+>$"), "<python-input>"),
    (regex(r"^(<doctest .*?)(?:\[\d+\])?>$", re.DOTALL), r"\1>"),
    (regex(r"0x[0-9a-fA-F]+"), "0x"),
)
_KERNEL = regex(r"(?:^|/)ipykernel_\d+/\d+\.py$")
_PASSING = regex(
    r"tmp[a-z0-9_]{8}|pytest-\d+|[\d._-]+|_MEI\w+|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"|(?=[a-f]*\d)[0-9a-f]{12,}",
    re.ASCII,
)
_RELEASE = regex(r"[-_]v?\d+(?:\.\d+)+(?:[-_.]?\w+)?$")


def slashed(file: str) -> str:
    """One spelling for Windows and POSIX: forward slashes, no drive, no leading `./`."""
    if "\\" in file or file[1:2] == ":":
        file = _DRIVE.sub("", file.replace("\\", "/"), count=1)
    while file.startswith("./"):
        file = file[2:]
    return file


@lru_cache(maxsize=4096)
def python_of(file: str) -> str | None:
    """The Python version that a path names: `3.12` for `/usr/lib/python3.12/asyncio/tasks.py`."""
    found = _PYTHON.search(slashed(file))
    return f"{found[1]}.{int(found[2])}" if found else None


class _Place(NamedTuple):
    """The role that a path gives; if not `certain`, some functions are plumbing, in a `script` its main module too."""

    role: Role
    certain: bool = False
    script: bool = False


class Plumbing:
    """The knowledge of `rules/plumbing.yaml`, with what the user adds.

    `in_app` are globs of paths that are the user's whatever they look like; `extra` are helpers that create for others
    (`spawn`, `app/tasks.py`, `app/tasks.py:spawn`), which moves a site one frame out; `path_map` replaces prefixes of
    paths before anything is looked at.
    """

    def __init__(
        self,
        data: Mapping[str, Sequence[str]],
        in_app: Iterable[str] = (),
        extra: Iterable[str] = (),
        path_map: Iterable[tuple[str, str]] = (),
    ) -> None:
        problems = [f"plumbing: unknown key {key!r}; known are {', '.join(KEYS)}" for key in data if key not in KEYS]
        self._stdlib = _searcher(data, "stdlib", problems)
        self._installed = _searcher(data, "installed", problems)
        self._bundles = _searcher(data, "bundles", problems)
        self._scripts = _searcher(data, "scripts", problems)
        self._tools = _searcher(data, "tools", problems)
        self._generated = _searcher(data, "generated", problems)
        if problems:
            raise RuleError(tuple(problems), hint="See rules/plumbing.yaml for what can stand there.")
        self._stdlib_relative = _Tree(data.get("stdlib_relative", ()))
        self._libraries_relative = _Tree(data.get("libraries_relative", ()))
        self._packages = _Tree(data.get("packages", ()))
        self._functions = _helpers(data.get("functions", ()))
        self._extra = _helpers(extra)
        self._in_app = _globs(in_app)
        self._path_map = tuple((slashed(old), new) for old, new in path_map if old)
        self._roles: dict[tuple[str, str | None], Role] = {}
        self._places: dict[str, _Place] = {}
        self._paths: dict[str, str] = {}

    def role(self, file: str, function: str | None) -> Role:
        """Whose code this frame is."""
        key = (file, function)
        role = self._roles.get(key)
        if role is None:
            if len(self._roles) >= REMEMBERED:
                self._roles.clear()
            role = self._roles[key] = self._role(self._mapped(file), function)
        return role

    def normal_path(self, file: str) -> str:
        """What of a path neither machine nor Python version moves; the part of a path that fingerprints hold."""
        path = self._paths.get(file)
        if path is None:
            if len(self._paths) >= REMEMBERED:
                self._paths.clear()
            path = self._paths[file] = self._normal(self._mapped(file))
        return path

    def _mapped(self, file: str) -> str:
        path = slashed(file if len(file) <= LONGEST else file[-LONGEST:])
        for old, new in self._path_map:
            if path.startswith(old):
                return slashed(new + path[len(old) :])
        return path

    def _role(self, path: str, function: str | None) -> Role:
        if self._extra(path, function):
            return "plumbing"
        where = self._places.get(path)
        if where is None:
            if len(self._places) >= REMEMBERED:
                self._places.clear()
            where = self._places[path] = self._place(path)
        if where.certain or (where.script and function == "<module>"):
            return where.role if where.certain else "plumbing"
        return "plumbing" if self._functions(path, function) else where.role

    def _place(self, path: str) -> _Place:
        """What a path says, whatever the function."""
        if self._in_app(path):
            return _Place("user", certain=True)
        if path.startswith("<") or not path:
            if path.startswith(("<frozen ", "<sys>")):
                return _Place("stdlib", certain=True)
            generated = not path or (self._generated is not None and self._generated.search(path) is not None)
            return _Place("plumbing", certain=True) if generated else _Place("user")
        if (inside := _after(self._installed, path)) is not None:
            return _Place("plumbing", certain=True) if self._packages.holds(inside) else _Place("library")
        if path == "sys" or _after(self._stdlib, path) is not None:
            return _Place("stdlib", certain=True)
        relative = _after(self._bundles, path) or path
        if not relative.startswith("/"):
            if self._stdlib_relative.holds(relative):
                return _Place("stdlib", certain=True)
            if self._packages.holds(relative):
                return _Place("plumbing", certain=True)
            if self._libraries_relative.holds(relative):
                return _Place("library", certain=True)
        if self._tools and self._tools.search(path):
            return _Place("plumbing", certain=True)
        return _Place("user", script=self._scripts is not None and self._scripts.search(path) is not None)

    def _normal(self, path: str) -> str:
        if path.startswith("<"):
            for pattern, name in _CELL:
                path = pattern.sub(name, path)
            return path
        inside = _after(self._installed, path)
        if inside is None:
            inside = _after(self._stdlib, path)
        if inside:
            return inside
        if _KERNEL.search(path):
            return "<ipython-input>"
        parts = [part for part in path.split("/") if part not in ("", ".")][-2:]
        if len(parts) == 2:
            parts[0] = "*" if _PASSING.fullmatch(parts[0]) else _RELEASE.sub("", parts[0]) or parts[0]
        return "/".join(parts)


class _Tree:
    """Packages (`aiohttp`), modules (`decorator.py`) and paths inside packages (`tornado/gen.py`)."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._by_top: dict[str, list[str]] = {}
        for entry in entries:
            self._by_top.setdefault(entry.partition("/")[0].removesuffix(".py"), []).append(entry)

    def holds(self, path: str) -> bool:
        """Whether a path relative to its library stands under one of the entries."""
        top = path.partition("/")[0]
        return any(
            path == entry or path == entry + ".py" or path.startswith(entry + "/")
            for entry in self._by_top.get(top.partition(".")[0], ())
        )


def _searcher(data: Mapping[str, Sequence[str]], key: str, problems: list[str]) -> re.Pattern[str] | None:
    patterns = data.get(key, ())
    try:
        return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None
    except re.error:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except (re.error, TypeError) as error:
                problems.append(f"plumbing: {key}: {pattern!r} is no regular expression: {error}")
        return None


def _after(searcher: re.Pattern[str] | None, path: str) -> str | None:
    """What follows the match that ends last; None without a match."""
    if searcher is None:
        return None
    end = -1
    found = searcher.search(path)
    while found is not None:
        end = max(end, found.end())
        found = searcher.search(path, found.start() + 1)
    return path[end:] if end >= 0 else None


def _globs(globs: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path, or its end from some folder on, matches a glob. A bare word is a folder."""
    parts = []
    for glob in map(slashed, globs):
        for pattern in (glob, glob.rstrip("/") + "/*") if "*" not in glob else (glob,):
            parts += [fnmatch.translate(pattern), fnmatch.translate("*/" + pattern)]
    if not parts:
        return _never
    search = re.compile("|".join(parts)).match
    return lambda path: search(path) is not None


def _helpers(entries: Iterable[str]) -> Callable[[str, str | None], bool]:
    """Whether a frame is one of `NAME`, `PATH` or `PATH:NAME` (names and paths may be globs)."""
    names: list[str] = []
    paths: list[str] = []
    both: list[tuple[Callable[[str], bool], str]] = []
    for entry in entries:
        path, colon, name = slashed(entry).rpartition(":")
        if colon and path:
            both.append((_globs((path,)), name.rpartition(".")[2]))
        elif "/" in name or name.endswith((".py", ".pyx")):
            paths.append(name)
        else:
            names.append(name.rpartition(".")[2])
    if not (names or paths or both):
        return _never
    in_paths = _globs(paths)
    exact = frozenset(name for name in names if not set(name) & set("*?["))
    globs = [name for name in names if name not in exact]

    def match(path: str, function: str | None) -> bool:
        bare = (function or "").rpartition(".")[2]
        if in_paths(path) or (bare and (bare in exact or any(fnmatch.fnmatchcase(bare, name) for name in globs))):
            return True
        return any(fnmatch.fnmatchcase(bare, name) and holds(path) for holds, name in both)

    return match


def _never(*_: object) -> bool:
    return False
