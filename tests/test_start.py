"""What a start may load and do: a small log costs little more than Python and click. Lists, never times."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asynclog.classify.precompiled import NAME
from asynclog.classify.rulebook import precompiled
from asynclog.classify.rulefiles import builtin_folder

ROOT = Path(__file__).resolve().parents[1]
LOG = "sample_logs/develop_2014/task_destroyed.log"

#: What was found in starts and had no business there, or would cost milliseconds if it came.
DEAR = {
    "asyncio", "concurrent.futures", "dataclasses", "decimal", "email", "fractions", "hashlib", "html",
    "http", "importlib.metadata", "importlib.resources", "ipaddress", "json", "logging", "multiprocessing", "pickle",
    "random", "shutil", "signal", "socket", "ssl", "statistics", "string", "subprocess", "tempfile", "tomllib",
    "urllib.parse", "xml",
}  # fmt: skip
NEVER = {
    "certifi", "distributed", "fsspec", "isal", "jinja2", "markupsafe", "numpy", "orjson", "pandas", "rich", "scipy",
    "yaml", "zstandard",
}  # fmt: skip
#: Our own that serve other commands, other formats or rarer logs.
OTHERS = {
    "asynclog.api", "asynclog.frames", "asynclog.questions", "asynclog.aggregate.compare", "asynclog.aggregate.trend",
    "asynclog.aggregate.accepted", "asynclog.aggregate.gate", "asynclog.classify.examples", "asynclog.classify.explain",
    "asynclog.classify.redact", "asynclog.commands.comparing", "asynclog.render.changes", "asynclog.render.html",
    "asynclog.render.markdown", "asynclog.render.text_changes",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _rules_are_precompiled() -> None:
    """As in an installed package."""
    folder = builtin_folder()
    (folder / NAME).write_bytes(precompiled(folder))


def told(code: str) -> set[str]:
    """The words that `code` prints last, in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return set(done.stdout.rpartition("\n\n")[2].split())


def loaded(code: str) -> set[str]:
    """The modules that `code` loads beyond what click and pathlib do."""
    after = told(
        f"import sys, click, pathlib\nbefore = set(sys.modules)\n{code}\nprint(); print(*sys.modules.keys() - before)"
    )
    return after | {name.rpartition(".")[0] for name in after}


def analyzing(*more: str) -> str:
    return f"from asynclog.__main__ import main\nmain({['analyze', LOG, *more]!r})"


def test_a_text_report():
    assert loaded(analyzing()) & (DEAR | NEVER | OTHERS) == set()


def test_a_text_report_in_colour():
    code = "import os\nos.environ['COLUMNS'] = '140'\n" + analyzing("--color", "always", "-v")
    assert loaded(code) & (DEAR | NEVER | OTHERS) == set()


def test_a_saved_report():
    theirs = {"orjson", "json", "dataclasses"}  # orjson loads the others
    assert loaded(analyzing("-f", "json")) & (DEAR | NEVER | OTHERS) <= theirs


@pytest.mark.parametrize("module", ["asynclog.pipeline", "asynclog.commands.analyze", "asynclog.render.text"])
def test_imports_compile_no_pattern(module: str) -> None:
    """They are `asynclog.lazy`'s: compiled when they are asked."""
    code = (
        "import re, sys, click\n"
        "real, found = re.compile, []\n"
        "def watched(*given):\n"
        "    caller = sys._getframe(1)\n"
        "    name = caller.f_globals.get('__name__', '')\n"
        "    if name.startswith('asynclog'):\n"
        "        found.append(f'{name}:{caller.f_lineno}')\n"
        "    return real(*given)\n"
        "re.compile = watched\n"
        f"import {module}\n"
        "print(); print(*found)"
    )
    assert told(code) == set()


def test_a_start_parses_no_yaml_and_checks_no_shipped_rule():
    code = (
        "from asynclog.classify import rulecheck, rulefiles\n"
        "rulefiles.parse_documents = rulecheck._fits = None\n" + analyzing() + "\nprint(); print('done')"
    )
    assert told(code) == {"done"}
