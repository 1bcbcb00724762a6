"""Options that several commands share, and the settings that they make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from asynclog.config import Project, Settings
from asynclog.errors import UsageError
from asynclog.slotted import replace

Command = TypeVar("Command", bound=Callable[..., Any])

#: Options of which `settings_of` makes settings; a command has those that it wants.
_SETTINGS = (
    "rules",
    "in_app",
    "plumbing",
    "path_map",
    "prefix",
    "redact",
    "jobs",
    "scheduler",
    "since",
    "until",
    "around",
)


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def logs(name: str = "logs", **more: Any) -> Callable[[Command], Command]:  # noqa: ANN401 - click's values
    """The argument LOG..."""
    return click.argument(name, nargs=-1, required=True, metavar="LOG...", **more)


reading = _all(
    click.option("--rules", multiple=True, metavar="FILE|DIR", help="Further rules (YAML); same id replaces."),
    click.option("--in-app", multiple=True, metavar="GLOB", help="Paths that are your code, whatever they look like."),
    click.option(
        "--plumbing", multiple=True, metavar="NAME", help="A helper that creates for others, e.g. app/tasks.py:spawn."
    ),
    click.option(
        "--prefix", metavar="FORMAT", help="The log's format, where it is not recognised: '%(name)s|%(message)s'."
    ),
    click.option("--path-map", multiple=True, metavar="A=B", help="Read path prefix A as B."),
    click.option(
        "--redact", is_flag=True, default=None, help="Mask arguments, results, queries, tokens, home folders."
    ),
    click.option(
        "-j",
        "--jobs",
        type=click.IntRange(0),
        default=None,
        metavar="N",
        help="At most N processes (default: the cores).",
    ),
    click.option("--scheduler", metavar="ADDRESS", help="Read on this Dask cluster: tcp://host:8786."),
)
"""The options of every command that reads logs."""

narrowing = _all(
    click.option("--since", metavar="TIME", help="Only findings at or after TIME (as in the log, or HH:MM:SS)."),
    click.option("--until", metavar="TIME", help="Only findings at or before TIME."),
    click.option("--around", metavar="TIME", help="Only findings within five minutes of TIME."),
)
"""Which part of the log counts."""

showing = _all(
    click.option("--select", multiple=True, metavar="RULE", help="Show only these rules (id or glob)."),
    click.option("--ignore", multiple=True, metavar="RULE", help="Do not show these rules (id or glob)."),
    click.option(
        "--min-severity", type=click.Choice(["info", "warning", "error"]), default=None, help="Show nothing milder."
    ),
    click.option("--top", type=click.IntRange(1), default=None, metavar="N", help="Show the N worst groups."),
)
"""What is shown of what was found."""

color = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour on the terminal.",
)

output = _all(
    click.option(
        "-f", "--format", "formats", multiple=True, metavar="NAME[:FILE]", help="Output format; may be repeated."
    ),
    click.option("-o", "--output", metavar="FILE", help="Write the report to FILE."),
    color,
    click.option("-q", "--quiet", count=True, help="Less: no details, no notes."),
    click.option("-v", "--verbose", count=True, help="More: details of all groups."),
)
"""The options of every command that writes a report."""


def settings_of(project: Project, options: dict[str, Any]) -> Settings:
    """What was given on the command line over what the project says."""
    given = {name: options.get(name) for name in _SETTINGS}
    given["path_map"] = tuple(_pair(text) for text in given["path_map"] or ())
    values: dict[str, Any] = {name: value for name, value in given.items() if value not in (None, ())}
    return replace(project.settings, **values)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals or not old:
        raise UsageError(f"--path-map {text!r} is no A=B", "write it as --path-map /build/src=/srv/app")
    return old, new
