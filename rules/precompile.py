"""Build hook of hatchling: what can be done once, when the package is built, is not done at each start."""

from __future__ import annotations

import gc
import pkgutil
import shutil
import sys
import sysconfig
import tempfile
from compileall import compile_dir
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _patterns() -> bytes:
    """All regular expressions of the package, compiled: of the modules that can be loaded with what builds it, and of the rules."""
    import asynclog
    from asynclog import patterns
    from asynclog.classify.rulebook import load_builtin
    from asynclog.lazy import regex

    for module in pkgutil.walk_packages(asynclog.__path__, "asynclog."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):
                import_module(module.name)
    book = load_builtin()  # held until its patterns are found
    found = [each for each in gc.get_objects() if type(each) is regex]
    del book
    return patterns.packed((each.pattern, int(each._flags)) for each in found)


class Precompile(BuildHookInterface[Any]):
    """Writes `precompiled.bin` beside the rules (what reads it is `asynclog/classify/precompiled.py`), and compiles the C
    of `asynclog/native`, where there is a compiler.

    In the checkout of an editable install also byte-code beside the code, as pip does for what it copies.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files of the wheel are collected."""
        sys.path.insert(0, self.root)
        try:
            from asynclog.classify.precompiled import NAME
            from asynclog.classify.rulebook import precompiled
            from asynclog.native.build import compiled

            folder = Path(self.root, "rules")
            (folder / NAME).write_bytes(precompiled(folder))
            patterns = _patterns()
        finally:
            sys.path.remove(self.root)
        self._built = tempfile.mkdtemp()
        self._ship(patterns, Path("asynclog", "patterns.bin"), version, build_data)
        module = compiled(Path(self._built))
        if module is not None:
            place = Path("asynclog", "native", module.name)
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
            self._ship(module.read_bytes(), place, version, build_data)
        if version == "editable":
            compile_dir(Path(self.root, "asynclog"), quiet=2)

    def _ship(self, data: bytes, place: Path, version: str, build_data: dict[str, Any]) -> None:
        """A file that was made, at its place in the wheel, or in the checkout of an editable install."""
        made = Path(self._built, place.name)
        made.write_bytes(data)
        if version == "editable":
            beside = Path(self.root, f"{place}.new")  # a process may run what is there
            shutil.copy(made, beside)
            beside.replace(Path(self.root, place))
        else:
            build_data["force_include"][str(made)] = str(place)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the wheel was written."""
        shutil.rmtree(self._built, ignore_errors=True)
