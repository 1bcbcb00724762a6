"""What diff, trend, check and baseline have in common: options of comparisons, and what makes them fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from asynclog import questions
from asynclog.aggregate.compare import Settings as Comparison
from asynclog.aggregate.gate import CONDITIONS, Condition, condition
from asynclog.aggregate.views import FACTS
from asynclog.commands.common import Options
from asynclog.commands.options import settings_of
from asynclog.config import Project, Settings
from asynclog.model import Run
from asynclog.slotted import replace

Command = TypeVar("Command", bound=Callable[..., Any])


def comparing(command: Command) -> Command:
    """The options of a comparison."""
    options = (
        click.option("--per", metavar="REGEX", help="Compare by units of work: the lines that match REGEX."),
        click.option(
            "--min-count",
            type=click.IntRange(1),
            default=3,
            show_default=True,
            metavar="N",
            help="Records that make a warning `new`.",
        ),
        click.option(
            "--effect",
            type=click.FloatRange(1.0),
            default=None,
            metavar="RATIO",
            help="The smallest ratio that counts as a change.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def failing(command: Command) -> Command:
    """The options that make a command exit 1."""
    options = (
        click.option(
            "--fail-on",
            multiple=True,
            type=click.Choice(CONDITIONS),
            help="Exit 1 when there is such a finding or change; may be repeated.",
        ),
        click.option(
            "--fail-if",
            multiple=True,
            metavar="'FACT > NUMBER'",
            help=f"Exit 1 when the comparison holds. Facts: {', '.join(FACTS)}.",
        ),
        click.option("--allow-empty", is_flag=True, help="Exit 0, not 3, when nothing could be judged."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def comparison(options: Options, settings: Settings) -> Comparison:
    """How to compare, from the command line."""
    keys = questions.ladder_of(settings)
    made = Comparison(options["min_count"], per=bool(options.get("per")), keys=keys, codes=questions.codes_of)
    return replace(made, effect=options["effect"]) if options.get("effect") else made


def reading_settings(project: Project, options: dict[str, Any]) -> Settings:
    """How to read, with the units of work to be counted."""
    settings = settings_of(project, options)
    return replace(settings, per=options.get("per") or settings.per)


def conditions(texts: Sequence[str]) -> tuple[Condition, ...]:
    """Each `--fail-if` understood."""
    return tuple(condition(text, FACTS) for text in texts)


def is_empty(runs: Sequence[Run]) -> bool:
    """Whether no record of asyncio or its neighbours was found in any run."""
    return not any(run.accounting.records for run in runs)
