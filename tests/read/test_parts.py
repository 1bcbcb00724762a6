"""How a source is divided among processes."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from asynclog import native
from asynclog.read import parts
from asynclog.read.inputs import Input
from asynclog.read.parts import parts_of
from asynclog.read.reader import Reader
from tests.read.test_cut_anywhere import RECOGNISER, SCANNER

QUIET = b"2026-01-31 12:00:00,000 - myapp - INFO - all is well with this and that and many other things\n"
FULL = b"2026-01-31 12:00:00,000 - asyncio - WARNING - socket.send() raised exception.\n"


def edges(path: Path, jobs: int, size: int = 0) -> list[int]:
    source = Input(str(path), 0, path.stat().st_size)
    found = [part for part, _ in parts_of(Reader(RECOGNISER, SCANNER), source, jobs, size)]
    assert all(one.end == other.start for one, other in itertools.pairwise(found))
    return [found[0].start, *(part.end for part in found)] if found else []


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_SMALLEST", 10_000)
    monkeypatch.setattr(parts, "_SMALLEST_QUIET", 40_000)
    monkeypatch.setattr(parts, "_SAMPLE", 500)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("line", "size", "jobs", "asked", "expected"),
    [
        pytest.param(FULL, 100_000, 1, 0, [], id="one process"),
        pytest.param(FULL, 100_000, 2, 0, [0, 50_000, 100_000], id="one for each"),
        pytest.param(FULL, 9_000, 2, 0, [], id="too small"),
        pytest.param(FULL, 15_000, 8, 0, [0, 10_000, 15_000], id="as many as pay"),
        pytest.param(FULL, 9_000, 1, 4_000, [0, 4_000, 8_000, 9_000], id="as large as asked for"),
        pytest.param(QUIET, 9_000, 1, 4_000, [0, 4_000, 8_000, 9_000], id="as large as asked for, quiet"),
        pytest.param(b"\xef\xbb\xbf" + FULL, 100_000, 2, 0, [3, 50_003, 100_000], id="behind a byte order mark"),
    ],
)
def test_parts(line: bytes, size: int, jobs: int, asked: int, expected: list[int], tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes((line + FULL * size if line != QUIET else line * size)[:size])
    assert edges(path, jobs, asked) == expected


@pytest.mark.usefixtures("small")
@pytest.mark.skipif(native.Ahead is None, reason="nothing is read ahead here")
@pytest.mark.parametrize(
    ("size", "jobs", "expected"),
    [
        pytest.param(200_000, 2, [], id="two cores are busy with one process"),
        pytest.param(30_000, 8, [], id="small"),
        pytest.param(200_000, 4, [0, 100_000, 200_000], id="four cores"),
        pytest.param(100_000, 8, [0, 40_000, 80_000, 100_000], id="as many as pay"),
    ],
)
def test_parts_of_quiet_logs(size: int, jobs: int, expected: list[int], tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes((QUIET * size)[:size])
    assert edges(path, jobs) == expected


@pytest.mark.usefixtures("small")
def test_quiet_logs_that_are_not_read_ahead_are_divided_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "app.log"
    path.write_bytes((QUIET * 1000)[:60_000])
    monkeypatch.setattr(native, "Ahead", None)
    assert edges(path, 2) == [0, 30_000, 60_000]


@pytest.mark.usefixtures("small")
def test_packed_logs_are_not_divided(tmp_path: Path) -> None:
    path = tmp_path / "app.log.gz"
    path.write_bytes(b"\x1f\x8b" + b"x" * 100_000)
    assert edges(path, 2) == []
