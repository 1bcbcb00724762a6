"""Which files are meant: names, folders, patterns, rotated sets, standard input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asynclog.errors import InputError
from asynclog.read.inputs import expand, names_of


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)


def paths(*arguments: str) -> list[str]:
    return [source.path for source in expand(arguments)]


# files in the folder, in the order in which they are read
FOLDERS = {
    "rotated by number": ["app.log.10", "app.log.2", "app.log.1", "app.log"],
    "rotated and packed": ["app.log.3.gz", "app.log.2.gz", "app.log.1", "app.log"],
    "rotated by date": ["app.log.2026-01-30", "app.log.2026-01-31", "app.log"],
    "rotated by date and packed": ["app.log-20260130.gz", "app.log-20260131", "app.log"],
    "rotated by hour": ["app.log.2026-01-31_08", "app.log.2026-01-31_09", "app.log"],
    "two sets": ["a.log.1", "a.log", "b.log.1", "b.log"],
    "all endings": ["a.err", "b.jsonl", "c.log", "d.out", "e.txt"],
    "all packings": ["a.log.bz2", "b.log.gz", "c.log.xz", "d.log.zst"],
    "upper case": ["APP.LOG"],
    "below": ["x/a.log", "x/y/b.log"],
}


@pytest.mark.parametrize("files", FOLDERS.values(), ids=FOLDERS)
def test_a_folder_is_read_in_the_order_of_time(files: list[str]) -> None:
    touch(*(f"logs/{name}" for name in reversed(files)))
    assert paths("logs") == [f"logs/{name}" for name in files]


def test_a_folder_of_saved_reports_is_a_history() -> None:
    Path("history").mkdir()
    report = '{"asynclog": {"format": "run", "version": 1}, "run": {}}\n'
    for name in ("b.json", "a.json"):
        Path("history", name).write_text(report)
    Path("history", "baseline.json").write_text(report.replace("run", "baseline"))
    Path("history", "package.json").write_text("{}")
    assert [each.path for each in expand(["history"])] == [f"history{os.sep}a.json", f"history{os.sep}b.json"]
    Path("history", "app.log").touch()  # its report would count it twice
    assert [each.path for each in expand(["history"])] == [f"history{os.sep}app.log"]


def test_a_folder_leaves_out_what_is_no_log() -> None:
    touch("logs/app.log", "logs/readme.md", "logs/app.py", "logs/catalog", "logs/.hidden.log", "logs/core.1234")
    assert paths("logs") == ["logs/app.log"]


@pytest.mark.parametrize("pattern", ["app.log*", "*.log*", "app.log?*"])
def test_a_pattern_is_read_in_the_order_of_time(pattern: str) -> None:
    touch("app.log", "app.log.1", "app.log.2.gz", "app.log.10")
    wanted = ["app.log.10", "app.log.2.gz", "app.log.1", "app.log"]
    assert paths(pattern) == (wanted[:3] if pattern == "app.log?*" else wanted)


def test_a_pattern_may_go_down() -> None:
    touch("a/x.log", "a/b/y.log", "a/z.md")
    assert sorted(paths("a/**/*.log")) == ["a/b/y.log", "a/x.log"]


def test_a_file_is_read_whatever_its_name() -> None:
    touch("core", "x.py", "[odd].log")
    assert paths("core", "x.py", "[odd].log") == ["core", "x.py", "[odd].log"]


def test_each_file_once_in_the_order_given() -> None:
    touch("b.log", "a.log")
    assert paths("b.log", "a.log", "b.log", "*.log") == ["b.log", "a.log"]


def test_standard_input_and_addresses_go_through() -> None:
    touch("a.log")
    assert paths("-", "a.log") == ["-", "a.log"]
    assert [source.size for source in expand(["-", "a.log"])] == [None, 5]


def test_places_are_numbered() -> None:
    touch("a.log", "b.log")
    assert [source.index for source in expand(["b.log", "a.log"])] == [0, 1]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("missing.log", "missing.log: no such file or folder"),
        ("*.nothing", "*.nothing: no file matches"),
        ("empty", "empty: no log in this folder"),
        ("only", "only: no log in this folder"),
        ("", "no such file"),
    ],
)
def test_names_that_lead_nowhere(argument: str, said: str) -> None:
    touch("only/readme.md")
    Path("empty").mkdir()
    with pytest.raises(InputError) as raised:
        expand([argument])
    assert said in raised.value.message
    assert raised.value.hint


def test_all_problems_are_told_at_once() -> None:
    touch("a.log")
    with pytest.raises(InputError) as raised:
        expand(["x", "a.log", "y"])
    assert [line.split(":")[0] for line in raised.value.message.splitlines()] == ["x", "y"]


def test_runs_are_named_by_what_tells_their_files_apart():
    files = [(None, "ci/41/x/app.log"), (None, "ci/42/x/app.log"), ("web.log", "ci/42/web.log"), (None, "app.log")]
    assert names_of(files) == ["41/x/app.log", "42/x/app.log", "web.log", "app.log"]
    assert names_of([(None, "app.log"), (None, "app.log")]) == ["app.log", "app.log"]
