"""The parts of a log read by the workers of a Dask cluster. Dask is an extra, loaded where `--scheduler` names one.

Workers get what they need by value: the settings, the texts of the user's rules, and where each log is. They need the
same asynclog and must see the logs: a folder that they share, or a URL.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asynclog import workers
from asynclog.errors import InputError, UsageError
from asynclog.slotted import dataclass, replace

if TYPE_CHECKING:
    from concurrent.futures import Executor

_PATIENCE = "10s"
_LOCK = threading.Lock()  # a worker may have threads, and what reads a log has one

# tasks are `pipeline.Task`, which is above this module:
# ruff: noqa: ANN401


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that answers: `size` is the number of its workers."""

    executor: Executor
    size: int
    address: str

    def spread(
        self,
        work: Callable[[Any], Any],
        tasks: Sequence[Any],
        rules: Sequence[Path],
        on_loss: Callable[[Any, str], None],
    ) -> Iterator[Any]:
        """`work` done for each of `tasks` by the cluster, in their order; `rules` are the files of the user's rules."""
        from distributed.comm.core import CommClosedError
        from distributed.scheduler import KilledWorker

        texts = tuple((str(file), file.read_text("utf-8-sig")) for file in rules)
        sent = [_portable(task, texts) for task in tasks]
        losses = (KilledWorker, CommClosedError)
        try:
            yield from workers.spread(self.executor, self.size, _Alone(work), sent, on_loss, losses)
        except ModuleNotFoundError as error:
            raise UsageError(
                f"--scheduler {self.address}: a worker has no module {error.name}", "install the same asynclog there"
            ) from None


@contextlib.contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster whose scheduler is at `address`; raises UsageError where none answers or it has no workers."""
    try:
        import distributed
    except ImportError:
        raise UsageError("--scheduler needs the package distributed", "pip install 'asynclog[dask]'") from None
    library: Any = distributed  # its types are half there
    try:
        client = library.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"--scheduler {address}: no Dask scheduler answers ({error})", "e.g. --scheduler tcp://host:8786"
        ) from None
    with client:
        size = len(client.scheduler_info(n_workers=-1)["workers"])
        if not size:
            raise UsageError(f"--scheduler {address}: the cluster has no workers", f"start some: dask worker {address}")
        yield Cluster(client.get_executor(pure=False, retries=2), size, address)


@dataclass(frozen=True, slots=True)
class _Alone:
    """`work` by one thread of a process at a time."""

    work: Callable[[Any], Any]

    def __call__(self, task: Any) -> Any:
        with _LOCK:
            return self.work(task)


def _portable(task: Any, texts: tuple[tuple[str, str], ...]) -> Any:
    """`task` for a machine that has none of the user's files but the logs."""
    settings = replace(task.settings, rules=(), rule_texts=texts)
    return task._replace(settings=settings, source=replace(task.source, at=_absolute(task.source.path)))


def _absolute(path: str) -> str:
    if path == "-":
        raise InputError("standard input cannot be read by a cluster", "leave --scheduler out, or give a file")
    return path if "://" in path else os.path.abspath(path)
