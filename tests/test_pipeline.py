"""The walk through the rooms: several inputs, saved reports, narrowing in time, settings, notes."""

from __future__ import annotations

import dataclasses
import gzip
from pathlib import Path

import pytest

from asynclog import codec, pipeline
from asynclog.aggregate.views import ViewOptions, report
from asynclog.config import Settings
from asynclog.errors import FormatError, InputError, RuleError, UsageError
from asynclog.model import Run
from asynclog.read import reader
from asynclog.read.echoes import Echoes

SAMPLES = Path(__file__).resolve().parents[1] / "sample_logs"
WEB, WORKER = "web_before.log", "worker_py39_debug.log"


@pytest.fixture(autouse=True)
def _in_the_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(SAMPLES)


def run(*logs: str | Path, **settings: object) -> Run:
    return pipeline.analyze([str(log) for log in logs], Settings(**settings))  # type: ignore[arg-type]


def count(run: Run) -> int:
    return sum(group.count for group in run.groups.values())


def save(run: Run, path: Path) -> Path:
    path.write_bytes(codec.dump_run(run))
    return path


def record(time: str, name: str = "w") -> str:
    task = f"task: <Task pending coro=<{name}() running at /a.py:9>>"
    return f"{time} ERROR asyncio: Task was destroyed but it is pending!\n{task}\n"


def log(path: Path, *times: str) -> Path:
    path.write_text("".join(record(time) for time in times))
    return path


# -- several inputs --------------------------------------------------------------------------------------------------


def test_several_logs_are_one_run() -> None:
    both = run(WEB, WORKER)
    assert [span.path for span in both.sources] == [WEB, WORKER]
    assert [span.index for span in both.sources] == [0, 1]
    assert count(both) == count(run(WEB)) + count(run(WORKER))
    assert both.accounting.lines == run(WEB).accounting.lines + run(WORKER).accounting.lines


def test_order_of_logs_changes_no_group() -> None:
    one, two = run(WEB, WORKER), run(WORKER, WEB)
    assert {name: group.count for name, group in one.groups.items()} == {n: g.count for n, g in two.groups.items()}
    assert one.accounting == two.accounting


def test_a_folder_is_all_of_its_logs() -> None:
    assert len(run("series").sources) == 8


def test_an_empty_log_adds_nothing(tmp_path: Path) -> None:
    empty = tmp_path / "empty.log"
    empty.touch()
    assert run(empty).groups == {}
    assert run(WEB, empty).groups == run(WEB).groups


def test_every_finding_once_in_log_order() -> None:
    found = list(pipeline.findings([WEB, WORKER], Settings()))
    assert [(each.source_index, each.line) for each in found] == sorted(
        (each.source_index, each.line) for each in found
    )
    assert len(found) == count(run(WEB, WORKER))


# -- saved reports ---------------------------------------------------------------------------------------------------


def test_saved_reports_merge_to_the_run_of_their_logs(tmp_path: Path) -> None:
    one, two = save(run(WEB), tmp_path / "a.json"), save(run(WORKER), tmp_path / "b.json")
    merged, straight = run(one, two), run(WEB, WORKER)
    assert codec.dump_run(merged) == codec.dump_run(straight)


def test_logs_and_saved_reports_mix(tmp_path: Path) -> None:
    saved = save(run(WEB), tmp_path / "a.json")
    assert codec.dump_run(run(saved, WORKER)) == codec.dump_run(run(WEB, WORKER))


def test_a_saved_report_has_no_findings_one_by_one(tmp_path: Path) -> None:
    saved = save(run(WEB), tmp_path / "a.json")
    with pytest.raises(InputError, match="groups, not findings"):
        list(pipeline.findings([str(saved)], Settings()))


@pytest.mark.parametrize("name", ["since", "until", "around"])
def test_a_saved_report_cannot_be_narrowed(name: str, tmp_path: Path) -> None:
    saved = save(run(WEB), tmp_path / "a.json")
    with pytest.raises(UsageError, match="cannot be narrowed in time"):
        run(saved, **{name: "09:00:00"})


def test_a_damaged_report_is_no_log(tmp_path: Path) -> None:
    saved = save(run(WEB), tmp_path / "a.json")
    saved.write_bytes(saved.read_bytes()[:-20])
    with pytest.raises(FormatError):
        run(saved)


# -- time ------------------------------------------------------------------------------------------------------------

DAY = [f"2026-03-02 {hour:02d}:00:00" for hour in range(24)]
TIMES = {
    "since": ({"since": "2026-03-02 20:00:00"}, 4),
    "until": ({"until": "2026-03-02 03:00:00"}, 4),
    "since and until": ({"since": "2026-03-02 02:00:00", "until": "2026-03-02 03:00:00"}, 2),
    "clock": ({"since": "20:00:00"}, 4),
    "clock to clock": ({"since": "02:00:00", "until": "03:00:00"}, 2),
    "date": ({"since": "2026-03-02"}, 24),
    "another date": ({"since": "2026-03-03"}, 0),
    "around": ({"around": "2026-03-02 12:03:00"}, 1),
    "around a clock": ({"around": "12:03:00"}, 1),
    "around nothing": ({"around": "12:30:00"}, 0),
}


@pytest.mark.parametrize(("settings", "left"), TIMES.values(), ids=TIMES)
def test_narrowing_a_busy_log(
    settings: dict[str, str], left: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where most records repeat an earlier one, and that may be one that is left out."""
    path = log(tmp_path / "day.log", *(time for time in DAY for _ in range(50)))
    monkeypatch.setattr(reader, "SAMPLE_BYTES", 2000)
    narrow = run(path, **settings, window=4096, jobs=1)
    assert count(narrow) == left * 50
    assert narrow.accounting.elsewhen == (24 - left) * 50
    monkeypatch.setattr(Echoes, "take", lambda _, entries, index, offset, line: (index, offset, line))
    monkeypatch.setattr(Echoes, "sweep", lambda *_: None)
    assert codec.dump_run(run(path, **settings, window=4096, jobs=1)) == codec.dump_run(narrow)


@pytest.mark.parametrize(("settings", "left"), TIMES.values(), ids=TIMES)
def test_narrowing_in_time(settings: dict[str, str], left: int, tmp_path: Path) -> None:
    path = log(tmp_path / "day.log", *DAY)
    assert count(run(path, **settings)) == left
    assert len(list(pipeline.findings([str(path)], Settings(**settings)))) == left


def test_narrowing_keeps_the_chunks_apart(tmp_path: Path) -> None:
    path = log(tmp_path / "day.log", *DAY)
    wanted = run(path, since="20:00:00")
    assert codec.dump_run(run(path, since="20:00:00", chunk=400)) == codec.dump_run(wanted)


def test_times_are_typed_as_in_the_log_also_with_a_zone(tmp_path: Path) -> None:
    path = log(tmp_path / "zone.log", *(f"{time}+01:00" for time in DAY))
    assert count(run(path, since="20:00:00")) == 4


def test_around_midnight(tmp_path: Path) -> None:
    path = log(tmp_path / "night.log", "2026-03-01 23:58:00", "2026-03-02 00:01:00", "2026-03-02 00:30:00")
    assert count(run(path, around="00:01:00")) == 2


def test_records_without_time_are_in_no_stretch_of_time(tmp_path: Path) -> None:
    path = tmp_path / "bare.log"
    path.write_text("ERROR:asyncio:Task was destroyed but it is pending!\ntask: <Task pending>\n")
    assert count(run(path)) == 1
    assert count(run(path, since="00:00:00")) == 0


def test_what_the_times_leave_out_is_said(tmp_path: Path) -> None:
    """It was taken for a log without asyncio, with advice to turn logging on."""
    path = log(tmp_path / "day.log", *DAY)
    bare = tmp_path / "bare.log"
    bare.write_text("ERROR:asyncio:Task was destroyed but it is pending!\ntask: <Task pending>\n")
    some = run(path, since="20:00:00", chunk=400)
    assert (some.accounting.records, some.accounting.elsewhen, some.accounting.timeless) == (4, 20, 0)
    none = run(path, bare, since="2026-03-03")
    assert (none.accounting.records, none.accounting.elsewhen, none.accounting.timeless) == (0, 24, 1)
    assert codec.load_run(codec.dump_run(none)).accounting == none.accounting
    told = report(none, ViewOptions())
    left_out = "24 records at other times and 1 record without a time of day"
    assert told.verdict == f"Nothing was found in the time that was asked for; {left_out}."
    assert f"Left out: {left_out}." in told.accounting
    assert not told.advice
    assert (
        "Left out by the time that was asked for: 20 records at other times." in report(some, ViewOptions()).accounting
    )


# -- settings --------------------------------------------------------------------------------------------------------


def test_broken_rules_are_told_before_anything_is_read(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - id: x\n")
    with pytest.raises(RuleError):
        pipeline.analyze(["missing.log"], Settings(rules=(str(rules),)))


def test_plumbing_moves_the_site_one_frame_out() -> None:
    def sites(**settings: object) -> set[str | None]:
        groups = run(WEB, **settings).groups.values()
        return {group.site.function for group in groups if group.kind == "exception-never-retrieved"}

    assert sites() == {"spawn"}
    assert sites(plumbing=("shop/background.py:spawn",)) == {"checkout"}


def test_redaction_leaves_the_identity() -> None:
    plain, masked = run(WORKER), run(WORKER, redact=True)
    assert set(plain.groups) == set(masked.groups)
    assert codec.dump_run(plain) != codec.dump_run(masked)


def test_settings_are_not_mixed_up_between_calls() -> None:
    before = codec.dump_run(run(WEB))
    run(WEB, plumbing=("shop/background.py:spawn",))
    assert codec.dump_run(run(WEB)) == before


def test_a_label_is_kept() -> None:
    assert pipeline.analyze([WEB], Settings(), "nightly").label == "nightly"
    assert run(WEB).label is None


def test_progress_is_told() -> None:
    told: list[int] = []
    pipeline.analyze([WEB, WORKER], Settings(), on_part=told.append)
    assert sum(told) == Path(WEB).stat().st_size + Path(WORKER).stat().st_size


# -- losses ----------------------------------------------------------------------------------------------------------


def test_a_damaged_archive_is_a_note_and_a_loss(tmp_path: Path) -> None:
    """What was unpacked before the damage counts; the rest is said to be lost."""
    data = gzip.compress(Path(WEB).read_bytes() * 3)
    path = tmp_path / "cut.log.gz"
    path.write_bytes(data[: len(data) * 2 // 3])
    (span,) = run(path).sources
    assert span.lost
    assert "reading stopped" in span.notes[0]
    assert count(run(path)) > count(run(WEB))


def test_damage_in_one_input_leaves_the_others(tmp_path: Path) -> None:
    data = gzip.compress(Path(WEB).read_bytes() * 3)
    path = tmp_path / "cut.log.gz"
    path.write_bytes(data[: len(data) * 2 // 3])
    both = run(path, WORKER)
    assert [span.lost for span in both.sources] == [True, False]


def test_a_log_that_grows_is_read_up_to_its_size_at_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = log(tmp_path / "day.log", *DAY[:3])
    size = path.stat().st_size
    log(path, *DAY[:5])
    sources = pipeline.expand([str(path)])
    monkeypatch.setattr(pipeline, "expand", lambda _: tuple(dataclasses.replace(each, size=size) for each in sources))
    assert count(run(path)) == 3
    assert count(run(path, chunk=100)) == 3


def test_a_last_line_without_an_end_is_counted_in_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(Path(WEB).read_bytes() + b"2026-01-31 the proc")
    whole = run(path, jobs=1)
    assert whole.accounting.lines == path.read_bytes().count(b"\n") + 1
    assert codec.dump_run(run(path, jobs=1, chunk=4000)) == codec.dump_run(whole)
