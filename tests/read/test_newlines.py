"""Line ends are counted the same way whatever counts them."""

from __future__ import annotations

import random
import sys

import pytest

from asynclog.read import newlines as module

TEXTS = {
    "long lines": b"".join(b"x" * random.Random(n).randrange(300) + b"\n" for n in range(2000)),
    "short lines": b"ab\n" * 50_000,
    "long lines, then short ones": b"x" * 5000 + b"\n" * 9000,
    "no line": b"x" * 10_000,
    "empty lines": b"\n" * 10_000,
    "nothing": b"",
}


@pytest.mark.parametrize("expected", [None, 1 << 20, 4 << 30])
@pytest.mark.parametrize("numpy", ["not loaded", "loaded", "missing"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_as_bytes_count_does(text: bytes, numpy: str, expected: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as library

    monkeypatch.setattr(module, "_counted", 0)
    monkeypatch.setattr(module, "_pays", module._PAYS_PERHAPS)
    if numpy == "missing":
        monkeypatch.setitem(sys.modules, "numpy", None)
    elif numpy == "not loaded":
        monkeypatch.setattr(module, "sys", type("without numpy", (), {"modules": {}}))
    else:
        monkeypatch.setitem(sys.modules, "numpy", library)
    if numpy != "not loaded" or expected != 4 << 30:  # it is not loaded twice in one process
        module.expect(expected)
    spans = ((0, len(text)), (0, len(text) + 10), (7, len(text) - 7), (5000, 9500), (len(text), 0))
    for start, end in (span for span in spans if span[0] <= len(text)):
        assert module.newlines(text, start, end) == text.count(b"\n", start, end)
