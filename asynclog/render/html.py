"""The page: one file without network, readable without scripts, in light, dark and print.

`page/` holds the templates. `base.html` is the frame of every view (head, bar, theme, footer, script) with the blocks
`title`, `kind`, `nav` and `main`; `words.html`, `charts.html` and `groups.html` are macros; `page.css` and `page.js`
are written into the page. A view is a template that extends `base.html` and a function here that gives it its names:
what is computed stands in `html_view` (groups), `html_compare` (changes, series), `html_charts` and `html_tree` (tasks
and flames), never in a template.

Nothing in a page acts but its own script: the Content-Security-Policy allows one style sheet and one script, both by
their hash, and no connection; every expression of a template passes `html_text.shown`; only http(s) references of rules
are links. The same report gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from asynclog.model import Report
from asynclog.render import html_charts, html_compare, html_text, html_tree
from asynclog.render.changes import NOBODY
from asynclog.render.html_palette import variables
from asynclog.render.html_view import Answer, RunView
from asynclog.render.options import RenderOptions
from asynclog.render.rows import blocks, problem, subject
from asynclog.render.safe import clip
from asynclog.render.units import duration, plural, share

if TYPE_CHECKING:
    from jinja2 import Environment


def analyze(report: Report, options: RenderOptions) -> str:
    """The report of one run."""
    return _run(report, options)


def check(gate: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """Yes or no, why, and what it rests on: the changes against a baseline, else the run."""
    sentence = "The gate failed." if gate.failed and gate.reasons else gate.sentence
    answer = Answer(sentence, gate.failed, tuple(gate.reasons), gate.culprits)
    return _diff(gate.diff, options, answer) if gate.diff is not None else _run(gate.report, options, answer)


def _run(report: Report, options: RenderOptions, answer: Answer | None = None) -> str:
    chart = html_charts.timeline(report)
    graphs = html_tree.graphs(report, options)
    tasks = html_tree.ancestry(report.rows[: options.top])
    view = RunView(report, options, chart is not None, bool(graphs or tasks), answer)
    return _page("analyze.html", report=report, view=view, chart=chart, graphs=graphs, tasks=tasks)


def diff(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """What changed between two sides."""
    return _diff(found, options)


def _diff(diff: Any, options: RenderOptions, answer: Answer | None = None) -> str:  # noqa: ANN401 - duck-typed
    over = f"{_named(diff.before)} → {_named(diff.after)}"
    changes = html_compare.changes(diff, answer.culprits if answer else NOBODY)
    view = html_compare.CompareView(changes, html_compare.counts(diff.states), options, over, answer)
    return _page("diff.html", diff=diff, view=view)


def trend(found: Any, options: RenderOptions) -> str:  # noqa: ANN401 - duck-typed
    """How groups move over many runs."""
    over = f"over {plural(len(found.labels), 'run')}: {_named(found.labels)}"
    series = html_compare.series(found)
    view = html_compare.CompareView(series, html_compare.counts(found.verdicts), options, over)
    return _page("trend.html", trend=found, view=view, lanes=html_compare.run_lanes(found.totals))


def _named(labels: Sequence[str]) -> str:
    """The first few labels."""
    more = f" and {len(labels) - 4:,} more" if len(labels) > 4 else ""
    return ", ".join(clip(label, 80) for label in labels[:4]) + more


def _page(template: str, **names: Any) -> str:  # noqa: ANN401
    """A template with the style, the script and their hashes."""
    from markupsafe import Markup

    environment = _environment()
    style = variables() + _source(environment, "page.css")
    script = _source(environment, "page.js")
    page = environment.get_template(template).render(
        names,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return page.rstrip("\n") + "\n"


def _hash(text: str) -> str:
    """The source expression of a Content-Security-Policy that allows just `text`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _source(environment: Environment, name: str) -> str:
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].replace("\r\n", "\n")


@cache
def _environment() -> Environment:
    """The templates, and what they may call."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("asynclog.render", "page"),
        autoescape=True,
        finalize=html_text.shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        block=html_text.block,
        breaking=html_text.breaking,
        prose=html_text.prose,
        duration=duration,
        share=share,
        problem=problem,
        subject=subject,
        blocks=blocks,
        spread=html_charts.spread,
        strip=html_charts.strip,
        lengths=html_compare.lengths,
        run_bars=html_compare.run_bars,
        ratio=html_compare.ratio,
        rate=html_compare.rate,
        chance=html_compare.chance,
    )
    environment.tests["web"] = html_text.is_web
    return environment
