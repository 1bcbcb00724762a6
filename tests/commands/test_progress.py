"""The progress bar: on terminals only, and gone when the work is done."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time

import pytest

from asynclog.commands.progress import line

LINE = b"2026-01-01 10:00:00,000 INFO app nothing to see here, the request was served in good time\n"


def test_the_line_says_bytes_rate_and_time_left():
    quarter = line(250_000_000, 1_000_000_000, 2.0, 79)
    assert quarter == "reading  ━━━━────────────  25 %  250 MB of 1 GB  125 MB/s  0:06 left"
    assert line(5_000_000, None, 2.0, 79) == "reading  5 MB  2.5 MB/s"
    assert line(0, 1_000, 0.0, 79) == "reading  0 bytes of 1 kB  0 bytes/s"
    assert line(2_000, 1_000, 1.0, 79).endswith("100 %  2 kB of 1 kB  2 kB/s  0:00 left")  # it grew meanwhile


@pytest.mark.parametrize("width", [0, 10, 30, 60, 79, 200])
def test_the_line_fits(width):
    assert len(line(250_000_000, 1_000_000_000, 2.0, width)) <= width
    assert line(5_000_000, 10_000_000, 2.0, width, blocks=False).isascii()


def slowly(*options: str, terminal: bool = True, **environment: str) -> bytes:
    """What stands on standard error of an analysis whose input comes in over more than a second."""
    command = [sys.executable, "-m", "asynclog", "analyze", "-", *options]
    ours, theirs = pty.openpty() if terminal else os.pipe()
    env = {**os.environ, "TERM": "xterm", "PYTHONUTF8": "1", **environment}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as process:
        os.close(theirs)
        assert process.stdin is not None
        for _ in range(16):
            process.stdin.write(LINE * 1_000)
            process.stdin.flush()
            time.sleep(0.1)
        process.stdin.close()
        told = b""
        while True:
            try:
                data = os.read(ours, 1 << 16)
            except OSError:  # a terminal that nobody has open any more
                break
            if not data:
                break
            told += data
    os.close(ours)
    assert process.returncode == 0
    return told


def test_a_terminal_sees_a_bar_that_goes_away():
    told = slowly().decode()
    assert re.search(r"reading  [\d.]+ [kM]B  [\d.]+ [kM]B/s", told)
    assert told.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("options", "terminal", "environment"), [((), False, {}), (("-q",), True, {}), ((), True, {"TERM": "dumb"})]
)
def test_nobody_else_does(options, terminal, environment):
    assert slowly(*options, terminal=terminal, **environment) == b""
