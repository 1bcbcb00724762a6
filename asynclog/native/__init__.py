"""What is done for each byte, entry or finding of a log, so often that it pays to be compiled.

All are None where nothing could be compiled when the package was built, or where ASYNCLOG_PURE is set: the same is then
done in Python, slower.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asynclog.native import compiled as types

Counter: type[types.Counter] | None = None
Lookup: type[types.Lookup] | None = None
newlines: Callable[[bytes, int, int, bytes], int] | None = None
united_cells: Callable[[list[types.Cells], int, int], types.Cells] | None = None
# these also where the processor lacks what the search is made of:
Ahead: type[types.Ahead] | None = None
Searcher: type[types.Searcher] | None = None
find_all: Callable[[bytes, bytes, int, int], list[int]] | None = None

if not os.environ.get("ASYNCLOG_PURE"):
    with suppress(ImportError, AttributeError):  # the latter: what was compiled is that of an older checkout
        from asynclog.native import compiled

        Counter, Lookup, newlines, united_cells = (
            compiled.Counter,
            compiled.Lookup,
            compiled.newlines,
            compiled.united_cells,
        )
        if hasattr(compiled, "Ahead"):
            Ahead, Searcher, find_all = compiled.Ahead, compiled.Searcher, compiled.find_all
