"""Windows full of echoes are looked up at once; what that gives is what taking each apart gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynclog import codec, native, pipeline
from asynclog.config import Settings
from asynclog.model import Run
from asynclog.read import bare, together
from asynclog.read.bare import Bares
from asynclog.read.clock import Clock
from asynclog.read.echoes import Echoes
from asynclog.read.timestamps import parse_timestamp

SLOW = "{t} WARNING asyncio: Executing <Task pending name='{name}' coro=<work() running at /srv/a.py:{line}>> took {took} seconds"
FAILED = (
    "{t} ERROR asyncio: Task exception was never retrieved\nfuture: <Task finished name='{name}' coro=<job() done, defined at "
    "/srv/app/jobs.py:5> exception=ValueError('order {token} of {n}')>\nTraceback (most recent call last):\n"
    '  File "/srv/app/jobs.py", line {line}, in job\n    fail()\nValueError: order {token} of {n}'
)
HANDLE = "{t} WARNING asyncio: Executing <Handle f(<Up ob...t {address}>, {n}) at /srv/u.py:{line}> took {took} seconds"
OWN = "{t} INFO app: order {token} of {n} is on its way"


pytestmark = pytest.mark.skipif(native.Lookup is None, reason="nothing is compiled here")


def run_of(path: Path, repeats: bool = True) -> Run:
    engine = pipeline.engine(Settings(jobs=1, window=1 << 14))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_repeats", repeats)
        return pipeline.analyze([str(path)], engine.settings)


def time_of(number: int, day: str = "2026-01-31") -> str:
    return f"{day} {number // 36_000 % 24:02d}:{number // 600 % 60:02d}:{number // 10 % 60:02d},{number % 10 * 100:03d}"


def log_of(entries: list[str], number: int, **names: str) -> str:
    given = {"name": "Task-{n}", "took": "0.{n:03d}", "token": "{n:04x}beef{n:04d}", "address": "0x7f{n:06x}a"}
    values = {key: (names.get(key, text)) for key, text in given.items()}
    lines = []
    for n in range(number):
        own = {
            key: text.format(n=n % 900 + (1000 if key in ("name", "token") else 100)) for key, text in values.items()
        }
        lines.append(entries[n % len(entries)].format(t=time_of(n), n=n % 7000, line=n % 3 + 10, **own))
    return "\n".join(lines) + "\n"


LOGS = {
    "durations": ([SLOW], {}),
    "identifiers, addresses": ([SLOW, FAILED, HANDLE, OWN], {}),
    "names that users gave": ([SLOW, FAILED], {"name": "worker-{n}"}),
    "names without numbers": ([SLOW, FAILED], {"name": "feed"}),
    "one duration": ([SLOW, HANDLE], {"took": "0.250"}),
    "one task": ([FAILED, SLOW], {"name": "Task-7"}),
    "minutes": ([SLOW, HANDLE], {"took": "{n}.5"}),
}


@pytest.mark.parametrize("name", LOGS)
def test_most_are_not_taken_apart(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "busy.log"
    entries, names = LOGS[name]
    path.write_text(log_of(entries, 12_000, **names))
    apart: list[int] = []
    each = Echoes._each

    def counting(self: Echoes, entries: list[bytes], index: int, *rest: int) -> tuple[int, int, int]:
        result = each(self, entries, index, *rest)
        apart.append(result[0] - index)
        return result

    wanted = codec.dump_run(run_of(path, repeats=False))
    monkeypatch.setattr(Echoes, "_each", counting)
    assert codec.dump_run(run_of(path)) == wanted
    assert sum(apart) < 3000


BETWEEN = {
    "nothing else": "",
    "like the beginning of one": "{t} DEBUG app: batch\n{t}\n{t} and more of {n}\n{t} INFO app: ends\n",
    "warnings printed bare": "{t} INFO app: {n}\n/srv/a.py:7: RuntimeWarning: coroutine 'f' was never awaited\n  f()\n{t} INFO app: on\n",
    "text without a header": "{t} INFO app: {n}\n  and more\n\n\n    yet more\n",
}


@pytest.mark.parametrize("name", BETWEEN)
@pytest.mark.parametrize("tail", ["", "\n  {t} is no header", "\n{t}", "\n{t} nor this"])
def test_known_ones_far_from_each_other(name: str, tail: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known is taken around hits, several of a window at once, and the lines between are counted; none is taken
    up to what only looks like the next.
    """
    path, lines = tmp_path / "quiet.log", list[str]()
    for n in range(900):
        task, token = f"Task-{n % 9}", f"{n + 4096:04x}beef{n % 10}"
        failed = FAILED.format(t=time_of(n), n=n % 7 + 100, name=task, line=n % 2, token=token)
        slow = SLOW.format(t=time_of(n), name=task, line=5, took=f"0.{n % 800 + 100}")
        lines.append((slow if n % 3 else failed) + (tail.format(t=time_of(n)) if n % 5 == 0 else "") + "\n")
        lines.append(BETWEEN[name].format(t=time_of(n), n=n))
        lines.append(f"{time_of(n)} INFO app: nothing is late, all is well with {n}\n" * 60)
    path.write_text("".join(lines))
    wanted, swept, sweep = codec.dump_run(run_of(path, repeats=False)), list[int](), together.Together.sweep

    def watched(self: together.Together, *given: Any) -> Any:
        known = sweep(self, *given)
        swept.append(len(known[0]) if known is not None else 0)
        return known

    monkeypatch.setattr(together.Together, "sweep", watched)
    assert codec.dump_run(run_of(path)) == wanted
    assert sum(size > 1 for size in swept) > 20


SWEPT = {  # hits, the index of the first, where its entry starts, the limit; where known entries end
    "all that is known": ([0, 5, 60, 150], 0, 0, 1000, [25, 75, 175]),
    "from the second on": ([0, 5, 60, 150], 2, 50, 1000, [75, 175]),
    "up to the limit": ([60], 0, 50, 75, [75]),
    "beyond the limit": ([60], 0, 50, 74, []),
    "the first is not known": ([30], 0, 25, 1000, []),
    "up to one that is not known": ([0, 26, 60], 0, 0, 1000, [25]),
    "the end of the last is not seen": ([160, 190], 0, 150, 1000, [175]),
    "behind the data": ([0, 5000], 0, 0, 1000, [25]),
    "no hits": ([], 0, 0, 1000, []),
    "at the end": ([150], 0, 199, 1000, []),
    "a limit before the data": ([0], 0, 0, -5, []),
    "backward": ([10, 5, 3], 0, 0, 1000, [25]),
}


@pytest.mark.parametrize("name", SWEPT)
def test_a_sweep(name: str) -> None:
    hits, index, start, limit, ends = SWEPT[name]
    lookup, data = known_one()
    assert lookup.sweep(data, hits, index, start, limit, b"") == ends
    for number, end in enumerate(ends):
        begin, _ = lookup.place(2 * number)
        assert (data[begin:end], lookup.parts(2 * number)) == (
            b"11:11:11 known, number 5\n",
            (0, b"11:11:11", b"", b""),
        )
        assert lookup.place(2 * number + 1) == (end, data[start:end].count(b"\n"))


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (((0, 5), 0, 0, 9), ValueError),
        (([0], -1, 0, 9), ValueError),
        (([0], 0, -1, 9), ValueError),
        (([0], 0, 200, 9), ValueError),
        ((["0"], 0, 0, 99), TypeError),
    ],
)
def test_no_sweep(given: Any, error: type[Exception]) -> None:
    lookup, data = known_one()
    with pytest.raises(error):
        lookup.sweep(data, *given, b"")


def known_one() -> tuple[Any, bytes]:
    """A lookup that knows one entry, and a window: it, another, it, three others, it, and it without its line end."""
    assert native.Lookup is not None
    lookup = native.Lookup(False, b"12:34:56", 1, lambda _: 5, True, frozenset(), ())
    column = lookup.add_column(set(), (), None, True, 9.0, 9.0, 6, True, True)
    nowhere = (0, 0)
    lookup.learn(b"12:34:56 known, number 7", column, 1, (0, 8), nowhere, nowhere, nowhere, nowhere, [], False)
    known, other = b"11:11:11 known, number 5\n", b"11:11:11 what this is, ?\n"
    return lookup, known + other + known + 3 * other + known + known[:-1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.sampled_from(["2026-01-31", "2026-02-30", "2026-13-01", "9999-99-99"]), min_size=1, max_size=4))
def test_days_that_are_none(days: list[str], tmp_path: Path) -> None:
    """Then they are read one by one."""
    path = tmp_path / "days.log"
    lines = [
        SLOW.format(t=time_of(n, days[n % len(days)]), name=f"Task-{n}", line=5, took=f"0.{n % 900:03d}")
        for n in range(600)
    ]
    path.write_text(SLOW.format(t=time_of(0), name="Task-1", line=5, took="0.5") + "\n" + "\n".join(lines) + "\n")
    assert codec.dump_run(run_of(path)) == codec.dump_run(run_of(path, repeats=False))


def test_zones_that_change(tmp_path: Path) -> None:
    """As they do in spring and autumn."""
    path = tmp_path / "zones.log"
    zones = ["+02:00"] * 300 + ["+01:00"] * 300
    times = [time_of(n).replace(" ", "T").replace(",", ".") + zone for n, zone in enumerate(zones)]
    path.write_text("".join(SLOW.format(t=t, name="Task-1", line=5, took="0.512") + "\n" for t in times))
    wanted = run_of(path, repeats=False)
    assert codec.dump_run(run_of(path)) == codec.dump_run(wanted)
    assert [group.last.zone for group in wanted.groups.values() if group.last] == [60]


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("took", ["9999999999999.9", "99999999999999999999.5", "99999999999.125", "31536000.5"])
def test_durations_that_none_can_be(took: str, first: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damage, or hostile: they crash nothing, and hide no other."""
    path = tmp_path / "years.log"
    tooks = [took if (n == 0 if first else n % 50 == 7) else f"0.{n % 800 + 100}" for n in range(3000)]
    path.write_text(
        "".join(SLOW.format(t=time_of(n), name="Task-1", line=5, took=one) + "\n" for n, one in enumerate(tooks))
    )
    wanted = codec.dump_run(run_of(path, repeats=False))
    assert codec.dump_run(run_of(path)) == wanted
    monkeypatch.setattr(native, "Lookup", None)
    assert codec.dump_run(run_of(path)) == wanted


def test_what_was_met_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "names.log"
    path.write_text(log_of([SLOW, FAILED], 4000, name="worker-{n}"))
    monkeypatch.setattr(together, "_MOST", 20_000)
    monkeypatch.setattr(bare, "_REMEMBERED", 2)
    assert codec.dump_run(run_of(path)) == codec.dump_run(run_of(path, repeats=False))


def test_so_is_what_is_different_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of a window that is not yet taken, too."""
    words = ["".join("abcdefghij"[int(digit)] for digit in str(n)) for n in range(1500)]
    texts = [SLOW.replace("work()", f"work_{word}()") + f"\n{{t}} INFO app: hello {word}" for word in words]
    path, learnt = tmp_path / "words.log", list[int]()
    path.write_text(log_of([text for text in texts for _ in range(3)], 4500))
    split = together.Together.split

    def watched(self: together.Together, *given: Any) -> object:
        window = split(self, *given)
        learnt.append(self._lookup.learnt if self._lookup is not None else 0)
        return window

    wanted = codec.dump_run(run_of(path, repeats=False))
    monkeypatch.setattr(together.Together, "split", watched)
    monkeypatch.setattr(together, "_MOST", 20_000)
    assert codec.dump_run(run_of(path)) == wanted
    assert max(learnt) < 120_000
    assert learnt.count(0) > 10


def test_a_rule_for_one_name_is_heard(tmp_path: Path) -> None:
    path, rules = tmp_path / "names.log", tmp_path / "rules.yaml"
    path.write_text(log_of([SLOW], 3000, name="worker-{n}"))
    rules.write_text(
        "rules:\n  - id: mine\n    extends: slow-callback\n    severity: error\n    when:\n      task: worker-1234\n"
    )
    engine = pipeline.engine(Settings(jobs=1, window=1 << 14, rules=(str(rules),)))
    run = pipeline.analyze([str(path)], engine.settings)
    judged = [group for group in run.groups.values() if "mine" in group.rules]
    assert sum(group.rules["mine"] for group in judged) == sum(
        "worker-1234'" in line for line in path.read_text().splitlines()
    )


TEXTS = (
    b"t E asyncio: x\nfuture: <Task coro=<f()> exception=ValueError('id %s')>\nTraceback (most recent call last):\nValueError: id %s",
    b"t E asyncio: <Handle <Up object at 0x7f%s>> of %s",
    b"t E asyncio: x\nfuture: <Up at 0x%s>\nTraceback (most recent call last):\nValueError: id %s-b of dead1234dead",
)


@given(st.sampled_from(TEXTS), *[st.text("0123456789abcdef", min_size=8, max_size=8).map(str.encode)] * 3)
def test_a_guess_is_right_where_it_says_so(text: bytes, one: bytes, other: bytes, third: bytes) -> None:
    bares = Bares(json=False)
    bares.of(text % (one, one))
    for entry in (text % (other, other), text % (other, third)):
        assert Bares(json=False).of(entry) in (bares.guess(entry), bares.of(entry))
        if bares.guess(entry).token:
            assert bares.guess(entry) == Bares(json=False).of(entry)


def test_a_guess_is_not_cut_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    bares = Bares(json=False)
    first, second = (TEXTS[0] % (token, token) for token in (b"dead1234", b"12ab34cd"))
    bares.of(first)
    monkeypatch.setattr(bare, "_cuts", None)
    assert bares.guess(second).token == b"12ab34cd"
    assert bares.guess(second).text == bares.guess(first).text


TIMES = (
    b"2026-01-31 12:34:56,789",
    b"2026-01-31T12:34:56.789012Z",
    b"2026-01-31 12:34:56.789+02:00",
    b"2026-01-31 12:34:56.789 +0530",
    b"2026-01-31 12:34:56.789 UTC",
    b"31/Jan/2026:12:34:56.789",
    b"12:34:56.789",
)


@given(st.sampled_from(TIMES), st.integers(0, 23), st.integers(0, 59), st.integers(0, 61))
def test_times_are_what_they_are_alone(time: bytes, hour: int, minute: int, second: int) -> None:
    """Each is parsed once a minute."""
    clock = Clock()
    clock.micros([time])
    own = time.replace(b"12:34:56", b"%02d:%02d:%02d" % (hour, minute, second))
    alone = parse_timestamp(own.decode())
    assert clock.micros([own]) == [alone.micros if alone is not None else None]
