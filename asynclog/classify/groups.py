"""Rules that look at a whole group, and what the user accepts: decided when all findings are counted."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from asynclog.classify.conditions import View
from asynclog.classify.rulebook import JudgeRule, Rulebook, Suppression
from asynclog.model import Finding, Group, Rule
from asynclog.slotted import dataclass, field


@dataclass(slots=True)
class GroupVerdicts:
    """By fingerprint the rule that judges a group and why it is suppressed; notes about suppressions and rules."""

    rules: dict[str, Rule] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def judge_groups(
    groups: Mapping[str, Group], views: Mapping[str, View], book: Rulebook, today: datetime.date
) -> GroupVerdicts:
    """Judge whole groups. A group rule is asked in its order among the rules that judge single findings."""
    found = GroupVerdicts()
    uses = dict.fromkeys(range(len(book.suppressions)), 0)
    by_id = {judge.rule.id: judge for judge in book.judges}
    for name, group in groups.items():
        rule = _rule(group, views[name], book, by_id, found)
        if rule is not None:
            found.rules[name] = rule
            if rule.severity is None:
                found.suppressed[name] = f"rule {rule.id} is off"
        for index, suppression in enumerate(book.suppressions):
            if _covers(suppression, group, rule):
                uses[index] += 1
                if not suppression.expired(today):
                    found.suppressed.setdefault(name, suppression.reason)
    for index, suppression in enumerate(book.suppressions):
        found.notes += _about(suppression, uses[index], today)
    return found


def accepted(finding: Finding, book: Rulebook, today: datetime.date) -> bool:
    """Whether the user accepts a single finding."""
    site = finding.site
    return any(
        suppression.covers(finding.fingerprint, finding.rule, finding.kind, site.file, site.function)
        and not suppression.expired(today)
        for suppression in book.suppressions
    )


def _rule(
    group: Group, view: View, book: Rulebook, by_id: Mapping[str, JudgeRule], found: GroupVerdicts
) -> Rule | None:
    own = by_id.get(max(group.rules, key=lambda rule: (group.severities[rule], group.rules[rule], rule), default=""))
    for judge in book.group_rules_for(group.kind):
        if own is not None and judge.order > own.order:
            break
        try:
            if judge.matches_group(view):
                return judge.rule
        except Exception as error:
            found.notes.append(f"rule {judge.rule.id} failed on a group: {type(error).__name__}: {error}"[:500])
    return None


def _covers(suppression: Suppression, group: Group, rule: Rule | None) -> bool:
    names = {group.rule, rule.id} if rule is not None else {group.rule}
    site = group.site
    return any(
        suppression.covers(group.fingerprint, name, group.kind, site.file, site.function) for name in sorted(names)
    )


def _about(suppression: Suppression, uses: int, today: datetime.date) -> list[str]:
    groups = "1 group" if uses == 1 else f"{uses} groups"
    if suppression.expired(today):
        said = f"its {groups} count again" if uses else "it covers nothing; remove it"
        return [f"{suppression.where}: suppression expired on {suppression.expires} ({suppression.reason}): {said}"]
    if not uses:
        return [f"{suppression.where}: suppression is not used, nothing here fits it ({suppression.reason})"]
    return []
