"""What a renderer may be told. Renderers look at nothing else: no clock, no environment, no files."""

from __future__ import annotations

from asynclog.slotted import dataclass


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How a report is laid out; a format ignores what means nothing to it.

    `width` in columns · `color`: terminal colours · `hyperlinks`: OSC 8 links to absolute paths (needs `color`) ·
    `ascii`: nothing outside ASCII · `top`: groups shown (None: the format's own measure) · `verbose`: 1 shows the
    details of all shown groups and more of each, 2 shows everything, -1 no details.
    """

    width: int = 100
    color: bool = False
    hyperlinks: bool = False
    ascii: bool = False
    top: int | None = None
    verbose: int = 0
