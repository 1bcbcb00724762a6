import json
import sys
from dataclasses import replace
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asynclog import codec
from asynclog.errors import FormatError
from asynclog.model import (
    Accounting,
    Caller,
    Facts,
    Frame,
    Group,
    Histogram,
    Mark,
    Rule,
    Run,
    Sample,
    Seam,
    Severity,
    Site,
    SourceSpan,
    Timeline,
    Timestamp,
    Via,
)

HISTOGRAM = Histogram({3: 1}, 1, 7, 7, 7)
GROUP = Group(
    "asynclog/v1:ab", "sig", "k", "r", Severity.ERROR, Site("/a.py", 1, "f", Via.CALLBACK), count=3,
    first=Timestamp("t", 5, False, 60), durations=HISTOGRAM, timeline=Timeline(2, {-4: (1, 9)}),
    callers={"x": Caller((Frame("/a.py", None, None, "s", 2),), 3, 9)}, rules={"r": 3},
    severities={"r": Severity.ERROR}, processes={"": (3, 9)}, undecided={0: 2},
    worst=Sample("a", 0, 1, 2, "caf\u00e9 \x1b[0m", None, 7, None, True, "v"),
)  # fmt: skip
RUN = Run(
    {"asynclog/v1:ab": GROUP}, Accounting(1, 2, 3, 3), Facts(1, None, {"3.12": 1}, durations={"dns": HISTOGRAM}),
    (SourceSpan("a", 0, notes=("n",), lost=True),), {"r": Rule("r", "k", None, "t", references=("x",))},
    {"error": Timeline(0, {1: (1, 0)})}, Timeline(), "label", ("note",),
    {0: Seam(Mark(1, 2, "f", 3), Mark(4, 5, "g", 6, 7, 8, "p"), True)},
)  # fmt: skip

texts = st.text(st.characters(codec=None), max_size=10)
numbers = st.integers(-(2**70), 2**70)


@st.composite
def runs(draw):
    group = replace(
        GROUP,
        signature=draw(texts),
        count=draw(numbers),
        durations=Histogram(draw(st.dictionaries(numbers, numbers, max_size=3)), draw(numbers)),
        timeline=Timeline(0, draw(st.dictionaries(st.integers(), st.tuples(numbers, numbers), max_size=3))),
        site=Site(draw(st.none() | texts), draw(st.none() | numbers), None, draw(st.sampled_from(list(Via)))),
        severity=draw(st.sampled_from(list(Severity))),
        messages=draw(st.dictionaries(texts, numbers, max_size=3)),
    )
    return replace(
        RUN, groups={"g": group}, label=draw(st.none() | texts), notes=tuple(draw(st.lists(texts, max_size=2)))
    )


@given(runs())
@settings(max_examples=200)
def test_what_was_saved_is_what_is_read(run):
    data = codec.dump_run(run)
    assert codec.load_run(data) == run
    assert codec.dump_run(codec.load_run(data)) == data


@pytest.mark.parametrize("run", [Run(), RUN], ids=["empty", "full"])
def test_runs_that_are_known(run):
    assert codec.load_run(codec.dump_run(run)) == run
    assert codec.is_saved(codec.dump_run(run))


def test_an_empty_run_is_small():
    assert codec.dump_run(Run()) == b'{"asynclog":{"format":"run","version":1},"run":{}}'


@given(runs())
@example(RUN)
@example(replace(RUN, groups={"g": replace(GROUP, messages={"\ud800": 1 << 70})}))
def test_without_orjson_the_bytes_are_the_same(run):
    data = codec.dump_run(run)
    with mock.patch.dict(sys.modules, {"orjson": None}):
        assert codec.dump_run(run) == data
        assert codec.load_run(data) == run


def test_what_people_edited_is_read_too():
    pretty = json.dumps(json.loads(codec.dump_run(RUN)), indent=2).encode()
    assert codec.is_saved(pretty)
    assert codec.load_run(pretty) == RUN


WHOLE = codec.dump_run(RUN)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"2026-01-01 ERROR asyncio: x", "no JSON", id="a log"),
        pytest.param(b"\xff\xfe\x00", "no JSON", id="bytes"),
        pytest.param(b"", "no JSON", id="empty"),
        pytest.param(WHOLE[:-9], "damaged or cut off", id="truncated"),
        pytest.param(b'{"level": "error"}', "not a saved run", id="other JSON"),
        pytest.param(b"[1]", "not a saved run", id="a list"),
        pytest.param(
            b'{"asynclog": {"format": "baseline", "version": 1}}', "a saved baseline, not a saved run", id="baseline"
        ),
        pytest.param(WHOLE.replace(b'"version":1', b'"version":99'), "newer asynclog", id="newer"),
        pytest.param(WHOLE.replace(b'"version":1', b'"version":"x"'), "no version that exists", id="no version"),
        pytest.param(b'{"asynclog":{"format":"run","version":1}}', "a header and nothing else", id="header only"),
        pytest.param(WHOLE.replace(b'"count":3', b'"count":"3"', 1), "count: a number expected, not '3'", id="a text"),
        pytest.param(
            WHOLE.replace(b'"count":3', b'"count":3.5', 1), "count: a number expected, not 3.5", id="a fraction"
        ),
        pytest.param(WHOLE.replace(b'"error"', b'"awful"'), "error, warning or info expected", id="a severity"),
        pytest.param(WHOLE.replace(b'"callback"', b'"guess"'), "source-traceback or", id="a rung"),
        pytest.param(WHOLE.replace(b'"signature"', b'"signatur"'), "unknown: signatur", id="a typing error"),
        pytest.param(WHOLE.replace(b'"rule":"r",', b""), "rule is missing", id="something missing"),
        pytest.param(WHOLE.replace(b'"-4":[1,9]', b'"x":[1,9]'), "whole numbers as keys", id="a key"),
        pytest.param(WHOLE.replace(b'"-4":[1,9]', b'"-4":[1]'), "a list of 2 expected", id="a pair"),
        pytest.param(WHOLE.replace(b'"notes":["note"]', b'"notes":"note"'), "run.notes: a list expected", id="no list"),
        pytest.param(WHOLE.replace(b'"rules":{"r":3}', b'"rules":[]'), "a mapping expected", id="no mapping"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_name_of_the_file(data, message):
    with pytest.raises(FormatError, match=r"report\.json: .*") as raised:
        codec.load_run(data, "report.json")
    assert message in raised.value.message
