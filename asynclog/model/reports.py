"""What is shown: reports for renderers, cards of rules, explanations."""

from __future__ import annotations

from collections.abc import Mapping

from asynclog.model.findings import Rule
from asynclog.model.records import Frame, Severity
from asynclog.model.runs import Group, Run, Sample
from asynclog.slotted import dataclass, field


@dataclass(frozen=True, slots=True)
class CallerRow:
    """One creating chain of a row, most frequent first. `share` is of the row's findings, `total` in microseconds."""

    text: str
    count: int
    share: float
    total: int = 0
    chain: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """A name with its count (and microseconds, where it has any): an exception message, a test, a task, a parent."""

    text: str
    count: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log, shown for context; `own` for the line where the record begins."""

    number: int
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One group as it is shown. `id` is the short fingerprint; all that is a duration is in microseconds.

    `place` is the site in one line; `label` names row and place in one short line. `share` is the part of the run's
    time that the group blocked the loop, None where nothing is known. `rate` counts findings per hour. `spark` counts
    findings in equal windows over the run. `notes` are sentences about how to read this row (times, weak sites ...).
    """

    rank: int
    id: str
    group: Group
    title: str
    label: str
    place: str
    severity: Severity = Severity.WARNING
    why: str = ""
    fix: str = ""
    references: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    example_before: str = ""
    example_after: str = ""
    count: int = 0
    total: int | None = None
    p50: int | None = None
    p95: int | None = None
    maximum: int | None = None
    share: float | None = None
    rate: float | None = None
    bursts: int | None = None
    first: str = ""
    last: str = ""
    spark: tuple[int, ...] = ()
    callers: tuple[CallerRow, ...] = ()
    messages: tuple[Tally, ...] = ()
    tests: tuple[Tally, ...] = ()
    tasks: tuple[Tally, ...] = ()
    processes: tuple[Tally, ...] = ()
    probable: tuple[CallerRow, ...] = ()
    related: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    context: tuple[LogLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportWindow:
    """A stretch of time and what happened in it: `text` says it in one line."""

    text: str
    start: int
    end: int
    count: int = 0
    blocked: int = 0
    groups: int = 0


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One process (pid, container, unit) as far as the lines tell them apart: `blocked` is a lower bound."""

    name: str
    count: int = 0
    blocked: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All that a renderer shows of a run, computed; renderers only lay it out.

    `severities` counts findings by severity label, worst first (all of the run, shown or not). `hidden` is the number
    of groups that `--top`, `--min-severity` or `--ignore` keep from `rows`, said in `hidden_text`. `spark` are the
    blocked microseconds (or, where nothing blocked, the findings) in equal windows over the run. `facts` are the
    documented numbers for `--fail-if`. `accounting`, `advice` and `notes` are whole sentences, to be shown in this
    order at the end.
    """

    run: Run
    verdict: str
    rows: tuple[ReportRow, ...] = ()
    severity: Severity | None = None
    severities: Mapping[str, int] = field(default_factory=dict)
    findings: int = 0
    groups: int = 0
    defects: int = 0
    hidden: int = 0
    hidden_text: str = ""
    span: int | None = None
    first: str = ""
    last: str = ""
    blocked: int = 0
    blocked_share: float | None = None
    blocked_text: str = ""
    spark: tuple[int, ...] = ()
    windows: tuple[ReportWindow, ...] = ()
    processes: tuple[ProcessRow, ...] = ()
    facts: Mapping[str, float | None] = field(default_factory=dict)
    loop_lines: tuple[str, ...] = ()
    accounting: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unknown: tuple[Tally, ...] = ()


# -- rules and explanations, as they are shown ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleCard:
    """A rule with its conditions in words. `where` is FILE:LINE; `severity` None (off) silences."""

    rule: Rule
    order: int = 100
    when: tuple[str, ...] = ()
    when_group: tuple[str, ...] = ()
    fingerprint: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    where: str = ""
    builtin: bool = True

    @property
    def severity(self) -> str:
        """The word used in YAML."""
        return "off" if self.rule.severity is None else self.rule.severity.label


@dataclass(frozen=True, slots=True)
class ExampleFailure:
    """An example that a rule must claim and does not, or must leave and claims. `where` is FILE:LINE of the example."""

    where: str
    rule: str
    problem: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation. `mark`: True for what held or was taken, False for what did not, None for a fact."""

    label: str
    text: str
    mark: bool | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a record is in the group that it is in: titled sections of reasons, and the record's own text.

    `losses` say what of the logs could not be read.
    """

    title: str
    sections: tuple[tuple[str, tuple[Reason, ...]], ...] = ()
    text: str = ""
    losses: tuple[str, ...] = ()
