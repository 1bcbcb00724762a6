"""One group in full: where it was created, where it failed, its worst case, who called, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.model import Frame, LogLine, ReportRow, Sample, Tally
from asynclog.render.ink import Text
from asynclog.render.places import fit, frame_text, place
from asynclog.render.rows import example, hourly, problem
from asynclog.render.safe import clip, safe, safe_lines
from asynclog.render.text_paper import COLOURS, LABEL, Paper, wrapped
from asynclog.render.text_table import facts, where
from asynclog.render.units import duration, plural, share, sparkline

_PLACE = 1_000  # columns of a place at most
_FRAMES = 8  # of a stack, half of them from each end
_MOST = 2_000  # characters of a line of the log
_MOST_SAMPLE = 200_000  # characters of a record


def details(paper: Paper, row: ReportRow, said: dict[str, int], day: str) -> None:
    """All that is known of `row`. `said` remembers which row already told what there is to say about a rule's findings."""
    paper.gap()
    room = paper.measure - LABEL - 2
    head = Text(f"{row.rank}. ", "dim").append(row.severity.label, f"not dim bold {COLOURS[row.severity]}")
    paper.hang(head.append("  ").append(f"{safe(row.id)}  ", "dim"), Text(problem(row), "bold"))
    site = row.group.site
    place_text = Text(where(row), paper.link(site.file, site.line))
    paper.labelled("site", place_text.append(f"  ({site.via.value})", "dim") if site.file else place_text, wide=True)
    for label, name in (("coroutine", row.group.coroutine), ("callback", row.group.callback)):
        paper.labelled(label, clip(safe(name or ""), 200))
    _measures(paper, row, room, day)
    _frames(paper, "created", row.callers[0].chain if row.callers else (), room)
    _callers(paper, row)
    _frames(paper, "failed", row.group.failure, room)
    _tallies(paper, "said", row.messages)
    _sample(paper, row)
    for label, tallies in (("tests", row.tests), ("tasks", row.tasks), ("processes", row.processes)):
        if len(tallies) > 1 or label == "tests":
            _tallies(paper, label, tallies)
    for probable in row.probable[:1]:
        sure = f"({share(probable.share)} of the records of this coroutine)"
        paper.labelled("probably", f"created by {clip(safe(probable.text), 300)} {sure}")
    _advice(paper, row, said)


def _measures(paper: Paper, row: ReportRow, room: int, day: str) -> None:
    count = plural(row.count, "record")
    if row.bursts is not None and 1 < row.bursts < row.count:
        count += f" in {plural(row.bursts, 'burst')}"
    if often := hourly(row):
        count += f", {often}"
    for label, line in zip(("seen", "", "", ""), [count, *facts(row, room, day)], strict=False):
        paper.labelled(label, line)
    bars = sparkline(row.spark, min(room, 60))
    if bars and row.count > 1:
        paper.labelled("", bars, COLOURS[row.severity])


def _frames(paper: Paper, label: str, frames: Sequence[Frame], room: int) -> None:
    middle = len(frames) - _FRAMES
    if middle > 1 and paper.verbose < 2:
        _frames(paper, label, frames[: _FRAMES // 2], room)
        paper.labelled("", f"… {plural(middle, 'more frame')}", "dim")
        _frames(paper, "", frames[-_FRAMES // 2 :], room)
        return
    for frame in frames:
        last = frame is frames[-1]
        paper.labelled(label, Text(frame_text(frame, _PLACE), paper.link(frame.file, frame.line)), wide=True)
        label = ""
        if frame.source and (last or paper.verbose > 0):
            paper.labelled(
                "", "  " + fit(safe(frame.source.strip().partition("\n")[0][:_MOST]), room - 2), "dim", wide=True
            )


def _callers(paper: Paper, row: ReportRow) -> None:
    label = "callers"
    shown = row.callers[: None if paper.verbose > 1 else 5] if len(row.callers) > 1 else ()
    for caller in shown:
        blocked = f", {duration(caller.total)}" if caller.total else ""
        paper.labelled(label, f"{share(caller.share):>6}  {clip(safe(caller.text), 300)} ({caller.count:,}x{blocked})")
        label = ""
    if len(shown) < len(row.callers) and shown:
        paper.labelled("", f"… {plural(len(row.callers) - len(shown), 'more caller')}", "dim")


def _tallies(paper: Paper, label: str, tallies: Sequence[Tally]) -> None:
    shown = tallies[: None if paper.verbose > 1 else 3]
    for tally in shown:
        blocked = f", {duration(tally.total)}" if tally.total else ""
        paper.labelled(label, f"{clip(safe(tally.text), 300)} ({tally.count:,}x{blocked})")
        label = ""
    if len(shown) < len(tallies):
        paper.labelled("", f"… {len(tallies) - len(shown):,} more", "dim")


def _sample(paper: Paper, row: ReportRow) -> None:
    worst = example(row)
    if worst is None:
        return
    what = "worst" if worst.duration is not None else "example"
    _quote(paper, what, worst)
    _context(paper, row.context)
    for sample in row.samples if paper.verbose > 0 else ():
        if sample != worst:
            _quote(paper, "", sample)


def _quote(paper: Paper, label: str, sample: Sample) -> None:
    at = f" at {safe(sample.timestamp.text)}" if sample.timestamp else ""
    took = f", {duration(sample.duration)}" if sample.duration is not None else ""
    paper.labelled(label, f"{place(sample.source, sample.line)}{at}{took}", wide=True)
    width = paper.width - LABEL - 4
    cut = [
        _middle_out(line, _MOST if paper.verbose > 0 else max(400, 4 * width), width)
        for line in safe_lines(sample.text[:_MOST_SAMPLE])
    ]
    lines = [piece for part in cut for piece in wrapped(part, width)]
    most = len(lines) if paper.verbose > 1 else 30 if paper.verbose else 6
    paper.quote(lines[:most], 2 + LABEL)
    if len(lines) > most:
        paper.labelled("", f"│ … {plural(len(lines) - most, 'more line')}", "dim")


def _context(paper: Paper, lines: Sequence[LogLine]) -> None:
    """The log around the sample, its own line marked."""
    width, room = len(str(lines[-1].number)) if lines else 0, paper.width - LABEL - 2
    label = "context"
    for line in lines:
        head = f"{line.number:>{width}} {'>' if line.own else '│'} "
        text = fit(safe(line.text[:_MOST]), room - len(head)) if paper.verbose < 2 else safe(line.text)
        paper.labelled(label, head + text, "" if line.own else "dim", wide=True)
        label = ""


def _middle_out(line: str, most: int, end: int) -> str:
    """A long line keeps its end, where asyncio says how long it took; what is left out begins and ends at a space."""
    if len(line) <= most:
        return line
    head, tail = line[: most - end - 3], line[-end:]
    return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"


def _advice(paper: Paper, row: ReportRow, said: dict[str, int]) -> None:
    told = said.setdefault(row.group.rule, row.rank)
    if told == row.rank:
        paper.labelled("why", safe(row.why))
        paper.labelled("fix", safe(row.fix), "green")
    elif row.why or row.fix:
        paper.labelled("why, fix", f"as in {told}.", "dim")
    for note in row.notes:
        if said.setdefault(f"{row.group.rule}: {note}", row.rank) == row.rank:
            paper.labelled("note", safe(note), "italic")
    if row.related:
        paper.labelled("related", ", ".join(safe(each) for each in row.related[:8]))
    if row.static and told == row.rank:
        paper.labelled("lint", f"found before it runs by {', '.join(safe(each) for each in row.static)}")
    for label, reference in zip(("see", *[""] * 9), row.references if told == row.rank else (), strict=False):
        paper.labelled(label, safe(reference), "dim", wide=True)
