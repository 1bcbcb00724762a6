"""Settings: what the user wants, from flags, `[tool.asynclog]` in pyproject.toml, and defaults, in this order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from asynclog.errors import UsageError
from asynclog.slotted import dataclass

TABLE = "asynclog"


@dataclass(frozen=True, slots=True)
class Settings:
    """How logs are read and judged. Picklable: workers are given the same.

    `rules` are files or folders of YAML, `rule_texts` names and texts of such files for a machine that has none;
    `in_app` globs of paths that are the user's; `plumbing` helpers whose frames
    are never the site; `path_map` (old, new) prefixes. `since`, `until`, `around` are times as typed. `prefix` is a
    `logging` format string. `jobs` is a ceiling, 0 for as many as there are cores. `scheduler` is the address
    of a Dask cluster. `window` is in bytes, and so is `chunk`, the size of the parts that a file is cut into; 0: one for
    each process.
    """

    rules: tuple[str, ...] = ()
    rule_texts: tuple[tuple[str, str], ...] = ()
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
    window: int = 1 << 20
    chunk: int = 0
    scheduler: str | None = None


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
_WORDS = {
    "min_severity": ("error", "warning", "info"),
    "fail_on": ("error", "warning", "info", "new", "worse", "never"),
}
_COMMAND = {"fail_on", "fail_if", "baseline", "min_severity", "top", "select", "ignore"}


def find_project(start: Path | None = None) -> Path | None:
    """The nearest pyproject.toml at or above `start` (the working directory) that has a `[tool.asynclog]` table."""
    folder = (start or Path.cwd()).resolve()
    for place in (folder, *folder.parents):
        file = place / "pyproject.toml"
        if file.is_file():
            try:
                text = file.read_text("utf-8", errors="replace")
            except OSError:
                return None
            return file if f"[tool.{TABLE}" in text else None
    return None


def load_project(file: Path | None) -> Project:
    """The settings in `file`; raises UsageError that names file and key of everything that it does not understand."""
    if file is None:
        return Project()
    import tomllib
    from difflib import get_close_matches

    try:
        table = tomllib.loads(file.read_text("utf-8")).get("tool", {}).get(TABLE, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{file}: {error}", "mend the file, or run in a folder without it") from None
    known = set(Settings.__match_args__) - {"rule_texts", "window", "chunk", "since", "until", "around"} | _COMMAND
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.{TABLE}] must be a table", "write [tool.asynclog] on a line of its own")
    values: dict[str, Any] = {}
    problems: list[str] = []
    hints: list[str] = []
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in known:
            problems.append(f"{file}: [tool.{TABLE}] has no key {key!r}")
            near = get_close_matches(name, known, 1)
            names = sorted(each.replace("_", "-") for each in known)
            hints.append(f"did you mean {near[0].replace('_', '-')!r}?" if near else f"keys: {', '.join(names)}")
        elif name in values:
            problems.append(f"{file}: [tool.{TABLE}] {key}: stands there twice, with - and with _")
            hints.append("keep one of the two")
        elif isinstance(found := _checked(name, value), _Wanted):
            problems.append(f"{file}: [tool.{TABLE}] {key} must be {found.what}, not {value!r}")
            hints.append("the README has an example of all settings")
        else:
            values[name] = found
    if problems:
        raise UsageError("\n".join(problems), " ".join(dict.fromkeys(hints)))
    if "rules" in values:
        values["rules"] = tuple(str(Path(file.parent, entry)) for entry in values["rules"])
    if "baseline" in values:
        values["baseline"] = str(Path(file.parent, values["baseline"]))
    command = {name: values.pop(name) for name in list(values) if name in _COMMAND}
    return Project(Settings(**values), str(file), **command)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a value should have been."""

    what: str


def _checked(name: str, value: Any) -> Any:  # noqa: ANN401 - TOML values
    """`value` as the setting wants it; `_Wanted` where it is of another type."""
    if name in _LISTS:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(entry, str) and entry for entry in texts):
            return _Wanted("a string or a list of strings")
        allowed = _WORDS.get(name)
        return tuple(texts) if allowed is None or set(texts) <= set(allowed) else _Wanted(f"of {', '.join(allowed)}")
    if name == "path_map":
        fits = isinstance(value, dict) and all(old and isinstance(new, str) for old, new in value.items())
        return tuple(value.items()) if fits else _Wanted('a table such as { "/build/src" = "/srv/app" }')
    if name == "redact":
        return value if isinstance(value, bool) else _Wanted("true or false")
    if name in ("jobs", "top"):
        least = 1 if name == "top" else 0
        fits = isinstance(value, int) and not isinstance(value, bool) and value >= least
        return value if fits else _Wanted(f"a whole number from {least} on")
    if not isinstance(value, str) or not value:
        return _Wanted("a string")
    allowed = _WORDS.get(name)
    return value if allowed is None or value in allowed else _Wanted(f"one of {', '.join(allowed)}")
