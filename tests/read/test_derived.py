"""Entries with numbers of other lengths than those that were met: told without being taken apart, and never otherwise."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from asynclog import codec, native
from asynclog.read import reader
from asynclog.read.echoes import Echoes
from asynclog.read.layout import SAMPLE_BYTES
from tests.read.test_together import run_of, time_of

pytestmark = pytest.mark.skipif(native.Lookup is None, reason="nothing is compiled here")

SLOW = "{t} WARNING asyncio: Executing <Task pending name='{name}' coro=<work() running at /srv/a.py:{line}>> took {took}.250 seconds"
FAILED = (
    "{t} ERROR asyncio: Task exception was never retrieved\nfuture: <Task finished name='{name}' coro=<job() done, defined at "
    "/srv/app/jobs.py:5> exception=ValueError('{text}')>\nTraceback (most recent call last):\n"
    '  File "/srv/app/jobs.py", line {line}, in job\n    fail()\nValueError: {text}'
)
CALLBACK = (
    "{t} ERROR asyncio: Exception in callback f({n}) at /srv/u.py:{line}\nhandle: <Handle f({n}) at /srv/u.py:{line}>\n"
    'Traceback (most recent call last):\n  File "/srv/u.py", line {line}, in f\nKeyError: {n}'
)
POLL = "{t} DEBUG asyncio: poll {took}.125 ms took {took}.500 ms: {n} events"
SOCKET = "{t} DEBUG asyncio: <socket.socket fd={n}, family=2, raddr=('10.2.{n}.4', {n})> connected to 10.0.0.{n}:80: (<_Transport fd={n}>, 1)"

numbers = st.integers(0, 9).flatmap(lambda digits: st.integers(0, 10**digits))
names = st.one_of(
    numbers.map("Task-{}".format),
    numbers.map("worker-{}".format),
    st.tuples(numbers, numbers).map(lambda two: f"{two[0]}x{two[1]}"),
    numbers.map(lambda number: "w" * 58 + f"-{number}"),
)
tooks = st.integers(0, 10**9).map(str)
words = st.one_of(
    numbers.map(str),
    st.sampled_from(
        [
            "of ",
            "-",
            "0x",
            "id ",
            "dead",
            "4bad-",
            "errno ",
            "Error ",
            "12345678-1234-1234-1234-",
            "#",
            " ",
            "Task-",
            "'",
        ]
    ),
)
texts = st.lists(words, min_size=1, max_size=6).map("".join)
long_texts = st.tuples(st.integers(380, 410), texts).map(lambda two: "x" * two[0] + " " + two[1])
entries = st.lists(
    st.tuples(
        st.sampled_from([SLOW, FAILED, CALLBACK, POLL, SOCKET]),
        st.tuples(names, tooks, st.one_of(texts, texts, long_texts), numbers, st.integers(1, 120)),
    ),
    min_size=2,
    max_size=9,
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=entries, more=st.lists(st.tuples(st.integers(0, 8), st.randoms(use_true_random=False)), max_size=30))
def test_nobody_can_tell(first: list, more: list, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each entry comes again with some of its numbers longer or shorter, or other ones."""
    lines = []
    for number, (which, random) in enumerate([*((at, None) for at in range(len(first))), *more]):
        text, (name, took, message, n, line) = first[which % len(first)]
        values = {"name": name, "took": took, "text": message, "n": n, "line": line}
        if random is not None:
            for key in random.sample(sorted(values), random.randrange(1, 4)):
                values[key] = "".join(
                    random.choice(["7", "19", "2026"]) if sign.isdigit() and random.random() < 0.3 else sign
                    for sign in str(values[key])
                )
        lines.append(text.format(t=time_of(number), **values))
    path = tmp_path_factory.mktemp("derived") / "app.log"
    note("\n".join(lines))
    path.write_text("\n".join(lines * 2) + "\n")
    with mock.patch.object(reader, "SAMPLE_BYTES", 600):  # nothing is learnt in the first window
        assert codec.dump_run(run_of(path)) == codec.dump_run(run_of(path, repeats=False))


def test_other_lengths_are_not_taken_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apart: list[int] = []
    each = Echoes._each

    def counting(self: Echoes, entries: list[bytes], index: int, *rest: int) -> tuple[int, int, int]:
        result = each(self, entries, index, *rest)
        apart.append(result[0] - index)
        return result

    path = tmp_path / "app.log"
    lines = []
    for n in range(6000):
        more = [10 ** (n % prime) if n > 2000 else n % prime for prime in (5, 7, 6, 4)]
        values = {
            "name": f"{'Task' if n % 2 else 'up'}-{more[0]}",
            "took": more[1],
            "text": f"of {more[2]}",
            "n": more[3],
        }
        lines.append((SLOW, FAILED, CALLBACK)[n % 3].format(t=time_of(n), line=7, **values))
    path.write_text("\n".join(lines) + "\n")
    before = path.read_text()[:SAMPLE_BYTES].count("asyncio:")  # nothing is learnt in the first window
    assert before < 2000
    wanted = codec.dump_run(run_of(path, repeats=False))
    monkeypatch.setattr(Echoes, "_each", counting)
    assert codec.dump_run(run_of(path)) == wanted
    assert sum(apart) < before + 30


KNOWN = b"12:00:00 W: <Task name='up-12' x 7> took 1.25 s, 9 of 9, line 5"
TOLD = {  # an entry, whether it is told by what is known of that one
    "as it is": (KNOWN, True),
    "a longer name": (KNOWN.replace(b"up-12", b"up-123456"), True),
    "a name that is too long": (KNOWN.replace(b"up-12", b"up-" + b"1" * 70), False),
    "a longer duration": (KNOWN.replace(b"1.25", b"123.2"), True),
    "a duration of too many digits": (KNOWN.replace(b"1.25", b"123456789.25"), False),
    "a number that does not count": (KNOWN.replace(b"x 7>", b"x 77777>"), True),
    "one that may be of a UUID": (KNOWN.replace(b"x 7>", b"x 77777777-1234-1234-1234-1>"), False),
    "a longer one that counts": (KNOWN.replace(b"line 5", b"line 55"), False),
    "another one that counts": (KNOWN.replace(b"line 5", b"line 6"), False),
    "a longer time": (KNOWN.replace(b"12:00:00", b"12:00:000"), False),
    "no number": (KNOWN.replace(b"x 7>", b"x >"), False),
    "a number more": (KNOWN + b" 1", False),
    "letters": (KNOWN.replace(b"x 7", b"y 77"), False),
    "guarded": (KNOWN.replace(b"up-12", b"up-13"), False),
    "shorter": (KNOWN[:-1], False),
}


@pytest.mark.parametrize("name", TOLD)
def test_what_is_told(name: str) -> None:
    assert native.Lookup is not None
    entry, told = TOLD[name]
    lookup = native.Lookup(False, b"12:34:56", 1, lambda _: 5, True, frozenset(), ())
    column = lookup.add_column({b"up-12"}, (b"-13",), None, True, 1000.0, 9.0, 6, True, True)
    took, own = KNOWN.index(b"1.25"), KNOWN.index(b"up-12")
    kept = [(8, own), (own + 5, own + 9), (own + 10, took), (took + 4, took + 8), (took + 13, len(KNOWN))]
    spans = ((0, 8), (0, 0), (took, took + 4), (0, 0), (own, own + 5))
    lookup.learn(KNOWN, column, 1, *spans, kept, False)
    for _ in range(2):
        assert lookup.look_up(entry, 0, len(entry), [], False) == ([] if told else [0])
    if told:
        parts = lookup.parts(0)
        assert parts is not None
        assert parts[:2] == (0, b"12:00:00")
        assert b"took " + parts[2] in entry


def test_long_lines_are_taken_apart() -> None:
    """What tells numbers in the messages of exceptions has its limits, and does not hold on both sides of them."""
    assert native.Lookup is not None
    lookup = native.Lookup(False, b"12:34:56", 1, lambda _: 5, True, frozenset(), ())
    column = lookup.add_column(set(), (), None, True, 9.0, 9.0, 6, True, True)
    known = b"12:00:00 " + b"x" * 380 + b" 7"
    lookup.learn(known, column, 1, (0, 8), *[(0, 0)] * 4, [(8, len(known) - 1)], False)
    assert lookup.look_up(known + b"7", 0, len(known) + 1, [], False) == []
    assert lookup.look_up(known + b"7" * 20, 0, len(known) + 20, [], False) == [0]


@pytest.mark.parametrize("names", [["Task-1", "0x17", "up-0xab"], ["0x17", "Task-1", "0x18"]])
def test_names_like_addresses_are_shown_whole(names: list[str], tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    lines = [SLOW.format(t=time_of(n), name=name, took=0, line=1) for n, name in enumerate(names * 4)]
    path.write_text("\n".join(lines) + "\n")
    assert codec.dump_run(run_of(path)) == codec.dump_run(run_of(path, repeats=False))
    assert b"0x17" in codec.dump_run(run_of(path))
