"""The house of docs/architecture.md: floors, rooms, who may import what, and how big a module may be."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "asynclog"

ROOMS = ("read", "parse", "classify", "aggregate", "render")
FLOORS = {
    "errors": 0, "slotted": 0, "lazy": 0, "patterns": 0, "model": 0, "config": 0, "codec": 0, "meter": 0, "native": 0,
    **dict.fromkeys(ROOMS, 1),
    "pipeline": 2, "engine": 2, "batches": 2, "held": 2, "questions": 2, "workers": 2, "cluster": 2, "output": 2,
    "commands": 3, "cli": 3, "api": 3, "frames": 3, "__main__": 3,
}  # fmt: skip
HEAVY = {"pandas", "scipy", "numpy", "ruptures", "sklearn"}
SCREEN = {"click", "rich", "jinja2"}
LINES = 350


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for file in sorted(PACKAGE.rglob("*.py"))}


def unit(module: str) -> str:
    """The room or top-level module that `module` belongs to; "" for the package itself."""
    return module.split(".")[1] if "." in module else ""


@cache
def imports(module: str, lazy: bool = True) -> frozenset[str]:
    """What `module` imports, absolute names; with `lazy` also inside functions. Imports for types only do not count."""
    found: set[str] = set()

    def walk(node: ast.AST) -> None:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            return
        if not lazy and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in FILES else str(node.module))
        for child in ast.iter_child_nodes(node):
            walk(child)

    walk(ast.parse(FILES[module].read_text("utf-8")))
    return frozenset(found)


def own(names: frozenset[str]) -> set[str]:
    return {name for name in names if name.split(".")[0] == "asynclog"}


def test_every_module_has_a_floor() -> None:
    assert {unit(module) for module in FILES} - {""} == set(FLOORS)


@pytest.mark.parametrize("module", FILES)
def test_imports_point_down(module: str) -> None:
    here = unit(module)
    for target in own(imports(module)):
        there = unit(target)
        if here == "":
            assert FLOORS.get(there, 9) <= 3  # the package itself may offer what is in it
        elif there == here and here in (*ROOMS, "commands"):
            continue
        elif here in ROOMS:
            assert FLOORS[there] == 0, f"{module} imports {target}: a room knows floor 0 and itself"
        else:
            assert there, f"{module} imports the package itself: a leaf must not"
            assert FLOORS[there] <= FLOORS[here], f"{module} (floor {FLOORS[here]}) imports {target}, which is above it"
            assert there not in ("__main__",)


def test_no_import_goes_in_a_circle() -> None:
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join((*way, module))
        if module in done:
            return
        for target in own(imports(module)) & set(FILES):
            if target != "asynclog" and target != module:
                visit(target, (*way, module))
        done.add(module)

    for module in FILES:
        visit(module, ())


def test_only_the_pipeline_knows_more_than_one_room() -> None:
    knowing = {
        module: {unit(name) for name in own(imports(module))} & set(ROOMS)
        for module in FILES
        if unit(module) not in ROOMS
    }
    doors = {module for module, rooms in knowing.items() if rooms & {"read", "parse", "classify"}}
    assert doors <= {"asynclog.pipeline", "asynclog.engine", "asynclog.batches", "asynclog.held", "asynclog.questions"}


@pytest.mark.parametrize(
    "module", [module for module in FILES if unit(module) not in ("cli", "commands", "__main__", "render")]
)
def test_what_workers_load_knows_no_screen(module: str) -> None:
    assert {name.split(".")[0] for name in imports(module)} & SCREEN == set()


@pytest.mark.parametrize("module", FILES)
def test_heavy_packages_are_imported_where_they_are_used(module: str) -> None:
    assert {name.split(".")[0] for name in imports(module, lazy=False)} & HEAVY == set()


@pytest.mark.parametrize("module", FILES)
def test_modules_stay_small(module: str) -> None:
    assert len(FILES[module].read_text("utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("module", FILES)
def test_nothing_is_left_for_later(module: str) -> None:
    assert re.findall(r"\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError", FILES[module].read_text("utf-8")) == []


def test_renderers_read_no_clock_environment_or_file() -> None:
    for module in FILES:
        if unit(module) == "render":
            assert {name.split(".")[0] for name in imports(module)} & {
                "time",
                "os",
                "random",
                "socket",
                "tempfile",
            } == set(), module
            assert not re.search(r"(?<!def )(?<!\.)\bopen\(|\.now\(|\.today\(", FILES[module].read_text("utf-8")), (
                module
            )


def loaded(code: str) -> set[str]:
    """The top-level packages in sys.modules after `code` ran in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_help_loads_nothing_heavy() -> None:
    modules = loaded("from asynclog.__main__ import main; main(['--help'])")
    assert modules & (HEAVY | {"rich", "jinja2", "yaml", "ahocorasick_rs"}) == set()


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "concise", "csv", "markdown"])
def test_a_small_analyze_loads_nothing_heavy(form: str) -> None:
    log = "sample_logs/develop_2014/task_destroyed.log"
    modules = loaded(f"from asynclog.__main__ import main; main(['analyze', '-f', {form!r}, {log!r}])")
    assert modules & HEAVY == set()


def test_a_worker_loads_no_screen_and_nothing_heavy() -> None:
    code = (
        "from asynclog import pipeline; from asynclog.config import Settings\n"
        "pipeline.analyze(['sample_logs/develop_2014/task_destroyed.log'], Settings())"
    )
    assert loaded(code) & (HEAVY | SCREEN) == set()
