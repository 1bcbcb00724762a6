"""One log in every container: the findings are the same but for their positions."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import json
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from asynclog import pipeline
from asynclog.config import Settings
from asynclog.model import Finding

D = "2026-03-02 09:00:{:02d},{:03d}"
ENTRIES = (  # level, logger, text; a part of the log can begin with any of them
    ("INFO", "shop.access", "GET /cart 200"),
    (
        "WARNING",
        "asyncio",
        "Executing <Task pending name='Task-4' coro=<Shop.search() running at /srv/app/shop.py:58> "
        "created at /srv/app/server.py:74> took 0.305 seconds",
    ),
    (
        "ERROR",
        "asyncio",
        "Task exception was never retrieved\n"
        "future: <Task finished name='Task-7' coro=<send_receipt() done, defined at /srv/app/mail.py:5> "
        "exception=ReceiptError('no relay for caf\u00e9')>\n"
        "source_traceback: Object created at (most recent call last):\n"
        '  File "/srv/app/shop.py", line 80, in checkout\n'
        "    spawn(send_receipt(order))\n"
        '  File "/srv/app/background.py", line 19, in spawn\n'
        "    return asyncio.create_task(coroutine)\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/app/mail.py", line 9, in send_receipt\n'
        "    await relay.send(order)\n"
        "OSError: [Errno 111] refused\n"
        "\n"
        "The above exception was the direct cause of the following exception:\n"
        "\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/app/mail.py", line 11, in send_receipt\n'
        "    raise ReceiptError('no relay for caf\u00e9') from error\n"
        "mail.ReceiptError: no relay for caf\u00e9",
    ),
    (
        "ERROR",
        "asyncio",
        "Task was destroyed but it is pending!\n"
        "task: <Task pending name='Task-2' coro=<Audit.confirmed() running at /srv/app/audit.py:9> "
        "wait_for=<Future pending>>",
    ),
    ("INFO", "shop.access", "GET /health 200"),
    (
        "WARNING",
        "py.warnings",
        "/srv/app/shop.py:84: RuntimeWarning: coroutine 'notify' was never awaited\n  notify(order)",
    ),
    (
        "ERROR",
        "asyncio",
        "Exception in callback Metrics.flush()\n"
        "handle: <TimerHandle when=12.5 Metrics.flush() at /srv/app/metrics.py:4>\n"
        "Traceback (most recent call last):\n"
        '  File "/usr/lib/python3.12/asyncio/events.py", line 84, in _run\n'
        "    self._context.run(self._callback, *self._args)\n"
        '  File "/srv/app/metrics.py", line 6, in flush\n'
        "    self.rate = self.done / self.seconds\n"
        "ZeroDivisionError: division by zero",
    ),
    ("INFO", "shop.access", "GET /health 200"),
)  # fmt: skip


def entries(rounds: int = 3) -> list[str]:
    return [
        f"{D.format(index, index)} - {logger} - {level} - {text}\n"
        for index, (level, logger, text) in enumerate(ENTRIES * rounds)
    ]


TEXT = "".join(entries())
DATA = TEXT.encode()


def each_line(form: str) -> bytes:
    return "".join(form.format(n=n, line=line) + "\n" for n, line in enumerate(TEXT.splitlines())).encode()


def split_cri() -> bytes:
    """As the kubelet writes: lines longer than a limit are cut into parts."""
    lines = []
    for number, line in enumerate(TEXT.splitlines()):
        parts = [line[start : start + 100] for start in range(0, len(line), 100)] or [""]
        lines += [f"2026-03-02T09:00:00.{number:09d}Z stderr P {part}" for part in parts[:-1]]
        lines.append(f"2026-03-02T09:00:00.{number:09d}Z stderr F {parts[-1]}")
    return "\n".join(lines).encode() + b"\n"


def json_lines() -> bytes:
    lines = []
    for index, (level, logger, text) in enumerate(ENTRIES * 3):
        message, mark, trace = text.partition("\nTraceback (most recent call last):\n")
        value = {"time": D.format(index, index), "level": level, "logger": logger, "message": message}
        if mark:
            value["exc_info"] = (mark + trace).strip("\n")
        lines.append(json.dumps(value))
    return "\n".join(lines).encode() + b"\n"


def json_whole() -> bytes:
    return b"".join(
        json.dumps({"ts": D.format(n, n), "severity": level, "name": logger, "msg": text}).encode() + b"\n"
        for n, (level, logger, text) in enumerate(ENTRIES * 3)
    )


def docker_json() -> bytes:
    return b"".join(
        json.dumps({"log": line + "\n", "stream": "stderr", "time": f"2026-03-02T09:00:00.{n:09d}Z"}).encode() + b"\n"
        for n, line in enumerate(TEXT.splitlines())
    )


def journal_json() -> bytes:
    """`journalctl -o json`: one object a line of text, times in microseconds since the epoch."""
    return b"".join(
        json.dumps(
            {
                "__REALTIME_TIMESTAMP": str(1_772_442_000_000_000 + n), "_PID": "4711", "SYSLOG_IDENTIFIER": "app",
                "_HOSTNAME": "host", "PRIORITY": "3", "_TRANSPORT": "stdout", "MESSAGE": line,
            }
        ).encode()
        + b"\n"
        for n, line in enumerate(TEXT.splitlines())
    )  # fmt: skip


CONTAINERS: dict[str, Callable[[], bytes]] = {
    "plain": lambda: DATA,
    "no newline at the end": lambda: DATA.rstrip(b"\n"),
    "CRLF": lambda: DATA.replace(b"\n", b"\r\n"),
    "UTF-8 with a byte order mark": lambda: codecs.BOM_UTF8 + DATA,
    "UTF-16": lambda: TEXT.encode("utf-16"),
    "UTF-16, CRLF, no byte order mark": lambda: TEXT.replace("\n", "\r\n").encode("utf-16-le"),
    "gzip": lambda: gzip.compress(DATA),
    "gzip, several members": lambda: b"".join(gzip.compress(DATA[i : i + 500]) for i in range(0, len(DATA), 500)),
    "bzip2": lambda: bz2.compress(DATA),
    "xz": lambda: lzma.compress(DATA),
    "zstd": lambda: zstandard.compress(DATA),
    "gzipped UTF-16": lambda: gzip.compress(TEXT.encode("utf-16")),
    "colours": lambda: TEXT.replace(" - ERROR - ", " - \x1b[31mERROR\x1b[0m - ").encode(),
    "CRI": lambda: each_line("2026-03-02T09:00:00.{n:09d}Z stderr F {line}"),
    "CRI, long lines split": split_cri,
    "docker compose": lambda: each_line("web-1  | {line}"),
    "kubectl --prefix": lambda: each_line("[pod/web-7d9/app] {line}"),
    "journald": lambda: each_line("Mar 02 09:00:00 host app[4711]: {line}"),
    "journald, as JSON": journal_json,
    "syslog": lambda: each_line("<11>Mar  2 09:00:00 host app[4711]: {line}"),
    "Heroku": lambda: each_line("2026-03-02T09:00:00.{n:06d}+00:00 app[web.1]: {line}"),
    "GitHub Actions": lambda: each_line("2026-03-02T09:00:00.{n:07d}Z {line}"),
    "compose in journald": lambda: each_line("Mar 02 09:00:00 host docker[1]: web-1  | {line}"),
    "two containers": lambda: each_line("web-1  | {line}\ndb-1   | LOG: checkpoint {n}"),
    "JSON lines, traceback apart": json_lines,
    "JSON lines, all in one field": json_whole,
    "docker's json-file": docker_json,
    "a lost beginning": lambda: b'  File "/srv/x.py", line 1, in lost\nKeyError: 1\n' + DATA,
    "NULs before it": lambda: bytes(64) + b"\n" + DATA,
    "bad bytes between": lambda: DATA.replace(b"GET /health", b"GET /h\xe9\xff"),
    "long lines between": lambda: DATA.replace(b"GET /cart", b"GET /" + b"x" * 300_000),
}  # fmt: skip


def facts(findings: list[Finding]) -> list[tuple[object, ...]]:
    """What a finding says, without where it stood and what time the container gave."""
    return [
        (
            each.kind, each.rule, each.severity, each.fingerprint, each.site, each.chain, each.failure, each.coroutine,
            each.callback, each.task, each.object, each.duration, each.exception_type, each.exception_message,
            each.partial, each.text, each.logger,
        )
        for each in findings
    ]  # fmt: skip


def found(*paths: Path | str) -> list[Finding]:
    return list(pipeline.findings([str(path) for path in paths], Settings()))


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    path = tmp_path_factory.mktemp("plain") / "app.log"
    path.write_bytes(DATA)
    findings = found(path)
    assert [each.kind for each in findings] == [
        "slow-callback",
        "exception-never-retrieved",
        "task-destroyed-pending",
        "coroutine-never-awaited",
        "callback-exception",
    ] * 3
    assert [each.timestamp.text for each in findings if each.timestamp][:2] == [D.format(1, 1), D.format(2, 2)]
    assert findings[1].exception_type == "mail.ReceiptError"
    assert [frame.function for frame in findings[1].chain] == ["checkout", "spawn"]
    return facts(findings)


@pytest.mark.parametrize("pack", CONTAINERS.values(), ids=CONTAINERS)
def test_the_container_does_not_matter(
    pack: Callable[[], bytes], wanted: list[tuple[object, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(pack())
    findings = found(path)
    assert facts(findings) == wanted
    assert all(each.timestamp is not None for each in findings)


@pytest.mark.parametrize("name", ["plain", "gzip", "UTF-16", "docker compose", "JSON lines, traceback apart"])
def test_standard_input(name: str, wanted: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(CONTAINERS[name]())))
    assert facts(found("-")) == wanted


def test_three_rotated_parts(wanted: list[tuple[object, ...]], tmp_path: Path) -> None:
    third = len(entries()) // 3
    parts = [entries()[start : start + third] for start in range(0, len(entries()), third)]
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress("".join(parts[0]).encode()))
    (tmp_path / "app.log.1").write_bytes("".join(parts[1]).encode())
    (tmp_path / "app.log").write_bytes("".join(parts[2]).encode())
    assert facts(found(tmp_path)) == wanted
    assert [Path(each.source).name for each in found(tmp_path)][::5] == ["app.log.2.gz", "app.log.1", "app.log"]


@pytest.mark.parametrize("name", ["plain", "docker compose", "CRI", "journald", "CRLF"])
def test_lines_are_those_of_the_container(name: str, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    data = CONTAINERS[name]()
    path.write_bytes(data)
    lines = data.decode().splitlines()
    for each in found(path):
        assert each.text.splitlines()[0] in lines[each.line - 1]
