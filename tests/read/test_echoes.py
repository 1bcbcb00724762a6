"""What repeats itself is counted in columns, and nobody can tell from the run."""

# ruff: noqa: E501 - lines of logs

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from asynclog import batches, codec, native, pipeline
from asynclog.config import Settings
from asynclog.model import Run
from asynclog.read import above, cut, echoes, reader
from asynclog.read.bare import TOKEN, Bares
from asynclog.read.column import Collected
from asynclog.read.echoes import Echoes
from asynclog.read.scan import Scanner
from asynclog.read.shapes import ZEROS, form_of, shape_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(path for path in (ROOT / "sample_logs").rglob("*.log") if path.stat().st_size < 300_000)

EXCEPTION = (
    "{t} ERROR asyncio: Task exception was never retrieved\nfuture: <Task finished name='{name}' coro=<job() done, defined at "
    '/srv/app/jobs.py:5> exception={kind}("{text}")>\nTraceback (most recent call last):\n  File "/srv/app/jobs.py", line 6, '
    "in job\n    fail()\n{kind}: {text}\n"
)
ENTRIES = (
    "{t} WARNING asyncio: Executing <Task pending name='{name}' coro=<work() running at /srv/app/a.py:5> wait_for=<Future pending>"
    " created at /srv/app/m.py:3> took {took} seconds\n",
    "{t} WARNING asyncio: Executing <Handle Up.load(<Up ob...t {address}>, {n}) at /srv/app/u.py:9> took {took} seconds\n",
    "{t} WARNING asyncio: Executing <TimerHandle when={n}.25 tick() at /srv/app/u.py:3> took {took} seconds\n",
    "{t} DEBUG asyncio: poll {n}.125 ms took {n}.250 ms: {n} events\n",
    "{t} DEBUG asyncio: Using selector: EpollSelector\n",
    "{t} DEBUG asyncio: Close <_UnixSelectorEventLoop running=False closed=False debug=True>\n",
    "{t} DEBUG asyncio: <asyncio.sslproto.SSLProtocol object at {address}>: SSL handshake took {n}.5 ms\n",
    "{t} WARNING asyncio: socket.send() raised exception.\n",
    "{t} ERROR asyncio: Task was destroyed but it is pending!\ntask: <Task pending name='{name}' coro=<w() running at /srv/app/a.py:9>>\n",
    "{t} ERROR asyncio: Unclosed client session\nclient_session: <aiohttp.client.ClientSession object at {address}>\n",
    EXCEPTION.replace("{kind}", "KeyError").replace("{text}", "user_{n}"),
    EXCEPTION.replace("{kind}", "ValueError").replace("{text}", "bad literal {token}"),
    EXCEPTION.replace("{kind}", "LookupError").replace("{text}", "order-{n} of {token}-{n}"),
    EXCEPTION.replace("{kind}", "RuntimeError").replace("{text}", "Event loop is closed"),
    EXCEPTION.replace("{kind}", "OSError").replace("{text}", "[Errno {n}] went away"),
    "/srv/app/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited\n  fetch()\n",
    "{t} WARNING py.warnings: /srv/app/b.py:9: RuntimeWarning: coroutine 'send' was never awaited\n  send({n})\n",
    "{t} INFO app: order {n} accepted\n",
    "{t} ERROR app: failed\nTraceback (most recent call last):\n  File \"/srv/app/b.py\", line 1, in f\n    g()\nRuntimeError: Event loop is closed\n",
    "{t} ERROR app: failed\n{t} is when it failed\n",
    "{t} WARNING asyncio: socket.send() raised exception.\n{t} is when\n",
    "plain noise without any form {n}\n",
)  # fmt: skip
facts = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Task-7", "Task-12", "Task-123", "worker-1", "worker-22", "feed"]),
        "took": st.sampled_from(["0.101", "0.250", "4.999", "5.000", "12.345", "0.003"]),
        "n": st.sampled_from([3, 9, 42, 104, 65535]),
        "address": st.sampled_from(["0x7f0011", "0x7fabcd", "0xdeadbeef"]),
        "token": st.sampled_from(["dead1234", "12ab34cd", "0123456789", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"]),
        "gap": st.sampled_from([0, 1, 4, 40, 2500]),
    }
)
logs = st.lists(st.tuples(st.sampled_from(ENTRIES), facts), min_size=1, max_size=40)


def text_of(entries: list[tuple[str, dict]]) -> str:
    clock, parts = 1_000, []
    for entry, values in entries:
        clock += values["gap"]
        time = f"2026-01-31 12:{clock // 60_000 % 60:02d}:{clock // 1000 % 60:02d},{clock % 1000:03d}"
        parts.append(entry.format(t=time, **values))
    return "".join(parts)


def run_of(path: Path, repeats: bool, **options: object) -> Run:
    engine = pipeline.engine(Settings(jobs=1, **options))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_repeats", repeats)
        return pipeline.analyze([str(path)], engine.settings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("echoes")


def check(path: Path, **options: object) -> None:
    wanted = codec.dump_run(run_of(path, False))
    assert codec.dump_run(run_of(path, True)) == wanted
    assert codec.dump_run(run_of(path, True, **options)) == wanted
    with pytest.MonkeyPatch.context() as patch:  # counted again and again
        patch.setattr(batches, "_MANY", 0)
        patch.setattr(batches, "_COUNTED", 3)
        patch.setattr(echoes, "_PENDING", 5)
        patch.setattr(echoes, "_TOGETHER", 5)
        assert codec.dump_run(run_of(path, True)) == wanted
        assert codec.dump_run(run_of(path, True, **options)) == wanted
        patch.setattr(native, "Lookup", None)  # and each taken apart
        patch.setattr(native, "Counter", None)
        assert codec.dump_run(run_of(path, True)) == wanted
        assert codec.dump_run(run_of(path, True, **options)) == wanted


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=logs, times=st.integers(1, 4), window=st.integers(50, 3000), chunk=st.integers(200, 4000))
def test_nobody_can_tell_from_the_run(folder: Path, entries: list, times: int, window: int, chunk: int) -> None:
    path = folder / "echoes.log"
    path.write_text(text_of(entries * times))
    check(path, window=window, chunk=chunk)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=logs, times=st.integers(3, 12), window=st.integers(700, 5000), chunk=st.sampled_from([0, 4000]))
def test_nor_from_windows_that_were_not_searched(folder, entries, times, window, chunk):
    path = folder / "unsearched.log"
    path.write_text(text_of(entries * times))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(above, "RUN_UP", 300)
        patch.setattr(cut, "_FEW", 1)
        check(path, window=window, chunk=chunk)


def test_windows_of_echoes_are_not_searched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "busy.log"
    line = (
        "2026-01-31 12:00:{:02d},{:03d} WARNING asyncio: Executing <Handle f() at /srv/a.py:7> took 0.{:03d} seconds\n"
    )
    path.write_text("".join(line.format(n // 1000 % 60, n % 1000, n % 900 + 100) for n in range(24_000)))
    searched: list[int] = []
    hits = Scanner.hits

    def counting(self: Scanner, data: bytes, start: int = 0, *rest: object, **named: object) -> list[int]:
        searched.append(len(data) - start)
        return hits(self, data, start, *rest, **named)

    monkeypatch.setattr(Scanner, "hits", counting)
    run_of(path, True, window=1 << 16)
    assert path.stat().st_size > 2_000_000
    assert sum(searched) < path.stat().st_size / 4


def test_lines_between_few_echoes_are_not_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "idle.log"
    line = (
        "2026-01-31 12:00:{:02d},{:03d} WARNING asyncio: Executing <Handle f() at /srv/a.py:7> took 0.{:03d} seconds\n"
    )
    noise = "2026-01-31 12:00:{:02d},{:03d} INFO app: order {} of {} was told\n"
    with path.open("w") as file:
        for n in range(20_000):
            file.write(
                (line if n % 100 == 0 else noise).format(
                    n // 1000 % 60, n % 1000, n % 900 + 100, "abcdef"[n % 6] * (n % 97)
                )
            )
    learned: list[bytes] = []
    learn = Echoes.learn
    monkeypatch.setattr(Echoes, "learn", lambda self, entry, *rest: learned.append(entry) or learn(self, entry, *rest))
    assert sum(group.count for group in run_of(path, True).groups.values()) == 200
    assert len(learned) < 10


def test_few_echoes_are_handed_over_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else memory would follow the size of a log that has few."""
    path = folder / "patient.log"
    line = (
        "2026-01-31 12:00:{:02d},{:03d} WARNING asyncio: Executing <Handle f() at /srv/a.py:7> took 0.{:03d} seconds\n"
    )
    path.write_text("".join(line.format(n // 1000 % 60, n % 1000, n % 900 + 100) for n in range(12_000)))
    handed: list[int] = []
    add = batches.Batches.add_collected

    def counting(self: batches.Batches, collected: Collected) -> None:
        handed.append(len(collected.lines) + sum(len(lot.rows) for lot in collected.lots) // 32)
        add(self, collected)

    monkeypatch.setattr(batches.Batches, "add_collected", counting)
    monkeypatch.setattr(reader, "_PATIENCE", 2)
    run_of(path, True, window=1 << 16)
    assert sum(handed) > 11_000
    assert max(handed) < 5_000


WRAPPERS = {
    "cri": "2026-01-31T12:00:{s:02d}.{n:09d}Z stderr F ",
    "cri of two": "2026-01-31T12:00:{s:02d}.{n:09d}Z {stream} F ",
    "docker": "2026-01-31T12:00:{s:02d}.{n:09d}Z ",
    "journald": "Jan 31 12:00:{s:02d} host app[71]: ",
    "journald of two": "Jan 31 12:00:{s:02d} host app[{pid}]: ",
    "compose": "web_1  | ",
    "compose of two": "{who}  | ",
    "cri, compose": "2026-01-31T12:00:{s:02d}.{n:09d}Z stderr F web_1 | ",
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=logs, times=st.integers(1, 4), window=st.integers(50, 3000), chunk=st.integers(200, 4000), seed=st.randoms()
)
def test_nor_from_lines_with_wrappers(folder, wrapper, entries, times, window, chunk, seed):
    """Writers may interleave between any two lines."""
    path = folder / "echoes.log"
    queues = [text_of(entries * times).splitlines(), text_of(entries[::-1]).splitlines()]
    if not wrapper.endswith("of two"):
        queues.pop()
    lines = []
    while any(queues):
        side = seed.choice([at for at, queue in enumerate(queues) if queue])
        number = len(lines)
        for _ in range(seed.choice([1, 1, 2, 9, 30])):
            if queues[side]:
                values = {"s": number % 60, "n": number, "pid": 71 + side, "who": ("web_1", "job_1")[side]}
                values["stream"] = ("stderr", "stdout")[side]
                lines.append(WRAPPERS[wrapper].format(**values) + queues[side].pop(0))
    path.write_text("\n".join(lines) + "\n")
    check(path, window=window, chunk=chunk)


@pytest.mark.parametrize("wrapper", ["cri", "docker", "journald", "compose"])
def test_most_of_a_busy_log_with_wrappers_is_not_cut(folder, wrapper, monkeypatch):
    path = folder / "busy.log"
    values = [{"name": f"Task-{n}", "took": f"0.{n % 900 + 100}", "gap": 7} for n in range(2000)]
    lines = text_of([(ENTRIES[0], one) for one in values]).splitlines()
    before = WRAPPERS[wrapper]
    path.write_text("".join(f"{before.format(s=at // 40, n=at)}{line}\n" for at, line in enumerate(lines)))
    made = []
    finding = pipeline.Engine.finding
    monkeypatch.setattr(pipeline.Engine, "finding", lambda *given: made.append(1) or finding(*given))
    run = run_of(path, True)
    assert sum(group.count for group in run.groups.values()) == 2000
    assert len(made) < 40


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=logs, times=st.integers(1, 4), window=st.integers(50, 3000))
def test_nor_from_json_lines(folder: Path, entries: list, times: int, window: int) -> None:
    path = folder / "echoes.jsonl"
    lines = []
    for number, (entry, values) in enumerate(entries * times):
        text = entry.format(t="", **values).strip()
        words = text.split(" ", 2)
        stamp = f"2026-01-31T12:00:{number % 60:02d}.{number % 1000:03d}Z"
        if len(words) == 3 and words[0].isupper():
            record = {"timestamp": stamp, "level": words[0], "logger": words[1].rstrip(":"), "message": words[2]}
            lines.append(json.dumps(record))
    path.write_text("\n".join(lines) + "\n")
    check(path, window=window)


@pytest.mark.parametrize("log", SAMPLES, ids=lambda path: path.name)
def test_nor_from_a_sample_log(log: Path) -> None:
    check(log, window=700)


def test_most_of_a_busy_log_is_not_cut(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "busy.log"
    entry = ENTRIES[0]
    values = [{"name": f"Task-{n}", "took": f"0.{n % 900 + 100}", "gap": 7} for n in range(2000)]
    path.write_text(text_of([(entry, one) for one in values]))
    made = []
    finding = pipeline.Engine.finding
    monkeypatch.setattr(pipeline.Engine, "finding", lambda *given: made.append(1) or finding(*given))
    run = run_of(path, True)
    assert sum(group.count for group in run.groups.values()) == 2000
    assert len(made) < 40


SHAPES = (
    "2026-01-31 12:00:00,000 WARNING asyncio: Executing <Task pending name='Task-7' coro=<a() running at /srv/a.py:12>> took 0.123 seconds",
    "2026-01-31 12:00:00,000 ERROR asyncio: boom\nTraceback (most recent call last):\n  File \"/a.py\", line 12, in f\nKeyError: 'user_17'",
)


def test_lines_of_code_stay_in_the_key() -> None:
    for text in SHAPES:
        entry = text.encode()
        key = b"|".join(shape_of(entry, (0, 23), False).key(entry))
        assert b"12" in key.replace(b"12:00:00", b"")
        assert b"0.123" not in key
        assert b"user_17" not in key


def test_an_error_number_stays_in_the_key() -> None:
    entry = b"2026-01-31 12:00:00,000 E asyncio: x\nTraceback (most recent call last):\nOSError: [Errno 104] after 17 s"
    key = b"|".join(shape_of(entry, (0, 23), False).key(entry))
    assert b"Errno 104" in key
    assert b"17" not in key


@given(st.sampled_from(SHAPES), st.integers(0, 9), st.integers(0, 9))
def test_a_skeleton_has_one_shape(text: str, one: int, other: int) -> None:
    entry = text.encode()
    like = entry.replace(b"7", str(one).encode()).replace(b"1", str(other).encode())
    if entry.translate(ZEROS) == like.translate(ZEROS):
        assert shape_of(entry, (0, 23), False).own(entry)[1] == b"0.123" or b"took" not in entry
        assert len(shape_of(like, (0, 23), False).key(entry)) == len(shape_of(entry, (0, 23), False).key(entry))


def test_identifiers_are_taken_out_of_messages_only() -> None:
    entry = b"t E asyncio: x\nfuture: <Task coro=<dead1234()> exception=ValueError('id dead1234')>\nTraceback (most\nValueError: id dead1234"
    bare = Bares(json=False).of(entry.replace(b"(most", b"(most recent call last):"))
    assert bare.token == b"dead1234"
    assert bare.text.count(TOKEN) == 2
    assert b"coro=<dead1234()>" in bare.text
    assert Bares(json=False).of(b"at 0x7f00ab>").text == b"at 0x>"


@given(st.lists(st.sampled_from([b"0x", b" ", b"at ", b"7fab", b"_", b"Z9", b",", b"-"])).map(b"".join))
def test_addresses_are_what_a_regex_finds(text):
    """A number behind another without a gap is no address, nor is the end of a word."""
    expected = re.sub(rb"(?<!\w)0x[0-9a-fA-F]+", b"0x", text)
    assume(b"0x0x" not in text and not re.search(rb"0x[0-9a-fA-F]*0x", text))
    assert Bares(json=False).of(text).text == expected


@pytest.mark.parametrize(
    ("time", "parts"),
    [
        (b"2026-01-31 12:00:00,123", (b"2026-01-31 12:00:00", b"123", b"")),
        (b"2026-01-31T12:00:00.123456Z", (b"2026-01-31T12:00:00", b"123456", b"Z")),
        (b"2026-01-31 12:00:00", None),
    ],
)
def test_forms_of_times(time: bytes, parts: tuple[bytes, ...] | None) -> None:
    form = form_of(time)
    assert (form and (time[form.whole], time[form.fraction], time[form.zone])) == parts


def test_lines_of_frames_stay_in_the_key_of_json_too() -> None:
    text = '{"time": "2026-01-31 12:00:00,000", "message": "Exception in callback f(17)\\nhandle: <Handle f(17) at /a.py:3>"'
    entry = (
        text + ', "exc_info": "Traceback (most recent call last):\\n  File \\"/a.py\\", line 194, in f\\nKeyError: 5"}'
    ).encode()
    key = b"|".join(shape_of(entry, (10, 33), True).key(entry))
    assert b"line 194, in" in key
    assert b"/a.py:3" in key
    assert b"17" not in key
    assert b"KeyError: 5" not in key
