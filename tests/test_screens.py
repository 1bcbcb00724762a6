"""docs/screens.md and its pictures are what is printed. `--update-golden` writes them anew: then look at them."""

from __future__ import annotations

import html
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SPEC = importlib.util.spec_from_file_location("make_screens", ROOT / "docs" / "make_screens.py")
assert SPEC is not None
assert SPEC.loader is not None
screens = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(screens)


def words(text: str) -> str:
    """The text of a picture: how it is drawn is a matter of the version of rich."""
    body = re.sub(r"<style>.*?</style>|<!--.*?-->", "", text, flags=re.S)
    return "".join(html.unescape(re.sub(r"<[^>]*>", "", body)).split())


@pytest.fixture(scope="module")
def pages() -> dict[Path, str]:
    made: dict[Path, str] = screens.pages()
    return made


def test_the_captures_are_what_is_printed(pages: dict[Path, str], request: pytest.FixtureRequest) -> None:
    for file, text in pages.items():
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, "utf-8")
        there = file.read_text("utf-8")
        if file.suffix == ".svg":
            assert words(there) == words(text), file.name
        else:
            assert there == text
    assert {file.name for file in (ROOT / "docs" / "screens").iterdir()} == {
        file.name for file in pages if file.suffix == ".svg"
    }


def test_the_pictures_ask_the_network_for_nothing(pages: dict[Path, str]) -> None:
    for file, text in pages.items():
        if file.suffix == ".svg":
            assert not re.search(r"@import|@font-face|url\(['\"]?http|href=", text), file.name
            assert len(text) < 20_000, file.name


def test_no_capture_is_wider_than_its_terminal(pages: dict[Path, str]) -> None:
    page = pages[ROOT / "docs" / "screens.md"]
    captures = re.findall(r"^(\d+) columns:\n\n```text\n(.*?)```", page, re.S | re.M)
    assert {int(width) for width, _ in captures} == {60, 80, 140}
    alone = re.compile(r" *(\w+ +)?\S*/\S+")  # a path or an address is left whole
    for width, text in captures:
        assert [line for line in text.splitlines() if len(line) > int(width) and not alone.fullmatch(line)] == []
