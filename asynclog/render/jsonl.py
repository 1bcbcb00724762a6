"""One finding a line, with the keys that other tools read."""

from __future__ import annotations

import json
from typing import Any

from asynclog.lazy import regex
from asynclog.model import Finding
from asynclog.render.changes import change_json, series_json
from asynclog.render.options import RenderOptions
from asynclog.render.places import versioned
from asynclog.render.safe import json_text
from asynclog.render.units import iso

_NAME = regex(r"[^\W\d]\w*(?:\.(?:[^\W\d]\w*|<locals>|<lambda>))*|<\w+ object>")


def finding_json(finding: Finding) -> dict[str, Any]:
    """The finding with exactly the documented keys; what is not known is None."""
    site, kind = finding.site, finding.exception_type
    return {
        "kind": finding.kind,
        "rule": finding.rule,
        "severity": finding.severity.label,
        "source": finding.source,
        "line": finding.line,
        "timestamp": iso(finding.timestamp),
        "fingerprint": versioned(finding.fingerprint, finding.signature),
        "site": {"file": site.file, "line": site.line, "function": site.function, "via": site.via.value},
        "coroutine": finding.coroutine or _function(finding.callback),
        "task": finding.task,
        "object": finding.object,
        "duration": None if finding.duration is None else finding.duration / 1_000_000,
        "exception": None if kind is None else {"type": kind, "message": finding.exception_message},
        "partial": finding.partial,
        "text": finding.text,
    }


def _function(callback: str | None) -> str | None:
    """The callback by its plain dotted name, or its class where it is of C: what ran, when no coroutine is told."""
    return callback if callback is not None and _NAME.fullmatch(callback) else None


def finding_line(finding: Finding) -> bytes:
    """The finding as one line of UTF-8 JSON, its newline included. Control characters are always escaped."""
    return line(finding_json(finding))


def line(value: dict[str, Any]) -> bytes:
    """`value` as one line of JSON that is safe to print."""
    import orjson

    try:
        packed = orjson.dumps(value)
    except TypeError:  # a lone surrogate: only JSON's own escapes can say it
        packed = json.dumps(value, separators=(",", ":")).encode()
    return json_text(packed.decode()).encode() + b"\n"


def diff(found: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """One change a line, the most pressing first."""
    return b"".join(line(change_json(change)) for change in found.changes[: options.top])


def trend(found: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """One group a line."""
    return b"".join(line(series_json(series)) for series in found.series[: options.top])


def check(gate: Any, options: RenderOptions) -> bytes:  # noqa: ANN401 - duck-typed
    """One change a line, as in a diff; without a baseline nothing."""
    return diff(gate.diff, options) if gate.diff is not None else b""
