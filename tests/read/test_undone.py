"""What a page, a program or an export did to a line is undone, and nothing else is touched."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.read.pasted import undone

LINES = {
    "entities": (
        "task: &lt;Task name=&#x27;a&#x27; cb=[f() at &quot;x&quot;]&gt;",
        "task: <Task name='a' cb=[f() at \"x\"]>",
    ),
    "an entity twice": ("a &amp;lt; b", "a &lt; b"),
    "curly": ("  File “/srv/a.py”, line 3, in f", '  File "/srv/a.py", line 3, in f'),
    "curly name": (
        "RuntimeWarning: coroutine ‘f’ was never awaited",
        "RuntimeWarning: coroutine 'f' was never awaited",
    ),
    "bytes": (r"INFO run b'ERROR:asyncio:it\'s here\n'", "INFO run ERROR:asyncio:it's here"),
    "bytes with the other quote": ("b\"task: <Task name='a'>\\r\\n\"", "task: <Task name='a'>"),
    "row": ('"2026-01-31T12:00:00.1Z","[ERROR]\tsays ""x"""', '2026-01-31T12:00:00.1Z [ERROR]\tsays "x"'),
    "row that goes on": ('2026-01-31 12:00:00,web,"Unclosed', "2026-01-31 12:00:00 web Unclosed"),
    "row of milliseconds": ('1769860800123,"ERROR x"', "1769860800123 ERROR x"),
    "code": ("`client_session: <Session object at 0x7f0011>`", "client_session: <Session object at 0x7f0011>"),
    "a bar of progress": ("copy:  6%|█▌    | 8/130 [00:00<00:12,  9.47it/s]Unclosed", "Unclosed"),
    "two bars": (" 0%|    | 0/2 [00:00<?, ?it/s]\r50%|##  | 1/2 [00:03<00:03, 3.1s/it] Unclosed", "Unclosed"),
    "annotated": ("Error:     raise Closed('x')", "    raise Closed('x')"),
    "annotated as sent": ("##[error]    raise Closed('x')", "    raise Closed('x')"),
    "line of a cell": ('  File ""/srv/a.py"", line 3, in f', '  File "/srv/a.py", line 3, in f'),
}
AS_THEY_ARE = [
    "GET /a?x=1&amp;y=<b>",
    "GET /a?x=1&y=2&copy=3",
    "exception=ValueError('it said “no”, that’s all')",
    r"ValueError: got b'abc\n'",
    r"sent b'abc' and b'def\n' to it",
    r"sent ab'c\n'",
    r"wrote b'a' 'b\n'",
    '2026-01-31 12:00:00,123 said "x","y"',
    '"a","b"',
    'print("")',
    "`Unclosed client session` is what I see",
    "`a` and `b`",
    "```",
    "copy:  6%|█▌    | 8/130 [00:00<00:12,  9.47it/s]",
    "load 93%|mem 40%|disk",
    "Error: it did not raise",
]


@pytest.mark.parametrize(("line", "plain"), LINES.values(), ids=LINES)
def test_lines(line: str, plain: str) -> None:
    assert undone(line) == plain


@pytest.mark.parametrize("line", AS_THEY_ARE)
def test_lines_that_stay(line: str) -> None:
    assert undone(line) == line


@given(st.text(max_size=200))
def test_what_was_escaped_comes_back(text: str) -> None:
    assert undone(html.escape(text)) in (text, undone(text), html.escape(text))


@given(st.text(alphabet="abc\\'\",;&lt#39“’\n\t 2026-01T:", max_size=120))
def test_any_line_is_read(text: str) -> None:
    undone(text)
