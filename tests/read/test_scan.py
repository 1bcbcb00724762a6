"""The anchors: every message is found by one, and they stay few enough for the fast search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.classify.rulebook import load_builtin
from asynclog.classify.rulefiles import builtin_folder, parse_documents
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner

BOOK = load_builtin()
FILE = builtin_folder() / "anchors.yaml"
DATA = parse_documents(FILE.read_text("utf-8"), str(FILE))["data"]
ANCHORS = [*DATA["logger"], *DATA["anchors"]]
EXEMPT = {*DATA["exempt"]["logger"], *DATA["exempt"]["type"]}
NEEDLES = {needle for pattern in BOOK.patterns if pattern.channel != "detail" for needle in pattern.needles}
REMAINS = {needle for pattern in BOOK.details for needle in pattern.needles}
RECOGNISER = Recogniser(BOOK.patterns)


def examples() -> Iterator[str]:
    for judge in BOOK.judges:
        yield from judge.claims
        yield from judge.rejects


def test_every_needle_holds_an_anchor_or_says_why_not() -> None:
    assert {needle for needle in NEEDLES if not any(anchor in needle for anchor in ANCHORS)} == EXEMPT


def test_anchors_are_few() -> None:
    assert len(set(ANCHORS)) == len(ANCHORS)
    assert len(ANCHORS) <= 64  # more than the packed search of the automaton holds


def test_anchors_hold_no_digits() -> None:
    """The skeleton of an entry tells whether it holds an anchor."""
    assert not [anchor for anchor in ANCHORS if any(char.isdigit() for char in anchor)]


@pytest.mark.parametrize("name", sorted({judge.rule.id for judge in BOOK.judges}))
def test_the_examples_of_a_rule_are_found_by_anchors(name: str) -> None:
    few = Reader(RECOGNISER, Scanner(ANCHORS, REMAINS))
    every = Reader(RECOGNISER, Scanner([*NEEDLES, *REMAINS, *ANCHORS]))
    for judge in BOOK.judges:
        if judge.rule.id == name:
            for text in (*judge.claims, *judge.rejects):
                behind = f"2026-01-31 12:00:00,000 INFO app: started\n{text}"
                assert list(few.text(behind)) == list(every.text(behind))


@given(
    st.lists(st.sampled_from([b"asyncio: x\n", b"task: <T\n", b"noise\n", b"\n", b"etrieved"])),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_a_search_from_the_middle_finds_the_rest(parts: list[bytes], start: int, beginning: int) -> None:
    data = b"".join(parts)
    scanner = Scanner(["ncio:", "etrieved"], ["task: "])
    start = min(start, len(data))
    expected = [at for at in range(start, len(data)) if data.startswith((b"ncio:", b"etrieved"), at)]
    found = scanner.hits(data, start, beginning)
    assert [at for at in found if not data.startswith(b"task: ", at)] == expected
    reach = data.find(b"\n", max(beginning, 0))
    assert all(at <= (reach if reach >= 0 else len(data)) for at in found if data.startswith(b"task: ", at))
