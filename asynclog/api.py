"""asynclog for notebooks and scripts: `analyze`, `diff` and `trend`, and what they give.

    import asynclog
    found = asynclog.analyze("app.log")
    found.to_frame().nlargest(3, "total")

Nothing is printed; what goes wrong is an `AsynclogError` with a hint. Settings are keywords, named like the options of
the command line; a pyproject.toml is read only where `project` names one.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, Unpack

from asynclog import frames, pipeline, questions
from asynclog.aggregate import compare as comparing
from asynclog.aggregate import trend as trending
from asynclog.aggregate.views import SORTS, ViewOptions, facts_of, report
from asynclog.config import Settings, load_project
from asynclog.errors import AsynclogError, UsageError
from asynclog.model import Finding, Report, ReportRow, Run, Severity
from asynclog.output import Target, write, writing
from asynclog.render import FORMATS, RenderOptions, notebook, render
from asynclog.render.changes import verdict_of_diff, verdict_of_trend
from asynclog.render.jsonl import finding_line

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = ["Analysis", "AsynclogError", "Comparison", "Trends", "analyze", "diff", "trend"]

Path_ = str | os.PathLike[str]
#: By the ending of a file's name, where `save` is not told the format.
ENDINGS = {
    ".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".md": "markdown", ".html": "html", ".txt": "text",
    ".sarif": "sarif", ".xml": "junit", ".folded": "folded",
}  # fmt: skip


class Reading(TypedDict, total=False):
    """How logs are read: the options of the command line, with underscores."""

    rules: Sequence[Path_]
    in_app: Sequence[str]
    plumbing: Sequence[str]
    path_map: Mapping[str, str]
    since: str
    until: str
    around: str
    prefix: str
    per: str
    redact: bool
    jobs: int


class _Shown:
    """What all results can do: be read, be shown, be written."""

    view: ClassVar[str]

    def _thing(self) -> Any:  # noqa: ANN401 - a report, a diff or a trend
        raise TypeError(f"{type(self).__name__} has nothing to show")

    @property
    def verdict(self) -> str:
        """What came of it, in a sentence or two."""
        return str(self._thing().verdict)

    def render(self, format: str = "text", **options: Any) -> str | bytes:  # noqa: ANN401
        """The result in a format of `asynclog -f`; `options` are those of `RenderOptions` (`width`, `top` ...)."""
        return render(format, self._thing(), RenderOptions(**options), view=self.view)

    def save(self, path: Path_, format: str | None = None) -> Path:
        """Write it to a file that appears whole; the format is told or follows from the ending of the name."""
        name = format or ENDINGS.get(Path(path).suffix.lower(), "")
        if name not in FORMATS:
            raise UsageError(
                f"{os.fspath(path)}: what format?" if not name else f"unknown format: {name}",
                f"say format=...; one of {', '.join(FORMATS)}; endings: {', '.join(ENDINGS)}",
            )
        self._write(Target(name, os.fspath(path)))
        return Path(path)

    def _write(self, target: Target) -> None:
        write(target, self.render(target.format))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.verdict}>"


@dataclass(frozen=True, slots=True, repr=False)
class Analysis(_Shown):
    """What one run holds. `rows` are its groups in the order asked for, `run` is what can be saved and compared."""

    view: ClassVar[str] = "analyze"
    report: Report
    paths: tuple[str, ...]
    settings: Settings

    def _thing(self) -> Report:
        return self.report

    @property
    def run(self) -> Run:
        """All groups, with the evidence that comparisons need."""
        return self.report.run

    @property
    def rows(self) -> tuple[ReportRow, ...]:
        """The groups."""
        return self.report.rows

    @property
    def facts(self) -> Mapping[str, float | None]:
        """The numbers that `--fail-if` knows; None where the log cannot tell."""
        return facts_of(self.run)

    def to_frame(self) -> DataFrame:
        """One row a group; `docs/api.md` lists the columns."""
        return frames.groups(self.report)

    def findings(self) -> Iterator[Finding]:
        """Every finding in log order, whatever is shown. Reads the logs again: a saved report holds none."""
        if "-" in self.paths:
            raise UsageError("standard input cannot be read twice", "give a file")
        return pipeline.findings(self.paths, self.settings)

    def _write(self, target: Target) -> None:
        if target.format != "jsonl":
            return write(target, self.render(target.format))
        with writing(target) as file:
            for finding in self.findings():
                file.write(finding_line(finding))
        return None

    def _repr_html_(self) -> str:
        return notebook.analyze(self.report)


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(_Shown):
    """What changed between two sides."""

    view: ClassVar[str] = "diff"
    diff: comparing.Diff

    def _thing(self) -> comparing.Diff:
        return self.diff

    @property
    def verdict(self) -> str:
        """How many groups are in each state."""
        return verdict_of_diff(self.diff)

    @property
    def changes(self) -> tuple[comparing.Change, ...]:
        """The changes, the most pressing first."""
        return self.diff.changes

    def to_frame(self) -> DataFrame:
        """One row a change; `docs/api.md` lists the columns."""
        return frames.changes(self.diff)

    def _repr_html_(self) -> str:
        return notebook.diff(self.diff)


@dataclass(frozen=True, slots=True, repr=False)
class Trends(_Shown):
    """How groups move over runs."""

    view: ClassVar[str] = "trend"
    trend: trending.Trend

    def _thing(self) -> trending.Trend:
        return self.trend

    @property
    def verdict(self) -> str:
        """How many groups move how."""
        return verdict_of_trend(self.trend)

    @property
    def series(self) -> tuple[trending.Series, ...]:
        """The groups, the most pressing first."""
        return self.trend.series

    def to_frame(self) -> DataFrame:
        """One row a group and run; `docs/api.md` lists the columns."""
        return frames.series(self.trend)

    def _repr_html_(self) -> str:
        return notebook.trend(self.trend)


#: What a comparison takes: a log, a saved report, a folder or pattern of them, `label=path`, or what `analyze` gave.
Source = Path_ | Analysis | Run
Sources = Source | Iterable[Source]


def analyze(
    paths: Path_ | Iterable[Path_],
    *,
    label: str | None = None,
    sort: str = "worst",
    top: int | None = None,
    min_severity: str = "info",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    project: Path_ | None = None,
    **reading: Unpack[Reading],
) -> Analysis:
    """Report what happened in one run: of one log or report, or of several that belong together."""
    names = tuple(map(os.fspath, _listed(paths)))
    settings = _settings(project, reading)
    run = pipeline.analyze(names, settings, label)
    questions.check_rule_names((*_texts(select), *_texts(ignore)), settings, run)
    if sort not in SORTS:
        raise UsageError(f"unknown order: {sort}", f"one of {', '.join(SORTS)}")
    if min_severity.upper() not in Severity.__members__:
        raise UsageError(f"no severity {min_severity!r}", "severities are error, warning, info")
    floor = Severity[min_severity.upper()]
    return Analysis(report(run, ViewOptions(top, floor, sort, _texts(select), _texts(ignore))), names, settings)


def diff(
    before: Sources,
    after: Sources,
    *,
    min_count: int = 3,
    effect: float | None = None,
    project: Path_ | None = None,
    **reading: Unpack[Reading],
) -> Comparison:
    """Say what changed between two runs, or between several on each side."""
    settings = _settings(project, reading)
    old, new = _runs(before, settings), _runs(after, settings)
    return Comparison(comparing.compare(old, new, _comparison(settings, min_count, effect)))


def trend(
    runs: Sources,
    *,
    min_count: int = 3,
    effect: float | None = None,
    steady: float | None = None,
    project: Path_ | None = None,
    **reading: Unpack[Reading],
) -> Trends:
    """Follow groups over runs, in the order of the times in the logs, else as given."""
    settings = _settings(project, reading)
    found = _runs(runs, settings)
    if len(found) < 2:
        raise UsageError("a trend needs two runs or more", "name several logs or a folder of them")
    return Trends(trending.trend(found, _comparison(settings, min_count, effect, steady)))


def _runs(sources: Sources, settings: Settings) -> list[Run]:
    found: list[Run] = []
    for source in _listed(sources):
        if isinstance(source, Analysis):
            found.append(source.run)
        elif isinstance(source, Run):
            found.append(source)
        else:
            found += pipeline.runs([os.fspath(source)], settings)
    return found


def _comparison(
    settings: Settings, min_count: int, effect: float | None, steady: float | None = None
) -> comparing.Settings:
    usual = comparing.Settings()
    return comparing.Settings(
        min_count=min_count,
        effect=usual.effect if effect is None else effect,
        steady=usual.steady if steady is None else steady,
        per=settings.per is not None,
        keys=questions.ladder_of(settings),
        codes=questions.codes_of,
    )


def _settings(project: Path_ | None, reading: Reading) -> Settings:
    """What was given over what the project says."""
    base = load_project(Path(project)).settings if project is not None else Settings()
    given: dict[str, Any] = dict(reading)
    unknown = set(given) - set(Reading.__annotations__)
    if unknown:
        known = ", ".join(Reading.__annotations__)
        raise TypeError(f"unexpected keyword: {', '.join(sorted(unknown))}; known: {known}")
    if "path_map" in given:
        given["path_map"] = tuple(dict(given["path_map"]).items())
    for name in ("rules", "in_app", "plumbing"):
        if name in given:
            given[name] = _texts(given[name])
    return dataclasses.replace(base, **given)


def _texts(values: Path_ | Iterable[Path_]) -> tuple[str, ...]:
    return tuple(map(os.fspath, _listed(values)))


def _listed(values: Any) -> list[Any]:  # noqa: ANN401 - one thing or several
    return [values] if isinstance(values, (str, os.PathLike, Analysis, Run)) else list(values)
