"""Entries that differ in the texts that programs fill in: told by their outlines, and never otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asynclog import codec, native, pipeline
from asynclog.config import Settings
from asynclog.model import Run
from asynclog.read import reader
from asynclog.read.echoes import Echoes
from asynclog.read.jsonlines import TOLD
from asynclog.read.layout import SAMPLE_BYTES
from tests.read.test_together import time_of

pytestmark = pytest.mark.skipif(native.Lookup is None, reason="nothing is compiled here")

ID = "5f0c1b7e-1111-4222-8333-0123456789ab"

# -- what an outline lacks ------------------------------------------------------------------------------------------------

FAILED = "E: never retrieved\nfuture: <Task finished {name}exception={shown}>\nTraceback (most recent call last):\n  x\n{last}"
HOLES: dict[str, tuple[str, list[str]]] = {  # an entry, and what its outline lacks
    "a name": ("took <Task name='fetch:ann@x.example' coro=<f()>>", ["fetch:ann@x.example"]),
    "one of asyncio": ("took <Task name='Task-12' coro=<f()>>", []),
    "nearly one of asyncio": ("took <Task name='Task-12b' coro=<f()>>", ["Task-12b"]),
    "two names": ("<Task name='a' wait_for=<Task name='b'>>", []),
    "a name in a word": ("<T filename='a'>", []),
    "a name with a bracket": ("<Task name='a(b' coro=<f()>>", []),
    "a name with a quote": ("<Task name='a\\'b'>", []),
    "a name without an end": ("<Task name='abc", []),
    "a name that is too long": (f"<Task name='{'n' * 101}'>", []),
    "a name with a line end": ("<Task name='a\nb'>", []),
    "words": (FAILED.format(name="", shown="ValueError('no x')", last="ValueError: no x"), ["no x", "no x"]),
    "words and a name": (
        FAILED.format(name="name='u' ", shown="a.B(\"it's\")", last="c.a.B: it's"), ["u", "it's", "it's"],
    ),
    "a key": (FAILED.format(name="", shown="KeyError('k')", last="KeyError: 'k'"), ["k", "k"]),
    "a key in other quotes": (FAILED.format(name="", shown='KeyError("k\'s")', last='KeyError: "k\'s"'), ["k's", "k's"]),
    "words in quotes": (FAILED.format(name="", shown="ValueError(\"'a'\")", last="ValueError: 'a'"), ["'a'", "'a'"]),
    "other words": (FAILED.format(name="", shown="ValueError('no y')", last="ValueError: no x"), []),
    "more words": (FAILED.format(name="", shown="ValueError('no')", last="ValueError: no x"), []),
    "words that are spelt": (FAILED.format(name="", shown="ValueError('\\n')", last="ValueError: \n"), []),
    "several arguments": (FAILED.format(name="", shown="OSError(5, 'no')", last="OSError: [Errno 5] no"), []),
    "words of one place": ("E: in task\nTraceback (most recent call last):\n  x\nmy.Error: not so", ["not so"]),
    "no traceback": ("E: in task\nValueError: not so", []),
    "no exception": ("E: in task\nTraceback (most recent call last):\nx: not so", []),
    "a class in a class": ("E: in task\nTraceback (most recent call last):\nA.B: not so", []),
    "two exceptions": ("<exception=A('x')> <exception=A('x')>\nTraceback (most recent call last):\nA: x", []),
    "words with a blank": ("E: x\nTraceback (most recent call last):\nA: x ", []),
    "words with brackets of a repr": ("E: x\nTraceback (most recent call last):\nA: <x>", []),
    "words of another letter": ("E: x\nTraceback (most recent call last):\nA: é", []),
    "a result": ("<Task finished result={'a': (1, 'b')} created at /a.py:1> took", ["{'a': (1, 'b')}"]),
    "a result at the end": ("<Task finished result='it'>", ["'it'"]),
    "no result": ("<Task finished result=None created at /a.py:1>", []),
    "a result that is cut": ("<Task finished result={'a': '...>", []),
    "an object": ("<Task finished result=<A at 0x1>>", []),
    "arguments": ("Executing <Handle a.f('x', 1) at /a.py:1> took", ["'x', 1"]),
    "arguments of a timer": ("<TimerHandle when=1.5 f(g('x)'), ')')>", ["g('x)'), ')'"]),
    "of a callback": ("E: Exception in callback f('a')\nhandle: <Handle f('a')>", ["'a'", "'a'"]),
    "no arguments": ("<Handle f()>", []),
    "arguments without an end": ("<Handle f('a>", []),
    "objects as arguments": ("<Handle f(<A>)>", []),
    "an identifier": (f"[{ID}] E: x", [ID]),
    "hexadecimal digits": ("E (0123456789abcdef) x", ["0123456789abcdef"]),
    "behind a word": ("E trace=0123456789ABCDEF: x", ["0123456789ABCDEF"]),
    "of another line": (f"E: x\n{ID}", []),
    "a number": ("E 123456789012345: x", []),
    "a word of these letters": ("E facedeadbeef: x", []),
    "few digits": ("E 12ab34: x", []),
    "of a path": (f"E: /srv/{ID}/app.py x", []),
    "nearly a UUID": ("E 5f0c1b7e1-111-4222-8333-0123456789ab: x", []),
    "all digits of an address": ("E 0x0123456789abcdef: x", []),
    "a sign": ("took <Task name='fetch' coro=<f()>> \x01", []),
    "too long": ("took <Task name='fetch' coro=<f()>>" + "x" * (1 << 14), []),
}  # fmt: skip

MESSAGE = r'"message": "<Task name=\'n\' result=\'r\'>", '
FIELDS: dict[str, tuple[str, list[str]]] = {
    "what nobody reads": ('{"trace": "a", "message": "m", "n": 5, "on": true}', ['"a"', "5", "true"]),
    "what is read": ('{"logger": "asyncio", "level": "E", "pod": "a", "time": "12", "pid": 7}', []),
    "texts of the message": ("{" + MESSAGE.replace("\\'", "'") + '"x": 1}', ["n", "'r'", "1"]),
    "within an object": ('{"a": {"b": "c", "d": {"e": null}}, "log": {"level": "E", "id": 4}}', ['"c"', "null", "4"]),
    "an array": ('{"a": [1, {"b": "]"}], "exc_info": ["x"]}', ['[1, {"b": "]"}]']),
    "an escape": (r'{"a": "\"}", "b": "\\"}', [r'"\"}"', r'"\\"']),
    "an object of the loop": ('{"a": "<Task>", "b": ["<Task>"]}', []),
    "a record of its own": ('{"context": {"message": "x", "a": "b"}, "c": "d"}', []),
    "no object": ('["a"]', []),
    "not closed": ('{"a": "b"', []),
    "cut": ('{"a": "b', []),
    "no value": ('{"a": }', []),
    "no colon": ('{"a" "b"}', []),
    "something behind": ('{"a": "b"} c', []),
    "a blank behind": ('{"a": "b"}\r', ['"b"']),
    "very deep": ('{"abcdefghij":' * 30 + '"x"' + "}" * 30, []),
    "words": (
        r'{"exc_info": "Traceback (most recent call last):\nA: no x", "message": "<F exception=A(\"no x\")>"}',
        ["no x", "no x"],
    ),
    "words with an escape": (r'{"exc_info": "Traceback (most recent call last):\nA: no\u00e9"}', []),
    "words that are cut": (r'{"exc_info": "Traceback (most recent call last):\nA: no', []),
}


def lookup_of(lines: bool, anchors: tuple[bytes, ...] = ()) -> Any:
    assert native.Lookup is not None
    return native.Lookup(lines, b"12:34:56", 1, lambda _: 5, True, TOLD, anchors)


@pytest.mark.parametrize(("lines", "name"), [*((False, name) for name in HOLES), *((True, name) for name in FIELDS)])
def test_what_is_left_out(lines: bool, name: str) -> None:
    text, wanted = (FIELDS if lines else HOLES)[name]
    entry = text.encode()
    found = lookup_of(lines).outline(entry)
    assert [entry[start:end].decode() for _, start, end in found[1]] == wanted if found else not wanted
    if found:
        outline, at = b"", 0
        for sign, start, end in found[1]:
            outline, at = outline + entry[at:start] + bytes([sign]), end
        assert found[0] == outline + entry[at:]


BEFORE: dict[str, tuple[bytes, list[bytes]]] = {  # what is left out before a message
    "a number": (b"E [17] asyncio: took it", [b"17"]),
    "one that tells something": (b"E [4711] [17] asyncio: took it", [b"17"]),
    "a port": (b"E 10.0.0.1:80 asyncio: took it", [b"10.0.0.1:80"]),
    "an address": (b"E user=a@b.c: asyncio: took it", [b"a@b.c"]),
    "words": (b"E some words asyncio: took it", []),
    "behind the message": (b"E asyncio: took it 17", []),
    "no message": (b"E 17 asyncio: gave it", []),
}


@pytest.mark.parametrize("name", BEFORE)
@pytest.mark.parametrize("time", [True, False], ids=["with a time", "without"])
def test_what_is_left_out_before_messages(name: str, time: bool) -> None:
    text, wanted = BEFORE[name]
    lookup = lookup_of(False)
    lookup.prepare(b"took it", [b"4711"])
    entry = (b"12:00:17 " if time else b"") + text
    found = lookup.outline(entry)
    assert [entry[start:end] for _, start, end in (found[1] if found else ())] == (wanted if time else [])


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.binary(max_size=200), st.text("{}[]\"':,\\n ab<>()=", max_size=80).map(str.encode)),
    lines=st.booleans(),
)
def test_any_bytes(text: bytes, lines: bool) -> None:
    start = b'{"a": ' if lines else b"<Task name='"
    for entry in (text, start + text, start + text + b"}", start + text + b"' result=" + text + b">"):
        found = lookup_of(lines).outline(entry)
        for _, begin, end in found[1] if found else ():
            assert 0 <= begin < end <= len(entry)


# -- what is told by outlines ---------------------------------------------------------------------------------------------

RULES = """
rules:
  - id: closed-or-so
    extends: exception-never-retrieved
    severity: info
    when:
      exception.message: {glob: ['*closed*', 'gone', "*'x'*"]}
  - id: of-a-batch
    extends: slow-callback
    severity: error
    when:
      text: {glob: "*my batch*"}
"""

NAMES = st.one_of(
    st.integers(0, 300).map("Task-{}".format),
    st.text("ab-:.@ 019", min_size=1, max_size=12),
    st.sampled_from(["my batch", "x'y", "etrieved", "0x17", "a<b", "Task-1 took 5", "é", " asyncio ", ""]),
)
WORDS = st.one_of(
    st.text("abc '\"{}[]():,019.", max_size=14),
    st.sampled_from(
        [
            "it is closed", "gone", "so gone", "'x'", "[Errno 5] no", "no <x>", "a\\b", "line\nDETAIL: b", "Traceback (", "é",
            f"order {ID} is late", "id 12ab34", "id 56cd78ef", "id 9 of 10", "id 11 of 7", "r awaited",
            "Event loop is closed", "Task-7", "0x7f00", "took 1.5 s", "-", "1",
        ]
    ),
)  # fmt: skip
RESULTS = st.sampled_from(
    ["None", "'a'", "{'n': 1}", "{'n': 'b'}", "[1, 2]", "'... created at x'", "('", "5", "'my batch'"]
)
ARGUMENTS = st.sampled_from(["", "1", "'a'", "'b', 2", "'a', 'of my batch'", "g('c')", "<A>", "'a"])
REQUESTS = st.one_of(
    st.sampled_from(["", f"[{ID}] ", f"[{ID[::-1]}] ", "(0123456789abcde0) ", "(0123456789abcde1) ", "request 17 "]),
    st.uuids().map("[{}] ".format),
    st.integers(1, 99_999).map("[req {}] ".format),
    st.sampled_from([4711, 4712, 99]).map("[{}] ".format),
    st.tuples(st.sampled_from([4711, 12]), st.integers(1, 99_999)).map(lambda two: f"[{two[0]}] (conn {two[1]}) "),
    st.tuples(st.integers(0, 255), st.integers(1, 9999)).map(lambda two: f"10.0.0.{two[0]}:{two[1]} "),
    st.sampled_from(
        ["(Thread-1) ", "(Thread-2) ", "[Thread-3 (run)] ", "user=a1@b.c ", "user=b2@b.c ", "app1 ", "app2 "]
    ),
    st.integers(0, 16**8 - 1).map("[{:08x}] ".format),
)
values = st.fixed_dictionaries({
    "name": NAMES, "words": WORDS, "result": RESULTS, "arguments": ARGUMENTS, "request": REQUESTS, "user": WORDS,
    "cls": st.sampled_from(["ValueError", "KeyError", "app.errors.Broken", "RuntimeError"]), "line": st.integers(7, 8),
})  # fmt: skip


def slow(own: dict[str, Any]) -> str:
    return (
        f"Executing <Task finished name='{own['name']}' coro=<work() done, defined at /srv/a.py:{own['line']}> "
        f"result={own['result']} created at /srv/b.py:9> took 0.250 seconds"
    )


def handle(own: dict[str, Any]) -> str:
    return f"Executing <Handle serve({own['arguments']}) at /srv/u.py:{own['line']} created at /srv/b.py:9> took 1.500 seconds"


def failed(own: dict[str, Any]) -> str:
    cls, words = own["cls"], own["words"]
    said = repr(words) if cls == "KeyError" else words
    return (
        f"Task exception was never retrieved\nfuture: <Task finished name='{own['name']}' coro=<job() done, defined at "
        f"/srv/j.py:5> exception={cls.rpartition('.')[2]}({words!r})>\nTraceback (most recent call last):\n"
        f'  File "/srv/j.py", line {own["line"]}, in job\n    fail()\n{cls}: {said}'
    )


def callback(own: dict[str, Any]) -> str:
    return (
        f"Exception in callback serve({own['arguments']})\nhandle: <Handle serve({own['arguments']})>\n"
        f'Traceback (most recent call last):\n  File "/srv/u.py", line {own["line"]}, in serve\n    fail()\n{own["cls"]}: {own["words"]}'
    )


def loop(own: dict[str, Any]) -> str:
    """What tells whether the loop is open."""
    closes = "Close <_UnixSelectorEventLoop running=False closed=False debug=True>"
    return "Using selector: EpollSelector" if own["line"] % 2 else closes


KINDS = (slow, handle, failed, callback, loop)
entries = st.lists(st.tuples(st.sampled_from(KINDS), values, st.sets(st.sampled_from(["name", "words", "result", "arguments", "request", "user"]))),
                   min_size=1, max_size=4)  # fmt: skip


def plain(number: int, said: str, own: dict[str, Any]) -> str:
    return f"{time_of(number)} ERROR {own['request']}asyncio: {said}"


def collected(number: int, said: str, own: dict[str, Any]) -> str:
    """As Kubernetes keeps it: each line behind its time and stream."""
    stamp = time_of(number).replace(" ", "T").replace(",", ".") + "123456Z"
    return "\n".join(f"{stamp} stderr F {line}" for line in plain(number, said, own).split("\n"))


def composed(number: int, said: str, own: dict[str, Any]) -> str:
    return "\n".join(f"web-1  | {line}" for line in plain(number, said, own).split("\n"))


def as_json(number: int, said: str, own: dict[str, Any]) -> str:
    message, _, trace = said.partition("\nTraceback")
    fields = {
        "asctime": time_of(number),
        "level": "ERROR",
        "user": own["user"],
        "logger": "asyncio",
        "message": message,
    }
    if trace:
        fields["exc_info"] = "Traceback" + trace
    return json.dumps(fields | {"extra": {"request": own["request"], "n": number}})


def run_of(path: Path, rules: Path, repeats: bool = True, **options: Any) -> Run:
    engine = pipeline.engine(Settings(**{"jobs": 1, "window": 1 << 12, "rules": (str(rules),), **options}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_repeats", repeats)
        return pipeline.analyze([str(path)], engine.settings)


OPTIONS: list[dict[str, Any]] = [
    {}, {}, {"redact": True}, {"since": "00:00:01.5"}, {"since": "2026-01-31 00:00:01", "until": "2026-01-31 00:00:03"},
    {"until": "00:00:02", "redact": True}, {"since": "00:00:04", "until": "00:00:01"},
]  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some=entries,
    others=st.lists(st.tuples(st.integers(0, 3), values), min_size=8, max_size=40),
    form=st.sampled_from([plain, as_json, collected, composed]),
    options=st.sampled_from(OPTIONS),
)
def test_nobody_can_tell(
    some: list, others: list, form: Any, options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each entry comes again and again with other texts."""
    lines = []
    for number, (which, other) in enumerate([*((at, {}) for at in range(len(some))), *others, *others]):
        kind, own, changing = some[which % len(some)]
        own = {**own, **{key: other[key] for key in changing if key in other}}
        lines.append(form(number, kind(own), own))
    folder = tmp_path_factory.mktemp("outlines")
    note("\n".join(lines))
    (folder / "rules.yaml").write_text(RULES)
    path = folder / "app.log"
    path.write_text("\n".join(lines) + "\n")
    with mock.patch.object(reader, "SAMPLE_BYTES", 600):  # nothing is learnt in the first window
        wanted = run_of(path, folder / "rules.yaml", repeats=False, **options)
        assert codec.dump_run(run_of(path, folder / "rules.yaml", **options)) == codec.dump_run(wanted)


OFTEN = {
    "names": (slow, plain, {"name": "fetch:{word}@x.example"}),
    "results": (slow, plain, {"result": "{{'n': '{word}'}}"}),
    "arguments": (handle, plain, {"arguments": "'{word}', 'x'"}),
    "words": (failed, plain, {"words": "no {word} for {word}'s"}),
    "keys": (failed, plain, {"words": "user:{word}", "cls": "KeyError"}),
    "words of callbacks": (callback, plain, {"words": "no {word}", "arguments": "'{word}'"}),
    "requests": (slow, plain, {"request": "[{id}] "}),
    "names behind a collector": (slow, collected, {"name": "fetch:{word}@x.example", "result": "'{word}'"}),
    "words behind a collector": (failed, collected, {"words": "no {word}", "name": "{word}"}),
    "keys behind a collector": (failed, composed, {"words": "no {word}", "cls": "KeyError", "request": "[{id}] "}),
    "numbered requests": (slow, plain, {"request": "[req {n}] "}),
    "short identifiers": (failed, plain, {"request": "<{n:x}f{n:04d}> ", "words": "no {word}"}),
    "ports": (handle, plain, {"request": "10.0.0.7:{n} "}),
    "users, and processes": (slow, plain, {"request": "[4711] user={word}{n}@x.example "}),
    "fields of JSON": (failed, as_json, {"user": "{word}", "request": "{id}"}),
    "words in JSON": (failed, as_json, {"user": "{word}", "words": "no {word}", "name": "{word}"}),
    "keys in JSON": (failed, as_json, {"words": "no {word}", "cls": "KeyError"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OFTEN)
def test_other_texts_are_not_taken_apart(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, form, changing = OFTEN[name]
    lines = []
    for n in range(9000):
        word = "".join("abcdefghij"[int(digit)] for digit in str(n * 7919))
        own = {"name": "worker", "words": "none", "result": "None", "arguments": "1", "request": "", "user": "a",
               "cls": "ValueError", "line": n % 2}  # fmt: skip
        own |= {
            key: text.format(n=n + 10_000, word=word, id=f"{n:06x}1e-1111-4222-8333-0123456789ab")
            for key, text in changing.items()
        }
        lines.append(form(n, kind(own), own))
    path, rules = tmp_path / "app.log", tmp_path / "rules.yaml"
    path.write_text("\n".join(lines) + "\n")
    rules.write_text(RULES)
    wanted = codec.dump_run(run_of(path, rules, repeats=False))
    apart = []
    learn, each = Echoes.learn, Echoes._each
    monkeypatch.setattr(Echoes, "learn", lambda *args: apart.append(1) or learn(*args))
    monkeypatch.setattr(Echoes, "_each", lambda *args: apart.append(1) or each(*args))
    assert codec.dump_run(run_of(path, rules, window=1 << 16)) == wanted
    before = path.read_bytes()[:SAMPLE_BYTES].count(b"asyncio")  # nothing is learnt in the first window
    assert before < 3000
    assert len(apart) < 2 * before + 50


def test_what_rules_look_for_is_seen(tmp_path: Path) -> None:
    """One message in a thousand is one that a rule claims."""
    lines = []
    for n in range(2000):
        own = {"name": f"fetch@{n}", "words": f"no {'ab' * (n % 50)}" if n % 500 != 499 else "it is closed", "cls": "ValueError",
               "line": 7}  # fmt: skip
        lines.append(plain(n, failed(own), {"request": ""}))
    path, rules = tmp_path / "app.log", tmp_path / "rules.yaml"
    path.write_text("\n".join(lines) + "\n")
    rules.write_text(RULES)
    run = run_of(path, rules)
    counts: dict[str, int] = {}
    for group in run.groups.values():
        for rule, count in group.rules.items():
            counts[rule] = counts.get(rule, 0) + count
    assert counts.pop("closed-or-so") == 4
    assert sum(counts.values()) == 1996
