from dataclasses import replace

import pytest
from making import finding, run_of

from asynclog.aggregate.match import Match, align, code_moved, keys_of, moved, pair
from asynclog.model import Group, Site, Via


def made(name: str, signature: str, via: Via = Via.SOURCE_TRACEBACK, version: str = "v1") -> Group:
    run = run_of(finding(name=name))
    (group,) = run.groups.values()
    return replace(
        group,
        fingerprint=name,
        signature=f"asynclog/{version}|kind=destroyed|{signature}",
        site=replace(group.site, via=via),
    )


def named(*groups: Group) -> dict[str, Group]:
    return {group.fingerprint: group for group in groups}


IN_A, IN_B = "site=app/a.py:main|coroutine=fetch", "site=app/b.py:main|coroutine=fetch"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param([made("1", IN_A)], [made("1", IN_A)], [Match(("1",), ("1",), "fingerprint")], id="equal"),
        pytest.param(
            [made("1", f"{IN_A}|message=x")], [made("2", f"{IN_A}|message=y")], [Match(("1",), ("2",), "site")],
            id="another message",
        ),
        pytest.param([made("1", IN_A)], [made("2", IN_B)], [Match(("1",), ("2",), "coroutine")], id="moved"),
        pytest.param(
            [made("1", IN_A)], [made("2", "site=app/a.py:main|coroutine=send")], [Match((), ("2",)), Match(("1",), ())],
            id="another coroutine",
        ),
        pytest.param(
            [made("1", IN_A), made("2", IN_B)], [made("3", "coroutine=fetch", Via.COROUTINE)],
            [Match(("1", "2"), ("3",), "coroutine")], id="two sites, then debug mode off",
        ),
        pytest.param(
            [made("1", IN_A), made("2", IN_B)], [made("3", "site=app/c.py:main|coroutine=fetch")],
            [Match((), ("3",)), Match(("1",), ()), Match(("2",), ())], id="which of the two moved?",
        ),
        pytest.param(
            [made("1", IN_A), made("2", IN_B)], [made("1", IN_A), made("3", "coroutine=fetch", Via.COROUTINE)],
            [Match(("1",), ("1",), "fingerprint"), Match(("2",), ("3",), "coroutine")], id="strictest first",
        ),
        pytest.param(
            [made("1", IN_A), made("2", IN_B)], [made("3", "coroutine=fetch", version="v2")],
            [Match(("1", "2"), ("3",), "coroutine")], id="joined by a new version of fingerprints",
        ),
        pytest.param([], [], [], id="nothing"),
    ],
)  # fmt: skip
def test_pairs(before, after, expected):
    found = pair(named(*before), named(*after))
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    turned = pair(named(*after), named(*before))
    assert sorted((Match(m.after, m.before, m.rung) for m in turned), key=repr) == sorted(expected, key=repr)


def test_keys_may_come_from_elsewhere():
    one, two = made("1", "coroutine=a"), made("2", "coroutine=b")
    assert pair(named(one), named(two), lambda group: ["chain:x"]) == [Match(("1",), ("2",), "chain")]
    assert [key.partition(":")[0] for key in keys_of(made("1", IN_A))] == ["site", "coroutine"]
    assert keys_of(made("1", "object=Task")) == ()


SITE = Site("/srv/app/db.py", 12, "fetch", Via.SOURCE_TRACEBACK)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        pytest.param(SITE, False, id="nothing"),
        pytest.param(replace(SITE, file="C:\\work\\app\\db.py"), False, id="another root"),
        pytest.param(replace(SITE, line=40), True, id="another line"),
        pytest.param(replace(SITE, file="/srv/app/store.py"), True, id="another file"),
        pytest.param(replace(SITE, function="load"), True, id="another function"),
        pytest.param(replace(SITE, line=3, via=Via.COROUTINE), False, id="seen otherwise"),
        pytest.param(Site(), False, id="unknown"),
    ],
)
def test_moved(after, expected):
    assert moved(SITE, after) is expected


def test_runs_in_a_row():
    moved_there = made("2", IN_B)
    rows = align([named(made("1", IN_A)), {}, named(moved_there, made("5", "coroutine=other")), named(moved_there)])
    assert [(rung, [g and g.fingerprint for g in row]) for rung, row in rows] == [
        ("coroutine", ["1", None, "2", "2"]),
        ("fingerprint", [None, None, "5", None]),
    ]


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        pytest.param([("running", "/a/app/x.py", 5)], [("running", "/b/app/x.py", 9)], (5, 9), id="another line"),
        pytest.param([("running", "/a/app/x.py", 5)], [("running", "/b/app/x.py", 5)], None, id="another root"),
        pytest.param(
            [("running", "app/x.py", 5), ("running", "app/x.py", 9)], [("running", "app/x.py", 9)], None, id="one stays"
        ),
        pytest.param([("running", "app/x.py", 5)], [("done", "app/x.py", 3)], None, id="not the same thing"),
        pytest.param(
            [("done", "app/x.py", 3), ("running", "app/x.py", 5)],
            [("done", "app/x.py", 3), ("running", "app/x.py", 7)],
            None,
            id="its definition stays",
        ),
        pytest.param([], [("done", "app/x.py", 3)], None, id="not known"),
    ],
)
def test_where_the_code_of_a_coroutine_was_and_is(before, after, moved):
    old, new = (frozenset((state, Site(file, line)) for state, file, line in side) for side in (before, after))
    found = code_moved(old, new)
    assert (found and (found[0].line, found[1].line)) == moved
