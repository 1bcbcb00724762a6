"""Reports, comparisons and trends as a cell of a notebook shows them: a sentence and a small table, nothing that acts.

No style sheet and no script: a notebook lends its own look, and whatever it strips the table can be read. Every text
goes through `html_text`, as in the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from asynclog.model import Report, ReportRow
from asynclog.render.changes import COLOURS, levels, place_of, state_word, title_of, verdict_of_diff, verdict_of_trend
from asynclog.render.html_text import breaking, prose, shown
from asynclog.render.places import site_text
from asynclog.render.rows import problem, subject
from asynclog.render.units import duration, plural, share, sparkline

if TYPE_CHECKING:
    from markupsafe import Markup

MOST = 15  # rows, when nobody says how many
_PLACE = 90
_BLUE = "cyan"
_WORDS = {"error": "red", "warning": "yellow", "info": _BLUE, **COLOURS}
_INKS = {"red": "#b3261e", "yellow": "#8a5a00", "green": "#1b6e3c", _BLUE: "#1f5f8b", "magenta": "#7b3f98"}


def analyze(report: Report, top: int | None = None) -> str:
    """The verdict and the worst groups."""
    rows = report.rows[: top or MOST]
    timed = any(row.total is not None for row in rows)
    heads = ("severity", "problem", "where", "count", *(("total", "max", "of the run") if timed else ()), "id")
    table = _table(heads, ([*_cells(row, timed), _code(row.id)] for row in rows), {"count", "total", "max"})
    return str(_joined(_verdict(report.verdict), table, _more(len(report.rows) - len(rows), "group")))


def _cells(row: ReportRow, timed: bool) -> list[Markup]:
    name = subject(row)
    what = _text(f"{problem(row)} · {name}" if name else problem(row))
    cells = [_word(row.severity.label), what, _path(site_text(row.group.site, _PLACE)), _text(f"{row.count:,}")]
    spent = (duration(row.total), duration(row.maximum), share(row.share)) if row.total is not None else ("", "", "")
    return [*cells, *(_text(text) for text in spent if timed)]


def diff(found: Any, top: int | None = None) -> str:  # noqa: ANN401 - duck-typed
    """The changes, the most pressing first."""
    changes = found.changes[: top or MOST]
    rows = (
        [
            _word(change.state.value), _word(change.severity.label), _text(title_of(change, found.rules)),
            _path(place_of(change, _PLACE)), _text(f"{change.before.count:,}"), _text(f"{change.after.count:,}"),
            _text(change.reason),
        ]
        for change in changes
    )  # fmt: skip
    table = _table(("change", "severity", "problem", "where", "before", "after", "why"), rows, {"before", "after"})
    return str(_joined(_verdict(verdict_of_diff(found)), table, _more(len(found.changes) - len(changes), "group")))


def trend(found: Any, top: int | None = None) -> str:  # noqa: ANN401 - duck-typed
    """The groups, the most pressing first, with a bar for each run."""
    series = found.series[: top or MOST]
    rows = (
        [
            _word(one.verdict.value), _text(sparkline(levels(one), 48)), _text(title_of(one, found.rules)),
            _path(place_of(one, _PLACE)), _text(one.step or ""), _text(one.reason),
        ]
        for one in series
    )  # fmt: skip
    table = _table(("verdict", "runs", "problem", "where", "step", "why"), rows, set())
    return str(_joined(_verdict(verdict_of_trend(found)), table, _more(len(found.series) - len(series), "group")))


def _joined(*parts: Markup) -> Markup:
    from markupsafe import Markup

    return Markup("<div>{}</div>").format(Markup().join(parts))


def _verdict(text: str) -> Markup:
    from markupsafe import Markup

    return Markup("<p><strong>{}</strong></p>").format(prose(text))


def _more(count: int, noun: str) -> Markup:
    from markupsafe import Markup

    return Markup("<p>… and {}</p>").format(plural(count, f"more {noun}")) if count > 0 else Markup("")


def _table(heads: Sequence[str], rows: Iterable[Sequence[Markup]], numbers: set[str]) -> Markup:
    from markupsafe import Markup

    right, left = Markup(' style="text-align:right;white-space:nowrap"'), Markup(' style="text-align:left"')
    sides = [right if head in numbers else left for head in heads]
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(side, name) for side, name in zip(sides, heads, strict=True)
    )
    body = [
        Markup("<tr>{}</tr>").format(
            Markup().join(Markup("<td{}>{}</td>").format(side, cell) for side, cell in zip(sides, cells, strict=True))
        )
        for cells in rows
    ]
    if not body:
        return Markup("")
    table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
    return table.format(head, Markup("\n").join(body))


def _text(text: str) -> Markup:
    found: Markup = shown(text)
    return found


def _code(text: str) -> Markup:
    from markupsafe import Markup

    return Markup("<code>{}</code>").format(_text(text))


def _path(text: str) -> Markup:
    from markupsafe import Markup

    return Markup("<code>{}</code>").format(breaking(text)) if text else Markup("")


def _word(word: str) -> Markup:
    from markupsafe import Markup

    ink = _INKS.get(_WORDS.get(word, ""), "")
    style = Markup(' style="color:{}"').format(ink) if ink else Markup("")
    return Markup("<strong{}>{}</strong>").format(style, state_word(word))
