"""Runs of a program in one file told apart: what was noted while reading is weighed when all of the file is known.

A process that first writes after all others of its kind have written last is a new run; where lines do not name a
process, a loop made anew is one, and so is time that goes back. Several processes that write by turns are no runs.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from asynclog.aggregate.words import DAY, HOUR, MINUTE, SECOND
from asynclog.lazy import regex
from asynclog.model import Moment, Run, Segment, SourceSpan, Start, Timestamp
from asynclog.slotted import replace

BACK = MINUTE
"""Lines of several threads and buffers may stand out of order by less than this."""
BACK_RELATIVE = 5 * SECOND
"""The same for times that count from the start of the program."""
MOST = 64
"""A file in which time goes back more often is out of order, and its runs cannot be told by it."""
KEPT = 256
_DIGITS = regex(r"\d+")


def relative(stamp: Timestamp | None) -> bool:
    """Whether a time counts from the start of the program."""
    return stamp is not None and not stamp.dated and ":" not in stamp.text


def merge_starts(a: Iterable[Start], b: Iterable[Start]) -> tuple[Start, ...]:
    """The first starts of both. A process is new once."""
    result: list[Start] = []
    seen: set[str] = set()
    for start in sorted({*a, *b}, key=lambda start: (start.line, start.why, start.process)):
        if start.why != "process" or start.process not in seen:
            result.append(start)
        seen.add(start.process)
    return tuple(result[:KEPT])


def merge_moments(a: Iterable[Moment], b: Iterable[Moment]) -> tuple[Moment, ...]:
    """The moments of both."""
    return tuple(sorted({*a, *b}, key=lambda moment: moment.line))


def merge_writers(a: Mapping[str, tuple[int, int]], b: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The first and last lines of the processes of both."""
    result = dict(a)
    for name, (first, last) in b.items():
        known = result.get(name, (first, last))
        result[name] = (min(known[0], first), max(known[1], last))
    return dict(sorted(result.items(), key=lambda item: (item[1][0], item[0]))[:KEPT])


def shift(span: SourceSpan, delta: int) -> SourceSpan:
    """`span` of a part with `delta` lines before it."""
    return replace(
        span,
        starts=tuple(replace(start, line=start.line + delta) for start in span.starts),
        moments=tuple(replace(moment, line=moment.line + delta) for moment in span.moments),
        writers={name: (first + delta, last + delta) for name, (first, last) in span.writers.items()},
    )


def told_apart(run: Run) -> Run:
    """`run`, whose sources are complete, with the runs in each of them; what they were told from is given up."""
    spans = tuple(replace(span, segments=segments_of(span), starts=(), moments=(), writers={}) for span in run.sources)
    return replace(run, sources=spans)


def narrowed(run: Run, within: Callable[[int, int, bool], tuple[int, int]] | None) -> Run:
    """`run`, of whose sources only a part was asked for (None: all): rates are those of that time."""
    return run if within is None else replace(run, sources=tuple(_narrowed(span, within) for span in run.sources))


def _narrowed(span: SourceSpan, within: Callable[[int, int, bool], tuple[int, int]]) -> SourceSpan:
    first, last = span.first, span.last
    if first is None or last is None or relative(first):
        return span
    midnight = DAY if last.micros < first.micros and not first.dated else 0
    start, end = within(first.micros, last.micros + midnight, first.dated)
    parts = [
        replace(part, start=max(part.start, start), end=min(part.end, end))
        for part in span.segments
        if part.start is not None and part.end is not None and part.start <= end and part.end >= start
    ]
    kept = tuple(parts) if len(parts) > 1 else ()
    return replace(span, first=_moved(first, start), last=_moved(last, end - midnight), segments=kept)


def _moved(stamp: Timestamp, micros: int) -> Timestamp:
    """`stamp` at another time, written plainly."""
    if micros == stamp.micros:
        return stamp
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=micros)
    zone = "" if stamp.zone is None else "+00:00"
    text = f"{moment:%Y-%m-%d %H:%M:%S}{zone}" if stamp.dated else f"{moment:%H:%M:%S}"
    return replace(stamp, text=text, micros=micros)


def segments_of(span: SourceSpan) -> tuple[Segment, ...]:
    """The runs in one file; empty where it is one."""
    span = replace(span, starts=merge_starts(span.starts, ()))  # those of parts are no more either
    starts = [*_restarts(span), *_turns_back(span.moments)]
    if not starts or span.first is None or span.last is None:
        return ()
    begin = min(span.writers, key=lambda name: span.writers[name], default="")
    result = [Segment(1, span.first.micros, None, begin)]
    for start in sorted(starts, key=lambda start: (start.line, start.why)):
        if start.line == result[-1].line:
            continue
        end = start.last if start.last is not None else start.first
        result[-1] = replace(result[-1], end=end)
        result.append(Segment(start.line, start.first, None, start.process, start.why))
    result[-1] = replace(result[-1], end=span.last.micros)
    return tuple(result)


def _restarts(span: SourceSpan) -> Iterable[Start]:
    """The starts that are those of a new run."""
    looped: set[str] = set()
    for start in span.starts:
        name = start.process
        if any(letter.isdigit() for letter in name):
            others = [lines for other, lines in span.writers.items() if other != name and _alike(other, name)]
            before = [last for first, last in others if first < start.line]
            own = span.writers.get(name, (start.line, 0))[0] < start.line
            new = not own and (all(last < start.line for last in before) if before else start.last is not None)
        else:
            new = start.why == "loop" and (name in looped or start.last is not None)
        if start.why == "loop":
            looped.add(name)
        if new:
            yield start


def _alike(a: str, b: str) -> bool:
    """Whether two processes are of one kind: their names differ in numbers only."""
    return _DIGITS.sub("#", a) == _DIGITS.sub("#", b)


def _turns_back(moments: Iterable[Moment]) -> list[Start]:
    """Where time goes back between two moments of one writer."""
    last: dict[str, tuple[Moment, int]] = {}
    found: list[Start] = []
    moments = list(moments)
    years = [moment for moment in moments if not moment.time.yearless]
    for moment in years or moments:
        before, step = last.get(moment.writer, (None, 0))
        if before is None:
            last[moment.writer] = moment, 0
            continue
        last[moment.writer] = moment, max(moment.time.micros - before.time.micros, 0)
        if _goes_back(before.time, moment.time, step):
            found.append(Start(moment.line, "time", moment.writer, before.time.micros, moment.time.micros))
    writers = Counter(start.process for start in found)
    return found if len(found) <= MOST and len(writers) <= 1 else []


def _goes_back(before: Timestamp, after: Timestamp, step: int) -> bool:
    """Whether a program began again between two times; `step` is what lay between the two before them."""
    if (before.dated, before.zone) != (after.dated, after.zone):
        return False
    back = before.micros - after.micros
    if relative(after):
        return back > BACK_RELATIVE
    if not after.dated and back > DAY // 2:
        return False  # midnight
    summer = after.zone is None and HOUR - 3 * step - MINUTE < back < HOUR + MINUTE  # its end
    return back > BACK and not summer


def stretches(span: SourceSpan) -> list[tuple[int, int]]:
    """The times that the runs of a file cover, where there are several."""
    return [
        (segment.start, max(segment.start, segment.end))
        for segment in span.segments
        if segment.start is not None and segment.end is not None
    ]
