"""Writers that take turns in one log: entries that stand together are told by compiled code, others are not."""

from __future__ import annotations

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
from asynclog.read.cut import Cutter
from tests.read.test_together import time_of

pytestmark = pytest.mark.skipif(native.Lookup is None, reason="nothing is compiled here")

SLOW = "{t} WARNING asyncio: Executing <Task pending name='Task-{n}' coro=<work() running at /srv/a.py:{line}>> took 0.{n} seconds"
FAILED = (
    "{t} ERROR asyncio: Task exception was never retrieved\nfuture: <Task finished name='Task-{n}' coro=<job() done, defined at "
    "/srv/app/jobs.py:5> exception=ValueError('no {n}')>\nTraceback (most recent call last):\n"
    '  File "/srv/app/jobs.py", line {line}, in job\n    fail()\nValueError: no {n}'
)
OWN = "{t} INFO app: request {n} is done"
BARE = "1:M Background saving of {n} ended"  # of a writer that prints no header
WRITERS = ("web-1", "web-2", "redis-1")

turns = st.lists(
    st.tuples(
        st.sampled_from(WRITERS),
        st.sampled_from([SLOW, SLOW, FAILED, OWN, BARE]),
        st.integers(10, 12),
        st.integers(0, 3),
    ),
    min_size=12,
    max_size=60,
)


def run_of(path: Path, repeats: bool = True, **options: Any) -> Run:
    engine = pipeline.engine(Settings(**{"jobs": 1, "window": 1 << 12, **options}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_repeats", repeats)
        return pipeline.analyze([str(path)], engine.settings)


def log_of(entries: list[tuple[str, str, int, int]]) -> str:
    """Each entry's lines, the last number of which come after the first of the next."""
    lines: list[tuple[int, str]] = []
    for number, (writer, text, n, late) in enumerate(entries):
        own = text.format(t=time_of(number), n=n, line=n % 2).split("\n")
        for at, line in enumerate(own):
            apart = number + 1.5 if len(own) - at <= late else number
            lines.append((apart, f"{writer:8} | {line}"))  # type: ignore[arg-type]
    return "\n".join(line for _, line in sorted(lines, key=lambda pair: pair[0])) + "\n"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=turns, apart=st.booleans())
def test_nobody_can_tell(
    entries: list[tuple[str, str, int, int]], apart: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("turns") / "compose.log"
    whole = [(writer, text, n, late if apart else 0) for writer, text, n, late in entries]
    path.write_text(log_of([*whole, *whole]))
    note(path.read_text())
    with mock.patch.object(reader, "SAMPLE_BYTES", 600):
        assert codec.dump_run(run_of(path)) == codec.dump_run(run_of(path, repeats=False))


@pytest.mark.parametrize("writers", [1, 2, 3])
def test_most_are_not_taken_apart(writers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = (SLOW, FAILED, SLOW, OWN)
    entries = [(WRITERS[n * 7 % 11 % writers], texts[n % 4], n % 90 + 10, 0) for n in range(4000)]
    path = tmp_path / "compose.log"
    path.write_text(log_of(entries))
    wanted = codec.dump_run(run_of(path, repeats=False))
    asked: list[int] = []
    ask = Cutter._ask
    monkeypatch.setattr(Cutter, "_ask", lambda *given: asked.append(1) or ask(*given))
    with mock.patch.object(reader, "SAMPLE_BYTES", 20_000):
        assert codec.dump_run(run_of(path, window=1 << 16)) == wanted
    assert len(asked) < 700
