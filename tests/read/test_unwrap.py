"""Lines that were broken at a fixed column, put together again."""

from __future__ import annotations

import pytest

from asynclog.read.unwrap import unwrap

NEEDLES = ("Task was destroyed but it is pending!", "exception was never retrieved")
RECORD = (
    "ERROR:asyncio:Task was destroyed but it is pending!\n"
    "task: <Task pending name='Task-2' coro=<Consumer.work_on_things() running at /srv/app/consumer.py:19> "
    "wait_for=<Future pending>>\n"
    "INFO:app:everything else is fine and this line is much longer than any terminal was wide back in those days\n"
)


def broken(text: str, width: int) -> str:
    return "\n".join(line[i : i + width] for line in text.split("\n") for i in range(0, max(len(line), 1), width))


@pytest.mark.parametrize("width", [60, 70, 80])
def test_broken_lines_are_joined_and_counted(width: int) -> None:
    text = broken(RECORD, width)
    found = unwrap(text.encode(), NEEDLES)
    assert found is not None
    data, counts = found
    assert data.decode() == RECORD
    assert sum(counts) == len(text.split("\n"))
    assert len(counts) == len(RECORD.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(RECORD, id="whole"),
        pytest.param(broken(RECORD, 30), id="too narrow to be a terminal"),
        pytest.param(("x" * 80 + "\n") * 5, id="full lines without a message"),
        pytest.param(broken("INFO:app:" + "y" * 300, 80), id="broken, but no message of asyncio"),
    ],
)
def test_without_evidence_nothing_is_joined(text: str) -> None:
    assert unwrap(text.encode(), NEEDLES) is None


def test_a_new_record_is_never_joined() -> None:
    line = "INFO:app:" + "z" * 71
    text = broken(RECORD, 80) + line + "\nINFO:app:next\n"
    found = unwrap(text.encode(), NEEDLES)
    assert found is not None
    assert f"{line}\nINFO:app:next\n" in found[0].decode()


MORE = {
    "unraisable": "Exception ignored in: <coroutine object ComponentPoolStatusTracker.run_until_closed at 0x7f6b17b4ce40>\n",
    "never awaited": "/srv/collector/metric_collector.py:44: RuntimeWarning: coroutine 'SourceCollector.collect' was never awaited\n",
    "frame": 'Traceback (most recent call last):\n  File "/srv/venv/lib/python3.12/site-packages/websockets/legacy/protocol.py", line 10, in f\n',
}


@pytest.mark.parametrize("record", MORE.values(), ids=MORE)
def test_what_else_shows_that_lines_are_broken(record: str) -> None:
    text = broken(record, 80) + "\n" + "x" * 80 + "\nend\n"
    found = unwrap(text.encode(), NEEDLES)
    assert found is not None
    assert found[0].decode().startswith(record)
