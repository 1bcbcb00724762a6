"""JUnit XML: one test case a group, failed where it is an error or a warning; of a comparison one a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from asynclog.model import Report, ReportRow, Rule, Severity
from asynclog.render.changes import (
    PRESSING,
    chain_of,
    code_text,
    culprit,
    headline_of,
    sample_of,
    state_word,
    title_of,
    verdict_of_diff,
)
from asynclog.render.options import RenderOptions
from asynclog.render.places import frame_text, function, site_text
from asynclog.render.rows import example, headline, measure, seen
from asynclog.render.safe import safe, xml_text


def analyze(report: Report, options: RenderOptions) -> str:
    """One suite; a clean run is one test case that passed, since many readers take none for a failure."""
    rows = report.rows[: options.top]
    suite = Element("testsuite", name="asynclog")
    for row in rows:
        _case(suite, row, failed=row.severity > Severity.INFO)
    if not rows:
        _passed(suite, report.verdict or "nothing found")
    return _document(suite, (*_closing(report), report.hidden_text))


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """One suite with a test case a change, which fails where it is new or worse."""
    suite = Element("testsuite", name="asynclog")
    for change in found.changes[: options.top]:
        _change(suite, change, found.rules, change.state.value in PRESSING)
    if not found.changes:
        _passed(suite, verdict_of_diff(found))
    return _document(suite, found.caveats)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """The gate as the first test case, then its changes, or its groups where there is no baseline.

    Those fail that made the gate fail; the suite fails where the gate does, and only there.
    """
    suite = Element("testsuite", name="asynclog")
    case = SubElement(suite, "testcase", classname="asynclog.gate", name="gate", time="0")
    if gate.failed:
        body = _text("\n".join(map(safe, gate.reasons)))
        SubElement(case, "failure", message=_line(gate.sentence), type="gate").text = body
    else:
        SubElement(case, "system-out").text = _text(safe(gate.sentence))
    if gate.diff is not None:
        for change in gate.diff.changes[: options.top]:
            _change(suite, change, gate.diff.rules, culprit(change, gate.culprits) is not None)
    elif gate.report is not None:
        for row in gate.report.rows[: options.top]:
            why = gate.culprits.get(row.group.fingerprint)
            _case(suite, row, why is not None, why)
    closing = _closing(gate.report) if gate.report is not None else ()
    return _document(suite, (*closing, *(gate.diff.caveats if gate.diff is not None else ())))


def _document(suite: Element, closing: Iterable[str]) -> str:
    cases = suite.findall("testcase")
    failures = str(len(suite.findall("testcase/failure")))
    seconds = sum(float(case.get("time", "0")) for case in cases)
    told = {"tests": str(len(cases)), "failures": failures, "errors": "0"}
    for name, value in {**told, "skipped": "0", "time": f"{seconds:.6f}"}.items():
        suite.set(name, value)
    SubElement(suite, "system-out").text = _text("\n".join(safe(line) for line in closing if line))
    suites = Element("testsuites", name="asynclog", **told)  # type: ignore[arg-type]
    suites.append(suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _closing(report: Report) -> tuple[str, ...]:
    return (*report.accounting, report.blocked_text, *report.notes)


def _passed(suite: Element, what: str) -> None:
    SubElement(suite, "testcase", classname="asynclog", name=_line(what), time="0")


def _change(suite: Element, change: Any, rules: Mapping[str, Rule], failed: bool) -> None:  # noqa: ANN401 - duck-typed
    place = site_text(change.site) or function(change.coroutine)
    title = title_of(change, rules)
    name = f"{title} at {place}" if place else title
    case = SubElement(
        suite, "testcase", classname=_line(f"asynclog.{change.kind}"), name=_line(f"{name} [{_short(change)}]"),
        time=f"{(change.after.total or 0) / 1_000_000:.6f}",
    )  # fmt: skip
    _outcome(case, headline_of(change, rules), change.severity, _told(change), failed)


def _short(change: Any) -> str:  # noqa: ANN401 - duck-typed
    return str(change.fingerprint.rpartition(":")[2][:12])


def _told(change: Any) -> str:  # noqa: ANN401 - duck-typed
    shown, group = sample_of(change), change.group
    parts = [f"state: {state_word(change.state.value)}", f"before: {change.before.count:,}x"]
    parts += [f"after: {change.after.count:,}x", f"reason: {change.reason}"]
    parts += [f"was at: {site_text(change.was)}"] if change.moved and change.was is not None else []
    parts += [f"code: {code_text(change)}"] if change.code is not None else []
    parts += [f"created: {frame_text(frame)}" for frame in chain_of(change)]
    parts += [f"failed: {frame_text(frame)}" for frame in group.failure] if group else []
    parts += [f"log: {shown.source}:{shown.line}"] if shown else []
    return "\n".join([*map(safe, parts), *([shown.text] if shown else [])])


def _outcome(case: Element, message: str, severity: Severity, body: str, failed: bool) -> None:
    if failed:
        SubElement(case, "failure", message=_line(message), type=severity.label).text = _text(body)
    else:
        SubElement(case, "system-out").text = _text(body)


def _case(suite: Element, row: ReportRow, failed: bool, why: str | None = None) -> None:
    place = site_text(row.group.site)
    name = f"{row.title} at {place}" if place else row.title
    case = SubElement(
        suite, "testcase", classname=_line(f"asynclog.{row.group.kind}"), name=_line(f"{name} [{row.id}]"),
        time=f"{(row.total or 0) / 1_000_000:.6f}",
    )  # fmt: skip
    gate = f"gate: {safe(why)}\n" if why else ""
    _outcome(case, f"{headline(row)} ({measure(row)})", row.severity, gate + _body(row), failed)


def _body(row: ReportRow) -> str:
    shown, chain = example(row), row.callers[0].chain if row.callers else ()
    parts = [f"rule: {row.group.rule}", f"seen: {row.count:,}x {seen(row)}".rstrip()]
    parts += [f"created: {frame_text(frame)}" for frame in chain]
    parts += [f"failed: {frame_text(frame)}" for frame in row.group.failure]
    parts += [f"test: {test.text} ({test.count:,}x)" for test in row.tests]
    parts += [f"{label}: {text}" for label, text in (("why", row.why), ("fix", row.fix)) if text]
    parts += [f"log: {shown.source}:{shown.line}"] if shown else []
    return "\n".join([*map(safe, parts), *([shown.text] if shown else [])])


def _line(text: str) -> str:
    return xml_text(safe(text))


def _text(text: str) -> str:
    return xml_text(text)
