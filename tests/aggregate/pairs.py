"""Logs to compare, seeded: how many findings, in which heaps, over which time."""

from __future__ import annotations

import random
from dataclasses import replace

from making import finding, run_of

from asynclog.model import Finding, Run

SIGNATURE = "asynclog/v1|kind={kind}|site=app/db.py:fetch|coroutine={name}"


def log(seed: int = 1, span: float = 3600, label: str | None = None, **groups: dict) -> Run:
    """A run whose groups are given as name={count, burst, kind, took, ...}; times are drawn from `seed`."""
    draw = random.Random(seed)
    found: list[Finding] = []
    for name, wish in groups.items():
        found += group(draw, span, name=name, **wish)
    found.sort(key=lambda one: one.timestamp.micros if one.timestamp else 0)
    numbered = [replace(one, line=line, offset=line * 100) for line, one in enumerate(found, 1)]
    return run_of(*numbered, first=0, last=span, label=label)


def group(
    draw: random.Random, span: float, name: str, count: int, burst: int = 1, took: float | None = None, **fields: object
) -> list[Finding]:
    """`count` findings in bursts of `burst`; `took` is the median of durations with a tail."""
    kind = str(fields.pop("kind", "slow-callback" if took else "task-destroyed-pending"))
    timed = fields.pop("timed", True)
    made, start = [], 0.0
    for index in range(count):
        start = draw.uniform(0, span) if index % burst == 0 else start + 0.2
        duration = None if took is None else took * draw.lognormvariate(0, 0.5)
        made.append(
            finding(
                kind,
                min(start, span) if timed else None,
                name=name,
                took=duration,
                **{"signature": SIGNATURE.format(kind=kind, name=name), **fields},
            )
        )
    return made
