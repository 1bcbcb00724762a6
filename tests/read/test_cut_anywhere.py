"""Invariant 1: records do not depend on windows, parts, compression or the way in."""

from __future__ import annotations

import gzip
import io
import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynclog.classify.rulebook import load_builtin
from asynclog.model import Record
from asynclog.read import above
from asynclog.read.inputs import Input
from asynclog.read.parts import Part, Seam
from asynclog.read.progress import Progress
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner

BOOK = load_builtin()
RECOGNISER = Recogniser(BOOK.patterns)
SCANNER = Scanner(
    [needle for pattern in BOOK.patterns for needle in pattern.needles]
    + ["ncio:", " asyncio ", "asyncio]", 'asyncio"', "(asyncio"]
)

T = "2026-01-31 12:00:00,{:03d}"
ENTRIES = (
    T
    + " - asyncio - WARNING - Executing <Task pending name='Task-4' coro=<work() running at /srv/app/a.py:5>> took 0.151 seconds\n",
    T
    + " - asyncio - ERROR - Task was destroyed but it is pending!\ntask: <Task pending name='Task-2' coro=<w() running at /srv/app/a.py:9>>\n",
    T
    + " - asyncio - ERROR - Task exception was never retrieved\nfuture: <Task finished name='Task-7' coro=<job() done, defined at "
    "/srv/app/a.py:5> exception=ValueError('two\\nlines')>\nTraceback (most recent call last):\n  File \"/srv/app/a.py\", line 6, in job\n"
    "    raise ValueError('two\\nlines')\nValueError: two\nlines\n",
    T + " - myapp - INFO - GET /health 200\n",
    T + " - myapp - ERROR - failed\nTraceback (most recent call last):\n"
    '  File "/srv/app/b.py", line 1, in f\n    g()\nRuntimeError: Event loop is closed\n',
    T + " - asyncio - ERROR - something that nobody knows\n",
    "/srv/app/a.py:9: RuntimeWarning: coroutine 'fetch' was never awaited\n  fetch()\n",
    "Exception ignored in: <coroutine object use at 0x7f00>\nTraceback (most recent call last):\n"
    '  File "/srv/app/a.py", line 2, in use\nKeyError: 1\n',
    "plain noise without any form\n",
    "\n",
    "ERROR:asyncio:Exception in callback boom(1) at /srv/app/a.py:4\nhandle: <Handle boom(1) at /srv/app/a.py:4>\n",
)
WRAPPED = (
    "web-1  | ERROR:asyncio:Task was destroyed but it is pending!\nweb-1  | task: <Task pending name='Task-2' coro=<w() running at /srv/a.py:9>>\n",
    "db-1   | LOG: checkpoint\n",
    "web-2  | WARNING:asyncio:socket.send() raised exception.\n",
    "web-1  | ERROR:asyncio:Task exception was never retrieved\nweb-1  | future: <Task finished name='T' coro=<j() done, defined at /srv/a.py:5>"
    " exception=KeyError('x')>\nweb-2  | INFO:app:hello\nweb-1  | Traceback (most recent call last):\nweb-1  |   File \"/srv/a.py\", line 5, in j\n"
    "web-1  |     raise KeyError('x')\nweb-1  | KeyError: 'x'\n",
)


def log_of(entries: list[str]) -> bytes:
    return "".join(entry.format(index) if "{:03d}" in entry else entry for index, entry in enumerate(entries)).encode()


logs = st.one_of(
    st.lists(st.sampled_from(ENTRIES), max_size=12).map(log_of),
    st.lists(st.sampled_from(WRAPPED), max_size=8).map(log_of),
)


def read(path: Path, window: int = 1 << 19) -> list[Record]:
    return list(Reader(RECOGNISER, SCANNER, window).records(Input(str(path), 0, path.stat().st_size), Progress()))


def facts(records: list[Record]) -> list[tuple[object, ...]]:
    return [
        (r.line, r.offset, r.kind, r.text, r.prefix, r.stream, r.headless, dict(r.fields), r.end_offset)
        for r in records
    ]


def in_parts(path: Path, cuts: list[int]) -> list[tuple[object, ...]]:
    """All records, read in parts that meet at `cuts` the way the pipeline reads them."""
    source = Input(str(path), 0, path.stat().st_size)
    room = Reader(RECOGNISER, SCANNER, 512)
    layout, skip = room.layout_of(source)
    edges = sorted({skip, path.stat().st_size, *(min(max(cut, skip), path.stat().st_size) for cut in cuts)})
    found: list[tuple[object, ...]] = []
    lines, reach = 0, {}
    for start, end in itertools.pairwise(edges):
        progress, seam = Progress(), Seam()
        records = list(room.part(source, Part(start, end), layout, progress, seam))
        entry = {writer: offset for writer, offset in reach.items() if offset > start}
        if entry != seam.entry:
            progress, seam = Progress(), Seam()
            records = list(room.part(source, Part(start, end, entry), layout, progress, seam))
        reach = seam.exit
        found += [(fact[0] + lines, *fact[1:]) for fact in facts(records)]
        lines += progress.lines
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=logs, window=st.integers(1, 400))
def test_any_window_gives_the_same_records(folder: Path, data: bytes, window: int) -> None:
    path = folder / "window.log"
    path.write_bytes(data)
    assert facts(read(path, window)) == facts(read(path))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=logs, cuts=st.lists(st.integers(0, 4000), max_size=4))
def test_any_parts_give_the_same_records(folder: Path, data: bytes, cuts: list[int]) -> None:
    path = folder / "parts.log"
    path.write_bytes(data)
    assert in_parts(path, cuts) == facts(read(path))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=logs, cuts=st.lists(st.integers(0, 4000), max_size=4))
def test_parts_agree_at_seams_when_the_run_up_is_short(folder: Path, data: bytes, cuts: list[int]) -> None:
    path = folder / "seams.log"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(above, "RUN_UP", 90)
        assert in_parts(path, cuts) == facts(read(path))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=logs, window=st.integers(1, 5000))
def test_packed_input_gives_the_same_records(folder: Path, data: bytes, window: int) -> None:
    plain, packed = folder / "plain.log", folder / "packed.log.gz"
    plain.write_bytes(data)
    packed.write_bytes(gzip.compress(data))
    assert facts(read(packed, window)) == facts(read(plain))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(st.binary(max_size=2000), st.text(max_size=1000).map(str.encode)),
    pieces=st.lists(st.sampled_from(ENTRIES), max_size=3),
)
def test_any_bytes_are_read_without_an_exception(folder: Path, data: bytes, pieces: list[str]) -> None:
    path = folder / "bytes.log"
    middle = len(data) // 2
    path.write_bytes(b"plain text\n" * 400 + data[:middle] + log_of(pieces) + data[middle:])
    read(path)


def test_standard_input_gives_the_same_records(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = log_of(list(ENTRIES))
    path = folder / "stdin.log"
    path.write_bytes(data)

    class Stdin:
        buffer = io.BytesIO(data)

    monkeypatch.setattr("sys.stdin", Stdin())
    records = list(Reader(RECOGNISER, SCANNER).records(Input("-", 0), Progress()))
    assert facts(records) == facts(read(path))
