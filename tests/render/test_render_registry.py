"""The formats and how they are found."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sample_reports import SAMPLES, one

from asynclog.errors import UsageError
from asynclog.render import FORMATS, RenderOptions, find, render


def test_every_format_has_its_module():
    for name, renderer in FORMATS.items():
        assert renderer.name == name
        assert renderer.help
        assert renderer.streamed or renderer.shows("analyze")


def test_an_unknown_format_is_an_error_with_a_way_out():
    with pytest.raises(UsageError) as caught:
        find("markdwon")
    assert "markdown" in caught.value.hint
    with pytest.raises(UsageError) as caught:
        find("xyz")
    assert "sarif" in caught.value.hint


def test_a_view_that_a_format_does_not_have_is_an_error():
    with pytest.raises(UsageError, match="no-such-view cannot be shown as folded"):
        render("folded", one(), view="no-such-view")


def test_a_streamed_format_cannot_be_rendered():
    with pytest.raises(UsageError, match="while reading"):
        render("jsonl", one())


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", [name for name, renderer in FORMATS.items() if not renderer.streamed])
def test_renderers_are_pure(name, sample):
    report = SAMPLES[sample]()
    options = RenderOptions(color=True, hyperlinks=True)
    assert render(name, report, options) == render(name, report, options)


def test_the_registry_imports_nothing_heavy():
    """Workers and `--help` see the names of the formats without paying for them."""
    code = "import sys, asynclog.render; print([m for m in ('rich', 'jinja2', 'orjson', 'pandas') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_environment_does_not_matter(monkeypatch):
    options = RenderOptions(width=80, color=True)
    before = render("text", one(), options)
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "33", "FORCE_COLOR": "1", "LINES": "3"}.items():
        monkeypatch.setenv(name, value)
    assert render("text", one(), options) == before
