"""Exception contexts that a handler printed as a dict, written out as the default handler would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynclog.read.contexts import begins, flatten

TASK = "<Task finished name='T' coro=<f() done, defined at /srv/a.py:1> exception=ValueError('boom, {x}')>"
CONTEXTS = {
    "message alone": ("{'message': 'Unclosed client session'}", "Unclosed client session"),
    "future and exception": (
        f"{{'message': 'Task exception was never retrieved', 'exception': ValueError('boom'), 'future': {TASK}}}",
        f"Task exception was never retrieved\nfuture: {TASK}\nValueError: boom",
    ),
    "double quotes": (
        """{"message": "Exception in callback f('x')", "handle": <Handle f('x') at /srv/a.py:1>}""",
        "Exception in callback f('x')\nhandle: <Handle f('x') at /srv/a.py:1>",
    ),
    "keys in order": (
        "{'message': 'm', 'transport': <T 1>, 'protocol': <P 2>}",
        "m\nprotocol: <P 2>\ntransport: <T 1>",
    ),
    "frames are left out": (
        "{'message': 'm', 'source_traceback': [<FrameSummary file a.py, line 1 in f>], 'task': <Task pending>}",
        "m\ntask: <Task pending>",
    ),
    "no exception": ("{'message': 'm', 'exception': None}", "m"),
    "exception without text": ("{'message': 'm', 'exception': CancelledError()}", "m\nCancelledError"),
    "exception with a comma": ("{'message': 'm', 'exception': OSError(2, 'No, file')}", "m\nOSError: 2, 'No, file'"),
    "old exception repr": ("{'message': 'm', 'exception': ValueError('boom',)}", "m\nValueError: boom"),
    "repr with arrow and less-than": ("{'message': 'm', 'handle': <Handle f(a < 1) at a.py:1>}", None),
    "cut": ("{'message': 'm', 'future': <Task finish", "m\nfuture: <Task finish"),
    "what follows is none of it": ("{'message': 'm'} and more {'x': 1}", "m"),
}


@pytest.mark.parametrize(("text", "record"), CONTEXTS.values(), ids=CONTEXTS)
def test_contexts(text: str, record: str | None) -> None:
    flat = flatten(text)
    if record is None:
        assert flat is not None
        assert flat.startswith("m\nhandle: <Handle f(a < 1)")
    else:
        assert flat == record


@pytest.mark.parametrize("text", ["{}", "{'a': 1}", "no dict", "", "{'messages': 'x'}"])
def test_what_is_no_context(text: str) -> None:
    assert flatten(text) is None


@pytest.mark.parametrize(
    ("before", "start"),
    [
        ("{'message': '", 0),
        ("ERROR app: caught {'message': '", 18),
        ('ERROR {"message": "', 6),
        ("{'exception': ValueError('x'), 'message': '", 0),
        ("the message is '", None),
        ("{'text': '", None),
        ("", None),
    ],
)
def test_where_the_dict_begins(before: str, start: int | None) -> None:
    assert begins(before) == start


@given(st.text(alphabet="{}[]()<>'\",: \\amesg=", max_size=80))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    flatten("{'message': '" + text)
    begins(text)
