"""What reading costs by format: the same records in every layout, wrapper, packing and spelling.

    python benchmarks/formats.py [--sparse 10m] [--dense 3m] [--rounds 3]

Prints the table of docs/performance.md: megabytes of the log as the program wrote it (before a wrapper or packer), for
each second of processor time of one process, start-up left out; medians. Findings are counted against the plain log's.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import json
import lzma
import os
import platform
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import zstandard
from logs import size_of, write

from asynclog import pipeline
from asynclog.config import Settings

HEAD = re.compile(
    r"^(?P<day>\d{4}-\d\d-\d\d) (?P<clock>\d\d:\d\d:\d\d),(?P<ms>\d{3}) (?P<level>[A-Z]+) (?P<name>[\w.]+): ", re.M
)


def headed(form: str) -> Callable[[str], bytes]:
    return lambda text: HEAD.sub(lambda found: form.format(**found.groupdict()), text).encode()


def each_line(form: str) -> Callable[[str], bytes]:
    return lambda text: "".join(form.format(line) for line in text.splitlines()).encode()


def docker(text: str) -> bytes:
    rest = {"stream": "stderr", "time": "2026-02-02T02:40:00.000000000Z"}
    return b"".join(json.dumps({"log": line + "\n", **rest}).encode() + b"\n" for line in text.splitlines())


FORMATS: dict[str, Callable[[str], bytes]] = {
    "asctime": str.encode,
    "bare": headed(""),
    "basicConfig": headed("{level}:{name}:"),
    "brackets": headed("[{day} {clock},{ms}] [{level}] [{name}] "),
    "pid and thread": headed("{day} {clock},{ms} {level} 4625 MainThread {name}: "),
    "JSON lines": str.encode,  # written by the generator
    "compose": each_line("web-1  | {}\n"),
    "docker json-file": docker,
    "CRI": each_line("2026-02-02T02:40:00.000000000Z stderr F {}\n"),
    "journald": each_line("Feb 02 02:40:00 host app[4711]: {}\n"),
    "syslog": each_line("<11>1 2026-02-02T02:40:00.000Z host app 4711 - - {}\n"),
    "gzip": lambda text: gzip.compress(text.encode(), 6),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode(), preset=1),
    "zstd": lambda text: zstandard.compress(text.encode()),
    "UTF-16": lambda text: text.encode("utf-16"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
}


def counts(path: Path) -> Counter[str]:
    """The findings by kind."""
    found: Counter[str] = Counter()
    for group in pipeline.analyze([str(path)], Settings(jobs=1)).groups.values():
        found[group.kind] += group.count
    return found


def measure(path: Path, size: int, truth: Counter[str], rounds: int) -> str:
    taken = []
    for _ in range(rounds):
        before = time.process_time()
        found = counts(path)
        taken.append(time.process_time() - before)
    wrong = sum(((truth - found) + (found - truth)).values())
    return f"{size / 1e6 / statistics.median(taken):.0f}" + (f" ({wrong} differ)" if wrong else "")


def hardware() -> str:
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return f"{platform.processor() or platform.machine()}, {cores} cores, Python {platform.python_version()}, load {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sparse", type=size_of, default=10_000_000)
    parser.add_argument("--dense", type=size_of, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{hardware()}\n\n| format | sparse, MB/s | dense, MB/s |\n|---|--:|--:|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        plain, path = Path(folder, "plain.log"), Path(folder, "app.log")
        made = {}
        for mix, size in (("sparse", given.sparse), ("dense", given.dense)):
            write(plain, mix, size)
            text, truth = plain.read_text(), counts(plain)
            write(path, mix, size, as_json=True)
            made[mix] = text, path.read_bytes(), truth
        for name, form in FORMATS.items():
            cells = []
            for text, as_json, truth in made.values():
                data = as_json if name == "JSON lines" else form(text)
                path.write_bytes(data)
                own = counts(path) if name == "JSON lines" else truth  # another log of the same size
                cells.append(measure(path, len(data) if name == "JSON lines" else len(text), own, given.rounds))
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
