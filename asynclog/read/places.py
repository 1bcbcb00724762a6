"""Where logs are: on this machine, or behind a URL that fsspec knows (`s3://`, `gs://`, `hdfs://`, `http://` ...).

fsspec is an extra and is loaded for URLs only. What goes wrong far away becomes an OSError while reading, like a disk's.
"""

from __future__ import annotations

import glob
import io
import os
import stat
from typing import Any, BinaryIO, cast

from asynclog.errors import InputError

_BLOCK = 4 << 20  # bytes that are fetched at once


def is_url(path: str) -> bool:
    """Whether `path` names something behind a URL."""
    return "://" in path


def opened(path: str, buffering: int = -1) -> BinaryIO:
    """The bytes at `path`, seekable; OSError where they cannot be opened, InputError where a package is missing."""
    if not is_url(path):
        return open(path, "rb", buffering=buffering)
    system, name = _system(path)
    try:
        return cast("BinaryIO", _Remote(system.open(name, "rb", block_size=_BLOCK)))
    except Exception as error:
        raise _unreachable(path, error) from error


def size_of(path: str) -> int | None:
    """Bytes at `path`, None where that is not known before reading; raises InputError where nothing can be read."""
    if path == "-":
        return None
    if not is_url(path):
        try:
            status = os.stat(path)
        except OSError as error:
            raise InputError(f"{path}: {error.strerror}", "check that the file may be read") from None
        return status.st_size if stat.S_ISREG(status.st_mode) else None  # a pipe is read once, like standard input
    system, name = _system(path)
    try:
        size = system.size(name)
    except Exception as error:
        raise _unreachable(path, error) from error
    return size if isinstance(size, int) and path.partition(":")[0] != "memory" else None  # only this process has that


def matching(pattern: str) -> list[str]:
    """The URLs that a pattern such as `s3://logs/app.log*` names, sorted; `pattern` itself where it is none."""
    if not glob.has_magic(pattern.partition("://")[2]) or pattern.startswith("http"):
        return [pattern]
    system, name = _system(pattern)
    try:
        return sorted(str(system.unstrip_protocol(found)) for found in system.glob(name))
    except Exception as error:
        raise _unreachable(pattern, error) from error


def _system(path: str) -> tuple[Any, str]:
    """The file system of a URL and the name in it."""
    try:
        import fsspec
    except ImportError:
        raise InputError(
            f"{path}: reading URLs needs the package fsspec", "pip install 'asynclog[remote]', or fetch the file"
        ) from None
    try:
        system, name = fsspec.core.url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{path}: {error}", "fsspec needs a package for each kind of URL: s3fs, gcsfs, adlfs, aiohttp, pyarrow ..."
        ) from None
    return system, name


def _unreachable(path: str, error: Exception) -> InputError:
    reason = "no such file" if isinstance(error, FileNotFoundError) else str(error) or type(error).__name__
    return InputError(f"{path}: {reason}", "check the address and the rights; fsspec takes them from its usual places")


class _Remote(io.RawIOBase):
    """A file of fsspec whose failures, whatever its library calls them, are OSErrors."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - fsspec has no types
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._file.seekable())

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._file.read(len(buffer))
        except Exception as error:
            raise OSError(str(error) or type(error).__name__) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()
