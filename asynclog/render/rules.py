"""Rules for the terminal: the list, one rule explained, and the examples that fail."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.model import ExampleFailure, RuleCard, Severity
from asynclog.render.ink import Text
from asynclog.render.options import RenderOptions
from asynclog.render.places import columns
from asynclog.render.safe import safe
from asynclog.render.text_columns import Column, lines_of
from asynclog.render.text_paper import COLOURS, Paper
from asynclog.render.units import plural

_WIDE = 140
_NARROW = 100


def listing(cards: Sequence[RuleCard], options: RenderOptions) -> str:
    """One line a rule, on narrow screens two. A `*` marks the user's own, a `+` those that only judge whole groups."""
    paper = Paper(options)
    if paper.width < _NARROW:
        _stacked(paper, cards)
    else:
        _table(paper, cards)
    paper.gap()
    legend = [plural(len(cards), "rule")]
    if any(not card.builtin for card in cards):
        legend.append("* yours")
    if any(card.when_group for card in cards):
        legend.append("+ judges whole groups")
    paper.say(" · ".join(legend), "dim")
    return paper.read()


def _name(card: RuleCard) -> Text:
    mark = ("" if card.builtin else "*") + ("+" if card.when_group else "")
    return Text(safe(card.rule.id) + mark, "" if card.builtin else "bold")


def _stacked(paper: Paper, cards: Sequence[RuleCard]) -> None:
    """Two lines a rule: no column has to be narrow."""
    for card in cards:
        paper.hang(Text(f"{card.severity:8} ", _colour(card)), _name(card))
        paper.say(safe(card.rule.title), "dim", indent=9)


def _table(paper: Paper, cards: Sequence[RuleCard]) -> None:
    wide = paper.width >= _WIDE
    cells = []
    for card in cards:
        kind = [Text("" if card.rule.kind == card.rule.id else safe(card.rule.kind), "dim")] if wide else []
        cells.append([_name(card), Text(card.severity, _colour(card)), *kind])
    heads = [Column("rule"), Column("severity"), *([Column("kind")] if wide else [])]
    used = sum(max(columns(head.head), *(columns(row[at].plain) for row in cells)) + 2 for at, head in enumerate(heads))
    heads.append(Column("title", max(20, paper.width - used - 2)))
    rows = [[*row, Text(safe(card.rule.title))] for row, card in zip(cells, cards, strict=True)]
    paper.put(lines_of(heads, rows, "bold"))


def page(card: RuleCard, others: Sequence[RuleCard], options: RenderOptions) -> str:
    """One rule with all that it says. `others` are the rules of the same kind, in the order in which they are tried."""
    paper, rule = Paper(options), card.rule
    paper.say(safe(rule.id), "bold")
    paper.say(safe(rule.title))
    paper.gap()
    paper.labelled("kind", safe(rule.kind))
    paper.labelled("severity", card.severity, _colour(card))
    paper.labelled("from", safe(card.where) + ("" if card.builtin else " (yours)"), "dim")
    for label, conditions in (("when", card.when), ("group", card.when_group)):
        for condition in conditions:
            paper.labelled(label, safe(condition))
            label = ""
    if not card.when and not card.when_group:
        paper.labelled("when", "always, for what no other rule of the kind claims")
    if card.fingerprint:
        paper.labelled("identity", f"grouped by {', '.join(card.fingerprint)}")
    tried = [f"{safe(other.rule.id)} ({other.order})" for other in others if not other.when_group]
    if len(tried) > 1 and not card.when_group:
        paper.labelled("order", f"tried in this order: {', '.join(tried)}")
    _section(paper, "Why", rule.why)
    _section(paper, "How to mend it", rule.fix)
    _code(paper, "Before", rule.example_before)
    _code(paper, "After", rule.example_after)
    _list(paper, "Found before it runs by", rule.static)
    _list(paper, "See", rule.references)
    for title, texts in (("Claims", card.claims), ("Leaves alone", card.rejects)):
        for text in texts:
            _code(paper, title, text)
            title = ""
    return paper.read()


def failures(count: int, failed: Sequence[ExampleFailure], rules: int, options: RenderOptions) -> str:
    """What became of the examples."""
    paper = Paper(options)
    for failure in failed:
        paper.say(f"{safe(failure.where)}: {safe(failure.rule)}: {safe(failure.problem)}", "red")
        paper.say(f"│ {safe(failure.text)}", "dim", indent=2)
    if failed:
        paper.gap()
    bad = len({failure.where for failure in failed})
    passed = f"{plural(count, 'example')} of {plural(rules, 'rule')}"
    verdict = f"{passed}: {bad} failed." if bad else f"{passed}: all passed."
    paper.say(verdict, "bold red" if bad else "green")
    return paper.read()


def _colour(card: RuleCard) -> str:
    return "dim" if card.rule.severity is None else COLOURS[Severity(card.rule.severity)]


def _section(paper: Paper, title: str, text: str) -> None:
    if text:
        paper.title(title)
        paper.say(safe(text), indent=2)


def _list(paper: Paper, title: str, texts: Sequence[str]) -> None:
    if texts:
        paper.title(title)
    for text in texts:
        paper.bullet(safe(text))


def _code(paper: Paper, title: str, text: str) -> None:
    if not text:
        return
    if title:
        paper.title(title)
    else:
        paper.gap()
    for line in text.rstrip("\n").split("\n"):
        paper.say(safe(line), "cyan", indent=4)
