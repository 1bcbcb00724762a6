import pytest
from making import finding, run_of

from asynclog.aggregate.related import defects, families, relate
from asynclog.model import Frame, Severity, Site

FAILURE = (Frame("/app/db.py", 20, "query"),)
NOWHERE = Site()


def failed(name, at=1.0, line=1, **fields):
    fields.setdefault("kind", "exception-never-retrieved")
    given = {"exception_type": "KeyError", "failure": FAILURE, "object": "Task", **fields}
    return finding(at=at, line=line, name=name, **given)


CASES = {
    "gather: the outer future and its child": (
        [failed("a"), failed("b", line=9, object="_GatheringFuture", coroutine=None)],
        1,
    ),
    "shield: the inner task is told twice": ([failed("a"), failed("b", line=9, kind="shielded-future-exception")], 1),
    "two tasks that fail in the same place": ([failed("a"), failed("b", line=9)], 2),
    "another exception": (
        [failed("a"), failed("b", line=9, object="_GatheringFuture", coroutine=None, exception_type="OSError")],
        2,
    ),
    "another failure": (
        [failed("a"), failed("b", line=9, object="_GatheringFuture", coroutine=None, failure=(Frame("x", 1, "y"),))],
        2,
    ),
    "an hour later": ([failed("a"), failed("b", 3600, 900, object="_GatheringFuture", coroutine=None)], 2),
    "no times, a few lines apart": (
        [failed("a", None), failed("b", None, 9, object="_GatheringFuture", coroutine=None)],
        1,
    ),
    "no times, far apart": (
        [failed("a", None), failed("b", None, 900, object="_GatheringFuture", coroutine=None)],
        2,
    ),
    "a coroutine that asyncio and the interpreter report": (
        [finding("coroutine-never-yielded-from"), finding("coroutine-never-awaited", line=9)],
        1,
    ),
    "a lost task and its coroutine": ([finding(), finding("unraisable-coroutine", line=9)], 1),
    "a lost task and another coroutine": ([finding(), finding("unraisable-coroutine", line=9, coroutine="other")], 2),
    "a session and its connector": (
        [
            finding("aiohttp-unclosed", name="s", object="ClientSession"),
            finding("aiohttp-unclosed", name="c", object="TCPConnector", line=9),
        ],
        1,
    ),
    "two sessions": (
        [
            finding("aiohttp-unclosed", name="s", object="ClientSession", site=Site("/a.py", 1, "f")),
            finding("aiohttp-unclosed", name="c", object="ClientSession", line=9),
        ],
        2,
    ),
    "a warning and a record of one session": (
        [
            finding("aiohttp-unclosed", object="ClientSession"),
            finding("aiohttp-unclosed-warning", object="ClientSession", line=9, site=NOWHERE),
        ],
        1,
    ),
    "a writer, its transport and its socket": (
        [
            finding(kind, line=n)
            for n, kind in enumerate(["unclosed-socket", "unclosed-transport", "unclosed-stream-writer"])
        ],
        1,
    ),
    "more transports than sockets": (
        [finding("unclosed-socket"), finding("unclosed-transport", line=2), finding("unclosed-transport", line=3)],
        2,
    ),
    "what only informs is no defect": ([finding("loop-lifecycle", severity=Severity.INFO)], 0),
    "nothing": ([], 0),
}


@pytest.mark.parametrize(("findings", "expected"), CASES.values(), ids=CASES)
def test_defects(findings, expected):
    run = relate(run_of(*findings))
    assert defects(run) == expected
    assert all(name in run.groups[other].related for name, group in run.groups.items() for other in group.related)


def test_a_group_without_a_place_does_not_make_two_defects_one():
    run = relate(
        run_of(
            finding("aiohttp-unclosed", name="a", object="TCPConnector", site=Site("/a.py", 1, "f")),
            finding("aiohttp-unclosed", name="b", object="TCPConnector", site=Site("/b.py", 1, "g"), line=2),
            finding("aiohttp-unclosed-warning", name="w", object="TCPConnector", site=NOWHERE, line=3),
        )
    )
    assert run.groups["asynclog/v1:w"].related == ("asynclog/v1:a", "asynclog/v1:b")
    assert families(run.groups.values()) == [("asynclog/v1:a", "asynclog/v1:w"), ("asynclog/v1:b",)]
