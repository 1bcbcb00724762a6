"""Patterns that were compiled when the package was built are what `re` makes of them; whatever is odd, `re` compiles."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from asynclog import patterns

SOURCES: dict[str, patterns.Source] = {
    "text": ("plain", 0),
    "bytes": (rb"\d+x", 0),
    "groups": (r"(a)(?:b)(c|d)", 0),
    "names": (r"(?P<file>[^:]+):(?P<line>\d+)", 0),
    "flags": (r"^über", re.IGNORECASE | re.MULTILINE),
    "flags inside": (r"(?s)(.*?):", 0),
    "flags of bytes": (rb"^x", re.MULTILINE),
    "looks around": (r"(?<![\w.])Task-(\d+)(?!x)", 0),
    "possessive": (r"a*+b", 0),
    "a reference": (r"(?P<q>['\"]).*?(?P=q)", 0),
    "many letters": (r"[a-zäöüß☃]+", re.ASCII),
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(patterns, "__file__", str(tmp_path / "patterns.py"))
    patterns._made.cache_clear()
    yield tmp_path / patterns.NAME
    patterns._made.cache_clear()


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "re", None)


@pytest.mark.usefixtures("never")
@pytest.mark.parametrize("name", SOURCES)
def test_they_are_what_re_makes_of_them(name: str, file: Path) -> None:
    pattern, flags = SOURCES[name]
    file.write_bytes(patterns.packed(SOURCES.values()))
    found, wanted = patterns.compiled(pattern, flags), re.compile(pattern, flags)
    assert found == wanted  # their code as well
    assert (found.groups, dict(found.groupindex), found.flags) == (wanted.groups, dict(wanted.groupindex), wanted.flags)


ODD: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda data: None,
    "empty": lambda data: b"",
    "cut": lambda data: data[:-20],
    "of another Python": lambda data: marshal.dumps((("cpython", 1, 2), marshal.loads(data)[1])),
    "no table": lambda data: marshal.dumps((patterns._KEY, 5)),
    "no code": lambda data: marshal.dumps((patterns._KEY, dict.fromkeys(marshal.loads(data)[1], (1, b"xx")))),
    "other code": lambda data: marshal.dumps(
        (patterns._KEY, {key: (value[0], b"\xff" * 64, *value[2:]) for key, value in marshal.loads(data)[1].items()})
    ),
}


@pytest.mark.parametrize("name", ODD)
def test_where_the_file_is_odd_re_compiles(name: str, file: Path) -> None:
    data = ODD[name](patterns.packed(SOURCES.values()))
    if data is not None:
        file.write_bytes(data)
    for pattern, flags in SOURCES.values():
        assert patterns.compiled(pattern, flags) == re.compile(pattern, flags)


def test_what_is_not_in_it_is_compiled(file: Path) -> None:
    file.write_bytes(patterns.packed([("a", 0)]))
    assert patterns.compiled("b") == re.compile("b")
    assert patterns.compiled("a", re.IGNORECASE) == re.compile("a", re.IGNORECASE)
    with pytest.raises(re.error):
        patterns.compiled("(")
