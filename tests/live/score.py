#!/usr/bin/env python3
"""Score an analyzer against logs whose truth is known.

Builds the corpus (programs x interpreters x formats), runs ``CMD analyze FILE -f jsonl`` over it, matches findings with
the truth by line and kind, and reports recall and precision by kind and format, and how well duration, exception type,
coroutine and creation site agree. Every miss is listed with its place and text.

    python tests/live/score.py                      everything, with `asynclog` from PATH
    python tests/live/score.py --api --quick        a small part, in this process
    python tests/live/score.py --build-only         only the logs and their truth
"""

import argparse
import json
import shlex
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import corpus
import formats
from analyzer import analyze
from lines import Log
from matching import Tally, judge
from tables import document, report, summary

DOCS = corpus.HERE.parent.parent / "docs" / "live-truth.md"
QUICK_PROGRAMS = (
    "never_retrieved_tasks",
    "destroyed_pending",
    "slow_callbacks",
    "never_awaited",
    "callback_exceptions",
    "handlers",
    "errors_logged",
    "hostile",
)


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--asynclog", default="asynclog", metavar="CMD", help="analyzer command (default: asynclog)")
    add("--api", action="store_true", help="run asynclog.cli inside this process instead")
    add(
        "--python",
        action="append",
        default=[],
        metavar="PATH",
        help="an interpreter, or a folder of them (also: LIVE_PYTHONS)",
    )
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
        pythons = [each for each in pythons if corpus.dotted(each.version) in opts.version]
    words = opts.program
    if opts.quick:
        versions = sorted({each.version for each in pythons})
        chosen = {versions[0], versions[-1]}
        pythons = [each for each in pythons if each.version in chosen]
        words = words or QUICK_PROGRAMS
    runs, unable = corpus.plan(corpus.programs(words), pythons)
    captures = corpus.captures(opts.out, runs, opts.jobs)
    absent = [f"3.{minor}" for minor in range(6, 14) if (3, minor) not in {each.version for each in pythons}]
    if absent:
        print(f"skipped Python {', '.join(absent)}: not here, or not asked for", file=sys.stderr)
    for word in unable:
        print(f"skipped {word}", file=sys.stderr)
    for capture in captures:
        if capture.skipped:
            print(f"skipped {capture.name}: {capture.skipped}", file=sys.stderr)
        for problem in capture.problems:
            print(f"problem in {capture.name}: {problem.strip()}", file=sys.stderr)
    folder = opts.out / "logs" / corpus.digest(str(opts.seed), *(capture.key for capture in captures))
    corpus.forget(opts.out / "logs")
    logs = {}
    for name, form, _, log in corpus.logs(
        [each for each in captures if not each.skipped], opts.format or formats.FORMATS, opts.seed
    ):
        path = folder / form / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log.data)
        truth = [{"line": record.line, **record.label} for record in log.records if record.label]
        path.with_suffix(".truth.json").write_text(json.dumps(truth, indent=1), "utf-8")
        logs[path] = log
    return captures, logs


def score(opts: argparse.Namespace, logs: dict[Path, Log]) -> Tally:
    """Run the analyzer over all logs and add up."""
    command = None if opts.api else shlex.split(opts.asynclog)
    size = opts.batch or (1 if opts.api else 30)
    paths = list(logs)
    tasks = [(command, paths[at : at + size]) for at in range(0, len(paths), size)]
    tally = Tally()
    with ProcessPoolExecutor(opts.jobs) as pool:
        for answers in pool.map(analyze, tasks, chunksize=max(1, min(20, len(tasks) // (opts.jobs * 4) or 1))):
            for name, (findings, trouble) in answers.items():
                one = judge(Path(name), logs[Path(name)], findings, trouble)
                tally.add(one)
    return tally


def main(arguments: list[str] | None = None) -> int:
    """Build, score, report."""
    opts = options(arguments)
    started = time.monotonic()
    captures, logs = build(opts)
    records = sum(bool(record.label) for log in logs.values() for record in log.records)
    built = time.monotonic() - started
    print(f"{len(captures)} runs, {len(logs)} logs, {records} labelled records, built in {built:.0f} s")
    if opts.build_only:
        return 0
    tally = score(opts, logs)
    print(report(tally))
    (opts.out / "misses.txt").write_text("\n".join(tally.misses) + "\n", "utf-8")
    for line in tally.misses[: opts.show]:
        print(line)
    if len(tally.misses) > opts.show:
        print(f"... {len(tally.misses) - opts.show} more in {opts.out / 'misses.txt'}")
    print(f"analyzed in {time.monotonic() - started - built:.0f} s")
    if opts.json:
        opts.json.write_text(json.dumps(summary(tally), indent=1), "utf-8")
    if opts.write_docs:
        DOCS.parent.mkdir(exist_ok=True)
        DOCS.write_text(document(captures, len(logs), tally), "utf-8")
    return 1 if tally.misses else 0


if __name__ == "__main__":
    sys.exit(main())
