"""The oracle itself: what it renders stands where it says, and no wrong answer goes unnoticed."""

import copy
import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import formats
import lines
import matching

SITE = {"file": "/srv/shop/app.py", "line": 7, "function": "main", "via": "source-traceback"}
FACTS = {"exception": None, "object": None, "coroutine": None, "task": None, "soft": [], "also": [], "loose": False}


def logged(kind, message, trace=None, level="ERROR", logger="asyncio", **facts):
    """An entry as a capture holds it."""
    label = kind and {**FACTS, "kind": kind, "site": None, **facts}
    return {
        "type": "log", "level": level, "levelno": {"ERROR": 40, "WARNING": 30, "DEBUG": 10}[level], "logger": logger,
        "created": 1767225600.25, "message": message, "exc_text": trace, "pid": 42, "thread": "MainThread", "ident": 1,
        "taskname": None, "module": "base_events", "lineno": 1, "funcname": "f", "pathname": "/usr/lib/base_events.py",
        "exc_type": facts.get("exception"), "exc_message": "m", "label": label,
    }  # fmt: skip


TRACE = """\
Traceback (most recent call last):
  File "/srv/shop/app.py", line 3, in job
    raise ValueError("x")
ValueError: x"""
WARNING = "/srv/shop/app.py:9: RuntimeWarning: coroutine 'job' was never awaited\n  job()\n"
ENTRIES = [
    logged("loop-lifecycle", "Using selector: EpollSelector", level="DEBUG", loose=True),
    logged("exception-never-retrieved", "Task exception was never retrieved\nfuture: <Task finished coro=<job() done>>",
           TRACE, exception="ValueError", coroutine="job", object="Task", site=SITE),
    logged("slow-callback", "Executing <Task finished coro=<job() done>> took 0.250 seconds", level="WARNING",
           duration=0.25, coroutine="job", object="Task", site=SITE),
    logged(None, "a customer wrote:\n\nhello \x1b[31m\u2028 \x00", logger="shop.chat"),
    {"type": "warning", "text": WARNING, "message": WARNING, "created": 1767225601.5, "pid": 42, "thread": "MainThread",
     "ident": 1, "label": {**FACTS, "kind": "coroutine-never-awaited", "site": SITE},
     "message_label": {**FACTS, "kind": "coroutine-never-awaited", "site": SITE}},
    logged("task-destroyed-pending", "Task was destroyed but it is pending!\ntask: <Task pending " + "x" * 400 + ">",
           coroutine="job", object="Task", site=SITE),
]  # fmt: skip
VARIANTS = range(42)


def perfect(log):
    """The findings of an analyzer that knows the truth."""
    return [
        {"line": record.line, "text": "", **{name: record.label.get(name) for name in ("kind", "duration", "coroutine",
         "task", "object")}, "exception": record.label["exception"] and {"type": record.label["exception"]},
         "timestamp": f"{lines.moment(record.created):%H:%M:%S}",
         "site": record.label["site"] or {"file": None, "line": None, "function": None, "via": "none"}}
        for record in log.records if record.label
    ]  # fmt: skip


def judged(findings, log):
    """Missed and extra records, and facts that disagree."""
    tally = matching.judge(Path("x.basic.log"), log, findings, "")
    wrong = sum(count for (*_, agrees), count in tally.fields.items() if not agrees)
    return sum(tally.records.values()) - sum(tally.found.values()), sum(tally.extra.values()), wrong


@pytest.mark.parametrize("name", formats.FORMATS)
def test_records_stand_where_the_truth_says(name):
    """The physical line of every record holds the start of its text, whatever is wrapped around it."""
    for variant in VARIANTS:
        log = formats.render(name, ENTRIES, variant, ENTRIES)
        physical = log.data.split(b"\n")
        labelled = [record for record in log.records if record.label]
        assert len(labelled) in ((8, 9, 10) if name == "interleaved" else (4, 5)), (variant, labelled)
        for record in labelled:
            line = physical[record.line - 1].decode("utf-8", "backslashreplace")
            if line.startswith('{"log"'):
                line = json.loads(line)["log"]
            start = record.text.split("\n")[0]
            piece = line.split(" stderr P ")[-1]
            assert start in line or start.startswith(piece) or line == record.text, (variant, line, record.text)


@pytest.mark.parametrize("name", formats.FORMATS)
def test_the_truth_scores_full_marks(name):
    """An analyzer that answers with the truth has nothing missed, nothing extra, nothing wrong."""
    for variant in VARIANTS:
        log = formats.render(name, ENTRIES, variant, ENTRIES)
        assert judged(perfect(log), log) == (0, 0, 0), variant


def changed(path, value):
    """A way to spoil a finding."""

    def spoil(finding):
        finding = copy.deepcopy(finding)
        *outer, last = path
        target = finding
        for key in outer:
            target = target[key]
        target[last] = value
        return finding

    return spoil


@pytest.mark.parametrize(
    ("spoil", "verdict"),
    [
        pytest.param(changed(["line"], 2), (1, 1, 0), id="a line too late"),
        pytest.param(changed(["kind"], "task-destroyed-pending"), (1, 1, 0), id="another kind"),
        pytest.param(changed(["exception"], {"type": "KeyError"}), (0, 0, 1), id="another exception"),
        pytest.param(changed(["exception"], None), (0, 0, 1), id="no exception"),
        pytest.param(changed(["coroutine"], "main"), (0, 0, 1), id="another coroutine"),
        pytest.param(changed(["object"], "Future"), (0, 0, 1), id="another class"),
        pytest.param(changed(["site", "line"], 8), (0, 0, 1), id="the next line as site"),
        pytest.param(changed(["site", "file"], None), (0, 0, 1), id="no site"),
        pytest.param(changed(["site", "file"], "/usr/lib/python3.12/asyncio/tasks.py"), (0, 0, 2), id="asyncio"),
        pytest.param(changed(["site", "function"], "helper"), (0, 0, 1), id="another function"),
        pytest.param(changed(["site", "via"], "coroutine"), (0, 0, 1), id="another rung"),
    ],
)
def test_a_wrong_answer_is_noticed(spoil, verdict):
    """Each way to be wrong costs exactly what it should."""
    log = formats.render("basic", ENTRIES[1:2], 0)
    assert judged([spoil(finding) for finding in perfect(log)], log) == verdict


def test_a_wrong_duration_is_noticed():
    """Milliseconds are not seconds."""
    log = formats.render("basic", ENTRIES[2:3], 0)
    (finding,) = perfect(log)
    assert judged([{**finding, "duration": 250.0}], log) == (0, 0, 1)
    assert judged([{**finding, "duration": 0.2501}], log) == (0, 0, 0)


def test_silence_and_noise_are_noticed():
    """Nothing found is all missed; a finding on a look-alike is one too many."""
    log = formats.render("noisy", ENTRIES, 3)
    assert judged([], log)[0] == 5
    noise = next(record for record in log.records if not record.label and "myapp" in record.text)
    assert judged([*perfect(log), {"kind": "slow-callback", "line": noise.line}], log) == (0, 1, 0)


def test_a_quotation_in_the_shape_of_a_record_is_left_undecided():
    """Where nobody could tell a quotation from a record, neither answer counts; elsewhere it does."""
    quoted = logged("exception-never-retrieved", "Task exception was never retrieved", "ValueError: he said\n"
                    "ERROR:asyncio:Task was destroyed but it is pending!", exception="ValueError")  # fmt: skip
    for name, extra in (("basic", 0), ("asctime", 1)):
        log = formats.render(name, [quoted], 1)  # 0 names no loggers
        finding = {"kind": "task-destroyed-pending", "line": 3}
        assert judged([*perfect(log), finding], log)[1] == extra, name
