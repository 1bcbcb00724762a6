"""Times without a year before those of the log itself, which have one."""

from __future__ import annotations

from pathlib import Path

import pytest

from asynclog import pipeline
from asynclog.config import Settings

LINE = "Nov 12 17:{m:02d}:54 box app[12]: 2022-11-12 17:{m:02d}:54,100 - asyncio - WARNING - socket.send() raised exception.\n"
OTHER = "Nov 12 17:{m:02d}:55 box systemd[1]: Started Daily apt.\n"


@pytest.mark.parametrize("last", [LINE, OTHER], ids=["of the log", "of the collector"])
@pytest.mark.parametrize("first", [LINE, OTHER], ids=["of the log", "of the collector"])
def test_a_log_does_not_begin_or_end_in_1972(first: str, last: str, tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    lines = [first, *[LINE, OTHER, OTHER] * 5, last]
    path.write_text("".join(line.format(m=minute) for minute, line in enumerate(lines, 1)))
    source = pipeline.analyze([str(path)], Settings(jobs=1)).sources[0]
    assert source.first is not None
    assert source.last is not None
    assert source.first.text.startswith("2022-11-12 17:0")
    assert source.last.text.startswith("2022-11-12 17:1")
    assert source.segments == ()


def test_times_without_a_year_stay_where_there_are_no_others(tmp_path: Path) -> None:
    path = tmp_path / "syslog"
    path.write_text("".join(OTHER.format(m=minute) for minute in range(60)))
    source = pipeline.analyze([str(path)], Settings(jobs=1)).sources[0]
    assert source.first is not None
    assert source.first.text == "Nov 12 17:00:55"
