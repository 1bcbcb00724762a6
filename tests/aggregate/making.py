"""Findings for tests: one by one, and as whole logs drawn at random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from asynclog.aggregate.run import RunBuilder
from asynclog.model import Finding, Frame, Rule, Run, Severity, Site, SourceSpan, Timestamp, Via

START = 1_700_000_000_000_000
SECOND = 1_000_000


def stamp(seconds: float | None, dated: bool = True) -> Timestamp | None:
    if seconds is None:
        return None
    micros = (START if dated else 0) + round(seconds * SECOND)
    return Timestamp(f"t{seconds}", micros, dated)


def finding(kind: str = "task-destroyed-pending", at: float | None = 0.0, line: int = 1, **fields: object) -> Finding:
    """A finding with defaults that follow from its kind; `took` is its duration in seconds."""
    took = fields.pop("took", None)
    site = Site("/app/db.py", 12, "fetch", Via.SOURCE_TRACEBACK)
    name = str(fields.pop("name", kind))
    severity = Severity.WARNING if kind == "slow-callback" else Severity.ERROR
    made = Finding(
        kind, kind, severity, "app.log", 0, line, line * 100, f"asynclog/v1:{name}",
        f"signature of {name}", stamp(at), site, coroutine="fetch", text=f"{kind} on line {line}",
        duration=None if took is None else round(float(took) * SECOND),
    )  # fmt: skip
    return replace(made, **fields)


def run_of(*findings: Finding, first: float | None = 0, last: float | None = 100, **fields: object) -> Run:
    """The run of `findings` in a log of so many seconds."""
    builder = RunBuilder()
    for one in findings:
        builder.add(one)
    rules = {one.rule: Rule(one.rule, one.kind, one.severity, f"Title of {one.rule}") for one in findings}
    end = max((one.line for one in findings), default=0)
    span = SourceSpan("app.log", 0, 1000 * end, end, stamp(first), stamp(last))
    return replace(builder.finish([span], rules), **fields)


CHAINS = [(), (Frame("/app/main.py", 3, "main"),), (Frame("/app/main.py", 3, "main"), Frame("/app/db.py", 9, "spawn"))]
KINDS = ["slow-callback", "slow-callback", "exception-never-retrieved", "task-destroyed-pending", "slow-getaddrinfo"]
LIVES = ["Close <_UnixSelectorEventLoop running=False closed=True debug=True>", "Using selector: EpollSelector"]


def logs(most: int = 40) -> st.SearchStrategy[list[Finding]]:
    """Findings of one source in log order, with repeated records, closed loops and everything that may be missing.

    Each finding is drawn as one number, from which its fields are taken digit by digit: fast, and shrinks well.
    """
    return st.lists(st.integers(0, 10**18), max_size=most).map(_log)


def _log(numbers: list[int]) -> list[Finding]:
    result: list[Finding] = []
    line = clock = 0
    for number in numbers:
        pick = _Picker(number)
        if result and pick([False, False, False, True]):
            line += 1
            result.append(replace(result[-1], line=line, offset=line * 100))
            continue
        line += pick([1, 2, 5])
        clock += pick([0, 1_000, 300_000, SECOND, 60 * SECOND, 90_000 * SECOND])
        result.append(_drawn(pick, line, clock))
    return result


class _Picker:
    def __init__(self, number: int) -> None:
        self.number = number

    def __call__(self, options: list) -> object:
        self.number, index = divmod(self.number, len(options))
        return options[index]


def _drawn(pick: _Picker, line: int, clock: int) -> Finding:
    kind = pick([*KINDS, *KINDS, "loop-lifecycle"])
    slow = kind.startswith("slow")
    return Finding(
        kind,
        pick([kind, f"{kind}-strict"]),
        pick(list(Severity)),
        "app.log",
        0,
        line,
        line * 100,
        f"{kind}-{pick([0, 1])}",
        kind,
        pick([Timestamp(f"at {clock}", START + clock)] * 4 + [None, Timestamp("00:01", clock, False)]),
        Site("/app/db.py", pick([1, 2]), "fetch", pick(list(Via))),
        pick(CHAINS),
        pick(CHAINS),
        "fetch",
        None,
        pick([None, "Task-7", f"Task-{line}", "poller"]),
        pick([None, "Task", "Future"]),
        pick([None, 0, 100_000, 250_000, 700 * SECOND]) if slow else None,
        None if slow else "KeyError",
        None if slow else pick(["'a'", "key 12", "key 13", "Event loop is closed", ""]),
        pick([False, False, True]),
        pick(LIVES) if kind == "loop-lifecycle" else f"{kind} {line}",
        "asyncio",
        pick([None, 1, 2]),
        pick([None, "web-1"]),
        pick([None, "test_a", "test_b"]),
        pick([None, True, False]),
        pick([{}, {"python": "3.12"}]),
        pick([None, "main.py:main"]),
    )
