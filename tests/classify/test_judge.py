"""Messages to findings: every field, the rule that judges, and the memory that must not show."""

import dataclasses

import pytest
from classify_material import LIB, frames, handle, message, plumbing, raised, record, said, task
from hypothesis import given
from hypothesis import strategies as st

from asynclog.classify.conditions import compile_conditions
from asynclog.classify.judge import Judge
from asynclog.classify.parts import parts_of
from asynclog.classify.rulebook import JudgeRule, Rulebook, load_builtin
from asynclog.classify.view import OWN
from asynclog.model import (
    ExceptionReport,
    Message,
    ObjectRepr,
    Prefix,
    Record,
    Rule,
    Severity,
    Timestamp,
    Via,
)

SHIPPED = plumbing()
NEVER, GONE, SLOW = "exception-never-retrieved", "task-destroyed-pending", "slow-callback"
LOOP = (f"{LIB}/base_events.py:_run_once", f"{LIB}/events.py:_run")


def book(*rules):
    return Rulebook(judges=tuple(JudgeRule(*rule) if isinstance(rule, tuple) else rule for rule in rules))


def rule(id_, when=None, severity=Severity.WARNING, kind=SLOW):
    return JudgeRule(Rule(id_, kind, severity, id_), compile_conditions(when))


def judged(text, *rules):
    return Judge(book(*rules), SHIPPED).judge(text)


# -- fields ----------------------------------------------------------------------------------------------------------


def test_a_finding_holds_what_the_record_says():
    prefix = Prefix("2026-01-31 12:00:00 ERROR asyncio: ", Timestamp("2026-01-31 12:00:00", 1), "ERROR", "asyncio", 42)
    text = """Task exception was never retrieved
future: <Task finished name='poller' coro=<Job.run() done, defined at /app/job.py:6> exception=ValueError('bad')>
Traceback (most recent call last):
  File "/app/job.py", line 9, in run
    await self.step()
  File "/app/job.py", line 12, in step
    raise ValueError('bad')
ValueError: bad"""
    where = Record("app.log", 7, 100, prefix, text, NEVER, {"object": "Task"}, "web-1", test="t.py::x", source_index=3)
    finding = judged(Message(where, NEVER, said(NEVER, text).objects, {}, {}, said(NEVER, text).exception))
    assert {
        "kind": NEVER, "rule": NEVER, "severity": Severity.WARNING, "source": "app.log", "source_index": 3, "line": 7,
        "offset": 100, "timestamp": prefix.timestamp, "coroutine": "Job.run", "callback": None, "task": "poller",
        "object": "Task", "duration": None, "exception_type": "ValueError", "exception_message": "bad",
        "partial": False, "text": "Task exception was never retrieved", "logger": "asyncio", "pid": 42,
        "stream": "web-1", "test": "t.py::x", "debug": None, "parent": None,
        "signature": f"asynclog/v1|kind={NEVER}|exception=ValueError|site=app/job.py:run|coroutine=Job.run",
    }.items() <= {field.name: getattr(finding, field.name) for field in dataclasses.fields(finding)}.items()  # fmt: skip
    assert (finding.site.file, finding.site.line, finding.site.via) == ("/app/job.py", 6, Via.COROUTINE)
    assert [frame.function for frame in finding.failure] == ["run", "step"]


NAMES = [
    # name, message, coroutine, callback, object
    ("task", message(SLOW, {"handle": task("Foo.bar()")}), "Foo.bar", None, "Task"),
    ("task subclass", message(GONE, {"task": task("f", cls="pkg.MyTask")}), "f", None, "MyTask"),
    ("handle", message(SLOW, {"handle": handle("main.<locals>.cb")}), None, "main.<locals>.cb", "Handle"),
    (
        "wrapper of C",
        message(SLOW, {"handle": handle("<TaskWakeupMethWrapper object at 0x7f01>")}),
        None,
        "<TaskWakeupMethWrapper object>",
        "Handle",
    ),
    (
        "task with a repr of its own",
        message(NEVER, {"future": ObjectRepr("<ClientTask coro=<bound method C.go of <x.C object>>>", "ClientTask")}),
        "C.go",
        None,
        "ClientTask",
    ),
    ("never awaited", message("coroutine-never-awaited", fields={"qualname": "Foo.run"}), "Foo.run", None, None),
    (
        "destructor",
        message("unraisable-destructor", fields={"qualname": "StreamWriter.__del__"}),
        None,
        "StreamWriter.__del__",
        None,
    ),
    (
        "protocol method",
        message(
            "protocol-callback-error",
            {"protocol": ObjectRepr("<ami.AMIProtocol object at 0x7f>", "ami.AMIProtocol")},
            fields={"method": "data_received"},
        ),
        None,
        "ami.AMIProtocol.data_received",
        "AMIProtocol",
    ),
    ("thread", message("thread-exception", fields={"name": "Thread-1 (worker)"}), None, "worker", None),
    ("class of the header alone", message(NEVER, fields={"object": "_GatheringFuture"}), None, None, "_GatheringFuture"),
    ("task without its line", message(GONE), None, None, "Task"),
    ("raw repr", message("aiohttp-unclosed", {"client_session": ObjectRepr("<a.b.Session object at 0x7f>")}), None, None, "Session"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "coroutine", "callback", "cls"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES]
)
def test_names_come_from_the_object_or_the_message(text, coroutine, callback, cls):
    finding = judged(text)
    assert (finding.coroutine, finding.callback, finding.object) == (coroutine, callback, cls)


def future(type_, text="from the repr"):
    return {"future": task("f", raised=type_, exception_text=text)}


EXCEPTIONS = [
    ("traceback and repr agree", future("TimeoutError"), raised("asyncio.exceptions.TimeoutError"), "asyncio.exceptions.TimeoutError", "boom"),
    ("repr only", future("KeyError"), None, "KeyError", "from the repr"),
    ("traceback only", {}, raised("a.b.Error"), "a.b.Error", "boom"),
    ("repr unknown", future(None), raised("a.b.Error"), "a.b.Error", "boom"),
    ("traceback of another", future("KeyError"), raised("OSError"), "KeyError", "from the repr"),
    ("the one named is earlier in the chain", future("KeyError"), raised("OSError", earlier=raised("KeyError", text="first")), "KeyError", "first"),
    ("cut traceback", {}, ExceptionReport(""), None, None),
    ("cut traceback, known by the repr", future("KeyError"), ExceptionReport(""), "KeyError", "from the repr"),
    ("none", {}, None, None, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("objects", "report", "type_", "text"), [row[1:] for row in EXCEPTIONS], ids=[row[0] for row in EXCEPTIONS]
)
def test_the_exception_is_the_one_that_the_repr_names(objects, report, type_, text):
    finding = judged(message(NEVER, objects, report))
    assert (finding.exception_type, finding.exception_message) == (type_, text)


DEBUG = [
    ("source traceback", message(GONE, source_traceback=()), True),
    ("handle traceback", message("incoming-connection-error", handle_traceback=()), True),
    ("created at", message(GONE, {"task": task("f", created="/app/a.py:3")}), True),
    ("created at of what it waits for", message(GONE, {"task": task("f", wait_for=task(created="/a.py:3"))}), True),
    ("slow callback", message(SLOW), True),
    ("slow callback of a patched loop", message(SLOW, text="Running <Task> took too long: 1.0 seconds"), None),
    ("loop in debug mode", message("loop-lifecycle", {"loop": ObjectRepr("<Loop debug=True>")}), True),
    ("loop not in debug mode", message("loop-lifecycle", {"loop": ObjectRepr("<Loop debug=False>")}), False),
    ("unknown is not off", message(GONE, {"task": task("f", "/app/a.py:3")}), None),
]


@pytest.mark.parametrize(("text", "debug"), [row[1:] for row in DEBUG], ids=[row[0] for row in DEBUG])
def test_debug_mode_is_said_on_evidence_only(text, debug):
    assert judged(text).debug is debug


PARENTS = [
    ("the task's own code starts behind the loop", ("/app/m.py:<module>", *LOOP, "/app/j.py:run", "/app/j.py:go"), "app/j.py:run"),
    ("nested loops: the innermost", ("/app/m.py:a", *LOOP, "/app/j.py:b", *LOOP, "/app/k.py:c"), "app/k.py:c"),
    ("no loop in the stack", ("/app/m.py:<module>", "/app/j.py:run"), None),
    ("a library made it", ("/app/m.py:<module>", *LOOP, f"{LIB}/streams.py:connection_made"), None),
]  # fmt: skip


@pytest.mark.parametrize(("stack", "parent"), [row[1:] for row in PARENTS], ids=[row[0] for row in PARENTS])
def test_the_parent_is_the_root_of_the_creating_task(stack, parent):
    assert judged(message(GONE, source_traceback=frames(*stack))).parent == parent


def test_values_hold_selected_fields_and_what_paths_tell():
    text = message("loop-lifecycle", fields={"selector": "EpollSelector", "duration": "1.0", "pid": ""})
    assert judged(text).values == {"selector": "EpollSelector"}
    python = message(GONE, {"task": task("f", created=f"{LIB}/tasks.py:3")})
    assert judged(python).values == {"python": "3.12"}


def test_a_headless_leak_is_the_same_problem():
    session = {"client_session": ObjectRepr("<aiohttp.client.ClientSession object at 0x7f>", "ClientSession")}
    whole = judged(message("aiohttp-unclosed", session, fields={"what": "client session"}))
    assert judged(message("aiohttp-unclosed", session)).fingerprint == whole.fingerprint


def test_the_text_is_the_first_line_with_a_limit():
    assert judged(message(SLOW, text="\nfirst\nsecond")).text == "first"
    assert len(judged(message(SLOW, text="x" * 9000)).text) == 500


def test_an_unknown_record_is_unclassified_and_told_by_its_text():
    one, other = (Message(Record("a", 1, 0, Prefix(), f"Oops {n} at 0x7f{n}", None), "") for n in (1, 2))
    assert judged(one).kind == "unclassified"
    assert (judged(one).severity, judged(one).signature) == (Severity.INFO, judged(other).signature)


# -- rules -----------------------------------------------------------------------------------------------------------

SLOW_TASK = message(
    SLOW, {"handle": task("Foo.bar", r"C:\app\drivers\x.py:5")}, duration=1_500_000, fields={"what": "w"}
)

WHEN = [
    ("plain", None, True),
    ("stable part", {"coroutine": "Foo.bar"}, True),
    ("stable part, other value", {"coroutine": "Foo.baz"}, False),
    ("path as printed, with slashes", {"site.file": {"glob": "C:/app/*"}}, True),
    ("normal path", {"site.file": "drivers/x.py"}, True),
    ("duration in seconds", {"duration": {"ge": 1.5, "lt": 2}}, True),
    ("duration too short", {"duration": {"ge": 2}}, False),
    ("named field", {"field.what": "w"}, True),
    ("named field that is missing", {"field.other": "w"}, False),
    ("absent", {"exception.type": {"present": False}}, True),
    ("task name", {"task": "Task-2"}, True),
    ("all together", {"coroutine": "Foo.bar", "duration": {"ge": 9}}, False),
    ("text", {"text": {"regex": "a t.xt"}}, True),
]


@pytest.mark.parametrize(("when", "holds"), [row[1:] for row in WHEN], ids=[row[0] for row in WHEN])
def test_a_rule_looks_at_the_finding(when, holds):
    finding = judged(SLOW_TASK, rule("special", when, Severity.ERROR), rule("slow-callback"))
    expected = ("special", Severity.ERROR) if holds else ("slow-callback", Severity.WARNING)
    assert (finding.rule, finding.severity) == expected


def test_an_exception_type_is_matched_with_and_without_module():
    text = message(NEVER, {}, raised("asyncio.exceptions.CancelledError"))
    for wanted in ("CancelledError", "asyncio.exceptions.CancelledError"):
        assert judged(text, rule("r", {"exception.type": wanted}, kind=NEVER)).rule == "r"


def test_the_first_rule_that_holds_judges():
    assert judged(SLOW_TASK, rule("one", {"duration": {"ge": 1}}), rule("two")).rule == "one"
    assert judged(SLOW_TASK, rule("two"), rule("one", {"duration": {"ge": 1}})).rule == "two"


def test_a_rule_never_changes_the_fingerprint():
    assert judged(SLOW_TASK).fingerprint == judged(SLOW_TASK, rule("r", {"duration": {"ge": 1}})).fingerprint


def test_a_silenced_rule_is_named():
    judge = Judge(book(rule("quiet", severity=None)), SHIPPED)
    assert judge.silences(judge.judge(SLOW_TASK).rule)


@dataclasses.dataclass(frozen=True)
class Broken(JudgeRule):
    def matches(self, view):
        raise ZeroDivisionError("oops")


@pytest.mark.parametrize("when", [None, {"duration": {"ge": 1}}], ids=["stable", "per record"])
def test_a_rule_that_fails_is_a_note_and_the_next_one_judges(when):
    broken = Broken(Rule("broken", SLOW, Severity.ERROR, ""), compile_conditions(when))
    judge = Judge(book(broken, rule("slow-callback")), SHIPPED)
    assert [judge.judge(SLOW_TASK).rule for _ in range(3)] == ["slow-callback"] * 3
    assert judge.notes == ("rule broken failed on a slow-callback: ZeroDivisionError: oops",)


def test_every_key_of_conditions_is_there_to_be_asked():
    from asynclog.classify.conditions import RECORD_KEYS

    judge = Judge(book(), SHIPPED)
    view = judge.view(SLOW_TASK, judge.verdict(SLOW_TASK))
    assert set(view) >= RECORD_KEYS
    assert set(OWN) <= set(view)


# -- memory ----------------------------------------------------------------------------------------------------------

FILES = st.sampled_from(["/app/a.py", "/app/b.py", f"{LIB}/tasks.py", "/venv/lib/python3.9/site-packages/x/y.py"])
WORDS = st.sampled_from(["f", "A.g", "<TaskStepMethWrapper object at 0x7f1>", "h"])
PLACES = st.none() | FILES.map(lambda file: f"{file}:3")
TASKS = st.builds(
    task,
    st.none() | WORDS,
    PLACES,
    PLACES,
    st.none() | st.sampled_from(["KeyError", "a.E"]),
    st.sampled_from(["Task-1", "Task-2"]),
)
STACKS = st.lists(st.tuples(FILES, st.sampled_from(["main", "_run", "<listcomp>"])), max_size=3).map(
    lambda rows: frames(*rows)
)
REPORTS = st.none() | st.builds(
    raised,
    st.sampled_from(["KeyError", "x.a.E", ""]),
    STACKS.map(lambda s: ("/app/a.py", "m")),
    text=st.sampled_from(["one", "two"]),
)
MESSAGES = st.builds(
    lambda kind, objects, report, stacks, text, duration, fields: Message(
        dataclasses.replace(record(kind, text), fields=fields), kind, objects, {}, stacks, report, duration
    ),
    st.sampled_from([NEVER, GONE, SLOW, "loop-context-other", "coroutine-never-awaited"]),
    st.dictionaries(st.sampled_from(["task", "future", "protocol"]), TASKS, max_size=2),
    REPORTS,
    st.dictionaries(st.sampled_from(["source_traceback", "handle_traceback", "stack"]), STACKS, max_size=2),
    st.sampled_from(["text", "text 2\nmore", ""]),
    st.none() | st.integers(0, 10**7),
    st.dictionaries(st.sampled_from(["what", "qualname", "file", "line", "pid"]), st.sampled_from(["3", "f", "/app/a.py"])),
)  # fmt: skip
BUILTIN = load_builtin()


@given(st.lists(MESSAGES, max_size=8))
def test_what_was_judged_before_does_not_show(messages):
    together = Judge(BUILTIN, SHIPPED)
    assert [together.judge(text) for text in messages] == [Judge(BUILTIN, SHIPPED).judge(text) for text in messages]


@given(MESSAGES, MESSAGES)
def test_equal_parts_give_equal_verdicts(one, other):
    if parts_of(one) == parts_of(other):
        first, second = (Judge(BUILTIN, SHIPPED).verdict(text) for text in (one, other))
        assert first == second


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr("asynclog.classify.judge._REMEMBERED", 10)
    judge = Judge(book(), SHIPPED)
    for number in range(50):
        judge.judge(message(SLOW, {"handle": task(f"f{number}")}))
    assert len(judge._verdicts) <= 10
