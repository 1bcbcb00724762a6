"""A message becomes a finding: located, identified, and judged by the first rule that matches it.

Everything that costs is in `verdict`, a function of the stable parts of a message, so it is remembered; `finding` adds
what is the record's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from asynclog.classify.fingerprint import fingerprint, refined, signature
from asynclog.classify.parts import BY_TEXT, BY_TEXT_ALONE, DEBUG_ONLY, UNCLASSIFIED, Parts, parts_of, python_version
from asynclog.classify.plumbing import Plumbing
from asynclog.classify.rulebook import JudgeRule
from asynclog.classify.site import Located, locate, own_frames, subject
from asynclog.classify.view import OWN, exception_text, field_keys, own_view, reported, stable_view
from asynclog.model import Finding, Frame, Message, Severity
from asynclog.slotted import dataclass, field

#: The first line of a record is kept up to this length.
TEXT = 500

#: Named fields that a finding keeps.
VALUES = frozenset({
    "what", "selector", "impl", "proactor", "server", "listener", "remote", "peer", "pid", "pids", "pid_read",
    "returncode", "path", "address", "command", "program", "process", "method", "watcher", "reason", "op", "call",
    "shard", "timeout", "events", "message", "error", "errno", "code", "name", "thread",
})  # fmt: skip

#: Kinds whose exception, if their object has one, is not what they report.
_NOT_THE_EXCEPTION = frozenset({"slow-callback", "task-print-stack", "task-destroyed-pending"})

#: Kinds of which the field `what` makes several.
_BY_WHAT = frozenset({
    "aiohttp-unclosed", "aiohttp-unclosed-warning", "library-unclosed", "uvloop-fatal-error",
    "coroutine-method-never-awaited",
})  # fmt: skip

_REMEMBERED = 1 << 14


class Book(Protocol):
    """What gives the rules of a kind, special ones first."""

    def rules_for(self, kind: str) -> Sequence[JudgeRule]:
        """The rules that may claim a finding of this kind, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is common to all records that say the same."""

    parts: Parts
    signature: str
    fingerprint: str
    located: Located
    exception_type: str | None
    parent: str | None
    rules: tuple[JudgeRule, ...]
    settled: JudgeRule | None
    open_keys: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    view: Mapping[str, object] = field(default_factory=dict)


class Judge:
    """Judges messages. `notes` collects what went wrong with rules, without stopping anything."""

    def __init__(self, rulebook: Book, plumbing: Plumbing, debug_only: frozenset[str] = DEBUG_ONLY) -> None:
        self._rulebook = rulebook
        self._plumbing = plumbing
        self._debug_only = debug_only
        self._verdicts: dict[int, Verdict] = {}  # by the code of their parts
        self._notes: dict[str, str] = {}
        self._silent: set[str] = set()
        self._plans: dict[str, list[tuple[JudgeRule, bool]]] = {}  # by kind: the rules, and whether keys are open
        self._sets: dict[tuple[str, ...], tuple[tuple[JudgeRule, ...], tuple[str, ...]]] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each rule that failed on a finding or was switched off, sorted."""
        return tuple(self._notes[key] for key in sorted(self._notes))

    def silences(self, rule: str) -> bool:
        """Whether a rule has severity `off`: what it claims is counted, but is no finding."""
        return rule in self._silent

    def judge(self, message: Message) -> Finding:
        """The finding of a message."""
        return self.finding(message, self.verdict(message))

    def verdict(self, message: Message) -> Verdict:
        """All that follows from the stable parts of a message."""
        parts = parts_of(message, self._debug_only)
        code = _code(parts)
        known = self._verdicts.get(code)
        if known is not None and known.parts == parts:
            return known
        if len(self._verdicts) >= _REMEMBERED:
            self._verdicts.clear()
        verdict = self._verdicts[code] = self._verdict(message, parts)
        return verdict

    def finding(self, message: Message, verdict: Verdict) -> Finding:
        """The verdict with what is the record's own: time, place, duration, task, text."""
        record, parts, located = message.record, verdict.parts, verdict.located
        prefix = record.prefix
        thing = subject(message)
        chosen = self.choice(message, verdict)
        identity, print_ = verdict.signature, verdict.fingerprint
        if chosen is not None and chosen.fingerprint:
            identity = refined(identity, chosen.fingerprint, self.view(message, verdict))
            print_ = fingerprint(identity)
        text = record.text.lstrip("\n")
        end = text.find("\n", 0, TEXT)
        return Finding(
            kind=parts.kind,
            rule=chosen.rule.id if chosen else parts.kind,
            severity=severity_of(chosen, parts.kind),
            source=record.source,
            source_index=record.source_index,
            line=record.line,
            offset=record.offset,
            fingerprint=print_,
            signature=identity,
            timestamp=prefix.timestamp,
            site=located.site,
            chain=located.chain,
            failure=located.failure,
            coroutine=parts.coroutine,
            callback=parts.callback,
            task=thing.name if thing else None,
            object=parts.cls,
            duration=message.duration,
            exception_type=verdict.exception_type,
            exception_message=exception_text(message, parts.raised) if verdict.exception_type else None,
            partial=message.partial,
            text=text[: end if end >= 0 else TEXT],
            logger=prefix.logger,
            pid=prefix.pid,
            stream=record.stream,
            test=record.test,
            debug=parts.debug,
            values=_values(message, verdict),
            parent=verdict.parent,
            joined=record.joined,
        )

    def view(self, message: Message, verdict: Verdict, keys: Iterable[str] | None = None) -> dict[str, object]:
        """What conditions may look at; with `keys`, only these of what is the record's own."""
        if keys is None:
            keys = OWN.keys() | field_keys(message)
        return {**verdict.view, **own_view(message, verdict.parts.raised, keys)}

    def _verdict(self, message: Message, parts: Parts) -> Verdict:
        located = locate(message, self._plumbing)
        report = reported(message, parts.raised)
        exception = report.type if report else parts.raised
        identity = self._signature(parts, located, exception)
        values = {"python": python_version(parts), "loop": parts.loop}
        view = stable_view(parts, located, exception, values["python"], self._plumbing)
        rules, open_keys = self._candidates(parts.kind, view)
        return Verdict(
            parts=parts,
            signature=identity,
            fingerprint=fingerprint(identity),
            located=located,
            exception_type=exception,
            parent=self._parent(dict(parts.stacks).get("source_traceback", ())),
            rules=rules,
            settled=rules[0] if rules and not open_keys else None,
            open_keys=open_keys,
            values={key: value for key, value in values.items() if value},
            view=view,
        )

    def _candidates(self, kind: str, view: Mapping[str, object]) -> tuple[tuple[JudgeRule, ...], tuple[str, ...]]:
        """The rules that can still hold when the stable parts are known, up to the first that does; their open keys.

        Equal answers are one object.
        """
        plan = self._plans.get(kind)
        if plan is None:  # a view has the same keys always
            rules = self._rulebook.rules_for(kind)
            keys = [{condition.key for condition in rule.conditions.conditions} - view.keys() for rule in rules]
            plan = self._plans[kind] = list(zip(rules, map(bool, keys), strict=True))
        candidates: list[JudgeRule] = []
        for rule, is_open in plan:
            if is_open:
                if rule.when.may_hold(view):
                    candidates.append(rule)
            elif self._holds(rule, view):
                candidates.append(rule)
                break
        names = tuple([rule.rule.id for rule in candidates])
        found = self._sets.get(names)
        if found is None:
            open_keys = {condition.key for rule in candidates for condition in rule.conditions.conditions} - view.keys()
            found = self._sets[names] = (tuple(candidates), tuple(sorted(open_keys)))
            self._silent.update(rule.rule.id for rule in candidates if rule.rule.severity is None)
        return found

    def choice(self, message: Message, verdict: Verdict) -> JudgeRule | None:
        """The rule that judges a message: the first that holds."""
        if verdict.settled is not None or not verdict.rules:
            return verdict.settled
        view = self.view(message, verdict, verdict.open_keys) if verdict.open_keys else verdict.view
        return self.first(verdict, view)

    def first(self, verdict: Verdict, view: Mapping[str, object]) -> JudgeRule | None:
        """The first rule that holds for a view."""
        for rule in verdict.rules:
            if self._holds(rule, view):
                return rule
        return None

    def _holds(self, rule: JudgeRule, view: Mapping[str, object]) -> bool:
        when = rule.when
        try:
            holds = rule.matches(view)
        except Exception as error:
            note = f"rule {rule.rule.id} failed on a {view['kind']}: {type(error).__name__}: {error}"
            self._notes.setdefault(rule.rule.id, note[:TEXT])
            return False
        if when.timed and when.exhausted:
            note = f"rule {rule.rule.id} was switched off: its regular expressions took too long"
            self._notes.setdefault(rule.rule.id, note)
        return holds

    def _signature(self, parts: Parts, located: Located, exception: str | None) -> str:
        site, kind = located.site, parts.kind
        path = self._plumbing.normal_path(site.file) if located.firm and site.file is not None else None
        alone = path is None and not parts.coroutine and not parts.callback
        return signature(
            kind,
            exception=None if kind in _NOT_THE_EXCEPTION else exception,
            what=parts.what if kind in _BY_WHAT else None,
            path=path,
            function=site.function if path else None,
            coroutine=parts.coroutine,
            callback=None if path and kind == "thread-exception" else parts.callback,
            cls=parts.cls,
            message=parts.text if kind in BY_TEXT or (alone and kind in BY_TEXT_ALONE) else None,
        )

    def _parent(self, frames: tuple[Frame, ...]) -> str | None:
        """Where the creating task's own code starts: the first user frame after the loop's.

        None where the stack does not show the loop (uvloop, eager tasks).
        """
        for index in range(len(frames) - 1, -1, -1):
            frame = frames[index]
            if frame.function == "_run" and self._plumbing.normal_path(frame.file) == "asyncio/events.py":
                own = own_frames(frames[index + 1 :], self._plumbing)
                return f"{self._plumbing.normal_path(own[0].file)}:{own[0].function}" if own else None
        return None


def _code(parts: Parts) -> int:
    """A hash of parts that looks at no more of their frames than the lines."""
    places = (parts.coroutine_place, parts.callback_place, parts.created_at)
    lines = [frame.line for _, frames in parts.stacks for frame in frames]
    trace = parts.exception
    while trace is not None:
        lines += [frame.line for frame in trace.frames]
        trace = trace.earlier
    place = tuple([(place.file, place.line) for place in places if place is not None])
    names = (parts.kind, parts.coroutine, parts.callback, parts.state, parts.raised, parts.what, parts.file, parts.line)
    return hash((names, parts.text, place, tuple(lines)))


def _values(message: Message, verdict: Verdict) -> Mapping[str, str]:
    fields = message.record.fields
    if not fields and not message.values:
        return verdict.values
    values = {key: value for key, value in fields.items() if key in VALUES and value}
    for key, value in message.values.items():
        if key != "source_line":
            values.setdefault(key, value[:TEXT])
    values.update(verdict.values)
    return values


def severity_of(chosen: JudgeRule | None, kind: str) -> Severity:
    """How much a finding of this kind matters, by the rule chosen for it."""
    if chosen is not None:
        return chosen.severity
    return Severity.INFO if kind == UNCLASSIFIED else Severity.WARNING
