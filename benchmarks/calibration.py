"""How often does the comparison cry wolf, and what does it see? Simulated pairs of logs through the real judgement.

    python benchmarks/calibration.py [--quick] [-j 2] [-o docs/calibration.md]

Logs are simulated as what a run keeps of them (timeline and histogram by group), not as text. Every cell has its own
seed, so the tables are the same on every machine and with any -j. Exits 1 if a promised rate is above 5 % by more than
chance (the lower end of its 95 % interval). docs/calibration.md says what the tables mean; -o puts them between the
markers of such a page.
"""

from __future__ import annotations

import argparse
import math
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from scipy.special import betaincinv, ndtr

from asynclog.aggregate import histogram, timeline
from asynclog.aggregate.compare import Settings
from asynclog.aggregate.evidence import Evidence, observe
from asynclog.aggregate.spans import Span, make_span
from asynclog.aggregate.trend import Verdict, follow
from asynclog.aggregate.verdict import Case, State, judge
from asynclog.model import Histogram, Severity, Timeline

BEGIN, END = "<!-- tables -->", "<!-- end of tables -->"
SPANS = (600, 3600, 21600)
UNTIMED = Span()


@dataclass(frozen=True)
class World:
    """How a pair is made. Of `groups` the first is `ratio` times as frequent and `slower` times as slow after.

    Or how `trend` runs are made, where "after" begins in the run that `step` says: at a run by chance, in the last, or
    bit by bit over all.
    """

    records: float = 500
    groups: int = 1
    burst: float = 1
    spread: float = 0.0
    before: int = 1
    after: int = 1
    durations: str = ""
    ratio: float = 1.0
    slower: float = 1.0
    timed: bool = True
    severity: Severity = Severity.WARNING
    new: float = 0.0
    trend: int = 0
    step: str = ""


@dataclass(frozen=True)
class Cell:
    """One number of a table: in how many of `pairs` simulated pairs `asked` is true."""

    table: str
    row: str
    column: str
    world: World
    pairs: int
    asked: str = "alarm"
    promised: bool = False


def events(rng: np.random.Generator, mean: float, burst: float, span: int) -> tuple[np.ndarray, np.ndarray]:
    """Times in seconds, and the burst of each: geometric sizes, about 0.4 s between the records of a burst."""
    number = rng.poisson(mean / burst)
    sizes = rng.geometric(1 / burst, number) if burst > 1 else np.ones(number, int)
    if not number:
        return np.zeros(0), np.zeros(0, int)
    gaps = np.cumsum(rng.exponential(0.4, sizes.sum()))
    inside = gaps - np.repeat(gaps[np.cumsum(sizes) - sizes], sizes)
    times = np.repeat(rng.uniform(0, span, number), sizes) + inside
    kept = times < span
    return times[kept], np.repeat(np.arange(number), sizes)[kept]


def durations(rng: np.random.Generator, shape: str, bursts: np.ndarray) -> np.ndarray:
    """Microseconds with a heavy tail (log-normal of sigma 1, or Pareto of 1.5), half of it common to a burst."""
    if not len(bursts):
        return np.zeros(0)
    normal = math.sqrt(0.5) * (rng.normal(size=bursts.max() + 1)[bursts] + rng.normal(size=len(bursts)))
    return 100_000 * (np.exp(normal) if shape == "lognormal" else (1 - ndtr(normal)) ** (-1 / 1.5))


def log(rng: np.random.Generator, world: World, mean: float, seconds: int, span: Span, slower: float) -> Evidence:
    """One group in one log."""
    if world.spread:
        mean *= rng.gamma(world.spread**-2, world.spread**2)
    times, bursts = events(rng, mean, world.burst, seconds)
    took = (durations(rng, world.durations, bursts) * slower).astype(int) if world.durations else None
    kept = Histogram() if took is None else histogram.of(took.tolist())
    if not world.timed:
        return observe(len(times), Timeline(), kept, UNTIMED)
    cells, place, counts = np.unique(
        (times * 1e6).astype(int) >> timeline.CELL_BITS, return_inverse=True, return_counts=True
    )
    totals = np.zeros(len(cells)) if took is None else np.bincount(place, weights=took, minlength=len(cells))
    pairs = zip(counts.tolist(), totals.astype(int).tolist(), strict=True)
    made = Timeline(0, dict(zip(cells.tolist(), pairs, strict=True)))
    while len(made.cells) > timeline.TIMELINE_CELLS:
        made = timeline.coarser(made, made.level + 1)
    return observe(len(times), made, kept, span)


def states(rng: np.random.Generator, world: World) -> list[State]:
    """The states of all groups of one pair."""
    seconds = SPANS[rng.integers(len(SPANS))]
    span = make_span([(0, seconds * 1_000_000)])
    cases = []
    if world.trend:
        every = [series(rng, world, group, seconds, span) for group in range(world.groups)]
        rows = [row for row in every if any(e.count for e in row)]
        moved = follow(rows, [world.severity] * len(rows), Settings())
        return [MOVED.get(m.verdict, State.INCONCLUSIVE) for m in moved]
    for group in range(world.groups + bool(world.new)):
        new = group == world.groups
        mean = world.new if new else world.records / world.groups
        changed = group == 0 and not new
        before = [log(rng, world, mean * (not new), seconds, span, 1) for _ in range(world.before)]
        after = [
            log(rng, world, mean * (world.ratio if changed else 1), seconds, span, world.slower if changed else 1)
            for _ in range(world.after)
        ]
        cases.append(Case(tuple(before), tuple(after), world.severity))
    return [judged.state for judged in judge(cases)]


def series(rng: np.random.Generator, world: World, group: int, seconds: int, span: Span) -> tuple[Evidence, ...]:
    """One group over all runs; the first changes up or down, the others do not."""
    last = world.trend - 1
    first = last if world.step == "last" else int(rng.integers(1, world.trend))
    up = rng.choice([-1, 1])
    shares = [i / last if world.step == "line" else float(i >= first) for i in range(world.trend)]
    changes = [share * up * bool(world.step and not group) for share in shares]
    mean = world.records / world.groups
    return tuple(log(rng, world, mean * world.ratio**c, seconds, span, world.slower**c) for c in changes)


MOVED = {Verdict.RISING: State.WORSE, Verdict.FALLING: State.BETTER, Verdict.STEADY: State.SAME}
ASKED = {
    "alarm": lambda found: any(s in (State.WORSE, State.BETTER) for s in found),
    "new": lambda found: State.NEW in found,
    "worse": lambda found: found[0] is State.WORSE,
    "moved": lambda found: found[0] in (State.WORSE, State.BETTER),
    "steady": lambda found: found[0] is State.SAME,
    "last is new": lambda found: found[-1] is State.NEW,
    "failed": lambda found: any(s in (State.WORSE, State.NEW) for s in found),
}


def run(cell: Cell) -> int:
    """In how many pairs the answer is yes."""
    seed = zlib.crc32(f"{cell.table}|{cell.row}|{cell.column}".encode())
    rng = np.random.default_rng(seed)
    return sum(ASKED[cell.asked](states(rng, cell.world)) for _ in range(cell.pairs))


# -- the tables ------------------------------------------------------------------------------------------------------

FAMILIES = {
    "independent records": World(),
    "bursts of 3": World(burst=3),
    "bursts of 5": World(burst=5),
    "bursts of 10": World(burst=10),
    "independent, log-normal durations": World(durations="lognormal"),
    "bursts of 5, log-normal durations": World(burst=5, durations="lognormal"),
    "bursts of 10, Pareto durations": World(burst=10, durations="pareto"),
}
SPREAD = {
    "10 % spread": World(spread=0.1),
    "10 % spread, bursts of 5": World(spread=0.1, burst=5),
    "30 % spread": World(spread=0.3),
    "30 % spread, bursts of 5": World(spread=0.3, burst=5),
    "30 % spread, log-normal durations": World(spread=0.3, durations="lognormal"),
}
PAIRS = {1: 500, 10: 150, 40: 60}
SIZES = (50, 500, 5000)
ONE = "False alarms, one log a side (any `worse` or `better` in the diff)"
FIVE = "False alarms, five logs a side, runs that differ by themselves"
FEW = "False alarms, a few logs a side, runs that differ by themselves (100 records a group)"
LIMIT = "The limit: false alarms, one log a side, runs that differ by themselves"
TIMELESS = "False alarms, one log a side without timestamps"
NEW = "False `new`, one log a side: 10 groups that are rare on both sides (any `new` in the diff)"
POWER = "Power: how often the changed group (1 of 10) is `worse`, one log a side"
POWER_FIVE = "Power: how often the changed group (1 of 10) is `worse`, five logs a side"
POWER_FEW = "Power: how often the changed group (1 of 10) is `worse`, two logs a side"
SLOWER = "Power: how often longer durations (1 group of 10) are `worse`, one log a side"
APPEARS = "Power: how often a group that was not there before is `new` (beside 10 others)"
TREND = "`trend`: eight runs that differ by themselves, nothing changed (any `rising` or `falling`)"
TREND_POWER = "`trend`: how often a step at any of eight runs is found (1 group of 10)"
NOT_STEADY = "`trend`: how often a group that did change in eight runs is called `steady`"
STEADY = "`trend`: how often a group that did not change in eight runs is called `steady`"
CHECK = "`check`: one run against a baseline, nothing changed (any `worse` or `better`)"
CHECK_POWER = "`check`: how often the changed group (1 of 10) is `worse`"
CHECK_NEW = "`check`: false `new`, 10 groups that are rare in every run (any `new`)"
CHECK_APPEARS = "`check`: how often a group that the baseline does not have is `new` (beside 10 others)"


def cells(quick: bool) -> Iterator[Cell]:
    """All numbers of all tables."""
    cut = 5 if quick else 1
    for groups, pairs in PAIRS.items():
        for size in SIZES:
            column = f"{groups} group{'s' * (groups > 1)}, {size:,}"
            for row, world in FAMILIES.items():
                yield Cell(ONE, row, column, replace(world, groups=groups, records=size), pairs // cut, promised=True)
            for row, world in SPREAD.items():
                shape = replace(world, groups=groups, records=size)
                five = replace(shape, before=5, after=5)
                yield Cell(FIVE, row, column, five, max(pairs // 2, 60) // cut, promised=True)
                if "burst" not in row and "dur" not in row:
                    yield Cell(LIMIT, row, column, shape, pairs // 2 // cut)
    for groups in (1, 10):
        for row, world in SPREAD.items():
            for old, new in ((2, 1), (2, 2), (3, 1)):
                shape = replace(world, groups=groups, records=100 * groups, before=old, after=new)
                column = f"{groups} group{'s' * (groups > 1)}, {old} logs and {new}"
                yield Cell(FEW, row, column, shape, PAIRS[groups] // cut, promised=True)
    for burst in (1, 3, 5, 10):
        for size in (50, 500):
            for groups in (1, 10):
                world = World(size, groups, burst, timed=False)
                row = f"bursts of {burst}" if burst > 1 else "independent records"
                yield Cell(TIMELESS, row, f"{groups} group{'s' * (groups > 1)}, {size}", world, 1000 // cut)
    for mean in (0.2, 0.5, 1, 2, 5):
        for burst in (1, 3, 10):
            for severity in (Severity.WARNING, Severity.ERROR):
                row = f"{severity.label}, {f'bursts of {burst}' if burst > 1 else 'independent records'}"
                world = World(10 * mean, 10, burst, severity=severity)
                yield Cell(NEW, row, f"{mean:g} records a group", world, 400 // cut, "new")
    for groups, pairs in PAIRS.items():
        for row, world in SPREAD.items():
            if "dur" not in row:
                shape = replace(world, groups=groups, records=100 * groups, trend=8)
                yield Cell(TREND, row, f"{groups} group{'s' * (groups > 1)}", shape, pairs // 2 // cut, promised=True)
    yield from _trends(cut)
    yield from _power(cut)
    yield from _check(cut)


def _trends(cut: int) -> Iterator[Cell]:
    changes = {
        "x2 at one run": World(ratio=2, step="any"),
        "x2 in the last run": World(ratio=2, step="last"),
        "x2 bit by bit": World(ratio=2, step="line"),
        "x2 as long from one run on": World(slower=2, step="any"),
        "x2 as long in the last run": World(slower=2, step="last"),
    }
    shapes = {
        "independent": World(),
        "bursts of 5": World(burst=5),
        "independent, 10 % spread": World(spread=0.1),
        "independent, 30 % spread": World(spread=0.3),
        "bursts of 5, 30 % spread": World(spread=0.3, burst=5),
    }
    for each in (20, 100, 500):
        for name, shape in shapes.items():
            column = f"{each} records, {name}"
            for row, change in changes.items():
                took = "lognormal" if change.slower > 1 else ""
                world = replace(shape, ratio=change.ratio, slower=change.slower, step=change.step, durations=took)
                world = replace(world, records=each, groups=1, trend=8)
                yield Cell(NOT_STEADY, column, row, world, 250 // cut, "steady", promised=True)
            for took in ("", "lognormal"):
                world = replace(shape, records=each, groups=1, trend=8, durations=took)
                row = "log-normal durations" if took else "counts only"
                yield Cell(STEADY, column, row, world, 150 // cut, "steady")
            for ratio in (1.5, 2, 4):
                world = replace(shape, records=10 * each, groups=10, trend=8, ratio=ratio, step="any")
                yield Cell(TREND_POWER, column, f"x{ratio:g}", world, 60 // cut, "moved")


def _power(cut: int) -> Iterator[Cell]:
    for each in (10, 50, 500):
        for burst in (1, 5):
            row = f"{each} records before, {f'bursts of {burst}' if burst > 1 else 'independent'}"
            for ratio in (1.5, 2, 4, 10):
                world = World(10 * each, 10, burst, ratio=ratio)
                yield Cell(POWER, row, f"x{ratio:g}", world, 200 // cut, "worse")
                for spread in (0.1, 0.3):
                    five = replace(world, before=5, after=5, spread=spread)
                    yield Cell(POWER_FIVE, f"{row}, {spread:.0%} spread", f"x{ratio:g}", five, 60 // cut, "worse")
                few = replace(world, before=2, after=2, spread=0.1)
                yield Cell(POWER_FEW, f"{row}, 10 % spread", f"x{ratio:g}", few, 100 // cut, "worse")
            for slower in (1.5, 2, 4, 10):
                world = World(10 * each, 10, burst, durations="lognormal", slower=slower)
                yield Cell(SLOWER, row, f"x{slower:g}", world, 120 // cut, "worse")
    for severity in (Severity.WARNING, Severity.ERROR):
        for mean in (1, 3, 5, 10):
            for burst in (1, 5):
                row = f"{severity.label}, {f'bursts of {burst}' if burst > 1 else 'independent'}"
                world = World(500, 10, burst, new=mean, severity=severity)
                yield Cell(APPEARS, row, f"{mean} records", world, 300 // cut, "last is new")


def _check(cut: int) -> Iterator[Cell]:
    shapes = {
        "independent": World(),
        "bursts of 5": World(burst=5),
        "bursts of 10": World(burst=10),
        "bursts of 5, log-normal durations": World(burst=5, durations="lognormal"),
    }
    for runs in (1, 5):
        for name, spread in {"no spread": 0.0, "10 % spread": 0.1, "30 % spread": 0.3}.items():
            row = f"baseline of {runs} run{'s' * (runs > 1)}, {name}"
            for groups, pairs in PAIRS.items():
                for shape, world in shapes.items():
                    each = replace(world, records=100 * groups, groups=groups, spread=spread, before=runs)
                    column = f"{groups} group{'s' * (groups > 1)}, {shape}"
                    yield Cell(CHECK, row, column, each, pairs // cut, promised=runs > 1 or not spread)
            for ratio in (1.5, 2, 4, 10):
                world = World(1000, 10, 1, spread, before=runs, ratio=ratio)
                yield Cell(CHECK_POWER, f"{row}, 100 records", f"x{ratio:g}", world, 150 // cut, "worse")
        for severity in (Severity.WARNING, Severity.ERROR):
            for burst in (1, 5):
                row = f"baseline of {runs} run{'s' * (runs > 1)}, {severity.label}, "
                row += f"bursts of {burst}" if burst > 1 else "independent"
                for mean in (0.2, 0.5, 1, 2, 5):
                    world = World(10 * mean, 10, burst, before=runs, severity=severity)
                    yield Cell(CHECK_NEW, row, f"{mean:g} records a run", world, 300 // cut, "new")
                for mean in (1, 3, 5, 10):
                    world = World(500, 10, burst, before=runs, new=mean, severity=severity)
                    yield Cell(CHECK_APPEARS, row, f"{mean} records", world, 200 // cut, "last is new")


def lower_bound(hits: int, pairs: int) -> float:
    """The lower end of the exact 95 % interval of a share."""
    return float(betaincinv(hits, pairs - hits + 1, 0.025)) if hits else 0.0


def tables(answers: dict[Cell, int]) -> str:
    """Markdown."""
    lines: list[str] = []
    for table in dict.fromkeys(cell.table for cell in answers):
        own = [cell for cell in answers if cell.table == table]
        columns = list(dict.fromkeys(cell.column for cell in own))
        lines += [f"### {table}", "", f"| | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
        for row in dict.fromkeys(cell.row for cell in own):
            found = {cell.column: f"{100 * answers[cell] / cell.pairs:.1f} %" for cell in own if cell.row == row}
            lines.append(f"| {row} | {' | '.join(found.get(column, '') for column in columns)} |")
        lines += ["", f"({sum(cell.pairs for cell in own):,} simulated pairs)", ""]
    return "\n".join(lines)


def main() -> int:
    """Simulate, print the tables, and tell whether the promises hold."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="a fifth of the pairs")
    options.add_argument("-j", type=int, default=2, metavar="N", help="processes")
    options.add_argument("-o", type=Path, metavar="FILE", help="put the tables into this page")
    options.add_argument("--only", default="", metavar="TEXT", help="only tables whose title contains this")
    chosen = options.parse_args()
    work = [cell for cell in cells(chosen.quick) if chosen.only in cell.table]
    order = sorted(work, key=lambda cell: -cell.pairs * cell.world.groups * (cell.world.before + cell.world.after))
    with Pool(chosen.j) as pool:
        found = dict(zip(order, pool.imap(run, order), strict=True))
    answers = {cell: found[cell] for cell in work}
    text = tables(answers)
    print(text)
    if chosen.o:
        page = chosen.o.read_text("utf-8") if chosen.o.exists() else f"{BEGIN}{END}"
        head, tail = page.partition(BEGIN)[0], page.partition(END)[2]
        chosen.o.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", "utf-8")
    broken = [cell for cell in work if cell.promised and lower_bound(answers[cell], cell.pairs) > 0.05]
    for cell in broken:
        print(f"above 5 %: {cell.table}: {cell.row}, {cell.column}: {answers[cell]} of {cell.pairs}", file=sys.stderr)
    promised = [cell for cell in work if cell.promised]
    if promised:
        total, hits = sum(cell.pairs for cell in promised), sum(answers[cell] for cell in promised)
        print(f"{hits} false alarms in {total:,} pairs of the promised families: {hits / total:.1%}.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
