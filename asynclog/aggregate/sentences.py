"""What is said about a run in whole sentences: the verdict, the loop, the accounting, what to turn on next time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from asynclog.aggregate import facts, join, related
from asynclog.aggregate.clockwork import Frame
from asynclog.aggregate.rows import place_of
from asynclog.aggregate.words import clock, listed, number, percent, size, took
from asynclog.model import Group, ReportRow, Run, Severity, SourceSpan, Via

_HELPER = 3
_MANY_TASKS = 5
_MANY_PACKAGES = 4
_SHOWN_RUNS = 6


def verdict(run: Run, rows: Sequence[ReportRow], severities: dict[str, int], blocked: str) -> str:
    """The outcome in one or two sentences. `rows` are all groups, worst first."""
    if not run.accounting.lines and not run.accounting.records:
        if any(span.lost for span in run.sources):
            return "Nothing could be read: there is nothing to judge."
        return "The log is empty: there is nothing to judge."
    if not run.groups:
        if run.accounting.records:
            return f"Nothing that a rule knows was found, but {number(run.accounting.records, 'record')} of asyncio."
        if left_out := _left_out(run):
            return f"Nothing was found in the time that was asked for; {left_out}."
        return f"No record of asyncio or its neighbours in {number(run.accounting.lines, 'line')}."
    serious = [row for row in rows if row.severity > Severity.INFO]
    names = {"error": "error", "warning": "warning", "info": "note"}
    found = listed([number(count, names[label]) for label, count in severities.items() if count])
    if not serious:
        return f"Nothing wrong was found: {number(severities.get('info', 0), 'record')} for information only."
    count = related.defects(run)
    worst = serious[0]
    times = "once" if worst.count == 1 else f"{worst.count:,} times"
    what = worst.group.coroutine or worst.group.callback or ""
    coroutine = f"in {what}" if what and what not in worst.title else ""
    place = worst.place.removesuffix(f" {coroutine}") if coroutine else worst.place
    where = ", ".join(filter(None, (coroutine, place, times)))
    sentence = f"{number(count, 'distinct defect')} ({found}). Worst: {worst.title}: {where}."
    return f"{sentence} {blocked}." if blocked else sentence


def blocked_text(run: Run, blocked: dict[str, int], frame: Frame) -> str:
    """How long the loops were blocked, and why that is a lower bound."""
    text = blocked_short(blocked, frame)
    if not text:
        return ""
    if len(blocked) > 1:
        text += f"; all {len(blocked)} processes together for {took(sum(blocked.values()))}"
    return f"{text}. What was shorter than the threshold is not logged, so this is a lower bound."


def blocked_short(blocked: dict[str, int], frame: Frame) -> str:
    """How long the loop of the worst process was blocked; without a full stop."""
    if not sum(blocked.values()):
        return ""
    name = max(sorted(blocked), key=lambda process: blocked[process])
    known = [process for process in blocked if process]
    whose = f"The loop of {name}" if name and len(known) > 1 else "The loop"
    text = f"{whose} was blocked for at least {took(blocked[name])}"
    if frame.span:
        if blocked[name] > frame.span:
            text += f", more than the {took(frame.span)} of the log: several loops wrote it"
        else:
            text += f" of {took(frame.span)} ({percent(blocked[name] / frame.span)})"
    return text


def loop_lines(run: Run, frame: Frame) -> Iterable[str]:
    """What the records tell of the loop and the interpreter."""
    known = run.facts
    if known.debug_on:
        yield f"Debug mode was on: {number(known.debug_on, 'record proves', 'records prove')} it."
    versions = facts.pythons(run)
    if versions:
        yield f"Python {listed(list(versions))}."
    if known.loops:
        yield f"Loops: {listed(sorted(known.loops))}."
    selectors = sorted(name.removeprefix("selector ") for name in known.counters if name.startswith("selector "))
    if selectors:
        yield f"Selector: {listed(selectors)}."
    for span in run.sources:
        if span.segments:
            yield _runs(span)
    busy = facts.utilisation(known, frame.span)
    if busy is not None:
        yield f"The loop was busy at most {percent(busy)} of the time: the rest it waited in polls that were logged."
    for name, title in (("dns", "Name resolution"), ("tls", "TLS handshakes")):
        if name in known.durations and (spread := facts.spread(known.durations[name])):
            yield (
                f"{title}: {spread.count:,}, half of them under {took(spread.p50)}, 95 % under {took(spread.p95)}, "
                f"the longest {took(spread.maximum)}."
            )
    yield from facts.unbalanced(known)


_WHY = {
    "loop": "a loop made anew",
    "process": "another process",
    "time": "time that goes back",
}


def _runs(span: SourceSpan) -> str:
    """The runs in one file, and what tells them apart."""
    known = span.segments
    said = []
    for segment in known[:_SHOWN_RUNS]:
        times = [None if at is None else clock(at, span.first) for at in (segment.start, segment.end)]
        said.append("–".join(filter(None, times)) + (f" ({segment.process})" if segment.process else ""))
    more = f" and {len(known) - _SHOWN_RUNS:,} more" if len(known) > _SHOWN_RUNS else ""
    why = listed(
        [f"{text} ({number(n, 'time')})" for name, text in _WHY.items() if (n := sum(s.why == name for s in known))]
    )
    idle = sum(max(0, b.start - a.end) for a, b in pairwise(known) if a.end is not None and b.start is not None)
    left_out = f"; {took(idle)} between them count for no rate" if idle else ""
    return f"{len(known):,} runs in {span.path}, told apart by {why}: {', '.join(said)}{more}{left_out}."


def accounting(run: Run) -> Iterable[str]:
    """What was read, and that explained and unexplained records are all records."""
    told = run.accounting
    files = f" in {number(len(run.sources), 'input')}" if run.sources else ""
    yield f"{number(told.lines, 'line')} ({size(told.bytes)}) read{files}."
    left_out = _left_out(run)
    if not told.records:
        where = " in the time that was asked for" if left_out else ""
        yield f"No record of asyncio or its neighbours was found{where}."
        if left_out:
            yield f"Left out: {left_out}."
        return
    yield (
        f"{number(told.records, 'record')} of asyncio and its neighbours: {told.classified:,} classified, "
        f"{told.partial:,} partial, {told.unclassified:,} unclassified, {told.malformed:,} malformed."
    )
    if left_out:
        yield f"Left out by the time that was asked for: {left_out}."
    if told.silenced:
        names = [f"{rule} {count:,}" for rule, count in sorted(told.silenced.items())]
        yield f"{number(sum(told.silenced.values()), 'record')} silenced by rules that are off: {listed(names)}."
    if run.suppressed:
        reasons = Counter(group.suppressed for group in run.suppressed.values())
        records = sum(group.count for group in run.suppressed.values())
        said = "; ".join(f"{text} ({number(count, 'group')})" for text, count in sorted(reasons.items()))
        yield f"{number(len(run.suppressed), 'group')} with {number(records, 'record')} suppressed: {said}."
    if not join.adds_up(told):
        yield "These numbers do not add up: this is a bug of asynclog."
    families = related.families(run.groups.values())
    if len(families) < len(run.groups):
        yield f"{number(len(run.groups), 'group')} tell of {number(len(families), 'thing')}: related ones are linked."


def _left_out(run: Run) -> str:
    """How many records --since, --until and --around keep out; empty where they keep out none."""
    told = run.accounting
    counts = {"at other times": told.elsewhen, "without a time of day": told.timeless}
    return listed([f"{number(count, 'record')} {what}" for what, count in counts.items() if count])


def source_lines(run: Run) -> Iterable[str]:
    """The inputs with their times and notes."""
    for span in run.sources:
        time = ""
        if span.first and span.last:
            time = (
                f", {span.first.text}"
                if span.first.micros == span.last.micros
                else f", {span.first.text} to {span.last.text}"
            )
        form = f", {span.format}" if span.format else ""
        yield f"{span.path} ({number(span.lines, 'line')}{form}{time})"


def run_notes(run: Run) -> Iterable[str]:
    """What happened while reading."""
    for span in run.sources:
        for note in span.notes:
            yield f"{span.path}: {note}"
    yield from run.notes
    yield from run.judged


def advice(run: Run, frame: Frame) -> Iterable[str]:
    """What this log cannot show, and how to turn it on."""
    groups = list(run.groups.values())
    debug = facts.debug_mode(run.facts)
    if not run.accounting.records and run.accounting.lines and not _left_out(run):
        yield (
            "Either nothing went wrong, or asyncio does not write here. Its logger `asyncio` needs a handler: "
            "logging.basicConfig(level=logging.INFO) before asyncio.run(), or the file's handler on the root logger."
        )
        yield (
            "Warnings (`never awaited`, `unclosed`) go to standard error, unless logging.captureWarnings(True) sends "
            "them to the log. Slow callbacks are logged in debug mode only: PYTHONASYNCIODEBUG=1."
        )
        yield "Containers and services often keep standard error in another file: give asynclog that one as well."
    if groups and not debug:
        state = "Debug mode was off" if debug is False else "Nothing in the log proves debug mode"
        yield (
            f"{state}: without it there are no creation tracebacks and no slow callbacks. Turn it on with "
            "PYTHONASYNCIODEBUG=1, `python -X dev` or asyncio.run(main(), debug=True). It costs some 0.2 ms a task: "
            "little where tasks do real work, much where they only pass messages; one instance in debug mode is enough."
        )
    timed = any(group.timeline.cells for group in groups)
    if groups and not timed:
        yield "No record bears a time, so there are no rates, bursts or shares: add %(asctime)s to the logging format."
    elif frame.first is not None and not frame.first.dated:
        yield "Times have no date: runs over midnight or of several days cannot be told apart."
    if run.facts.threshold is not None:
        yield (
            f"The shortest slow callback that was logged took {took(run.facts.threshold)}: the threshold is not above "
            "that. A lower loop.slow_callback_duration (0.1 s unless set) shows more."
        )
    placeless = [group for group in groups if group.severity > Severity.INFO and group.site.via is Via.NONE]
    if placeless:
        yield (
            f"{number(len(placeless), 'group')} of {len(groups):,} without a line of your code. If a package in "
            "site-packages is yours, name it with --in-app GLOB."
        )
    packages = sorted({name for group in groups if (name := _package(group))})
    if packages and all(_package(group) for group in groups if group.severity > Severity.INFO and group.site.file):
        yield (
            f"All places are in installed packages ({listed(packages[:_MANY_PACKAGES])}), none in code that looks like "
            f"yours. If one of them is yours, say so: --in-app '*/{packages[0]}/*', or in-app in [tool.asynclog]."
        )
    unclosed = [g for g in groups if g.kind.startswith("unclosed") and g.site.via in (Via.NONE, Via.WARNING)]
    if unclosed:
        yield "Where unclosed objects were made is shown with `python -X tracemalloc=25`."
    unnamed, tasks = facts.unnamed_tasks(run)
    if unnamed >= _MANY_TASKS and 2 * unnamed > tasks:
        share = "None" if unnamed == tasks else percent(1 - unnamed / tasks)
        yield f"{share} of the tasks has a name of its own: create_task(..., name=...) makes records easier to read."
    yield from helpers(groups)


def _package(group: Group) -> str | None:
    """The installed package that the site of a group is in, None where it is elsewhere."""
    file = (group.site.file or "").replace("\\", "/")
    for folder in ("/site-packages/", "/dist-packages/"):
        if folder in file and group.severity > Severity.INFO:
            return file.rpartition(folder)[2].partition("/")[0].removesuffix(".py")
    return None


def helpers(groups: Iterable[Group]) -> Iterable[str]:
    """Functions that create for everybody: creation sites of several coroutines, called from several places."""
    found: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        site = group.site
        if site.file and site.function and group.coroutine and site.via is Via.SOURCE_TRACEBACK:
            found[site.file, site.function].append(group)
    for (_, function), same in sorted(found.items()):
        coroutines = {group.coroutine for group in same}
        chains = [caller.chain for group in same for caller in group.callers.values()]
        outer = {chain[-2].function for chain in chains if len(chain) > 1}
        if len(coroutines) >= _HELPER and len(outer) > 1:
            yield (
                f"`{function}` ({place_of(same[0].site)}) creates {len(coroutines)} different coroutines for several "
                "callers. If it is a helper, list it under `plumbing` in [tool.asynclog]; then its callers are shown."
            )
