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
    made = Finding(
        kind, kind, Severity.WARNING if kind == "slow-callback" else Severity.ERROR, "app.log", 0, line, line * 100,
        f"asynclog/v1:{name}", f"signature of {name}", stamp(at), site, coroutine="fetch", text=f"{kind} on line {line}",
        duration=None if took is None else round(float(took) * SECOND),
    )  # fmt: skip
    return replace(made, **fields)


def run_of(*findings: Finding, first: float | None = 0, last: float | None = 100, **fields: object) -> Run:
    """The run of `findings` in a log of so many seconds."""
    builder = RunBuilder()
    for one in findings:
        builder.add(one)
    rules = {one.rule: Rule(one.rule, one.kind, one.severity, f"Title of {one.rule}", "why", "fix") for one in findings}
    end = max((one.line for one in findings), default=0)
    span = SourceSpan("app.log", 0, 1000 * end, end, stamp(first), stamp(last))
    return replace(builder.finish([span], rules), **fields)


CHAINS = [(), (Frame("/app/main.py", 3, "main"),), (Frame("/app/main.py", 3, "main"), Frame("/app/db.py", 9, "spawn"))]
KINDS = ["slow-callback", "slow-callback", "exception-never-retrieved", "task-destroyed-pending", "slow-getaddrinfo"]


@st.composite
def logs(draw: st.DrawFn, most: int = 40) -> list[Finding]:
    """Findings of one source in log order, with repeated records, closed loops and everything that may be missing."""
    result: list[Finding] = []
    line = clock = 0
    for _ in range(draw(st.integers(0, most))):
        line += draw(st.integers(1, 4))
        clock += draw(st.sampled_from([0, 1_000, 300_000, SECOND, 60 * SECOND, 90_000 * SECOND]))
        if result and draw(st.booleans()) and draw(st.booleans()):
            result.append(replace(result[-1], line=result[-1].line + 1, offset=result[-1].offset + 100))
            line = result[-1].line
            continue
        kind = draw(st.sampled_from(KINDS))
        timed = draw(st.sampled_from([Timestamp(f"at {clock}", START + clock)] * 5 + [None, Timestamp("00:01", clock, False)]))
        text = f"{kind} {line}"
        if draw(st.integers(0, 9)) == 0:
            kind = "loop-lifecycle"
            text = draw(st.sampled_from(["Close <_UnixSelectorEventLoop running=False closed=True debug=True>", "Using selector: EpollSelector"]))
        slow = kind.startswith("slow")
        result.append(
            Finding(
                kind,
                draw(st.sampled_from([kind, f"{kind}-strict"])),
                draw(st.sampled_from(list(Severity))),
                "app.log",
                0,
                line,
                line * 100,
                f"{kind}-{draw(st.integers(0, 1))}",
                kind,
                timed,
                Site("/app/db.py", draw(st.integers(1, 3)), "fetch", draw(st.sampled_from(list(Via)))),
                draw(st.sampled_from(CHAINS)),
                draw(st.sampled_from(CHAINS)),
                "fetch",
                None,
                draw(st.sampled_from([None, "Task-7", f"Task-{line}", "poller"])),
                draw(st.sampled_from([None, "Task", "Future"])),
                draw(st.sampled_from([None, 0, 100_000, 250_000, 700 * SECOND])) if slow else None,
                None if slow else "KeyError",
                None if slow else draw(st.sampled_from(["'a'", "key 12", "key 13", "Event loop is closed", ""])),
                draw(st.booleans()) and draw(st.booleans()),
                text,
                "asyncio",
                draw(st.sampled_from([None, 1, 2])),
                draw(st.sampled_from([None, "web-1"])),
                draw(st.sampled_from([None, "test_a", "test_b"])),
                draw(st.sampled_from([None, True, False])),
                draw(st.sampled_from([{}, {"python": "3.12"}])),
                draw(st.sampled_from([None, "main.py:main"])),
            )
        )
    return result
