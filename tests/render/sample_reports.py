"""Reports made by hand: every renderer is tried on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from asynclog.model import (
    Accounting,
    Caller,
    CallerRow,
    Frame,
    Group,
    ProcessRow,
    Report,
    ReportRow,
    ReportWindow,
    Rule,
    Run,
    Sample,
    Severity,
    Site,
    SourceSpan,
    Tally,
    Timestamp,
    Via,
)

START = 1_767_261_600_000_000  # 2026-01-01 10:00:00
HOUR = 3_600_000_000

MAIN = Frame("/srv/shop/app/main.py", 12, "main", "await worker.start()")
WORKER = Frame("/srv/shop/app/billing/worker.py", 40, "Worker.start", "self.spawn(self.charge(customer))")
SPAWN = Frame("/srv/shop/app/util/tasks.py", 7, "spawn", "return asyncio.create_task(coro)")
FETCH = Frame("/srv/shop/app/db.py", 88, "fetch", "return await connection.fetch(query)")
VENV = Frame("/srv/shop/venv/lib/python3.13/site-packages/asyncpg/connection.py", 690, "_execute", "await self._do()")

KINDS = (
    ("slow-callback", Severity.WARNING, "Callback blocked the event loop", None),
    ("exception-never-retrieved", Severity.ERROR, "Task exception was never retrieved", "ValueError"),
    ("task-destroyed-pending", Severity.ERROR, "Task was destroyed but it is pending", None),
    ("coroutine-never-awaited", Severity.WARNING, "Coroutine was never awaited", None),
    ("unclosed-transport", Severity.WARNING, "Transport was never closed", None),
    ("loop-lifecycle", Severity.INFO, "Event loop facts", None),
)
WHY = {
    "slow-callback": "One step of a task held the loop: nothing else ran in that time, no timeout fired.",
    "exception-never-retrieved": "The task failed and nobody looked: the error shows up only when the garbage "
    "collector comes by, and whatever should have followed did not happen.",
    "task-destroyed-pending": "Nothing kept a reference to the task, so it was collected in the middle of its work.",
}
FIX = {
    "slow-callback": "Move the blocking call to a thread: `await asyncio.to_thread(render, page)`.",
    "exception-never-retrieved": "Keep the task and await it, or create it in a TaskGroup, which raises it.",
    "task-destroyed-pending": "Keep the task in a set and discard it when done; or use a TaskGroup.",
}


def stamp(micros: int) -> Timestamp:
    """A dated time as a log shows it."""
    seconds = (micros // 1_000_000) % 86_400
    text = f"2026-01-01 {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{micros // 1000 % 1000:03}"
    return Timestamp(text, micros)


def row(rank: int, kind: int = 0, *, timed: bool = True, **changes: object) -> ReportRow:
    """One row of kind number `kind`, all numbers made from `rank`."""
    name, severity, title, exception = KINDS[kind % len(KINDS)]
    slow = name == "slow-callback"
    count = max(1, 4_000 // (rank * rank))
    digest = f"{rank * 2_654_435_761 % 2**40:010x}"
    site = Site(WORKER.file, 40 + rank, f"charge_{rank}", Via.SOURCE_TRACEBACK)
    chain = (MAIN, WORKER, SPAWN)
    first, last = START + rank * 1_000_000, START + HOUR - rank * 7_000_000
    text = (
        f"Executing <Task pending name='Task-{rank}' coro=<Worker.charge_{rank}() running at {WORKER.file}:{60 + rank}>"
        f" wait_for=<Future pending cb=[Task.task_wakeup()]>> took 8.300 seconds"
        if slow
        else f"{title}\nfuture: <Task finished name='Task-{rank}' coro=<charge() done>>\n"
        f"Traceback (most recent call last):\n"
        f'  File "{FETCH.file}", line 88, in fetch\n    {FETCH.source}\nValueError: customer {rank} has no card'
    )
    worst = Sample(
        "logs/app.log",
        0,
        1_200 + rank,
        90_000,
        text,
        stamp(first) if timed else None,
        8_300_000 if slow else None,
        f"Task-{rank}",
    )
    total = count * 120_000 if slow else None
    callers = (
        CallerRow("main > Worker.start > spawn", count - count // 6, 1 - count // 6 / count, total or 0, chain),
        *([CallerRow("main > spawn", count // 6, count // 6 / count, 0, (MAIN, SPAWN))] if count >= 6 else []),
    )
    group = Group(
        f"asynclog/v1:{digest}",
        f"{name}|app/billing/worker.py|charge_{rank}",
        name,
        f"{name}",
        severity,
        site,
        coroutine=f"Worker.charge_{rank}",
        exception_type=exception,
        count=count,
        first=stamp(first) if timed else None,
        last=stamp(last) if timed else None,
        callers={each.text: Caller(each.chain, each.count, each.total) for each in callers},
        failure=(WORKER, VENV, FETCH) if exception else (),
        worst=worst,
        samples=(worst,),
    )
    made = ReportRow(
        rank,
        digest[:8],
        group,
        title,
        f"{title} at worker.py:{40 + rank}",
        f"{site.file}:{site.line} {site.function}",
        severity,
        WHY.get(name, "It says that a resource was forgotten."),
        FIX.get(name, "Close it in a `finally`."),
        ("https://docs.python.org/3/library/asyncio-dev.html",),
        ("RUF006", "ASYNC251"),
        count=count,
        total=total,
        p50=110_000 if slow else None,
        p95=1_240_000 if slow else None,
        maximum=8_300_000 if slow else None,
        share=(total or 0) / HOUR if slow and timed else None,
        rate=float(count) if timed else None,
        bursts=max(1, count // 9) if timed else None,
        first="10:00:01" if timed else "",
        last="10:59:53" if timed else "",
        spark=tuple((at * at * rank) % 17 for at in range(40)) if timed else (),
        callers=callers,
        messages=(Tally(f"customer {rank} has no card", count),) if exception else (),
        samples=(worst,),
    )
    return replace(made, **changes)


def report(rows: tuple[ReportRow, ...], *, timed: bool = True, **changes: object) -> Report:
    """A report around `rows`."""
    records = sum(each.count for each in rows)
    worst = max((each.severity for each in rows), default=None)
    blocked = sum(each.total or 0 for each in rows)
    tally = {
        severity.label: sum(each.count for each in rows if each.severity is severity) for severity in reversed(Severity)
    }
    source = SourceSpan(
        "logs/app.log", 0, 48_000_000, 812_345, stamp(START) if timed else None, stamp(START + HOUR) if timed else None
    )
    rules = {
        each.group.rule: Rule(
            each.group.rule,
            each.group.kind,
            each.severity,
            each.title,
            each.why,
            each.fix,
            each.references,
            each.static,
        )
        for each in rows
    }
    made = Report(
        Run(
            {each.group.fingerprint: each.group for each in rows},
            Accounting(812_345, 48_000_000, records, records),
            sources=(source,),
            rules=rules,
        ),
        f"The loop was blocked for at least 8.0 % of the run, and {len(rows):,} problems turned up.",
        rows,
        worst,
        {name: count for name, count in tally.items() if count},
        records,
        len(rows),
        defects=len(rows),
        span=HOUR if timed else None,
        first="2026-01-01 10:00:00" if timed else "",
        last="11:00:00" if timed else "",
        blocked=blocked,
        blocked_share=0.08 if timed else None,
        blocked_text="The loop was blocked at least 8.0 % of the run (work under 100 ms is not logged)."
        if blocked
        else "",
        spark=tuple((at * 7_919_000) % 1_300_000 * (at % 5 > 0) for at in range(60)) if timed else (),
        windows=(
            ReportWindow("10:12:00: 61 findings in 1 min, blocked 41.2 s (68 %), 3 groups", START, START + HOUR, 61),
            ReportWindow("10:40:00: 12 findings in 1 min, blocked 9.1 s (15 %), 2 groups", START, START + HOUR, 12),
        )
        if timed
        else (),
        processes=(ProcessRow("4711", records, blocked, 0.08), ProcessRow("4712", 3, 0, 0.0)) if len(rows) > 1 else (),
        facts={"blocked_share": 0.08 if timed else None, "errors": float(tally["error"])},
        loop_lines=(
            "Debug mode was on: 1,204 records carry a creation traceback.",
            "Slow callbacks from 100 ms on are logged.",
        ),
        accounting=(
            "812,345 lines read.",
            f"{records:,} records of asyncio: {records:,} classified, 0 partial, 0 unclassified, 0 malformed.",
        ),
        advice=("Name the tasks (`create_task(..., name=)`): 3,100 of 4,000 have only a number.",),
        notes=() if timed else ("No line carries a time: rates and the share of the run cannot be told.",),
        sources=("logs/app.log",),
    )
    return replace(made, **changes)


def one() -> Report:
    """A single group."""
    return report((row(1, 1),))


def varied() -> Report:
    """Twelve groups of all kinds; one without a site, one partial, one found by its tests."""
    rows = [row(rank, rank - 1) for rank in range(1, 13)]
    rows.sort(key=lambda each: -each.severity)
    rows = [replace(each, rank=at) for at, each in enumerate(rows, 1)]
    rows[2] = replace(
        rows[2],
        group=replace(rows[2].group, site=Site(), callers={}, partial=2),
        place="",
        callers=(),
        notes=("The site is not known: the log has neither a creation traceback nor a coroutine.",),
        tests=(Tally("tests/test_shop.py::test_charge[eur]", 4),),
    )
    rows[4] = replace(
        rows[4],
        probable=(CallerRow("main > Worker.start", 1_204, 0.9, 0, (MAIN, WORKER)),),
        processes=(Tally("4711", 80, 9_000_000), Tally("4712", 20, 1_000_000)),
        tasks=(Tally("Task-12", 40), Tally("heartbeat", 3)),
        related=(rows[0].id,),
    )
    return report(tuple(rows), unknown=(Tally("Something asyncio said that no rule knows", 3),))


@cache
def many() -> Report:
    """Five thousand groups."""
    return report(tuple(row(rank, 1 + rank % 5) for rank in range(1, 5_001)))


def untimed() -> Report:
    """A log without a time on its lines."""
    return report(tuple(row(rank, rank - 1, timed=False) for rank in range(1, 7)), timed=False)


def empty() -> Report:
    """A log in which asyncio said nothing."""
    return replace(
        report(()),
        verdict="No asyncio problems in this log.",
        blocked=0,
        blocked_share=None,
        spark=(),
        windows=(),
        loop_lines=(),
        advice=(),
        severity=None,
    )


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m \u202egnp.exe\u2066 \u2028::error file=a::pwn\n::add-mask::x\r\n##[error]x\x00 "
    "[bold red]markup[/] [link=http://evil]x[/link] <script>alert(1)</script> <b>&amp; ](http://evil) "
    "![i](http://evil/i.png) @everyone #1 `tick` ``two`` | pipe | ~~~ ``` \ud800 \ufffe $x$ ##teamcity[x] "
    "=HYPERLINK(1) ;semi;colon %0A\t\x7f\U000e0041"
)


def hostile_row(text: str, rank: int = 1) -> ReportRow:
    """A row in which every text that a log can fill is `text`."""
    base = row(rank, 1)
    frame = Frame(text, 3, text, text)
    worst = Sample(text, 0, 7, 0, text, Timestamp(text, START), 5, text)
    tally = (Tally(text, 3, 1),)
    group = replace(
        base.group,
        site=Site(text, 3, text, Via.EXCEPTION),
        coroutine=text,
        callback=text,
        exception_type=text,
        worst=worst,
        samples=(worst,),
        failure=(frame, frame),
        callers={text: Caller((frame,), 1)},
        first=worst.timestamp,
        signature=text,
    )
    return replace(
        base,
        group=group,
        title=text,
        label=text,
        place=text,
        first=text,
        last=text,
        callers=(CallerRow(text, 3, 1.0, 5, (frame,)),),
        messages=tally,
        tests=tally,
        tasks=tally,
        processes=tally,
        notes=(text,),
        samples=(worst,),
        related=(text,),
        probable=(CallerRow(text, 3, 0.5, 5, (frame,)),),
        why=text,
        fix=text,
    )


def hostile(text: str = HOSTILE) -> Report:
    """A report in which every text of the log is `text`."""
    return report(
        (hostile_row(text), hostile_row(text, 2)),
        verdict=text,
        first=text,
        last=text,
        blocked_text=text,
        loop_lines=(text,),
        accounting=(text,),
        advice=(text,),
        notes=(text,),
        sources=(text,),
        unknown=(Tally(text, 2),),
        hidden_text=text,
        hidden=3,
        windows=(ReportWindow(text, 0, 1),),
        processes=(ProcessRow(text, 1), ProcessRow(text + "x", 1)),
    )


SAMPLES: dict[str, Callable[[], Report]] = {
    "one": one,
    "varied": varied,
    "many": many,
    "untimed": untimed,
    "empty": empty,
    "hostile": hostile,
}
