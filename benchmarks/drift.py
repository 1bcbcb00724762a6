"""Does a problem keep its identity while the code around it changes? An app with sixty creation sites, drifted and run.

    python benchmarks/drift.py [--quick] [--pythons FILE ...] [--seed N] [-j 2] [-o tables.md] [--keep FOLDER]

The app (drift_app/) is written anew for every row, drifted by its `edits.py` with a seed, really run by an interpreter,
and its log is read with asynclog. The app says in the log which site it visits, so the truth is known and not guessed.
Interpreters are those of `--pythons`, of `LIVE_PYTHONS`, and every `python3.X` that runs. docs/identity.md explains the
tables. Exits 1 if debug mode without renames keeps fewer than 58 of 60 sites.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from drift_app.edits import Edit, Program, edited, load

from asynclog import pipeline, questions
from asynclog.aggregate.match import Match, pair
from asynclog.classify.fingerprint import bare, ladder, parts_in
from asynclog.config import Settings
from asynclog.model import Finding, Group

LEAST = 58
PLAIN_ROOT, OTHER_ROOT = "srv/app-1.4.2", "home/ci/builds/0007/checkout"
MARK = re.compile(r" INFO - site (\d+|end)(?: (\S+) (\S+) (.*))?$")
BYSTANDER = "attempt"  # the task that visits a site
AS_SHIPPED = Settings()
RUNGS = ("line", "coroutine", "fingerprint", "chain")


# -- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drift:
    """What happens to the app. `other` names the interpreter afterwards, by version."""

    name: str
    edits: tuple[Edit, ...] = ()
    moved: bool = False
    other: str | None = None
    renames: bool = False
    limit: bool = False


SAFE = (Edit.SHUFFLE, Edit.INSERT, Edit.INDENT)
NAMES = (Edit.RENAME_CREATORS, Edit.RENAME_COROUTINES)


def drifts(others: Sequence[str], quick: bool) -> list[Drift]:
    """Every row, or with `quick` the two that say most."""
    last = others[-1] if others else None
    together = Drift(f"all of these, Python {last}" if last else "all of these", SAFE, True, last)
    everything = Drift("all of the above", (*SAFE, *NAMES, Edit.WRAP), True, last, renames=True)
    if quick:
        return [together, everything]
    return [
        Drift("run again"),
        Drift("functions shuffled", (Edit.SHUFFLE,)),
        Drift("lines inserted", (Edit.INSERT,)),
        Drift("re-indented", (Edit.INDENT,)),
        Drift("root moved", moved=True),
        *(Drift(f"Python {version}", other=version) for version in others),
        together,
        Drift("wrappers around callers and the start", (Edit.WRAP_CALLERS,)),
        Drift("wrappers around creators", (Edit.WRAP_CREATORS,), renames=True),
        Drift("creating functions renamed", (Edit.RENAME_CREATORS,), renames=True),
        Drift("coroutines and callbacks renamed", (Edit.RENAME_COROUTINES,), renames=True),
        everything,
        Drift("the package's folder renamed", (Edit.RENAME_FOLDER,), renames=True, limit=True),
    ]


# -- running and reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs."""

    path: str
    version: str


@dataclass(frozen=True)
class Seen:
    """One site in one log: what the analyzer made of its record."""

    finding: Finding
    keys: Mapping[str, str]


@dataclass
class Reading:
    """One log: its sites by number, and its groups."""

    sites: dict[int, Seen] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def interpreters(named: Iterable[str] = ()) -> list[Interpreter]:
    """One for every version that runs, oldest first."""
    names = [*named, *filter(None, os.environ.get("LIVE_PYTHONS", "").split(os.pathsep))]
    names += [name for minor in range(7, 20) if (name := shutil.which(f"python3.{minor}"))]
    found: dict[str, Interpreter] = {}
    code = "import sys, asyncio; print('%d.%d' % sys.version_info[:2])"
    for path in [*names, sys.executable]:
        try:
            done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=60, check=True)
        except (OSError, subprocess.SubprocessError):
            continue
        found.setdefault(done.stdout.strip(), Interpreter(path, done.stdout.strip()))
    return sorted(found.values(), key=lambda each: tuple(map(int, each.version.split("."))))


def run(program: Program, root: Path, python: Interpreter, debug: bool, hard: bool = False) -> Path:
    """Write the app under `root`, run it, and give its log."""
    root.mkdir(parents=True, exist_ok=True)
    for name, text in program.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    log = root.with_name(root.name + ".log")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "ASYNCLOG"))}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONASYNCIODEBUG": "1" if debug else ""}
    command = [python.path, str(root / "main.py"), *(["hard"] if hard else [])]
    with log.open("wb") as file:
        subprocess.run(command, stdout=file, stderr=file, env=environment, timeout=600, check=True)
    return log


def read(log: Path, settings: Settings = AS_SHIPPED) -> Reading:
    """The log through the product, record by record and as groups."""
    lines = log.read_text("utf-8").splitlines()
    marks = [(number, found) for number, line in enumerate(lines, 1) if (found := MARK.search(line))]
    findings = list(pipeline.findings([str(log)], settings))
    normal = pipeline.engine(settings).plumbing.normal_path
    reading = Reading(groups=pipeline.analyze([str(log)], settings).groups)
    for (start, mark), (end, _) in pairwise(marks):
        found = [each for each in findings if start < each.line < end and each.coroutine != BYSTANDER]
        if [each.kind for each in found] != [mark[2]]:
            reading.problems.append(f"{log.name}: site {mark[1]} ({mark[3]}): {[each.kind for each in found]}")
            continue
        keys = {"fingerprint": found[0].fingerprint}
        if found[0].site.file is not None:
            keys["line"] = f"{found[0].kind} {found[0].site.file}:{found[0].site.line}"
        for key in ladder(found[0], found[0].chain, normal, found[0].failure):
            keys.setdefault(key.partition(":")[0], key)
        keys["chain"] = keys.get("chain") or keys.get("site") or keys["fingerprint"]
        reading.sites[int(mark[1])] = Seen(found[0], keys)
    return reading


# -- comparing -------------------------------------------------------------------------------------------------------


@dataclass
class Row:
    """One drift in one mode: by rung how many sites are matched, unique, collided; what the comparison pairs."""

    drift: Drift
    mode: str
    sites: int
    rungs: dict[str, tuple[int, int, int]]
    pairs: Counter[str]
    wrong: list[str]
    lost: list[str]


def paired(before: Reading, after: Reading) -> list[Match]:
    """The passes of the product."""
    return pair(before.groups, after.groups, questions.ladder_of(AS_SHIPPED))


def compare(drift: Drift, mode: str, before: Reading, after: Reading) -> Row:
    """Every rung on its own, then all passes."""
    numbers = sorted(before.sites.keys() & after.sites.keys())
    rungs: dict[str, tuple[int, int, int]] = {}
    for rung in RUNGS:
        old, new = ({n: side.sites[n].keys.get(rung) for n in numbers} for side in (before, after))
        shared = [Counter(key for key in keys.values() if key) for keys in (old, new)]
        matched = [n for n in numbers if old[n] and old[n] == new[n]]
        collided = [n for n in numbers if shared[0][old[n] or ""] > 1 or shared[1][new[n] or ""] > 1]
        rungs[rung] = len(matched), len(set(matched) - set(collided)), len(collided)
    partner = {name: match for match in paired(before, after) for name in match.before}
    pairs: Counter[str] = Counter()
    wrong, lost = [], []
    for n in numbers:
        old_one, new_one = before.sites[n].finding, after.sites[n].finding
        match = partner[old_one.fingerprint]
        right = new_one.fingerprint in match.after
        told = f"{n}: {old_one.signature} / {new_one.signature}"
        pairs[(match.rung or "") if right else "wrong" if match.after else "not matched"] += 1
        if match.after and not right:
            wrong.append(told)
        elif not match.after:
            lost.append(told)
    return Row(drift, mode, len(numbers), rungs, pairs, wrong, lost)


Hard = tuple[str, str, dict[str, int]]


@dataclass
class Swap:
    """Some problems are gone, as many others are new: who was taken for whom, and by which pass."""

    mode: str
    kept: int
    gone: int
    new: int
    pairs: Counter[str]
    told: list[str]


def swap(mode: str, before: Reading, after: Reading) -> Swap:
    """Pairs of groups that have no site in common. A group that also holds a site that was kept is not asked."""
    names = [{seen.finding.fingerprint: set() for seen in side.sites.values()} for side in (before, after)]
    for side, sites in zip((before, after), names, strict=True):
        for number, seen in side.sites.items():
            sites[seen.finding.fingerprint].add(number)
    pairs: Counter[str] = Counter()
    told = []
    for match in paired(before, after):
        old, new = (
            set().union(*(s.get(n, set()) for n in m)) for s, m in zip(names, (match.before, match.after), strict=True)
        )
        if old and new and not old & new:
            pairs[match.rung or ""] += 1
            told.append(f"{match.rung}: {sorted(old)} taken for {sorted(new)}")
    kept = before.sites.keys() & after.sites.keys()
    return Swap(mode, len(kept), len(before.sites) - len(kept), len(after.sites) - len(kept), pairs, told)


@dataclass
class Experiment:
    """All runs of one seed."""

    folder: Path
    pythons: list[Interpreter]
    seed: int = 1
    jobs: int = 2
    base: Program = field(default_factory=load)
    problems: list[str] = field(default_factory=list)

    @property
    def python(self) -> Interpreter:
        """The interpreter before: the newest."""
        return self.pythons[-1]

    def _reading(self, name: str, program: Program, drift: Drift, debug: bool, hard: bool = False) -> Reading:
        root = self.folder / f"{name}-{'on' if debug else 'off'}" / (OTHER_ROOT if drift.moved else PLAIN_ROOT)
        python = next((each for each in self.pythons if each.version == drift.other), self.python)
        reading = read(run(program, root, python, debug, hard))
        self.problems += reading.problems
        return reading

    def rows(self, wanted: Sequence[Drift]) -> Iterator[Row]:
        """Run and compare; debug mode on, off, and on against off."""
        before = {debug: self._reading("before", self.base, Drift("before"), debug) for debug in (True, False)}
        names = (
            {seen.finding.site.function or "" for seen in before[True].sites.values()},
            {bare(called(seen.finding)) for seen in before[False].sites.values()},
        )
        # Edited here and not in the threads: `ast.parse` of CPython 3.11 fails now and then in several threads at once.
        programs = [edited(self.base, drift.edits, f"{self.seed}/{drift.name}", *names) for drift in wanted]

        def visit(job: tuple[int, Drift, bool]) -> Reading:
            number, drift, debug = job
            return self._reading(f"{number:02}", programs[number], drift, debug)

        jobs = [(number, drift, debug) for number, drift in enumerate(wanted) for debug in (True, False)]
        with ThreadPoolExecutor(self.jobs) as pool:
            after = dict(zip(jobs, pool.map(visit, jobs), strict=True))
        for number, drift in enumerate(wanted):
            on, off = after[number, drift, True], after[number, drift, False]
            yield compare(drift, "on", before[True], on)
            yield compare(drift, "off", before[False], off)
            yield compare(drift, "on, then off", before[True], off)

    def swaps(self) -> Iterator[Swap]:
        """Of one run again two logs are made, each without its own third of the sites."""
        for debug in (True, False):
            log = run(self.base, self.folder / f"swap-{'on' if debug else 'off'}" / PLAIN_ROOT, self.python, debug)
            lines = log.read_text("utf-8").splitlines(keepends=True)
            sides = []
            for third in (0, 1):
                site, kept = 0, []
                for line in lines:
                    if (mark := MARK.search(line)) is not None:
                        site = 0 if mark[1] == "end" else int(mark[1])
                    if not site or zlib.crc32(b"%d/%d" % (self.seed, site)) % 3 != third:
                        kept.append(line)
                part = log.with_name(f"{log.stem}-{third}.log")
                part.write_text("".join(kept), "utf-8")
                sides.append(read(part))
            yield swap("on" if debug else "off", *sides)

    def hard(self) -> Iterator[Hard]:
        """Sites made to look alike: for each pair of them the number of different keys by rung."""
        for debug in (True, False):
            reading = self._reading("hard", self.base, Drift("hard"), debug, hard=True)
            numbers = sorted(reading.sites)
            for first, second in zip(numbers[::2], numbers[1::2], strict=True):
                both = [reading.sites[number].keys for number in (first, second)]
                apart = {rung: len({keys[rung] for keys in both if rung in keys}) for rung in RUNGS}
                yield SHAPES[first], "on" if debug else "off", apart


def called(finding: Finding) -> str:
    """The coroutine or callback of a finding, else the function where its exception was raised."""
    parts = parts_in(finding.signature)
    return parts.get("coroutine") or parts.get("callback") or finding.site.function or ""


SHAPES = {
    101: "two methods of one name, one coroutine",
    103: "two calls in one function, one coroutine",
    105: "one helper, one coroutine, two callers",
    107: "two lambdas, one coroutine, two callers",
}


# -- printing --------------------------------------------------------------------------------------------------------


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in (heads, ["---"] * len(heads), *rows)]
    return "\n".join(lines)


def tables(rows: Sequence[Row], swaps: Iterable[Swap], hard: Iterable[Hard], python: str) -> str:
    """What was seen."""
    passes = [name for name in PASSES if any(row.pairs[name] for row in rows)]
    parts = [
        f"By rung: sites matched / matched and unique / collided. Before: Python {python}.",
        table(
            ("drift", "debug mode", "sites", "printed `file:line`", "coroutine alone", "fingerprint", "chain"),
            [(r.drift.name, r.mode, r.sites, *("/".join(map(str, r.rungs[rung])) for rung in RUNGS)) for r in rows],
        ),
        "What a comparison pairs, and by which pass.",
        table(
            ("drift", "debug mode", "sites", *passes),
            [(r.drift.name, r.mode, r.sites, *(r.pairs[name] or "–" for name in passes)) for r in rows],
        ),
        "Problems gone and others new: pairs of two that have nothing to do with each other, by pass.",
        table(
            ("debug mode", "kept", "gone", "new", *PASSES[1:-2]),
            [(s.mode, s.kept, s.gone, s.new, *(s.pairs[name] or "–" for name in PASSES[1:-2])) for s in swaps],
        ),
        "Two sites made to look alike: how many they are on each rung.",
        table(
            ("pair", "debug mode", "coroutine alone", "fingerprint", "chain"),
            [(name, mode, *(apart[rung] or "–" for rung in RUNGS[1:])) for name, mode, apart in hard],
        ),
    ]
    return "\n\n".join(parts)


PASSES = ("fingerprint", "chain", "site", "file", "caller", "coroutine", "renamed", "not matched", "wrong")


def failures(rows: Iterable[Row]) -> Iterator[str]:
    """What is promised and not kept."""
    for row in rows:
        if row.mode != "on" or row.drift.renames:
            continue
        least = row.sites - (60 - LEAST)  # TaskGroup is missing before Python 3.11
        for rung in ("fingerprint", "chain"):
            kept = row.rungs[rung][1]
            if kept < least and not (rung == "chain" and Edit.WRAP_CALLERS in row.drift.edits):
                yield f"{row.drift.name}: {rung} keeps {kept} of {row.sites}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two drifts only")
    parser.add_argument("--pythons", nargs="+", default=[], metavar="FILE", help="more interpreters")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--keep", type=Path, help="keep the programs and logs there")
    parser.add_argument("-v", "--verbose", action="store_true", help="say which sites were lost")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        experiment = Experiment(
            options.keep or Path(scratch), interpreters(options.pythons), options.seed, options.jobs
        )
        others = [each.version for each in experiment.pythons[:-1]]
        rows = list(experiment.rows(drifts(others, options.quick)))
        swaps = list(experiment.swaps())
        text = tables(rows, swaps, experiment.hard(), experiment.python.version)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", "utf-8")
    if options.verbose:
        print(*(f"{row.drift.name}, {row.mode}: {told}" for row in rows for told in row.lost), sep="\n")
        print(*(f"swapped, {each.mode}: {told}" for each in swaps for told in each.told), sep="\n")
    broken = [*experiment.problems, *failures(rows)]
    print(*broken, sep="\n", file=sys.stderr)
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
