"""One browser for all tests of the page, and the pages as files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "render"))

from chromium import Browser, find
from sample_reports import SAMPLES

from asynclog.model import Report
from asynclog.render import RenderOptions, render


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser; everything that needs it is skipped where there is none."""
    name = find()
    if name is None:
        pytest.skip("no Chromium here: the page is not tried in a browser (apt-get install chromium)")
    profile = tmp_path_factory.mktemp("chromium") / "profile"
    profile.mkdir()
    browser = Browser(name, profile)
    yield browser
    browser.close()


@pytest.fixture
def browser(program: Browser) -> Browser:
    """The browser as a new reader would have it."""
    program.scripts(True)
    program.media()
    program.size(1280, 900)
    return program


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Callable[[str | Report], str]:
    """Writes the page of a report, opens it and returns its address."""

    def opened(what: str | Report) -> str:
        report = SAMPLES[what]() if isinstance(what, str) else what
        file = tmp_path / "report.html"
        file.write_text(str(render("html", report, RenderOptions())), "utf-8")
        browser.open(file.as_uri())
        return file.as_uri()

    return opened
