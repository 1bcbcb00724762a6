"""May this build go out: conditions on a report and on changes, and the sentence that says why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from asynclog.aggregate.compare import Change, Diff
from asynclog.aggregate.verdict import State
from asynclog.aggregate.views import severities_of
from asynclog.errors import UsageError
from asynclog.lazy import regex
from asynclog.model import Report, Severity
from asynclog.slotted import dataclass, field

#: What `--fail-on` takes: a severity of the report's groups, a state of changes, or never.
CONDITIONS = ("error", "warning", "info", "new", "worse", "never")
_COMPARISON = regex(r"\s*(?P<fact>[a-z_]+)\s*(?P<sign><=|>=|==|!=|<|>)\s*(?P<number>[-+]?\d+(?:\.\d+)?)\s*%?\s*$")
_SIGNS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
_NAMED = 3  # changes or groups named in the sentence


@dataclass(frozen=True, slots=True)
class Condition:
    """`fact sign number` of a `--fail-if`."""

    text: str
    fact: str
    sign: str
    number: float


@dataclass(frozen=True, slots=True)
class Gate:
    """The answer: `failed` with a reason for each condition that was met, and what it rests on.

    `culprits` are the groups that met a condition, by fingerprint, each with what it did; a `--fail-if` looks at the
    whole run and has none. `open` are conditions on what the log does not tell: a gate that does not fail for another
    reason judged nothing then.
    """

    failed: bool
    sentence: str
    reasons: tuple[str, ...] = ()
    culprits: Mapping[str, str] = field(default_factory=dict)
    report: Report | None = None
    diff: Diff | None = None
    open: tuple[str, ...] = ()


def condition(text: str, facts: Mapping[str, object]) -> Condition:
    """A `--fail-if` understood: one comparison of a documented fact with a number; raises UsageError for anything else."""
    found = _COMPARISON.match(text)
    if found is None:
        raise UsageError(f"--fail-if {text!r} is no comparison", "write FACT > NUMBER, e.g. 'blocked_share > 0.05'")
    name = found["fact"]
    if name not in facts:
        from difflib import get_close_matches

        near = get_close_matches(name, facts, 1)
        hint = f"did you mean {near[0]}?" if near else f"facts: {', '.join(facts)}"
        raise UsageError(f"--fail-if {text!r}: no fact {name}", hint)
    number = float(found["number"]) / (100 if "%" in text else 1)
    return Condition(text.strip(), name, found["sign"], number)


def decide(
    fail_on: Sequence[str],
    fail_if: Sequence[Condition],
    report: Report | None,
    diff: Diff | None,
    facts: Mapping[str, float | None],
) -> Gate:
    """Whether any condition is met. Severities look at all groups of the run, whatever of them is shown."""
    reasons: list[str] = []
    culprits: dict[str, str] = {}
    if "never" not in fail_on:
        for state in (State.NEW, State.WORSE):
            if state.value in fail_on and diff is not None:
                met = [change for change in diff.changes if change.state is state]
                culprits |= {change.fingerprint: f"{state.value}: {change.reason}" for change in met}
                if met:
                    reasons.append(f"{_many(len(met), 'group')} {_are(met)} {state.value}: {_names(met)}")
        words = [Severity[word.upper()] for word in fail_on if word.upper() in Severity.__members__]
        if words and report is not None:
            floor = min(words)
            more = "" if floor is Severity.ERROR else " or worse"
            guilty = _at_least(floor, report)
            if guilty:
                reasons.append(
                    f"{_many(sum(guilty.values()), 'finding')} of severity {floor.label}{more} in "
                    f"{_many(len(guilty), 'group')}"
                )
            for name, count in guilty.items():
                culprits.setdefault(name, f"{_many(count, 'finding')} of severity {floor.label}{more}")
    unknown: list[str] = []
    for each in fail_if:
        value = facts.get(each.fact)
        if value is None:
            unknown.append(f"{each.text}: records without a time of day do not tell {each.fact}")
        elif _SIGNS[each.sign](value, each.number):
            reasons.append(f"{each.text}: {each.fact} is {value:.6g}")
    sentence = _sentence(reasons, unknown, diff)
    return Gate(bool(reasons), sentence, tuple(reasons), culprits, report, diff, tuple(unknown))


def _sentence(reasons: Sequence[str], unknown: Sequence[str], diff: Diff | None) -> str:
    if reasons:
        return f"FAILED: {'; '.join(reasons)}."
    if unknown:
        return f"Not judged: {'; '.join(unknown)}."
    if diff is None:
        return "Passed: no condition was met."
    told = [f"{count} {state.value.replace('_', ' ')}" for state, count in diff.states.items() if count]
    return f"Passed: {', '.join(told)}." if told else "Passed: nothing found on either side."


def _at_least(floor: Severity, report: Report) -> dict[str, int]:
    """Findings of that severity or worse, by group."""
    counts = {
        name: sum(count for severity, count in severities_of(group).items() if severity >= floor)
        for name, group in report.run.groups.items()
    }
    return {name: count for name, count in counts.items() if count}


def _are(met: Sequence[Change]) -> str:
    return "is" if len(met) == 1 else "are"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _names(met: Sequence[Change]) -> str:
    shown = [f"{change.kind} [{change.fingerprint[:6]}]" for change in met[:_NAMED]]
    return ", ".join(shown) + (f" and {len(met) - _NAMED} more" if len(met) > _NAMED else "")
