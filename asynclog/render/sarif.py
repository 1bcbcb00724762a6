"""SARIF 2.1.0, for code scanning and editors: a result is a group, its location the creation site in the program.

The lines of the log are related locations, the creation chain and the exception's frames are stacks. The results of a
comparison are what is new (`baselineState` "new") or worse ("updated").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from asynclog.lazy import regex
from asynclog.model import Frame, Report, ReportRow, Rule, Run, Sample, Severity
from asynclog.render.changes import NOBODY, chain_of, headline_of, position_of, pressing, sample_of
from asynclog.render.options import RenderOptions
from asynclog.render.places import function
from asynclog.render.rows import example, headline, measure, position
from asynclog.render.safe import json_text, markdown_prose, safe

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_STATES = {"new": "new", "worse": "updated", "better": "updated", "gone": "absent"}
_MADE = regex(r"asynclog/v\d+")
_LOG_LINES = 5  # of a group
_SHORT = 6  # digits of a fingerprint in an id

Json = dict[str, Any]


def analyze(report: Report, options: RenderOptions) -> str:
    """The log file: one run with its rules and results."""
    return _document(*_groups(report, options), _complete(report), _notes(report), _facts(report))


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What is new or worse."""
    return _document(*_changes(found, options), True, [("note", text) for text in found.caveats], {})


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What is new, worse or fails the gate, without a baseline all groups; what the gate says is a notification."""
    report, found = gate.report or Report(Run(), ""), gate.diff
    shown = _groups(report, options) if found is None else _changes(found, options, gate.culprits)
    caveats = [("note", text) for text in found.caveats] if found is not None else []
    notes = [("error" if gate.failed else "note", gate.sentence), *caveats, *_notes(report)]
    return _document(*shown, _complete(report), notes, _facts(report))


def _document(rules: list[Json], results: list[Json], complete: bool, notes: list[tuple[str, str]], facts: Json) -> str:
    """`complete`: whether all of the input was read."""
    told = [{"level": level, "message": _message(text)} for level, text in notes]
    run = {
        "tool": {"driver": {"name": "asynclog", "rules": rules}},
        "invocations": [{"executionSuccessful": complete, "toolExecutionNotifications": told}],
        "results": results,
        "properties": facts,
    }
    return json_text(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)) + "\n"


def _groups(report: Report, options: RenderOptions) -> tuple[list[Json], list[Json]]:
    """Rules and results of a report."""
    rows = report.rows[: options.top]
    rules = {row.group.rule: row for row in reversed(rows)}
    index = {rule: at for at, rule in enumerate(sorted(rules))}
    described = [_rule(name, report.run.rules.get(name) or _own(rules[name]), rules[name].severity) for name in index]
    return described, [_result(row, index[row.group.rule]) for row in rows]


def _changes(found: Any, options: RenderOptions, culprits: Mapping[str, str] = NOBODY) -> tuple[list[Json], list[Json]]:  # noqa: ANN401
    """Rules and results of a diff."""
    changes = pressing(found.changes, options.top, culprits)
    rules = {change.rule: change for change in reversed(changes)}
    index = {rule: at for at, rule in enumerate(sorted(rules))}
    described = [
        _rule(name, found.rules.get(name) or Rule(name, change.kind, change.severity, name), change.severity)
        for name in index
        for change in (rules[name],)
    ]
    return described, [_change(change, index[change.rule], found.rules) for change in changes]


def _complete(report: Report) -> bool:
    return not any(source.lost for source in report.run.sources)


def _notes(report: Report) -> list[tuple[str, str]]:
    return [("note", text) for text in (*report.accounting, *report.notes)]


def _facts(report: Report) -> Json:
    return {name: value for name, value in report.facts.items() if value is not None}


def _own(row: ReportRow) -> Rule:
    """The rule as the row tells it, where the run does not hold it."""
    return Rule(row.group.rule, row.group.kind, row.severity, row.title, row.why, row.fix, row.references, row.static)


def _rule(name: str, rule: Rule, severity: Severity) -> Json:
    title, why, fix = rule.title, rule.why, rule.fix
    links = [safe(each) for each in rule.references if each.startswith("https://")]
    text = "\n\n".join(filter(None, (safe(why), safe(fix and f"Fix: {fix}"), *links)))
    markup = [
        markdown_prose(why),
        f"**Fix:** {markdown_prose(fix)}" if fix else "",
        *(f"<{quote_link(x)}>" for x in links),
    ]
    described: Json = {
        "id": safe(name),
        "shortDescription": _message(title or name),
        "fullDescription": _message(why or title or name),
        "help": {"text": text or safe(title) or "-", "markdown": "\n\n".join(filter(None, markup)) or "-"},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": ["asyncio", *(safe(each) for each in rule.static)][:20]},
    }
    return described | ({"helpUri": quote_link(links[0])} if links else {})


def _result(row: ReportRow, index: int) -> Json:
    group, chain = row.group, row.callers[0].chain if row.callers else ()
    measures = {
        "blockedSeconds" if row.share is not None else "seconds": None if row.total is None else row.total / 1e6,
        "maxSeconds": None if row.maximum is None else row.maximum / 1e6,
        "blockedShare": row.share,
        "coroutine": safe(group.coroutine) if group.coroutine else None,
        "siteVia": group.site.via.value,
        "id": safe(row.id),
    }
    result: Json = {
        "ruleId": safe(group.rule),
        "ruleIndex": index,
        "level": _LEVELS[row.severity],
        "message": _message(f"{headline(row)} ({measure(row)})"),
        "locations": [_location(*position(row), group.site.function if group.site.file else None)],
        "partialFingerprints": _fingerprints(group.fingerprint, group.signature),
        "occurrenceCount": max(1, row.count),
        "properties": {name: value for name, value in measures.items() if value is not None},
    }
    return result | _log_lines(example(row), row.samples) | _stacks(chain, group.failure)


def _change(change: Any, index: int, rules: Mapping[str, Rule]) -> Json:  # noqa: ANN401 - duck-typed
    group, site = change.group, change.site
    measures = {
        "state": change.state.value,
        "countBefore": change.before.count,
        "countAfter": change.after.count,
        "ratio": change.ratio,
        "pValue": change.p_value,
        "coroutine": safe(change.coroutine) if change.coroutine else None,
        "siteVia": site.via.value,
        "id": safe(change.fingerprint.rpartition(":")[2][:_SHORT]),
    }
    result: Json = {
        "ruleId": safe(change.rule),
        "ruleIndex": index,
        "level": _LEVELS[change.severity],
        "baselineState": _STATES.get(change.state.value, "unchanged"),
        "message": _message(headline_of(change, rules)),
        "locations": [_location(*position_of(change), site.function if site.file else None)],
        "partialFingerprints": _fingerprints(change.fingerprint, group.signature if group else ""),
        "occurrenceCount": max(1, change.after.count),
        "properties": {name: value for name, value in measures.items() if value is not None},
    }
    if group is None:
        return result
    return result | _log_lines(sample_of(change), group.samples) | _stacks(chain_of(change), group.failure)


def _fingerprints(fingerprint: str, signature: str) -> Json:
    """By what made them: `asynclog/v1` stands before the fingerprint, or at the beginning of the signature."""
    made, digest = fingerprint.rpartition(":")[0] or signature.partition("|")[0], safe(fingerprint).rpartition(":")[2]
    return {made if _MADE.fullmatch(made) else "asynclog": digest, "primaryLocationLineHash": f"{digest}:1"}


def _log_lines(first: Sample | None, samples: Iterable[Sample]) -> Json:
    """Where the log says it: the worst case first."""
    shown = list(dict.fromkeys((*([first] if first else []), *samples)))[:_LOG_LINES]
    places = [
        {"id": at} | _location(sample.source, sample.line) | {"message": _message(f"log: {first_line(sample.text)}")}
        for at, sample in enumerate(shown, 1)
    ]
    return {"relatedLocations": places} if places else {}


def _stacks(chain: Sequence[Frame], failure: Sequence[Frame]) -> Json:
    stacks = [_stack(what, frames) for what, frames in (("created by", chain), ("failed in", failure)) if frames]
    return {"stacks": stacks} if stacks else {}


def _stack(what: str, frames: Iterable[Frame]) -> Json:
    """SARIF wants the innermost frame first."""
    shown = [{"location": _location(each.file, each.line, each.function)} for each in reversed(tuple(frames))]
    return {"message": _message(what), "frames": shown}


def _location(file: str, line: int | None, name: str | None = None) -> Json:
    location: Json = {}
    if file and not file.startswith("<"):
        region: Json = {"region": {"startLine": line}} if line and line > 0 else {}
        location["physicalLocation"] = {"artifactLocation": {"uri": uri(file)}} | region
    names = [name, file if file.startswith("<") else None]
    logical = [{"name": function(each), "kind": "function"} for each in names if each]
    return location | ({"logicalLocations": logical} if logical else {})


def _message(text: str) -> Json:
    """Plain words: `[text](1)` would be a link to a related location."""
    return {"text": safe(text).replace("](", "] (") or "-"}


def first_line(text: str) -> str:
    """The first line of a record, of bounded length."""
    return text.partition("\n")[0][:500]


def uri(file: str) -> str:
    """A path as a URI reference, whatever characters are in it."""
    path = file.replace("\\", "/") if "\\" in file and ("/" not in file or file[1:2] == ":") else file
    encoded = quote(path, safe="/", encoding="utf-8", errors="backslashreplace")
    if path[1:3] == ":/" and path[:1].isalpha() and path[:1].isascii():
        return f"file:///{path[0]}:{encoded[4:]}"
    return f"file:{encoded}" if path.startswith("//") else f"file://{encoded}" if path.startswith("/") else encoded


def quote_link(link: str) -> str:
    """A web address without anything that could end it."""
    return quote(link, safe=":/?#[]@!$&'()*+,;=%~", encoding="utf-8", errors="backslashreplace")
