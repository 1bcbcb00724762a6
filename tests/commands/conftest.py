"""A folder of its own for every test, and the command line called in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from asynclog.__main__ import main


class Done(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from or written to where the tests were started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Calls asynclog in this process."""

    def call(*words: object) -> Done:
        code = main([str(word) for word in words])
        return Done(code, *capfd.readouterr())

    return call
