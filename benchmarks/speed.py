"""asynclog beside ripgrep, grep, lnav and a plain loop over lines, on the same files, in turn.

    python benchmarks/speed.py [--folder DIR] [--scale 1.0] [--rounds 5] [--rg PATH]

Every round runs every command once; what counts are medians and the medians of each round's ratio to ripgrep. asynclog's
counts are compared with the truth of the generator each time: a fast wrong answer is no answer.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from compileall import compile_dir
from pathlib import Path
from typing import NamedTuple

from logs import write

import asynclog
from asynclog.classify.rulefiles import builtin_folder, parse_documents

LOOP = r"""
import re, sys
kinds = re.compile("|".join(map(re.escape, open(sys.argv[2]).read().splitlines())))
head = re.compile(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (?P<level>\w+) (?P<logger>[\w.]+): (?P<text>.*)")
took = re.compile(r"took (\d+\.\d+) seconds")
from datetime import datetime
found, total = [], 0.0
for line in open(sys.argv[1], encoding="utf-8"):
    match = head.match(line)
    if match:
        entry = None
        if kinds.search(line):
            entry = {**match.groupdict(), "when": datetime.fromisoformat(match["time"].replace(",", ".")), "rest": []}
            if slow := took.search(line):
                entry["took"] = float(slow[1])
            found.append(entry)
    elif entry:
        entry["rest"].append(line)
print(len(found))
"""


UNPACKERS = {".gz": "zcat", ".zst": "zstdcat"}


class Taken(NamedTuple):
    wall: float
    cpu: float
    memory: int  # MiB, the largest of the command's processes
    output: str


def run(command: list[str]) -> Taken:
    """Run a command to its end, its output through a pipe; what unpacks writes to nowhere."""
    if command[0] in UNPACKERS.values():
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, "")
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        while block := process.stdout.read(1 << 16):
            out.write(block)
        _, _, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        out.seek(0)
        return Taken(
            wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, out.read().decode("utf-8", "replace")
        )


def check(output: str, truth: dict[str, int]) -> None:
    """Stop where asynclog's counts are not the generator's."""
    counts: Counter[str] = Counter()
    for group in json.loads(output)["run"]["groups"].values():
        counts[group["kind"]] += group["count"]
    if counts != truth:
        raise SystemExit(f"wrong counts: {dict(counts)} instead of {truth}")


def commands(path: Path, literals: Path, rg: str | None) -> dict[str, list[str]]:
    asynclog = [sys.executable, "-m", "asynclog", "analyze", "-q", "-f", "json"]
    pattern = "|".join(
        line.replace("(", r"\(").replace(")", r"\)").replace("*", r"\*") for line in literals.read_text().splitlines()
    )
    found = {"asynclog -j 1": [*asynclog, "-j", "1", str(path)], "asynclog -j 2": [*asynclog, "-j", "2", str(path)]}
    if rg:
        found["rg -c -F -f"] = [rg, "-c", "-F", "-f", str(literals), str(path)]
    if shutil.which("grep"):
        found["grep -cE"] = ["env", "LC_ALL=C", "grep", "-cE", pattern, str(path)]
    if shutil.which("lnav"):
        found["lnav -n"] = [
            "lnav",
            "-n",
            "-c",
            ";SELECT count(*) FROM all_logs WHERE log_body LIKE '%asyncio%'",
            str(path),
        ]
    if path.suffix in UNPACKERS:
        return {name: found[name] for name in found if name.startswith("asynclog")} | {
            UNPACKERS[path.suffix]: [UNPACKERS[path.suffix], str(path)]
        }
    if path.suffix == ".log":
        found["plain loop"] = [sys.executable, "-c", LOOP, str(path), str(literals)]
    return found


def measure(name: str, path: Path, truth: dict[str, int], literals: Path, rounds: int, rg: str | None) -> list[str]:
    taken: dict[str, list[Taken]] = {}
    chosen = commands(path, literals, rg)
    for _ in range(rounds):
        for label, command in chosen.items():
            result = run(command)
            if label.startswith("asynclog"):
                check(result.output, truth)
            taken.setdefault(label, []).append(result)
    size = path.stat().st_size / 1e6
    base = UNPACKERS.get(path.suffix) or ("rg -c -F -f" if rg else next(iter(chosen)))
    lines = [
        f"### {name} ({size:,.0f} MB)",
        "",
        f"| command | wall s | CPU s | MB/s | wall x {base} | peak MiB |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for label, results in taken.items():
        wall = statistics.median(one.wall for one in results)
        ratio = statistics.median(one.wall / other.wall for one, other in zip(results, taken[base], strict=True))
        cpu = statistics.median(one.cpu for one in results)
        lines.append(
            f"| {label} | {wall:.2f} | {cpu:.2f} | {size / wall:,.0f} | {ratio:.2f} | {max(one.memory for one in results)} |"
        )
    return [*lines, ""]


def packed(path: Path) -> list[Path]:
    """The same file as .gz and .zst, made once."""
    result = []
    for suffix, program in ((".gz", ["gzip", "-6", "-k", "-c"]), (".zst", ["zstd", "-q", "-3", "-c"])):
        other = path.with_name(path.name + suffix)
        if not shutil.which(program[0]):
            continue
        if not other.exists():
            with other.open("wb") as file:
                subprocess.run([*program, str(path)], stdout=file, check=True)
        result.append(other)
    return result


def startup(rounds: int, folder: Path) -> list[str]:
    """What a start costs beside that of Python and click; the log has a hundred lines."""
    compile_dir(Path(asynclog.__file__).parent, quiet=1)  # as pip does
    small = folder / "small.log"
    with open(folder / "dense-3000000.log", encoding="utf-8") as file:
        small.write_text("".join(next(file) for _ in range(100)))
    program = [sys.executable, "-m", "asynclog"]
    each = {
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "asynclog --version": [*program, "--version"],
        "asynclog analyze, 100 lines": [*program, "analyze", str(small)],
    }
    taken: dict[str, list[Taken]] = {}
    for _ in range(4 * rounds):
        for label, command in each.items():
            taken.setdefault(label, []).append(run(command))
    lines = ["### Start-up", "", "| command | wall ms | CPU ms |", "|---|--:|--:|"]
    for label, results in taken.items():
        wall, cpu = (
            statistics.median(values) for values in zip(*[(one.wall, one.cpu) for one in results], strict=True)
        )
        lines.append(f"| {label} | {1000 * wall:.0f} | {1000 * cpu:.0f} |")
    return [*lines, ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "asynclog-benchmark")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0: 1 GB sparse, 300 MB dense")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rg", default=shutil.which("rg"))
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    anchors = parse_documents((builtin_folder() / "anchors.yaml").read_text("utf-8"), "anchors.yaml")["data"]
    literals = given.folder / "literals.txt"
    literals.write_text("\n".join(anchors["anchors"]) + "\n")
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}\n"
    )
    for mix, base, as_json in (
        ("sparse", 10**9, False),
        ("dense", 3 * 10**8, False),
        ("sparse", 10**8, True),
        ("dense", 10**8, True),
        ("varied", 10**8, False),
        ("varied", 10**8, True),
    ):
        grows = not as_json and mix != "varied"
        for factor in (0.01, 0.1, 1.0) if grows else (1.0,):
            size = int(base * factor * given.scale)
            path = given.folder / f"{mix}-{size}.{'jsonl' if as_json else 'log'}"
            side = path.with_name(path.name + ".truth.json")
            if not side.exists():
                # by another process: a command begins with the memory that this one has needed
                writing = multiprocessing.Process(target=write, args=(path, mix, size), kwargs={"as_json": as_json})
                writing.start()
                writing.join()
            truth = json.loads(side.read_text())
            name = f"{mix}{', JSON lines' if as_json else ''}"
            print("\n".join(measure(name, path, truth["findings"], literals, given.rounds, given.rg)), flush=True)
            for other in packed(path) if factor >= 0.1 and mix != "varied" else ():
                title = f"{name}, {other.suffix[1:]}"
                print("\n".join(measure(title, other, truth["findings"], literals, given.rounds, given.rg)), flush=True)
    print("\n".join(startup(given.rounds, given.folder)))


if __name__ == "__main__":
    main()
