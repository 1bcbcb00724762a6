"""What is computed for the page: times, durations, trees, flames; and pages of real logs and comparisons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from html_reading import Page
from sample_reports import HOSTILE, START, report, row, stamp

from asynclog import pipeline
from asynclog.aggregate import compare, gate, histogram, trend, views
from asynclog.config import Settings
from asynclog.model import Histogram, LogLine, Report, Run, Severity, SourceSpan, Timeline
from asynclog.render import RenderOptions, html_charts, html_tree, render

SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"
LOGS = sorted(
    str(file.relative_to(SAMPLES))
    for pattern in ("*.log", "*.log.gz", "*.jsonl", "*/*.log")
    for file in SAMPLES.glob(pattern)
)
SECOND = 1_000_000


@cache
def run_of(log: str) -> Run:
    return pipeline.analyze([str(SAMPLES / log)], Settings())


def page_of(view: str, thing: object) -> Page:
    return Page(str(render("html", thing, RenderOptions(), view=view)))


def words(page: Page, tag: str) -> str:
    return " ".join(page.all(tag)[0].text.split())


# -- time ------------------------------------------------------------------------------------------------------------


def timed(cells: dict[int, tuple[int, int]], *, level: int = 0, span: int = 600) -> Report:
    source = SourceSpan("a.log", 0, 1, 1, stamp(START), stamp(START + span * SECOND))
    run = Run(sources=(source,), timeline={"error": Timeline(level, cells)}, blocked=Timeline(level, cells))
    return replace(report(()), run=run, severities={"error": 1, "warning": 0})


def test_a_timeline_counts_every_event_once():
    first = START >> 20
    cells = {first + at: (at % 7 + 1, at * 1_000) for at in range(500)}
    chart = html_charts.timeline(timed(cells))
    assert chart is not None
    assert [lane.name for lane in chart.lanes] == ["blocked", "error"]
    said = sum(int(bar.text.rsplit(": ", 1)[1].split()[0]) for bar in chart.lanes[1].bars)
    assert said == sum(count for count, _ in cells.values())


def test_bars_and_ticks_stay_in_the_chart_and_in_order():
    first = START >> 20
    for span in (15, 59, 3_700, 90_000, 40_000_000):
        cells = {first + (span * at // 9): (1, 1) for at in range(10)}
        chart = html_charts.timeline(timed(cells, span=span))
        assert chart is not None
        for lane in chart.lanes:
            assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 and 0 < bar.height <= 30 for bar in lane.bars)
            assert sorted(bar.x for bar in lane.bars) == [bar.x for bar in lane.bars]
            assert len(lane.bars) <= 160
        places = [x for x, _ in chart.ticks]
        assert places == sorted(places)
        assert len(places) <= 10
        assert len({text for _, text in chart.ticks}) == len(places)


def test_times_are_those_of_the_log():
    zone = replace(stamp(START), zone=120)
    source = SourceSpan("a.log", 0, 1, 1, zone, replace(zone, micros=zone.micros + 60 * SECOND))
    dated = timed({START >> 20: (1, 1)})
    chart = html_charts.timeline(replace(dated, run=replace(dated.run, sources=(source,))))
    assert chart is not None
    assert chart.text.startswith("From 12:00:00 to ")
    relative = replace(stamp(3 * SECOND), dated=False, text="3.000")
    source = SourceSpan("a.log", 0, 1, 1, relative, replace(relative, micros=33 * SECOND))
    bare = timed({3: (1, 1)})
    chart = html_charts.timeline(replace(bare, run=replace(bare.run, sources=(source,))))
    assert chart is not None
    assert chart.text.startswith("From 0 s to 35 s")


@pytest.mark.parametrize("span", [0, 1, 4])
def test_a_run_of_moments_has_no_chart(span: int):
    """One bar as wide as the page, of five seconds for a run of one, shows no course."""
    first = START >> 20
    assert html_charts.timeline(timed({first: (3, 1), first + span: (1, 1)}, span=span)) is None


def test_no_times_no_chart():
    assert html_charts.timeline(report((), timed=False)) is None


# -- durations -------------------------------------------------------------------------------------------------------


def test_bounds_are_those_of_the_histograms():
    assert [html_charts.bound(at) for at in range(len(histogram.BOUNDS))] == histogram.BOUNDS


@pytest.mark.parametrize("values", [[5] * 4, [100, 200, 300, 400_000_000], list(range(1, 5_000))])
def test_a_histogram_shows_every_duration(values):
    spread = html_charts.spread(histogram.of(values))
    assert spread is not None
    assert sum(int(bar.text.rsplit(": ", 1)[1].replace(",", "")) for bar in spread.bars) == len(values)
    assert len(spread.bars) <= 24
    assert html_charts.spread(histogram.of(values[:3])) is None
    assert html_charts.spread(Histogram()) is None


# -- trees -----------------------------------------------------------------------------------------------------------


def born(rank: int, name: str, parents: dict[str, int]):
    made = row(rank, 1)
    return replace(made, group=replace(made.group, coroutine=name, parents=parents))


def names(tasks: Sequence[html_tree.Task]) -> list[object]:
    return [(task.name, names(task.children)) if task.children else task.name for task in tasks]


def test_tasks_stand_under_what_created_them():
    rows = [born(1, "Server.handle", {"app/main.py:serve": 3}), born(2, "audit", {"app/server.py:handle": 2})]
    assert names(html_tree.ancestry(rows)) == [("serve", [("Server.handle", ["audit"])])]


def test_a_name_that_two_share_joins_nothing():
    rows = [
        born(1, "A.handle", {"app/main.py:serve": 3}),
        born(2, "B.handle", {"app/main.py:serve": 3}),
        born(3, "audit", {"app/server.py:handle": 2}),
    ]
    assert names(html_tree.ancestry(rows)) == [("serve", ["A.handle", "B.handle"]), ("handle", ["audit"])]


def test_circles_end():
    rows = [born(1, "a", {"x.py:b": 1}), born(2, "b", {"x.py:a": 1}), born(3, "self", {"x.py:self": 1})]
    assert names(html_tree.ancestry(rows)) == [("self", ["self"]), ("a", [("b", ["a"])])]
    assert page_of("analyze", report(tuple(rows))).all("ul", **{"class": "tree"})


def test_flames_fill_the_width_and_lie_in_their_parents():
    from sample_reports import varied

    graphs = html_tree.graphs(varied(), RenderOptions())
    assert [graph.timed for graph in graphs] == [True, False]
    for graph in graphs:
        levels = [[f for f in graph.frames if f.depth == depth] for depth in range(graph.depth)]
        assert sum(frame.width for frame in levels[0]) == pytest.approx(100, abs=1)
        for above, below in pairwise(levels):
            for frame in below:
                assert any(
                    one.x - 0.01 <= frame.x and frame.x + frame.width <= one.x + one.width + 0.01 for one in above
                )


def test_frames_too_thin_to_be_drawn_are_drawn_together():
    from sample_reports import many

    for graph in html_tree.graphs(many(), RenderOptions()):
        top = [frame for frame in graph.frames if frame.depth == 0]
        assert sum(frame.width for frame in top) == pytest.approx(100, abs=0.5)
        assert min(frame.width for frame in graph.frames) >= 0.25
    thin = tuple(born(at, f"worker_{at}", {f"x{at}.py:make": 1}) for at in range(1, 1_001))
    (graph,) = html_tree.graphs(report(thin), RenderOptions())
    assert any(re.fullmatch(r"… [\d,]+ more frames", frame.name) for frame in graph.frames)


def test_a_frame_within_little_room_keeps_its_file():
    rows = (born(1, "audit", {}),)
    (graph,) = html_tree.graphs(report(rows), RenderOptions())
    assert [frame.name for frame in graph.frames][:2] == ["main main.py:12", "Worker.start worker.py:40"]
    assert graph.frames[0].text.startswith("main (/srv/shop/app/main.py:12): ")


# -- real logs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", LOGS)
def test_pages_of_the_sample_logs_are_small_and_whole(log):
    shown = views.report(run_of(log))
    text = str(render("html", shown, RenderOptions()))
    assert len(text.encode()) < 1_000_000
    assert text == render("html", shown, RenderOptions())
    page = Page(text)
    assert len(page.all("details", **{"data-id": shown.rows[0].id})) == 1
    ids = {element.attrs["id"] for element in page.elements if "id" in element.attrs}
    assert {link.attrs["href"][1:] for link in page.all("a") if link.attrs["href"].startswith("#")} <= ids


# -- comparing -------------------------------------------------------------------------------------------------------


@cache
def changed() -> compare.Diff:
    return compare.compare([run_of("web_before.log")], [run_of("web_after.log")])


def test_a_diff_says_what_changed_first():
    page = page_of("diff", changed())
    head = words(page, "h1")
    for state, count in changed().states.items():
        assert f"{count} {state.value.replace('_', ' ')}" in head
    lines = page.one("table", id="groups").children[2].children
    assert len(lines) == len(changed().changes)
    for line, change in zip(lines, changed().changes, strict=True):
        assert line.attrs["data-s"] == change.state.value.replace("_", " ")
        assert change.reason in " ".join(line.text.split())
    assert "web_before.log" in words(page, "main")


def test_a_trend_shows_every_run_of_every_group():
    found = trend.trend([run_of(log) for log in LOGS if log.startswith("series/")])
    page = page_of("trend", found)
    assert len(page.one("table", id="groups").children[2].children) == len(found.series)
    text = words(page, "main")
    for point in found.totals:
        assert point.label in text


def test_nothing_to_compare_is_a_page_too():
    assert "Nothing to compare" in words(page_of("diff", compare.Diff()), "h1")
    assert "Nothing to compare" in words(page_of("trend", trend.Trend()), "h1")


def test_a_gate_says_its_answer_first():
    failed = gate.Gate(True, "FAILED: two groups are new.", ("two groups are new",), {}, None, changed())
    page = page_of("check", failed)
    assert words(page, "h1") == "The gate failed."
    assert "two groups are new" in words(page, "main")
    shown = views.report(run_of("web_after.log"))
    page = page_of("check", gate.Gate(False, "Passed: no condition was met.", (), {}, shown, None))
    assert words(page, "h1") == "Passed: no condition was met."
    assert page.one("section", **{"class": "verdict good"})


def test_a_gate_shows_what_fails_it_first_and_why():
    shown = views.report(run_of("web_before.log"))
    assert shown.rows[0].severity is not Severity.ERROR  # what blocked most stands first elsewhere
    answer = gate.decide(("error",), (), shown, None, {})
    page = page_of("check", answer)
    rows = page.one("table", id="groups").children[2].children
    marked = ["fails" in each.text for each in rows]
    assert marked == [at < len(answer.culprits) for at in range(len(rows))]
    assert f"{len(answer.culprits)} groups" in words(page, "main")
    assert "findings of severity error" in page.all("details")[0].text
    few = Page(str(render("html", answer, RenderOptions(top=1), view="check")))
    assert f"Not shown: {len(shown.rows) - 1} more groups (--top)." in words(few, "main")
    guilty = {name[:6] for name in answer.culprits}
    assert {each.attrs["data-id"] for each in rows[: len(guilty)]} == guilty


def test_changes_that_fail_a_gate_stand_first_with_cause_and_fix():
    answer = gate.decide(("new", "worse"), (), None, changed(), {})
    page = page_of("check", answer)
    first = page.all("details")[0]
    assert "open" in first.attrs
    (change,) = [each for each in changed().changes if each.fingerprint in answer.culprits]
    rule = changed().rules[change.rule]
    for text in (rule.title, rule.why, rule.fix, f"Fails the gate: new: {change.reason}"):
        assert " ".join(text.split()) in " ".join(first.text.split())
    assert page_of("diff", changed()).all("p", **{"class": "why-fails"}) == []


def test_a_comparison_says_severities_in_words():
    page = page_of("diff", changed())
    for line, change in zip(page.one("table", id="groups").children[2].children, changed().changes, strict=True):
        assert ("note" if change.severity.label == "info" else change.severity.label) in line.text


def test_suppressed_groups_have_their_section():
    run = run_of("web_before.log")
    name, group = next((n, g) for n, g in run.groups.items() if g.exception_type)
    left = {n: g for n, g in run.groups.items() if n != name}
    reason = "sent again <b>by</b> the `nightly` job"
    aside = replace(run, groups=left, suppressed={name: replace(group, suppressed=reason)})
    page = page_of("analyze", views.report(aside))
    section = page.one("section", **{"aria-labelledby": "suppressed"})
    assert "sent again <b>by</b> the nightly job" in section.text
    assert run.rules[group.rule].title in section.text
    assert f"{group.site.file}:{group.site.line}" in section.text
    assert page_of("analyze", views.report(run)).all("h2", id="suppressed") == []


def test_the_log_around_a_sample():
    lines = (LogLine(8, "GET / 200"), LogLine(9, "<script>x</script>", own=True), LogLine(10, "GET /a 200"))
    page = page_of("analyze", report((replace(row(1, 0), context=lines),)))
    shown = page.one("figure", **{"class": "sample context"})
    assert " 9 > <script>x</script>" in shown.text
    assert "10   GET /a 200" in shown.text
    assert page.all("script")[0].text.startswith('"use strict"')
    markdown = str(render("markdown", report((replace(row(1, 0), context=lines),)), RenderOptions()))
    assert " 8 | GET / 200\n 9 > <script>x</script>\n10 | GET /a 200\n```" in markdown


def test_hostile_changes_add_nothing_to_the_page():
    def shapes(text: str) -> set[tuple[str, frozenset[str]]]:
        change = changed().changes[0]
        site = replace(change.site, file=text, function=text)
        bad = replace(change, rule=text, kind=text, site=site, coroutine=text, reason=text, fingerprint=text, was=site)
        made = replace(changed(), changes=(bad,), caveats=(text,), before=(text,), after=(text,))
        return {(element.tag, frozenset(element.attrs)) for element in page_of("diff", made).elements}

    assert shapes(HOSTILE) == shapes("word")
