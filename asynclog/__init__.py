"""asynclog: an offline post-mortem analyzer for the logs of asyncio programs.

The names of the API are imported when they are asked for: a worker that needs a submodule pays for no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asynclog.api import Analysis, AsynclogError, Comparison, Trends, analyze, diff, trend

__all__ = ["Analysis", "AsynclogError", "Comparison", "Trends", "analyze", "diff", "trend"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name in __all__:
        from asynclog import api

        return getattr(api, name)
    if name == "__version__":
        from importlib.metadata import version

        return version("asynclog")
    raise AttributeError(f"module 'asynclog' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, "__version__"])
