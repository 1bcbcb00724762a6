"""The saved report: it can be read again, compared and merged."""

from __future__ import annotations

from asynclog import codec
from asynclog.model import Report
from asynclog.render.options import RenderOptions
from asynclog.render.safe import json_text


def analyze(report: Report, options: RenderOptions) -> bytes:
    """The whole run, whatever is shown of it elsewhere."""
    return json_text(codec.dump_run(report.run).decode().rstrip("\n")).encode() + b"\n"
