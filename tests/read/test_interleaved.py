"""Two processes write into one file: their records are put together again, and how surely is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from asynclog import pipeline
from asynclog.aggregate.views import report
from asynclog.config import Settings
from asynclog.model import Finding, Run


def record(number: int, head: str) -> list[str]:
    return [
        f"{head} ERROR asyncio: Task exception was never retrieved",
        f"future: <Task finished name='Task-{number}' coro=<send_{number}() done, defined at /srv/app/mail.py:5> "
        f"exception=OSError('refused {number}')>",
        "source_traceback: Object created at (most recent call last):",
        f'  File "/srv/app/shop{number}.py", line 80, in checkout',
        "    spawn(send())",
        "Traceback (most recent call last):",
        f'  File "/srv/app/mail{number}.py", line 9, in send',
        "    await relay.send(order)",
        f"OSError: refused {number}",
    ]


def entry(head: str, second: int = 0) -> list[str]:
    return [f"{time(second)}{head} INFO app: GET /cart 200"]


def time(second: int) -> str:
    return f"2026-03-02 09:00:{second:02d},000"


def by_turns(a: list[str], b: list[str], every: int = 2) -> list[str]:
    """The lines of both, a few at a time."""
    result = []
    while a or b:
        result += a[:every] + b[:every]
        a, b = a[every:], b[every:]
    return result


def each(form: str, lines: list[str]) -> list[str]:
    return [form + line for line in lines]


def read(folder: Path, lines: list[str], **settings: int) -> tuple[list[Finding], Run]:
    path = folder / "app.log"
    path.write_text("\n".join(lines) + "\n")
    chosen = Settings(**settings)  # type: ignore[arg-type]
    return list(pipeline.findings([str(path)], chosen)), pipeline.analyze([str(path)], chosen)


def sites(findings: list[Finding]) -> list[tuple[str | None, int]]:
    return [(finding.site.file, len(finding.failure)) for finding in findings]


WRITERS: dict[str, Callable[[int], str]] = {
    "journald, pid on every line": lambda n: f"Mar 02 09:00:00 host app[{n}]: ",
    "compose": lambda n: f"web-{n}  | ",
    "CRI, two containers": lambda n: f"2026-03-02T09:00:00.00000000{n}Z {'stdout' if n == 1 else 'stderr'} F ",
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("every", [1, 2, 3])
def test_where_each_line_tells_its_writer_that_is_certain(
    writer: Callable[[int], str], every: int, tmp_path: Path
) -> None:
    lines = by_turns(
        each(writer(1), entry(" [1]") * 3 + record(1, time(1))),
        each(writer(2), entry(" [2]") * 3 + record(2, time(1))),
        every,
    )
    findings, run = read(tmp_path, lines)
    assert sorted(sites(findings)) == [("/srv/app/shop1.py", 1), ("/srv/app/shop2.py", 1)]
    assert {finding.joined for finding in findings} == {"certain"}
    assert not any(finding.partial for finding in findings)
    assert [group.reassembled for group in run.groups.values()] == [{"certain": 1}] * 2
    assert all("each line tells its writer" in " ".join(row.notes) for row in report(run).rows)


HEADS = {"with the pid": (" [100]", " [200]"), "without a pid": ("", "")}


@pytest.mark.parametrize("heads", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("cut", [4, 7, 8])
def test_an_entry_of_another_process_in_the_middle(heads: tuple[str, str], cut: int, tmp_path: Path) -> None:
    """Only first lines tell their writer: what can only be the rest of a traceback is its rest, which is likely."""
    own, other = heads
    whole = record(1, time(1) + own)
    lines = [*entry(own), *whole[:cut], *entry(other, 1) * 2, *whole[cut:], *entry(own, 3)]
    findings, run = read(tmp_path, lines)
    expected, _ = read(tmp_path, entry(own) + whole + entry(own, 3))
    assert [finding.fingerprint for finding in findings] == [finding.fingerprint for finding in expected]
    assert sites(findings) == sites(expected)
    assert [finding.joined for finding in findings] == ["likely"]
    assert "probably put together" in " ".join(report(run).rows[0].notes)
    for settings in ({"window": 300}, {"chunk": 500}):
        assert read(tmp_path, lines, **settings)[1].groups == run.groups


def test_an_entry_of_the_same_process_ends_the_record(tmp_path: Path) -> None:
    whole = record(1, time(1) + " [100]")
    findings, _ = read(tmp_path, [*whole[:7], *entry(" [100]", 1), *whole[7:]])
    assert [finding.joined for finding in findings] == [""]
    assert findings[0].partial


def test_an_entry_that_announces_frames_keeps_them(tmp_path: Path) -> None:
    """`stack:` and its frames are one entry, wherever it stands."""
    whole = record(1, time(1))
    dump = [f"{time(2)} INFO app: stack of the worker:", '  File "/srv/app/dump.py", line 1, in dump', "    show()"]
    findings, _ = read(tmp_path, [*entry(""), *whole[:7], *dump, *entry("", 3)])
    assert [finding.joined for finding in findings] == [""]
    assert findings[0].partial


def test_two_records_that_cut_each_other_are_not_guessed_at(tmp_path: Path) -> None:
    """Without a writer on the lines nobody can tell whose the frames are: the first is said to be incomplete."""
    a, b = record(1, time(1)), record(2, time(2))
    findings, _ = read(tmp_path, [*entry(""), *a[:7], *b[:3], *a[7:], *b[3:], *entry("", 3)])
    assert (findings[0].site.file, findings[0].partial) == ("/srv/app/shop1.py", True)
    assert [finding.coroutine for finding in findings] == ["send_1", "send_2"]


def test_explain_says_how_a_record_was_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from asynclog.__main__ import main

    whole = record(1, time(1))
    path = tmp_path / "app.log"
    path.write_text("\n".join([*entry(""), *whole[:7], *entry("", 1), *whole[7:]]) + "\n")
    fingerprint = next(iter(pipeline.analyze([str(path)], Settings()).groups)).rpartition(":")[2]
    assert main(["explain", fingerprint, str(path)]) == 0
    assert "put together" in capsys.readouterr().out
