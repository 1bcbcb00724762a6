"""The page as bytes: structure, safety, sizes. What it does in a browser: tests/browser."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
from html_reading import Element, Page
from hypothesis import given
from hypothesis import strategies as st
from sample_reports import HOSTILE, SAMPLES, hostile_row, many, report, varied

from asynclog.render import RenderOptions, html_text, render
from asynclog.render.html_palette import FLAMES, PALETTE, SHAPES, TEXTS

SMALL = [name for name in SAMPLES if name != "many"]
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
NEVER = ("iframe", "object", "embed", "base", "img", "image", "use", "foreignobject", "animate")


@cache
def html(name: str, **options: int) -> str:
    return str(render("html", SAMPLES[name](), RenderOptions(**options)))


@cache
def page(name: str) -> Page:
    return Page(html(name))


def words(element: Element) -> str:
    return " ".join(element.text.split())


# -- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_names_of_places_are_unique_and_links_lead_somewhere(name):
    found = page(name)
    ids = [element.attrs["id"] for element in found.elements if "id" in element.attrs]
    assert len(ids) == len(set(ids))
    for element in found.elements:
        for key in ("aria-labelledby", "for", "aria-describedby"):
            assert set(element.attrs.get(key, "").split()) <= set(ids)
        if element.attrs.get("href", "").startswith("#"):
            assert element.attrs["href"][1:] in ids


@pytest.mark.parametrize("name", SMALL)
def test_headings_go_down_in_steps_of_one(name):
    levels = [int(element.tag[1]) for element in page(name).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", SMALL)
def test_tables_have_captions_and_headers_with_scope(name):
    for table in page(name).all("table"):
        assert table.children[0].tag == "caption"
        assert words(table.children[0])
    for head in page(name).all("th"):
        assert head.attrs["scope"] == ("col" if head.inside("thead") else "row")
    for line in page(name).all("tr"):
        if line.inside("tbody"):
            assert sum(cell.tag == "th" for cell in line.children) == 1


@pytest.mark.parametrize("name", SMALL)
def test_charts_say_what_they_show(name):
    for chart in page(name).all("svg"):
        outer = [element for element in chart.parents if element.tag == "svg" or "aria-hidden" in element.attrs]
        assert outer or (chart.attrs["role"] == "img" and len(chart.attrs["aria-label"]) > 10)


@pytest.mark.parametrize("name", SMALL)
def test_controls_have_names(name):
    for control in page(name).all("input"):
        assert control.inside("label")
    for group in page(name).all("fieldset"):
        assert group.children[0].tag == "legend"
    for button in page(name).all("button"):
        assert words(button)
    found = page(name)
    assert found.one("html").attrs["lang"] == "en"
    assert words(next(each for each in found.all("title") if not each.inside("svg")))
    assert found.one("a", href="#main").parents[-1].tag == "body"
    assert len(found.all("main")) == len(found.all("header")) == 1


def test_nothing_needs_a_script_to_be_read():
    """What only a script can move is hidden until there is one; all the rest is in sight or behind a summary."""
    hidden = {element.attrs.get("id") for element in page("varied").elements if "hidden" in element.attrs}
    assert hidden == {"filters", "fold", "more"}
    for details in page("varied").all("details"):
        assert details.children[0].tag == "summary"


# -- what it shows ---------------------------------------------------------------------------------------------------


def test_the_verdict_stands_first():
    found = page("varied")
    assert words(found.one("h1")) == varied().verdict


def test_a_group_in_full():
    found = page("varied")
    row = next(row for row in varied().rows if row.messages and row.group.failure and row.callers)
    text = words(found.one("details", id=f"g-{row.id}"))
    for part in (row.title, row.group.coroutine, row.why, row.fix, row.messages[0].text, row.group.fingerprint):
        assert str(part) in text
    for frame in (*row.callers[0].chain, *row.group.failure):
        assert f"{frame.function} {frame.file}:{frame.line}" in text
    assert f"{row.samples[0].source}:{row.samples[0].line}" in text
    assert "RUF006" in text


def test_top_and_verbosity():
    few = Page(html("varied", top=2))
    assert len(few.one("table", id="groups").children[2].children) == 2
    assert len(few.all("details", **{"class": "group"})) <= 2
    assert Page(html("varied", verbose=-1)).all("h4") == []
    everything = Page(html("varied", verbose=2))
    assert all("open" in each.attrs for each in everything.all("details") if "group" in each.attrs["class"])


def test_an_empty_log_and_one_without_times_have_their_page():
    assert page("empty").all("table", id="groups") == []
    assert "No groups to show." in words(page("empty").one("main"))
    assert page("untimed").all("h2", id="when") == []
    assert len(page("untimed").all("table", id="groups")) == 1


def test_five_thousand_groups():
    start = time.perf_counter()
    text = str(render("html", many(), RenderOptions()))
    assert time.perf_counter() - start < 20
    assert len(text) < 6_000_000
    found = Page(text)
    assert len(found.one("table", id="groups").children[2].children) == 5_000
    assert sum("group" in each.attrs["class"].split() for each in found.all("details")) == 100
    assert "Details of the first 100 of 5,000 groups" in words(found.one("main"))


# -- safety ----------------------------------------------------------------------------------------------------------


def shapes(found: Page) -> set[tuple[str, frozenset[str]]]:
    return {(element.tag, frozenset(element.attrs)) for element in found.elements}


def test_hostile_text_adds_nothing_to_the_page():
    """The same report with harmless words has the same elements with the same attributes."""
    from sample_reports import hostile

    assert shapes(page("hostile")) == shapes(Page(str(render("html", hostile("word"), RenderOptions()))))
    assert words(page("hostile").one("h1"))
    assert len(page("hostile").all("script")) == len(page("hostile").all("style")) == 1


@pytest.mark.parametrize("name", SMALL)
def test_no_control_character_is_in_the_page(name):
    assert CONTROLS.search(html(name)) is None
    outside = re.sub(r"<(script|style)>.*?</\1>", "", html(name), flags=re.DOTALL)
    assert "::" not in outside
    assert "##" not in outside


def test_hostile_text_is_shown():
    shown = page("hostile").one("p", **{"class": "lead"}).text
    for part in (
        "<script>alert(1)</script>",
        "<b>&amp;",
        "\\x1b[2J",
        "\\u202egnp",
        "::add-mask::",
        "\\x00",
        "##[error]",
    ):
        assert part in shown
    assert "\x1b[2J" in HOSTILE


@given(st.text(max_size=200))
def test_any_text_is_inert_and_whole(text):
    for made in (html_text.shown(text), html_text.prose(text), html_text.breaking(text), html_text.block(text)):
        assert CONTROLS.search(str(made)) is None
        assert "::" not in made
        assert "##" not in made
        found = Page(f"<main>{made}</main>")
        assert {element.tag for element in found.elements} <= {"main", "code", "wbr"}
        assert not any(element.attrs for element in found.elements)
    printable = re.sub(r"[^ -~]|`", "", text)
    assert Page(f"<p>{html_text.breaking(printable)}</p>").one("p").text == printable


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://docs.python.org/3/library/asyncio-dev.html#debug-mode", True),
        ("http://localhost:8000/x?y=1", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,x", False),
        ("//evil.example", False),
        ("https://", False),
        ("https://a b", False),
        ("https://example.org/\u202e", False),
        ("https://example.org/\n", False),
        (" https://example.org", False),
        ("the manual", False),
    ],
)
def test_only_web_addresses_of_rules_are_links(address, expected):
    assert html_text.is_web(address) is expected
    found = Page(str(render("html", report((replace(hostile_row("x"), references=(address,)),)), RenderOptions())))
    outside = [link.attrs for link in found.all("a") if not link.attrs["href"].startswith("#")]
    assert [(link["href"], link["rel"]) for link in outside] == ([(address, "noopener noreferrer")] if expected else [])


@pytest.mark.parametrize("name", SMALL)
def test_the_policy_allows_one_style_and_one_script_and_nothing_else(name):
    found = page(name)
    policy = found.one("meta", **{"http-equiv": "Content-Security-Policy"}).attrs["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(found.one(tag).text.encode()).digest()).decode()
        assert rules.pop(f"{tag}-src") == f"'sha256-{digest}'"
        assert found.one(tag).attrs == {}
    assert rules == {"img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
    policy_first = [element.tag for element in found.elements[:4]]
    assert policy_first == ["html", "head", "meta", "meta"]


@pytest.mark.parametrize("name", SMALL)
def test_nothing_is_loaded_or_run_from_elsewhere(name):
    found = page(name)
    for element in found.elements:
        assert "style" not in element.attrs
        assert not any(key.startswith("on") for key in element.attrs)
        assert not {"src", "srcset", "action", "formaction"} & set(element.attrs)
        assert element.tag not in NEVER
        address = element.attrs.get("href", "#")
        if not address.startswith("#"):
            assert element.tag == "a" or address.startswith("data:image/svg+xml,")
    assert "url(" not in found.one("style").text
    assert "@import" not in found.one("style").text
    assert not re.search(r"fetch|XMLHttp|WebSocket|import\(|Storage|cookie|innerHTML|eval", found.one("script").text)


def test_the_same_report_gives_the_same_bytes_in_any_process():
    code = (
        "import sys; sys.path.insert(0, 'tests/render'); from sample_reports import SAMPLES\n"
        "from asynclog.render import render; import hashlib\n"
        "pages = [render('html', SAMPLES[name]()) for name in ('varied', 'hostile')]\n"
        "print(hashlib.sha256(''.join(pages).encode()).hexdigest())"
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root, "TZ": zone},
            cwd=root, capture_output=True, text=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }  # fmt: skip
    assert len(runs) == 1


# -- colours ---------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_have_the_contrast_of_wcag_aa(theme):
    pairs = [(text, ground, 4.5) for text in TEXTS for ground in ("page", "card", "well")]
    pairs += [(name.removesuffix("-ground"), name, 4.5) for name in PALETTE if name.endswith("-ground")]
    pairs += [("text", f"flame-{at}", 4.5) for at in range(FLAMES)]
    pairs += [(shape, ground, 3) for shape in SHAPES for ground in ("card", "page")]
    pairs += [("card", "text", 4.5)]  # the chosen theme: the other way round
    low = {pair[:2]: contrast(*(PALETTE[n][theme] for n in pair[:2])) for pair in pairs}
    assert {names: round(low[names], 2) for *names_, least in pairs if low[names := tuple(names_)] < least} == {}


def test_every_colour_of_the_style_is_in_the_palette():
    style = page("one").one("style").text
    used = set(re.findall(r"var\(--([\w-]+)\)", style))
    assert used <= set(PALETTE)
    rest = style[style.index("*,*::before") :]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|rgba?\(|hsla?\(", rest) == []
