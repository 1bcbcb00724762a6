"""What is asked of the rooms besides a run: the rules and their examples, one record explained."""

from __future__ import annotations

from asynclog import pipeline
from asynclog.classify.examples import cards, check_examples
from asynclog.classify.rulefiles import builtin_folder
from asynclog.config import Settings
from asynclog.model import ExampleFailure, Message, RuleCard


def rule_cards(settings: Settings) -> tuple[RuleCard, ...]:
    """All rules, the user's among them."""
    return cards(pipeline.engine(settings).rulebook)


def failing_examples(settings: Settings) -> tuple[int, tuple[ExampleFailure, ...]]:
    """Every example of every rule through the real reading, parsing and judging: how many, and what fails."""
    book = pipeline.engine(settings)

    def understand(text: str) -> list[Message]:
        return [book.message(record) for record in book.reader.text(text)]

    return check_examples(book.rulebook, book.judge, understand)


def rule_schema() -> str:
    """The JSON Schema of rule files."""
    return (builtin_folder() / "schema.json").read_text("utf-8")
