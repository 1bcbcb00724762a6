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
#: What it is about, what is asked, how many lines are shown.
SCREENS = (
    ("The worst of one run", ANALYZE, 60),
    ("What changed", DIFF, 24),
    ("How groups move", TREND, 18),
    ("A gate", CHECK, 16),
)
COLOURED = (("analyze", ANALYZE, 44), ("diff", DIFF, 24), ("trend", TREND, 18), ("check", CHECK, 16))
HEAD = """# Screens

What the terminal shows of the sample logs at 60, 80 and 140 columns, first lines only. Written by
`docs/make_screens.py`; a test compares this page with what the commands print.

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


def picture(command: str, lines: int) -> str:
    """The same with colour, as SVG."""
    width = 100
    text = Text.from_ansi(shown(command, width, lines, color=True))
    console = Console(record=True, width=width, file=StringIO(), color_system="standard", force_terminal=True)
    console.print(text, soft_wrap=True)
    drawn = console.export_svg(title=f"asynclog {command}", unique_id="screen")
    drawn = re.sub(r"\s*@font-face \{.*?\}", "", drawn, flags=re.S)  # fonts of the reader: no network
    return re.sub(r"[ \t]+$", "", drawn, flags=re.M)


def pages() -> dict[Path, str]:
    """Every file that is written, with its text."""
    made = {DOCS / "screens" / f"{name}.svg": picture(command, lines) for name, command, lines in COLOURED}
    parts = [HEAD, "## With colour\n\n"]
    for name, command, _ in COLOURED:
        parts.append(f"`asynclog {command}`, 100 columns:\n\n![asynclog {name} in colour](screens/{name}.svg)\n\n")
    for title, command, lines in SCREENS:
        parts.append(f"## {title}\n\n")
        parts += [
            f"`asynclog {command}`, {width} columns:\n\n```text\n{shown(command, width, lines)}```\n\n"
            for width in WIDTHS
        ]
    made[DOCS / "screens.md"] = "".join(parts).rstrip("\n") + "\n"
    return made


if __name__ == "__main__":
    for file, text in pages().items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
