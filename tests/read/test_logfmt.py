"""logfmt, and records whose newlines became blanks."""

from __future__ import annotations

from pathlib import Path

from asynclog.config import Settings
from asynclog.model import Finding
from asynclog.pipeline import findings

STACK = 'Traceback (most recent call last):\\n  File \\"/srv/shop/load.py\\", line 6, in load\\n    raise OSError(\\"no\\")\\nOSError: no'
FUTURE = (
    "future: <Task finished name='Task-3' coro=<load() done, defined at /srv/shop/load.py:5> exception=OSError('no')>"
)
LOST = "Task exception was never retrieved"


def found(tmp_path: Path, text: str) -> list[Finding]:
    log = tmp_path / "app.log"
    log.write_text(text, "utf-8")
    return list(findings([str(log)], Settings()))


def told(finding: Finding) -> tuple[str, str | None, str | None]:
    return finding.kind, finding.coroutine, finding.exception_type


def test_the_text_and_its_traceback_in_one_field(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        'time=2026-11-23T10:00:03Z level=info logger=shop msg="fine"\n'
        f'time=2026-11-23T10:00:04Z level=error logger=asyncio msg="{LOST}\\n{FUTURE}\\n{STACK}"\n',
    )
    assert told(one) == ("exception-never-retrieved", "load", "OSError")
    assert one.timestamp is not None


def test_the_text_first_and_the_traceback_in_a_field_of_its_own(tmp_path: Path) -> None:
    """As structlog's LogfmtRenderer writes it."""
    (one,) = found(
        tmp_path,
        f'event="{LOST}\\n{FUTURE}" logger=asyncio level=error timestamp=2026-11-23T10:00:04Z exception="{STACK}"\n',
    )
    assert told(one) == ("exception-never-retrieved", "load", "OSError")
    assert one.timestamp is not None


def test_newlines_within_the_quotes(tmp_path: Path) -> None:
    """As `'level=%(levelname)s message="%(message)s"'` writes them."""
    one, two = found(
        tmp_path,
        f'level=ERROR logger=asyncio message="{LOST}\n{FUTURE}\nTraceback (most recent call last):\n'
        '  File "/srv/shop/load.py", line 6, in load\n    raise OSError\nOSError"\n'
        'level=WARNING logger=py.warnings message="/srv/shop/main.py:3: RuntimeWarning: '
        'coroutine \'tend\' was never awaited\n  tend()"\nlevel=INFO logger=shop message="fine"\n',
    )
    assert told(one) == ("exception-never-retrieved", "load", "OSError")
    assert two.kind == "coroutine-never-awaited"
    assert two.site.file == "/srv/shop/main.py"


def test_fields_behind_a_time(tmp_path: Path) -> None:
    (one,) = found(
        tmp_path,
        '[2026-11-23 10:00:04.875888] level=ERROR    message="Unclosed client session '
        'client_session: <aiohttp.client.ClientSession object at 0x7f0011>"\n',
    )
    assert one.kind == "aiohttp-unclosed"
    assert one.timestamp is not None


def test_what_others_say_in_fields_is_no_record(tmp_path: Path) -> None:
    text = (
        'level=error logger=shop msg="Task was destroyed but it is pending!"\n'
        f'level=error logger=shop msg="job failed" error="{LOST}"\n'
        f'raise Lost(message="{LOST}")\n'
    )
    assert found(tmp_path, text) == []


def test_newlines_that_became_blanks(tmp_path: Path) -> None:
    trace = (
        'Traceback (most recent call last):   File "/usr/lib/python3.13/asyncio/events.py", line 89, in _run'
        "     self._context.run(self._callback, *self._args)     ~~~~~~^^^^^^"
        '   File "/srv/shop/load.py", line 6, in _load     raise OSError("no") OSError: no'
    )
    made = (
        "source_traceback: Object created at (most recent call last):"
        '   File "/srv/shop/main.py", line 4, in <module>     asyncio.run(main())'
        '   File "/srv/shop/load.py", line 9, in kick     loop.call_soon(self._load, 1)'
    )
    one, two = found(
        tmp_path,
        f"2026-11-23 10:00:04,875 ERROR asyncio: {LOST} {FUTURE} {trace}\n"
        "2026-11-23 10:00:05,875 ERROR asyncio: Exception in callback Shop._load(1) "
        f"handle: <Handle Shop._load(1) created at /srv/shop/load.py:9> {made} {trace}\n",
    )
    assert told(one) == ("exception-never-retrieved", "load", "OSError")
    assert (two.callback, two.exception_type) == ("Shop._load", "OSError")
    assert (two.site.file, two.site.line, two.site.function) == ("/srv/shop/load.py", 9, "kick")


def test_a_traceback_that_begins_behind_the_message(tmp_path: Path) -> None:
    """As tornado 4 writes it."""
    (one,) = found(
        tmp_path,
        "2026-11-23 10:00:04,875 - tornado.application - ERROR - Future exception was never retrieved: "
        'Traceback (most recent call last):\n  File "/srv/shop/load.py", line 6, in load\n    raise OSError("no")\n'
        "OSError: no\n",
    )
    assert told(one) == ("exception-never-retrieved", None, "OSError")
