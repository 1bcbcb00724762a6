"""Writes docs/screens.md and docs/screens/*.svg: what the terminal shows of the sample logs, at several widths.

    python docs/make_screens.py

With colour a capture is an SVG, since escape sequences cannot be read in Markdown. A test says when they are out of
date.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
BEFORE, AFTER = "sample_logs/web_before.log", "sample_logs/web_after.log"
ANALYZE, DIFF = f"analyze {BEFORE} --top 3", f"diff {BEFORE} {AFTER}"
TREND, CHECK = "trend sample_logs/series", f"check {AFTER} -q"
WIDTHS = (60, 80, 140)
#: What it is about, its name, what is asked, how many lines are shown as text and as a picture.
SCREENS = (
    ("The worst of one run", "analyze", ANALYZE, 60, 32),
    ("What changed", "diff", DIFF, 24, 20),
    ("How groups move", "trend", TREND, 18, 18),
    ("A gate", "check", CHECK, 16, 16),
)
HEAD = """# Screens

What the terminal shows of the sample logs at 60, 80 and 140 columns, without and with colour, first lines only. Written
by `docs/make_screens.py`; a test compares this page with what the commands print. Sentences are at most 100 columns wide;
paths and addresses are never broken, so that they can be copied: a terminal that is too narrow wraps them itself.

"""


def shown(command: str, width: int, lines: int, *, color: bool = False) -> str:
    """The first lines of what `asynclog COMMAND` prints in a terminal of that width."""
    arguments = [*command.split(), *(["--color", "always"] if color else [])]
    done = subprocess.run(
        [sys.executable, "-m", "asynclog", *arguments],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": str(width), "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    text = done.stdout.splitlines()
    more = [] if len(text) <= lines else [f"[{len(text) - lines} more lines]"]
    return "\n".join([*text[:lines], *more]) + "\n"


def picture(command: str, width: int, lines: int) -> str:
    """The same with colour, as SVG."""
    text = Text.from_ansi(shown(command, width, lines, color=True))
    across = max(width, *(len(line) for line in text.plain.splitlines()))  # a path may be wider than the terminal
    console = Console(record=True, width=across, file=StringIO(), color_system="standard", force_terminal=True)
    console.print(text, soft_wrap=True)
    drawn = console.export_svg(title=f"asynclog {command}", unique_id="screen")
    drawn = re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.S)  # fonts of the reader: no network
    drawn = re.sub(r"\s*<clipPath id=\"screen-line-.*?</clipPath>", "", drawn, flags=re.S)  # lines that fit anyway
    drawn = re.sub(r" clip-path=\"url\(#screen-line-\d+\)\"", "", drawn)
    return re.sub(r"[ \t]+$", "", drawn, flags=re.M)


def pages() -> dict[Path, str]:
    """Every file that is written, with its text."""
    made: dict[Path, str] = {}
    parts = [HEAD]
    for title, name, command, lines, drawn in SCREENS:
        parts.append(f"## {title}\n\n`asynclog {command}`\n\n")
        for width in WIDTHS:
            file = f"{name}-{width}.svg"
            made[DOCS / "screens" / file] = picture(command, width, drawn)
            parts.append(f"{width} columns:\n\n```text\n{shown(command, width, lines)}```\n\n")
            parts.append(f"![asynclog {name} in colour, {width} columns](screens/{file})\n\n")
    made[DOCS / "screens.md"] = "".join(parts).rstrip("\n") + "\n"
    return made


if __name__ == "__main__":
    for file, text in pages().items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
