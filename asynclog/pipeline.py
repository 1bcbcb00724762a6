"""Logs to a run: in parts, by several processes, put together again.

A source is mapped in parts (byte ranges of a plain file; any other input is one part) to
partial runs, which are merged in order. At each seam the parts must agree on how far a record reaches from one into the
next; where they do not, the later one is read again with what the earlier one found.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from asynclog import codec, workers
from asynclog.aggregate.facts import UNITS
from asynclog.aggregate.join import combine, merge_runs, shift_lines
from asynclog.aggregate.judged import group_views, whole, with_judgement
from asynclog.aggregate.related import settle
from asynclog.aggregate.segments import narrowed, told_apart
from asynclog.classify.groups import accepted, judge_groups
from asynclog.classify.regexes import RegexError, safe_regex
from asynclog.classify.rulebook import Rulebook, files_of
from asynclog.config import Settings
from asynclog.engine import Engine as Engine
from asynclog.engine import Outcome
from asynclog.engine import engine as engine
from asynclog.errors import InputError, UsageError
from asynclog.model import Finding, Message, Record, Run
from asynclog.read.inputs import Input, expand, names_of, sets_of
from asynclog.read.inputs import paths_of as paths_of  # for what is written beside the logs
from asynclog.read.inputs import size_of_all as size_of_all  # for the progress bar
from asynclog.read.layout import Layout
from asynclog.read.narrow import time_window
from asynclog.read.parts import Part, parts_of
from asynclog.read.places import opened
from asynclog.read.progress import Progress
from asynclog.read.work import count_work
from asynclog.slotted import replace


def analyze(
    arguments: Sequence[str], settings: Settings, label: str | None = None, on_part: Callable[[int], None] | None = None
) -> Run:
    """The run of all logs and saved reports that `arguments` name.

    Raises InputError for what cannot be opened; losses while reading are notes of the run.
    """
    book = engine(settings)
    _ = book.rulebook  # broken rules are told before anything is read
    sources = [replace(source, index=0) for source in expand(arguments)]  # numbered when runs are combined
    lost: list[str] = []
    window = time_window(settings.since, settings.until, settings.around)
    read = _read(book, sources, lost, on_part)
    runs = [run if saved else _with_work(narrowed(run, window), source, settings) for source, run, saved in read]
    run = judged(settle(combine(runs)), book.rulebook)
    return replace(run, label=label or run.label, notes=tuple(sorted({*run.notes, *lost})))


def _with_work(run: Run, source: Input, settings: Settings) -> Run:
    """`run` with the units of work that its source shows, where they are to be counted."""
    if settings.per is None:
        return run
    try:
        work = count_work(source, safe_regex(settings.per).found)
    except RegexError as error:
        raise UsageError(f"--per {settings.per!r} {error}", "e.g. --per 'POST /orders .* 200'") from None
    return replace(run, facts=replace(run.facts, counters={**run.facts.counters, UNITS: work}))


def judged(run: Run, rulebook: Rulebook) -> Run:
    """`run` with its groups judged as wholes, and without those that the user accepts."""
    run = whole(run)
    verdicts = judge_groups(run.groups, group_views(run), rulebook, datetime.date.today())
    return with_judgement(run, verdicts.rules, verdicts.suppressed, verdicts.notes)


class Task(NamedTuple):
    """One part of one source (None: all of it), for any process."""

    settings: Settings
    source: Input
    part: Part | None = None
    layout: Layout | None = None


def _work(task: Task) -> Outcome:
    """What a part gives; runs in any process."""
    return engine(task.settings).part(task.source, task.part, task.layout)


def _read(
    book: Engine, sources: Sequence[Input], lost: list[str], on_part: Callable[[int], None] | None
) -> Iterator[tuple[Input, Run, bool]]:
    """Each source with its run, and whether that was saved; what dead workers left goes to `lost`."""
    logs, settings = [source for source in sources if not _is_saved(source)], book.settings

    def on_loss(task: Task, why: str) -> None:
        lost.append(f"{task.source.path}: a worker process ended early ({why}); its part was read again")

    with contextlib.ExitStack() as stack:
        crew = None
        if settings.scheduler:
            from asynclog import cluster

            crew = stack.enter_context(cluster.connected(settings.scheduler))
        sizes = [source.size for source in logs]
        jobs = crew.size if crew else workers.worth(settings.jobs, sizes, forced=settings.chunk > 0)
        tasks = {source: list(_tasks(book, source, jobs)) for source in logs}
        every = [task for source in logs for task in tasks[source]]
        outcomes: Iterator[Outcome] = map(_work, every)
        if crew:
            outcomes = crew.spread(_work, every, files_of(map(Path, settings.rules)), on_loss)
        elif jobs > 1 and len(every) > 1:
            count = min(jobs, len(every))
            outcomes = workers.spread(stack.enter_context(workers.pool(count)), count, _work, every, on_loss)
        for source in sources:
            saved = _saved(source, book.settings)
            yield source, saved if saved is not None else _joined(tasks[source], outcomes), saved is not None
            if on_part is not None:
                on_part(source.size or 0)


def _tasks(book: Engine, source: Input, jobs: int) -> Iterator[Task]:
    """What there is to do for a source: its parts, or all of it."""
    part = None
    for part, layout in parts_of(book.reader, source, jobs, book.settings.chunk):
        yield Task(book.settings, source, part, layout)
    if part is None:
        yield Task(book.settings, source)


def _joined(tasks: Sequence[Task], outcomes: Iterator[Outcome]) -> Run:
    """The run of one source of its parts' outcomes; a part that did not know what reaches into it is read again."""
    merged, lines = Run(), 0
    reach: dict[str | None, int] = {}
    for task in tasks:
        outcome = next(outcomes)
        part = task.part
        if part is None:
            return told_apart(outcome.run)
        entry = {writer: end for writer, end in reach.items() if end > part.start}
        if entry != outcome.seam.entry:
            outcome = _work(task._replace(part=replace(part, covered=entry)))
        reach = outcome.seam.exit
        merged = merge_runs(merged, shift_lines(outcome.run, lines))
        lines += outcome.progress.lines
    return told_apart(merged)


def runs(arguments: Sequence[str], settings: Settings) -> list[Run]:
    """The runs that `arguments` name, one for each: a log with its rotated files, a saved report, `label=path`.

    A folder or pattern names a run for each log in it. Runs are labelled by their files, with as many folders as tell them apart,
    where nothing else names them.
    """
    named = [(argument, *named) for argument in arguments for named in sets_of(argument)]
    found = [analyze(paths, settings, label if "=" in argument else None) for argument, label, paths in named]
    names = names_of([(label, paths[0]) for _, label, paths in named])
    return [replace(run, label=run.label or name) for run, name in zip(found, names, strict=True)]


def findings(arguments: Sequence[str], settings: Settings) -> Iterator[Finding]:
    """Every finding of the logs that `arguments` name, in log order."""
    book = engine(settings)
    _ = book.rulebook
    suppressed = 0
    for source in expand(arguments):
        if _is_saved(source):
            raise InputError(
                f"{source.path}: a saved report holds groups, not findings", "give the log itself for -f jsonl"
            )
        progress = Progress()
        for finding in book.findings(book.reader.records(source, progress)):
            if accepted(finding, book.rulebook, datetime.date.today()):
                suppressed += 1
            else:
                yield finding
        book.notes.extend(f"{source.path}: {note}" for note in progress.notes)
    if suppressed:
        book.notes.append(f"{suppressed} findings suppressed by your rules")


def records(arguments: Sequence[str], settings: Settings) -> Iterator[tuple[Record, Message, Finding]]:
    """Every record with what was understood and judged, for `explain`."""
    book = engine(settings)
    for source in expand(arguments):
        for record in book.reader.records(source, Progress()):
            message = book.message(record)
            yield record, message, book.judge.judge(message)


def _is_saved(source: Input) -> bool:
    if source.size is None:
        return False
    try:
        with opened(source.path) as file:
            return codec.is_saved(file.read(200))
    except OSError:
        return False


def _saved(source: Input, settings: Settings) -> Run | None:
    """The run in a saved report, None where the source is a log."""
    if not _is_saved(source):
        return None
    if settings.since or settings.until or settings.around:
        raise UsageError(f"{source.path}: a saved report cannot be narrowed in time", "give the log itself instead")
    with opened(source.path) as file:
        run = codec.load_run(file.read(), source.path)
    if settings.per is not None and UNITS not in run.facts.counters:
        raise UsageError(f"{source.path}: a saved report does not hold how many lines match --per", "give the log")
    return run
