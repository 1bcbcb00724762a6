import pytest
from hypothesis import given
from making import finding, logs, run_of

from asynclog.aggregate import facts
from asynclog.aggregate.facts import Spread
from asynclog.model import Facts, Histogram, Run


def life(text, **fields):
    return finding("loop-lifecycle", text=text, **fields)


LIVES = [
    ("Using selector: EpollSelector", {"loops made": 1, "selector EpollSelector": 1}),
    ("Using proactor: IocpProactor", {"loops made": 1, "selector IocpProactor": 1}),
    ("Close <_UnixSelectorEventLoop running=False closed=True debug=True>", {"loops closed": 1}),
    ("<Server sockets=()> is serving", {"servers started": 1}),
    ("<_SelectorSocketTransport fd=8> got a new connection from ('127.0.0.1', 1)", {"connections accepted": 1}),
    ("execute program 'true' stdin=1", {"subprocesses started": 1}),
    ("run shell command 'true' stdin=1", {"subprocesses started": 1}),
    ("<_UnixSubprocessTransport pid=1> exited with return code 0", {"subprocesses ended": 1}),
    ("poll 1 ms took 1 ms", {}),
]


@pytest.mark.parametrize(("text", "counters"), LIVES)
def test_the_life_of_a_loop(text, counters):
    assert run_of(life(text)).facts.counters == counters


def test_the_class_of_a_loop_and_its_handshakes():
    close = life("Close <_UnixSelectorEventLoop running=False closed=True debug=True>")
    took = life("<asyncio.sslproto.SSLProtocol object at 0x7f>: SSL handshake took 4.5 ms", line=2)
    known = run_of(close, took).facts
    assert known.loops == {"_UnixSelectorEventLoop": 1}
    assert facts.spread(known.durations["tls"]) == Spread(1, 4500, 4500, 4500, 4500)


def test_durations_have_names():
    known = run_of(finding("slow-poll", took=2), finding("slow-getaddrinfo", took=1, line=2)).facts
    assert {name: of.total for name, of in known.durations.items()} == {"poll": 2_000_000, "dns": 1_000_000}
    assert known.threshold is None
    assert run_of(finding("slow-callback", took=0.3), finding("slow-callback", took=0.2)).facts.threshold == 200_000


@pytest.mark.parametrize(
    ("seen", "expected"),
    [([], None), ([None], None), ([False], False), ([True, False], True), ([True], True)],
)
def test_debug_mode_is_known_by_evidence_only(seen, expected):
    known = run_of(*[finding(debug=debug, line=n) for n, debug in enumerate(seen, 1)]).facts
    assert facts.debug_mode(known) is expected


@pytest.mark.parametrize(
    ("polled", "span", "expected"),
    [(None, 100, None), (25, 100, 0.75), (25, None, None), (125, 100, None)],
    ids=["no polls", "a quarter", "no span", "several loops"],
)
def test_utilisation(polled, span, expected):
    durations = {} if polled is None else {"poll": Histogram({1: 1}, 1, polled, polled, polled)}
    assert facts.utilisation(Facts(durations=durations), span) == expected


def test_tasks_without_a_name():
    names = ["Task-1", "Task-22", "poller", None]
    assert facts.unnamed_tasks(run_of(*[finding(task=n, line=i) for i, n in enumerate(names, 1)])) == (2, 3)
    assert facts.unnamed_tasks(Run()) == (0, 0)


def test_versions_of_python():
    texts = ['File "/usr/lib/python3.9/x.py"', "C:\\Python310\\Lib\\asyncio"]
    run = run_of(
        *[finding(text=text, line=n, name=text) for n, text in enumerate(texts, 1)],
        finding(values={"python": "3.12"}, line=9),
    )
    assert facts.pythons(run) == ("3.9", "3.10", "3.12")


def test_what_stayed_open():
    counters = {"loops made": 3, "loops closed": 1, "subprocesses started": 2}
    assert facts.unbalanced(Facts(counters=counters)) == (
        "3 event loops were made and 1 was closed.",
        "2 subprocesses started and none was seen to end.",
    )
    assert facts.unbalanced(Facts(counters={"loops made": 2, "loops closed": 2})) == ()


@given(logs(), logs())
def test_facts_merge_in_any_order(a, b):
    x, y = run_of(*a).facts, run_of(*b).facts
    assert facts.merge(x, y) == facts.merge(y, x)
    assert facts.merge(x, Facts()) == x == facts.merge(Facts(), x)
