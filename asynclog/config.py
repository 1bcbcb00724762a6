"""Settings: what the user wants, from flags, `[tool.asynclog]` in pyproject.toml, and defaults, in this order."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from asynclog.errors import UsageError

TABLE = "asynclog"


@dataclass(frozen=True, slots=True)
class Settings:
    """How logs are read and judged. Picklable: workers are given the same.

    `rules` are files or folders of YAML; `in_app` globs of paths that are the user's; `plumbing` helpers whose frames
    are never the site; `path_map` (old, new) prefixes. `since`, `until`, `around` are times as typed. `prefix` is a
    `logging` format string. `jobs` is a ceiling, 0 for as many as there are cores. `window` is in bytes.
    """

    rules: tuple[str, ...] = ()
    in_app: tuple[str, ...] = ()
    plumbing: tuple[str, ...] = ()
    path_map: tuple[tuple[str, str], ...] = ()
    since: str | None = None
    until: str | None = None
    around: str | None = None
    prefix: str | None = None
    per: str | None = None
    redact: bool = False
    jobs: int = 0
    window: int = 1 << 19
    chunk: int = 1 << 26


@dataclass(frozen=True, slots=True)
class Project:
    """What a project's pyproject.toml says under `[tool.asynclog]`: settings for reading and defaults for commands."""

    settings: Settings = Settings()
    path: str | None = None
    fail_on: tuple[str, ...] = ()
    fail_if: tuple[str, ...] = ()
    baseline: str | None = None
    min_severity: str | None = None
    top: int | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


_LISTS = {"rules", "in_app", "plumbing", "fail_on", "fail_if", "select", "ignore"}
_FLAT = {"redact", "jobs", "prefix", "per"}
_COMMAND = {"fail_on", "fail_if", "baseline", "min_severity", "top", "select", "ignore"}


def find_project(start: Path | None = None) -> Path | None:
    """The nearest pyproject.toml at or above `start` (the working directory) that has a `[tool.asynclog]` table."""
    folder = (start or Path.cwd()).resolve()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            try:
                text = file.read_text("utf-8")
            except OSError:
                return None
            return file if f"[tool.{TABLE}" in text else None
    return None


def load_project(file: Path | None) -> Project:
    """The settings in `file`; raises UsageError that names the key for what it does not understand."""
    if file is None:
        return Project()
    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get(TABLE, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: {error}", "mend the file, or run in a folder without it") from None
    known = {field.name for field in dataclasses.fields(Settings)} - {
        "window",
        "chunk",
        "since",
        "until",
        "around",
    } | _COMMAND
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            near = get_close_matches(name, known, 1)
            raise UsageError(
                f"{file}: [tool.{TABLE}] has no key {key!r}",
                f"did you mean {near[0]!r}?" if near else f"keys: {', '.join(sorted(known))}",
            )
        values[name] = _checked(file, key, name, value)
    base = str(file.parent)
    if "rules" in values:
        values["rules"] = tuple(str(Path(base, entry)) for entry in values["rules"])
    command = {name: values.pop(name) for name in list(values) if name in _COMMAND}
    return Project(Settings(**values), str(file), **command)


def _checked(file: Path, key: str, name: str, value: Any) -> Any:  # noqa: ANN401 - TOML values
    """`value` as the setting wants it; UsageError where it is of another type."""
    if name in _LISTS:
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return tuple(value)
        wanted = "a string or a list of strings"
    elif name == "path_map":
        if isinstance(value, dict):
            return tuple((str(old), str(new)) for old, new in value.items())
        wanted = "a table of old = new"
    elif name == "redact":
        if isinstance(value, bool):
            return value
        wanted = "true or false"
    elif name in ("jobs", "top"):
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        wanted = "a number"
    else:
        if isinstance(value, str):
            return value
        wanted = "a string"
    raise UsageError(f"{file}: [tool.{TABLE}] {key} must be {wanted}, not {value!r}")
