"""Records are found behind prefixes that nobody announced: one row a format, the same five records in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from asynclog.classify.rulebook import load_builtin
from asynclog.read.inputs import Input
from asynclog.read.progress import Progress
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner

BOOK = load_builtin()
READER = Reader(
    Recogniser(BOOK.patterns),
    Scanner(
        [needle for pattern in BOOK.patterns for needle in pattern.needles]
        + ["ncio:", " asyncio ", "asyncio]", 'asyncio"', "(asyncio"]
    ),
)

# {d} date, {c} clock, {ms} milliseconds, {L} level, {l} its first letter, {n} logger
PREFIXES = {
    "bare": "",
    "basicConfig": "{L}:{n}:",
    "asctime dashes": "{d} {c},{ms} - {n} - {L} - ",
    "asctime level logger": "{d} {c},{ms} - {L} - {n}: ",
    "asctime level colon": "{d} {c},{ms} {L}: ",
    "asctime bars": "{d} {c} | {L} | {n} | ",
    "asctime name level": "{d} {c},{ms} {n} {L} ",
    "asctime level thread name module": "{d} {c},{ms} {L} 140234 {n} base_events ",
    "asctime pid thread": "{d} {c},{ms} 4568 MainThread: ",
    "hydra": "[{d} {c},{ms}][{n}][{L}] - ",
    "brackets with place": "[{d} {c},{ms}] [{L}] [base_events.py:1771 - default_exception_handler() ] ",
    "clock bars": "{c}.{ms} | {L}   | {n} - ",
    "slashes and parens": "[2026/01/31 {c}] ({L}:{n}) ",
    "clock and glyph": "{c} ✕ {L} [{n} ] ",
    "ISO micros dash": "{d}T{c}.{ms}123 - ",
    "US date": "01/31/2026 {c} - {L} - {n} - ",
    "ISO millis service": "{d}T{c}.{ms}Z checkout {n} : {L} ",
    "brackets name func": "[{d} {c}.{ms}][{L}][{n}.default_exception_handler:1744] ",
    "level place": "{d} {c}.{ms} [{L}] asyncio/base_events.py:1744: ",
    "list number": "7 - {d} {c},{ms} | {L} | ",
    "padded level first": " {L:8} {d} {c},{ms}               {n}  ",
    "level then month day": "{L:8} Jan 31  {c} {n}                        ",
    "rich-like pid": "{L:8} [<->] {d} {c} -0800 |26349| ",
    "discord": "[{d} {c}] [{L:8}] {n}: ",
    "jupyter": "[{l} {d} {c}.{ms} ServerApp] ",
    "tornado": "[{l} 260131 {c} base_events:1258] ",
    "glog": "{l}0131 {c}.{ms}456 4711 base_events.py:1258] ",
    "sanic, gunicorn": "[{d} {c} +0000] [123] [{L}] ",
    "celery": "[{d} {c},{ms}: {L}/ForkPoolWorker-1] ",
    "loguru": "{d} {c}.{ms} | {L:8} | asyncio.runners:run:118 - ",
    "home assistant": "{d} {c}.{ms} {L} (MainThread) [homeassistant] Error doing job: ",
    "home assistant core": "{d} {c}.{ms} {L} (MainThread) [{n}] ",
    "supervisor": "26-01-31 {c} {L} (MainThread) [{n}] ",
    "scrapy": "{d} {c} [{n}] {L}: ",
    "scrapy short": "[{n}] {L}: ",
    "relative seconds": "[138.755s] {L}:{n}:",
    "level lower": "{d} {c} [{Lo}] {n}: ",
    "twisted": "{d}T{c}+0000 [{n}#{Lo}] ",
    "airflow": "[{d}T{c}.{ms}+0000] {{base_events.py:1744}} {L} - ",
    "django": "{L} {d} {c},{ms} base_events 4711 140234 ",
    "uvicorn": "{L}:     ",
    "epoch": "1769860800.{ms} {L} {n} ",
    "syslog line prefix": "Jan 31 {c} host app[4711]: {L}:{n}:",
    "French month": "janv. 31 {c} host app[4711]: {L}:{n}:",
    "compose": "web-1  | {L}:{n}:",
    "github actions": "{d}T{c}.{ms}4567Z {L:8} {n}:base_events.py:1900 ",
    "heroku": "{d}T{c}.{ms}456+00:00 app[web.1]: [{d} {c}][{n}][{L}] - ",
    "kubernetes": "{d}T{c}.{ms}456789Z stderr F {L}:{n}:",
    "comment": "# ",
    "quote": "> ",
    "custom handler": "{L} shop.guard: asyncio unhandled: ",
    "12-hour clock": "{d} 07:01:02 AM {L} {n}: ",
}

ON_EVERY_LINE = {
    "syslog line prefix": "Jan 31 {c} host app[4711]: ",
    "French month": "janv. 31 {c} host app[4711]: ",
    "compose": "web-1  | ",
    "github actions": "{d}T{c}.{ms}4567Z ",
    "heroku": "{d}T{c}.{ms}456+00:00 app[web.1]: ",
    "kubernetes": "{d}T{c}.{ms}456789Z stderr F ",
    "comment": "# ",
    "quote": "> ",
}

RECORDS = (
    (
        "task-destroyed-pending",
        "ERROR",
        2,
        """Task was destroyed but it is pending!
task: <Task pending name='Task-2' coro=<worker() running at /srv/app/jobs.py:9> wait_for=<Future pending cb=[Task.task_wakeup()]>>""",
    ),
    (
        "exception-never-retrieved",
        "ERROR",
        7,
        """Task exception was never retrieved
future: <Task finished name='Task-7' coro=<job() done, defined at /srv/app/jobs.py:5> exception=ValueError('two\\nlines')>
Traceback (most recent call last):
  File "/srv/app/jobs.py", line 6, in job
    raise ValueError('two\\nlines')
ValueError: two
lines""",
    ),
    (
        "slow-callback",
        "WARNING",
        1,
        "Executing <Task pending name='Task-4' coro=<work() running at /srv/app/jobs.py:5>> took 0.151 seconds",
    ),
    (
        "aiohttp-unclosed",
        "ERROR",
        2,
        """Unclosed client session
client_session: <aiohttp.client.ClientSession object at 0x7f0000000000>""",
    ),
    (
        "callback-exception",
        "ERROR",
        6,
        """Exception in callback boom(1) at /srv/app/jobs.py:4
handle: <Handle boom(1) at /srv/app/jobs.py:4>
Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/events.py", line 84, in _run
    self._context.run(self._callback, *self._args)
KeyError: 'x'""",
    ),
)


def written(name: str, with_app_lines: bool) -> str:
    lines = []
    for turn in range(3):
        for number, (_, level, _, text) in enumerate(RECORDS):
            words = {
                "d": "2026-01-31",
                "c": f"12:0{turn}:0{number}",
                "ms": f"{number}23",
                "n": "asyncio",
                "l": level[0],
                "L": level,
                "Lo": level.lower(),
            }
            first, *rest = text.split("\n")
            lines.append(PREFIXES[name].format(**words) + first)
            lines += [ON_EVERY_LINE.get(name, "").format(**words) + line for line in rest]
            if with_app_lines:
                words |= {"n": "shop.orders", "L": "INFO", "Lo": "info", "l": "I"}
                prefix = PREFIXES[name].replace("asyncio unhandled: ", "")
                lines.append(prefix.format(**words) + f"order {number} stored in 0.151 seconds")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("with_app_lines", [False, True], ids=["alone", "among others"])
@pytest.mark.parametrize("name", PREFIXES)
def test_records_are_found_whole(name: str, with_app_lines: bool, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text(written(name, with_app_lines), "utf-8")
    found = list(READER.records(Input(str(path), 0, path.stat().st_size), Progress()))
    assert [record.kind for record in found] == [kind for kind, *_ in RECORDS] * 3
    if PREFIXES[name] or not with_app_lines:
        assert [record.lines for record in found] == [count for _, _, count, _ in RECORDS] * 3
        assert [record.text for record in found] == [text for *_, text in RECORDS] * 3
