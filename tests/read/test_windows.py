"""Windows of a file: whatever was kept, they hold the file's bytes, all of its anchors, and their line ends."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asynclog import codec, meter, native, pipeline
from asynclog.config import Settings
from asynclog.read import reader, windows
from asynclog.read.inputs import Input
from asynclog.read.layout import Layout
from asynclog.read.newlines import newlines
from asynclog.read.progress import Progress
from asynclog.read.scan import Scanner
from asynclog.read.windows import Windows, WindowsAhead, windows_of
from tests.read.test_cut_anywhere import ENTRIES, RECOGNISER, SCANNER, facts, log_of

if TYPE_CHECKING:
    from asynclog.native.compiled import Searcher

SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"

needs_ahead = pytest.mark.skipif(native.Ahead is None, reason="nothing is compiled here, or this processor has no AVX2")

ANCHORS = ["ng <", "nclosed ", "etrieved", "ncio:", "── (T)", "coroutine", "oroutine", "ng <<"]
OTHERS = ["poll ", "oroutine"]
PIECES = [anchor.encode() for anchor in [*ANCHORS, *OTHERS]]
texts = st.lists(
    st.one_of(
        st.sampled_from([*PIECES, *(piece[:-1] for piece in PIECES), b"\n", b"\n\n", b"x" * 70]), st.binary(max_size=9)
    ),
    max_size=60,
).map(b"".join)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("windows") / "app.log"


def opened(path: Path, head: int, window: int, back: int, nameless: bool = False) -> tuple[Windows, Scanner, Progress]:
    scanner, progress = Scanner(ANCHORS, (), OTHERS), Progress(layout=Layout(named=not nameless))
    stream = path.open("rb", buffering=0)
    data = stream.read(head)
    progress.bytes = len(data)
    source = Input(str(path), 0, path.stat().st_size)
    with mock.patch.object(windows, "_FEW", 0), mock.patch.object(windows, "_BACK", back):
        return windows_of(stream, data, 0, source, progress, scanner, window), scanner, progress


def walk(found: Windows, keeps: Iterator[int]) -> Iterator[bool]:
    """Go through all windows, with something kept of each."""
    with found:
        while True:
            more = found.look_ahead()
            yield more
            if not more:
                return
            keep = max(found.fresh, len(found.data) - next(keeps))
            found.go_on(max(0, keep - next(keeps)), keep)


@needs_ahead
@settings(max_examples=300, deadline=None)
@given(
    data=texts,
    head=st.integers(0, 90),
    window=st.integers(1, 90),
    back=st.integers(0, 70),
    keeps=st.lists(st.integers(0, 120), min_size=1, max_size=7),
    whole=st.lists(st.booleans(), min_size=1, max_size=5),
    nameless=st.booleans(),
)
def test_they_hold_the_file(
    file: Path, data: bytes, head: int, window: int, back: int, keeps: list[int], whole: list[bool], nameless: bool
) -> None:
    file.write_bytes(data)
    found, scanner, progress = opened(file, head, window, back, nameless)
    assert isinstance(found, WindowsAhead) or len(data) <= head
    turns = itertools.cycle(whole)
    for _ in walk(found, itertools.cycle(keeps)):
        found.whole = next(turns)
        assert data[found.base : found.base + len(found.data)] == found.data
        hits = found.hits(0) if not found.whole or not found.fresh else None
        if hits is not None:
            asked = scanner.hits(found.data, found.fresh, 0, nameless)
            assert hits == sorted(set(hits))
            assert set(asked) <= set(hits)  # those within one that began before what is fresh may be there too
            assert set(hits) <= {
                at for piece in PIECES for at in range(found.fresh, len(found.data)) if found.data.startswith(piece, at)
            }
        for start, end in itertools.pairwise([0, found.fresh, len(found.data) // 2, len(found.data) + 9]):
            assert newlines(found.data, start, end, found.counts) == found.data[start:end].count(b"\n")
    assert found.base + len(found.data) == len(data) == progress.bytes


@needs_ahead
@settings(max_examples=60, deadline=None)
@given(entries=st.lists(st.sampled_from(ENTRIES), min_size=6, max_size=25), window=st.integers(16, 400))
def test_records_are_those_of_a_stream(file: Path, entries: list[str], window: int) -> None:
    file.write_bytes(log_of(entries))

    def read() -> list[tuple[object, ...]]:
        source = Input(str(file), 0, file.stat().st_size)
        return facts(list(reader.Reader(RECOGNISER, SCANNER, window).records(source, Progress())))

    with mock.patch.object(reader, "SAMPLE_BYTES", 600):
        with mock.patch.object(native, "Ahead", None):
            expected = read()
        assert read() == expected


@needs_ahead
def test_line_ends_of_blocks_are_counted(file: Path) -> None:
    lines = b"".join(b"x" * (number % 200) + b"\n" for number in range(6000))
    file.write_bytes(lines)
    found, _, _ = opened(file, 0, 1 << 20, 0)
    for _ in walk(found, itertools.cycle([0])):
        pass
    assert len(found.counts) == 4 * (1 + len(lines) // 4096)
    for start in range(0, len(lines), 1009):
        assert newlines(found.data, start, start + 10_007, found.counts) == found.data[start : start + 10_007].count(
            b"\n"
        )


@needs_ahead
def test_errors_come_after_what_was_read(file: Path) -> None:
    file.write_bytes(b"a line\n" * 1000)
    found, _, progress = opened(file, 0, 4096, 0)
    real = found._ahead  # type: ignore[attr-defined]

    class Broken:
        searching = True
        asked = 0

        def next(self) -> object:
            self.asked += 1
            if self.asked > 1:
                raise OSError(5, "Input/output error")
            return real.next()

        close = real.close

    found._ahead = Broken()  # type: ignore[attr-defined]
    assert [len(found.data) for _ in walk(found, itertools.cycle([0]))] == [0, 4096]
    assert progress.notes == ["reading stopped after 4,096 bytes: Input/output error"]
    assert progress.lost


@needs_ahead
def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    assert native.Ahead is not None
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        ahead = native.Ahead(folder, 0, 100, 10, 0, b"", searcher())
        with pytest.raises(IsADirectoryError):
            ahead.next()
        assert ahead.next() is None
        ahead.close()
    finally:
        os.close(folder)


@needs_ahead
def test_it_ends_at_once_wherever_it_is(file: Path) -> None:
    assert native.Ahead is not None
    file.write_bytes(b"x" * 100_000)
    with file.open("rb", buffering=0) as stream:
        for taken in range(8):
            ahead = native.Ahead(stream.fileno(), 0, 100_000, 20_000, 100, b"", searcher())
            for _ in range(taken):
                ahead.next()
            ahead.close()
            ahead.close()
            assert ahead.next() is None


@needs_ahead
def test_bytes_that_were_taken_are_counted_for_the_bar(file: Path) -> None:
    file.write_bytes(b"x" * 5000)
    meter.start()
    try:
        found, _, _ = opened(file, 0, 512, 64)
        for _ in walk(found, itertools.cycle([0])):
            pass
        assert meter.total() == 5000
    finally:
        meter.stop()


@needs_ahead
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param((0, 0, 1, 1, 0, b"", [b"abcd"]), TypeError, id="no searcher"),
        pytest.param((0, -1, 1, 1, 0, b""), ValueError, id="before the beginning"),
        pytest.param((0, 0, 1, 0, 0, b""), ValueError, id="windows of nothing"),
    ],
)
def test_what_is_not_read(arguments: tuple[object, ...], error: type[Exception]) -> None:
    assert native.Ahead is not None
    with pytest.raises(error):
        native.Ahead(*(arguments if len(arguments) > 6 else (*arguments, searcher())))  # type: ignore[arg-type]


@needs_ahead
@pytest.mark.parametrize(
    ("anchors", "error"),
    [
        pytest.param([b"abc"], ValueError, id="an anchor of three bytes"),
        pytest.param([b"x" * 2000], ValueError, id="an anchor of two thousand"),
        pytest.param(["abcd"], TypeError, id="a text"),
        pytest.param(b"abcd", TypeError, id="no list"),
    ],
)
def test_what_is_not_searched_for(anchors: object, error: type[Exception]) -> None:
    assert native.Searcher is not None
    for arguments in ((anchors, []), ([], anchors)):
        with pytest.raises(error):
            native.Searcher(*arguments)  # type: ignore[arg-type]


@needs_ahead
@settings(max_examples=200, deadline=None)
@given(data=texts, start=st.integers(0, 300), nameless=st.booleans())
def test_a_look_at_one_window(data: bytes, start: int, nameless: bool) -> None:
    scanner, start = Scanner(ANCHORS, (), OTHERS), min(start, len(data))
    found = scanner.searcher(nameless)
    assert found is not None
    hits, counts = found.look(data * 3, start)
    assert hits == scanner.hits(data * 3, start, 0, nameless)
    assert newlines(data * 3, start, 3 * len(data), counts) == (data * 3).count(b"\n", start)
    with pytest.raises(ValueError, match="places"):
        found.look(data, len(data) + 1)


def searcher() -> Searcher:
    assert native.Searcher is not None
    return native.Searcher([b"ng <"], [])


def test_anchors_that_are_too_short_are_searched_for_without(file: Path) -> None:
    file.write_bytes(b"x" * 5000)
    scanner, progress = Scanner(["abc"]), Progress()
    with file.open("rb") as stream, mock.patch.object(windows, "_FEW", 0):
        source = Input(str(file), 0, 5000)
        assert type(windows_of(stream, b"", 0, source, progress, scanner, 100)) is Windows


@needs_ahead
def test_what_has_no_vectors_reads_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As where the processor is of another make, and the rest is compiled."""
    path, log = tmp_path / "app.log", (SAMPLES / "web_before.log").read_bytes()
    path.write_bytes(log * (1 + 5_000_000 // len(log)))
    expected = codec.dump_run(pipeline.analyze([str(path)], Settings(jobs=1)))
    for name in ("Ahead", "Searcher", "find_all"):
        monkeypatch.setattr(native, name, None)
    pipeline.engine.cache_clear()
    try:
        assert codec.dump_run(pipeline.analyze([str(path)], Settings(jobs=1))) == expected
    finally:
        pipeline.engine.cache_clear()
