"""The settled format of a file, from its first lines."""

from __future__ import annotations

import pytest

from asynclog.read.layout import clean, settle

STANDARD = b"2026-01-31 12:00:0%d,123 - app - INFO - hello\n"
SAMPLES = {
    "empty": (b"", "bare lines"),
    "prose": (b"hello\nworld\n" * 5, "bare lines"),
    "one header is not enough": (STANDARD % 0 + b"x\ny\n", "bare lines"),
    "prefixed": (b"".join(STANDARD % n for n in range(5)), "prefixed lines"),
    "prefixed, with tracebacks between": (
        b"".join(STANDARD % n + b"Traceback (most recent call last):\n  x\nValueError: y\n" for n in range(5)),
        "prefixed lines",
    ),
    "basicConfig": (b"INFO:app:hello\nERROR:app:x\nINFO:b:y\n" * 3, "prefixed lines"),
    "JSON": (b'{"message": "hello", "level": "info"}\n' * 5, "JSON lines"),
    "JSON with a banner": (b"starting\n" + b'{"message": "hello", "level": "info"}\n' * 5, "JSON lines"),
    "compose": (b"web-1  | INFO:app:x\ndb-1   | INFO:b:y\n" * 3, "compose, prefixed lines"),
    "CRI and JSON": (
        b'2026-01-01T00:00:00.1Z stderr F {"message": "hello", "level": "info", "logger": "a"}\n' * 5,
        "cri, JSON lines",
    ),
    "carriage returns": (b"".join(STANDARD % n for n in range(5)).replace(b"\n", b"\r\n"), "prefixed lines"),
    "colours": (b"".join(b"\x1b[32m" + STANDARD % n + b"\x1b[0m" for n in range(5)), "prefixed lines"),
}


@pytest.mark.parametrize(("sample", "description"), SAMPLES.values(), ids=SAMPLES)
def test_the_format_in_words(sample: bytes, description: str) -> None:
    assert settle(sample).description == description


def test_the_header_is_the_most_common_shape() -> None:
    layout = settle(b"".join(STANDARD % n for n in range(5)) + b"INFO:other:x\n")
    assert layout.header is not None
    assert layout.header.match("2027-02-03 04:05:06,789 - x")
    assert not layout.header.match("INFO:other:x")


def test_where_no_shape_is_common_there_is_none() -> None:
    assert settle(STANDARD % 1 * 3 + b"INFO:a:x\n" * 3 + b"12:00:00 x\n" * 3).header is None


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(b"plain", "plain", id="plain"),
        pytest.param(b"windows\r", "windows", id="carriage return"),
        pytest.param(b"a\rb", "a\rb", id="carriage return inside"),
        pytest.param(b"caf\xc3\xa9", "caf\u00e9", id="UTF-8"),
        pytest.param(b"caf\xe9", "caf\\xe9", id="bad byte"),
        pytest.param(b"\x1b[1;31mred\x1b[0m", "red", id="colour"),
        pytest.param(b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link", id="hyperlink"),
        pytest.param(b"\\x1b[31mred\\x1b[0m", "red", id="colour as escapes"),
        pytest.param(b"\\033[31mred\\033[0m", "red", id="colour in octal"),
        pytest.param(b"#033[31mred#033[0m", "red", id="colour by rsyslog"),
        pytest.param(b"nul\x00", "nul\x00", id="NUL"),
        pytest.param(b"", "", id="empty"),
    ],
)
def test_lines_as_text(raw: bytes, text: str) -> None:
    assert clean(raw) == text


NAMES = {
    "asctime": ("2026-01-31 12:00:00,00{n} - app.orders - INFO - order {n} stored", False),
    "basicConfig": ("INFO:app:order {n} stored", False),
    "colon": ("2026-01-31 12:00:00,00{n} INFO uvicorn.access: GET /orders: 200", False),
    "brackets": ("[2026-01-31 12:00:00,00{n}] [INFO] [app] order {n}", False),
    "compose": ("web-1  | INFO:app:order {n}", False),
    "JSON": ('{{"level": "INFO", "logger": "app", "message": "order {n}"}}', False),
    "time and level": ("2026-01-31 12:00:00,00{n} INFO order {n}: stored", True),
    "time and level with dashes": ("2026-01-31 12:00:00,00{n} - INFO - order stored: {n}", True),
    "level": ("INFO: order {n}: stored", True),
    "no header": ("order {n} stored", True),
    "JSON without": ('{{"level": "INFO", "message": "order {n}"}}', True),
    "own record without": ("INFO:app:order {n} stored\nTask was destroyed but it is pending!", True),
    "own error": (
        "2026-01-31 12:00:00,00{n} INFO app: order {n}\n2026-01-31 12:00:00,00{n} ERROR asyncio: Task exception was never retrieved",
        False,
    ),
    "relayed": (
        "2026-01-31 12:00:00,00{n} INFO app: order {n}\n2026-01-31 12:00:00,00{n} ERROR app: Unhandled exception: Task exception was never retrieved",
        True,
    ),
    "own record with": (
        "2026-01-31 12:00:00,00{n} INFO order\nERROR:asyncio:Task was destroyed but it is pending!",
        False,
    ),
}


@pytest.mark.parametrize(("line", "nameless"), NAMES.values(), ids=NAMES)
def test_whether_records_name_their_logger(line: str, nameless: bool) -> None:
    assert settle("".join(line.format(n=n) + "\n" for n in range(6)).encode()).nameless is nameless


BASIC = "INFO:app:order {n} stored"
MIXED = {
    "another program's": ([BASIC] * 30 + ["2026-01-31 12:00:00,00{n} - web - INFO - hello"] * 5, True),
    "JSON among lines": ([BASIC] * 30 + ['{{"level": "INFO", "message": "order {n}"}}'] * 5, True),
    "half and half": ([BASIC, "2026-01-31 12:00:00,00{n} - web - INFO - hello"] * 9, True),
    "a few, perhaps quoted": ([BASIC] * 30 + ["2026-01-31 12:00:00,00{n} - web - INFO - hello"] * 4, False),
    "few among many": ([BASIC] * 300 + ["2026-01-31 12:00:00,00{n} - web - INFO - hello"] * 9, False),
}


@pytest.mark.parametrize(("lines", "both"), MIXED.values(), ids=MIXED)
def test_programs_of_several_formats_in_one_file(lines: list[str], both: bool) -> None:
    layout = settle("".join(line.format(n=n % 9) + "\n" for n, line in enumerate(lines)).encode())
    assert layout.heads is not None
    assert layout.heads.match("WARNING:app:x")
    assert bool(layout.heads.match(lines[-1].format(n=7))) is both


def test_each_container_has_its_own_format() -> None:
    lines = [
        "web-1  | Task was destroyed but it is pending!",
        "web-1  | task: <Task pending>",
        "api-1  | 2026-01-31 12:00:00,00{n} - app - INFO - hello",
    ]
    layout = settle("".join(line.format(n=n) + "\n" for n in range(6) for line in lines).encode())
    assert layout.of("web-1").heads is None
    assert layout.of("api-1").heads is not None
    assert layout.of("other-1").heads is layout.heads is not None
    assert layout.nameless
