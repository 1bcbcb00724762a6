"""What all tests share: golden files, the option that writes them anew, and property tests that repeat themselves."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# the same examples each time, however slow and busy the machine; `--hypothesis-profile=search` looks for new ones
hypothesis_settings.register_profile(
    "repeatable", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("repeatable")

if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # what a shell gives to jobs in the background, and they to theirs
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing with them"
    )


@pytest.fixture(params=["compiled", "in Python"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of doing what `asynclog.native` does."""
    from asynclog import native

    if request.param == "in Python":
        for name in ("Lookup", "Counter", "newlines"):
            monkeypatch.setattr(native, name, None)
    elif native.Lookup is None:
        pytest.skip("nothing is compiled here")
    return str(request.param)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str | bytes], None]:
    """Compares an output with its golden file, or writes it with --update-golden."""

    def compare(path: Path, output: str | bytes) -> None:
        data = output if isinstance(output, bytes) else output.encode()
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.exists(), f"{path} is missing: pytest --update-golden"
        assert path.read_bytes().decode() == data.decode()

    return compare
