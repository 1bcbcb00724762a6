"""What the templates of diff and trend ask for. Both take what the aggregate room made, by its attributes alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from asynclog.model import Frame, Rule, Sample
from asynclog.render.changes import NOBODY, chain_of, culprit, levels, name_of, sample_of, state_word, title_of
from asynclog.render.html_charts import LANE, Bar, pair, strip
from asynclog.render.html_view import DETAILED, Answer
from asynclog.render.options import RenderOptions
from asynclog.render.safe import clip
from asynclog.render.units import duration, plural

_MOODS = {
    "new": "error", "worse": "error", "rising": "error", "better": "good", "falling": "good", "gone": "good",
    "inconclusive": "info", "not comparable": "plain", "same": "plain", "steady": "plain",
}  # fmt: skip
_QUIET = frozenset({"same", "steady"})


@dataclass(frozen=True)
class Line:
    """One change or series: `state` in a word, its colour, the thing itself, its title and its rule.

    `fails` says why it makes a gate fail.
    """

    rank: int
    state: str
    mood: str
    order: int
    item: Any
    title: str
    rule: Rule | None = None
    fails: str = ""

    @property
    def severity(self) -> str:
        """The worst of its severities."""
        return str(self.item.severity.label)

    @property
    def subject(self) -> str:
        """The coroutine or callback that it is about."""
        return name_of(self.item)

    @cached_property
    def chain(self) -> tuple[Frame, ...]:
        """The most frequent creating chain."""
        return chain_of(self.item)

    @property
    def failure(self) -> tuple[Frame, ...]:
        """The frames of its exception."""
        return self.item.group.failure if self.item.group else ()

    @property
    def sample(self) -> Sample | None:
        """A record of it."""
        return sample_of(self.item)

    @property
    def words(self) -> str:
        """What a search finds beside the words of the table."""
        return clip(f"{self.item.fingerprint} {self.item.kind} {self.item.rule}", 300)


@dataclass(frozen=True)
class CompareView:
    """The lines of a diff or a trend, and how many of each state."""

    lines: tuple[Line, ...]
    counts: Mapping[str, int]
    options: RenderOptions
    over: str
    answer: Answer | None = None

    @property
    def head(self) -> str:
        """What came of it, loudest first; of a gate, its answer."""
        return self.answer.sentence if self.answer else self.changes

    @property
    def rest(self) -> str:
        """What follows it."""
        return f"{self.changes} {self.over}" if self.answer else self.over

    @property
    def changes(self) -> str:
        """How many groups are in which state."""
        loud = [f"{count:,} {state}" for state, count in self.counts.items() if state not in _QUIET]
        quiet = [f"{count:,} {state}" for state, count in self.counts.items() if state in _QUIET]
        if not self.lines:
            return "Nothing to compare: no groups on any side."
        if not loud:
            return f"No change: {plural(sum(self.counts.values()), 'group')} {self.over}."
        return f"{', '.join(loud)}{f'; {quiet[0]}' if quiet else ''}."

    @property
    def mood(self) -> str:
        """The class of the verdict's colour."""
        if self.answer:
            return self.answer.mood
        return "" if any(_MOODS.get(state) != "plain" for state in self.counts) else "good"

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines of the table."""
        return self.lines[: self.options.top]

    @cached_property
    def detailed(self) -> tuple[Line, ...]:
        """Those that are shown in full: what moved, and all where all was asked for."""
        verbose = self.options.verbose
        moved = [line for line in self.shown if verbose > 0 or line.fails or line.state not in _QUIET]
        return tuple(moved[: 0 if verbose < 0 else len(moved) if verbose else DETAILED])

    @cached_property
    def filters(self) -> list[tuple[str, str, str]]:
        """(state, `3 new`, class) for the filter."""
        counts = {line.state: 0 for line in self.shown}
        for line in self.shown:
            counts[line.state] += 1
        return [(state, f"{count:,} {state}", _MOODS.get(state, "plain")) for state, count in counts.items()]

    @property
    def total(self) -> str:
        """How many groups the table has."""
        return plural(len(self.shown), "group")


def changes(diff: Any, culprits: Mapping[str, str] = NOBODY) -> tuple[Line, ...]:  # noqa: ANN401 - duck-typed
    """The changes of a diff in their order, but first what makes a gate fail."""
    ordered = sorted(diff.changes, key=lambda change: culprit(change, culprits) is None)
    return _lines(ordered, "state", diff.rules, [culprit(change, culprits) or "" for change in ordered])


def series(trend: Any) -> tuple[Line, ...]:  # noqa: ANN401 - duck-typed
    """The series of a trend in their order."""
    return _lines(trend.series, "verdict", trend.rules, [""] * len(trend.series))


def _lines(items: Sequence[Any], attribute: str, rules: Mapping[str, Rule], fails: Sequence[str]) -> tuple[Line, ...]:
    order: dict[str, int] = {}
    found = []
    for rank, (item, why) in enumerate(zip(items, fails, strict=True), 1):
        state = state_word(getattr(item, attribute).value)
        place = order.setdefault(state, -len(order))
        mood, title = _MOODS.get(state, "plain"), title_of(item, rules)
        found.append(Line(rank, state, mood, place, item, title, rules.get(item.rule), why))
    return tuple(found)


def counts(states: Mapping[Any, int]) -> dict[str, int]:
    """How many of each state, in the order given."""
    return {state_word(state.value): count for state, count in states.items() if count}


def lengths(change: Any) -> tuple[float, float]:  # noqa: ANN401
    """The bars of a change: rates where both sides have one, else counts."""
    before, after = change.before, change.after
    known = before.rate is not None and after.rate is not None
    return pair(before.rate, after.rate) if known else pair(before.count, after.count)


def ratio(value: float | None) -> str:
    """`x1.6`; nothing where it is not known."""
    return "" if value is None else f"×{value:.2f}" if value < 9.995 else f"×{value:,.0f}"


def rate(value: float | None) -> str:
    """A rate with three digits."""
    return "" if value is None else f"{value:,.3g}" if value < 1_000 else f"{value:,.0f}"


def chance(value: float | None) -> str:
    """A p-value."""
    return "" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def run_bars(series: Any) -> tuple[Bar, ...]:  # noqa: ANN401
    """One bar a run: rates where all have one, else counts."""
    return strip(levels(series))


@dataclass(frozen=True, slots=True)
class RunLane:
    """A row of bars, one a run."""

    name: str
    label: str
    peak: str
    bars: tuple[Bar, ...]


def run_lanes(points: Sequence[Any]) -> tuple[RunLane, ...]:
    """Findings and measured time of each run."""
    found = []
    for name, label, values in (
        ("info", "findings", [point.numbers.count for point in points]),
        ("blocked", "time", [point.numbers.total or 0 for point in points]),
    ):
        say: Callable[[int], str] = duration if name == "blocked" else lambda value: plural(value, "finding")
        top = max(values, default=0)
        if top > 0:
            width = 100 / len(points)
            bars = tuple(
                Bar(round((at + 0.1) * width, 3), round(0.8 * width, 3), round(LANE * value / top, 1), f"{run}: {said}")
                for at, value in enumerate(values)
                for run, said in [(points[at].label, say(value))]
            )
            found.append(RunLane(name, label, say(top), bars))
    return tuple(found)
