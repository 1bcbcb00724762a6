#!/usr/bin/env python3
"""Score an analyzer against logs whose truth is known.

Builds the corpus (programs x interpreters x formats), runs ``CMD analyze FILE -f jsonl`` over it, matches findings with the
truth by line and kind, and reports recall and precision by kind and format, and how well duration, exception type,
coroutine and creation site agree. Every miss is listed with its place and text.

    python tests/live/score.py                      everything, with `asynclog` from PATH
    python tests/live/score.py --api --quick        a small part, in this process
    python tests/live/score.py --build-only         only the logs and their truth
"""
import argparse
import collections
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import corpus
import formats

DOCS = corpus.HERE.parent.parent / "docs" / "live-truth.md"
QUICK_PROGRAMS = ("never_retrieved_tasks", "destroyed_pending", "slow_callbacks", "never_awaited", "callback_exceptions",
                  "handlers", "errors_logged", "hostile")
FIELDS = ("exception", "coroutine", "duration", "object", "task")
LIBRARY = re.compile(r"[/\\]lib[/\\]python\d|[/\\]site-packages[/\\]|^<frozen")
TOLERANCE = 0.0006


@dataclass
class Tally:
    """What was counted over some logs; adds up."""

    records: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    extra: Counter = field(default_factory=Counter)
    fields: Counter = field(default_factory=Counter)
    misses: list = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.records + other.records, self.found + other.found, self.extra + other.extra,
                     self.fields + other.fields, self.misses + other.misses)


# --- the analyzer -----------------------------------------------------------------------------------------------------


def by_source(output: str, paths: list[Path]) -> dict[str, list[dict]]:
    """Findings of a jsonl output for each of the inputs."""
    found: dict[str, list[dict]] = {str(path): [] for path in paths}
    for line in output.splitlines():
        if line.strip():
            finding = json.loads(line)
            found.setdefault(finding["source"], []).append(finding)
    return found


def run_command(command: list[str], paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings of one process, and what went wrong."""
    done = subprocess.run([*command, "analyze", *map(str, paths), "-f", "jsonl"], capture_output=True, check=False, timeout=600)
    return parse_output(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), paths)


def parse_output(code: int, output: str, errors: str, paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings by source, and a word where the analyzer failed."""
    if code:
        return {}, f"exit {code}: {' / '.join(errors.strip().splitlines()[-2:])}"
    try:
        return by_source(output, paths), ""
    except (ValueError, KeyError) as error:
        return {}, f"not the jsonl agreed on: {error!r}"


def run_api(paths: list[Path]) -> tuple[dict[str, list[dict]], str]:
    """Findings of the click command, run in this process."""
    import click
    from click.testing import CliRunner

    module = importlib.import_module("asynclog.cli")
    command = next(each for each in vars(module).values() if isinstance(each, click.Group))
    done = CliRunner().invoke(command, ["analyze", *map(str, paths), "-f", "jsonl"])
    errors = done.stderr if done.exit_code else ""
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        errors = repr(done.exception)
    return parse_output(done.exit_code, done.stdout_bytes.decode("utf-8", "replace"), errors, paths)


def analyze(task: tuple[list[str] | None, list[Path]]) -> dict[str, tuple[list[dict], str]]:
    """Findings and trouble of each log of a batch; a batch that fails is tried log by log."""
    command, paths = task
    found, trouble = run_api(paths) if command is None else run_command(command, paths)
    if trouble and len(paths) > 1:
        return {name: answer for path in paths for name, answer in analyze((command, [path])).items()}
    return {str(path): (found.get(str(path), []), trouble) for path in paths}


# --- matching ---------------------------------------------------------------------------------------------------------


def match(log: formats.Log, findings: list[dict], kinds: set[str] | None = None):
    """Pairs of record and finding, records missed, findings too many."""
    wanted = [record for record in log.records if record.label]
    at_line = collections.defaultdict(list)
    for record in wanted:
        for line in record.also_lines:
            at_line[line].append(record)
    pairs, extra, taken = [], [], set()
    for finding in findings:
        record = next((each for each in at_line[finding["line"]] if id(each) not in taken and finding["kind"] in
                       (each.label["kind"], *each.label.get("also_kinds", ()))), None)
        if record is not None:
            taken.add(id(record))
            pairs.append((record, finding))
        elif finding["line"] not in log.ambiguous:
            extra.append(finding)
    missed = [record for record in wanted if id(record) not in taken and not record.undecidable]
    return pairs, missed, extra


def same_name(one: str | None, other: str | None) -> bool:
    """Frames carry a bare name, reprs a qualname."""
    return bool(one and other) and one.rsplit(".", 1)[-1] == other.rsplit(".", 1)[-1]


def compare(record: formats.Record, finding: dict):
    """(field, agrees, wanted, got) of every fact of a finding that can be judged."""
    label = record.label
    for name in FIELDS:
        wanted, got = label.get(name), finding.get(name)
        if name == "exception":
            got = (got or {}).get("type")
            if record.cut:
                continue
        if name in ("object", "task") and wanted is None or name in label["soft"] and (got is None or wanted is None):
            continue
        if name == "duration" and "duration" not in label:
            continue
        if name == "coroutine" and wanted is None and label["kind"] not in ("task-destroyed-pending",):
            continue
        close = name == "duration" and None not in (wanted, got) and abs(wanted - got) < TOLERANCE
        yield name, close or wanted == got, wanted, got
    yield from compare_site(label, finding.get("site") or {}, record)


def compare_site(label: dict, got: dict, record: formats.Record):
    """The site, and where it agrees its function and rung; a library's own place is never a site."""
    wanted, place = label.get("site"), (got.get("file"), got.get("line"))
    if got.get("file"):
        yield "site in user code", not LIBRARY.search(got["file"]), "user code", place
    if label.get("loose") or label.get("site") and label["site"]["via"] == "exception" and record.cut:
        return
    if wanted is None:
        yield "site", got.get("file") is None, None, place
        return
    accepted = [wanted, *label.get("also", ())]
    right = next((each for each in accepted if place == (each["file"], each["line"])), None)
    yield "site", right is not None, f"{wanted['file']}:{wanted['line']} ({wanted['via']})", place
    if right is not None:
        yield "via", got.get("via") == right["via"], right["via"], got.get("via")
        if right["function"]:
            yield "function", same_name(right["function"], got.get("function")), right["function"], got.get("function")


def judge(path: Path, log: formats.Log, findings: list[dict], trouble: str, keep: int = 400) -> Tally:
    """The tally of one log."""
    tally = Tally()
    form = path.name.split(".")[-2]
    if trouble:
        tally.misses.append(f"{path}: {trouble}")
    pairs, missed, extra = match(log, findings)
    for record in missed:
        kind = record.label["kind"]
        tally.records[kind, form] += 1
        tally.misses.append(f"{path}:{record.line}: missed {kind}: {record.text[:keep]!r}")
    for record, finding in pairs:
        kind = record.label["kind"]
        tally.records[kind, form] += 1
        tally.found[kind, form] += 1
        for name, agrees, wanted, got in compare(record, finding):
            tally.fields[name, kind, form, agrees] += 1
            if not agrees:
                tally.misses.append(f"{path}:{record.line}: {name} of {kind}: wanted {wanted!r}, got {got!r}: {record.text[:keep]!r}")
    for finding in extra:
        tally.extra[finding["kind"], form] += 1
        tally.misses.append(f"{path}:{finding['line']}: extra {finding['kind']}: {str(finding.get('text'))[:keep]!r}")
    return tally


# --- reporting --------------------------------------------------------------------------------------------------------


def share(part: int, whole: int) -> str:
    """A percentage that says 100 only when nothing is missing."""
    if not whole:
        return "-"
    return "100" if part == whole else f"{min(part / whole * 100, 99.99):.2f}"


def rows(tally: Tally, axis: int) -> list[tuple]:
    """(name, records, found, extra, site agreement) by kind (axis 0) or format (axis 1)."""
    def total(counter):
        sums: Counter = Counter()
        for key, count in counter.items():
            sums[key[axis]] += count
        return sums

    records, found, extra = total(tally.records), total(tally.found), total(tally.extra)
    sites: Counter = Counter()
    for (name, *key, agrees), count in tally.fields.items():
        if name == "site":
            sites[key[axis], agrees] += count
    return [(name, records[name], found[name], extra[name], sites[name, True], sites[name, True] + sites[name, False])
            for name in sorted(records | extra)]


def table(tally: Tally, axis: int, title: str) -> list[str]:
    """A Markdown table of one axis."""
    lines = [f"| {title} | records | recall % | precision % | site % |", "|---|--:|--:|--:|--:|"]
    lines += [f"| {name} | {wanted} | {share(got, wanted)} | {share(got, got + extra)} | {share(right, judged)} |"
              for name, wanted, got, extra, right, judged in rows(tally, axis)]
    return lines


def field_table(tally: Tally) -> list[str]:
    """A Markdown table of the facts."""
    sums: Counter = Counter()
    for (name, *_, agrees), count in tally.fields.items():
        sums[name, agrees] += count
    names = sorted({name for name, _ in sums})
    return ["| fact | judged | agrees % |", "|---|--:|--:|",
            *(f"| {name} | {sums[name, True] + sums[name, False]} | {share(sums[name, True], sums[name, True] + sums[name, False])} |"
              for name in names)]


def summary(tally: Tally) -> dict:
    """The figures as data, for the test-suite."""
    return {
        "kinds": {name: {"records": wanted, "found": got, "extra": extra, "sites": judged, "sites_right": right}
                  for name, wanted, got, extra, right, judged in rows(tally, 0)},
        "formats": {name: {"records": wanted, "found": got, "extra": extra} for name, wanted, got, extra, *_ in rows(tally, 1)},
        "facts": {name: {str(agrees).lower(): sum(count for (each, *_, ok), count in tally.fields.items()
                                                  if each == name and ok is agrees) for agrees in (True, False)}
                  for name in sorted({key[0] for key in tally.fields})},
        "misses": tally.misses,
    }


def report(tally: Tally) -> str:
    """All tables."""
    return "\n".join([*table(tally, 0, "kind"), "", *table(tally, 1, "format"), "", *field_table(tally), ""])


# --- the command ------------------------------------------------------------------------------------------------------


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--asynclog", default="asynclog", metavar="CMD", help="analyzer command (default: asynclog)")
    add("--api", action="store_true", help="run asynclog.cli inside this process instead")
    add("--python", action="append", default=[], metavar="PATH", help="an interpreter, or a folder of them (also: LIVE_PYTHONS)")
    add("--version", action="append", default=[], metavar="3.X", help="only these versions")
    add("--program", action="append", default=[], metavar="WORD", help="only programs whose name contains the word")
    add("--format", action="append", default=[], choices=sorted(formats.FORMATS), help="only these formats")
    add("--seed", type=int, default=0, help="varies spellings, wrappers, interleaving and noise")
    add("--out", type=Path, default=Path(tempfile.gettempdir()) / "asynclog-live", help="where captures and logs go")
    add("--jobs", type=int, default=2)
    add("--batch", type=int, default=0, help="logs in one run of the command (default: 30, with --api 1)")
    add("--quick", action="store_true", help="two interpreters and a few programs")
    add("--build-only", action="store_true", help="build the logs and stop")
    add("--show", type=int, default=40, help="misses to print (all go to OUT/misses.txt)")
    add("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    add("--write-docs", action="store_true", help=f"write {DOCS.name}")
    return parser.parse_args(arguments)


def build(opts: argparse.Namespace):
    """The captures and logs, on disk as well: {path: log}."""
    pythons = corpus.interpreters(opts.python)
    if opts.version:
        pythons = [each for each in pythons if "%d.%d" % each.version in opts.version]
    words = opts.program
    if opts.quick:
        versions = sorted({each.version for each in pythons})
        chosen = {versions[0], versions[-1]}
        pythons = [each for each in pythons if each.version in chosen]
        words = words or QUICK_PROGRAMS
    runs, unable = corpus.plan(corpus.programs(words), pythons)
    captures = corpus.captures(opts.out, runs, opts.jobs)
    for word in unable:
        print(f"skipped {word}", file=sys.stderr)
    for capture in captures:
        if capture.skipped:
            print(f"skipped {capture.name}: {capture.skipped}", file=sys.stderr)
        for problem in capture.problems:
            print(f"problem in {capture.name}: {problem.strip()}", file=sys.stderr)
    logs = {}
    for name, form, _, log in corpus.logs([each for each in captures if not each.skipped], opts.format or formats.FORMATS, opts.seed):
        path = opts.out / "logs" / form / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log.data)
        truth = [{"line": record.line, **record.label} for record in log.records if record.label]
        path.with_suffix(".truth.json").write_text(json.dumps(truth, indent=1), "utf-8")
        logs[path] = log
    return captures, logs


def score(opts: argparse.Namespace, logs: dict[Path, formats.Log]) -> Tally:
    """Run the analyzer over all logs and add up."""
    command = None if opts.api else shlex.split(opts.asynclog)
    size = opts.batch or (1 if opts.api else 30)
    paths = list(logs)
    tasks = [(command, paths[at:at + size]) for at in range(0, len(paths), size)]
    tally = Tally()
    with ProcessPoolExecutor(opts.jobs) as pool:
        for answers in pool.map(analyze, tasks, chunksize=max(1, min(20, len(tasks) // (opts.jobs * 4) or 1))):
            for name, (findings, trouble) in answers.items():
                one = judge(Path(name), logs[Path(name)], findings, trouble)
                tally.records.update(one.records)
                tally.found.update(one.found)
                tally.extra.update(one.extra)
                tally.fields.update(one.fields)
                tally.misses += one.misses
    return tally


def main(arguments: list[str] | None = None) -> int:
    """Build, score, report."""
    opts = options(arguments)
    started = time.monotonic()
    captures, logs = build(opts)
    records = sum(bool(record.label) for log in logs.values() for record in log.records)
    built = time.monotonic() - started
    print(f"{len(captures)} runs, {len(logs)} logs, {records} labelled records, built in {built:.0f} s in {opts.out}")
    if opts.build_only:
        return 0
    tally = score(opts, logs)
    print(report(tally))
    (opts.out / "misses.txt").write_text("\n".join(tally.misses) + "\n", "utf-8")
    for line in tally.misses[:opts.show]:
        print(line)
    if len(tally.misses) > opts.show:
        print(f"... {len(tally.misses) - opts.show} more in {opts.out / 'misses.txt'}")
    print(f"analyzed in {time.monotonic() - started - built:.0f} s")
    if opts.json:
        opts.json.write_text(json.dumps(summary(tally), indent=1), "utf-8")
    if opts.write_docs:
        DOCS.parent.mkdir(exist_ok=True)
        DOCS.write_text(document(captures, logs, tally), "utf-8")
    return 1 if tally.misses else 0


def document(captures, logs, tally: Tally) -> str:
    """The page of docs."""
    versions = ", ".join("%d.%d" % version for version in sorted({capture.version for capture in captures}))
    names = len({capture.name.split("-")[0] for capture in captures})
    return "\n".join([
        "# Live truth", "",
        "Generated by `python tests/live/score.py --write-docs`; do not edit.", "",
        f"{names} small programs provoke asyncio's records on CPython {versions}, with debug mode on and off. Each of the",
        f"{len(captures)} runs is captured once, with labels made from the live objects (the task, its coroutine, the exception,",
        f"the log record's arguments), and rendered as {len(formats.FORMATS)} deployments would log it: {len(logs)} logs. A finding is",
        "right when it stands at a record's first line and has its kind.", "",
        *table(tally, 0, "kind"), "", *table(tally, 1, "format"), "",
        "What a finding says, where it was right about line and kind and the text shows the fact:", "", *field_table(tally), "",
    ])


if __name__ == "__main__":
    sys.exit(main())
