"""What all formats say about one row in the same words."""

from __future__ import annotations

from asynclog.lazy import regex
from asynclog.model import Report, ReportRow, Sample
from asynclog.render.places import place
from asynclog.render.safe import clip, safe
from asynclog.render.units import duration, plural, share

_BLOCKING = frozenset({"slow-callback"})  # kinds whose duration is time in which the loop stood still
_DATE = regex(r"\d{4}[-/.]\d\d[-/.]\d\d[ T]")
_MINUTES = 60  # of an hour: a log of less than one says nothing about an hour
_MOST = 200  # characters of a title or message


def blocks(row: ReportRow) -> bool:
    """Whether the row's durations are time in which the loop stood still."""
    return row.total is not None and (row.share is not None or row.group.kind in _BLOCKING)


def hourly(row: ReportRow) -> str:
    """How often in an hour; empty where the log is too short to tell."""
    if row.rate is None or row.count < 2 or row.rate > row.count * _MINUTES:
        return ""
    return f"{row.rate:,.1f} an hour"


def problem(row: ReportRow) -> str:
    """The title with the type of its exception."""
    title, exception = clip(safe(row.title), _MOST), row.group.exception_type
    if not exception or exception in row.title:
        return title
    return f"{title}: {clip(safe(exception), _MOST)}"


def subject(row: ReportRow) -> str:
    """The coroutine or callback, where the site does not name it already."""
    group = row.group
    name = group.coroutine or group.callback or ""
    return "" if name.rpartition(".")[2] == (group.site.function or "") else clip(safe(name), _MOST)


def headline(row: ReportRow) -> str:
    """The title, its exception and what it said most often, and whose it was."""
    said = f"{problem(row)}: {clip(safe(row.messages[0].text), _MOST)}" if row.messages else problem(row)
    return f"{said}, in {subject(row)}" if subject(row) else said


def where(row: ReportRow) -> str:
    """The site, else the line of the log that shows the worst case."""
    file, line = position(row)
    return place(file, line) if file else "-"


def position(row: ReportRow) -> tuple[str, int]:
    """File and line as `where`, not yet made safe; the file is empty where there is neither site nor sample."""
    site, shown = row.group.site, example(row)
    if site.file:
        return site.file, max(1, site.line or 1)
    return (shown.source, max(1, shown.line)) if shown else ("", 1)


def example(row: ReportRow) -> Sample | None:
    """The finding that shows the group best: the worst, or where nothing was measured the first."""
    return row.group.worst or next(iter((*row.samples, *row.group.samples)), None)


def measure(row: ReportRow) -> str:
    """How often and, where that is known, how long."""
    parts = [f"{row.count:,}x"]
    if row.total is not None:
        parts.append(f"{duration(row.total)} in all, max {duration(row.maximum)}")
    if row.share is not None:
        parts.append(f"{share(row.share)} of the run")
    return ", ".join(parts)


def day_of(report: Report) -> str:
    """The date that all of the report's times share, with what separates it from the time of day; else nothing."""
    first, last = _DATE.match(report.first), _DATE.match(report.last)
    return first.group() if first and last and first.group() == last.group() else ""


def seen(row: ReportRow, day: str = "") -> str:
    """First and last time, without `day`; empty where the log has no times."""
    first, last = (clip(safe(text.removeprefix(day)), 40) for text in (row.first, row.last))
    date = _DATE.match(first)
    return first if first == last else f"{first} – {last.removeprefix(date.group()) if date else last}"


def severities(report: Report) -> str:
    """`12 errors, 1 warning, 3 notes`: how many findings of each."""
    words = ((count, "note" if name == "info" else safe(name)) for name, count in report.severities.items() if count)
    return ", ".join(plural(count, word) for count, word in words)
