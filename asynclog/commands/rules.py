"""`asynclog rules`: what asynclog knows, why it thinks so, and whether rules do what their examples say."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from asynclog import questions
from asynclog.commands.common import CLEAN, ERROR, render_options
from asynclog.commands.options import color, settings_of
from asynclog.config import Settings, find_project, load_project
from asynclog.errors import UsageError
from asynclog.model import RuleCard
from asynclog.output import Target, write
from asynclog.slotted import replace

_OUT = Target("text")


def _wanting(command: Callable[..., int]) -> Callable[..., int]:
    rules = click.option("--rules", multiple=True, metavar="FILE|DIR", help="Further rules (YAML); same id replaces.")
    return rules(color(command))


@click.group("rules")
def command() -> None:
    """List, explain and test the rules; print the schema of rule files."""


@command.command("list")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only rules of this kind (id or glob).")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(["error", "warning", "info", "off"]),
    help="Only these.",
)
@_wanting
def list_(kinds: tuple[str, ...], severities: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - click's values
    """List all rules, yours marked with a star."""
    from asynclog.render import rules

    cards = questions.rule_cards(_settings(options))
    known = {card.rule.kind for card in cards}
    for glob in kinds:
        if not any(fnmatchcase(kind, glob) for kind in known):
            raise UsageError(f"no kind is named {glob!r}", _near(glob, known))
    cards = tuple(
        card
        for card in cards
        if (not severities or card.severity in severities)
        and (not kinds or any(fnmatchcase(card.rule.kind, glob) for glob in kinds))
    )
    write(_OUT, rules.listing(cards, render_options(options, _OUT)))
    return CLEAN


@command.command()
@click.argument("rule", metavar="ID")
@_wanting
def show(rule: str, **options: Any) -> int:  # noqa: ANN401 - click's values
    """Explain one rule: cause, way out, conditions, examples."""
    from asynclog.render import rules

    cards = questions.rule_cards(_settings(options))
    card = _named(rule, cards)
    others = [other for other in cards if other.rule.kind == card.rule.kind]
    write(_OUT, rules.page(card, others, render_options(options, _OUT)))
    return CLEAN


@command.command(short_help="Run all examples against all rules.")
@click.argument("folder", metavar="[FILE|DIR]", required=False)
@_wanting
def test(folder: str | None, **options: Any) -> int:  # noqa: ANN401 - click's values
    """Run every example of every rule, and of the rules in DIR, against all rules. Exits 2 if any fails."""
    from asynclog.render import rules

    settings = _settings(options)
    if folder is not None:
        if not Path(folder).exists():
            raise UsageError(f"{folder}: no such file or folder", "name a rule file (YAML) or a folder of them")
        settings = replace(settings, rules=(*settings.rules, folder))
    cards = questions.rule_cards(settings)
    count, failed = questions.failing_examples(settings)
    write(_OUT, rules.failures(count, failed, len(cards), render_options(options, _OUT)))
    return ERROR if failed else CLEAN


@command.command()
def schema() -> int:
    """Print the JSON Schema of rule files, for editors."""
    write(_OUT, questions.rule_schema())
    return CLEAN


def _settings(options: dict[str, Any]) -> Settings:
    return settings_of(load_project(find_project()), options)


def _named(name: str, cards: tuple[RuleCard, ...]) -> RuleCard:
    by_id = {card.rule.id: card for card in cards}
    if name not in by_id:
        raise UsageError(f"no rule is named {name!r}", _near(name, set(by_id)))
    return by_id[name]


def _near(name: str, known: set[str]) -> str:
    near = get_close_matches(name, sorted(known), 3)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else "`asynclog rules list` names them"
