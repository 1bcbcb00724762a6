"""The same four records in formats met in the field: colours, collectors, JSON loggers, odd separators."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from asynclog.config import Settings
from asynclog.pipeline import findings

TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/srv/app/jobs.py", line 6, in job',
    "    raise ValueError('bad')",
    "ValueError: bad",
]
FUTURE = (
    "future: <Task finished name='Task-7' coro=<job() done, defined at /srv/app/jobs.py:5> exception=ValueError('bad')>"
)
RECORDS: list[tuple[str, str, str, list[str]]] = [
    ("exception-never-retrieved", "ERROR", "Task exception was never retrieved", [FUTURE, *TRACEBACK]),
    (
        "slow-callback",
        "WARNING",
        "Executing <Task pending name='Task-4' coro=<work() running at /srv/app/jobs.py:5>> took 0.151 seconds",
        [],
    ),
    (
        "task-destroyed-pending",
        "ERROR",
        "Task was destroyed but it is pending!",
        ["task: <Task pending name='T' coro=<w() running at /srv/app/jobs.py:9>>"],
    ),
    (
        "aiohttp-unclosed",
        "ERROR",
        "Unclosed client session",
        ["client_session: <aiohttp.client.ClientSession object at 0x7f00>"],
    ),
]
TIMELESS = {
    "colorlog ansi",
    "kubectl prefix",
    "stern",
    "pm2",
    "supervisor",
    "kivy",
    "qt",
    "journal json",
    "json fluent",
    "csv, a row a record",
    "grep",
    "compose in a quotation",
}


def lines(first: str, rest: str = "") -> Callable[[], str]:
    """Plain lines: `first` before a record's first line, `rest` before the others."""

    def written() -> str:
        out = []
        for turn in range(2):
            for number, (_, level, message, more) in enumerate(RECORDS):
                words = {"L": level, "Lt": level.title(), "Lo": level.lower(), "s": f"{turn}{number}"}
                out.append(first.format(**words) + message)
                out += [rest.format(**words) + line for line in more]
        return "\n".join(out) + "\n"

    return written


def curly(text: str) -> str:
    """`text` with the quotes of a word processor."""
    return re.sub(r"'([^']*)'", "‘\\1’", re.sub(r'"([^"]*)"', "“\\1”", text))


def as_json(entry: Callable[[str, str, list[str], str], dict[str, Any]]) -> Callable[[], str]:
    """One JSON object a record."""

    def written() -> str:
        return "".join(
            json.dumps(entry(level, message, more, f"2026-01-31T12:00:{turn}{number}.123Z")) + "\n"
            for turn in range(2)
            for number, (_, level, message, more) in enumerate(RECORDS)
        )

    return written


def msg(message: str, more: list[str]) -> str:
    """The message without its traceback."""
    return "\n".join([message, *(line for line in more if line not in TRACEBACK)])


def tb(more: list[str]) -> str:
    """The traceback alone."""
    return "\n".join(line for line in more if line in TRACEBACK)


FORMATS = {
    "colorlog ansi": lines("\x1b[31m{L}\x1b[0m:asyncio:"),
    "ansi whole": lines("\x1b[1m\x1b[31m 2026-01-31 12:00:{s},123 {L:8} asyncio \x1b[0m"),
    "escaped ansi": lines("\\x1b[31m{L}\\x1b[0m 2026-01-31 12:00:{s} asyncio: "),
    "docker -t": lines("2026-01-31T12:00:{s}.123456789Z {L}:asyncio:", "2026-01-31T12:00:{s}.123456789Z "),
    "kubectl prefix": lines("[pod/web-7d9f/app] {L}:asyncio:", "[pod/web-7d9f/app] "),
    "stern": lines("web-7d9f app {L}:asyncio:", "web-7d9f app "),
    "lambda": lines("[{L}]\t2026-01-31T12:00:{s}.123Z\t8d7c-11\t"),
    "structlog console": lines("2026-01-31T12:00:{s}.123456Z [{Lo:9}] "),
    "fly.io": lines(
        "2026-01-31T12:00:{s}Z app[148e] iad [info]{L}:asyncio:", "2026-01-31T12:00:{s}Z app[148e] iad [info]"
    ),
    "pm2": lines("0|app  | {L}:asyncio:", "0|app  | "),
    "journal short-iso": lines(
        "2026-01-31T12:00:{s}+0100 host app[123]: {L}:asyncio:", "2026-01-31T12:00:{s}+0100 host app[123]: "
    ),
    "journal precise": lines(
        "Jan 31 12:00:{s}.123456 host python3[123]: {L}:asyncio:", "Jan 31 12:00:{s}.123456 host python3[123]: "
    ),
    "honcho": lines("12:00:{s} web.1     | {L}:asyncio:", "12:00:{s} web.1     | "),
    "azure": lines("2026-01-31T12:00:{s}.123 [{Lt}] "),
    "supervisor": lines("2026-01-31 12:00:{s},123 DEBG 'app' stderr output:\n{L}:asyncio:"),
    "tabs": lines("2026-01-31 12:00:{s}\t{L}\tasyncio\t"),
    "uvicorn default": lines("{L}:     [2026-01-31 12:00:{s}] asyncio - "),
    "prefix w pid brackets": lines("[2026-01-31 12:00:{s} +0000] [4711] [{L}] [asyncio] ", ""),
    "letter behind the time": lines("12:00:{s}.123 {L[0]} asyncio: "),
    "epoch": lines("17698608{s}.123 {L} asyncio "),
    "loguru": lines("2026-01-31 12:00:{s}.123 | {L:8} | asyncio.base_events:default_exception_handler:1744 - "),
    "pipes no spaces": lines("2026-01-31 12:00:{s}|{L}|asyncio|"),
    "absl": lines("{L[0]}0131 12:00:{s}.123456 140000 base_events.py:1744] "),
    "nomad": lines("    2026-01-31T12:00:{s}.123Z [{L}]  asyncio: "),
    "celery worker": lines("[2026-01-31 12:00:{s},123: {L}/MainProcess] "),
    "ros": lines("[{L}] [1769860800.123]: "),
    "ros2": lines("[{L}] [1769860800.123456789] [asyncio]: "),
    "kivy": lines("[{L:7}] [asyncio     ] "),
    "qt": lines("12:00:{s} - {L} - "),
    "spaces indent 4": lines("    2026-01-31 12:00:{s},123 - asyncio - {L} - ", "    "),
    "json stdlib": as_json(
        lambda level, m, c, t: {
            "asctime": t,
            "levelname": level,
            "name": "asyncio",
            "message": msg(m, c),
            **({"exc_info": tb(c)} if tb(c) else {}),
        }
    ),
    "json ecs": as_json(
        lambda level, m, c, t: {
            "@timestamp": t,
            "log.level": level.lower(),
            "message": msg(m, c),
            "ecs.version": "1.6",
            "log": {"logger": "asyncio"},
            **({"error": {"type": "ValueError", "message": "bad", "stack_trace": tb(c)}} if tb(c) else {}),
        }
    ),
    "json structlog": as_json(
        lambda level, m, c, t: {
            "event": msg(m, c),
            "level": level.lower(),
            "logger": "asyncio",
            "timestamp": t,
            **({"exception": tb(c)} if tb(c) else {}),
        }
    ),
    "json loguru": as_json(
        lambda level, m, c, t: {
            "text": f"{t} | {level} | asyncio:x:1 - {msg(m, c)}\n{tb(c)}",
            "record": {
                "message": msg(m, c),
                "level": {"name": level},
                "name": "asyncio",
                "time": {"repr": t},
                "exception": ({"type": "ValueError", "value": "bad", "traceback": True} if tb(c) else None),
            },
        }
    ),
    "json gcp": as_json(
        lambda level, m, c, t: {
            "severity": level,
            "timestamp": t,
            "jsonPayload": {"message": msg(m, c) + "\n" + tb(c), "logger": "asyncio"},
        }
    ),
    "json datadog": as_json(
        lambda level, m, c, t: {
            "timestamp": t,
            "status": level.lower(),
            "logger": {"name": "asyncio"},
            "message": msg(m, c),
            "error": {"kind": "ValueError", "stack": tb(c)},
        }
    ),
    "json fluent": as_json(
        lambda level, m, c, t: {
            "log": f"{level}:asyncio:{msg(m, c)}\n{tb(c)}\n",
            "stream": "stderr",
            "kubernetes": {"pod_name": "x"},
        }
    ),
    "json otel": as_json(
        lambda level, m, c, t: {
            "timeUnixNano": "1769860800123000000",
            "severityText": level,
            "body": {"stringValue": msg(m, c)},
            "attributes": {"exception.stacktrace": tb(c)},
            "scope": {"name": "asyncio"},
        }
    ),
    "json html-safe": lambda: (
        as_json(
            lambda level, m, c, t: {
                "time": t,
                "level": level,
                "logger": "asyncio",
                "message": msg(m, c),
                "exc_text": tb(c),
            }
        )()
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
    ),
    "grep": lines("logs/app.log:{L}:asyncio:", "logs/app.log-"),
    "grep with numbers": lambda: "".join(
        f"app.log.1:{number}:{line}\n"
        for number, line in enumerate(lines("2026-01-31 12:00:{s},123 {L} asyncio: ")().splitlines(), 7)
    ),
    "compose in a quotation": lambda: "".join(
        f"    {line}\n" for line in lines("web-1  | {L}:asyncio:", "web-1  | ")().splitlines()
    ),
    "html": lambda: html.escape(lines("2026-01-31 12:00:{s},123 - asyncio - {L} - ")()),
    "curly quotes": lambda: curly(lines("2026-01-31 12:00:{s},123 - asyncio - {L} - ")()),
    "bytes of a child": lambda: "".join(
        f"2026-01-31 12:00:00 DEBUG runner.py  {(line + chr(10)).encode()!r}\n"
        for line in lines("\x1b[31m   {L}  2026-01-31 12:00:{s},123   asyncio  ")().splitlines()
    ),
    "csv, a row a line": lambda: "".join(
        f'"2026-01-31T12:00:{number:02}.123Z","' + line.replace('"', '""') + '"\n'
        for number, line in enumerate(lines("[{L}]\t2026-01-31T12:00:{s}.123Z\t8d7c-11\t")().splitlines())
    ),
    "csv, a row a record": lambda: (
        "timestamp,message\n"
        + "".join(
            f'17698608{turn}{number}123,"[{level}] asyncio: ' + "\n".join([message, *more]).replace('"', '""') + '"\n'
            for turn in range(2)
            for number, (_, level, message, more) in enumerate(RECORDS)
        )
    ),
    "crlf": lambda: lines("2026-01-31 12:00:{s},123 - asyncio - {L} - ")().replace("\n", "\r\n"),
    "journal json": as_json(
        lambda level, m, c, t: {
            "MESSAGE": f"{level}:asyncio:{msg(m, c)}",
            "__REALTIME_TIMESTAMP": "1769860800123000",
            "_PID": "123",
            "SYSLOG_IDENTIFIER": "app",
        }
    ),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_findings_in_every_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(FORMATS[name]().encode())
    found = list(findings([str(path)], Settings()))
    assert [finding.kind for finding in found] == [kind for kind, *_ in RECORDS] * 2
    assert {f.exception_type for f in found if f.kind == "exception-never-retrieved"} == {"ValueError"}
    assert not [f for f in found if f.kind != "aiohttp-unclosed" and f.site.file != "/srv/app/jobs.py"]
    assert name in TIMELESS or all(finding.timestamp for finding in found)
