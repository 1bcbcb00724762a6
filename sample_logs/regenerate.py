"""Writes the sample logs again: runs each program on its interpreter and keeps what it printed.

    python sample_logs/regenerate.py                            every log whose interpreter is found
    python sample_logs/regenerate.py web_before series/run-06   some of them
    python sample_logs/regenerate.py --check                    count records in the logs and compare with truth.json
    python sample_logs/regenerate.py --list

An interpreter is looked up among ``--python 3.8=/opt/py38/bin/python``, then in ``--interpreters DIR`` (as
``DIR/X.Y*/bin/python``), then on PATH (as ``pythonX.Y``). Where none has the packages a program needs, the log is
skipped and stays as it is.

The programs run as copies under a scratch directory that stands for ``/``. Afterwards that directory, the standard
library and site-packages are renamed in the text (``/srv/app``, ``/usr/lib/python3.X``,
``/srv/venv/lib/python3.X/site-packages``); nothing else of what the interpreter wrote is touched. Two logs pass through
a stand-in for a log collector, which puts its prefix before every line as it arrives. The true counts come from
``programs/witness``, not from the logs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
TRUTH = HERE / "truth.json"
APP = "/srv/app"
WITNESS = "witness.jsonl"
DAY = "2026-03-02"

# A warning that is shown each time, not once per line of code: otherwise the log says nothing about how often.
EVERY_TIME = "always::RuntimeWarning"


@dataclass(frozen=True)
class Process:
    """One program run: what, with which arguments, on which Python."""

    program: str
    arguments: tuple[str, ...]
    python: str
    needs: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Log:
    """One log file and the runs that write it."""

    path: str
    processes: tuple[Process, ...]
    layout: str = "standard"
    debug: bool = False
    clock: str = f"{DAY}T09:00:00*60"
    level: str = "INFO"
    warnings: str = EVERY_TIME
    capture: bool = True
    environment: dict[str, str] = field(default_factory=dict)
    collector: str = ""

    @property
    def name(self) -> str:
        """What the command line calls it: the path without its suffixes."""
        return re.sub(r"\.(log|jsonl|gz|txt)", "", self.path)


def web(python: str, *arguments: str, needs: tuple[str, ...] = (), name: str = "web") -> Process:
    return Process("web_service.py", arguments, python, needs, name)


def worker(python: str, jobs: int, *arguments: str, name: str = "worker") -> Process:
    return Process("worker.py", ("--jobs", str(jobs), *arguments), python, (), name)


def crawler(python: str, pages: int) -> Process:
    return Process("crawler.py", ("--pages", str(pages)), python, ("aiohttp",))


def old_worker(python: str, rounds: int) -> Process:
    return Process("old_worker.py", ("--rounds", str(rounds)), python)


def good_citizen(python: str, jobs: int) -> Process:
    return Process("good_citizen.py", ("--jobs", str(jobs)), python)


# Before and after see the same requests at the same times. The runs of the series see the same rates, each with its
# own seed; they are slow and long, so that even the rarest mistake comes some twenty times and steadiness can be shown.
PAIR_SECONDS = "30"
SERIES = ("--seconds", "120", "--traffic", "0.5")
STEP_RUN = 6
CACHE_MISSES = {run: "0.2" if run < STEP_RUN else "0.8" for run in range(1, 9)}

LOGS = (
    Log("web_before.log", (web("3.12", "--release", "1.4", "--seconds", PAIR_SECONDS, "--seed", "11"),), debug=True),
    Log(
        "web_after.log",
        (web("3.12", "--release", "1.5", "--seconds", PAIR_SECONDS, "--seed", "11"),),
        debug=True,
        clock="2026-03-09T09:00:00*60",
    ),
    Log("web_py36_debug.log", (web("3.6", "--seconds", "10"),), "columns", debug=True),
    Log("web_py38_plain.log", (web("3.8", "--seconds", "14"),), "basic", capture=False),
    Log("web_py310_debug.jsonl", (web("3.10", "--seconds", "10", "--seed", "3"),), "json", debug=True),
    Log("web_py311_bare.log", (web("3.11", "--seconds", "10"),), "bare", debug=True, capture=False),
    Log("web_py312_uvloop.log", (web("3.12", "--seconds", "10", "--uvloop", needs=("uvloop",)),), debug=True),
    Log(
        "web_py313_debug.log",
        (web("3.13", "--seconds", "10", "--seed", "5"),),
        "bracketed",
        debug=True,
        level="DEBUG",
    ),
    Log("worker_py36_plain.log", (worker("3.6", 40),), "standard"),
    Log("worker_py37_journald.log", (worker("3.7", 24),), "basic", debug=True, collector="journald"),
    Log("worker_py39_debug.log", (worker("3.9", 32),), "basic", debug=True),
    Log("worker_py311_plain.jsonl", (worker("3.11", 40),), "json"),
    Log("worker_py312_dev_bare.log", (worker("3.12", 24),), "bare", capture=False, environment={"PYTHONDEVMODE": "1"}),
    Log("worker_py313_debug.log.gz", (worker("3.13", 48),), "columns", debug=True),
    Log(
        "compose_web_worker.log",
        (web("3.12", "--seconds", "8", name="web-1"), worker("3.9", 32, "--pace", "0.25", name="worker-1")),
        "standard",
        debug=True,
        collector="compose",
    ),
    Log(
        "prefork_py39_debug.log",
        (web("3.9", "--seconds", "8", "--seed", "21"), web("3.9", "--seconds", "8", "--seed", "22")),
        "columns",
        debug=True,
        collector="one file",
    ),
    Log("crawler_py38_plain.log", (crawler("3.8", 30),), "basic"),
    Log("crawler_py312_debug.log", (crawler("3.12", 40),), "standard", debug=True, warnings="always"),
    Log(
        "crawler_py313_tracemalloc.log",
        (crawler("3.13", 20),),
        "bracketed",
        debug=True,
        warnings="always",
        capture=False,
        environment={"PYTHONTRACEMALLOC": "10"},
    ),
    Log("old_worker_py36_debug.log", (old_worker("3.6", 10),), "standard", debug=True),
    Log("old_worker_py36_plain.log", (old_worker("3.6", 10),), "basic"),
    Log("old_worker_py37_debug.log", (old_worker("3.7", 10),), "bracketed", debug=True),
    Log("old_worker_py310_debug.log", (old_worker("3.10", 10),), "columns", debug=True),
    Log("good_citizen_py38_debug.log", (good_citizen("3.8", 40),), "standard", debug=True),
    Log("good_citizen_py313_debug.log", (good_citizen("3.13", 40),), "columns", debug=True, level="DEBUG"),
    *(
        Log(
            f"series/run-{run:02}.log",
            (web("3.12", *SERIES, "--seed", str(100 + run), "--cache-misses", CACHE_MISSES[run]),),
            debug=True,
            clock=f"2026-04-{run:02}T09:00:00*60",
        )
        for run in range(1, 9)
    ),
)


class Skipped(Exception):  # noqa: N818
    """A log cannot be written here; the text says why."""


class Interpreters:
    """Finds Pythons by their version."""

    def __init__(self, given: dict[str, Path], folder: Path | None) -> None:
        self.given = given
        self.folder = folder

    def find(self, version: str, needs: Iterable[str]) -> Path:
        """The interpreter of that version that can import what is needed."""
        for candidate in self.candidates(version):
            code = "import sys; print('%d.%d' % sys.version_info[:2])" + "".join(f"; import {name}" for name in needs)
            answer = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
            if answer.stdout.strip() == version and answer.returncode == 0:
                return candidate
        extra = f" with {', '.join(needs)}" if needs else ""
        raise Skipped(f"no Python {version}{extra}")

    def candidates(self, version: str) -> Iterator[Path]:
        if version in self.given:
            yield self.given[version]
        if self.folder is not None:
            yield from sorted(self.folder.glob(f"{version}*/bin/python"))
        on_path = shutil.which(f"python{version}")
        if on_path:
            yield Path(on_path)


def renames(python: Path, version: str, root: Path) -> list[tuple[str, str]]:
    """What to rename in the text an interpreter wrote, longest first."""
    code = "import json, sysconfig as s; print(json.dumps([s.get_path(p) for p in ('stdlib', 'purelib', 'platlib')]))"
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    stdlib, *packages = json.loads(answer.stdout)
    pairs = {str(root): "", stdlib: f"/usr/lib/python{version}"}
    pairs.update((folder, f"/srv/venv/lib/python{version}/site-packages") for folder in packages)
    return sorted(pairs.items(), key=lambda pair: -len(pair[0]))


def rename(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


@dataclass
class Running:
    """A started process, and what it has printed so far that is not yet a line."""

    process: Process
    popen: subprocess.Popen[bytes]
    pairs: list[tuple[str, str]]
    rest: bytes = b""


def start(log: Log, process: Process, python: Path, root: Path, output: int = subprocess.PIPE) -> Running:
    """Start one program with the log's settings."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": "/nonexistent",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(root / "witness"),
        "PYTHONWARNINGS": log.warnings,
        "WITNESS_FILE": str(root / WITNESS),
        "LOG_FORMAT": log.layout,
        "LOG_LEVEL": log.level,
        "LOG_CLOCK": log.clock,
        "LOG_WARNINGS": "1" if log.capture else "0",
        **log.environment,
    }
    if log.debug:
        environment["PYTHONASYNCIODEBUG"] = "1"
    if "uvloop" in process.needs:
        environment["WITNESS_UVLOOP"] = "1"
    command = [str(python), f"{root}{APP}/{process.program}", *process.arguments]
    popen = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment, cwd=f"{root}{APP}")
    return Running(process, popen, renames(python, process.python, root))


def lines_as_they_come(running: list[Running]) -> Iterator[tuple[Running, str]]:
    """The lines of all processes, in the order of their arrival.

    A collector of several pipes reads each in turn, a little at a time, and never quite keeps up: so long records of
    one process are cut by lines of another.
    """
    pause = 0.02 if len(running) > 1 else 0.0
    with selectors.DefaultSelector() as selector:
        for one in running:
            assert one.popen.stdout is not None
            selector.register(one.popen.stdout, selectors.EVENT_READ, one)
        while selector.get_map():
            time.sleep(pause)
            for key, _ in selector.select():
                one = key.data
                chunk = os.read(key.fd, 512)
                *complete, one.rest = (one.rest + chunk).split(b"\n")
                if not chunk:
                    selector.unregister(key.fileobj)
                    complete += [one.rest] if one.rest else []
                for line in complete:
                    yield one, rename(line.decode(), one.pairs)


def no_prefix(one: Running, clock: datetime) -> str:
    """The program's own lines."""
    return ""


def compose_prefix(one: Running, clock: datetime) -> str:
    """As docker compose shows the lines of several containers."""
    return f"{one.process.name:<8}  | "


def journald_prefix(one: Running, clock: datetime) -> str:
    """As journalctl shows the lines of a unit."""
    return f"{clock:%b %d %H:%M:%S} shop-host {one.process.name}[{one.popen.pid}]: "


PREFIXES: dict[str, Callable[[Running, datetime], str]] = {
    "": no_prefix,
    "compose": compose_prefix,
    "journald": journald_prefix,
}


def collect(log: Log, running: list[Running]) -> str:
    """Everything the processes print, as the log's collector shows it. Its clock runs like that of the programs."""
    prefix = PREFIXES[log.collector]
    moment, _, scale = log.clock.partition("*")
    began, start = time.monotonic(), datetime.fromisoformat(moment)
    shown = []
    for one, line in lines_as_they_come(running):
        clock = start + timedelta(seconds=(time.monotonic() - began) * float(scale))
        shown.append(f"{prefix(one, clock)}{line}\n")
    return "".join(shown)


def run_apart(log: Log, pythons: list[Path], root: Path) -> tuple[str, list[Running]]:
    """Run the processes, each with a pipe of its own to the collector."""
    running = [start(log, process, python, root) for process, python in zip(log.processes, pythons, strict=True)]
    return collect(log, running), running


def run_into_one_file(log: Log, pythons: list[Path], root: Path) -> tuple[str, list[Running]]:
    """Run the processes with one file for all, as the workers of a prefork server have it."""
    with open(root / "shared.log", "ab") as shared:
        pairs = zip(log.processes, pythons, strict=True)
        running = [start(log, process, python, root, shared.fileno()) for process, python in pairs]
        for one in running:
            one.popen.wait()
    text = (root / "shared.log").read_text()
    for one in running:
        text = rename(text, one.pairs)
    return text, running


def write(log: Log, interpreters: Interpreters) -> dict[str, object]:
    """Write one log; the answer is its truth."""
    pythons = [interpreters.find(process.python, process.needs) for process in log.processes]
    with tempfile.TemporaryDirectory(prefix="sample-logs-") as scratch:
        root = Path(scratch).resolve()
        shutil.copytree(PROGRAMS, f"{root}{APP}", ignore=shutil.ignore_patterns("__pycache__", "witness"))
        shutil.copytree(PROGRAMS / "witness", root / "witness", ignore=shutil.ignore_patterns("__pycache__"))
        (root / WITNESS).touch()
        run = run_into_one_file if log.collector == "one file" else run_apart
        text, running = run(log, pythons, root)
        failed = [one.process.program for one in running if one.popen.wait() != 0]
        if failed:
            raise SystemExit(f"{log.path}: {', '.join(failed)} failed:\n{text[-2000:]}")
        target = HERE / log.path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(gzip.compress(text.encode(), mtime=0) if log.path.endswith(".gz") else text.encode())
        return truth(log, [json.loads(line) for line in (root / WITNESS).read_text().splitlines()])


def truth(log: Log, labels: list[dict[str, Any]]) -> dict[str, object]:
    """Sum up what the witness saw."""
    records = [label for label in labels if label["kind"] == "asyncio-record"]
    events = [label for label in labels if label["kind"] != "asyncio-record"]
    seconds: dict[tuple[str | None, ...], list[float]] = {}
    for event in events:
        key = (event["kind"], event.get("object"), event.get("coroutine"), event.get("exception"))
        seconds.setdefault(key, []).append(event.get("seconds") or 0.0)
    names = ("kind", "object", "name", "exception")
    return {
        "programs": [" ".join((process.program, *process.arguments)) for process in log.processes],
        "python": [process.python for process in log.processes],
        "debug": log.debug or "PYTHONDEVMODE" in log.environment,
        "counts": dict(sorted(Counter(event["kind"] for event in events).items())),
        "asyncio_records": len(records),
        "problems": [
            {**dict(zip(names, key, strict=True)), "count": len(each), "seconds": round(sum(each), 3)}
            for key, each in sorted(seconds.items(), key=str)
        ],
    }


# One literal per kind, as grep would look for it. Only for --check: the truth itself is never taken from the text.
LITERALS = {
    "aiohttp-server-error": "Error handling request",
    "aiohttp-unclosed-warning": "ResourceWarning: Unclosed ",
    "asyncgen-close-error": "an error occurred during closing of asynchronous generator",
    "asyncio-deprecation": ": DeprecationWarning: ",
    "callback-exception": "Exception in callback ",
    "client-connected-cb-exception": "Unhandled exception in client_connected_cb",
    "coroutine-never-awaited": "RuntimeWarning: coroutine '",
    "coroutine-never-yielded-from": "> was never yielded from",
    "exception-never-retrieved": " exception was never retrieved",
    "run-shutdown-exception": "unhandled exception during asyncio.run() shutdown",
    "slow-callback": "Executing <",
    "slow-getaddrinfo": "Getting address info",
    "task-destroyed-pending": "Task was destroyed but it is pending!",
    "unclosed-transport": "ResourceWarning: unclosed transport",
    "unraisable-coroutine": "Exception ignored in: <coroutine object",
}


def check(logs: Iterable[Log]) -> int:
    """Compare the truth with what grep counts; the answer is the number of differences."""
    known = json.loads(TRUTH.read_text())
    differences = 0
    for log in logs:
        path = HERE / log.path
        data = path.read_bytes()
        text = (gzip.decompress(data) if log.path.endswith(".gz") else data).decode()
        hookless = {"3.6", "3.7"}.intersection(process.python for process in log.processes)
        for kind, literal in LITERALS.items():
            if kind == "unraisable-coroutine" and hookless:
                continue  # there the witness is blind
            counted, true = text.count(literal), known[log.path]["counts"].get(kind, 0)
            if counted != true:
                differences += 1
                print(f"{log.path}: {kind}: grep counts {counted}, the truth is {true}")
    return differences


def table(logs: Iterable[Log]) -> Iterator[str]:
    """The README's table of logs."""
    known = json.loads(TRUTH.read_text())
    yield "| log | program | Python | format | debug | records |"
    yield "|---|---|---|---|---|---|"
    for log in logs:
        entry = known[log.path]
        counts = ", ".join(f"{kind} {count}" for kind, count in entry["counts"].items())
        debug = "on" if entry["debug"] else "off"
        layout = f"{log.layout}, {log.collector}" if log.collector else log.layout
        programs = ", ".join(f"`{program}`" for program in entry["programs"])
        yield f"| `{log.path}` | {programs} | {', '.join(entry['python'])} | {layout} | {debug} | {counts} |"


def save(path: str, entry: dict[str, object]) -> None:
    """Put one log's truth into truth.json."""
    known = json.loads(TRUTH.read_text()) if TRUTH.exists() else {}
    known[path] = entry
    TRUTH.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")


def mapping(text: str) -> tuple[str, Path]:
    version, _, path = text.partition("=")
    if not path:
        raise argparse.ArgumentTypeError("expected VERSION=PATH, such as 3.8=/opt/py38/bin/python")
    return version, Path(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="logs to write, without suffix; all unless given")
    parser.add_argument("--python", action="append", default=[], type=mapping, metavar="X.Y=PATH")
    parser.add_argument("--interpreters", type=Path, metavar="DIR", help="a folder of X.Y.Z/bin/python")
    parser.add_argument("--check", action="store_true", help="write nothing, compare the logs with truth.json")
    parser.add_argument("--table", action="store_true", help="write nothing, print the README's table of logs")
    parser.add_argument("--list", action="store_true", help="write nothing, name the logs")
    options = parser.parse_args()
    logs = [log for log in LOGS if not options.names or log.name in options.names]
    unknown = set(options.names) - {log.name for log in logs}
    if unknown:
        parser.error(f"no such log: {', '.join(sorted(unknown))}")
    if options.list:
        print("\n".join(log.name for log in logs))
        return 0
    if options.table:
        print("\n".join(table(logs)))
        return 0
    if options.check:
        return 1 if check(logs) else 0
    interpreters = Interpreters(dict(options.python), options.interpreters)
    skipped = 0
    for log in logs:
        try:
            entry = write(log, interpreters)
        except Skipped as reason:
            skipped += 1
            print(f"{log.path}: skipped, {reason}", file=sys.stderr)
            continue
        save(log.path, entry)
        print(f"{log.path}: {(HERE / log.path).stat().st_size // 1000} kB, {entry['counts']}")
    return 1 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
