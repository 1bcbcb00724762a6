"""Work spread over processes: any executor of `concurrent.futures` will do. Results come in the order of the tasks.

A worker that dies costs time and no result: what it had to do is done again here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Task = TypeVar("Task")
Result = TypeVar("Result")

PAYS = 256 << 20  # bytes from which on other processes pay
_AHEAD = 2  # tasks of each worker that wait to be done


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "process_cpu_count"):  # Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def worth(ceiling: int, sizes: Sequence[int | None], forced: bool = False) -> int:
    """How many processes pay, at most `ceiling` (0: the cores), for inputs of these sizes; None is standard input."""
    jobs = ceiling or cores()
    if None in sizes:
        return 1
    return jobs if (forced and ceiling > 1) or sum(size or 0 for size in sizes) >= PAYS else 1


@contextlib.contextmanager
def pool(workers: int) -> Iterator[Executor]:
    """Worker processes that end with this block, at once where it is left by an exception (Ctrl-C too)."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # a copy of this process has its rules ready
    context = multiprocessing.get_context("fork" if _may_fork() else "spawn")
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_deaf)
    try:
        with _interrupted_later():
            executor.submit(int)  # makes the processes
        yield executor
    except BaseException:
        for process in list((executor._processes or {}).values()):
            process.kill()
        executor.shutdown(wait=False, cancel_futures=True)
        raise
    else:
        executor.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _interrupted_later() -> Iterator[None]:
    """Keep Ctrl-C until the end of the block: Python forgets one that comes while a process is copied."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen: list[int] = []
    import signal

    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if seen:
        raise KeyboardInterrupt


def _may_fork() -> bool:
    """Whether a copy of this process is safe: no other thread runs, neither Python's nor a library's."""
    try:
        return sys.platform == "linux" and len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _deaf() -> None:
    """Ctrl-C reaches every process of a terminal; the one that waits for the others ends them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def spread(
    executor: Executor,
    workers: int,
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    on_loss: Callable[[Task, str], None],
    losses: tuple[type[BaseException], ...] = (),
) -> Iterator[Result]:
    """`work` done for each of `tasks`; `on_loss` is told which of them a dead worker left, before it is done here.

    `losses` are further exceptions by which an executor tells that its workers are gone.
    """
    from concurrent.futures import CancelledError
    from concurrent.futures.process import BrokenProcessPool

    gone: tuple[type[BaseException], ...] = (BrokenProcessPool, CancelledError, *losses)
    waiting: deque[Future[Result]] = deque()
    ahead = iter(tasks)
    broken = False
    for task in tasks:
        while not broken and len(waiting) < _AHEAD * workers and (more := next(ahead, None)) is not None:
            try:
                waiting.append(executor.submit(work, more))
            except (BrokenProcessPool, RuntimeError):
                broken = True
        result = None
        if waiting:
            try:
                result = waiting.popleft().result()
            except gone as error:
                broken = True
                on_loss(task, str(error) or type(error).__name__)
                result = work(task)
        else:
            result = work(task)
        yield result
