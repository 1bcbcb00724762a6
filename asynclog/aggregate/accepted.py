"""What has been accepted, by fingerprint, and the file that keeps it.

The file is JSON with one group a line, sorted, without line numbers or times, so that a review shows what changed:

    {"asynclog": {"format": "baseline", "version": 1}, "per": "", "runs": [
    {"label": "main", "seconds": 600.0, "windows": 24}
    ], "groups": [
    {"fingerprint": "...", "severity": "error", "rule": "...", "site": "app/db.py:fetch", "signature": "...", "runs":
    [{"count": 3, ...}], "reason": "upstream bug 12", "expires": "2026-12-31"}
    ]}

`runs` of a group has one entry for each of the runs above, null where that run did not have it. History of the format:
1: the first one.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from asynclog.aggregate.counts import Spread
from asynclog.aggregate.evidence import Evidence
from asynclog.aggregate.sides import Log
from asynclog.aggregate.spans import Span, exposure_of
from asynclog.errors import FormatError
from asynclog.model import Facts, Group, Histogram, Run, Severity, Site
from asynclog.slotted import dataclass, field

VERSION = 1
FORMAT = "baseline"
NO_SPAN = Span()
_SPREADS = ("sizes", "lengths", "typical")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted group: what each run of the baseline says about it, why it was accepted and until when."""

    fingerprint: str
    signature: str
    kind: str
    rule: str
    severity: Severity
    site: str
    coroutine: str | None = None
    runs: tuple[Evidence | None, ...] = ()
    durations: tuple[Histogram, ...] = ()
    reason: str | None = None
    expires: datetime.date | None = None

    def group(self, index: int) -> Group:
        """What stands for the group of run `index` in a comparison."""
        file, _, function = self.site.rpartition(":") if ":" in self.site else (self.site, "", "")
        evidence = self.runs[index] or Evidence()
        return Group(
            self.fingerprint, self.signature, self.kind, self.rule, self.severity,
            Site(file or None, None, function or None), self.coroutine, count=evidence.count,
            durations=self.durations[index] if self.durations else Histogram(),
            rules={self.rule: evidence.count}, severities={self.rule: self.severity},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One run that a baseline was made from."""

    label: str | None = None
    span: Span = NO_SPAN
    debug: bool | None = None
    pythons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """Everything accepted, by fingerprint. `per` is the regex of the lines that are units of work, empty without."""

    runs: tuple[Source, ...] = ()
    groups: Mapping[str, Accepted] = field(default_factory=dict)
    per: str = ""

    def logs(self) -> list[Log]:
        """The runs as a side of a comparison."""
        return [self._log(index, source) for index, source in enumerate(self.runs)]

    def _log(self, index: int, source: Source) -> Log:
        known = {name: found for name, entry in self.groups.items() if (found := entry.runs[index]) is not None}
        counters = {"debug off": 1} if source.debug is False else {}
        run = Run(
            {name: self.groups[name].group(index) for name in known},
            facts=Facts(int(source.debug is True), pythons=dict.fromkeys(source.pythons, 1), counters=counters),
            label=source.label,
        )
        return Log(run, source.span, known)


# -- the file --------------------------------------------------------------------------------------------------------


def dump(baseline: Baseline) -> bytes:
    """The file: equal baselines give equal bytes."""
    head = json.dumps({"asynclog": {"format": FORMAT, "version": VERSION}, "per": baseline.per})
    runs = [_line(_plain_source(source)) for source in baseline.runs]
    groups = [_line(_plain(baseline.groups[name])) for name in sorted(baseline.groups)]
    return f'{head[:-1]}, "runs": [{_block(runs)}], "groups": [{_block(groups)}]}}\n'.encode()


def _block(lines: list[str]) -> str:
    return "\n" + ",\n".join(lines) + "\n" if lines else ""


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps({key: part for key, part in value.items() if part not in (None, [], "")}, ensure_ascii=False)


def _plain_source(source: Source) -> dict[str, Any]:
    span = source.span
    return {
        "label": source.label, "seconds": span.seconds, "units": span.units, "windows": span.windows,
        "parts": list(span.parts), "debug": source.debug, "pythons": list(source.pythons),
    }  # fmt: skip


def _plain(entry: Accepted) -> dict[str, Any]:
    runs = [
        None if evidence is None else _plain_evidence(evidence, entry.durations[i] if entry.durations else None)
        for i, evidence in enumerate(entry.runs)
    ]
    return {
        "fingerprint": entry.fingerprint, "severity": entry.severity.label, "kind": entry.kind, "rule": entry.rule,
        "site": entry.site, "coroutine": entry.coroutine, "reason": entry.reason,
        "expires": None if entry.expires is None else entry.expires.isoformat(), "signature": entry.signature,
        "runs": runs,
    }  # fmt: skip


def _plain_evidence(evidence: Evidence, durations: Histogram | None) -> dict[str, Any]:
    plain: dict[str, Any] = {"count": evidence.count, "bursts": evidence.bursts}
    plain |= {"total": evidence.total} if evidence.total else {}
    plain |= {"busy": evidence.busy} if evidence.busy else {}
    for name in ("starts", "events"):
        plain |= {name: list(getattr(evidence, name))} if evidence.events else {}
    for name in _SPREADS:
        plain |= {name: list(getattr(evidence, name))} if getattr(evidence, name).n else {}
    if durations is not None:
        low, high = durations.minimum, durations.maximum
        plain["durations"] = [durations.total, low, high, {str(i): n for i, n in durations.counts.items()}]
    return plain


def load(data: bytes, name: str = "baseline") -> Baseline:
    """The baseline in `data`; `name` is the file to be named in errors."""
    try:
        document = json.loads(data)
        header = document["asynclog"]
        kind, version = header["format"], header["version"]
    except (ValueError, TypeError, KeyError) as error:
        raise FormatError(f"{name}: not a baseline of asynclog", "make one with `asynclog baseline create`") from error
    if kind != FORMAT:
        raise FormatError(f"{name}: this is a saved {kind}, not a baseline", "make one with `asynclog baseline create`")
    if not isinstance(version, int) or version > VERSION:
        raise FormatError(
            f"{name}: baseline of version {version}, this asynclog reads up to {VERSION}", "update asynclog"
        )
    try:
        sources = tuple(_source_of(plain) for plain in document["runs"])
        entries = [_accepted_of(plain, sources) for plain in document["groups"]]
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise FormatError(
            f"{name}: damaged baseline ({error!r})", "make it again with `asynclog baseline create`"
        ) from error
    return Baseline(sources, {entry.fingerprint: entry for entry in entries}, str(document.get("per") or ""))


def _source_of(plain: dict[str, Any]) -> Source:
    span = Span(
        0, 0, float(plain.get("seconds", 0)), plain.get("units"), int(plain.get("windows", 0)),
        tuple(plain.get("parts", ())),
    )  # fmt: skip
    return Source(plain.get("label"), span, plain.get("debug"), tuple(plain.get("pythons", ())))


def _accepted_of(plain: dict[str, Any], sources: tuple[Source, ...]) -> Accepted:
    rows = plain["runs"]
    if len(rows) != len(sources):
        raise ValueError(f"{plain['fingerprint']} has {len(rows)} runs instead of {len(sources)}")
    expires = plain.get("expires")
    return Accepted(
        plain["fingerprint"], plain["signature"], plain["kind"], plain["rule"], Severity[plain["severity"].upper()],
        plain.get("site", ""), plain.get("coroutine"),
        tuple(row and _evidence_of(row, source.span) for row, source in zip(rows, sources, strict=True)),
        tuple(map(_durations_of, rows)) if any(row and "durations" in row for row in rows) else (),
        plain.get("reason"), None if expires is None else datetime.date.fromisoformat(expires),
    )  # fmt: skip


def _evidence_of(plain: dict[str, Any], span: Span) -> Evidence:
    spreads = {name: Spread(*plain[name]) for name in _SPREADS if name in plain}
    events = tuple(plain.get("events", ()))
    return Evidence(
        plain["count"], plain["bursts"], plain.get("total", 0), exposure_of(span), tuple(plain.get("starts", ())),
        events, span.parts if events else (), float(plain.get("busy", 0)), **spreads,
    )  # fmt: skip


def _durations_of(plain: dict[str, Any] | None) -> Histogram:
    if not plain or "durations" not in plain:
        return Histogram()
    total, low, high, counts = plain["durations"]
    return Histogram({int(i): n for i, n in counts.items()}, sum(counts.values()), total, low, high)
