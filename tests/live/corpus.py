"""Run the programs on the interpreters present and render what they said as logs with a known truth.

Interpreters are ``python3.X`` on PATH plus those named by ``LIVE_PYTHONS`` (executables or folders of them, separated
like PATH) or the caller. A program says what it needs in its ``# live:`` line::

    # live: modes=plain,debug python>=3.7 python<=3.10 needs=aiohttp args=first,second

One run of a program is captured once and kept under a key of everything that shaped it.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import formats
from lines import Log

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
PROBES = (HERE / "capture.py", HERE / "labels.py")
MODES = {
    "plain": {},
    "debug": {"PYTHONASYNCIODEBUG": "1"},
    "tracemalloc": {"PYTHONTRACEMALLOC": "25"},
    "both": {"PYTHONASYNCIODEBUG": "1", "PYTHONTRACEMALLOC": "25"},
}
FOLDERS = ("app", "my shop, v2", "relative", "app", "my shop, v2", "relative", "O'Brien's (old) [app]")
SKIPPED = 77


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs programs."""

    path: str
    version: tuple[int, int]
    full: str

    def can_import(self, package: str) -> bool:
        """Whether an optional package is installed there."""
        done = subprocess.run([self.path, "-c", f"import {package}"], capture_output=True, check=False)
        return done.returncode == 0


@dataclass(frozen=True)
class Program:
    """A file of ``programs/`` and what its ``# live:`` line asks for."""

    path: Path
    modes: tuple[str, ...]
    lowest: tuple[int, int]
    highest: tuple[int, int]
    needs: tuple[str, ...]
    args: tuple[str, ...]

    def runs_on(self, version: tuple[int, int]) -> bool:
        """Whether the program is meant for this Python."""
        return self.lowest <= version <= self.highest


@dataclass
class Capture:
    """What one run said, in order."""

    name: str
    key: str
    version: tuple[int, int]
    entries: list[dict] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    skipped: str = ""


def dotted(version: tuple[int, int]) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def digest(*parts: str | bytes) -> str:
    """A short key of its parts."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part if isinstance(part, bytes) else part.encode())
        total.update(b"\0")
    return total.hexdigest()[:16]


# --- what there is ----------------------------------------------------------------------------------------------------


def probe(path: str) -> Interpreter | None:
    """The interpreter behind an executable, or None where it does not run."""
    code = (
        "import sys; print('%d %d %s' % (sys.version_info[0], sys.version_info[1], sys.version.replace(chr(10), ' ')))"
    )
    try:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor, full = done.stdout.split(" ", 2)
    return Interpreter(path, (int(major), int(minor)), full.strip())


def executables(named: Iterable[str]) -> Iterator[str]:
    """Candidate executables: named ones, those of ``LIVE_PYTHONS``, ``python3.X`` on PATH, the running one."""
    for place in [*named, *filter(None, os.environ.get("LIVE_PYTHONS", "").split(os.pathsep))]:
        if os.path.isdir(place):
            yield from sorted(str(path) for path in Path(place).iterdir() if re.fullmatch(r"python3\.\d+", path.name))
        else:
            yield place
    yield from filter(None, (shutil.which(f"python3.{minor}") for minor in range(6, 20)))
    yield sys.executable


def interpreters(named: Iterable[str] = ()) -> list[Interpreter]:
    """Every interpreter that runs, oldest first; several of one version only where they differ in packages."""
    with ThreadPoolExecutor(4) as pool:
        found = [each for each in pool.map(probe, dict.fromkeys(executables(named))) if each]
    return sorted(found, key=lambda each: each.version)


def programs(wanted: Iterable[str] = ()) -> list[Program]:
    """The programs, or those whose name contains one of the words."""
    wanted = list(wanted)
    paths = sorted(PROGRAMS.glob("*.py"))
    return [read_program(path) for path in paths if not wanted or any(word in path.stem for word in wanted)]


def read_program(path: Path) -> Program:
    """The demands of a program's ``# live:`` line."""
    line = next((line for line in path.read_text("utf-8").splitlines() if line.startswith("# live:")), "")
    words = dict(re.findall(r"(\w+)=([\w,.+-]+)", line))
    bounds = {sign: tuple(map(int, bound.split("."))) for sign, bound in re.findall(r"python([<>]=)([\d.]+)", line)}
    return Program(
        path,
        tuple(words.get("modes", "plain").split(",")),
        bounds.get(">=", (3, 0)),
        bounds.get("<=", (3, 99)),
        tuple(filter(None, words.get("needs", "").split(","))),
        tuple(words.get("args", "").split(",")),
    )


def plan(chosen: list[Program], pythons: list[Interpreter]) -> tuple[list[tuple], list[str]]:
    """The runs to make, and a word on every program that cannot run."""
    runs, unable = [], []
    for program in chosen:
        fitting: dict[tuple[int, int], Interpreter] = {}
        for python in pythons:
            if (
                program.runs_on(python.version)
                and python.version not in fitting
                and all(python.can_import(need) for need in program.needs)
            ):
                fitting[python.version] = python
        if not fitting:
            wants = f"Python {dotted(program.lowest)} to {dotted(program.highest)}"
            unable.append(f"{program.path.stem}: no interpreter here fits ({', '.join((wants, *program.needs))})")
        runs += [
            (program, python, mode, arg)
            for python in fitting.values()
            for mode in program.modes
            for arg in program.args
        ]
    return runs, unable


# --- running ----------------------------------------------------------------------------------------------------------


def lay_out(out: Path) -> None:
    """Copy the programs to where they run: plain, with spaces and commas, and for relative paths."""
    wanted = {out / "src" / folder / path.name: path for folder in FOLDERS for path in PROGRAMS.glob("*.py")}
    wanted.update({out / "src" / "probe" / path.name: path for path in PROBES})
    for target, path in wanted.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != path.read_bytes():
            draft = target.with_suffix(f".{os.getpid()}")
            shutil.copyfile(path, draft)
            draft.replace(target)
    (out / "captures").mkdir(exist_ok=True)
    forget(out / "captures")


def forget(folder: Path, age: float = 86400.0) -> None:
    """Drop what no run has written for a day."""
    for path in folder.glob("*") if folder.exists() else ():
        if time.time() - path.stat().st_mtime > age:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def run(out: Path, program: Program, python: Interpreter, mode: str, arg: str) -> Capture:
    """The capture of one run, from the cache where nothing changed."""
    name = "-".join(filter(None, (program.path.stem, arg, mode, "py" + dotted(python.version))))
    folder = FOLDERS[int(digest(name), 16) % len(FOLDERS)]
    key = digest(program.path.read_bytes(), *(path.read_bytes() for path in PROBES), python.full, python.path, name)
    stored = out / "captures" / f"{name}.{key}.json"
    if not stored.exists():
        answer = execute(out, program, python, mode, arg, folder)
        draft = stored.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(answer), "utf-8")
        draft.replace(stored)
    answer = json.loads(stored.read_text("utf-8"))
    capture = Capture(
        name, f"{name}.{key}", python.version, *settle(answer["entries"], answer["leftover"]), answer["skipped"]
    )
    if answer["trouble"]:
        capture.problems.append(answer["trouble"])
    return capture


def execute(out: Path, program: Program, python: Interpreter, mode: str, arg: str, folder: str) -> dict:
    """Run a program once: its entries, and what reached the real stdout and stderr."""
    where = out / "src" / folder
    path = program.path.name if folder == "relative" else str(where / program.path.name)
    target = out / "captures" / f"run-{os.getpid()}-{digest(str(program.path), python.path, mode, arg)}.jsonl"
    target.unlink(missing_ok=True)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LIVE_", "VIRTUAL_ENV"))
    }
    env = {
        **kept,
        **MODES[mode],
        "LIVE_CAPTURE": str(target),
        "PYTHONPATH": str(out / "src" / "probe"),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONIOENCODING": "utf-8",
        "LC_ALL": "C.UTF-8",
    }
    trouble, leftover, code = "", "", None
    try:
        done = subprocess.run(
            [python.path, path, *filter(None, [arg])],
            cwd=where,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        leftover, code = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired:
        trouble = "did not end in 60 seconds"
    entries = [json.loads(line) for line in target.read_text().splitlines()] if target.exists() else []
    target.unlink(missing_ok=True)
    skipped = next((entry["reason"] for entry in entries if entry["type"] == "skip"), "")
    if not entries and not trouble:
        trouble = f"said nothing (exit {code}): {leftover[-500:]}"
    return {"entries": entries, "leftover": leftover, "skipped": skipped, "trouble": trouble}


def settle(entries: list[dict], leftover: str) -> tuple[list[dict], list[str]]:
    """Entries proper, with the interpreter's own last words cut at the heads announced; and problems."""
    problems = [entry["text"] for entry in entries if entry["type"] == "problem"]
    expected = [entry for entry in entries if entry["type"] == "expect"]
    entries = [entry for entry in entries if entry["type"] in ("log", "raw", "warning")]
    last = {"created": entries[-1]["created"] if entries else 1.8e9, "pid": entries[-1]["pid"] if entries else 1}
    for line in re.findall(r"[^\n]*\n|[^\n]+$", leftover):
        announced = next((each for each in expected if line.startswith(each["head"])), None)
        if announced:
            expected.remove(announced)
        if announced or not (entries and entries[-1].get("late")):
            if not announced:
                problems.append(f"unannounced on stderr: {line[:200]!r}")
            entries.append({"type": "raw", "text": "", "late": True, "label": announced and announced["label"], **last})
        entries[-1]["text"] += line if line.endswith("\n") else line + "\n"
    problems += [f"announced but not seen: {each['head']!r}" for each in expected]
    return entries, problems


def captures(out: Path, runs: list[tuple], jobs: int = 2) -> list[Capture]:
    """All captures of a plan, in its order."""
    lay_out(out)
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda each: run(out, *each), runs))


# --- logs -------------------------------------------------------------------------------------------------------------


def partner(capture: Capture, pool: list[Capture], seed: int) -> Capture:
    """The second process of an interleaved log: another run on the same interpreter."""
    others = [each for each in pool if each.version == capture.version and each.name != capture.name and each.entries]
    return others[int(digest(capture.name, str(seed)), 16) % len(others)] if others else capture


def logs(found: list[Capture], wanted: Iterable[str], seed: int = 0) -> Iterator[tuple[str, str, Capture, Log]]:
    """(file name, format, capture, log) of every capture in every format."""
    wanted = list(wanted)
    for capture in found:
        for name in wanted:
            variant = int(digest(capture.name, name, str(seed)), 16) % 1000
            other = partner(capture, found, seed).entries if name == "interleaved" else ()
            yield f"{capture.name}.{name}.log", name, capture, formats.render(name, capture.entries, variant, other)
