"""What collectors put before every line, taken off again, also stacked."""

from __future__ import annotations

import json

import pytest

from asynclog.read.wrappers import JSON_LINE, WRAPPERS, peel, settle_wrappers

# a line that says "hello": its wrappers, key, time
LINES = {
    "compose": ("web-1  | hello", ("compose",), "web-1", None),
    "compose, project name": ("my-web-1 | hello", ("compose",), "my-web-1", None),
    "docker logs -t": (
        "2026-01-01T00:00:00.123456789Z hello",
        ("docker-time",),
        None,
        "2026-01-01T00:00:00.123456789Z",
    ),
    "pm2": ("0|app  | hello", ("pm2",), "0|app", None),
    "pm2, time": ("0|the bot  | 2026-01-31T12:00:01: hello", ("pm2",), "0|the bot", "2026-01-31T12:00:01"),
    "grep": ("logs/app.log:hello", ("grep",), "logs/app.log", None),
    "grep -n, around a match": ("app.err.1-17-hello", ("grep",), "app.err.1", None),
    "compose, indented": ("    web-1  | hello", ("compose",), "web-1", None),
    "ray": ("(Replica:default:Pay pid=977) hello", ("ray",), "Replica:default:Pay pid=977", None),
    "kubectl --prefix": ("[pod/web-7d9/app] hello", ("kubectl",), "web-7d9/app", None),
    "foreman": ("12:00:00 web.1   | hello", ("foreman",), "web.1", "12:00:00"),
    "CRI": ("2026-01-01T00:00:00.123456789Z stderr F hello", ("cri",), "stderr", "2026-01-01T00:00:00.123456789Z"),
    "GitHub Actions": ("2026-01-01T00:00:00.1234567Z hello", ("github-actions",), None, "2026-01-01T00:00:00.1234567Z"),
    "journald": ("Jan 31 12:00:00 host app[4711]: hello", ("syslog",), "host app[4711]", "Jan 31 12:00:00"),
    "journald, French": ("janv. 31 12:00:00 host app[4711]: hello", ("syslog",), "host app[4711]", "janv. 31 12:00:00"),
    "journald, day first": ("31 Jan 12:00:00 host app[4711]: hello", ("syslog",), "host app[4711]", "31 Jan 12:00:00"),
    "syslog with priority": ("<30>Jan 31 12:00:00 host app: hello", ("syslog",), "host app", "Jan 31 12:00:00"),
    "journald short-iso": (
        "2026-01-31T12:00:00+0100 host python[4711]: hello",
        ("syslog-iso",),
        "host python[4711]",
        "2026-01-31T12:00:00+0100",
    ),
    "Heroku": (
        "2026-01-31T12:00:00.123456+00:00 app[web.1]: hello",
        ("syslog-iso",),
        "app[web.1]",
        "2026-01-31T12:00:00.123456+00:00",
    ),
    "RFC 5424": (
        "<165>1 2026-01-31T12:00:00.003Z host app 4711 ID47 - hello",
        ("syslog-5424",),
        "host app 4711",
        "2026-01-31T12:00:00.003Z",
    ),
    "compose in CRI": (
        "2026-01-01T00:00:00.1Z stderr F web-1  | hello",
        ("cri", "compose"),
        "stderr web-1",
        "2026-01-01T00:00:00.1Z",
    ),
    "CRI in compose": (
        "web-1  | 2026-01-01T00:00:00.1Z stderr F hello",
        ("compose", "cri"),
        "web-1 stderr",
        "2026-01-01T00:00:00.1Z",
    ),
    "compose in journald": (
        "Jan 31 12:00:00 host docker[1]: web-1  | hello",
        ("syslog", "compose"),
        "host docker[1] web-1",
        "Jan 31 12:00:00",
    ),
    "none": ("hello", (), None, None),
    "level and bar": ("ERROR | hello", (), None, None),
    "time and bar": ("2026-01-31 12:00:00 | hello", (), None, None),
}


@pytest.mark.parametrize(("line", "names", "key", "time"), LINES.values(), ids=LINES)
def test_wrappers_are_found_and_taken_off(line: str, names: tuple[str, ...], key: str | None, time: str | None) -> None:
    assert settle_wrappers([line] * 3) == names
    peeled = peel(line, names)
    assert peeled.rest == line[line.index("hello") :] if names else line
    assert (peeled.key, peeled.time) == (key, time)
    assert line[peeled.start :] == peeled.rest


def test_every_wrapper_has_a_row() -> None:
    assert {wrapper.name for wrapper in WRAPPERS} - {JSON_LINE, "fluentd"} == {
        name for _, names, _, _ in LINES.values() for name in names
    }


@pytest.mark.parametrize("name", [name for name, row in LINES.items() if row[1]])
def test_what_is_behind_a_wrapper_is_kept_to_the_letter(name: str) -> None:
    line, names, _, _ = LINES[name]
    for text in ("    indented", "", '  File "a.py", line 1, in <module>', "| a | b |"):
        assert peel(line.replace("hello", text), names).rest == text


def test_split_lines_are_marked() -> None:
    assert peel("2026-01-01T00:00:00.0Z stdout P hel", ("cri",)).partial
    assert not peel("2026-01-01T00:00:00.1Z stdout F lo", ("cri",)).partial


def test_a_line_without_the_wrapper_stays_whole() -> None:
    assert peel("hello", ("cri",)).rest == "hello"
    assert peel("web-1  | hello", ("compose", "cri")).rest == "hello"


def test_most_lines_decide() -> None:
    wrapped = ["web-1  | a", "db-1   | b", "web-1  | c", "web-1  | d"]
    assert settle_wrappers([*wrapped, "Attaching to web-1, db-1"]) == ("compose",)
    assert settle_wrappers([*wrapped, "a", "b", "c", "d"]) == ()
    assert settle_wrappers([]) == ()


def test_a_table_is_no_wrapper() -> None:
    assert settle_wrappers(["name | count", "web | 3", "INFO | x", "a b c | x"]) == ()


def docker(text: str, stream: str = "stderr") -> str:
    return json.dumps({"log": text, "stream": stream, "time": "2026-01-31T12:00:00.123456789Z"})


def test_json_around_single_lines() -> None:
    lines = [docker("ERROR:asyncio:x\n"), docker('  File "a.py", line 1\n'), docker("a part", "stdout")]
    names = settle_wrappers(lines)
    assert names == (JSON_LINE,)
    peeled = [peel(line, names) for line in lines]
    assert [part.rest for part in peeled] == ["ERROR:asyncio:x", '  File "a.py", line 1', "a part"]
    assert [part.key for part in peeled] == ["stderr", "stderr", "stdout"]
    assert [part.partial for part in peeled] == [False, False, True]
    assert {part.time for part in peeled} == {"2026-01-31T12:00:00.123456789Z"}


def test_json_around_whole_entries_is_no_wrapper() -> None:
    assert settle_wrappers([json.dumps({"message": "hello", "level": "info"})] * 3) == ()


def test_fluentd() -> None:
    entry = '{"log":"  File \\"a.py\\", line 1, in f\\n","stream":"stderr","time":"2026-01-31T12:00:00Z"}'
    line = f"2026-01-31 12:00:00.000000000 +0000 kube.app: {entry}"
    names = settle_wrappers([line])
    assert names == ("fluentd", JSON_LINE)
    peeled = peel(line, names)
    assert (peeled.rest, peeled.key, peeled.time) == (
        '  File "a.py", line 1, in f',
        "kube.app stderr",
        "2026-01-31T12:00:00Z",
    )


TAGS = {
    "task runner": "[api] ",
    "pad": "    default: ",
    "tox": "py312: ",
    "MPI": "[1,0]<stderr>: ",
    "stern": "web-7d9f6c5b-x2x4z app ",
    "cat -n": "    12\t",
    "grep -n": "815:",
    "behind one that is known": "web-1  | [worker] ",
}


@pytest.mark.parametrize("tag", TAGS.values(), ids=TAGS)
def test_tags_that_stand_before_every_line(tag: str) -> None:
    whole = ["Task exception was never retrieved", "future: <Task finished>", "", "Traceback (most recent call last):"]
    whole += ['  File "/srv/a.py", line 3, in job', "    raise KeyError(1)", "KeyError: 1"]
    wrappers = settle_wrappers([tag + line for line in whole])
    assert [peel((tag + line).rstrip(" "), wrappers).rest for line in whole] == whole


def test_numbers_of_lines_are_no_writers() -> None:
    lines = [f"{number}:future: <Task finished>" for number in range(9)]
    assert {peel(line, settle_wrappers(lines)).key for line in lines} == {None}
    ranks = [f"[1,{number % 2}]<stderr>: future: <Task finished>" for number in range(9)]
    assert {peel(line, settle_wrappers(ranks)).key for line in ranks} == {"[1,0]<stderr>:", "[1,1]<stderr>:"}


@pytest.mark.parametrize("prefix", ["ERROR: ", "2026-01-31 12:00:00 ", "asyncio: ", "E   12:00:00 ", "got 'x': "])
def test_prefixes_of_records_are_no_tags(prefix: str) -> None:
    assert settle_wrappers([prefix + "Traceback (most recent call last):", prefix + "future: <Task finished>"]) == ()
