from array import array
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import finding, logs, run_of, stamp

from asynclog import codec, native
from asynclog.aggregate import run as run_module
from asynclog.aggregate import tally
from asynclog.aggregate.columns import Columns, Counts, counts_of
from asynclog.aggregate.counter import Kind, counter
from asynclog.aggregate.group import GroupBuilder, merge_groups
from asynclog.aggregate.join import adds_up, combine, merge_runs, shift_lines, shift_sources
from asynclog.aggregate.keep import earliest, latest
from asynclog.aggregate.names import UNNAMED
from asynclog.aggregate.related import relate, settle
from asynclog.aggregate.run import RunBuilder
from asynclog.model import Accounting, Run, Severity, SourceSpan


def built(findings, sources=()):
    builder = RunBuilder()
    for one in findings:
        builder.add(one)
    return builder.finish(sources)


def same(*runs):
    """Equal, and equal as bytes."""
    return len({codec.dump_run(run) for run in runs}) == 1 and all(run == runs[0] for run in runs)


def part_of(findings, before):
    """A part of a log as a worker sees it, who counts lines from the start of the part."""
    relative = [replace(one, line=one.line - before) for one in findings]
    return shift_lines(built(relative, [SourceSpan("app.log", 0, 10, 3)]), before)


@given(logs(), st.lists(st.integers(0, 40), max_size=4))
@settings(max_examples=200)
def test_a_log_cut_anywhere_gives_the_same_run(findings, cuts):
    edges = [0, *sorted(cut for cut in cuts if cut < len(findings)), len(findings)]
    parts = [findings[low:high] for low, high in pairwise(edges)]
    merged = Run()
    for index, part in enumerate(parts):
        before = parts[index - 1][-1].line if index and parts[index - 1] else 0
        merged = merge_runs(merged, part_of(part, before))
    whole = built(findings, [SourceSpan("app.log", 0, 10 * len(parts), 3 * len(parts))])
    assert same(merged, whole)
    assert adds_up(merged.accounting)
    assert same(settle(merged), settle(whole))


@given(logs(20), logs(20), logs(20))
@settings(max_examples=100)
def test_merging_is_associative_and_the_order_does_not_matter(a, b, c):
    end = 0
    runs = []
    for log in (a, b, c):
        runs.append(built([replace(one, line=one.line + end, offset=one.offset + 100 * end) for one in log]))
        end += max((one.line for one in log), default=0)
    x, y, z = runs
    left = merge_runs(merge_runs(x, y), z)
    assert same(left, merge_runs(x, merge_runs(y, z)))
    assert same(merge_runs(x, y), merge_runs(y, x))


@given(logs(20))
def test_an_empty_run_changes_nothing(log):
    one = built(log)
    assert same(one, merge_runs(one, Run()), merge_runs(Run(), one))


@given(logs(30), logs(30))
def test_groups_merge_like_lists(a, b):
    for one in (a, b):
        for index, entry in enumerate(one):
            one[index] = replace(entry, fingerprint="one", rule="one", severity=Severity.ERROR, kind="k")
    shifted = [replace(one, line=one.line + 1000, offset=one.offset + 100_000) for one in b]
    if not a or not b:
        return
    builders = [GroupBuilder() for _ in range(3)]
    builders[0].add_all(list(a))
    builders[1].add_all(list(shifted))
    builders[2].add_all([*shifted, *a])
    first, second, both = (builder.freeze() for builder in builders)
    assert merge_groups(first, second) == both == merge_groups(second, first)


def compiled(micros: list, durations: list, lines: list) -> Counts:
    own = counter()
    assert own is not None
    own.add_column(Kind(None not in micros, True), blocking=False)
    rows = [
        number for at, took, line in zip(micros, durations, lines, strict=True) for number in (0, at or 0, took, line)
    ]
    own.add(array("q", rows).tobytes(), [0])
    [part] = own.parts()
    assert list(part.lines) == lines
    assert part.column == part.choice == 0
    return part.counts


needs_compiled = pytest.mark.skipif(native.Counter is None, reason="nothing is compiled here")


@pytest.mark.parametrize(
    "way", [lambda micros, durations, lines: counts_of(micros, durations), pytest.param(compiled, marks=needs_compiled)]
)
@given(log=logs(30))
def test_the_dense_path_says_the_same(log, way):
    template = finding("slow-callback", took=0.2, text="Executing", task="poller", debug=True)
    if way is compiled and any(one.timestamp is None for one in log):
        log = [replace(one, timestamp=None) for one in log]
    dense = [
        replace(template, line=number, offset=one.offset, timestamp=one.timestamp, duration=one.duration or 0)
        for number, one in enumerate(log, 1)
    ]
    builder = RunBuilder()
    if dense:
        builder.add(dense[0])
        builder.apart()
    if rest := dense[1:]:
        micros = [None if one.timestamp is None else one.timestamp.micros for one in rest]
        durations = [one.duration for one in rest]
        stamps = [one.timestamp for one in rest]
        lines = [one.line for one in rest]
        columns = Columns(template, way(micros, durations, lines), lines, earliest(stamps), latest(stamps))
        builder.add_many(columns)
        builder.add_blocked(micros, durations)
        longest = max(durations)
        builder.add_worst(template.fingerprint, longest, lambda: rest[durations.index(longest)])
        builder.add_end(rest[-1])
        for before, after in pairwise(dense):
            builder.add_pair(before, after)
    assert same(builder.finish(), built(dense))


@given(logs(30))
def test_the_size_of_the_buffer_does_not_matter(log):
    whole = built(log)
    before, run_module._BUFFER = run_module._BUFFER, 3
    try:
        assert same(built(log), whole)
    finally:
        run_module._BUFFER = before


def test_memory_follows_the_groups():
    names = [finding(line=n, test=f"test_{n}", exception_message="x" * n, task=f"worker {n}") for n in range(1, 2000)]
    group = built(names).groups["asynclog/v1:task-destroyed-pending"]
    for counts in (group.tests, group.tasks):
        assert len(counts) == tally.KEPT + 1
        assert sum(counts.values()) == group.count
    assert len(group.samples) == 3


@given(st.lists(st.text(max_size=3), max_size=60), st.integers(1, 5))
def test_bounded_tallies_do_not_depend_on_the_order(names, limit):
    def counted(part):
        result = {}
        for name in part:
            result = tally.merge(result, {name: 1}, limit)
        return result

    half = len(names) // 2
    whole = counted(names)
    assert whole == tally.merge(counted(names[:half]), counted(names[half:]), limit) == counted(names[::-1])
    assert sum(whole.values()) == len(names)


def test_numbers_and_addresses_are_masked():
    assert tally.mask("key 12 at 0x7fAB of\n 550e8400-e29b-41d4-a716-446655440000") == "key N at N of N"
    assert len(tally.mask("x" * 10_000)) == 160


tokens = st.from_regex(r"[0-9a-f]{8,14}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", fullmatch=True)
around = st.text(alphabet="a0fx19 .-_/\n\0é", max_size=12) | st.just("word " * 30)


@given(
    token=tokens, others=st.dictionaries(tokens, st.integers(1, 9), min_size=1), texts=st.tuples(around, around, around)
)
def test_identifiers_are_masked_as_in_their_text(token, others, texts):
    text, wanted = token.join(texts), {}
    for other, count in others.items():
        name = tally.mask(text.replace(token, other))
        wanted[name] = wanted.get(name, 0) + count
    assert tally.mask_each(text, token, others) == wanted


def test_a_group_is_that_of_its_earliest_complete_finding():
    group = built(
        [
            finding(line=1, partial=True, coroutine=None),
            finding(line=5, coroutine="first"),
            finding(line=9, coroutine="second", rule="worse-rule", task="Task-3"),
        ]
    ).groups["asynclog/v1:task-destroyed-pending"]
    assert (group.coroutine, group.partial, group.samples[0].line) == ("first", 1, 5)
    assert group.tasks == {UNNAMED: 1}


def test_the_worst_rule_names_the_group():
    rules = [("a", Severity.INFO), ("a", Severity.INFO), ("c", Severity.ERROR), ("b", Severity.ERROR)]
    group = built([finding(line=n, rule=rule, severity=worst) for n, (rule, worst) in enumerate(rules, 1)]).groups
    only = group["asynclog/v1:task-destroyed-pending"]
    assert (only.rule, only.severity, only.rules) == ("b", Severity.ERROR, {"a": 2, "b": 1, "c": 1})


@pytest.mark.parametrize(
    ("second", "echoes"),
    [
        pytest.param({"line": 2}, 1, id="the next line, same time"),
        pytest.param({"line": 2, "timestamp": stamp(0.004)}, 1, id="some milliseconds later"),
        pytest.param({"line": 3}, 0, id="a line between"),
        pytest.param({"line": 2, "timestamp": stamp(0.3)}, 0, id="long enough to be another"),
        pytest.param({"line": 2, "text": "other"}, 0, id="another text"),
        pytest.param({"line": 2, "duration": 200_001}, 0, id="another duration"),
    ],
)
def test_a_record_of_two_handlers(second, echoes):
    first = finding("slow-callback", took=0.2, text="Executing x took 0.200 seconds", pid=7)
    pair = [first, replace(first, **second)]
    group = built(pair).groups["asynclog/v1:slow-callback"]
    assert group.echoes == ({"pid 7": (1, 200_000)} if echoes else {})
    assert same(built(pair), merge_runs(built(pair[1:]), built(pair[:1])))


@pytest.mark.parametrize(
    ("lives", "shutdown"),
    [
        pytest.param([None, None], 0, id="nothing known"),
        pytest.param(["Close <_UnixSelectorEventLoop>", None, None], 2, id="closed before"),
        pytest.param([None, "Close <_UnixSelectorEventLoop>", None], 1, id="closed between"),
        pytest.param(["Close <x>", "Using selector: EpollSelector", None], 0, id="a new loop"),
    ],
)
def test_findings_after_the_loop_was_closed(lives, shutdown):
    findings = [
        finding(line=n) if text is None else finding("loop-lifecycle", line=n, text=text)
        for n, text in enumerate(lives, 1)
    ]
    for cut in range(len(findings) + 1):
        run = settle(merge_runs(built(findings[:cut]), built(findings[cut:])))
        assert run.groups["asynclog/v1:task-destroyed-pending"].shutdown == shutdown
        assert not run.seams


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "run-shutdown-exception"},
        {"exception_message": "Event loop is closed"},
        {"text": "sys:1: RuntimeWarning: coroutine 'f' was never awaited"},
    ],
)
def test_findings_that_say_themselves_that_all_is_over(fields):
    assert [group.shutdown for group in built([finding(**fields)]).groups.values()] == [1]


def test_accounting_adds_up():
    builder = RunBuilder()
    builder.add(finding())
    builder.add(finding(line=2, partial=True))
    builder.add_unclassified("What is this 12?\nmore")
    builder.add_unclassified("What is this 13?")
    builder.add_malformed()
    builder.add_malformed(finding(line=3))
    told = builder.finish([SourceSpan("a", 0, 100, 9), SourceSpan("b", 1, 10, 1)]).accounting
    assert told == Accounting(10, 110, 6, 1, 1, 2, 2, {"What is this N?": 2})
    assert adds_up(told)
    assert not adds_up(replace(told, records=7))


def test_blocked_time_lies_before_the_record():
    run = run_of(finding("slow-callback", at=30, took=10))
    assert sum(total for _, total in run.blocked.cells.values()) == 10_000_000
    assert len(run.blocked.cells) > 8
    assert sum(count for count, _ in run.timeline["warning"].cells.values()) == 1


def test_sources_of_one_name_join_and_others_stay():
    a = Run(sources=(SourceSpan("a", 0, 5, 1, stamp(1), stamp(2), "json", ("x",)),))
    b = Run(
        sources=(SourceSpan("a", 0, 6, 2, stamp(0, dated=False), stamp(9), "plain", ("y",), True), SourceSpan("b", 1))
    )
    merged = merge_runs(a, b).sources
    assert merged[0] == SourceSpan("a", 0, 11, 3, stamp(1), stamp(9), "json, plain", ("x", "y"), True)
    assert [span.path for span in merged] == ["a", "b"]


def test_shards_keep_their_sources_apart():
    one = run_of(finding(line=5), finding(line=9))
    both = combine([one, one])
    assert [span.index for span in both.sources] == [0, 1]
    assert both.groups["asynclog/v1:task-destroyed-pending"].count == 4
    assert [sample.source_index for sample in both.groups["asynclog/v1:task-destroyed-pending"].samples] == [0]
    assert same(shift_sources(one, 0), one)


def test_relating_twice_changes_nothing():
    run = run_of(finding(), finding("unraisable-coroutine", line=2))
    assert relate(relate(run)) == relate(run)
