"""An explanation for the terminal: what held, what did not, and the record itself."""

from __future__ import annotations

from asynclog.model import Explanation, Reason
from asynclog.render.ink import Text
from asynclog.render.options import RenderOptions
from asynclog.render.safe import clip, safe, safe_lines
from asynclog.render.text_paper import Paper, wrapped
from asynclog.render.units import plural

_LINES = 12
_LABEL = 34
_TEXT = 600
_MARKS = {True: ("+ ", "green"), False: ("- ", "dim"), None: ("  ", "")}


def page(explanation: Explanation, options: RenderOptions) -> str:
    """All sections. `+` marks what held or was taken, `-` what did not or is missing."""
    paper = Paper(options)
    paper.say(safe(explanation.title), "bold")
    for title, reasons in explanation.sections:
        paper.title(safe(title))
        width = min(max((len(reason.label) for reason in reasons), default=0), _LABEL)
        for reason in reasons:
            _reason(paper, reason, width)
    if explanation.text:
        paper.title("The record")
        lines = safe_lines(explanation.text)
        most = len(lines) if options.verbose > 0 else _LINES
        for line in lines[:most]:
            paper.quote(wrapped(clip(line, _TEXT), paper.measure - 4), 2)
        if len(lines) > most:
            paper.say(f"│ … {plural(len(lines) - most, 'more line')} (-v shows all)", "dim", indent=2)
    return paper.read()


def _reason(paper: Paper, reason: Reason, width: int) -> None:
    mark, style = _MARKS[reason.mark]
    label = Text(mark, style)
    label.append(safe(reason.label).ljust(width) + "  ", "dim" if reason.mark is False else "")
    paper.hang(label, Text(clip(safe(reason.text), _TEXT), style if reason.mark is False else ""), 2)
