"""Line ends are counted the same way whatever counts them."""

from __future__ import annotations

import random

import pytest

from asynclog.read.newlines import newlines

TEXTS = {
    "long lines": b"".join(b"x" * random.Random(n).randrange(300) + b"\n" for n in range(2000)),
    "short lines": b"ab\n" * 50_000,
    "long lines, then short ones": b"x" * 5000 + b"\n" * 9000,
    "no line": b"x" * 10_000,
    "empty lines": b"\n" * 10_000,
    "nothing": b"",
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_as_bytes_count_does(text: bytes) -> None:
    spans = ((0, len(text)), (0, len(text) + 10), (7, len(text) - 7), (5000, 9500), (len(text), 0))
    for start, end in (span for span in spans if span[0] <= len(text)):
        assert newlines(text, start, end) == text.count(b"\n", start, end)
