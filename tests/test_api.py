"""The API for notebooks: docs/api.md runs, frames keep their columns and dtypes, what is shown is safe."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import asynclog
from asynclog import frames
from asynclog.errors import InputError, UsageError

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
BEFORE, AFTER = "sample_logs/web_before.log", "sample_logs/web_after.log"
TABLES = {"analyze": frames.GROUPS, "diff": frames.CHANGES, "trend": frames.SERIES}
HOSTILE = (
    "2026-03-02 09:00:00,000 - asyncio - ERROR - Task exception was never retrieved\n"
    "future: <Task finished name='<script>alert(1)</script>' coro=<evil() done, defined at "
    "/srv/<img src=x onerror=alert(1)>/a\u202eb.py:5> exception=ValueError('<script>alert(2)</script>')>\n"
    "ValueError: <script>alert(2)</script>\n"
)


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_the_page_runs(tmp_path):
    pd = pytest.importorskip("pandas")
    text = re.sub(r"^```.*$", "", PAGE.read_text("utf-8"), flags=re.M)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL
    test = doctest.DocTestParser().get_doctest(text, {"folder": tmp_path}, "docs/api.md", str(PAGE), 0)
    assert len(test.examples) > 15
    said: list[str] = []
    with pd.option_context("display.width", 140, "display.max_columns", 20):
        failed, _ = doctest.DocTestRunner(optionflags=flags).run(test, out=said.append)
    assert not failed, "".join(said)


def test_the_columns_of_the_page_are_the_columns():
    text = PAGE.read_text("utf-8").partition("<!-- checked: columns -->")[2]
    for name, table in TABLES.items():
        rows = re.search(rf"\| `{name}` \| dtype \| \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", text)
        assert rows is not None
        told = dict(re.findall(r"^\| `(\w+)` \| `([\w\[\]]+)` \|", rows[1], re.M))
        assert told == {key: "category" if isinstance(dtype, tuple) else dtype for key, dtype in table.items()}


def results(tmp_path):
    empty = tmp_path / "empty.log"
    empty.write_text("")
    return {
        "analyze": (asynclog.analyze(BEFORE), asynclog.analyze(empty)),
        "diff": (asynclog.diff(BEFORE, AFTER), asynclog.diff(empty, empty)),
        "trend": (asynclog.trend([BEFORE, AFTER]), asynclog.trend([empty, empty])),
    }


def test_frames_have_their_columns_and_dtypes_with_and_without_rows(tmp_path):
    pytest.importorskip("pandas")
    for name, (full, empty) in results(tmp_path).items():
        for one in (full, empty):
            frame = one.to_frame()
            assert list(frame.columns) == list(TABLES[name])
            for column, dtype in TABLES[name].items():
                if isinstance(dtype, tuple):
                    assert tuple(frame[column].cat.categories) == dtype
                    assert frame[column].cat.ordered
                else:
                    assert str(frame[column].dtype) == dtype, column
        assert len(full.to_frame()) > 0 == len(empty.to_frame())


def test_frames_say_what_the_results_hold():
    pytest.importorskip("pandas")
    found = asynclog.analyze(BEFORE)
    frame = found.to_frame()
    assert list(frame["fingerprint"]) == [row.group.fingerprint for row in found.rows]
    assert frame["count"].sum() == found.facts["findings"]
    assert str(frame["first"].min()) == "2026-03-02 09:00:04.046000"
    runs = asynclog.trend("sample_logs/series")
    table = runs.to_frame()
    assert len(table) == sum(len(one.runs) for one in runs.series) == 8 * len(runs.series)
    assert list(table["position"][:8]) == list(range(8))


def test_findings_are_all_findings_in_log_order():
    found = asynclog.analyze(BEFORE, top=1, min_severity="error")
    assert len(found.rows) == 1
    findings = list(found.findings())
    assert len(findings) == found.facts["findings"]
    assert [each.line for each in findings] == sorted(each.line for each in findings)


def test_settings_are_those_of_the_command_line(tmp_path):
    whole = asynclog.analyze(BEFORE)
    part = asynclog.analyze(BEFORE, since="09:20:00", label="late")
    assert 0 < part.facts["findings"] < whole.facts["findings"]
    assert part.run.label == "late"
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.asynclog]\nplumbing = ["shop/background.py:spawn"]\n')
    told = asynclog.analyze(BEFORE, project=project).to_frame()
    assert "spawn" not in set(told["function"].dropna())
    assert told.equals(asynclog.analyze(BEFORE, plumbing=["shop/background.py:spawn"]).to_frame())
    mapped = asynclog.analyze(BEFORE, path_map={"/srv/app": "/home/me"})
    assert len(mapped.rows) == len(whole.rows)


def test_several_paths_are_one_run_and_several_runs_are_a_side():
    both = asynclog.analyze([BEFORE, Path(AFTER)])
    assert both.facts["findings"] == sum(asynclog.analyze(path).facts["findings"] for path in (BEFORE, AFTER))
    several = asynclog.diff(["sample_logs/series/run-01.log", "sample_logs/series/run-02.log"], [AFTER])
    assert len(several.diff.before) == 2


def test_what_was_analyzed_can_be_compared_again():
    before, after = asynclog.analyze(BEFORE), asynclog.analyze(AFTER)
    fresh = asynclog.diff(BEFORE, AFTER).diff
    assert asynclog.diff(before, after).diff.changes == fresh.changes
    assert asynclog.diff(before.run, [after]).diff.changes == fresh.changes
    assert asynclog.trend([before, after]).to_frame().shape[0] == 2 * len(fresh.changes)
    same = asynclog.diff(before, before)
    assert {change.state.value for change in same.changes} == {"same"}


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("run.json", '{"asynclog"'), ("run.jsonl", '{"kind"'), ("run.csv", "rank,"), ("run.md", "## asynclog"),
        ("run.html", "<!DOCTYPE html>"), ("run.txt", "11 distinct"), ("run.sarif", '{\n "$schema"'),
        ("run.xml", "<?xml"), ("run.folded", ""),
    ],
)  # fmt: skip
def test_save_by_the_ending(tmp_path, name, start):
    found = asynclog.analyze(BEFORE)
    path = found.save(tmp_path / name)
    text = path.read_text("utf-8")
    assert text.lower().startswith(start.lower())
    if name == "run.json":
        assert asynclog.analyze(path).to_frame().equals(found.to_frame())
    if name == "run.jsonl":
        assert len(text.splitlines()) == found.facts["findings"]


def test_save_and_render_of_the_others(tmp_path):
    changed, moved = asynclog.diff(BEFORE, AFTER), asynclog.trend([BEFORE, AFTER])
    assert json.loads(changed.save(tmp_path / "d.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert len(moved.save(tmp_path / "t.jsonl").read_text("utf-8").splitlines()) == len(moved.series)
    assert "1 new" in changed.render("text", width=60)
    with pytest.raises(UsageError, match="what format"):
        moved.save(tmp_path / "t.docx")
    with pytest.raises(UsageError, match="unknown format: word"):
        moved.save(tmp_path / "t.docx", format="word")
    with pytest.raises(UsageError, match="trend cannot be shown as sarif"):
        moved.save(tmp_path / "t.sarif")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.sarif", "t.jsonl"]


def test_errors_have_a_way_out(tmp_path):
    with pytest.raises(InputError) as caught:
        asynclog.analyze(tmp_path / "none.log")
    assert isinstance(caught.value, asynclog.AsynclogError)
    for wrong in ({"sort": "nonsense"}, {"min_severity": "loud"}):
        with pytest.raises(UsageError):
            asynclog.analyze(BEFORE, **wrong)
    with pytest.raises(TypeError, match="colour"):
        asynclog.analyze(BEFORE, colour="red")
    with pytest.raises(UsageError, match="two runs"):
        asynclog.trend(BEFORE)
    saved = asynclog.analyze(BEFORE).save(tmp_path / "saved.json")
    with pytest.raises(InputError, match="groups, not findings"):
        list(asynclog.analyze(saved).findings())


class _Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "wbr":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_what_a_notebook_shows_is_safe(tmp_path):
    log, empty = tmp_path / "hostile.log", tmp_path / "empty.log"
    log.write_text(HOSTILE * 3, "utf-8")
    empty.write_text("")
    shown = [
        asynclog.analyze(log), asynclog.diff(empty, log), asynclog.trend([empty, log]), asynclog.analyze(BEFORE),
        asynclog.diff(BEFORE, AFTER), asynclog.trend("sample_logs/series"), asynclog.analyze(empty),
        asynclog.diff(empty, empty), asynclog.trend([empty, empty]),
    ]  # fmt: skip
    for one in shown:
        page = one._repr_html_()
        tags = _Tags()
        tags.feed(page)
        assert not tags.open
        assert tags.tags <= {"div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "wbr"}
        assert tags.attributes <= {"style", "scope"}
        assert "\u202e" not in page
        assert len(page) < 20_000
    assert "evil" in shown[0]._repr_html_()


def test_the_package_costs_nothing_until_it_is_used():
    code = (
        "import sys, asynclog, asynclog.model\n"
        "print(sorted(set(sys.modules) & {'asynclog.api', 'pandas', 'rich', 'click', 'asynclog.pipeline'}))\n"
        "from asynclog import analyze\n"
        f"analyze({BEFORE!r})._repr_html_()\n"
        "print(sorted(set(sys.modules) & {'pandas', 'rich', 'click', 'scipy'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "[]\n[]\n"


def test_the_package_names_what_it_offers():
    assert set(asynclog.__all__) < set(dir(asynclog))
    assert all(getattr(asynclog, name) is not None for name in (*asynclog.__all__, "__version__"))
    with pytest.raises(AttributeError):
        _ = asynclog.no_such_thing
