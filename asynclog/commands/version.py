"""`asynclog --version`: what a bug report needs."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

_LIBRARIES = (
    "click", "pyyaml", "jinja2", "ahocorasick_rs", "orjson", "isal", "zstandard", "pandas", "scipy",
)  # fmt: skip


def version() -> str:
    """One line for asynclog, one for the ground that it stands on, one for the libraries. Imports none of them."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    libraries = ", ".join(f"{name} {_installed(name)}" for name in _LIBRARIES)
    return f"asynclog {_installed('asynclog')}\n{python} on {platform.platform()}\n{libraries}"


def _installed(name: str) -> str:
    try:
        return installed(name)
    except PackageNotFoundError:
        return "missing"
