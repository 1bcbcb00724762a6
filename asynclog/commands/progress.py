"""The progress bar: how much of a long input was read, how fast, and how long the rest will take.

On standard error, on terminals only, and only where reading takes more than half a second. A timer of the system draws
it: a thread would keep workers from being copies of this process. Where there is no such timer there is no bar.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from asynclog import meter, pipeline
from asynclog.aggregate.words import size
from asynclog.commands.common import Options

_FIRST, _THEN = 0.5, 0.2  # seconds
_CLEAR = b"\r\x1b[K"
_BAR = 16


@contextlib.contextmanager
def progress(arguments: Sequence[str], options: Options) -> Iterator[None]:
    """Shows how far the reading of the inputs that `arguments` name has come, while the block runs."""
    if options.get("quiet") or not _is_wanted():
        yield
        return
    import signal

    if not hasattr(signal, "setitimer"):
        yield
        return
    whole, started, drawn = pipeline.size_of_all(arguments), time.monotonic(), False
    blocks = "utf" in (sys.stderr.encoding or "").lower()

    def draw(_number: int, _frame: FrameType | None) -> None:
        nonlocal drawn
        text = line(meter.total(), whole, time.monotonic() - started, _columns() - 1, blocks=blocks)
        with contextlib.suppress(OSError):
            os.write(2, _CLEAR + text.encode("utf-8", "replace"))
            drawn = True

    before = signal.signal(signal.SIGALRM, draw)
    meter.start()
    signal.setitimer(signal.ITIMER_REAL, _FIRST, _THEN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        meter.stop()
        if drawn:
            with contextlib.suppress(OSError):
                os.write(2, _CLEAR)


def line(done: int, whole: int | None, seconds: float, width: int, *, blocks: bool = True) -> str:
    """`reading  ━━━━────  43 %  430 MB of 1 GB  820 MB/s  0:03 left`, as much of it as `width` has room for."""
    rate = done / seconds if seconds > 0 else 0.0
    told = [size(done) + (f" of {size(whole)}" if whole else ""), f"{size(round(rate))}/s"]
    if whole and rate:
        done = min(done, whole)
        filled = round(_BAR * done / whole)
        full, empty = ("━", "─") if blocks else ("#", "-")
        left = round((whole - done) / rate)
        bar = f"{full * filled}{empty * (_BAR - filled)} {100 * done // whole:3} %"
        told = [bar, *told, f"{left // 60}:{left % 60:02} left"]
    text = "  ".join(["reading", *told])
    return text if len(text) <= width else "  ".join(told)[: max(width, 0)]


def _is_wanted() -> bool:
    terminal = sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return terminal and threading.current_thread() is threading.main_thread()


def _columns() -> int:
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 80
