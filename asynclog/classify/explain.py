"""Why a record is judged as it is, step by step: what was understood, which rung gave the site, which rule decided,

what makes its identity. The same functions are asked that judge; nothing is decided again here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from asynclog.classify.examples import shown
from asynclog.classify.fingerprint import ladder, parts_in
from asynclog.classify.judge import Judge, Verdict
from asynclog.classify.plumbing import Plumbing
from asynclog.classify.rulebook import JudgeRule, Rulebook
from asynclog.classify.site import Rung, climb, evidence
from asynclog.model import Finding, Frame, Message, ObjectRepr, Place, Reason, Site

Sections = list[tuple[str, tuple[Reason, ...]]]

_WHOSE = {
    "user": "your code", "library": "a library", "plumbing": "plumbing (asyncio, runners, wrappers)",
    "stdlib": "Python's own code", "any": "any code", "weak": "whatever ran",
}  # fmt: skip
_ABSENT = {
    "source-traceback": "the record has no stack of the creation (asyncio prints it in debug mode only)",
    "created-at": "the repr says no `created at` (debug mode only)",
    "coroutine": "the record names no coroutine with a place",
    "callback": "the record names no callback with a place",
    "exception": "the record has no traceback",
    "warning": "the record does not begin with FILE:LINE",
    "none": "nothing else is in the record",
}
_WHY = {
    "kind": "what asyncio said; two kinds are two problems",
    "exception": "the type, without its module: Python versions differ in that",
    "what": "what this kind of record is about",
    "site": "where it was created: the part of the path that does not move, and the function; never the line",
    "coroutine": "which coroutine ran; by name, so moved code stays the same problem",
    "callback": "which callback ran; by name",
    "object": "the class, because nothing better is in the record",
    "message": "the text, with what changes masked, because nothing better is in the record",
}
_NEVER = "line numbers, addresses, task numbers, ports, times and rule ids never count"


_JOINED = {
    "certain": "lines of other writers stood in it; each line tells its writer",
    "likely": "an entry of another process stood in it; what follows can only belong here",
}


def explain_record(message: Message, judge: Judge, book: Rulebook, plumbing: Plumbing) -> tuple[Finding, Sections]:
    """The finding of a message and the reasons for it."""
    verdict = judge.verdict(message)
    finding = judge.finding(message, verdict)
    return finding, [
        ("Prefix of the record", tuple(_prefix(message))),
        ("What was understood", tuple(_understood(message, plumbing))),
        ("Where it was created, rung by rung", tuple(_rungs(message, plumbing))),
        ("Rule", tuple(_rules(message, verdict, judge, book))),
        ("Identity", tuple(_identity(finding, verdict, judge.choice(message, verdict)))),
        ("How another log would match it", tuple(_ladder(finding, plumbing))),
    ]


def _prefix(message: Message) -> Iterator[Reason]:
    record, prefix = message.record, message.record.prefix
    yield Reason("text", repr(prefix.text) if prefix.text else "nothing stands before the message")
    stamp = prefix.timestamp
    said = None
    if stamp is not None:
        zone = "zone as printed" if stamp.zone is not None else "no zone: local time"
        said = f"{stamp.text} ({zone if stamp.dated else 'without a date'})"
    yield Reason("time", said or "none", stamp is not None)
    for name in ("level", "logger", "pid", "thread", "task"):
        value = getattr(prefix, name)
        yield Reason(name, "none" if value is None else str(value), value is not None)
    if record.stream:
        yield Reason("writer", record.stream)


def _understood(message: Message, plumbing: Plumbing) -> Iterator[Reason]:
    record = message.record
    yield Reason("kind", message.kind)
    for key, value in record.fields.items():
        if value and key not in message.objects:
            yield Reason(key, _short(value))
    for key, thing in message.objects.items():
        yield Reason(key, _object(thing), thing.parsed)
    for key, value in message.values.items():
        if key not in record.fields:
            yield Reason(key, _short(value))
    for name, frames in message.stacks.items():
        yield Reason(name, _frames(frames, plumbing))
    if message.exception is not None:
        report = message.exception
        chained = f", {report.link} of another" if report.earlier else ""
        yield Reason("exception", f"{report.type}{chained}: {_frames(report.frames, plumbing)}")
    if message.duration is not None:
        yield Reason("duration", f"{message.duration / 1e6:g} s")
    if message.partial:
        yield Reason("partial", "a part of the record is missing: lost, cut off, or never printed", False)
    if record.joined:
        yield Reason("put together", _JOINED[record.joined])
    if message.malformed:
        yield Reason("malformed", message.malformed, False)


def _object(thing: ObjectRepr) -> str:
    if not thing.parsed:
        return f"not understood, kept as it is: {_short(thing.raw)}"
    said = [thing.cls or "object", thing.state]
    if thing.name:
        said.append(f"named {thing.name!r}")
    if thing.coroutine:
        said.append(f"coroutine {thing.coroutine.qualname}{_at(thing.coroutine.place, thing.coroutine.state)}")
    if thing.callback:
        said.append(f"callback {thing.callback.name}{_at(thing.callback.place)}")
    if thing.exception_type:
        said.append(f"exception {thing.exception_type}")
    if thing.wait_for:
        said.append(f"waits for {thing.wait_for.cls or 'an object'} {thing.wait_for.state}".rstrip())
    if thing.created_at:
        said.append(f"created at {thing.created_at.file}:{thing.created_at.line}")
    return ", ".join(part for part in said if part)


def _at(place: Place | None, state: str = "") -> str:
    if place is None:
        return ""
    return f" ({'suspended' if state == 'running' else 'defined'} at {place.file}:{place.line})"


def _frames(frames: Sequence[Frame], plumbing: Plumbing) -> str:
    if not frames:
        return "no frames"
    roles = Counter[str](plumbing.role(frame.file, frame.function) for frame in frames)
    counts = [f"{roles[role]} {word}" for role, word in _FRAME_WORDS if roles[role]]
    return f"{len(frames)} frame{'s' if len(frames) > 1 else ''}: {', '.join(counts)}"


_FRAME_WORDS = (("user", "yours"), ("library", "of libraries"), ("plumbing", "plumbing"), ("stdlib", "Python's"))


def _rungs(message: Message, plumbing: Plumbing) -> Iterator[Reason]:
    taken = False
    for rung, site in climb(message, plumbing):
        label = f"{rung.via}, {_WHOSE[rung.role]}"
        if site is not None and not taken:
            taken = True
            weak = "; too weak to be part of the identity" if rung.role == "weak" else ""
            yield Reason(label, f"{_place(site)}{weak}", True)
        elif site is not None:
            yield Reason(label, f"{_place(site)}: not needed, a stronger rung held")
        elif rung.role in ("user", "any", "weak"):
            yield Reason(label, _missing(message, rung, plumbing), False)
    if not taken:
        yield Reason("none", "the record names no place at all", False)


def _missing(message: Message, rung: Rung, plumbing: Plumbing) -> str:
    found = evidence(message, rung)
    if not found:
        return _ABSENT[rung.via]
    if isinstance(found, Place):
        role = plumbing.role(found.file, None)
        return f"{found.file}:{found.line} is {_WHOSE[role]}"
    if any(plumbing.role(frame.file, frame.function) == "user" for frame in found):
        return f"{_frames(found, plumbing)}; yours only started the loop, they created nothing"
    return f"{_frames(found, plumbing)}; none is {_WHOSE[rung.role]}"


def _place(site: Site) -> str:
    where = site.file if site.line is None else f"{site.file}:{site.line}"
    return f"{where} in {site.function}" if site.function else str(where)


def _rules(message: Message, verdict: Verdict, judge: Judge, book: Rulebook) -> Iterator[Reason]:
    view = judge.view(message, verdict)
    chosen = judge.choice(message, verdict)
    for rule in book.rules_for(message.kind):
        severity = "off" if rule.rule.severity is None else rule.severity.label
        if rule is chosen:
            yield Reason(rule.rule.id, f"decides: {severity}, {rule.rule.title} ({rule.where})", True)
            for condition in rule.when.conditions:
                yield Reason("", f"{condition.text}: {shown(view, condition.key)}", True)
            if not rule.when:
                yield Reason("", "takes what no other rule of this kind claimed", True)
            return
        failed = next((condition for condition in rule.when.conditions if not condition.holds(view)), None)
        if failed is not None:
            yield Reason(rule.rule.id, f"{failed.text} does not hold: {shown(view, failed.key)}", False)
    yield Reason("none", "no rule judges this kind", False)


def explain_group_rules(book: Rulebook, kind: str, view: Mapping[str, object], chosen: str) -> tuple[Reason, ...]:
    """What the rules that look at whole groups say about one."""
    reasons = []
    for rule in book.group_rules_for(kind):
        conditions = (*rule.when.conditions, *rule.when_group.conditions)
        failed = next((condition for condition in conditions if not condition.holds(view)), None)
        if failed is not None:
            reasons.append(Reason(rule.rule.id, f"{failed.text} does not hold: {shown(view, failed.key)}", False))
            continue
        decides = rule.rule.id == chosen
        said = ", ".join(shown(view, condition.key) for condition in conditions)
        reasons.append(Reason(rule.rule.id, f"{'decides' if decides else 'holds, but comes later'}: {said}", decides))
    return tuple(reasons)


def _identity(finding: Finding, verdict: Verdict, chosen: JudgeRule | None) -> Iterator[Reason]:
    yield Reason("fingerprint", finding.fingerprint)
    for name, value in parts_in(finding.signature).items():
        yield Reason(name, f"{value}: {_WHY.get(name, 'named by the rule')}", True)
    if chosen is not None and chosen.fingerprint:
        yield Reason("", f"rule {chosen.rule.id} asks for these parts: {', '.join(chosen.fingerprint)}")
    if finding.site.file and "site" not in parts_in(verdict.signature):
        yield Reason(
            "site", f"{_place(finding.site)}: shown, but only where a collector or a chance callback ran", False
        )
    yield Reason("", _NEVER)
    yield Reason("version", finding.signature.partition("|")[0])


def _ladder(finding: Finding, plumbing: Plumbing) -> Iterator[Reason]:
    class Signed:
        signature = finding.signature

    yield Reason("1 fingerprint", finding.fingerprint)
    for number, key in enumerate(ladder(Signed(), finding.chain, plumbing.normal_path, finding.failure), 2):
        rung, _, text = key.partition(":")
        yield Reason(f"{number} {rung}", text)
    if not finding.chain:
        yield Reason("", "without a creation stack there is no rung `chain`: its callers cannot be told apart")


def _short(text: str, limit: int = 160) -> str:
    text = text.replace("\n", "\\n")
    return text if len(text) <= limit else f"{text[:limit]}…"
