"""The door: options in, one call of the pipeline, a renderer, an exit code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import click

from asynclog.config import Project, Settings, find_project, load_project
from asynclog.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _reading(command: Command) -> Command:
    """The options of every command that reads logs."""
    options = (
        click.option("--rules", multiple=True, metavar="FILE|DIR", help="Further rules (YAML); same id replaces."),
        click.option(
            "--in-app", multiple=True, metavar="GLOB", help="Paths that are your code, whatever they look like."
        ),
        click.option(
            "--plumbing",
            multiple=True,
            metavar="NAME",
            help="A helper that creates for others, e.g. app/tasks.py:spawn.",
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
    )
    for option in reversed(options):
        command = option(command)
    return command


def _output(command: Command) -> Command:
    """The options of every command that writes a report."""
    options = (
        click.option(
            "-f", "--format", "formats", multiple=True, metavar="NAME[:FILE]", help="Output format; may be repeated."
        ),
        click.option("-o", "--output", metavar="FILE", help="Write the report to FILE."),
        click.option(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            show_default=True,
            help="Colour on the terminal.",
        ),
        click.option("-q", "--quiet", count=True, help="Less: no details, no notes."),
        click.option("-v", "--verbose", count=True, help="More: details of all groups."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _settings(project: Project, **given: Any) -> Settings:  # noqa: ANN401 - click's values
    """What was given on the command line over what the project says."""
    given["path_map"] = tuple(_pair(text) for text in given.get("path_map") or ())
    values = {name: value for name, value in given.items() if value not in (None, ())}
    return dataclasses.replace(project.settings, **values)


def _pair(text: str) -> tuple[str, str]:
    old, equals, new = text.partition("=")
    if not equals or not old:
        raise UsageError(f"--path-map {text!r} is no A=B", "write it as --path-map /build/src=/srv/app")
    return old, new


@click.group(context_settings=CONTEXT)
@click.version_option(package_name="asynclog", message="%(prog)s %(version)s")
def cli() -> None:
    """Find out from a log what went wrong in an asyncio program.

    asynclog reads log files after the fact: slow callbacks, lost exceptions, destroyed tasks, coroutines never awaited.
    """


@cli.command()
@click.argument("logs", nargs=-1, required=True, metavar="LOG...")
@_reading
@click.option("--since", metavar="TIME", help="Only findings at or after TIME (as in the log, or HH:MM:SS).")
@click.option("--until", metavar="TIME", help="Only findings at or before TIME.")
@click.option("--around", metavar="TIME", help="Only findings within five minutes of TIME.")
@click.option("--select", multiple=True, metavar="RULE", help="Show only these rules (id or glob).")
@click.option("--ignore", multiple=True, metavar="RULE", help="Do not show these rules (id or glob).")
@click.option(
    "--min-severity", type=click.Choice(["info", "warning", "error"]), default=None, help="Show nothing milder."
)
@click.option("--top", type=click.IntRange(1), default=None, metavar="N", help="Show the N worst groups.")
@click.option(
    "--sort",
    type=click.Choice(["worst", "count", "total", "max", "first", "last", "site"]),
    default="worst",
    show_default=True,
)
@click.option(
    "-C", "--context", type=click.IntRange(0), default=0, metavar="N", help="Show N log lines around the worst sample."
)
@_output
def analyze(logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Report what happened in one run.

    LOG is a file, a folder, a pattern, a saved report, or - for standard input.
    """
    from asynclog import commands

    project = load_project(find_project())
    return commands.analyze(logs, project, _settings_of(project, options), options)


_SETTINGS = ("rules", "in_app", "plumbing", "path_map", "redact", "jobs", "since", "until", "around")


def _settings_of(project: Project, options: dict[str, Any]) -> Settings:
    return _settings(project, **{name: options.get(name) for name in _SETTINGS})
