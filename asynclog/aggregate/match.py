"""Groups of two logs that are one problem: equal fingerprints first, then the rungs of the ladder, strictest first.

So a log without debug mode still meets one with it, and code that moved is found again. A rung pairs groups only where
its key names exactly one on each side; each match says its rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce

from asynclog.aggregate.group import merge_groups
from asynclog.model import Group, Site, Via
from asynclog.slotted import dataclass

Keys = Callable[[Group], Sequence[str]]
"""The keys of a group, strictest first, each `RUNG:text`."""
Codes = Callable[[Group], frozenset[tuple[str, Site]]]
"""Where the samples of a group print its coroutine's code, and in which state: "running" at a line, or "done"."""
EXACT = "fingerprint"
_SEEN_CREATED = frozenset({Via.SOURCE_TRACEBACK, Via.CREATED_AT})
_RUNGS = ("chain", "site", "file", "caller", "coroutine", "renamed")


BY = {
    "chain": "the chain of its creation",
    "site": "its place of creation",
    "file": "its place of creation in another folder",
    "caller": "the function that creates it",
    "coroutine": "its coroutine alone",
    "renamed": "the chain of its creation, under another name",
}
"""What a rung matches by, in words."""


@dataclass(frozen=True, slots=True)
class Match:
    """Groups that are one problem: their fingerprints on either side (one side may be empty) and the rung."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    rung: str | None = None


def keys_of(group: Group) -> tuple[str, ...]:
    """The keys that the signature alone gives (see `ladder` of the classify room for all): site, coroutine or callback."""
    parts = dict(part.split("=", 1) for part in group.signature.split("|")[1:] if "=" in part)
    parts.pop("message", None)
    keys = ["site:" + "|".join(map("=".join, parts.items()))] if "site" in parts else []
    if "coroutine" in parts or "callback" in parts:
        keys.append("coroutine:" + "|".join(f"{key}={value}" for key, value in parts.items() if key != "site"))
    return tuple(keys)


def pair(before: Mapping[str, Group], after: Mapping[str, Group], keys: Keys = keys_of) -> list[Match]:
    """Every group of both sides in one match, by fingerprint of the side after, then before."""
    found = [Match((name,), (name,), EXACT) for name in sorted(before.keys() & after.keys())]
    left = {name: tuple(keys(before[name])) for name in sorted(before.keys() - after.keys())}
    right = {name: tuple(keys(after[name])) for name in sorted(after.keys() - before.keys())}
    for rung in _RUNGS:
        olds, news = _by_key(left, rung), _by_key(right, rung)
        for key in sorted(olds.keys() & news.keys()):
            old, new = [n for n in olds[key] if n in left], [n for n in news[key] if n in right]
            if not old or not new:
                continue
            single = len(old) == len(new) == 1
            groups = [before[n] for n in old], [after[n] for n in new]
            if single or _renamed(*groups) or (rung == "coroutine" and _covers(*groups)):
                found.append(Match(tuple(old), tuple(new), rung))
                for name in old:
                    del left[name]
                for name in new:
                    del right[name]
    found += [Match((), (name,)) for name in right] + [Match((name,), ()) for name in left]
    return sorted(found, key=lambda match: (match.after or match.before, match.before))


def _by_key(groups: Mapping[str, Sequence[str]], rung: str) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for name, keys in groups.items():
        for key in keys:
            if key.startswith(f"{rung}:"):
                result.setdefault(key, []).append(name)
    return result


def _renamed(before: Sequence[Group], after: Sequence[Group]) -> bool:
    """Whether another version of the fingerprint joined or split what is one problem."""
    versions = [{group.signature.partition("|")[0] for group in side} for side in (before, after)]
    return min(len(before), len(after)) == 1 and not versions[0] & versions[1]


def _covers(before: Sequence[Group], after: Sequence[Group]) -> bool:
    """Whether one side saw the places of creation and the other, in one group, only the coroutine."""
    few, many = sorted((before, after), key=len)
    return (
        len(few) == 1
        and few[0].site.via not in _SEEN_CREATED
        and all(group.site.via in _SEEN_CREATED for group in many)
    )


def together(groups: Iterable[Group | None]) -> Group | None:
    """The groups as one, None where there is none."""
    found = [group for group in groups if group is not None]
    return reduce(merge_groups, found) if found else None


def moved(before: Site, after: Site) -> bool:
    """Whether the site is printed at another place: seen in the same way, but another file, function or line.

    A baseline keeps no lines: against one it is the file and function that count.
    """
    if before.file is None or after.file is None or (before.via in _SEEN_CREATED) != (after.via in _SEEN_CREATED):
        return False
    lined = before.line is not None and after.line is not None and before.line != after.line
    return lined or (tail(before.file), before.function) != (tail(after.file), after.function)


def code_moved(before: frozenset[tuple[str, Site]], after: frozenset[tuple[str, Site]]) -> tuple[Site, Site] | None:
    """Where the code of a coroutine was and is, if none of the places before is printed after."""
    for state in ("done", "running"):
        old, new = (
            {(tail(site.file or ""), site.line): site for s, site in side if s == state} for side in (before, after)
        )
        if old and new:
            return None if old.keys() & new.keys() else (old[min(old)], new[min(new)])
    return None


def tail(path: str) -> tuple[str, ...]:
    """The part of a path that another root leaves alone: from site-packages on, else its last two components."""
    parts = tuple(part for part in path.replace("\\", "/").split("/") if part)
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return parts[parts.index(folder) :]
    return parts[-2:]


def align(runs: Sequence[Mapping[str, Group]], keys: Keys = keys_of) -> list[tuple[str, list[Group | None]]]:
    """For each problem its group in every run (None where it is not), with the weakest rung that joined them."""
    rows: list[list[Group | None]] = []
    rungs: list[str] = []
    known: dict[str, int] = {}
    for index, groups in enumerate(runs):
        met = {known[name] for name in groups.keys() & known.keys()}
        latest = {
            group.fingerprint: group for row, cells in enumerate(rows) if row not in met and (group := _last(cells))
        }
        for match in pair(latest, {name: group for name, group in groups.items() if name not in known}, keys):
            if not match.after:
                continue
            row = known[match.before[0]] if match.before else len(rows)
            if row == len(rows):
                rows.append([None] * len(runs))
                rungs.append(EXACT)
            for other in match.before[1:]:
                rows[row] = [together(cells) for cells in zip(rows[row], rows[known[other]], strict=True)]
                rows[known[other]] = [None] * len(runs)
                known = {name: row if place == known[other] else place for name, place in known.items()}
            rungs[row] = max(rungs[row], match.rung or EXACT, key=(EXACT, *_RUNGS).index)
            known |= dict.fromkeys((*match.before, *match.after), row)
        for name, group in groups.items():
            rows[known[name]][index] = together((rows[known[name]][index], group))
    return [(rung, cells) for rung, cells in zip(rungs, rows, strict=True) if _last(cells) is not None]


def _last(cells: Sequence[Group | None]) -> Group | None:
    return next((group for group in reversed(cells) if group is not None), None)
