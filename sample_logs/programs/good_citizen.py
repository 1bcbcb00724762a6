"""A worker that does it right: the log of a debug run shows no problem.

    python good_citizen.py --jobs 40

Blocking work goes to threads, every task has an owner who awaits it, failures are caught where they can be handled, and
what was opened is closed.
"""
import argparse
import asyncio
import hashlib
import logging
import sys
import time
from typing import Any, Coroutine, Set

import logsetup
from runloop import run

log = logging.getLogger("citizen")


class Background:
    """Keeps background tasks alive, reports their failures, and ends them."""

    def __init__(self) -> None:
        self.tasks = set()  # type: Set[asyncio.Task[Any]]

    def spawn(self, work: "Coroutine[Any, Any, Any]") -> None:
        """Start work and remember it until it is done."""
        task = asyncio.get_event_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.done)

    def done(self, task: "asyncio.Task[Any]") -> None:
        """Forget a finished task, but not its failure."""
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("background work failed: %s", task.exception())

    async def close(self) -> None:
        """Cancel what still runs, and wait for it."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def digest(number: int) -> str:
    """Something slow that would block a loop."""
    time.sleep(0.15)
    return hashlib.sha256(str(number).encode()).hexdigest()[:12]


async def handle(job: int) -> None:
    """One job, with its slow part in a thread."""
    result = await asyncio.get_event_loop().run_in_executor(None, digest, job)
    log.info("job %d: %s", job, result)


async def audit(job: int) -> None:
    """Background work that fails now and then."""
    await asyncio.sleep(0.01)
    if job % 8 == 0:
        raise ConnectionError("audit of job %d refused" % job)


async def heartbeat() -> None:
    """Say that we live, until cancelled."""
    while True:
        log.info("alive")
        await asyncio.sleep(0.2)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Serve one connection and close it."""
    try:
        writer.write(await reader.readline())
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()


async def ask(port: int, job: int) -> None:
    """Ask the echo server and close the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"%d\n" % job)
        log.info("echo of job %s", (await reader.readline()).decode().strip())
    finally:
        writer.close()
        await writer.wait_closed()


async def work(jobs: int) -> None:
    """Work the jobs off in small groups."""
    background = Background()
    background.spawn(heartbeat())
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for first in range(0, jobs, 4):
        group = range(first, min(first + 4, jobs))
        await asyncio.gather(*(handle(job) for job in group), *(ask(port, job) for job in group))
        for job in group:
            background.spawn(audit(job))
    server.close()
    await server.wait_closed()
    await background.close()
    log.info("%d jobs done on Python %d.%d", jobs, *sys.version_info[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=40)
    options = parser.parse_args()
    logsetup.configure()
    run(work(options.jobs))


if __name__ == "__main__":
    main()
