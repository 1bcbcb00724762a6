"""Compiles the C beside this file, when the package is built. Nothing here runs later."""

from __future__ import annotations

import sys
from pathlib import Path

from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

NAME = "asynclog.native.compiled"
LIMITED = "0x030B0000"  # CPython's stable interface as of 3.11: one file for it and all later ones
FOLDER = Path(__file__).parent


def compiled(into: Path) -> Path | None:
    """The extension module, made in the folder `into`; None, and why on stderr, where it cannot be compiled."""
    extension = Extension(
        NAME,
        sorted(str(file) for file in FOLDER.glob("*.c")),
        depends=sorted(str(file) for file in FOLDER.glob("*.h")),
        define_macros=[("Py_LIMITED_API", LIMITED)],
        extra_compile_args=[] if sys.platform == "win32" else ["-O3"],
        py_limited_api=True,
    )
    command = build_ext(Distribution({"name": "asynclog", "ext_modules": [extension]}))
    command.build_lib, command.build_temp = str(into), str(into / "objects")
    try:
        command.ensure_finalized()
        command.run()
    except Exception as error:  # no compiler, no headers, a free-threaded Python: all works without
        print(f"asynclog: nothing is compiled, all is done in Python, slower: {error}", file=sys.stderr)
        return None
    return Path(command.get_ext_fullpath(NAME))
