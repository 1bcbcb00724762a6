"""Build hook of hatchling: what can be done once, when the package is built, is not done at each start."""

from __future__ import annotations

import sys
from compileall import compile_dir
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Precompile(BuildHookInterface[Any]):
    """Writes `precompiled.bin` beside the rules; what reads it is `asynclog/classify/precompiled.py`.

    In the checkout of an editable install also byte-code beside the code, as pip does for what it copies.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files of the wheel are collected."""
        sys.path.insert(0, self.root)
        try:
            from asynclog.classify.precompiled import NAME
            from asynclog.classify.rulebook import precompiled
        finally:
            sys.path.remove(self.root)
        folder = Path(self.root, "rules")
        (folder / NAME).write_bytes(precompiled(folder))
        if version == "editable":
            compile_dir(Path(self.root, "asynclog"), quiet=2)
