"""The shipped rules, parsed ahead of time: YAML costs a small log more than everything else.

`rules/precompile.py` writes `precompiled.bin` when the package is built. It holds what `parse_documents` gives for each
file, and the checksum of all of them; where they were edited since, or the file is missing or odd, the YAML counts. Its
rules were checked when it was written, and are not again at each start.
"""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from asynclog.classify.rulefiles import OTHERS, Plain, builtin_folder, read_plain, rule_files

NAME = "precompiled.bin"
_FORMAT = 4  # of marshal; every CPython since 3.4 reads it


def packed(folder: Path, check: Callable[[list[Plain]], object]) -> bytes:
    """What belongs into `precompiled.bin` of a rules folder; `check` gets the rule files and raises where one is broken."""
    files = _files(folder)
    documents = _parsed(files, folder)
    check([document for name, document in documents.items() if name not in OTHERS])
    return marshal.dumps((_sum(files), documents), _FORMAT)


def builtin_rules() -> list[Plain]:
    """The shipped rule files, as `read_plain` gives them."""
    return [document for name, document in _documents()[0].items() if name not in OTHERS]


def builtin_checked() -> bool:
    """Whether they are known to be without mistakes."""
    return _documents()[1]


def builtin_data(name: str) -> dict[str, Any]:
    """The plain data of a shipped file that holds no rules."""
    data: dict[str, Any] = _documents()[0][name]["data"]
    return data


@lru_cache(maxsize=1)
def _documents() -> tuple[dict[str, Plain], bool]:
    """What each file says, and whether that was checked before."""
    folder = builtin_folder()
    files = _files(folder)
    try:
        checksum, documents = marshal.loads((folder / NAME).read_bytes())
        if checksum == _sum(files):
            return documents, True
    except (OSError, EOFError, TypeError, ValueError):
        pass  # what is wrong with the YAML files themselves is told below
    return _parsed(files, folder), False


def _files(folder: Path) -> list[Path]:
    return [*rule_files(folder), *(folder / name for name in sorted(OTHERS))]


def _parsed(files: list[Path], folder: Path) -> dict[str, Plain]:
    return {file.name: document for file, document in zip(files, read_plain(files, folder.parent), strict=True)}


def _sum(files: list[Path]) -> int:
    """A checksum over names and texts: of edits, not of malice, for who can write here can edit the code as well."""
    return zlib.crc32(b"\0".join(part for file in files for part in (file.name.encode(), file.read_bytes())))
