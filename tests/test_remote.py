"""Logs behind URLs: an object store and a web server on this machine give the same report as the file."""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynclog import codec, pipeline
from asynclog.__main__ import main
from asynclog.config import Settings

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "sample_logs" / "web_py313_debug.log"
NEEDED = "pip install 'asynclog[dev-remote]'"


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """An object store that holds the log; the options with which s3fs finds it."""
    pytest.importorskip("s3fs", reason=f"s3fs is not installed: {NEEDED}")
    server_module = pytest.importorskip("moto.server", reason=f"moto is not installed: {NEEDED}")
    import fsspec

    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    options = {"endpoint_url": f"http://{host}:{port}", "key": "any", "secret": "any"}
    before = fsspec.config.conf.get("s3")
    fsspec.config.conf["s3"] = options
    try:
        files = fsspec.filesystem("s3", **options)
        files.mkdir("logs")
        files.pipe("logs/web.log", WEB.read_bytes())
        files.pipe("logs/web.log.gz", gzip.compress(WEB.read_bytes()))
        files.pipe("logs/set/app.log.1", WEB.read_bytes())
        files.pipe("logs/set/app.log", WEB.read_bytes())
        yield options
    finally:
        if before is None:
            del fsspec.config.conf["s3"]
        else:
            fsspec.config.conf["s3"] = before
        server.stop()


def local(path: Path | str, name: str, **settings: int) -> bytes:
    """The report of a file, as if it were called `name`."""
    run = codec.dump_run(pipeline.analyze([str(path)], Settings(**settings)))  # type: ignore[arg-type]
    return run.replace(json.dumps(str(path)).encode(), json.dumps(name).encode())


def remote(name: str, **settings: int) -> bytes:
    return codec.dump_run(pipeline.analyze([name], Settings(**settings)))  # type: ignore[arg-type]


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("settings", [{}, {"chunk": 20_000}, {"chunk": 50_000, "window": 3000}], ids=str)
def test_a_log_in_an_object_store(settings: dict[str, int]) -> None:
    assert remote("s3://logs/web.log", **settings) == local(WEB, "s3://logs/web.log")


@pytest.mark.usefixtures("s3")
def test_a_packed_log_in_an_object_store(tmp_path: Path) -> None:
    path = tmp_path / "web.log.gz"
    path.write_bytes(gzip.compress(WEB.read_bytes()))
    assert remote("s3://logs/web.log.gz") == local(path, "s3://logs/web.log.gz")


@pytest.mark.usefixtures("s3")
def test_a_rotated_set_in_an_object_store() -> None:
    run = pipeline.analyze(["s3://logs/set/app.log*"], Settings())
    assert [span.path for span in run.sources] == ["s3://logs/set/app.log.1", "s3://logs/set/app.log"]


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("name", ["s3://logs/nothing.log", "s3://nowhere/web.log", "s3://logs/*.nothing"])
def test_what_is_not_there_is_an_error_with_a_way_out(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", name]) == 2
    err = capsys.readouterr().err
    assert f"error: {name}: " in err
    assert "Traceback" not in err


def test_from_the_command_line(s3: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "asynclog", "analyze", "s3://logs/web.log", "-f", "json"],
        capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "FSSPEC_S3": json.dumps(s3)},
    )  # fmt: skip
    assert codec.dump_run(codec.load_run(done.stdout)) == local(WEB, "s3://logs/web.log")


def test_a_log_on_a_web_server(tmp_path: Path) -> None:
    pytest.importorskip("fsspec", reason=f"fsspec is not installed: {NEEDED}")
    pytest.importorskip("aiohttp", reason=f"aiohttp is not installed: {NEEDED}")
    (tmp_path / "web.log").write_bytes(WEB.read_bytes())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        name = f"http://127.0.0.1:{server.server_port}/web.log"
        assert remote(name) == local(WEB, name)
        server.shutdown()


def test_a_log_in_memory() -> None:
    fsspec = pytest.importorskip("fsspec", reason=f"fsspec is not installed: {NEEDED}")
    fsspec.filesystem("memory").pipe("/kept/web.log", WEB.read_bytes())
    assert remote("memory://kept/web.log") == local(WEB, "memory://kept/web.log")


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    assert main(["analyze", "s3://logs/web.log"]) == 2
    err = capsys.readouterr().err
    assert "s3://logs/web.log: reading URLs needs the package fsspec" in err
    assert "asynclog[remote]" in err


def test_a_kind_of_url_that_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("fsspec", reason=f"fsspec is not installed: {NEEDED}")
    assert main(["analyze", "nonsense://logs/web.log"]) == 2
    assert "error: nonsense://logs/web.log: " in capsys.readouterr().err
