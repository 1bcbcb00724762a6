"""Hostile text is shown, never sent."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.render import safe as s

BAD = ("Cc", "Cf", "Cs", "Zl", "Zp")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("é 日本 🎉", "é 日本 🎉"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u202eabc\u2066", "\\u202eabc\\u2066"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("::error file=x::boom", ":\\x3aerror file=x::boom"),
        ("::add-mask::x", ":\\x3aadd-mask::x"),
        ("('::1', 8080, 0, 0)", "('::1', 8080, 0, 0)"),
        ("std::vector", "std::vector"),
        ("##[error]x ##vso[task] ##teamcity[x]", "#\\x23[error]x #\\x23vso[task] #\\x23teamcity[x]"),
    ],
)
def test_safe(text, shown):
    assert s.safe(text) == shown


def test_no_invisible_character_of_this_python_is_missed():
    """Format characters of scripts count too: what cannot be seen is spelled out."""
    missed = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in BAD and s.safe(chr(code)) == chr(code)
    ]
    assert missed == []


@given(st.text(st.characters()))
def test_safe_leaves_no_control(text):
    shown = s.safe(text)
    assert not [char for char in shown if unicodedata.category(char) in BAD]
    assert s.safe(shown) == shown
    assert shown.encode().decode() == shown


@given(st.text(st.characters()))
def test_workflow_texts_stay_in_their_place(text):
    assert not re.search(r"[\r\n]", s.workflow_data(text))
    assert not re.search(r"[\r\n,:]", s.workflow_property(text))


def test_workflow_escapes():
    assert s.workflow_data("50%\nnext") == "50%25%0Anext"
    assert s.workflow_property("C:\\x,y.py") == "C%3A\\x%2Cy.py"


@pytest.mark.parametrize("first", "=+-@\t\r＝＋－＠")
def test_no_cell_is_a_formula(first):
    assert s.csv_cell(f"{first}1+1").startswith("'")
    assert s.csv_cell(f"  {first}1+1").startswith("'")


def test_harmless_cells_stay():
    assert s.csv_cell("a=1") == "a=1"


@given(st.text(st.characters()))
def test_xml_text_is_legal(text):
    assert re.fullmatch("[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*", s.xml_text(text))


def test_lines():
    assert s.safe_lines("a\r\n\tb\x1b\n") == ["a", "    b\\x1b", ""]


@pytest.mark.parametrize(("text", "limit", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 3, "")])
def test_clip(text, limit, cut):
    assert s.clip(text, limit) == cut
