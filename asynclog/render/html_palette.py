"""The colours of the page: each by what it means, on light and on dark.

A test computes their contrast: text has at least 4.5 to 1 on every ground that it stands on, bars and borders of
controls 3 to 1. No colour says anything that a word beside it does not say too.
"""

from __future__ import annotations

PALETTE: dict[str, tuple[str, str]] = {
    # grounds
    "page": ("#f7f7f5", "#131519"),
    "card": ("#ffffff", "#1a1d22"),
    "well": ("#f2f2ef", "#22262c"),
    "rule": ("#e2e2dd", "#30353d"),  # hairlines between things: decoration
    "edge": ("#85888c", "#7a818c"),  # borders of what can be operated
    # text
    "text": ("#1d1f22", "#e4e6e9"),
    "soft": ("#585d64", "#a4abb5"),
    "link": ("#0a56ad", "#8bb9ff"),
    # severities: as text and bars, and as the ground of their tags
    "error": ("#b42318", "#ff8f85"),
    "error-ground": ("#fdeceb", "#3b1f1e"),
    "warning": ("#8f5200", "#eeb24e"),
    "warning-ground": ("#fcf1dc", "#352813"),
    "info": ("#42617f", "#9cb8d6"),
    "info-ground": ("#eaf0f6", "#1f2a36"),
    # what is well, and what blocked
    "good": ("#1b6b3c", "#79cf98"),
    "good-ground": ("#e6f4eb", "#182d20"),
    "blocked": ("#5b4bb5", "#ad9ff2"),
    "blocked-ground": ("#eeecf9", "#282440"),
    # a file's frames in the flame graph
    "flame-0": ("#f6dcc4", "#54371d"),
    "flame-1": ("#f5e6b8", "#4b4116"),
    "flame-2": ("#dfe8c6", "#36431f"),
    "flame-3": ("#d3e6e4", "#1f4341"),
    "flame-4": ("#dfdff2", "#38375c"),
    "flame-5": ("#f2d9de", "#512d37"),
}
FLAMES = 6
TEXTS = ("text", "soft", "link", "error", "warning", "info", "good", "blocked")
"""What is written with, on `page`, `card` and `well`; `NAME-ground` carries `NAME`, and flames carry `text`."""
SHAPES = ("edge", "error", "warning", "info", "good", "blocked")
"""What is drawn, on `card`."""


def variables() -> str:
    """CSS: the colours as custom properties, dark where the system or the reader asks for it."""
    light, dark = (";".join(f"--{name}:{pair[at]}" for name, pair in PALETTE.items()) for at in (0, 1))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not(:has(#theme-light:checked))"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root:has(#theme-dark:checked){{color-scheme:dark;{dark}}}}}\n"
    )
