"""What the templates of a run ask for: which groups are shown in full, tiles, times without the day, parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from asynclog.model import Group, Report, ReportRow, ReportWindow, Sample, Severity, Tally
from asynclog.render.html_charts import totals
from asynclog.render.options import RenderOptions
from asynclog.render.rows import day_of, example, hourly, problem, seen
from asynclog.render.safe import clip
from asynclog.render.units import duration, plural, share

DETAILED = 100  # groups in full, when nobody says how many: 5,000 would be a page that no browser folds gladly
_OPEN = 1
_MOOD = {None: "good", Severity.INFO: "good", Severity.WARNING: "warning", Severity.ERROR: "error"}
_HEAD = 200  # characters of the first sentence


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate says: it stands above everything else. `culprits` are the groups that fail it, each with the reason."""

    sentence: str
    failed: bool
    reasons: tuple[str, ...] = ()
    culprits: Mapping[str, str] = field(default_factory=dict)

    @property
    def mood(self) -> str:
        """The class of its colour."""
        return "error" if self.failed else "good"


@dataclass(frozen=True)
class RunView:
    """A report and how much of it is shown."""

    report: Report
    options: RenderOptions
    chart: bool = False
    tasks: bool = False
    answer: Answer | None = None

    @cached_property
    def rows(self) -> tuple[ReportRow, ...]:
        """The groups of the table: all, unless `top` says fewer; first those that make a gate fail."""
        if not self.answer or not self.answer.culprits:
            return self.report.rows[: self.options.top]
        ordered = sorted(self.report.rows, key=lambda row: not self.fails(row))[: self.options.top]
        return tuple(replace(row, rank=rank) for rank, row in enumerate(ordered, 1))

    def fails(self, row: ReportRow) -> str:
        """Why a group makes the gate fail; empty where it does not."""
        return self.answer.culprits.get(row.group.fingerprint, "") if self.answer else ""

    @cached_property
    def detailed(self) -> dict[str, int]:
        """Ids of the groups that are shown in full, with their ranks."""
        verbose = self.options.verbose
        number = 0 if verbose < 0 else len(self.rows) if verbose else DETAILED
        return {row.id: row.rank for row in self.rows[:number]}

    @cached_property
    def titles(self) -> dict[str, str]:
        """What a link to a group says."""
        return {row.id: problem(row) for row in self.rows}

    def unfolded(self, row: ReportRow) -> bool:
        """Whether a group is unfolded at first: the worst, and all where all was asked for."""
        return self.options.verbose > 1 or (row.rank == self.rows[0].rank and row.severity > Severity.INFO)

    @cached_property
    def _verdict(self) -> tuple[str, str]:
        if self.answer is not None:
            return self.answer.sentence, self.report.verdict
        head, mark, rest = self.report.verdict.partition(". ")
        if len(head) > _HEAD:
            return "What the log tells", self.report.verdict
        return head + ("." if mark else ""), rest

    @property
    def head(self) -> str:
        """The first sentence of the verdict."""
        return self._verdict[0]

    @property
    def rest(self) -> str:
        """What follows it."""
        return self._verdict[1]

    @property
    def mood(self) -> str:
        """The class of the verdict's colour."""
        return self.answer.mood if self.answer else _MOOD[self.report.severity]

    @cached_property
    def tiles(self) -> list[tuple[str, str, str]]:
        """(label, number, class) of what is read at a glance."""
        report = self.report
        names = {"error": "Errors", "warning": "Warnings", "info": "Notes"}
        tiles = [(names.get(name, name), f"{n:,}", name) for name, n in report.severities.items() if n]
        if report.blocked:
            loops = sum(process.blocked > 0 for process in report.processes)
            of_run = f" ({share(report.blocked_share)})" if report.blocked_share is not None and loops < 2 else ""
            longest = report.facts.get("longest_block")
            label = "Loop blocked, at least" if loops < 2 else f"{loops:,} loops blocked, at least"
            tiles.append((label, duration(report.blocked) + of_run, "blocked"))
            tiles += [("Longest block", duration(round(longest * 1e6)), "blocked")] if longest else []
        return [*tiles, *([("Time covered", duration(report.span), "")] if report.span else [])]

    @cached_property
    def sections(self) -> list[tuple[str, str]]:
        """(anchor, name) of the sections that there are."""
        found = [
            ("when", "When", self.chart),
            ("problems", "Groups", True),
            ("details", "In full", bool(self.detailed)),
            ("origins", "Origins", self.tasks),
            ("suppressed", "Suppressed", bool(self.suppressed)),
            ("processes", "Processes", len(self.report.processes) > 1),
            ("loop", "Loop", bool(self.report.loop_lines)),
            ("accounting", "Accounting", True),
        ]
        return [(name, text) for name, text, there in found if there]

    @property
    def account(self) -> tuple[str, ...]:
        """The sentences that say what the report stands on."""
        return tuple(filter(None, (*self.report.accounting, self.report.blocked_text, *self.report.notes)))

    @cached_property
    def severities(self) -> tuple[tuple[str, str], ...]:
        """(severity, `3 groups`) for the filter."""
        counts = {each.label: sum(row.severity is each for row in self.rows) for each in reversed(Severity)}
        return totals(counts)

    @cached_property
    def suppressed(self) -> list[tuple[Group, str]]:
        """The groups that the user accepts, with their titles, most findings first."""
        run = self.report.run
        groups = sorted(run.suppressed.values(), key=lambda group: (-group.count, group.fingerprint))
        return [(group, rule.title if (rule := run.rules.get(group.rule)) else group.rule) for group in groups]

    @property
    def windows(self) -> tuple[ReportWindow, ...]:
        """The worst stretches."""
        return self.report.windows[: None if self.options.verbose > 0 else 3]

    @property
    def left(self) -> str:
        """The groups that `top` keeps from the table; empty where it keeps none."""
        count = len(self.report.rows) - len(self.rows)
        return plural(count, "more group") if count else ""

    @property
    def total(self) -> str:
        """How many groups the table has."""
        return plural(len(self.rows), "group")

    @property
    def caption(self) -> str:
        """What the table is."""
        return f"{plural(len(self.rows), 'group')} of findings, the most pressing first"

    @cached_property
    def slow(self) -> bool:
        """Whether any group has durations."""
        return any(row.total is not None for row in self.rows)

    @cached_property
    def timed(self) -> bool:
        """Whether the log has times."""
        return any(row.first for row in self.rows)

    @cached_property
    def _day(self) -> str:
        return day_of(self.report)

    def short(self, time: str) -> str:
        """A time without the day that all times share."""
        return clip(time.removeprefix(self._day), 40)

    def placeless(self, row: ReportRow) -> str:
        """What tells a group without a place from others: the place in words, or what a record of it says."""
        shown = example(row)
        return row.place or (clip(shown.text.lstrip().partition("\n")[0], 120) if shown else "no place in your code")

    def words(self, row: ReportRow) -> str:
        """What a search finds beside the words of the table."""
        group = row.group
        said = " ".join(tally.text for tally in row.messages[:3])
        return clip(" ".join(filter(None, (row.id, group.kind, group.rule, group.callback, said))), 300)

    def seen(self, row: ReportRow) -> str:
        """How often and when."""
        parts = [plural(row.count, "record")]
        if row.bursts is not None and 1 < row.bursts < row.count:
            parts[0] += f" in {plural(row.bursts, 'burst')}"
        return ", ".join(filter(None, [*parts, hourly(row), seen(row)]))

    def parents(self, row: ReportRow) -> list[Tally]:
        """The tasks that created those of this group."""
        parents: Mapping[str, int] = row.group.parents
        return [Tally(name, parents[name]) for name in sorted(parents, key=lambda name: (-parents[name], name))]

    def samples(self, row: ReportRow) -> tuple[Sample, ...]:
        """The records that are quoted."""
        return row.samples[: None if self.options.verbose > 0 else 3]

    @property
    def lines(self) -> int:
        """Lines of a quoted record."""
        return 2_000 if self.options.verbose > 1 else 60

    @property
    def frames(self) -> int:
        """Frames of a stack."""
        return 1_000 if self.options.verbose > 1 else 12

    @property
    def most(self) -> int:
        """Names of a tally."""
        return 8 if self.options.verbose > 0 else 4

    @property
    def processes(self) -> int:
        """Processes in their table."""
        return 1_000 if self.options.verbose > 0 else 20
