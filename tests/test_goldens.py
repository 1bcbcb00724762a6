"""What every format makes of every sample log, of the release pair (diff, check) and of the series (trend).

Full files for the four small logs of 2014 and for the comparisons; of all other logs, and of pages, a digest tells that
something changed (`golden/formats/digests.txt`): run the command that it names with both versions to see what. After a
change that you meant: `pytest tests/test_goldens.py -n 0 --update-golden`, then read the diff as a user would.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from asynclog import pipeline
from asynclog.aggregate import baseline
from asynclog.aggregate.compare import compare
from asynclog.aggregate.gate import decide
from asynclog.aggregate.trend import trend
from asynclog.aggregate.views import facts_of, report
from asynclog.config import Settings
from asynclog.model import Report, Run
from asynclog.render import FORMATS, RenderOptions, render
from asynclog.render.jsonl import finding_line

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = Path(__file__).parent / "golden" / "formats"
DIGESTS = GOLDEN / "digests.txt"
LOGS = sorted(
    str(file.relative_to(ROOT))
    for pattern in ("*.log", "*.log.gz", "*.jsonl", "*/*.log")
    for file in (ROOT / "sample_logs").glob(pattern)
)
SMALL = [log for log in LOGS if "develop_2014" in log]
SUFFIX = {
    "json": "json", "jsonl": "jsonl", "csv": "csv", "markdown": "md", "gitlab": "json", "junit": "xml",
    "sarif": "json", "html": "html",
}  # fmt: skip
OPTIONS = RenderOptions(width=100)
COMPARED = [(view, name) for view in ("diff", "check", "trend") for name, each in FORMATS.items() if each.shows(view)]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)  # paths in reports are as given


@cache
def run_of(log: str) -> Run:
    return pipeline.analyze([log], Settings())


@cache
def report_of(log: str) -> Report:
    return report(run_of(log))


def analyzed(name: str, log: str) -> bytes:
    if name == "jsonl":
        return b"".join(map(finding_line, pipeline.findings([log], Settings())))
    shown = render(name, report_of(log), OPTIONS)
    return shown if isinstance(shown, bytes) else shown.encode()


@cache
def compared(view: str) -> Any:
    """The comparison of a view: the release pair, a gate on it, the eight runs."""
    before, after = "sample_logs/web_before.log", "sample_logs/web_after.log"
    if view == "trend":
        return trend(pipeline.runs(["sample_logs/series"], Settings()))
    runs = [pipeline.runs([log], Settings()) for log in (before, after)]
    if view == "diff":
        return compare(*runs)
    known = baseline.build(runs[0])
    found = baseline.check(known, runs[1], date(2026, 3, 3))
    run = run_of(after)
    return decide(("new", "worse"), (), report_of(after), found, facts_of(run))


def shown(view: str, name: str) -> bytes:
    text = render(name, compared(view), OPTIONS, view=view)
    return text if isinstance(text, bytes) else text.encode()


def digest(name: str, data: bytes) -> str:
    """Of a page only what it says: style and script have tests of their own."""
    if name == "html":
        data = re.sub(rb"<(style|script)\b.*?</\1>|<meta [^>]*>", b"", data, flags=re.S)
    return hashlib.sha256(data).hexdigest()[:16]


def digests() -> dict[str, str]:
    lines = DIGESTS.read_text("utf-8").splitlines() if DIGESTS.exists() else []
    return {command: told for told, command in (line.split("  ", 1) for line in lines)}


def checked(request: pytest.FixtureRequest, command: str, told: str) -> None:
    known = digests()
    if request.config.getoption("--update-golden"):
        known[command] = told
        DIGESTS.parent.mkdir(parents=True, exist_ok=True)
        DIGESTS.write_text("".join(f"{known[each]}  {each}\n" for each in sorted(known)), "utf-8")
    assert digests().get(command) == told, f"{command}: has changed; if it was meant: --update-golden"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("log", LOGS)
def test_every_format_of_every_log(log: str, name: str, request: pytest.FixtureRequest) -> None:
    checked(request, f"asynclog analyze {log} -f {name}", digest(name, analyzed(name, log)))


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "html"])
@pytest.mark.parametrize("log", SMALL)
def test_small_logs_in_full(log: str, name: str, golden: Callable[[Path, bytes], None]) -> None:
    golden(GOLDEN / Path(log).stem / f"{name}.{SUFFIX.get(name, 'txt')}", analyzed(name, log))


@pytest.mark.parametrize(("view", "name"), [pair for pair in COMPARED if pair[1] != "html"])
def test_comparisons_in_full(view: str, name: str, golden: Callable[[Path, bytes], None]) -> None:
    golden(GOLDEN / view / f"{name}.{SUFFIX.get(name, 'txt')}", shown(view, name))


@pytest.mark.parametrize("view", [view for view, name in COMPARED if name == "html"])
def test_pages_of_comparisons(view: str, request: pytest.FixtureRequest) -> None:
    checked(request, f"{view} as html", digest("html", shown(view, "html")))


def test_no_digest_is_left_of_a_log_or_format_that_is_gone() -> None:
    wanted = {f"asynclog analyze {log} -f {name}" for log in LOGS for name in FORMATS}
    assert set(digests()) == wanted | {f"{view} as html" for view, name in COMPARED if name == "html"}


def test_what_the_formats_of_a_view_are() -> None:
    names = {view: [name for each, name in COMPARED if each == view] for view in ("diff", "check", "trend")}
    comparing = ["text", "concise", "json", "jsonl", "csv", "markdown", "html", "github", "gitlab", "junit", "sarif"]
    assert names["diff"] == comparing
    assert set(comparing) - {"html"} <= set(names["check"])
    assert names["trend"] == ["text", "concise", "json", "jsonl", "csv", "markdown", "html"]
