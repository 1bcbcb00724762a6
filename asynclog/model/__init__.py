"""Every noun of asynclog: frozen, slotted dataclasses that the rooms hand to each other.

`records` holds what stands in a log, `findings` what it means, `runs` what was counted, `reports` what is shown; each
knows those before it.

Units: times and durations are integer microseconds (sums of floats are not associative, and runs must merge in any
order). Line numbers are 1-based. Texts are `str`; bytes that were no valid text are kept as backslash escapes.
"""

from __future__ import annotations

from asynclog.model.findings import Finding, Message, Rule, Site
from asynclog.model.records import (
    CallbackRef,
    CoroutineRef,
    ExceptionReport,
    Frame,
    MessagePattern,
    ObjectRepr,
    Place,
    Prefix,
    Record,
    Severity,
    Timestamp,
    Via,
)
from asynclog.model.reports import (
    CallerRow,
    ExampleFailure,
    Explanation,
    LogLine,
    ProcessRow,
    Reason,
    Report,
    ReportRow,
    ReportWindow,
    RuleCard,
    Tally,
)
from asynclog.model.runs import (
    Accounting,
    Caller,
    Cells,
    Facts,
    Group,
    Histogram,
    Mark,
    Moment,
    Run,
    Sample,
    Seam,
    Segment,
    SourceSpan,
    Start,
    Timeline,
)

__all__ = [
    "Accounting",
    "CallbackRef",
    "Caller",
    "CallerRow",
    "Cells",
    "CoroutineRef",
    "ExampleFailure",
    "ExceptionReport",
    "Explanation",
    "Facts",
    "Finding",
    "Frame",
    "Group",
    "Histogram",
    "LogLine",
    "Mark",
    "Message",
    "MessagePattern",
    "Moment",
    "ObjectRepr",
    "Place",
    "Prefix",
    "ProcessRow",
    "Reason",
    "Record",
    "Report",
    "ReportRow",
    "ReportWindow",
    "Rule",
    "RuleCard",
    "Run",
    "Sample",
    "Seam",
    "Segment",
    "Severity",
    "Site",
    "SourceSpan",
    "Start",
    "Tally",
    "Timeline",
    "Timestamp",
    "Via",
]
