"""Runs of text with styles, and columns of them."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from asynclog.render.ink import Text
from asynclog.render.text_columns import Column, lines_of
from asynclog.render.text_paper import quoted


@pytest.mark.parametrize(
    ("style", "sent"),
    [
        ("", "a"),
        ("red", "\x1b[31ma\x1b[0m"),
        ("red bold", "\x1b[1;31ma\x1b[0m"),
        ("dim not dim bold cyan", "\x1b[1;36ma\x1b[0m"),
        ("link file:///a", "\x1b]8;;file:///a\x1b\\a\x1b]8;;\x1b\\"),
        ("dim link file:///a", "\x1b]8;;file:///a\x1b\\\x1b[2ma\x1b[0m\x1b]8;;\x1b\\"),
    ],
)
def test_styles(style, sent):
    assert Text("a", style).written(color=True) == sent
    assert Text("a", style).written(color=False) == "a"


def test_the_first_style_holds_for_what_follows():
    text = Text("1. ", "dim").append("error", "not dim red").append("  ").append("id", "bold")
    assert text.written(color=True) == "\x1b[2m1. \x1b[0m\x1b[31merror\x1b[0m\x1b[2m  \x1b[0m\x1b[1;2mid\x1b[0m"
    whole = Text.of(("a", "red"), Text("b", "bold"), "c")
    assert whole.written(color=True) == "\x1b[31ma\x1b[0m\x1b[1mb\x1b[0mc"
    assert (whole.plain, len(whole)) == ("abc", 3)


@pytest.mark.parametrize("ends", [[], [0], [1], [3], [2, 4], [3, 3], [6], [1, 2, 3, 4, 5]])
def test_pieces_are_the_whole(ends):
    text = Text("ab", "dim").append("cd", "red").append("ef")
    pieces = text.split(ends)
    assert len(pieces) == len(ends) + 1
    assert [piece.plain for piece in pieces] == [
        "abcdef"[start:end] for start, end in zip([0, *ends], [*ends, 6], strict=True)
    ]
    styled = "".join(piece.written(color=True) for piece in pieces)
    assert [char for char in styled if char in "abcdef"] == list("abcdef")
    assert all("\x1b[2m" in piece.written(color=True) for piece in pieces if "a" in piece.plain or "f" in piece.plain)


def test_a_style_from_some_character_on():
    text = Text("abc")
    text.style_from(2, "red")
    assert text.written(color=True) == "ab\x1b[31mc\x1b[0m"
    text.style_from(0, "")
    assert text.written(color=True) == "ab\x1b[31mc\x1b[0m"


def test_spaces_at_the_end_go():
    assert Text("a ", "red").append("  ", "dim").rstrip().written(color=True) == "\x1b[31ma\x1b[0m"
    assert Text("  ").rstrip().plain == ""


def test_columns():
    heads = [Column("#", right=True), Column("name", 6), Column("count", right=True), Column("id")]
    rows = [
        [Text("1"), [Text("a"), Text("long words")], Text("7"), Text("x")],
        [Text("10"), Text("二三"), Text("1,234,567"), Text("yz")],
    ]
    assert [line.plain.rstrip() for line in lines_of(heads, rows, "bold", "-")] == [
        " #  name        count  id",
        "-" * 25,
        " 1  a               7  x",
        "    long",
        "    words",
        "10  二三    1,234,567  yz",
    ]


def test_bytes_in_urls_are_those_of_the_standard_library():
    assert all(quoted(byte) == quote(bytes([byte]), safe="/:") for byte in range(256))
