"""The page in a real browser: sort, filter, fold, colours, print, keyboard; nothing leaves the file, nothing acts."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from sample_reports import SAMPLES, hostile, hostile_row, report, varied

ROWS = "[...document.querySelectorAll('#groups tbody tr')]"
SEEN = f"{ROWS}.filter(row => row.checkVisibility())"


def column(browser, at):
    return browser.run(f"{ROWS}.map(row => row.cells[{at}].dataset.v ?? row.cells[{at}].textContent)")


def click(browser, selector):
    browser.run(f"document.querySelector({selector!r}).click()")


def search(browser, text):
    click(browser, "#find")
    browser.run("document.querySelector('#find').focus(); document.querySelector('#find').value = ''")
    browser.type(text)
    if not text:
        browser.run("document.querySelector('#find').dispatchEvent(new Event('input', {bubbles: true}))")


# -- nothing leaves, nothing complains -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "many"])
def test_no_request_leaves_the_file_and_the_console_is_silent(browser, show, name):
    address = show(name)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.requests() == [address]
    assert browser.complaints() == []


def test_the_policy_stops_what_is_not_ours(browser, show):
    """Were there a hole, the browser would still not act on what comes through it."""
    show("one")
    browser.run(
        "document.body.insertAdjacentHTML('beforeend', `<img src=x onerror='window.pwned = 1'>"
        "<a id=evil href='javascript:window.pwned = 2'>x</a>`);"
        "const s = document.createElement('script'); s.textContent = 'window.pwned = 3'; document.body.append(s);"
        "document.querySelector('#evil').click()"
    )
    assert browser.run("fetch('https://example.org/').then(() => 'sent', () => 'stopped')") == "stopped"
    assert browser.run("String(window.pwned)") == "undefined"


def test_hostile_text_is_shown_and_inert(browser, show):
    text = "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>\u202egnp\x00\x1b[31m javascript:pwned=3"
    bad = tuple(replace(hostile_row(text, at), references=("javascript:window.pwned=4",)) for at in (1, 2))
    address = show(replace(hostile(text), rows=bad))
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    browser.run("document.querySelectorAll('main a').forEach(each => each.click())")
    assert browser.run("String(window.pwned)") == "undefined"
    assert browser.run("document.querySelectorAll('img, main script').length") == 0
    links = browser.run("[...document.querySelectorAll('a')].map(each => each.protocol)")
    assert set(links) == {"file:"}
    shown = browser.run("document.querySelector('main').innerText")
    assert "<script>window.pwned=1</script>" in shown
    assert "\\u202egnp\\x00\\x1b[31m" in shown
    assert browser.requests() == [address]
    assert browser.complaints() == []


# -- sort, filter, fold ----------------------------------------------------------------------------------------------


def test_a_click_on_a_head_sorts_and_another_turns_it_round(browser, show):
    show("varied")
    heads = browser.run("[...document.querySelectorAll('#groups thead th')].map(each => each.textContent)")
    at = heads.index("Count")
    first = column(browser, 0)
    click(browser, f"#groups thead th:nth-child({at + 1}) button")
    counts = [int(text) for text in column(browser, at)]
    assert counts == sorted(counts, reverse=True)
    assert browser.run("document.querySelector('[aria-sort]').textContent") == "Count"
    assert browser.run("document.querySelector('[aria-sort]').ariaSort") == "descending"
    click(browser, f"#groups thead th:nth-child({at + 1}) button")
    assert [int(text) for text in column(browser, at)] == sorted(counts)
    click(browser, "#groups thead th button")
    assert column(browser, 0) == first
    assert len(browser.run("[...document.querySelectorAll('[aria-sort]')].map(each => each.textContent)")) == 1


def test_words_sort_as_words_and_severities_by_weight(browser, show):
    show("varied")
    click(browser, "#groups thead th:nth-child(2) button")
    weights = [int(text) for text in column(browser, 1)]
    assert weights == sorted(weights, reverse=True)
    click(browser, "#groups thead th:nth-child(3) button")
    titles = column(browser, 2)
    assert titles == sorted(titles, key=str.casefold)


def test_search_and_severities_filter_rows_and_details(browser, show):
    show("varied")
    everything = browser.run(f"{SEEN}.length")
    assert everything == 12
    search(browser, "destroyed CHARGE_3")
    found = browser.run(f"{SEEN}.map(row => row.dataset.id)")
    assert 0 < len(found) < everything
    details = (
        "[...document.querySelectorAll('details.group')].filter(each => !each.hidden).map(each => each.dataset.id)"
    )
    assert browser.run(details) == found
    assert browser.run("document.querySelector('#shown').textContent") == f"{len(found)} of 12 groups"
    search(browser, "no such words anywhere")
    assert browser.run(f"{SEEN}.length") == 0
    search(browser, "")
    assert browser.run(f"{SEEN}.length") == everything
    click(browser, "#filters input[value=error]")
    severities = set(browser.run(f"{SEEN}.map(row => row.dataset.s)"))
    assert severities == {"warning", "info"}


def test_a_link_opens_the_group_it_names(browser, show):
    show("varied")
    last = browser.run("[...document.querySelectorAll('#groups tbody a')].at(-1).hash")
    assert browser.run(f"document.querySelector({last!r}).open") is False
    click(browser, f"#groups a[href={last!r}]".replace("'", '"'))
    time.sleep(0.2)
    assert browser.run(f"document.querySelector({last!r}).open") is True
    assert browser.run(f"document.querySelector({last!r}).getBoundingClientRect().top < innerHeight") is True


def test_an_address_with_a_group_opens_it(browser, show):
    address = show("varied")
    name = varied().rows[7].id
    browser.open("about:blank")
    browser.open(f"{address}#g-{name}")
    assert browser.run(f"document.querySelector('#g-{name}').open") is True


def test_all_groups_are_folded_at_once(browser, show):
    show("varied")
    click(browser, "[data-fold=open]")
    assert browser.run("document.querySelectorAll('details.group:not([open])').length") == 0
    click(browser, "[data-fold='']")
    assert browser.run("document.querySelectorAll('details.group[open]').length") == 0


# -- without scripts, colours, print, keyboard, width ----------------------------------------------------------------


def test_it_is_read_without_scripts(browser, show):
    browser.scripts(False)
    show("varied")
    browser.scripts(True)  # for the questions below; the page was loaded without
    assert browser.run(f"{SEEN}.length") == 12
    assert browser.run("document.querySelector('#filters').checkVisibility()") is False
    assert browser.run("document.querySelectorAll('thead button').length") == 0
    click(browser, "details.group:not([open]) summary")
    assert browser.run("document.querySelectorAll('details.group[open]').length") == 2
    click(browser, "#theme-dark")
    assert browser.run("getComputedStyle(document.documentElement).colorScheme") == "dark"
    assert browser.complaints() == []


def ground(browser):
    return browser.run("getComputedStyle(document.body).backgroundColor")


def test_dark_and_light_follow_the_system_and_the_reader(browser, show):
    show("one")
    light = ground(browser)
    browser.media(dark=True)
    dark = ground(browser)
    assert light != dark
    click(browser, "#theme-light")
    assert ground(browser) == light
    browser.media()
    click(browser, "#theme-dark")
    assert ground(browser) == dark
    click(browser, "#theme-auto")
    assert ground(browser) == light
    assert browser.run("localStorage.length + sessionStorage.length + document.cookie.length") == 0


def test_what_is_printed_is_light_and_open(browser, show):
    show("varied")
    browser.media(dark=True, kind="print")
    assert browser.run("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert browser.run("document.querySelector('.theme').checkVisibility()") is False
    browser.media()
    short = browser.pdf()
    assert short.startswith(b"%PDF")
    assert short.count(b"/Type /Page\n") > 3
    assert browser.run("document.querySelectorAll('details.group:not([open])').length") == 11


def test_everything_is_reached_by_keyboard(browser, show):
    show("varied")
    names = []
    for _ in range(40):
        browser.key("Tab", code=9)
        names.append(browser.run("(e => e.id || e.className || e.tagName)(document.activeElement)"))
        outline = browser.run("(s => s.outlineStyle)(getComputedStyle(document.activeElement))")
        label = browser.run(
            "(l => l ? getComputedStyle(l).outlineStyle : '')(document.activeElement.nextElementSibling)"
        )
        assert "none" not in (outline,) or label == "solid", names
    assert names[0] == "skip"
    assert {"theme-auto", "find"} <= set(names)
    assert browser.run("document.querySelectorAll('#groups thead button').length") >= 6
    browser.run("document.querySelector('details.group:not([open]) summary').focus()")
    browser.key("Enter", text="\r", code=13)
    assert browser.run("document.activeElement.parentElement.open") is True


@pytest.mark.parametrize("width", [320, 400, 768, 1280, 2000])
@pytest.mark.parametrize("name", ["varied", "hostile"])
def test_the_page_is_never_wider_than_the_window(browser, show, name, width):
    browser.size(width, 900)
    show(name)
    browser.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert browser.run("document.documentElement.scrollWidth <= innerWidth") is True


def test_names_for_screen_readers(browser, show):
    """What the browser tells assistive technology: every control and picture has a name."""
    show("varied")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    named = {"link", "button", "checkbox", "radio", "searchbox", "image", "table", "region", "search", "navigation"}
    nameless = [
        node["role"]["value"]
        for node in nodes
        if not node.get("ignored") and node.get("role", {}).get("value") in named and not node["name"]["value"]
    ]
    assert nameless == []
    roles = {node.get("role", {}).get("value") for node in nodes if not node.get("ignored")}
    assert {"main", "banner", "contentinfo", "heading", "table", "columnheader", "rowheader"} <= roles


# -- many ------------------------------------------------------------------------------------------------------------


def test_five_thousand_groups_stay_usable(browser, show):
    start = time.perf_counter()
    show("many")
    assert time.perf_counter() - start < 30
    assert browser.run(f"{SEEN}.length") == 200
    spent = (
        "(work => { const t = performance.now(); work(); document.body.offsetHeight; return performance.now() - t; })"
    )
    typed = "document.querySelector('#find').dispatchEvent(new Event('input', {bubbles: true}))"
    for text in ("charge_49", "charge_4999", "no such", ""):
        browser.run(f"document.querySelector('#find').value = {text!r}")
        assert browser.run(f"{spent}(() => {typed})") < 2_000
    assert browser.run("document.querySelector('#shown').textContent") == "5,000 groups"
    assert browser.run(f"{spent}(() => document.querySelectorAll('#groups thead button')[3].click())") < 4_000
    click(browser, "#more button")
    assert browser.run(f"{SEEN}.length") == 5_000
    assert browser.complaints() == []


def test_a_page_of_nothing(browser, show):
    show(report(()))
    assert browser.complaints() == []
    assert browser.run("document.querySelector('h1').innerText.length") > 0
