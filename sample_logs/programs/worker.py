"""A job worker: takes jobs from a queue, and loses what goes wrong in every way asyncio knows.

    python worker.py --jobs 40

Job kinds that need a newer Python (task groups, notes) fall back to what older ones have.
"""
import argparse
import asyncio
import functools
import gc
import itertools
import logging
import sys
from typing import Any, AsyncIterator, Callable, Coroutine, Dict, List, Optional

import logsetup
from runloop import run

log = logging.getLogger("worker")

Work = Coroutine[Any, Any, Any]


class CorruptImage(ValueError):
    """An image could not be read; the text tells where, over several lines."""

    def __init__(self, name: str, offset: int) -> None:
        super().__init__("cannot read %s\n  at offset %d\n  expected a JPEG marker" % (name, offset))


class DeliveryFailed(Exception):
    """A mail could not be delivered."""


class FeedError(Exception):
    """A feed could not be imported."""


class Job:
    """One unit of work."""

    def __init__(self, number: int, kind: str) -> None:
        self.number = number
        self.kind = kind

    def __repr__(self) -> str:
        return "<Job %d %s>" % (self.number, self.kind)


class Reply(asyncio.Future):  # type: ignore[type-arg]
    """What a remote service will answer."""


def spawn(work: Work, name: Optional[str] = None) -> "asyncio.Task[Any]":
    """Start work in the background; with a name where tasks have names (3.8)."""
    loop = asyncio.get_event_loop()
    if name is not None and sys.version_info >= (3, 8):
        return loop.create_task(work, name=name)
    return loop.create_task(work)


async def make_thumbnail(job: Job) -> None:
    """Scale an image down; every second one is broken."""
    await asyncio.sleep(0.003)
    if job.number % 2:
        raise CorruptImage("img-%d.jpg" % job.number, job.number * 512)
    log.info("thumbnail of img-%d.jpg written", job.number)


async def send_mail(job: Job) -> None:
    """Deliver a mail over a relay that is down."""
    try:
        await asyncio.open_connection("127.0.0.1", 9)
    except OSError as refused:
        failure = DeliveryFailed("mail %d" % job.number)
        if sys.version_info >= (3, 11):
            failure.add_note("relay: 127.0.0.1:9")
            failure.add_note("queued since job %d" % (job.number - 1))
        raise failure from refused


async def import_feed(job: Job) -> int:
    """Read a feed row by row."""
    rows = ["%d;ok" % job.number, "seven;broken"]

    def parse_row(row: str) -> int:
        number, _ = row.split(";")
        try:
            return int(number)
        except ValueError:
            raise FeedError("row %r of feed %d" % (row, job.number))

    await asyncio.sleep(0.002)
    return sum(parse_row(row) for row in rows)


async def reindex_shard(job: Job, shard: int) -> None:
    """Index one shard; some are locked, some are gone."""
    await asyncio.sleep(0.001 * (shard + 1))
    if shard == 1:
        raise PermissionError("shard %d of job %d is locked" % (shard, job.number))
    if shard == 2:
        raise FileNotFoundError(2, "No such file or directory", "/var/lib/index/%d" % shard)


async def settle_shard(job: Job, shard: int) -> None:
    """A shard that fails once more while it is being cancelled."""
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        raise OSError("shard %d of job %d could not be rolled back" % (shard, job.number))


async def reindex(job: Job) -> None:
    """Index all shards at once."""
    if sys.version_info >= (3, 11):
        async with asyncio.TaskGroup() as group:
            for shard in range(2):
                group.create_task(reindex_shard(job, shard), name="shard-%d" % shard)
            group.create_task(settle_shard(job, 7))
    else:
        await asyncio.gather(*(reindex_shard(job, shard) for shard in range(3)))


async def walk_tree(depth: int) -> int:
    """Go down a directory tree that ends in a link to nowhere."""
    if depth == 0:
        raise RecursionError("a link points at its own parent")
    return 1 + await walk_tree(depth - 1)


async def wait_for_slot(job: Job) -> None:
    """Wait for a place in the render queue. Whoever could give one has forgotten us."""
    slot = asyncio.get_event_loop().create_future()
    log.info("job %d waits for a slot", job.number)
    await slot


async def hold_lease(job: Job) -> None:
    """Keep a lease while something never happens, and fail to give it back."""
    try:
        await asyncio.get_event_loop().create_future()
    finally:
        raise RuntimeError("lease of job %d was not given back" % job.number)


async def drain_on_cancel() -> None:
    """A background task whose cleanup fails."""
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        raise OSError("spool directory is not empty")


async def tail_queue() -> AsyncIterator[int]:
    """Follow the queue for ever; closing it fails."""
    try:
        for number in itertools.count():
            yield number
            await asyncio.sleep(0.001)
    finally:
        raise FeedError("the tail was cut off")


def update_counter(counters: Dict[str, int], kind: str) -> None:
    """Count a finished job; nobody made a counter for each kind."""
    counters[kind] += 1


def report_progress(job: Job, unit: str = "rows") -> None:
    """Report how far a job has come."""
    log.info("job %d: %.1f %s", job.number, 100 / (job.number % 3), unit)


class Worker:
    """Runs jobs, each as a task of its own."""

    def __init__(self) -> None:
        self.counters = {"thumbnail": 0, "mail": 0, "feed": 0}  # type: Dict[str, int]
        self.finished = []  # type: List[Job]
        self.tails = []  # type: List[AsyncIterator[int]]
        self.kinds = {
            "thumbnail": self.thumbnail,
            "mail": self.mail,
            "feed": self.feed,
            "index": self.index,
            "tree": self.tree,
            "call": self.call,
            "slot": self.slot,
            "lease": self.lease,
        }  # type: Dict[str, Callable[[Job], None]]

    def thumbnail(self, job: Job) -> None:
        spawn(make_thumbnail(job), name="thumbnail %d" % job.number)

    def mail(self, job: Job) -> None:
        spawn(send_mail(job))

    def feed(self, job: Job) -> None:
        task = spawn(import_feed(job), name="feed '%d'" % job.number)
        task.add_done_callback(self.on_feed)
        asyncio.get_event_loop().call_soon(update_counter, self.counters, job.kind + "s")

    def on_feed(self, task: "asyncio.Task[Any]") -> None:
        """Log how many rows a feed had."""
        log.info("feed had %d rows", task.result())

    def index(self, job: Job) -> None:
        spawn(reindex(job))

    def tree(self, job: Job) -> None:
        spawn(walk_tree(12))

    def call(self, job: Job) -> None:
        """Ask a remote service. It answers with an error that nobody reads."""
        loop = asyncio.get_event_loop()
        reply = Reply(loop=loop)
        loop.call_later(0.004, reply.set_exception, ConnectionResetError(104, "Connection reset by peer"))
        loop.call_later(0.006, functools.partial(report_progress, job, unit="calls"))
        loop.call_soon(lambda: self.finished[job.number])

    def slot(self, job: Job) -> None:
        spawn(wait_for_slot(job), name="slot")

    def lease(self, job: Job) -> None:
        spawn(hold_lease(job))

    def run_job(self, job: Job) -> None:
        """Start a job."""
        log.info("job %d (%s) taken", job.number, job.kind)
        self.kinds[job.kind](job)

    async def flush(self) -> None:
        """Write what is done."""
        await asyncio.sleep(0)
        self.finished.clear()

    async def consume(self, jobs: "asyncio.Queue[Job]", pace: float) -> None:
        """Take jobs until there are none."""
        while not jobs.empty():
            self.run_job(await jobs.get())
            for _ in range(3):
                await asyncio.sleep(pace / 3)
                log.info("%d jobs waiting, %d done", jobs.qsize(), len(self.finished))
            if jobs.qsize() % 12 == 0:
                self.flush()


async def work(worker: Worker, count: int, pace: float) -> None:
    """Fill the queue, work it off, leave."""
    jobs = asyncio.Queue()  # type: asyncio.Queue[Job]
    for number, kind in zip(range(1, count + 1), itertools.cycle(sorted(worker.kinds))):
        jobs.put_nowait(Job(number, kind))
    log.info("worker starts with %d jobs on Python %d.%d", count, *sys.version_info[:2])
    spawn(drain_on_cancel())
    tail = tail_queue()
    worker.tails.append(tail)
    log.info("first of the queue is number %d", await tail.__anext__())
    await worker.consume(jobs, pace)
    await asyncio.sleep(0.1)
    gc.collect()
    log.info("worker stops")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--pace", type=float, default=0.1, help="seconds from one job to the next")
    options = parser.parse_args()
    logsetup.configure()
    worker = Worker()
    run(work(worker, options.jobs, options.pace))


if __name__ == "__main__":
    main()
