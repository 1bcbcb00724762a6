"""`asynclog explain`: why a group is what it is."""

from __future__ import annotations

from typing import Any

import click

from asynclog import questions
from asynclog.commands.common import CLEAN, ERROR, note, render_options
from asynclog.commands.options import color, logs, narrowing, reading, settings_of
from asynclog.config import find_project, load_project
from asynclog.output import Target, write

_OUT = Target("text")


@click.command("explain")
@click.argument("name", metavar="ID")
@logs()
@reading
@narrowing
@color
@click.option("-v", "--verbose", count=True, help="Show the whole record.")
def command(name: str, logs: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """Say why a group is what it is: prefix, objects, creation site, rule, identity.

    ID is the id of a group in a report, or any beginning of it that only one group has; or FILE:LINE of a record.
    """
    from asynclog.render import explain

    settings = settings_of(load_project(find_project()), options)
    found = questions.explain(name, logs, settings)
    write(_OUT, explain.page(found, render_options(options, _OUT)))
    for text in found.losses:
        note(text, {})
    return ERROR if found.losses else CLEAN
