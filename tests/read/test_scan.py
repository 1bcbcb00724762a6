"""The anchors: every message is found by one, and they stay few enough for the fast search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog import native
from asynclog.classify.rulebook import load_builtin
from asynclog.classify.rulefiles import builtin_folder, parse_documents
from asynclog.config import Settings
from asynclog.pipeline import findings
from asynclog.read.entries import find_all
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner

BOOK = load_builtin()
FILE = builtin_folder() / "anchors.yaml"
DATA = parse_documents(FILE.read_text("utf-8"), str(FILE))["data"]
ANCHORS = DATA["anchors"]
NAMELESS = DATA["nameless"]
NEEDLES = {needle for pattern in BOOK.patterns if pattern.channel != "detail" for needle in pattern.needles}
REMAINS = {needle for pattern in BOOK.details for needle in pattern.needles}
RECOGNISER = Recogniser(BOOK.patterns)


def examples() -> Iterator[str]:
    for judge in BOOK.judges:
        yield from judge.claims
        yield from judge.rejects


def test_every_needle_holds_an_anchor_or_says_why_not() -> None:
    left = {needle for needle in NEEDLES if not any(anchor in needle for anchor in [*ANCHORS, *NAMELESS])}
    assert left == set(DATA["exempt"]["type"])


@pytest.mark.parametrize("anchors", [ANCHORS, [*NAMELESS, *DATA["otherwise"]]], ids=["named", "nameless"])
def test_anchors_are_few(anchors: list[str]) -> None:
    assert len(set(anchors)) == len(anchors)
    assert len(anchors) <= 64  # more than the packed search of the automaton holds


def test_what_is_searched_in_nameless_logs_is_no_anchor_of_all_logs() -> None:
    """Each nameless anchor is there for a needle that holds no other one."""
    alone = [needle for needle in NEEDLES if not any(anchor in needle for anchor in ANCHORS)]
    assert not [anchor for anchor in NAMELESS if not any(anchor in needle for needle in alone)]


def test_anchors_hold_no_digits() -> None:
    """The skeleton of an entry tells whether it holds an anchor."""
    assert not [anchor for anchor in [*ANCHORS, *NAMELESS] if any(char.isdigit() for char in anchor)]


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


QUIET = (
    "Close <_UnixSelectorEventLoop running=False closed=False debug=True>",
    "<_SelectorSocketTransport fd=8 read=polling write=<idle, bufsize=0>> received EOF",
    "poll took 12.002 ms: 3 events",
    "process 'ls' created: pid 4711",
)


@pytest.mark.parametrize("line", QUIET)
@pytest.mark.parametrize(
    "prefix", ["2026-01-31 12:00:00,000 DEBUG ", "DEBUG: ", "[2026-01-31 12:00:00,000] [DEBUG] ", ""]
)
def test_logs_that_name_no_logger_are_searched_for_everything(tmp_path: Path, prefix: str, line: str) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(f"{prefix}{text}\n" for text in ("order stored", "order sent", line, "order gone")))
    assert [finding.line for finding in findings([str(path)], Settings())] == [3]


@pytest.mark.skipif(native.find_all is None, reason="nothing is compiled here, or this processor has no AVX2")
@given(
    pieces=st.lists(st.sampled_from([b"abcd", b"abc", b"ab", b"dabc", b"\n", b"x" * 40]), max_size=30),
    start=st.integers(0, 60),
    end=st.integers(0, 300),
)
def test_one_literal_is_found_as_python_finds_it(pieces: list[bytes], start: int, end: int) -> None:
    assert native.find_all is not None
    data = b"".join(pieces)
    start = min(start, len(data), end)
    with pytest.MonkeyPatch.context() as patch:
        found = find_all(data, b"abcdab", start, end), find_all(data, b"abcd", start, end)
        patch.setattr(native, "find_all", None)
        assert found == (find_all(data, b"abcdab", start, end), find_all(data, b"abcd", start, end))
