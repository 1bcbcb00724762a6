"""report -> text: one file per format, each a pure function of the report.

A renderer is a module with a function for each view that it can show: `analyze(report, options)`, and where they make
sense `diff`, `trend` and `check`. It is imported when it is used. A new format is its file and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

from asynclog.errors import UsageError
from asynclog.render.options import RenderOptions
from asynclog.slotted import dataclass

__all__ = ["FORMATS", "RenderOptions", "Renderer", "find", "render"]


@dataclass(frozen=True, slots=True)
class Renderer:
    """A format: its name, what it is for, and the module behind it.

    `streamed`: one line a finding or change, written while reading; there is nothing to render at the end of `analyze`.
    """

    name: str
    help: str
    streamed: bool = False

    def load(self) -> ModuleType:
        """The module; imports what it needs."""
        return import_module(f"asynclog.render.{self.name}")

    def shows(self, view: str) -> bool:
        """Whether the format has this view (`analyze`, `diff`, `trend`, `check`)."""
        return hasattr(self.load(), view)


_ALL = (
    Renderer("text", "for reading: table, details, timeline, accounting"),
    Renderer("concise", "one line a group: file:line: severity [rule] message"),
    Renderer("json", "the saved report: can be read again, compared and merged"),
    Renderer("jsonl", "one finding a line, in log order", streamed=True),
    Renderer("csv", "one row a group, for spreadsheets"),
    Renderer("markdown", "for a pull request comment or $GITHUB_STEP_SUMMARY"),
    Renderer("html", "a page for the browser: one file, no network"),
    Renderer("github", "workflow commands: annotations of GitHub Actions"),
    Renderer("gitlab", "Code Quality report of GitLab"),
    Renderer("junit", "JUnit XML: one test case a group"),
    Renderer("sarif", "SARIF 2.1.0 for code scanning and editors"),
    Renderer("folded", "folded stacks for flame graphs: frame;frame N"),
)
FORMATS: Mapping[str, Renderer] = MappingProxyType({renderer.name: renderer for renderer in _ALL})


def find(name: str, view: str = "analyze") -> Renderer:
    """The renderer of that name, or a `UsageError` that says which there are."""
    if name not in FORMATS:
        from difflib import get_close_matches

        near = get_close_matches(name, FORMATS, 1)
        hint = f"did you mean {near[0]}?" if near else f"formats: {', '.join(FORMATS)}"
        raise UsageError(f"unknown format: {name}", hint)
    renderer = FORMATS[name]
    if not renderer.streamed and not renderer.shows(view):
        able = ", ".join(each.name for each in FORMATS.values() if each.shows(view))
        raise UsageError(f"{view} cannot be shown as {name}", f"formats of {view}: {able}")
    return renderer


def render(name: str, report: Any, options: RenderOptions | None = None, *, view: str = "analyze") -> str | bytes:  # noqa: ANN401
    """`report` (what `view` gives: a `Report`, a diff, a trend) in the format of that name."""
    show = getattr(find(name, view).load(), view, None)
    if show is None:
        raise UsageError(f"{name} of {view} is written while reading, not from a finished report")
    shown: str | bytes = show(report, options or RenderOptions())
    return shown
