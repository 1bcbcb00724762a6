"""The package works from a wheel, an editable install and a bare checkout, and holds what it needs."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from asynclog import patterns
from asynclog.read import shapes

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
RULES = sorted(file.name for file in (ROOT / "rules").iterdir() if file.suffix != ".bin" and file.is_file())
LOG = ROOT / "sample_logs" / "develop_2014" / "task_destroyed.log"

pytest.importorskip("hatchling")


def build(what: str, folder: Path) -> Path:
    """The file that hatchling's build backend makes; no network, no isolated environment."""
    code = f"import sys; from hatchling.build import {what}; print({what}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("build_wheel", tmp_path_factory.mktemp("wheel"))


def analyzed(path: str, cwd: Path, *, site: bool = False) -> str:
    """What `python -m asynclog analyze` says with the package from `path`; also where the package was found.

    Without the environment's own asynclog: its site-packages come last and their .pth files are not read.
    """
    add = f"import site; site.addsitedir({path!r})" if site else f"sys.path.insert(0, {path!r})"
    code = (
        f"import sys; {add}; sys.path.append({sysconfig.get_path('purelib')!r})\n"
        "import asynclog, runpy; print(asynclog.__file__, flush=True)\n"
        f"sys.argv = ['asynclog', 'analyze', {str(LOG)!r}, '-f', 'concise']\n"
        "runpy.run_module('asynclog', run_name='__main__')"
    )
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_code_rules_types_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        info = f"asynclog-{PROJECT['version']}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
        scripts = archive.read(f"{info}/entry_points.txt").decode()
    assert {f"asynclog/rules/{name}" for name in (*RULES, "precompiled.bin")} <= names
    assert "asynclog/py.typed" in names
    assert f"{info}/licenses/LICENSE" in names
    code = {str(file.relative_to(ROOT)) for file in (ROOT / "asynclog").rglob("*.py")} - {"asynclog/native/build.py"}
    assert code <= names
    assert not {name for name in names if name.endswith((".c", ".h"))}
    assert not {name for name in names if name.split("/")[0] not in ("asynclog", info)}
    assert "asynclog = asynclog.__main__:main" in scripts
    assert f"Requires-Python: {PROJECT['requires-python']}" in metadata
    assert "License-Expression: MIT" in metadata


def test_the_wheel_holds_patterns_of_this_python(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        key, made = marshal.loads(archive.read(f"asynclog/{patterns.NAME}"))
    assert key == patterns._KEY
    assert (shapes.TASK_NAME.pattern, 0) in made
    assert len(made) > 300


def test_the_wheel_works(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    out = analyzed(str(tmp_path / "site"), tmp_path)
    assert out.startswith(str(tmp_path))
    assert "[task-destroyed-pending]" in out


def test_the_wheel_holds_what_can_be_compiled(wheel: Path, tmp_path: Path) -> None:
    """Or it is a wheel for all machines, and works as well."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if "native/compiled." in name and not name.endswith(".pyi")]
        archive.extractall(tmp_path)
    assert wheel.name.endswith("-none-any.whl") if not names else "-cp311-abi3-" in wheel.name
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from asynclog import native; print(native.Lookup is not None)"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(bool(names))


def test_without_a_compiler_the_wheel_is_built_and_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CC", "CXX", "LDSHARED"):
        monkeypatch.setenv(name, "no-such-compiler")
    monkeypatch.setenv("DISTUTILS_USE_SDK", "1")
    wheel = build("build_wheel", tmp_path)
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    assert "[task-destroyed-pending]" in analyzed(str(tmp_path / "site"), tmp_path)


def test_an_editable_install_works(tmp_path: Path) -> None:
    with zipfile.ZipFile(build("build_editable", tmp_path)) as archive:
        archive.extractall(tmp_path / "site")
    out = analyzed(str(tmp_path / "site"), tmp_path, site=True)
    assert out.startswith(str(ROOT))
    assert "[task-destroyed-pending]" in out


def test_a_bare_checkout_works(tmp_path: Path) -> None:
    out = analyzed(str(ROOT), tmp_path)
    assert out.startswith(str(ROOT))
    assert "[task-destroyed-pending]" in out


def test_a_bare_checkout_knows_its_version(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}]; sys.path.append({sysconfig.get_path('purelib')!r})\n"
        "from asynclog.__main__ import main; sys.exit(main(['--version']))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"asynclog {PROJECT['version']}")


def test_the_source_archive_can_be_tested(tmp_path: Path) -> None:
    with tarfile.open(build("build_sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", "tests/conftest.py", "sample_logs/truth.json"}
    assert wanted <= names
    assert {f"rules/{name}" for name in RULES} <= names


def test_the_code_needs_nothing_that_is_not_declared() -> None:
    """Every third-party module imported by the package is a dependency or guarded by a fallback."""
    import ast

    extras = PROJECT["optional-dependencies"]  # these two are named in the error where they are missing
    names = [*PROJECT["dependencies"], *extras["remote"], *extras["dask"]]
    declared = {name.split(">")[0].split("[")[0].strip().lower().replace("-", "_") for name in names}
    declared = {{"pyyaml": "yaml"}.get(name, name) for name in declared}
    used = set()
    build = ROOT / "asynclog" / "native" / "build.py"
    for file in {*(ROOT / "asynclog").rglob("*.py")} - {build}:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                used.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                used.add(str(node.module).split(".")[0])
    assert used - set(sys.stdlib_module_names) - {"asynclog"} <= declared
