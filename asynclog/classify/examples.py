"""Every example of every rule against all rules: who claims it, and who else would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from asynclog.classify.judge import Judge
from asynclog.classify.rulebook import JudgeRule, Rulebook
from asynclog.model import ExampleFailure, Message, RuleCard

Understand = Callable[[str], Iterable[Message]]
"""The messages of a log text, read as a file that holds nothing else."""
_SHOWN = 100


def cards(book: Rulebook) -> tuple[RuleCard, ...]:
    """All rules, by kind, in the order in which they are tried."""
    ordered = sorted(book.judges, key=lambda judge: (judge.rule.kind, bool(judge.when_group), book.judges.index(judge)))
    return tuple(
        RuleCard(
            rule=judge.rule,
            order=judge.order,
            when=tuple(condition.text for condition in judge.when.conditions),
            when_group=tuple(condition.text for condition in judge.when_group.conditions),
            fingerprint=judge.fingerprint,
            claims=judge.claims,
            rejects=judge.rejects,
            where=judge.where,
            builtin=judge.builtin,
        )
        for judge in ordered
    )


def check_examples(book: Rulebook, judge: Judge, understand: Understand) -> tuple[int, tuple[ExampleFailure, ...]]:
    """How many examples there are, and those that fail, by rule file."""
    failures: list[ExampleFailure] = []
    count = 0
    for rule in book.judges:
        examples = [*((text, True) for text in rule.claims), *((text, False) for text in rule.rejects)]
        for place, (text, claimed) in zip(rule.examples_at, examples, strict=True):
            count += 1
            check = _claimed if claimed else _left
            line = text.strip().partition("\n")[0][:_SHOWN]
            problems = check(rule, list(understand(text)), book, judge)
            failures += [ExampleFailure(place, rule.rule.id, problem, line) for problem in problems]
    return count, tuple(sorted(failures, key=lambda failure: _place(failure.where)))


def _place(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return file, int(line) if line.isdigit() else 0


def _claimed(rule: JudgeRule, messages: list[Message], book: Rulebook, judge: Judge) -> Iterator[str]:
    """What is wrong with an example that `rule` must claim."""
    kinds = [message.kind for message in messages]
    if not messages:
        yield "no record of asyncio is recognised in this text"
        return
    mine = [message for message in messages if message.kind == rule.rule.kind]
    if not mine:
        yield f"is recognised as {', '.join(dict.fromkeys(kinds))}, but the rule judges {rule.rule.kind}"
        return
    holding = [found for message in mine if (found := _holding(message, book, judge))]
    if rule.when_group:
        if rule.when and not any(rule.matches(judge.view(m, judge.verdict(m))) for m in mine):
            yield from _unmet(rule, mine[0], judge)
        return
    winners = [found for found in holding if found[0] is rule]
    if not winners:
        yield from _lost(rule, mine[0], holding, judge)
        return
    rivals = [other for other in winners[0][1:] if other.order == rule.order]
    for other in rivals:
        yield (
            f"is also claimed by {other.rule.id} ({other.where}), and both have order {rule.order}: "
            "give one of them another `order:`"
        )


def _left(rule: JudgeRule, messages: list[Message], book: Rulebook, judge: Judge) -> Iterator[str]:
    """What is wrong with an example that `rule` must leave alone."""
    if rule.when_group:
        return  # one text says nothing about a group
    for message in messages:
        if message.kind == rule.rule.kind and _holding(message, book, judge)[:1] == [rule]:
            yield "is claimed, but stands under rejects"
            return


def _holding(message: Message, book: Rulebook, judge: Judge) -> list[JudgeRule]:
    view = judge.view(message, judge.verdict(message))
    return [rule for rule in book.rules_for(message.kind) if rule.matches(view)]


def _lost(rule: JudgeRule, message: Message, holding: list[list[JudgeRule]], judge: Judge) -> Iterator[str]:
    view = judge.view(message, judge.verdict(message))
    if not rule.matches(view):
        yield from _unmet(rule, message, judge)
        return
    winner = holding[0][0]
    if rule.builtin and not winner.builtin and winner.order < rule.order:
        return  # the user's rule is meant to come first
    yield f"is claimed by {winner.rule.id} ({winner.where}), which is tried first (order {winner.order})"


def _unmet(rule: JudgeRule, message: Message, judge: Judge) -> Iterator[str]:
    view = judge.view(message, judge.verdict(message))
    for condition in rule.when.conditions:
        if not condition.holds(view):
            yield f"{condition.text} does not hold: {shown(view, condition.key)}"


def shown(view: Mapping[str, object], key: str) -> str:
    """What a view says of a key, in words."""
    value = view.get(key)
    if value is None:
        return f"{key} is not in this record"
    if isinstance(value, tuple):
        value = value[0]
    text = repr(value) if isinstance(value, str) else f"{value:.6g}" if isinstance(value, float) else str(value)
    return f"{key} is {text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}"
