"""Build hook of hatchling: what can be done once, when the package is built, is not done at each start."""

from __future__ import annotations

import shutil
import sys
import sysconfig
import tempfile
from compileall import compile_dir
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


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
        finally:
            sys.path.remove(self.root)
        folder = Path(self.root, "rules")
        (folder / NAME).write_bytes(precompiled(folder))
        self._built = tempfile.mkdtemp()
        module = compiled(Path(self._built))
        if module is not None:
            place = Path("asynclog", "native", module.name)
            build_data["pure_python"] = False
            build_data["tag"] = f"cp311-abi3-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
            if version == "editable":
                beside = Path(self.root, f"{place}.new")  # a process may run what is there
                shutil.copy(module, beside)
                beside.replace(Path(self.root, place))
            else:
                build_data["force_include"][str(module)] = str(place)
        if version == "editable":
            compile_dir(Path(self.root, "asynclog"), quiet=2)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """After the wheel was written."""
        shutil.rmtree(self._built, ignore_errors=True)
