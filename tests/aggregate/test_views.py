from dataclasses import replace

import pytest
from hypothesis import given
from making import CHAINS, finding, logs, run_of, stamp

from asynclog.aggregate import clockwork, views
from asynclog.aggregate.rows import short_ids
from asynclog.aggregate.views import FACTS, SORTS, ViewOptions, report
from asynclog.aggregate.words import clock, listed, number, percent, size, took
from asynclog.model import Accounting, Frame, Run, Severity, Site, SourceSpan, Timestamp, Via

SLOW = finding("slow-callback", at=50, took=4, line=7)
LOST = finding(at=20, line=3)
LOOKUP = finding("slow-getaddrinfo", at=60, took=1, line=9, severity=Severity.INFO, site=Site())


def rows_of(*findings, **options):
    return [row.group.kind for row in report(run_of(*findings), ViewOptions(**options)).rows]


VERDICTS = {
    "an empty log": (Run(), "The log is empty: there is nothing to judge."),
    "no records": (
        Run(accounting=Accounting(lines=5)),
        "No record of asyncio or its neighbours in 5 lines.",
    ),
    "only unknown records": (
        Run(accounting=Accounting(lines=5, records=2, unclassified=2)),
        "Nothing that a rule knows was found, but 2 records of asyncio.",
    ),
    "for information": (run_of(LOOKUP), "Nothing wrong was found: 1 record for information only."),
    "one error": (
        run_of(LOST),
        "1 distinct defect (1 error). Worst: Title of task-destroyed-pending: in fetch, /app/db.py:12, once.",
    ),
    "a blocked loop first": (
        run_of(LOST, replace(LOST, line=4), SLOW, LOOKUP),
        "2 distinct defects (2 errors, 1 warning and 1 note). Worst: Title of slow-callback: in fetch, "
        "/app/db.py:12, once. The loop was blocked for at least 4 s of 1 min 40 s (4.0 %).",
    ),
    "no times": (
        run_of(replace(SLOW, timestamp=None), first=None, last=None),
        "1 distinct defect (1 warning). Worst: Title of slow-callback: in fetch, /app/db.py:12, once. "
        "The loop was blocked for at least 4 s.",
    ),
    "more than the log lasts": (
        run_of(SLOW, first=49, last=51),
        "1 distinct defect (1 warning). Worst: Title of slow-callback: in fetch, /app/db.py:12, once. "
        "The loop was blocked for at least 4 s, more than the 2 s of the log: several loops wrote it.",
    ),
}


@pytest.mark.parametrize(("run", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_verdicts(run, verdict):
    assert report(run).verdict == verdict


@pytest.mark.parametrize(
    ("sort", "kinds"),
    [
        ("worst", ["slow-callback", "task-destroyed-pending", "slow-getaddrinfo"]),
        ("severity", ["task-destroyed-pending", "slow-callback", "slow-getaddrinfo"]),
        ("count", ["task-destroyed-pending", "slow-callback", "slow-getaddrinfo"]),
        ("total", ["slow-callback", "slow-getaddrinfo", "task-destroyed-pending"]),
        ("max", ["slow-callback", "slow-getaddrinfo", "task-destroyed-pending"]),
        ("first", ["task-destroyed-pending", "slow-callback", "slow-getaddrinfo"]),
        ("last", ["slow-getaddrinfo", "slow-callback", "task-destroyed-pending"]),
        ("kind", ["slow-callback", "slow-getaddrinfo", "task-destroyed-pending"]),
    ],
)
def test_orders(sort, kinds):
    assert rows_of(LOST, replace(LOST, line=4), SLOW, LOOKUP, sort=sort) == kinds
    assert sort in SORTS


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        ({"top": 1}, ["slow-callback"]),
        ({"top": 0}, []),
        ({"min_severity": Severity.ERROR}, ["task-destroyed-pending"]),
        ({"select": ("slow-*",)}, ["slow-callback", "slow-getaddrinfo"]),
        ({"select": ("slow-*",), "ignore": ("slow-get*",)}, ["slow-callback"]),
        ({"ignore": ("*",)}, []),
    ],
)
def test_what_is_shown(options, kinds):
    assert rows_of(LOST, SLOW, LOOKUP, **options) == kinds


def test_what_is_hidden_is_said():
    shown = report(run_of(LOST, SLOW, LOOKUP), ViewOptions(top=1, min_severity=Severity.WARNING))
    assert (shown.hidden, shown.groups) == (2, 3)
    assert shown.hidden_text == "Not shown: 1 more group (--top); 1 not asked for (--select, --ignore, --min-severity)."
    assert shown.severities == {"error": 1, "warning": 1, "info": 1}
    assert report(run_of(LOST)).hidden_text == ""


def test_a_row_has_its_numbers():
    runs = [replace(SLOW, line=n, timestamp=stamp(10 * n), duration=n * 1_000_000) for n in range(1, 6)]
    row = report(run_of(*runs)).rows[0]
    assert (row.count, row.total, row.maximum, row.bursts) == (5, 15_000_000, 5_000_000, 5)
    assert row.p50 == pytest.approx(3_000_000, rel=0.01)
    assert (row.share, row.rate) == (0.15, 180.0)
    assert (row.first, row.last, sum(row.spark)) == ("t10", "t50", 5)
    assert row.samples[0].duration == 5_000_000
    assert row.label == "Title of slow-callback · fetch · /app/db.py:12 in fetch"


def test_a_row_without_times_has_no_rates():
    row = report(run_of(replace(LOST, timestamp=None), first=None, last=None)).rows[0]
    assert (row.share, row.rate, row.bursts, row.spark, row.p50) == (None, None, None, (), None)


def test_callers_with_their_shares():
    findings = [replace(LOST, line=n, chain=CHAINS[[0, 1, 1, 2, 2, 2][n]]) for n in range(6)]
    callers = report(run_of(*findings)).rows[0].callers
    assert [(caller.text, caller.share) for caller in callers] == [
        ("main (/app/main.py:3) > spawn (/app/db.py:9)", 1 / 2),
        ("main (/app/main.py:3)", 1 / 3),
    ]


def test_a_slow_callback_borrows_the_chain_of_its_coroutine():
    chain = (Frame("/app/main.py", 3, "main"),)
    row = next(r for r in report(run_of(replace(LOST, chain=chain), SLOW)).rows if r.group.kind == "slow-callback")
    assert [(caller.text, caller.share) for caller in row.probable] == [("main (/app/main.py:3)", 1.0)]
    assert row.place == "/app/db.py:12 in fetch"
    assert any("other records of the same coroutine" in note for note in row.notes)


ECHO = finding("slow-callback", took=0.2, text="Executing")
NOTES = {
    "garbage": ([LOST], "Written when the garbage collector came by"),
    "after the fact": ([SLOW], "Written when the callback ended"),
    "definition": ([replace(LOST, site=Site("/a", 1, None, Via.COROUTINE))], "is not in these records"),
    "exception": ([replace(LOST, site=Site("/a", 1, None, Via.EXCEPTION))], "where the exception was raised"),
    "warning": ([replace(LOST, site=Site("/a", 1, None, Via.WARNING))], "dropped the object"),
    "nowhere": ([replace(LOST, site=Site())], "name no place in your code"),
    "partial": ([LOST, replace(LOST, line=9, partial=True)], "1 record of 2 incomplete"),
    "echo": ([ECHO, replace(ECHO, line=2)], "1 of 2 only repeat the record before"),
    "shutdown": ([replace(LOST, exception_message="Event loop is closed")], "1 of 1 written while the loop"),
    "the end": ([replace(LOST, timestamp=stamp(99))], "in the last two seconds"),
}


@pytest.mark.parametrize(("findings", "text"), NOTES.values(), ids=NOTES)
def test_notes(findings, text):
    assert any(text in note for note in report(run_of(*findings)).rows[0].notes)


def test_repeated_records_block_once():
    shown = report(run_of(ECHO, replace(ECHO, line=2)))
    assert (shown.blocked, shown.rows[0].count) == (200_000, 2)


def test_processes_and_the_worst_of_them():
    shown = report(
        run_of(replace(SLOW, pid=1), replace(SLOW, pid=2, duration=10_000_000, line=8), replace(LOST, pid=1))
    )
    assert [(row.name, row.count, row.blocked, row.share) for row in shown.processes] == [
        ("pid 2", 1, 10_000_000, 0.1),
        ("pid 1", 2, 4_000_000, 0.04),
    ]
    assert shown.blocked_share == 0.1
    assert shown.blocked_text.startswith(
        "The loop of pid 2 was blocked for at least 10 s of 1 min 40 s (10 %); all 2 processes together for 14 s."
    )


def test_the_worst_windows():
    shown = report(run_of(SLOW, replace(SLOW, line=8, timestamp=stamp(52), duration=1_000_000), LOST))
    window = shown.windows[0]
    assert window.text == "22:14:00–22:14:10: blocked 4 s of 10 s, 1 group"
    assert (window.count, window.groups) == (1, 1)
    assert sum(shown.spark) == 5_000_000


def test_windows_without_blocks_count_findings():
    shown = report(run_of(replace(LOST, timestamp=stamp(25)), replace(LOST, timestamp=stamp(26), line=4)))
    assert [window.text for window in shown.windows] == ["22:13:40–22:13:50: 2 findings, 1 group"]
    assert sum(shown.spark) == 2


def test_windows_of_days_name_the_date():
    texts = [window.text for window in report(run_of(LOST, last=86_400 * 90)).windows]
    assert texts == ["2023-11-09 00:00 and the 7 d 0 h after it: 1 finding, 1 group"]


@pytest.mark.parametrize(
    ("run", "text"),
    [
        pytest.param(run_of(LOST), "Nothing in the log proves debug mode", id="unknown"),
        pytest.param(run_of(replace(LOST, debug=False)), "Debug mode was off", id="off"),
        pytest.param(run_of(replace(LOST, timestamp=None)), "No record bears a time", id="no times"),
        pytest.param(
            run_of(replace(LOST, timestamp=Timestamp("00:01:00", 60_000_000, False)))
            and Run(sources=(SourceSpan("a", 0, first=Timestamp("00:01:00", 60_000_000, False)),)),
            "Times have no date",
            id="no dates",
        ),
        pytest.param(run_of(SLOW), "shortest slow callback that was logged took 4 s", id="threshold"),
        pytest.param(run_of(replace(LOST, site=Site())), "--in-app GLOB", id="no place"),
        pytest.param(run_of(finding("unclosed-transport", site=Site())), "tracemalloc", id="tracemalloc"),
        pytest.param(
            run_of(*[replace(LOST, task=f"Task-{n}", line=n) for n in range(1, 9)]), "create_task(..., name", id="names"
        ),
    ],
)
def test_advice(run, text):
    assert any(text in line for line in report(run).advice)


def test_debug_mode_that_was_on_needs_no_advice():
    shown = report(run_of(replace(LOST, debug=True)))
    assert not any("ebug mode" in line for line in shown.advice)
    assert shown.loop_lines == ("Debug mode was on: 1 record proves it.",)


def test_a_helper_that_creates_for_everybody_is_pointed_out():
    site = Site("/app/util.py", 5, "spawn", Via.SOURCE_TRACEBACK)
    findings = [
        finding(
            name=f"g{n}",
            line=n,
            site=site,
            coroutine=f"job{n}",
            chain=(Frame("m", n, f"f{n}"), Frame("/u", 5, "spawn")),
        )
        for n in range(1, 5)
    ]
    assert any(
        "`spawn` (/app/util.py:5 in spawn) creates 4 different" in line for line in report(run_of(*findings)).advice
    )
    assert any("creates 3 different" in line for line in report(run_of(*findings[:3])).advice)
    assert not any("`spawn`" in line for line in report(run_of(*findings[:2])).advice)


def test_accounting_is_said():
    run = run_of(LOST, replace(LOST, line=5, partial=True))
    assert report(run).accounting == (
        "5 lines (5 kB) read in 1 input.",
        "2 records of asyncio and its neighbours: 1 classified, 1 partial, 0 unclassified, 0 malformed.",
    )
    broken = replace(run, accounting=replace(run.accounting, records=9))
    assert "bug" in report(broken).accounting[-1]


def test_notes_of_reading_name_the_file():
    span = SourceSpan("a.log", 0, notes=("the end is cut off",))
    assert report(Run(sources=(span,), notes=("rule x failed",))).notes == (
        "a.log: the end is cut off",
        "rule x failed",
    )


@given(logs())
def test_any_run_can_be_said(log):
    shown = report(run_of(*log))
    assert shown.facts.keys() == FACTS.keys()
    assert shown.verdict
    assert shown.blocked_share is None or 0 <= shown.blocked_share <= 1
    assert len({row.id for row in shown.rows}) == len(shown.rows)


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["v1:abcdefgh", "v1:zzzzzzzz"], ["abcdef", "zzzzzz"]),
        (["v1:abcdefgh", "v1:abcdefxx"], ["abcdefg", "abcdefx"]),
        (["abc"], ["abc"]),
        ([], []),
    ],
)
def test_short_ids_are_unique(names, ids):
    assert list(short_ids(names).values()) == ids


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (took(0), "0 s"), (took(7), "7 µs"), (took(120_000), "120 ms"), (took(999_600), "1 s"),
        (took(8_310_000), "8.31 s"),
        (took(125_000_000), "2 min 05 s"), (took(4_320_000_000), "1 h 12 min"), (took(273_600_000_000), "3 d 4 h"),
        (percent(0), "0.0 %"), (percent(0.0001), "less than 0.1 %"), (percent(0.123), "12 %"), (percent(0.05), "5.0 %"),
        (number(1, "line"), "1 line"), (number(2000, "line"), "2,000 lines"), (number(2, "box", "boxes"), "2 boxes"),
        (size(12), "12 bytes"), (size(3_400_000), "3.4 MB"), (size(1_020_000_000), "1.02 GB"),
        (listed([]), ""), (listed(["a"]), "a"), (listed(["a", "b", "c"]), "a, b and c"),
        (clock(0, None), "00:00:00"), (clock(0, Timestamp("x", 0, True, 90), date=True), "1970-01-01 01:30:00"),
        (clock(5_000_000, Timestamp("5.0", 0, False)), "5 s"),
        (clock(5_000_000, Timestamp("0:05", 0, False)), "00:00:05"),
        (clock(10**18, None), "1000000000000 s"),
    ],
)  # fmt: skip
def test_words(said, expected):
    assert said == expected


def test_the_time_of_a_run_is_what_its_sources_cover():
    spans = (SourceSpan("a", 0, first=stamp(0), last=stamp(60)), SourceSpan("b", 1, first=stamp(30), last=stamp(90)))
    assert clockwork.frame_of(Run(sources=spans)).span == 90_000_000
    assert clockwork.frame_of(Run()).span is None


def test_every_fact_is_documented():
    assert views.facts_of(Run()).keys() == FACTS.keys()


@pytest.mark.parametrize(("seconds", "bars"), [(2, 0), (8, 0), (9, 4), (60, 28), (600, 60)])
def test_no_bar_is_shorter_than_what_the_log_was_counted_in(seconds: int, bars: int) -> None:
    """A second's worth of records stood in one bar of a hundredth, and the loop was `blocked 719 ms in 22.8 ms`."""
    shown = report(run_of(SLOW, last=seconds))
    assert len(shown.spark) == bars
    assert len(shown.rows[0].spark) == min(bars, 24)
