"""The shipped rules: each claims its examples and leaves the others alone, and no kind is without one."""

from __future__ import annotations

import re

import pytest
from rough import head_of, judge, view_of

from asynclog.classify.rulebook import JudgeRule, load_builtin
from asynclog.model import Severity

BOOK = load_builtin()


def _cases(of: str) -> list[object]:
    texts = [(rule, i, text) for rule in BOOK.judges for i, text in enumerate(getattr(rule, of))]
    return [pytest.param(rule, text, id=f"{rule.rule.id}-{i}") for rule, i, text in texts]


@pytest.mark.parametrize(("rule", "text"), _cases("claims"))
def test_a_rule_claims_its_examples(rule: JudgeRule, text: str):
    head = head_of(BOOK, text)
    assert head is not None, "no pattern recognises it"
    assert head[0].kind == rule.rule.kind
    if not rule.when_group:
        chosen = judge(BOOK, text)
        assert chosen is not None
        assert chosen.rule.id == rule.rule.id


@pytest.mark.parametrize(("rule", "text"), _cases("rejects"))
def test_a_rule_leaves_what_is_not_its_own(rule: JudgeRule, text: str):
    chosen = judge(BOOK, text)
    assert chosen is None or chosen.rule.id != rule.rule.id


def test_every_kind_has_a_rule_without_conditions():
    plain = [rule.rule.kind for rule in BOOK.judges if not rule.when and not rule.when_group]
    assert sorted(plain) == sorted(BOOK.kinds)
    assert len(plain) == 75


def test_rules_for_ends_with_the_plain_rule_and_leaves_groups_out():
    for kind in BOOK.kinds:
        *special, plain = BOOK.rules_for(kind)
        assert not plain.when
        assert all(rule.when for rule in special)
        assert all(rule.when_group for rule in BOOK.group_rules_for(kind))


def test_no_two_rules_of_a_kind_claim_one_example_without_an_order():
    """Where two special rules hold for one text their orders must differ: the file, not chance, decides."""
    for rule in BOOK.judges:
        for text in rule.claims:
            head = head_of(BOOK, text)
            assert head is not None
            view = view_of(text, *head)
            holding = [other for other in BOOK.rules_for(head[0].kind) if other.matches(view)]
            orders = [other.order for other in holding]
            assert len(set(orders)) == len(orders), (text, [other.rule.id for other in holding])


def test_patterns_carry_title_and_severity_of_the_plain_rule():
    pattern = next(p for p in BOOK.patterns if p.kind == "task-destroyed-pending")
    assert pattern.title == BOOK.rules["task-destroyed-pending"].title
    assert pattern.severity is Severity.ERROR


def test_texts_are_whole_sentences_with_references():
    for rule in BOOK.rules.values():
        assert rule.title[0].isupper() or rule.title.startswith(("asyncio", "gather()", "uvloop")), rule.id
        assert not rule.title.endswith("."), rule.id
        assert rule.why.endswith("."), rule.id
        assert rule.fix.endswith((".", ")")), rule.id
        assert rule.references, rule.id
        assert all(address.startswith("https://") for address in rule.references), rule.id


def test_before_and_after_compile():
    for rule in BOOK.rules.values():
        for source in (rule.example_before, rule.example_after):
            lines = [f"    {line}" for line in source.splitlines()]
            compile("async def wrapper():\n    pass\n" + "\n".join(lines), rule.id, "exec")


def test_static_ids_look_like_ids():
    for rule in BOOK.rules.values():
        for name in rule.static:
            assert re.fullmatch(r"[A-Z]+\d*|(?:mypy|pyright|pylint): [\w-]+", name), (rule.id, name)


def test_shipped_rules_hold_no_dates_or_suppressions():
    assert BOOK.suppressions == ()
    assert not any(rule.rule.severity is None for rule in BOOK.judges)
