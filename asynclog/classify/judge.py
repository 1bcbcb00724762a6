"""A message becomes a finding: located, identified, and judged by the first rule that matches it.

Everything that costs is in `verdict`, a function of the stable parts of a message, so it is remembered; `finding` adds
what is the record's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from asynclog.classify.fingerprint import exception_name, fingerprint, same_exception, signature
from asynclog.classify.parts import BY_TEXT, BY_TEXT_ALONE, DEBUG_ONLY, UNCLASSIFIED, Parts, parts_of, python_version
from asynclog.classify.plumbing import Plumbing
from asynclog.classify.rulebook import JudgeRule
from asynclog.classify.site import Located, locate, own_frames, subject
from asynclog.model import Finding, Frame, Message, Severity

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
    "aiohttp-unclosed", "aiohttp-unclosed-warning", "library-unclosed", "uvloop-fatal-error", "blocking-call",
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
    exception_message: str | None
    parent: str | None
    rules: tuple[JudgeRule, ...]
    settled: JudgeRule | None
    values: Mapping[str, str] = field(default_factory=dict)
    view: Mapping[str, object] = field(default_factory=dict)


class Judge:
    """Judges messages. `notes` collects what went wrong with rules, without stopping anything."""

    def __init__(self, rulebook: Book, plumbing: Plumbing, debug_only: frozenset[str] = DEBUG_ONLY) -> None:
        self._rulebook = rulebook
        self._plumbing = plumbing
        self._debug_only = debug_only
        self._verdicts: dict[Parts, Verdict] = {}
        self._notes: dict[str, str] = {}
        self._silenced: set[str] = set()

    @property
    def notes(self) -> tuple[str, ...]:
        """One line for each rule that failed on a finding or was switched off, sorted."""
        return tuple(self._notes[key] for key in sorted(self._notes))

    @property
    def silenced(self) -> frozenset[str]:
        """Rules of severity `off`: what they claim is not to be shown."""
        return frozenset(self._silenced)

    def judge(self, message: Message) -> Finding:
        """The finding of a message."""
        return self.finding(message, self.verdict(message))

    def verdict(self, message: Message) -> Verdict:
        """All that follows from the stable parts of a message."""
        parts = parts_of(message, self._debug_only)
        verdict = self._verdicts.get(parts)
        if verdict is None:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            verdict = self._verdicts[parts] = self._verdict(message, parts)
        return verdict

    def finding(self, message: Message, verdict: Verdict) -> Finding:
        """The verdict with what is the record's own: time, place, duration, task, text."""
        record, parts, located = message.record, verdict.parts, verdict.located
        prefix = record.prefix
        thing = subject(message)
        chosen = verdict.settled or self._choose(message, verdict)
        text = record.text
        end = text.find("\n", 0, TEXT)
        return Finding(
            kind=parts.kind,
            rule=chosen.rule.id if chosen else parts.kind,
            severity=_severity(chosen, parts.kind),
            source=record.source,
            source_index=record.source_index,
            line=record.line,
            offset=record.offset,
            fingerprint=verdict.fingerprint,
            signature=verdict.signature,
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
            exception_message=verdict.exception_message,
            partial=message.partial,
            text=text[: end if end >= 0 else TEXT],
            logger=prefix.logger,
            pid=prefix.pid,
            stream=record.stream,
            test=record.test,
            debug=parts.debug,
            values=_values(message, verdict),
            parent=verdict.parent,
        )

    def view(self, message: Message, verdict: Verdict) -> dict[str, object]:
        """What conditions may look at: None where the record does not say, a tuple for several spellings."""
        record = message.record
        prefix = record.prefix
        thing = subject(message)
        view = {
            **verdict.view,
            "duration": message.duration / 1e6 if message.duration is not None else None,
            "state": thing.state or None if thing else None,
            "task": thing.name if thing else None,
            "level": prefix.level,
            "thread": prefix.thread,
            "pid": prefix.pid,
            "partial": message.partial,
            "source": record.source,
            "stream": record.stream,
            "test": record.test,
            "text": record.text,
            "message": record.text.partition("\n")[0],
        }
        for key, value in message.values.items():
            view["field." + key] = value
        for key, value in record.fields.items():
            view["field." + key] = value
        return view

    def _verdict(self, message: Message, parts: Parts) -> Verdict:
        located = locate(message, self._plumbing)
        exception_type, exception_message = _exception(parts)
        identity = self._signature(parts, located, exception_type)
        rules = tuple(self._rulebook.rules_for(parts.kind))
        values = {"python": python_version(parts), "loop": parts.loop}
        view = self._stable_view(parts, located, exception_type, exception_message, values["python"])
        self._silenced.update(rule.rule.id for rule in rules if rule.rule.severity is None)
        return Verdict(
            parts=parts,
            signature=identity,
            fingerprint=fingerprint(identity),
            located=located,
            exception_type=exception_type,
            exception_message=exception_message,
            parent=self._parent(dict(parts.stacks).get("source_traceback", ())),
            rules=rules,
            settled=self._settled(rules, view),
            values={key: value for key, value in values.items() if value},
            view=view,
        )

    def _stable_view(
        self, parts: Parts, located: Located, exception: str | None, text: str | None, python: str | None
    ) -> dict[str, object]:
        site, failure = located.site, located.failure[-1] if located.failure else None
        return {
            "kind": parts.kind,
            "exception.type": (exception, exception_name(exception)) if exception else None,
            "exception.message": text,
            "coroutine": parts.coroutine,
            "callback": parts.callback,
            "object": parts.cls,
            "site.file": (site.file, self._plumbing.normal_path(site.file)) if site.file is not None else None,
            "site.line": site.line,
            "site.function": site.function,
            "site.via": str(site.via),
            "failure.file": (failure.file, self._plumbing.normal_path(failure.file)) if failure else None,
            "failure.function": failure.function if failure else None,
            "logger": parts.logger,
            "python": python,
            "debug": parts.debug,
        }

    def _settled(self, rules: tuple[JudgeRule, ...], view: Mapping[str, object]) -> JudgeRule | None:
        """The rule that holds, if that can be told from the stable parts alone."""
        for rule in rules:
            if any(condition.key not in view for condition in rule.when.conditions):
                return None
            if self._holds(rule, view):
                return rule
        return None

    def _choose(self, message: Message, verdict: Verdict) -> JudgeRule | None:
        if not verdict.rules:
            return None
        view = self.view(message, verdict)
        return next((rule for rule in verdict.rules if self._holds(rule, view)), None)

    def _holds(self, rule: JudgeRule, view: Mapping[str, object]) -> bool:
        try:
            holds = rule.holds(view)
        except Exception as error:
            note = f"rule {rule.rule.id} failed on a {view['kind']}: {type(error).__name__}: {error}"
            self._notes.setdefault(rule.rule.id, note[:TEXT])
            return False
        if rule.when.exhausted:
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
            callback=parts.callback,
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


def _exception(parts: Parts) -> tuple[str | None, str | None]:
    """Type and message: of the printed traceback, if it is about the exception that the repr names."""
    report = parts.exception
    if parts.raised:
        while report is not None and not same_exception(report.type, parts.raised):
            report = report.earlier
        if report is None:
            return parts.raised, parts.raised_text
    return (report.type, report.message) if report else (None, None)


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


def _severity(chosen: JudgeRule | None, kind: str) -> Severity:
    if chosen is not None and chosen.rule.severity is not None:
        return chosen.rule.severity
    return Severity.INFO if chosen is not None or kind == UNCLASSIFIED else Severity.WARNING
