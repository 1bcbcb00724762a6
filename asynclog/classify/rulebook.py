"""The rulebook: how messages are recognised and what we think of them, compiled from plain data."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from asynclog.classify.conditions import GROUP_KEYS, RECORD_KEYS, Conditions, View
from asynclog.classify.messages import detail_pattern, message_pattern
from asynclog.classify.precompiled import builtin_checked, builtin_rules, packed
from asynclog.classify.rulecheck import Checker
from asynclog.classify.rulefiles import UNREADABLE, WAY_OUT, Plain, parse_documents, read_plain, rule_files
from asynclog.errors import RuleError
from asynclog.model import MessagePattern, Rule, Severity
from asynclog.slotted import dataclass, field, replace

# -- the book --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgeRule:
    """A rule with its conditions. `rule.severity` None silences what it claims.

    `where` is FILE:LINE of the rule, `examples_at` that of its `claims`, then of its `rejects`. `fingerprint` names the
    parts of the identity of what it claims, empty for the usual ones.
    """

    rule: Rule
    when: Conditions = field(default_factory=Conditions)
    when_group: Conditions = field(default_factory=Conditions)
    order: int = 100
    claims: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()
    where: str = ""
    builtin: bool = True
    examples_at: tuple[str, ...] = ()
    fingerprint: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How much what it claims matters; INFO where it silences."""
        return Severity.INFO if self.rule.severity is None else self.rule.severity

    @property
    def conditions(self) -> Conditions:
        """What a finding must fulfil; empty (false) where the rule takes every finding of its kind."""
        return self.when

    def matches(self, view: View) -> bool:
        """Whether it judges a finding (of its kind) with this view."""
        return self.when.hold(view)

    def matches_group(self, view: View) -> bool:
        """Whether it judges a group (of its kind) with this view."""
        return self.when.hold(view) and self.when_group.hold(view)


@dataclass(frozen=True, slots=True)
class Suppression:
    """A finding that the user accepts, and why. What is given must all fit."""

    reason: str
    fingerprint: str | None = None
    rule: str | None = None
    kind: str | None = None
    site: str | None = None
    expires: datetime.date | None = None
    where: str = ""

    def covers(self, fingerprint: str, rule: str, kind: str, file: str | None, function: str | None) -> bool:
        """Whether it speaks of this finding; `site` is a glob of FILE or FILE:FUNCTION."""
        if self.fingerprint and not _starts(fingerprint, self.fingerprint):
            return False
        if (self.rule and not fnmatchcase(rule, self.rule)) or (self.kind and not fnmatchcase(kind, self.kind)):
            return False
        if self.site is None:
            return True
        path = (file or "").replace("\\", "/")
        glob = self.site.replace("\\", "/")
        names = (path, f"{path}:{function or ''}")
        return bool(path) and any(fnmatchcase(name, glob) or fnmatchcase(name, f"*/{glob}") for name in names)

    def expired(self, today: datetime.date) -> bool:
        """Whether its day has passed."""
        return self.expires is not None and today > self.expires


def _starts(fingerprint: str, prefix: str) -> bool:
    return fingerprint.startswith(prefix) or fingerprint.rpartition(":")[2].startswith(prefix)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything the rule files say.

    `patterns` stand in the order in which they are tried; those of channel "detail" match a whole `key: value` line
    and say what a record is whose head was lost.
    """

    patterns: tuple[MessagePattern, ...] = ()
    judges: tuple[JudgeRule, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    _by_kind: dict[tuple[str, bool], tuple[JudgeRule, ...]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def details(self) -> tuple[MessagePattern, ...]:
        """The patterns for headless remains."""
        return tuple(p for p in self.patterns if p.channel == "detail")

    @property
    def kinds(self) -> frozenset[str]:
        """All kinds that a pattern recognises."""
        return frozenset(p.kind for p in self.patterns)

    @property
    def rules(self) -> dict[str, Rule]:
        """Rules by id."""
        return {judge.rule.id: judge.rule for judge in self.judges}

    @property
    def exhausted(self) -> tuple[str, ...]:
        """Ids of rules that were switched off because their regexes took too long; worth a note."""
        return tuple(judge.rule.id for judge in self.judges if judge.when.exhausted or judge.when_group.exhausted)

    def rules_for(self, kind: str) -> tuple[JudgeRule, ...]:
        """The rules that judge findings of a kind, in the order in which they are tried; the first that holds wins."""
        return self._of(kind, False)

    def group_rules_for(self, kind: str) -> tuple[JudgeRule, ...]:
        """The rules with `when_group`, which judge whole groups of a kind, in the same order."""
        return self._of(kind, True)

    def _of(self, kind: str, groups: bool) -> tuple[JudgeRule, ...]:
        if (kind, groups) not in self._by_kind:
            found = (judge for judge in self.judges if judge.rule.kind == kind)
            self._by_kind[kind, groups] = tuple(judge for judge in found if bool(judge.when_group) is groups)
        return self._by_kind[kind, groups]


def load_builtin() -> Rulebook:
    """The rules that belong to asynclog."""
    return compile_rulebook(builtin_rules(), checked=builtin_checked())


def precompiled(folder: Path) -> bytes:
    """What is shipped of a folder of rules, for `load_builtin`; raises RuleError where one is broken."""
    return packed(folder, compile_rulebook)


def load_user(paths: Iterable[Path], base: Rulebook, texts: Iterable[tuple[str, str]] = ()) -> Rulebook:
    """`base` with the user's files and folders on top: they replace, refine, silence, suppress.

    `texts` are names and texts of further such files.
    """
    return compile_rulebook(
        [*(parse_documents(text, name) for name, text in texts), *read_plain(files_of(paths))], base
    )


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The rule files that `paths`, files and folders, name; raises RuleError for a folder without any."""
    files: list[Path] = []
    problems: list[str] = []
    for path in paths:
        found = rule_files(path) if path.is_dir() else [path]
        if not found:
            problems.append(f"{path}: holds no .yaml files")
        files += found
    if problems:
        raise RuleError(tuple(problems), UNREADABLE)
    return files


def compile_rulebook(plain: Iterable[Plain], base: Rulebook | None = None, checked: bool = False) -> Rulebook:
    """Objects of plain data as `read_plain` gives it; the mistakes of all files are raised together.

    `checked`: there are none, as was found before.
    """
    checker = Checker(builtin=base is None, checked=checked)
    patterns = list(base.patterns) if base else []
    judges = {judge.rule.id: judge for judge in base.judges} if base else {}
    suppressions = list(base.suppressions) if base else []
    documents = [(document, checker.document(document)) for document in plain]
    if base is None:
        for _, data in documents:
            patterns += [message_pattern(entry) for entry in data["messages"]]
            patterns += [detail_pattern(key, entry) for key, entries in data["details"].items() for entry in entries]
    kinds = frozenset(p.kind for p in patterns)
    for document, data in documents:
        for number, entry in enumerate(data["rules"]):
            where = f"rules.{number}"
            if (judge := _judge(entry, checker, document, where, kinds, judges)) is not None:
                judges[judge.rule.id] = judge
        for number, entry in enumerate(data["suppress"]):
            if (suppression := _suppression(entry, checker, document, f"suppress.{number}")) is not None:
                suppressions.append(suppression)
    if checker.problems:
        raise RuleError(checker.in_order(), WAY_OUT)
    ordered = sorted(judges.values(), key=lambda judge: (judge.order, -len(judge.when), judge.builtin))
    titled = {judge.rule.kind: judge.rule for judge in ordered if not judge.when and not judge.when_group}
    patterns.sort(key=lambda pattern: pattern.order)
    return Rulebook(tuple(_titled(p, titled.get(p.kind)) for p in patterns), tuple(ordered), tuple(suppressions))


# -- entries to objects ----------------------------------------------------------------------------------------------


def _titled(pattern: MessagePattern, rule: Rule | None) -> MessagePattern:
    if rule is None:
        return pattern
    return replace(pattern, title=rule.title, severity=rule.severity or Severity.INFO)


def _judge(
    entry: Mapping[str, Any],
    checker: Checker,
    document: Plain,
    where: str,
    kinds: frozenset[str],
    before: Mapping[str, JudgeRule],
) -> JudgeRule | None:
    """A rule of its entry; None (and a problem noted) where it cannot be made."""
    at = checker.at(document, where)
    parent_id = checker.parent(entry, document, where, before)
    parent = before[parent_id] if parent_id else None
    fits = checker.rule(entry, document, where, kinds, parent_id is not None)
    when_group = checker.conditions(entry.get("when_group"), document, f"{where}.when_group", GROUP_KEYS)
    keys = GROUP_KEYS if when_group else RECORD_KEYS
    when = checker.conditions(entry.get("when"), document, f"{where}.when", keys)
    if parent_id is False or not fits:
        return None
    old = parent.rule if parent else Rule(id="", kind="", severity=None, title="")
    example = entry.get("example") or {}
    rule = Rule(
        id=entry.get("id") or old.id,
        kind=entry.get("kind") or old.kind,
        severity=_severity(entry["severity"]) if "severity" in entry else old.severity,
        title=entry.get("title", old.title),
        why=entry.get("why", old.why).strip(),
        fix=entry.get("fix", old.fix).strip(),
        references=tuple(entry.get("references", old.references)),
        static=tuple(entry.get("static", old.static)),
        example_before=example.get("before", old.example_before),
        example_after=example.get("after", old.example_after),
    )
    order = 50 if when or when_group else 100
    if parent is not None:
        mine = {condition.key for condition in when.conditions}
        inherited = tuple(c for c in parent.when.conditions if c.key not in mine)
        order = parent.order if rule.id == parent.rule.id else parent.order - 1
        when = Conditions(inherited + when.conditions, when.timed or parent.when.timed)
        when_group = when_group or parent.when_group
    examples = entry.get("examples") or {}
    return JudgeRule(
        rule,
        when,
        when_group,
        int(entry.get("order", order)),
        tuple(examples.get("claims", ())),
        tuple(examples.get("rejects", ())),
        at,
        checker.builtin,
        tuple(
            checker.at(document, f"{where}.examples.{key}.{number}")
            for key in ("claims", "rejects")
            for number in range(len(examples.get(key, ())))
        ),
        tuple(entry.get("fingerprint", parent.fingerprint if parent else ())),
    )


def _severity(word: str) -> Severity | None:
    return None if word == "off" else Severity[word.upper()]


def _suppression(entry: Mapping[str, Any], checker: Checker, document: Plain, where: str) -> Suppression | None:
    if not checker.suppression(entry, document, where):
        return None
    expires = datetime.date.fromisoformat(str(entry["expires"])) if "expires" in entry else None
    return Suppression(
        reason=entry["reason"].strip(),
        fingerprint=entry.get("fingerprint"),
        rule=entry.get("rule"),
        kind=entry.get("kind"),
        site=entry.get("site"),
        expires=expires,
        where=checker.at(document, where),
    )
