"""JUnit XML: one test case a group, failed where the group is an error or a warning."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from asynclog.model import Report, ReportRow, Severity
from asynclog.render.options import RenderOptions
from asynclog.render.places import frame_text, site_text
from asynclog.render.rows import example, headline, measure, seen
from asynclog.render.safe import safe, xml_text


def analyze(report: Report, options: RenderOptions) -> str:
    """One suite; a clean run is one test case that passed, since many readers take none for a failure."""
    rows = report.rows[: options.top]
    failures = sum(row.severity > Severity.INFO for row in rows)
    seconds = sum(row.total or 0 for row in rows) / 1_000_000
    suite = Element(
        "testsuite", name="asynclog", tests=str(len(rows) or 1), failures=str(failures), errors="0", skipped="0",
        time=f"{seconds:.6f}",
    )  # fmt: skip
    for row in rows:
        _case(suite, row)
    if not rows:
        SubElement(suite, "testcase", classname="asynclog", name=_line(report.verdict or "nothing found"), time="0")
    closing = (*report.accounting, report.blocked_text, *report.notes, report.hidden_text)
    SubElement(suite, "system-out").text = _text("\n".join(safe(line) for line in closing if line))
    suites = Element("testsuites", name="asynclog", tests=suite.get("tests", ""), failures=str(failures), errors="0")
    suites.append(suite)
    indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(suites, encoding="unicode")}\n'


def _case(suite: Element, row: ReportRow) -> None:
    place = site_text(row.group.site)
    name = f"{row.title} at {place}" if place else row.title
    case = SubElement(
        suite, "testcase", classname=_line(f"asynclog.{row.group.kind}"), name=_line(f"{name} [{row.id}]"),
        time=f"{(row.total or 0) / 1_000_000:.6f}",
    )  # fmt: skip
    if row.severity > Severity.INFO:
        message = _line(f"{headline(row)} ({measure(row)})")
        SubElement(case, "failure", message=message, type=row.severity.label).text = _text(_body(row))
    else:
        SubElement(case, "system-out").text = _text(_body(row))


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
