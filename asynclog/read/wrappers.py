"""What collectors put before every line, and how it is taken off. One entry of `WRAPPERS` is one wrapper.

A wrapper is recognised by itself on each line, so that any part of a file is read like the whole. Its `key` (container,
unit and pid, stream) tells interleaved writers apart; its time stands in for a missing one. Wrappers may be stacked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

from asynclog.lazy import regex
from asynclog.read.pasted import is_markup
from asynclog.read.tags import tag_pattern
from asynclog.slotted import dataclass

JSON_LINE = "json-line"
_TAG = "tag:"  # before the pattern of a tag that only this file has
_LEVELS = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SUCCESS|root|asyncio)\b"
_ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """One collector's prefix: `key` and `time` name groups of `pattern`; group `partial` is P on a split CRI line.

    `sign` stands in every such prefix: lines are asked for it first.
    """

    name: str
    pattern: re.Pattern[str]
    sign: str = ""


WRAPPERS = (
    # Kubernetes CRI: time, stream, F(ull) or P(artial)
    Wrapper("cri", regex(rf"(?P<time>{_ISO}) (?P<key>stdout|stderr) (?P<partial>[FP])(?: |$)"), " std"),
    # GitHub Actions: seven digits of a second, nothing else
    Wrapper("github-actions", regex(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z) "), "Z "),
    # docker logs -t: nine digits of a second
    Wrapper("docker-time", regex(r"(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(?:Z|[+-]\d\d:\d\d)) ?")),
    # journald and classic syslog: month day clock host app[pid]:   (also with an ISO time, and Heroku's app[web.1]:)
    Wrapper(
        "syslog",
        regex(
            r"[ \t]{0,8}(?:<\d{1,3}>)?(?P<time>(?:[A-ZÄÖÜa-zéû]{3,5}\.? {1,2}\d{1,2}|\d{1,2} [A-Za-zéû]{3,5}\.?) \d\d:\d\d:\d\d(?:\.\d+)?)"
            r" (?P<key>[\w.:-]+ [^\s:\[\]]+(?:\[[\w.]+\])?): ?"
        ),
    ),
    Wrapper("syslog-iso", regex(rf"(?P<time>{_ISO}) (?P<key>(?:[\w.:-]+ )?[\w./@-]+\[[\w.-]+\]): ?")),
    Wrapper("syslog-5424", regex(rf"<\d{{1,3}}>1 (?P<time>{_ISO}) (?P<key>\S+ \S+ \S+) \S+ (?:-|\[.*?\]) ?"), ">1 "),
    # docker compose and kubectl/stern: name, padding, bar
    Wrapper("compose", regex(rf"[ \t]{{0,8}}(?!{_LEVELS})(?P<key>[A-Za-z_][\w.-]*?(?: [\w.-]+)?) +\|(?: |$)"), "|"),
    # pm2: number, name, the time where it was asked for
    Wrapper(
        "pm2",
        regex(
            r"(?P<key>\d+\|[\w.-]+(?: [\w.-]+){0,3}) *\| "
            r"(?:(?P<time>\d{4}-\d\d-\d\d[T ]\d\d[:-]\d\d[:-]\d\d)(?:\.\d+)?(?: ?[+-]\d\d:?\d\d)?: )?"
        ),
        "|",
    ),
    # Ray: the actor or task, its process
    Wrapper("ray", regex(r"\((?P<key>(?:[\w:.<>-]{1,120} )?pid=\d+(?:, ip=[\w.:]+)?)\) "), "pid="),
    Wrapper("kubectl", regex(r"\[pod/(?P<key>[^\]]+)\] "), "[pod/"),
    # foreman, honcho: 12:00:00 web.1   |
    Wrapper("foreman", regex(r"(?P<time>\d\d:\d\d:\d\d) (?P<key>[A-Za-z_][\w.-]*\.\d+) +\| "), "|"),
    # JSON around single lines: docker's json-file, log agents that send line by line
    Wrapper("json-line", regex(r"\s*\{.*\}\s*$")),
    # grep: the file, the line's number where it was asked for; "-" before what stands around a match
    Wrapper(
        "grep",
        regex(r"(?P<key>(?:[\w.~-]{0,60}/){0,12}[\w.-]{1,80}\.(?:log|out|err|txt)(?:\.\d{1,3})?)[:-](?:\d{1,9}[:-])?"),
        ".",
    ),
    # fluentd: time, tag, object
    Wrapper(
        "fluentd",
        regex(r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4}) (?P<key>[\w.*-]+): (?=\{\")"),
        ': {"',
    ),
    # docker logs -t, plain time before every line is settled by the record itself (see cut.py), not here
)

_FEW = 60
_DEPTH = 3  # stacked wrappers seen in the field


class Peeled(NamedTuple):
    """A line without its wrappers: `start` is where the rest begins in the line."""

    rest: str
    start: int = 0
    key: str | None = None
    time: str | None = None
    partial: bool = False
    names: tuple[str, ...] = ()


def peel(line: str, names: tuple[str, ...]) -> Peeled:
    """Take the wrappers `names` (the file's, outermost first) off `line`; a line without them stays whole."""
    return peeler(names)(line)


@lru_cache(maxsize=64)
def peeler(names: tuple[str, ...]) -> Callable[[str], Peeled]:
    """What takes these wrappers off a line."""
    if len(names) != 1:
        return partial(_peel, names)
    return _objects(names) if names[0] == JSON_LINE else _peeler_of(names)


def _peeler_of(names: tuple[str, ...]) -> Callable[[str], Peeled]:
    """The same for a single wrapper, the usual case."""
    pattern = _wrapper(names[0]).pattern
    match, groups = pattern.match, pattern.groupindex
    key, time, part = (groups.get(name, 0) for name in ("key", "time", "partial"))

    def peeled(line: str) -> Peeled:
        found = match(line)
        if found is None:
            return Peeled(line, 0, None, None, False, names)
        start = found.end()
        writer = (found[key] or "").strip() or None if key else None
        moment = found[time] or None if time else None
        return Peeled(line[start:], start, writer, moment, part > 0 and found[part] == "P", names)

    return peeled


def _objects(names: tuple[str, ...]) -> Callable[[str], Peeled]:
    """The same for lines in JSON and nothing else."""
    from asynclog.read.jsonlines import single_line

    match = _BY_NAME[JSON_LINE].pattern.match

    def peeled(line: str) -> Peeled:
        entry = single_line(line) if match(line) else None
        if entry is None:
            return Peeled(line, 0, None, None, False, names)
        return Peeled(entry.text, 0, entry.writer or None, entry.time or None, entry.partial, names)

    return peeled


def _peel(names: tuple[str, ...], line: str) -> Peeled:
    start, keys, time, partial = 0, [], None, False
    for name in names:
        found = _wrapper(name).pattern.match(line, start)
        if found is None:
            break
        if name == JSON_LINE:
            from asynclog.read.jsonlines import single_line

            entry = single_line(line[start:])
            if entry is None:
                break
            keys += [entry.writer] if entry.writer else []
            return Peeled(entry.text, 0, " ".join(keys) or None, entry.time or time, entry.partial, names)
        start = found.end()
        groups = found.re.groupindex
        if "key" in groups and found["key"]:
            keys.append(found["key"].strip())
        if "time" in groups:
            time = found["time"] or time
        partial = partial or ("partial" in groups and found["partial"] == "P")
    return Peeled(line[start:], start, " ".join(keys) or None, time, partial, names)


def pattern_of(name: str) -> str:
    """The pattern of a wrapper."""
    return _wrapper(name).pattern.pattern


def title_of(name: str) -> str:
    """What a wrapper is called in the report."""
    return "tagged lines" if name.startswith(_TAG) else name


def settle_wrappers(lines: list[str]) -> tuple[str, ...]:
    """The wrappers that stand before most of `lines`, outermost first."""
    names: list[str] = []
    rest = [line for line in lines if line.strip() and not is_markup(line)]
    while len(names) < _DEPTH and rest:
        best = None
        for wrapper in WRAPPERS:
            if wrapper.name == JSON_LINE:
                if any("{" in line for line in rest) and _are_entries(rest):
                    return (*names, JSON_LINE)
                continue
            if wrapper.name not in names and _stands_before_most(wrapper, rest):
                best = wrapper
                break
        if best is None and (pattern := tag_pattern(rest)) is not None:
            best = _wrapper(_TAG + pattern)
            best = best if _stands_before_most(best, rest) else None
        if best is None or best.name in names:
            break
        names.append(best.name)
        rest = [line[found.end() :] for line in rest if (found := best.pattern.match(line))]
        rest = [line for line in rest if line.strip()]
    return tuple(names)


def _are_entries(lines: list[str]) -> bool:
    from asynclog.read.jsonlines import are_single_lines  # few logs are

    return are_single_lines(lines)


def _stands_before_most(wrapper: Wrapper, lines: list[str]) -> bool:
    least = 0.8 if len(lines) > _FEW else 0.6  # words stand around what people paste
    without = len(lines) - max(1, least * len(lines))  # so many lines may lack it
    for line in lines:
        if wrapper.sign not in line or wrapper.pattern.match(line) is None:
            without -= 1
            if without < 0:
                return False
    return True


@lru_cache(maxsize=256)
def _wrapper(name: str) -> Wrapper:
    """The wrapper of this name; that of a tag holds its pattern."""
    return Wrapper(name, regex(name.removeprefix(_TAG))) if name.startswith(_TAG) else _BY_NAME[name]


_BY_NAME = {wrapper.name: wrapper for wrapper in WRAPPERS}
