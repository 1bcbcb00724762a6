"""Small programs that do it right, one after the other, in debug mode: python known_good.py FORMAT [NAME ...]

Every task has an owner, failures are caught where they can be handled, what was opened is closed. Python 3.8 and later.
"""

import asyncio
import contextlib
import json
import logging
import sys
import time

LOG = logging.getLogger("good")
FORMATS = {
    "standard": "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    "columns": "%(asctime)s %(levelname)-8s %(process)6d %(threadName)-10s %(name)-14s %(message)s",
    "basic": logging.BASIC_FORMAT,
}


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record):
        entry = {"time": self.formatTime(record), "level": record.levelname, "logger": record.name}
        entry["message"] = record.getMessage()
        if record.exc_info:
            entry["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(entry)


async def server_and_client():
    """Twenty conversations, then a clean end."""

    async def echo(reader, writer):
        try:
            while line := await reader.readline():
                writer.write(line)
                await writer.drain()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def ask(port, number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"%d\n" % number)
            await writer.drain()
            return int(await reader.readline())
        finally:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*(ask(port, number) for number in range(20)))
    assert answers == list(range(20))
    server.close()
    await server.wait_closed()
    await asyncio.sleep(0.05)


async def groups():
    """Tasks in a group, where there are groups; a failure among them is caught."""

    async def work(number):
        await asyncio.sleep(0.001 * number)
        if number == 7:
            raise ValueError(number)
        return number

    if not hasattr(asyncio, "TaskGroup"):
        results = await asyncio.gather(*(work(number) for number in range(10)), return_exceptions=True)
        assert isinstance(results[7], ValueError)
        return
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(number)) for number in range(7)]
    assert [task.result() for task in tasks] == list(range(7))
    try:
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(work(number))
    except Exception as error:
        LOG.warning("some of the group failed: %r", error.exceptions)


async def subprocess():
    """A process is started, read and awaited; another is terminated and awaited."""
    code = "print(input().upper())"
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=pipe, stdout=pipe)
    out, _ = await process.communicate(b"hello\n")
    assert out.split() == [b"HELLO"]
    sleeper = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    sleeper.terminate()
    assert await sleeper.wait() != 0


async def cancellation():
    """Tasks are cancelled, clean up and are awaited; time runs out and is caught; a shield outlives its caller."""
    cleaned = []

    async def worker(number):
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            cleaned.append(number)
            raise

    tasks = [asyncio.ensure_future(worker(number)) for number in range(10)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(cleaned) == list(range(10))
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    kept = asyncio.ensure_future(asyncio.sleep(0.05, "done"))
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(asyncio.shield(kept), 0.001)
    assert await kept == "done"


async def executor():
    """What blocks goes to threads, what fails there is caught."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.run_in_executor(None, time.sleep, 0.02) for _ in range(5)))
    try:
        await loop.run_in_executor(None, int, "no number")
    except ValueError as error:
        LOG.error("in a thread: %s", error, exc_info=True)
    heard = []
    loop.call_later(0.001, heard.append, "later")
    loop.call_soon(heard.append, "soon")
    loop.call_later(60, heard.append, "never").cancel()
    await asyncio.sleep(0.02)
    assert heard == ["soon", "later"]


async def generators():
    """Asynchronous generators that end, are left early and closed, or are left to the loop."""
    closed = []

    async def count():
        try:
            for number in range(1000):
                yield number
                await asyncio.sleep(0)
        finally:
            closed.append(True)

    assert len([number async for number in count() if number % 2]) == 500
    left = count()
    async for number in left:
        if number == 3:
            break
    await left.aclose()
    async for number in count():
        if number == 3:
            break
    assert len(closed) >= 2


async def queues():
    """Producers and consumers; the consumers are told to stop."""
    queue = asyncio.Queue(5)
    done = []

    async def consume():
        while (item := await queue.get()) is not None:
            done.append(item)
            queue.task_done()
        queue.task_done()

    consumers = [asyncio.ensure_future(consume()) for _ in range(3)]
    for item in range(50):
        await queue.put(item)
    for _ in consumers:
        await queue.put(None)
    await queue.join()
    await asyncio.gather(*consumers)
    assert sorted(done) == list(range(50))


async def caught():
    """Failures of background work are logged by their owner, in words that sound like trouble of asyncio's."""

    async def fail():
        raise RuntimeError("a task was destroyed, its exception never retrieved")

    def told(task):
        if task.exception() is not None:
            LOG.error("background work failed", exc_info=task.exception())

    task = asyncio.ensure_future(fail())
    task.add_done_callback(told)
    await asyncio.wait([task])
    await asyncio.sleep(0)


PROGRAMS = (server_and_client, groups, subprocess, cancellation, executor, generators, queues, caught)


def main():
    handler = logging.StreamHandler(sys.stdout)
    kind = sys.argv[1]
    handler.setFormatter(JsonLines() if kind == "json" else logging.Formatter(FORMATS[kind]))
    logging.basicConfig(level=logging.DEBUG, handlers=[handler])
    logging.captureWarnings(True)
    for program in PROGRAMS:
        if sys.argv[2:] and program.__name__ not in sys.argv[2:]:
            continue

        async def whole(program=program):
            asyncio.get_running_loop().slow_callback_duration = 30  # the machine may be busy, the program is not
            await program()

        LOG.info("program %s", program.__name__)
        asyncio.run(whole(), debug=True)
    LOG.info("all done")


if __name__ == "__main__":
    main()
