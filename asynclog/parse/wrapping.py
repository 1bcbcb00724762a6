"""Reprs that a terminal or a console has broken into lines: anywhere, or at spaces and behind slashes."""

from __future__ import annotations

from collections.abc import Callable

from asynclog.model import ObjectRepr


def best_reading(raw: str, parse: Callable[[str], ObjectRepr]) -> ObjectRepr:
    """A repr over several lines: the reading of the line ends that explains more of it counts."""
    joined, spaced = parse(raw.replace("\n", "")), parse(unwrap(raw))
    cut_anywhere = not all(line[:1].isspace() for line in raw.split("\n")[1:])
    return joined if _known(joined) + cut_anywhere > _known(spaced) else spaced


def unwrap(text: str) -> str:
    """Undo a wrap at spaces, and behind the slashes of a path."""
    pieces: list[str] = []
    for line in text.split("\n"):
        piece = line.strip()
        if pieces and piece:
            pieces.append("" if pieces[-1].endswith(("/", "\\")) else " ")
        if piece:
            pieces.append(piece)
    return "".join(pieces)


def _known(item: ObjectRepr | None) -> int:
    """How much is known of an object."""
    if item is None:
        return 0
    parts = (
        item.state,
        item.name,
        item.coroutine and item.coroutine.place,
        item.callback,
        item.created_at,
        item.exception_type,
    )
    places = sum(ref.place is not None for ref in item.callbacks)
    return item.parsed + sum(bool(part) for part in parts) + len(item.callbacks) + places + _known(item.wait_for)
