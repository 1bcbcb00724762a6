"""Markdown through a real renderer: what the log says never becomes markup."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_reports import HOSTILE, SAMPLES, hostile, many, varied

from asynclog.render import render
from asynclog.render.safe import markdown_block, markdown_code, markdown_prose, markdown_text

parser = pytest.importorskip("markdown_it", reason="needs markdown-it-py").MarkdownIt("gfm-like", {"linkify": False})
ACTIVE = {"html_inline", "html_block", "link_open", "image", "linkify"}


def tokens(document):
    for token in parser.parse(document):
        yield token
        yield from token.children or ()


def kinds(document):
    return {token.type for token in tokens(document)}


def plain(document):
    return "".join(each.content for each in tokens(document) if each.type in ("text", "text_special", "code_inline"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_html_no_links(sample):
    assert not kinds(render("markdown", SAMPLES[sample]())) & ACTIVE


@pytest.mark.parametrize("sample", ["one", "varied", "hostile", "untimed"])
def test_the_table_has_as_many_cells_in_each_row(sample):
    found = list(tokens(render("markdown", SAMPLES[sample]())))
    heads = sum(token.type == "th_open" for token in found)
    assert heads > 5
    rows = min(20, len(SAMPLES[sample]().rows))
    assert sum(token.type == "td_open" for token in found) == heads * rows
    lines = [line for line in render("markdown", SAMPLES[sample]()).splitlines() if line.startswith("| ")]
    assert len(lines) == rows + 2


def test_a_comment_has_room_for_it():
    """GitHub takes 65,536 characters."""
    assert len(render("markdown", many())) < 65_000
    assert len(render("markdown", hostile(HOSTILE * 200))) < 65_000


def test_more_groups_are_counted():
    assert "… and 4,980 more groups." in render("markdown", many())


@settings(max_examples=200)
@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Z"]), max_size=60)
    | st.text("`*_[]()<>!#|~&$@:/w.- \\1ax", max_size=40)
)
def test_text_and_code_come_out_as_they_went_in(text):
    for shown in (f"x {markdown_text(text)} y", f"x {markdown_code(text)} y", f"x {markdown_prose(text)} y"):
        assert kinds(shown) <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "code_inline"}
    assert text.split() == plain(markdown_code(text)).split() or not text.strip()


@given(st.text("ab`~ \n#", max_size=40))
def test_nothing_leaves_a_block(text):
    (fence,) = parser.parse("\n".join(markdown_block(text)))
    assert fence.type == "fence"
    assert fence.content == f"{text}\n"


@pytest.mark.parametrize("text", ["@everyone", "user@example.org", "#12", "GH-12", "http://evil", "www.evil.com"])
def test_nobody_is_called_and_nothing_linked(text):
    """GitHub looks for these in the rendered text too, so they must be broken, not only escaped."""
    shown = markdown_text(text)
    assert text not in shown
    assert text not in plain(shown) or "//" in text or text.startswith("www")


def test_code_in_sentences_stays_code():
    assert markdown_prose("use `asyncio.to_thread()` *now*") == "use `asyncio.to_thread()` \\*now\\*"
    assert "code_inline" in kinds(render("markdown", varied()))


def test_why_and_fix_are_told_once_a_rule():
    shown = render("markdown", varied())
    assert shown.count("Keep the task and await it") == 1
    assert "**why, fix:** as in 1" in shown
