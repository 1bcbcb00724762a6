"""Conditions: each form, all together, over what a view may lack."""

import pickle
import time

import pytest

from asynclog.classify import conditions as module
from asynclog.classify.conditions import GROUP_KEYS, RECORD_KEYS, ConditionError, compile_conditions
from asynclog.classify.regexes import CAP, RegexError, safe_regex

VIEW = {
    "kind": "slow-callback",
    "duration": 1.5,
    "coroutine": "Store.flush",
    "site.file": (r"C:\srv\app\store.py", "app/store.py"),
    "exception.type": ("asyncio.exceptions.TimeoutError", "TimeoutError"),
    "exception.message": "Timed out after 5 s",
    "partial": False,
    "pid": 77,
    "field.what": "connector",
    "logger": None,
}


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ({}, True),
        ({"kind": "slow-callback"}, True),
        ({"kind": "slow"}, False),
        ({"kind": ["x", "slow-callback"]}, True),
        ({"exception.type": "TimeoutError"}, True),
        ({"exception.type": {"glob": "asyncio.*"}}, True),
        ({"exception.type": {"glob": ["x", "*.Timeout?rror"]}}, True),
        ({"exception.type": "timeouterror"}, False),
        ({"exception.message": {"regex": "(?i)timed? ?out"}}, True),
        ({"exception.message": {"regex": ["^after", "^Timed"]}}, True),
        ({"exception.message": {"regex": "^after"}}, False),
        ({"duration": {"ge": 1.5}}, True),
        ({"duration": {"lt": 1.5}}, False),
        ({"duration": {"ge": 1, "lt": 2}}, True),
        ({"duration": 1.5}, True),
        ({"duration": "1.5"}, True),
        ({"pid": "77"}, True),
        ({"pid": [1, 77]}, True),
        ({"site.file": {"glob": "*/app/store.py"}}, True),
        ({"site.file": {"glob": "app/*"}}, True),
        ({"site.file": {"glob": "lib/*"}}, False),
        ({"partial": False}, True),
        ({"partial": True}, False),
        ({"partial": "false"}, False),
        ({"coroutine": {"present": True}}, True),
        ({"coroutine": {"present": True, "glob": "Store.*"}}, True),
        ({"logger": {"present": True}}, False),
        ({"logger": {"present": False}}, True),
        ({"callback": {"present": False}}, True),
        ({"coroutine": {"present": False}}, False),
        ({"callback": "x"}, False),
        ({"callback": {"lt": 5}}, False),
        ({"coroutine": {"lt": 5}}, False),
        ({"field.what": "connector"}, True),
        ({"field.other": {"present": False}}, True),
        ({"kind": "slow-callback", "duration": {"ge": 5}}, False),
    ],
)
def test_forms(when: dict[str, object], holds: bool):
    assert compile_conditions(when).hold(VIEW) is holds


@pytest.mark.parametrize(
    ("when", "path", "says"),
    [
        ({"corutine": "x"}, "corutine", "did you mean 'coroutine'?"),
        ({"duration": {"gt": 1}}, "duration", "no condition is named 'gt'"),
        ({"duration": {"ge": "1"}}, "duration", "ge needs a number"),
        ({"duration": {"ge": True}}, "duration", "ge needs a number"),
        ({"duration": {}}, "duration", "needs one of"),
        ({"coroutine": None}, "coroutine", "present: false"),
        ({"coroutine": []}, "coroutine", "needs a value"),
        ({"coroutine": [["x"]]}, "coroutine", "needs a value"),
        ({"coroutine": {"glob": 3}}, "coroutine", "glob needs a text"),
        ({"coroutine": {"glob": []}}, "coroutine", "glob needs a text"),
        ({"coroutine": {"regex": "("}}, "coroutine", "is not a regex"),
        ({"coroutine": {"regex": "(a+)+$"}}, "coroutine", "repeats a part"),
        ({"coroutine": {"present": "no"}}, "coroutine", "true or false"),
        ({"coroutine": {"present": False, "glob": "*"}}, "coroutine", "no other condition"),
        ({"count": 3}, "count", "no field is named 'count'"),
        (["coroutine"], "", "must be a mapping"),
    ],
)
def test_mistakes_say_where_and_what(when: object, path: str, says: str):
    with pytest.raises(ConditionError) as caught:
        compile_conditions(when)
    [(where, text)] = caught.value.problems
    assert where == path
    assert says in text


def test_all_mistakes_at_once():
    with pytest.raises(ConditionError) as caught:
        compile_conditions({"x": 1, "duration": {"ge": "a"}, "kind": None})
    assert len(caught.value.problems) == 3


def test_groups_have_keys_of_their_own():
    grown = compile_conditions({"count": {"ge": 10}, "share": {"lt": 0.5}}, GROUP_KEYS)
    assert grown.hold({"count": 10, "share": 0.1})
    assert not grown.hold({"count": 9, "share": 0.1})
    with pytest.raises(ConditionError):
        compile_conditions({"text": "x"}, GROUP_KEYS)
    assert "text" in RECORD_KEYS


def test_a_rule_whose_regexes_take_too_long_is_switched_off(monkeypatch: pytest.MonkeyPatch):
    slow = compile_conditions({"text": {"regex": "x.*y"}})
    ticks = iter(range(0, 1000, 3))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(ticks))
    assert slow.hold({"text": "xy"})
    assert not slow.exhausted
    assert slow.hold({"text": "xy"})
    assert slow.exhausted
    assert not slow.hold({"text": "xy"})


def test_conditions_travel_to_workers():
    found = pickle.loads(pickle.dumps(compile_conditions({"coroutine": {"regex": "^St"}, "duration": {"ge": 1}})))
    assert found.hold(VIEW)


# -- regexes of strangers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "regex",
    [
        "(a+)+$", "(a*)*", "(a|aa)+$", "(a|ab)*c", "(a?a?)+$", "(a?){30}a{30}", "((a|b)*|c)*d", r"(?:\w+\.)+",
        r"\s*\s*\s*x", "a.*b.*c.*d", "a?" * 25 + "a" * 25, r"(.)\1+", r"(?P<q>['\"]).*(?P=q)", "(a)?(?(1)b|c)",
        "(?=(a+)+$)", "(?>a+)+", "x{1,5000}y{1,5000}z{1,5000}", "(?:a{0,15}){0,15}b", "(", "x" * 3000,
        "(?:" * 500 + "a" + ")*" * 500,
    ],
)  # fmt: skip
def test_regexes_that_could_hang_are_refused(regex: str):
    with pytest.raises(RegexError):
        safe_regex(regex)


@pytest.mark.parametrize(
    ("regex", "text"),
    [
        ("timeout|deadline", "a deadline"),
        ("(?i)timed? ?out", "Timed Out"),
        (r"^\w+://[^/]+/api", "https://x.example/api/1"),
        (r"(?:\d{1,3}\.){3}\d{1,3}", "10.0.0.1"),
        (r"(?:ab|cd)*x", "abcdx"),
        (r"user=[a-z]+ .*failed", "user=ann has failed"),
        (r"[\w.]+\.handlers\.", "shop.api.handlers.get"),
        (r"(?<!not )found", "was found"),
        ("a{20}", "a" * 20),
        ("a?b", "b"),
    ],
)
def test_ordinary_regexes_work(regex: str, text: str):
    assert safe_regex(regex).found(text)


HOSTILE = ["a" * 9000, "ab" * 4500, "a b" * 3000, " " * 9000, "xyz" * 3000, "1." * 4500, "\n" * 9000]


@pytest.mark.parametrize(
    "regex",
    [
        ".*x$",
        "a.*b.*c",
        r"\s+\S+$",
        "(?:ab|cd)*x",
        "[ab]*[ab]*c",
        "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)$",
        r"(?:\d{1,3}\.){3}\d+x",
    ],
)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_let_through_is_fast_on_hostile_text(regex: str, text: str):
    safe = safe_regex(regex)
    started = time.process_time()
    safe.found(text)
    assert time.process_time() - started < 1.5


def test_a_regex_sees_the_beginning_of_a_text():
    assert safe_regex("needle$").cap == CAP
    assert safe_regex("needle").found("x" * (CAP - 6) + "needle")
    assert not safe_regex("needle").found("x" * CAP + "needle")
    assert 256 <= safe_regex("a.*b.*c").cap < CAP


def test_globs_cannot_backtrack():
    started = time.process_time()
    assert not compile_conditions({"text": {"glob": "*a" * 30 + "*b"}}).hold({"text": "a" * 100_000})
    assert time.process_time() - started < 1
