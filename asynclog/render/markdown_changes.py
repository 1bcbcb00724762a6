"""Diff, trend and check in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from asynclog.render.changes import levels, place_of, state_word, verdict_of_diff, verdict_of_trend
from asynclog.render.options import RenderOptions
from asynclog.render.safe import clip, markdown_code, markdown_prose, safe
from asynclog.render.units import plural, sparkline

SHOWN = 30
_MOST = 400
QUIET = ("same", "steady")


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed."""
    return _joined([f"## asynclog: {_text(verdict_of_diff(found))}", "", *_changes(found, options)])


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, and why."""
    lines = [f"## asynclog: {_text(gate.sentence)}", ""]
    if gate.diff is not None:
        lines += _changes(gate.diff, options)
    elif gate.report is not None:
        lines += ["| severity | rule | place | count |", "|---|---|---|--:|"]
        for row in gate.report.rows[: options.top or SHOWN]:
            cells = (row.severity.label, _code(row.group.rule), _code(row.place), f"{row.count:,}")
            lines.append(f"| {' | '.join(cells)} |")
    return _joined(lines)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How groups move."""
    lines = [f"## asynclog: {_text(verdict_of_trend(found))}", ""]
    lines += ["| verdict | runs | rule | place | step | why |", "|---|---|---|---|---|---|"]
    shown = found.series[: options.top or SHOWN]
    for one in shown:
        heights = levels(one)
        cells = (
            state_word(one.verdict.value), sparkline(heights, len(heights)), _code(one.rule), _code(place_of(one)),
            _code(one.step) if one.step else "", _text(one.reason),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += _more(len(found.series) - len(shown), "group")
    return _joined([*lines, *_caveats(found.caveats)])


def _changes(found: Any, options: RenderOptions) -> Iterator[str]:  # noqa: ANN401 - duck-typed
    pressing = [c for c in found.changes if options.verbose > 0 or c.state.value not in QUIET]
    shown = pressing[: options.top or SHOWN]
    if shown:
        yield "| state | severity | rule | place | before | after | why |"
        yield "|---|---|---|---|--:|--:|---|"
    for change in shown:
        moved = " (moved)" if change.moved else ""
        cells = (
            f"**{state_word(change.state.value)}**", change.severity.label, _code(change.rule),
            _code(place_of(change)) + moved, f"{change.before.count:,}", f"{change.after.count:,}",
            _text(change.reason),
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    yield from _more(len(pressing) - len(shown), "change")
    if len(found.changes) > len(pressing):
        yield ""
        yield f"{plural(len(found.changes) - len(pressing), 'group')} with no change."
    yield from _caveats(found.caveats)


def _caveats(caveats: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(caveats):
        if not number:
            yield ""
        yield f"- {_text(line)}"


def _more(count: int, noun: str) -> list[str]:
    return ["", f"… and {plural(count, f'more {noun}')}."] if count > 0 else []


def _code(text: str) -> str:
    return markdown_code(clip(safe(text), 200), table=True)


def _text(text: str) -> str:
    return markdown_prose(clip(text, _MOST)).replace("|", "\\|").replace("\\\\|", "\\|")


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"
