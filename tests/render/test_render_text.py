"""The report for reading."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_reports import HOSTILE, SAMPLES, empty, hostile, many, one, report, row, varied

from asynclog.model import CallerRow, Frame
from asynclog.render import RenderOptions, render
from asynclog.render.places import columns
from asynclog.render.rows import example
from asynclog.render.text_paper import breaks, wrapped

GOLDEN = Path(__file__).parent / "golden" / "text"
STYLE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\")


def text(shown, **options):
    return render("text", shown, RenderOptions(**options))


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("sample", ["one", "varied", "untimed", "empty", "hostile"])
def test_golden(sample, width, golden):
    golden(GOLDEN / f"{sample}.{width}.txt", text(SAMPLES[sample](), width=width))


def test_golden_of_colours_and_links(golden):
    golden(GOLDEN / "varied.80.colour.txt", text(varied(), width=80, color=True, hyperlinks=True))


def test_golden_of_more(golden):
    golden(GOLDEN / "varied.100.verbose.txt", text(varied(), width=100, verbose=1))


@pytest.mark.parametrize("width", [40, 60, 80, 119, 120, 140, 200])
@pytest.mark.parametrize("sample", SAMPLES)
def test_no_line_is_longer_than_the_screen_but_for_a_path_or_an_address(sample, width):
    """They are there to be copied, so they are not broken; then nothing else stands on the line but its label."""
    long = [line for line in text(SAMPLES[sample](), width=width).splitlines() if columns(line) > width]
    alone = re.compile(r"( *[0-9a-z│-]+| +│)? *\S*[/\\]\S+")
    assert [line for line in long if not alone.fullmatch(line)] == []


def test_numbers_that_leave_no_room_make_cards():
    hours = 11 * 3_600_000_000
    wide = row(1, count=1_234_567, total=hours, p50=hours, p95=hours, maximum=hours, share=0.123)
    lines = text(report((replace(wide, first="2026-01-01 00:00:00,000", last="2026-01-02 00:00:00,000"),)), width=120)
    assert [line for line in lines.splitlines() if len(line) > 120] == []
    assert "p50 11 h, p95 11 h" in lines


def test_paths_and_addresses_are_never_broken():
    file = "/srv/releases/2026-11-20/services/billing/src/billing/workers/reconciliation/ledger.py"
    base = row(1, 1)
    frame = Frame(file, 411, "reconcile")
    group = replace(base.group, site=replace(base.group.site, file=file, line=411), callers={}, failure=(frame, frame))
    address = "https://docs.python.org/3/library/asyncio-dev.html#detect-never-retrieved-exceptions"
    shown = replace(base, group=group, references=(address,))
    for width in (40, 60, 80):
        lines = text(report((shown,)), width=width)
        assert lines.count(f"{file}:411") >= 3
        assert address in lines


def test_a_long_path_stays_behind_the_rule_of_its_quotation():
    """It went to a line of its own without the rule, below a rule without a text."""
    path = "/usr/lib/" + 9 * "python3.13/" + "events.py:9"
    base = row(1, 1)
    sample = replace(example(base), text=f"created at {path}> took")
    shown = replace(base, group=replace(base.group, worst=sample))
    lines = text(report((shown,)), width=80).splitlines()
    assert f"            │ {path}>" in lines
    assert not [line for line in lines if line.strip() == "│"]


def test_sentences_are_no_wider_than_can_be_read():
    why = "The exception was stored in the object, and nobody asked for it before the collector came by. " * 4
    shown = text(report((replace(row(1, 1), why=why),)), width=200)
    told = [line for line in shown.splitlines() if "collector came by" in line]
    assert told
    assert max(map(len, told)) <= 100


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("sample", ["one", "varied", "hostile"])
def test_colours_change_nothing_but_colours(sample, width):
    plain, coloured = text(SAMPLES[sample](), width=width), text(SAMPLES[sample](), width=width, color=True)
    assert "\x1b" not in plain
    assert [line.rstrip() for line in STYLE.sub("", coloured).splitlines()] == plain.splitlines()


def test_ascii_is_ascii():
    for sample in SAMPLES.values():
        assert text(sample(), ascii=True).isascii()


def test_the_order_of_the_report():
    lines = text(varied(), width=80).splitlines()
    assert lines[0].startswith("The loop was blocked for at least 8.0 %")
    heads = [
        "   severity problem",
        "1. error",
        "When it happened",
        "Processes",
        "The loop",
        "What this report",
        "To see more",
    ]
    places = [next(at for at, line in enumerate(lines) if line.startswith(head)) for head in heads[:-3]]
    places += [lines.index(head) for head in ("The loop", "What this report stands on", "To see more next time")]
    assert places == sorted(places)


def test_five_thousand_groups_are_few_lines_and_quick():
    shown = many()
    started = time.perf_counter()
    lines = text(shown, width=80).splitlines()
    assert time.perf_counter() - started < 2
    assert "… and 4,985 more groups (show more with --top N)" in lines
    assert len(lines) < 250
    assert "… and 4,997 more groups (show more with --top N)" in text(shown, width=80, top=3)


def test_links_only_to_absolute_paths_and_only_when_asked():
    base = row(1, 1)
    relative = replace(base, group=replace(base.group, site=replace(base.group.site, file="app/x.py")), callers=())
    assert "\x1b]8;" not in text(report((relative,)), color=True)
    assert "file:///srv" not in text(one(), color=True)
    assert "file:///srv/shop/app/billing/worker.py#L41" in text(one(), color=True, hyperlinks=True)
    assert "\x1b" not in text(one(), hyperlinks=True)
    linked = text(report((relative,)), color=True, hyperlinks=True)
    assert "app/x.py#" not in linked


def test_a_link_cannot_be_broken_out_of():
    base = row(1, 1)
    file = "/srv/\x1b\\\x1b]8;;http://evil\x07 x;y.py"
    shown = text(
        report((replace(base, group=replace(base.group, site=replace(base.group.site, file=file))),)),
        color=True,
        hyperlinks=True,
    )
    links = re.findall(r"\x1b\]8;;([^\x1b]+)\x1b", shown)
    assert links
    assert all(re.fullmatch(r"file:///[\w%./:-]+#L\d+", link) for link in links)
    assert "\x1b" not in STYLE.sub("", shown)


def test_markup_of_the_log_is_text():
    shown = text(hostile("[bold]x[/bold] [link=http://a]b[/link] :smile: [/]"), color=True, width=200)
    assert "[bold]x[/bold] [link=http://a]b[/link] :smile: [/]" in STYLE.sub("", shown)


def test_why_and_fix_are_told_once_a_rule():
    shown = text(varied(), width=80)
    assert shown.count("Keep the task and await it") == 1
    assert "as in 1." in shown


def test_long_stacks_show_both_ends():
    chain = tuple(Frame(f"/a/{at}.py", at + 1, f"f{at}") for at in range(100))
    shown = text(report((row(1, 1, callers=(CallerRow("f0 > f99", 1, 1.0, 0, chain),)),)), width=80)
    assert "/a/0.py:1 f0" in shown
    assert "… 92 more frames" in shown
    assert "/a/99.py:100 f99" in shown
    assert "more frames" not in text(report((row(1, 1, callers=(CallerRow("x", 1, 1.0, 0, chain),)),)), verbose=2)


def test_recursion_is_counted():
    chain = (Frame("/a/x.py", 3, "f", repeats=996),)
    assert "(repeated 996 more times)" in text(report((row(1, 1, callers=(CallerRow("f", 1, 1.0, 0, chain),)),)))


def test_a_log_line_of_many_megabytes_is_cut():
    base = row(1, 1)
    long = replace(base.group.worst, text="x" * 5_000_000)
    shown = text(report((replace(base, group=replace(base.group, worst=long), samples=()),)), width=80)
    assert len(shown) < 10_000


def test_nothing_to_say():
    assert text(empty(), width=80).startswith("No asyncio problems in this log.\nlogs/app.log")


def test_no_line_of_the_report_is_a_workflow_command():
    for width in (40, 61, 80, 140):
        lines = text(hostile(f"{HOSTILE} " * 3), width=width).splitlines()
        assert not [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


def test_a_long_line_keeps_its_end():
    shown = text(report((row(1, 0),)), width=60)
    assert "took 8.300 seconds" in shown.replace("\n            │ ", "")


def test_the_table_tells_groups_of_one_place_apart():
    base = row(1, 0)
    rows = tuple(
        replace(base, rank=at, group=replace(base.group, coroutine=f"Handlers.{name}"))
        for at, name in enumerate(("search", "invoice"), 1)
    )
    for width in (60, 80, 140):
        table = text(report(rows), width=width, verbose=-1)
        assert "Handlers.search" in table
        assert "Handlers.invoice" in table


def test_a_date_that_all_times_share_is_said_once():
    base = replace(row(1, 1), first="2026-01-01 10:00:01", last="2026-01-01 10:30:00")
    shown = report((base,), first="2026-01-01 10:00:00", last="2026-01-01 11:00:00")
    assert "10:00:01 – 10:30:00" in text(shown, verbose=-1)
    assert "2026-01-01 10:00:01" not in text(shown, verbose=-1)
    over_night = replace(shown, last="2026-01-02 11:00:00")
    assert "2026-01-01 10:00:01 – 10:30:00" in text(over_night, verbose=-1)


def test_many_inputs_are_counted():
    shown = text(report((row(1, 1),), sources=tuple(f"{at}.log (3 lines)" for at in range(10))))
    assert "2.log (3 lines)\nand 7 more files · 2026-01-01 10:00:00 – 11:00:00 (1 h) · 4,000 errors" in shown


@given(st.text(alphabet=st.sampled_from("ab /\\:.-_漢é\t "), max_size=120), st.integers(12, 60))
def test_breaking_loses_nothing_and_keeps_the_width(words, room):
    ends = [*breaks(words, room), len(words)]
    lines = [words[start:end] for start, end in pairwise([0, *ends])]
    assert "".join(lines) == words
    long = [line.strip() for line in lines if columns(line.rstrip()) > room]
    assert [line for line in long if " " in line or not re.search(r"[/\\]", line)] == []


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (
            "in /srv/app/releases/1.4/shop/server.py:74, 29 times",
            ["in", "/srv/app/releases/1.4/shop/server.py:74,", "29 times"],
        ),
        (r"at C:\work\shop\releases\1.4\server.py:7 in x", ["at", r"C:\work\shop\releases\1.4\server.py:7", "in x"]),
        (r"\\host\share\releases\1.4\shop\server.py", [r"\\host\share\releases\1.4\shop\server.py"]),
        (
            "see https://docs.python.org/3/library/asyncio.html",
            ["see", "https://docs.python.org/3/library/asyncio.html"],
        ),
        ("x" * 45, ["x" * 20, "x" * 20, "x" * 5]),
        ("and/or a word", ["and/or a word"]),
    ],
)
def test_what_is_left_whole(words, lines):
    assert wrapped(words, 20) == lines


@pytest.mark.parametrize(
    ("rate", "told"), [pytest.param(240.0, True, id="a minute"), pytest.param(14_400.0, False, id="a second")]
)
def test_a_log_of_less_than_a_minute_tells_nothing_about_an_hour(rate, told):
    shown = one()
    first = replace(shown.rows[0], count=4, rate=rate)
    assert (" an hour" in text(replace(shown, rows=(first,)), width=140)) is told
