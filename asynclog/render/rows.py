"""What all formats say about one row in the same words."""

from __future__ import annotations

from asynclog.model import Report, ReportRow
from asynclog.render.places import place
from asynclog.render.safe import clip, safe
from asynclog.render.units import duration, plural, share

_BLOCKING = frozenset({"slow-callback"})  # kinds whose duration is time in which the loop stood still
_MOST = 200  # characters of a title or message


def blocks(row: ReportRow) -> bool:
    """Whether the row's durations are time in which the loop stood still."""
    return row.total is not None and (row.share is not None or row.group.kind in _BLOCKING)


def problem(row: ReportRow) -> str:
    """The title with the type of its exception."""
    title, exception = clip(safe(row.title), _MOST), row.group.exception_type
    if not exception or exception in row.title:
        return title
    return f"{title}: {clip(safe(exception), _MOST)}"


def headline(row: ReportRow) -> str:
    """The title, its exception and what it said most often."""
    return f"{problem(row)}: {clip(safe(row.messages[0].text), _MOST)}" if row.messages else problem(row)


def where(row: ReportRow) -> str:
    """The site, else the line of the log that shows the worst case."""
    file, line = position(row)
    return place(file, line) if file else "-"


def position(row: ReportRow) -> tuple[str, int]:
    """File and line as `where`, not yet made safe; the file is empty where there is neither site nor sample."""
    site, worst = row.group.site, row.group.worst
    if site.file:
        return site.file, max(1, site.line or 1)
    return (worst.source, max(1, worst.line)) if worst else ("", 1)


def measure(row: ReportRow) -> str:
    """How often and, where that is known, how long."""
    parts = [f"{row.count:,}x"]
    if row.total is not None:
        parts.append(f"{duration(row.total)} in all, max {duration(row.maximum)}")
    if row.share is not None:
        parts.append(f"{share(row.share)} of the run")
    return ", ".join(parts)


def seen(row: ReportRow) -> str:
    """First and last time in short; empty where the log has no times."""
    first, last = clip(safe(row.first), 40), clip(safe(row.last), 40)
    return first if first == last else f"{first} – {last}"


def severities(report: Report) -> str:
    """`12 errors, 1 warning, 3 info`: how many findings of each."""
    counts = {name: count for name, count in report.severities.items() if count}
    return ", ".join(
        f"{count:,} {safe(name)}" if name == "info" else plural(count, safe(name)) for name, count in counts.items()
    )
