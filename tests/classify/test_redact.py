"""What a shared report must not tell, and what it still must."""

# ruff: noqa: E501 - a table has long rows
import dataclasses
import time

import pytest
from classify_material import frames, plumbing, said
from hypothesis import given
from hypothesis import strategies as st

from asynclog.classify.judge import Judge
from asynclog.classify.redact import Redactor
from asynclog.classify.rulebook import Rulebook
from asynclog.model import CallbackRef, ExceptionReport, Finding, Group, ObjectRepr, Run, Severity, Site

REDACTOR = Redactor()

MASKED = [
    ("arguments of a callback", "Exception in callback boom(1, 'a\"b)') at /app/c.py:4", "Exception in callback boom(***) at /app/c.py:4"),
    ("arguments of a handle", "<Handle boom(1)('x') at /app/c.py:4 created at /app/d.py:3>", "<Handle boom(***)(***) at /app/c.py:4 created at /app/d.py:3>"),
    ("arguments of a timer", "<TimerHandle when=12.5 C.m({'k': [1]}) at /c.py:4>", "<TimerHandle when=12.5 C.m(***) at /c.py:4>"),
    ("arguments in cb=[...]", "<Task pending cb=[a.b(1, k='v')() at /x/y z.py:3, <2 more>, main.<locals>.<lambda>('s') at /x.py:3]>", "<Task pending cb=[a.b(***)() at /x/y z.py:3, <2 more>, main.<locals>.<lambda>(***) at /x.py:3]>"),
    ("arguments of a callable object", "cb=[<__main__.W object at 0x7f>('x'), Task.task_wakeup()]", "cb=[<__main__.W object at 0x7f>(***), Task.task_wakeup()]"),
    ("result", "<Task finished coro=<f() done, defined at /a.py:3> result={'user': 'joe', 'b': [1]} created at /a.py:4>", "<Task finished coro=<f() done, defined at /a.py:3> result=*** created at /a.py:4>"),
    ("result with brackets in quotes", "<Future finished result='it\\'s > here'>", "<Future finished result=***>"),
    ("result in a nested future", "wait_for=<Future finished result=(1, 2)>>", "wait_for=<Future finished result=***>>"),
    ("query of a URL", "GET https://api.example.com/v1/items?key=abc&user=1 failed", "GET https://api.example.com/v1/items?*** failed"),
    ("credentials in a URL", "redis://joe:hunter2@db.local:6379/0", "redis://***@db.local:6379/0"),
    ("password", "password=hunter2, retrying", "password=***, retrying"),
    ("quoted password", "{'db_password': 'correct horse'}", "{'db_password': ***}"),
    ("token in JSON", '{"access_token": "abc def"}', '{"access_token": ***}'),
    ("bearer", "Authorization: Bearer abc.def-123", "Authorization: ***"),
    ("bearer alone", "sent Bearer abcdefghij", "sent Bearer ***"),
    ("token of a known shape", "key ghp_0123456789abcdefghij0123456789", "key ***"),
    ("JSON web token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "***"),
    ("AWS key", "id AKIAIOSFODNN7EXAMPLE", "id ***"),
    ("digest", "etag d41d8cd98f00b204e9800998ecf8427e x", "etag *** x"),
    ("mail address", "user joe.doe+x@example.co.uk failed", "user *** failed"),
    ("home", "/home/joe/app/a.py", "/home/***/app/a.py"),
    ("home on a Mac", 'File "/Users/joe/a.py"', 'File "/Users/***/a.py"'),
    ("home on Windows", r"C:\Users\Joe Doe\a.py", r"C:\Users\***\a.py"),
    ("home escaped in a repr", r"'C:\\Users\\joe\\a.py'", r"'C:\\Users\\***\\a.py'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), [row[1:] for row in MASKED], ids=[row[0] for row in MASKED])
def test_it_masks(text, masked):
    assert REDACTOR.text(text) == masked
    assert REDACTOR.text(masked) == masked


KEPT = [
    ("a task", "<Task pending name='Task-2' coro=<Job.run() running at /app/a.py:3> cb=[Task.task_wakeup()]>"),
    ("a header", "Task exception was never retrieved"),
    ("a slow callback", "Executing <Handle cb() at /app/a.py:3 created at /app/a.py:9> took 0.151 seconds"),
    ("an exception", "KeyError: 'async'"),
    ("an exception in a repr", "exception=ValueError('bad thing 1')"),
    ("a long name", "test_that_a_task_which_fails_in_2026_is_reported_once"),
    ("a long path", "/srv/very/long/path/of/some/project/module_number_12345678901234.py"),
    ("a URL", "https://docs.python.org/3/library/asyncio.html"),
    ("the word result", "result=5 of the call"),
    ("the word token", "unexpected token in line 3"),
    ("an address", "<object object at 0x7fe3ba05b410>"),
    ("a decorator", "@asyncio.coroutine is gone"),
]


@pytest.mark.parametrize("text", [row[1] for row in KEPT], ids=[row[0] for row in KEPT])
def test_it_keeps(text):
    assert REDACTOR.text(text) == text


def finding(**changes):
    base = Finding("k", "r", Severity.ERROR, "/home/joe/app.log", 0, 1, 0, "f" * 16, "asynclog/v1|kind=k|site=joe/a.py")
    return dataclasses.replace(base, **changes)


def test_a_finding_is_masked_in_all_its_texts_but_its_identity():
    before = finding(
        site=Site("/home/joe/a.py", 3),
        chain=frames("/home/joe/a.py:main"),
        text="Exception in callback f('secret')",
        exception_message="token=abc",
        values={"remote": "joe@example.com"},
    )
    after = REDACTOR.scrub(before)
    assert (after.fingerprint, after.signature) == (before.fingerprint, before.signature)
    assert (after.source, after.site.file, after.chain[0].file) == (
        "/home/***/app.log",
        "/home/***/a.py",
        "/home/***/a.py",
    )
    assert (after.text, after.exception_message) == ("Exception in callback f(***)", "token=***")
    assert after.values == {"remote": "***"}


def test_the_texts_of_exceptions_go_on_request():
    report = ExceptionReport("ValueError", "patient 17")
    strict = Redactor(exceptions=True)
    assert strict.scrub(finding(exception_message="patient 17")).exception_message == "***"
    assert strict.scrub(report).message == "***"
    assert REDACTOR.scrub(report).message == "patient 17"


def test_a_repr_loses_its_data():
    thing = ObjectRepr("<Task result=5>", "Task", True, result="5", callbacks=(CallbackRef("f", "1, 2"),))
    after = REDACTOR.scrub(thing)
    assert (after.raw, after.result, after.callbacks[0].arguments) == ("<Task result=***>", "***", "***")


def test_counts_of_texts_that_become_one_are_added():
    group = Group(
        "f",
        "s",
        "k",
        "r",
        Severity.INFO,
        Site(),
        messages={"a@b.de": 2, "c@d.de": 3, "x": 1},
        processes={"a@b.de": (1, 5), "c@d.de": (2, 7)},
    )
    run = REDACTOR.scrub(Run(groups={"f" * 32: group}))
    assert list(run.groups) == ["f" * 32]
    assert run.groups["f" * 32].messages == {"***": 5, "x": 1}
    assert run.groups["f" * 32].processes == {"***": (3, 12)}


def test_fingerprints_do_not_depend_on_it():
    text = said(
        "callback-exception",
        "Exception in callback f('x') at /home/joe/a.py:3\nhandle: <Handle f('x') at /home/joe/a.py:3>",
    )
    before = Judge(Rulebook(), plumbing()).judge(text)
    assert REDACTOR.scrub(before).fingerprint == before.fingerprint


@given(st.text())
def test_any_text_can_be_masked(text):
    once = REDACTOR.text(text)
    assert isinstance(once, str)
    assert REDACTOR.text(f"{text} password=hunter2").count("hunter2") == text.count("hunter2")


def test_hostile_texts_are_quick():
    pieces = [
        "a",
        "(",
        "cb=[",
        "'",
        "token=",
        "a@",
        "x-",
        "https://",
        "/home/",
        "cb=[a(",
        "result=<",
        "<Handle a('",
        "1a",
        "a.b@c.",
        "<",
        "eyJ",
    ]
    started = time.process_time()
    for piece in pieces:
        REDACTOR.text(piece * (60_000 // len(piece)))
    assert time.process_time() - started < 10
