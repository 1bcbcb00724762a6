"""A baseline made from runs, brought up to date, and a run judged against it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from asynclog.aggregate import comparable, facts
from asynclog.aggregate.accepted import Accepted, Baseline, Source, dump, load
from asynclog.aggregate.compare import Change, Diff, Settings, compare_logs, count_states, groups_of, pressing
from asynclog.aggregate.match import BY, EXACT, pair, tail
from asynclog.aggregate.sides import Log, log_of
from asynclog.aggregate.spans import Span
from asynclog.aggregate.verdict import State
from asynclog.model import Group, Histogram, Run
from asynclog.slotted import replace

__all__ = ["Accepted", "Baseline", "build", "check", "dump", "load", "update"]


def build(runs: Sequence[Run], per: str = "") -> Baseline:
    """The baseline that accepts all that `runs` hold, by the units of work that `per` matches, if it is given."""
    logs = [log_of(run, bool(per)) for run in runs]
    sources = tuple(_source(log) for log in logs)
    return Baseline(sources, {name: _accepted(group, logs) for name, group in sorted(groups_of(logs).items())}, per)


def _source(log: Log) -> Source:
    span = Span(0, 0, log.span.seconds, log.span.units, log.span.windows, log.span.parts)
    return Source(log.run.label, span, facts.debug_mode(log.run.facts), facts.pythons(log.run))


def _accepted(group: Group, logs: Sequence[Log]) -> Accepted:
    name = group.fingerprint
    found = [log.run.groups.get(name) for log in logs]
    place = ":".join(filter(None, ("/".join(tail(group.site.file or "")), group.site.function)))
    slow = group.kind in facts.BLOCKING
    return Accepted(
        name, group.signature, group.kind, group.rule, max(g.severity for g in found if g is not None), place,
        group.coroutine, tuple(None if g is None else log.evidence([name]) for g, log in zip(found, logs, strict=True)),
        tuple(Histogram() if g is None else g.durations for g in found) if slow else (),
    )  # fmt: skip


def update(old: Baseline, runs: Sequence[Run], settings: Settings | None = None) -> tuple[Baseline, tuple[str, ...]]:
    """The baseline of `runs` with the reasons of the old one, and what changed, a line each."""
    options = settings or Settings()
    fresh = build(runs, old.per)
    accepted, lines = dict(fresh.groups), []
    before = groups_of(old.logs()) if old.runs else {}
    for match in pair(before, groups_of(fresh.logs()), options.keys):
        entries = [old.groups[name] for name in match.before]
        for name in match.after:
            entry = accepted[name]
            reasons = dict.fromkeys(e.reason for e in entries if e.reason)
            expires = min((e.expires for e in entries if e.expires), default=None)
            accepted[name] = replace(entry, reason="; ".join(reasons) or None, expires=expires)
            counts = f"{_records(entries)} -> {_records([entry])} records"
            if not entries:
                lines.append(f"added    {named(entry)}: {_records([entry])} records")
            elif match.rung != EXACT:
                names = ", ".join(match.before)
                lines.append(
                    f"renamed  {named(entry)}: was {names} (matched by {BY.get(match.rung or '', match.rung)}), {counts}"
                )
            elif [e.runs for e in entries] != [entry.runs]:
                lines.append(f"changed  {named(entry)}: {counts}")
        if not match.after:
            reason = f' (accepted because "{entries[0].reason}")' if entries[0].reason else ""
            lines.append(f"dropped  {named(entries[0])}: {_records(entries)} records, now none{reason}")
    return replace(fresh, groups=accepted), tuple(lines)


def _records(entries: Sequence[Accepted]) -> str:
    """The counts of the runs added up, as `3` or `3 + 0 + 5`."""
    rows = [[0 if e is None else e.count for e in entry.runs] for entry in entries]
    return " + ".join(str(sum(column)) for column in zip(*rows, strict=True))


def named(entry: Accepted) -> str:
    """An entry in a line of text."""
    return f"{entry.fingerprint} {entry.kind}{f' at {entry.site}' if entry.site else ''}"


# -- judging ---------------------------------------------------------------------------------------------------------


def check(
    baseline: Baseline,
    runs: Sequence[Run],
    today: datetime.date,
    settings: Settings | None = None,
    strict: bool = False,
) -> Diff:
    """What `runs` hold against what was accepted. An entry that has expired accepts nothing any more.

    `strict` compares plain counts: more than in any run of the baseline is worse, fewer than in every one is better.
    """
    options = replace(settings or Settings(), per=bool(baseline.per))
    logs = [log_of(run, options.per) for run in runs]
    diff = compare_logs(baseline.logs() or [Log(Run(), Span(), {})], logs, options)
    expired = [e for e in baseline.groups.values() if e.expires is not None and e.expires < today]
    changes = []
    for change in diff.changes:
        judged = _strictly(change, baseline, logs) if strict else change
        due = next((entry for entry in expired if entry.fingerprint in change.match.before), None)
        changes.append(judged if due is None or not change.match.after else _expire(judged, due))
    caveats = [line for line in diff.caveats if not (strict and line == comparable.ALONE)]
    seen = {name for change in changes if change.match.after for name in change.match.before}
    caveats += [
        f"The entry of {named(entry)} expired on {entry.expires} and is not needed any more."
        for entry in expired
        if entry.fingerprint not in seen
    ]
    changes.sort(key=pressing)
    return Diff(tuple(changes), tuple(caveats), diff.before, diff.after, count_states(changes), diff.rules)


def _expire(change: Change, entry: Accepted) -> Change:
    why = f' ("{entry.reason}")' if entry.reason else ""
    return replace(
        change, state=State.NEW, reason=f"accepted until {entry.expires}{why}, which has passed: {change.reason}"
    )


def _strictly(change: Change, baseline: Baseline, logs: Sequence[Log]) -> Change:
    """`change` judged by plain counts."""
    old = [sum(log.evidence([name]).count for name in change.match.before) for log in baseline.logs()] or [0]
    new = [sum(log.evidence([name]).count for name in change.match.after) for log in logs]
    before = f"{min(old):,}" if min(old) == max(old) else f"{min(old):,} to {max(old):,}"
    after = f"{min(new):,}" if min(new) == max(new) else f"{min(new):,} to {max(new):,}"
    if max(new) > max(old):
        state = State.WORSE if max(old) else State.NEW
    elif max(new) < min(old):
        state = State.BETTER if max(new) else State.GONE
    else:
        state = State.SAME
    unit = "record" if after == "1" else "records"
    text = f"{after} {unit}, {before} accepted (plain counts)"
    return replace(change, state=state, reason=text, ratio=None, interval=None, p_value=None, measure=None)
