"""SARIF 2.1.0, for code scanning and editors: a result is a group, its location the creation site in the program.

The lines of the log are related locations, the creation chain and the exception's frames are stacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from asynclog.model import Frame, Report, ReportRow, Rule, Severity
from asynclog.render.options import RenderOptions
from asynclog.render.places import function
from asynclog.render.rows import example, headline, measure, position
from asynclog.render.safe import json_text, markdown_prose, safe

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MADE = re.compile(r"asynclog/v\d+")
_LOG_LINES = 5  # of a group

Json = dict[str, Any]


def analyze(report: Report, options: RenderOptions) -> str:
    """The log file: one run with its rules and results."""
    rows = report.rows[: options.top]
    rules = {row.group.rule: row for row in reversed(rows)}
    index = {rule: at for at, rule in enumerate(sorted(rules))}
    driver = {
        "name": "asynclog",
        "rules": [_rule(report.run.rules.get(rule), rules[rule]) for rule in index],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [_invocation(report)],
        "results": [_result(row, index[row.group.rule]) for row in rows],
        "properties": {name: value for name, value in report.facts.items() if value is not None},
    }
    return json_text(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1)) + "\n"


def _invocation(report: Report) -> Json:
    """Whether all of the input was read, and what there is to know about it."""
    notes = [{"level": "note", "message": _message(note)} for note in (*report.accounting, *report.notes)]
    complete = not any(source.lost for source in report.run.sources)
    return {"executionSuccessful": complete, "toolExecutionNotifications": notes}


def _rule(rule: Rule | None, row: ReportRow) -> Json:
    """From the rulebook, or where the run has no such rule from the row that it judged."""
    title, why, fix = (rule.title, rule.why, rule.fix) if rule else (row.title, row.why, row.fix)
    references = rule.references if rule else row.references
    links = [safe(each) for each in references if each.startswith("https://")]
    text = "\n\n".join(filter(None, (safe(why), safe(fix and f"Fix: {fix}"), *links)))
    markup = [
        markdown_prose(why),
        f"**Fix:** {markdown_prose(fix)}" if fix else "",
        *(f"<{quote_link(x)}>" for x in links),
    ]
    described: Json = {
        "id": safe(row.group.rule),
        "shortDescription": _message(title or row.group.rule),
        "fullDescription": _message(why or title or row.group.rule),
        "help": {"text": text or safe(title) or "-", "markdown": "\n\n".join(filter(None, markup)) or "-"},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
        "properties": {"tags": ["asyncio", *(safe(each) for each in (rule.static if rule else row.static))][:20]},
    }
    return described | ({"helpUri": quote_link(links[0])} if links else {})


def _result(row: ReportRow, index: int) -> Json:
    group, (file, line) = row.group, position(row)
    measures = {
        "blockedSeconds" if row.share is not None else "seconds": None if row.total is None else row.total / 1e6,
        "maxSeconds": None if row.maximum is None else row.maximum / 1e6,
        "blockedShare": row.share,
        "coroutine": safe(group.coroutine) if group.coroutine else None,
        "siteVia": group.site.via.value,
        "id": safe(row.id),
    }
    digest = safe(group.fingerprint).rpartition(":")[2]
    result: Json = {
        "ruleId": safe(group.rule),
        "ruleIndex": index,
        "level": _LEVELS[row.severity],
        "message": _message(f"{headline(row)} ({measure(row)})"),
        "locations": [_location(file, line, group.site.function if group.site.file else None)],
        "partialFingerprints": {_version(row): digest, "primaryLocationLineHash": f"{digest}:1"},
        "occurrenceCount": max(1, row.count),
        "properties": {name: value for name, value in measures.items() if value is not None},
    }
    related = _log_lines(row)
    stacks = [_stack("created by", row.callers[0].chain)] if row.callers and row.callers[0].chain else []
    stacks += [_stack("failed in", group.failure)] if group.failure else []
    return result | ({"relatedLocations": related} if related else {}) | ({"stacks": stacks} if stacks else {})


def _version(row: ReportRow) -> str:
    """What made the fingerprint: `asynclog/v1`. It stands before it, or at the beginning of the signature."""
    made = row.group.fingerprint.rpartition(":")[0] or row.group.signature.partition("|")[0]
    return made if _MADE.fullmatch(made) else "asynclog"


def _log_lines(row: ReportRow) -> list[Json]:
    """Where the log says it: the worst case first."""
    first = example(row)
    samples = list(dict.fromkeys((*([first] if first else []), *row.samples)))[:_LOG_LINES]
    return [
        {"id": at} | _location(sample.source, sample.line) | {"message": _message(f"log: {first_line(sample.text)}")}
        for at, sample in enumerate(samples, 1)
    ]


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
