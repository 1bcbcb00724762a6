"""Markdown for a pull request comment or `$GITHUB_STEP_SUMMARY`. No HTML; text of the log stands in code or escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from asynclog.model import Frame, Report, ReportRow, Sample
from asynclog.render.options import RenderOptions
from asynclog.render.places import frame_text, site_text
from asynclog.render.rows import blocks, day_of, example, problem, seen, severities, subject
from asynclog.render.safe import clip, markdown_block, markdown_code, markdown_prose, markdown_text, safe
from asynclog.render.units import duration, plural, share, sparkline

GROUPS = 20  # in the table, when nobody says how many
DETAILED = 5
_SAMPLE_LINES = 12
_SAMPLE_WIDTH = 400
_MOST = 500  # characters of a sentence
ROOM = 60_000  # of the 65,536 characters that a comment holds


def analyze(report: Report, options: RenderOptions) -> str:
    """The report as one document; its headings start at the second level."""
    rows = report.rows[: GROUPS if options.top is None else options.top]
    detailed = 0 if options.verbose < 0 else len(rows) if options.verbose else DETAILED
    hidden = [f"… and {plural(len(report.rows) - len(rows), 'more group')}."] if len(report.rows) > len(rows) else []
    hidden += [_text(report.hidden_text)] if report.hidden_text else []
    closing = [
        _when(report),
        _list("The loop", report.loop_lines),
        _list("What this report stands on", (*report.accounting, report.blocked_text, *report.notes)),
        _list("To see more next time", report.advice),
    ]
    head = [f"## asynclog: {_text(report.verdict)}", "", *_span(report), *_table(rows, day_of(report))]
    parts = [head, [line for each in hidden for line in (each, "")], *_all_details(rows[:detailed])]
    return "\n".join(_that_fit(parts, closing)).rstrip("\n") + "\n"


def _that_fit(parts: list[list[str]], closing: list[list[str]]) -> Iterator[str]:
    """All parts that a comment has room for: what closes the report goes before details."""
    room = ROOM - sum(len("\n".join(part)) for part in (parts[0], *closing))
    yield from parts[0]
    for at, part in enumerate(parts[1:], 1):
        room -= len("\n".join(part))
        if room < 0:
            yield from (f"{plural(len(parts) - at, 'more part')} of the report left out: no room here.", "")
            break
        yield from part
    for part in closing:
        yield from part


def _text(text: str) -> str:
    return markdown_prose(clip(text, _MOST))


def _span(report: Report) -> list[str]:
    last = report.last.removeprefix(day_of(report))
    span = f"{clip(safe(report.first), 40)} – {clip(safe(last), 40)}" if report.first else ""
    more = f"and {len(report.sources) - 3:,} more" if len(report.sources) > 3 else ""
    sources = [*map(_text, report.sources[:3]), more]
    span = markdown_text(span) if len(report.sources) != 1 else duration(report.span)
    return [" · ".join(filter(None, (*sources, span, severities(report)))), ""]


def _table(rows: tuple[ReportRow, ...], day: str) -> list[str]:
    if not rows:
        return []
    slow, timed = any(row.total is not None for row in rows), any(row.first for row in rows)
    heads = ["#", "severity", "problem", "where", "count", *(["blocked", "p95", "max", "share"] if slow else [])]
    heads += [*(["first – last"] if timed else []), "id"]
    marks = ["--:" if head in ("#", "count", "blocked", "p95", "max", "share") else "---" for head in heads]
    body = [_cells(row, slow, timed, day) for row in rows]
    return [f"| {' | '.join(cells)} |" for cells in (heads, marks, *body)] + [""]


def _cells(row: ReportRow, slow: bool, timed: bool, day: str) -> list[str]:
    place = site_text(row.group.site) or row.place
    where = markdown_code(clip(place, 160), table=True) or "not known"
    times = (*map(duration, (row.total, row.p95, row.maximum)), share(row.share).replace("<", "\\<"))
    name = f"**{row.severity.label}**" if row.severity else row.severity.label
    whose = markdown_code(clip(subject(row), 80), table=True)
    what = f"{_text(clip(problem(row), 100))} {f'({whose})' if whose else ''}".rstrip()
    cells = [str(row.rank), name, what, where, f"{row.count:,}", *(times if slow else ())]
    return [*cells, *([_text(seen(row, day))] if timed else []), markdown_code(row.id, table=True)]


def _all_details(rows: tuple[ReportRow, ...]) -> Iterator[list[str]]:
    told: dict[str, int] = {}  # by rule: the row that says why and how to mend it
    for row in rows:
        yield _details(row, told.setdefault(row.group.rule, row.rank))


def _details(row: ReportRow, told: int) -> list[str]:
    whose = markdown_code(clip(subject(row), 160))
    lines = [f"### {row.rank}. {_text(problem(row))}{f' in {whose}' if whose else ''}", ""]
    bullets = [("site", markdown_code(site_text(row.group.site, 160)))]
    bullets += [("created", _frames(row.callers[0].chain if row.callers else ()))]
    if len(row.callers) > 1:
        shares = (f"{markdown_code(clip(each.text, 200))} ({share(each.share)})" for each in row.callers[:5])
        bullets.append(("callers", ", ".join(shares)))
    bullets.append(("failed", _frames(row.group.failure)))
    bullets.append(("said", ", ".join(f"{markdown_code(clip(x.text, 200))} ({x.count:,}x)" for x in row.messages[:3])))
    if row.total is not None:
        of_run = f" ({share(row.share)} of the run)" if row.share is not None else ""
        numbers = f"p50 {duration(row.p50)}, p95 {duration(row.p95)}, max {duration(row.maximum)}"
        bullets.append(("blocked" if blocks(row) else "took", _text(f"{duration(row.total)}{of_run}; {numbers}")))
    again = told != row.rank
    bullets += [("why, fix", f"as in {told}")] if again else [("why", _text(row.why)), ("fix", _text(row.fix))]
    bullets += [("note", _text(note)) for note in row.notes]
    lines += [f"- **{label}:** {text}" for label, text in bullets if text]
    return [*lines, "", *_sample(example(row)), *_context(row)]


def _frames(frames: tuple[Frame, ...]) -> str:
    shown = frames if len(frames) <= 8 else (*frames[:3], *frames[-5:])
    names = [markdown_code(frame_text(frame, 160)) for frame in shown]
    if len(shown) < len(frames):
        names.insert(3, f"… {len(frames) - len(shown):,} more …")
    return " → ".join(filter(None, names))


def _sample(sample: Sample | None) -> list[str]:
    if sample is None:
        return []
    at = f" at {_text(sample.timestamp.text)}" if sample.timestamp else ""
    lines = [clip(line, _SAMPLE_WIDTH) for line in sample.text.split("\n")]
    more = [f"… {plural(len(lines) - _SAMPLE_LINES, 'more line')}"] if len(lines) > _SAMPLE_LINES else []
    quoted = markdown_block("\n".join([*lines[:_SAMPLE_LINES], *more]))
    return [f"{markdown_code(f'{clip(sample.source, 200)}:{sample.line}')}{at}", "", *quoted, ""]


def _context(row: ReportRow) -> list[str]:
    """The log around the sample; its own line is marked."""
    if not row.context:
        return []
    width = len(str(row.context[-1].number))
    lines = (f"{line.number:>{width}} {'>' if line.own else '|'} {line.text}" for line in row.context)
    return ["In the log around it:", "", *markdown_block("\n".join(clip(line, _SAMPLE_WIDTH) for line in lines)), ""]


def _when(report: Report) -> list[str]:
    bars = sparkline(report.spark, 60)
    if not bars and not report.windows:
        return []
    chart = ["```text", bars, "```", ""] if bars else []
    return ["### When it happened", "", *chart, *(f"- {_text(window.text)}" for window in report.windows[:3]), ""]


def _list(title: str, items: Iterable[str]) -> list[str]:
    bullets = [f"- {_text(item)}" for item in items if item][:20]
    return [f"### {title}", "", *bullets, ""] if bullets else []


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed."""
    from asynclog.render import markdown_changes

    return markdown_changes.diff(found, options)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How groups move over runs."""
    from asynclog.render import markdown_changes

    return markdown_changes.trend(found, options)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, and why."""
    from asynclog.render import markdown_changes

    return markdown_changes.check(gate, options)
