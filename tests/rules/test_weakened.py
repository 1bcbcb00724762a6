"""Every condition of every shipped rule is needed: weaken it, and an example must notice."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from functools import cache

import pytest

from asynclog import pipeline
from asynclog.classify.conditions import Condition, Conditions, compile_conditions
from asynclog.classify.examples import check_examples
from asynclog.classify.judge import Judge
from asynclog.classify.rulebook import JudgeRule, Rulebook, load_builtin
from asynclog.classify.rulefiles import builtin_folder, read_plain, rule_files
from asynclog.config import Settings
from asynclog.model import Message
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner

BOOK = load_builtin()
ENGINE = pipeline.engine(Settings())
WHEN = {
    entry["id"]: entry.get("when", {})
    for document in read_plain(rule_files(builtin_folder()))
    for entry in document["data"].get("rules", ())
}


@cache
def understood(text: str) -> list[Message]:
    return [ENGINE.message(record) for record in ENGINE.reader.text(text)]


def noticed(weak: JudgeRule) -> bool:
    """Whether any example of the kind fails when `weak` stands in for the rule of its name."""
    judges = tuple(
        weak if judge.rule.id == weak.rule.id else judge for judge in BOOK.judges if judge.rule.kind == weak.rule.kind
    )
    judges = tuple(sorted(judges, key=lambda judge: (judge.order, -len(judge.when), judge.builtin)))
    book = Rulebook(BOOK.patterns, judges)
    _, failures = check_examples(book, Judge(book, ENGINE.plumbing), understood)
    return bool(failures)


def with_conditions(rule: JudgeRule, conditions: tuple[Condition, ...]) -> JudgeRule:
    return dataclasses.replace(rule, when=Conditions(conditions, rule.when.timed))


def weakened(rule: JudgeRule) -> Iterator[tuple[str, JudgeRule]]:
    """The rule with one condition dropped, one pattern opened at an end, one bound moved."""
    conditions = rule.when.conditions
    for index, condition in enumerate(conditions):
        rest = (*conditions[:index], *conditions[index + 1 :])
        yield f"without {condition.key}", with_conditions(rule, rest)
        for what, wanted in looser(WHEN[rule.rule.id][condition.key]):
            loose = compile_conditions({condition.key: wanted}).conditions
            yield f"{condition.key} {what}", with_conditions(rule, (*rest, *loose))


def looser(wanted: object) -> Iterator[tuple[str, object]]:
    if not isinstance(wanted, dict):
        yield "is anything", {"present": True}
        return
    for operator, argument in wanted.items():
        if operator == "ge" and isinstance(argument, int | float):
            yield "from half on", {**wanted, "ge": argument / 2}
        elif operator == "lt" and isinstance(argument, int | float):
            yield "under double", {**wanted, "lt": argument * 2}
        elif operator in ("glob", "regex"):
            yield "is anything", {"present": True}


CASES = [
    pytest.param(weak, id=f"{rule.rule.id}: {what}")
    for rule in BOOK.judges
    if rule.when and not rule.when_group
    for what, weak in weakened(rule)
]


@pytest.mark.parametrize("weak", CASES)
def test_an_example_notices(weak: JudgeRule) -> None:
    assert noticed(weak), "add an example under `rejects` of this rule, or under `claims` of another of its kind"


def test_nothing_fails_when_nothing_is_weakened() -> None:
    assert not any(noticed(rule) for rule in BOOK.judges[::10])


GROUPS = {  # what the rule must and must not take
    "loop-starved": (
        {"share": 0.05, "count": 5},
        [{"share": 0.049, "count": 500}, {"share": 0.5, "count": 4}, {"count": 500}],
    ),
    "aiohttp-session-per-request": (
        {"count": 20, "bursts": 3},
        [{"count": 19, "bursts": 9}, {"count": 99, "bursts": 2}],
    ),
    "write-storm": ({"count": 500}, [{"count": 499}]),
}


def test_group_rules_hold_from_their_bounds_on() -> None:
    rules = {rule.rule.id: rule for rule in BOOK.judges if rule.when_group}
    assert rules.keys() == GROUPS.keys()
    for name, (held, left) in GROUPS.items():
        assert rules[name].matches_group(held)
        for view in left:
            assert not rules[name].matches_group(view), (name, view)
        keys = {condition.key for condition in rules[name].when_group.conditions}
        for key in keys:  # each condition alone keeps something out
            rest = tuple(c for c in rules[name].when_group.conditions if c.key != key)
            assert any(Conditions(rest).hold(view) for view in left), (name, key)


# -- the message patterns: text that only asyncio's own logger means so -----------------------------------------------

MORE = [  # wordings that no example in the rules has
    "DEBUG:asyncio:Datagram endpoint local_addr=None remote_addr=('10.0.0.1', 53) created: (<T fd=7>, <app.P>)",
    "DEBUG:asyncio:execute program 'ls' stdin=<pipe>",
    "DEBUG:asyncio:<_SelectorSocketTransport fd=7 read=polling> pauses reading",
    "DEBUG:asyncio:Get address info localhost:80",
    "DEBUG:asyncio:<Server sockets=[]> is serving",
    "INFO:asyncio:poll 0.500 took 1.500 seconds",
    "ERROR:asyncio:SSL handshake failed\nprotocol: <asyncio.sslproto.SSLProtocol object at 0x7f00>",
    "ERROR:asyncio:Accept failed\nsocket: <socket.socket fd=7>",
    "ERROR:aiohttp.server:Unhandled exception",
    "ERROR:websockets.server:data transfer failed",
    "ERROR:aiohttp.server:Error handling request",
    "ERROR:aiohttp.access:Error handling request",
]
_HEADED = re.compile(r"(?:DEBUG|INFO|WARNING|ERROR):([\w.]+):")


def look_alikes() -> list[str]:
    """The examples as other loggers and on other levels."""
    texts = [text for judge in BOOK.judges for text in (*judge.claims, *judge.rejects)] + MORE
    found = [(head, text[head.end() :]) for text in texts if (head := _HEADED.match(text))]
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    named = {
        f"{level}:{name}:{rest}"
        for head, rest in found
        for level in levels
        for name in ("asyncio", "shop", "gunicorn.error", head[1])
    }
    return sorted(named | {f"{level}: {rest}" for _, rest in found for level in levels})


ALIKE = look_alikes()
# finds every needle, which the measured anchors do not when no logger is named: the patterns alone have to decide
SCANNER = Scanner(sorted({needle for pattern in BOOK.patterns for needle in pattern.needles}))
USUAL = Reader(Recogniser(BOOK.patterns), SCANNER, 1 << 19)
RESTRICTED = [
    pytest.param(index, what, id=f"{pattern.kind}-{index}-{what}")
    for index, pattern in enumerate(BOOK.patterns)
    for what in ("strict", "levels", "loggers", "not_loggers")
    if getattr(pattern, what) and pattern.needles and not (what == "strict" and pattern.loggers)
]


def kinds(reader: Reader, text: str) -> list[str | None]:
    return [record.kind for record in reader.text(text)]


@cache
def usual(text: str) -> list[str | None]:
    return kinds(USUAL, text)


@pytest.mark.parametrize(("index", "what"), RESTRICTED)
def test_a_look_alike_notices(index: int, what: str) -> None:
    pattern = BOOK.patterns[index]
    loose = dataclasses.replace(pattern, **{what: False if what == "strict" else ()})
    reader = Reader(Recogniser([*BOOK.patterns[:index], loose, *BOOK.patterns[index + 1 :]]), SCANNER, 1 << 19)
    texts = [text for text in ALIKE if any(needle in text for needle in pattern.needles)]
    assert any(kinds(reader, text) != usual(text) for text in texts)
