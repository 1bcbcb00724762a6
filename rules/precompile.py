"""Build hook of hatchling: parse the shipped rules once, when the package is built, and not at each start."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Precompile(BuildHookInterface[Any]):
    """Writes `precompiled.bin` beside the rules; what reads it is `asynclog/classify/precompiled.py`."""

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
