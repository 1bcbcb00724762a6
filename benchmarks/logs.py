# ruff: noqa: E501 - lines of logs
"""Seeded logs for the benchmarks, with the truth beside them.

    python benchmarks/logs.py sparse OUT --size 1g [--json] [--seed 1]

`sparse`: a web service whose asyncio speaks up once in a thousand lines. `dense`: debug mode left on, almost every line
is asyncio's. `varied`: the same of a service whose entries each tell another request, most tasks have a name, and exceptions say what
failed, in words. Writes OUT and OUT.truth.json (lines, and findings by kind).
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

FOLDERS = ("checkout", "stock", "routing", "invoices", "feeds", "sessions")
VERBS = ("sync", "push", "pull", "settle", "merge", "score", "index", "notify")
NOUNS = ("basket", "parcel", "voucher", "tariff", "ledger", "depot", "courier")
LIBRARY = "/usr/local/lib/python3.13"
SHARE = {"sparse": 0.001, "dense": 0.98, "varied": 0.9}


class Place(NamedTuple):
    """A coroutine of the imaginary service, where tasks of it are made, and how it fails."""

    name: str
    file: str
    line: int
    maker: str
    maker_line: int
    frames: str
    failure: str


class Record(NamedTuple):
    """What is logged: `kind` is what asyncio-records calls it, None for the service's own lines."""

    kind: str | None
    level: str
    logger: str
    text: str
    trace: str = ""
    request: str = ""


def places(rng: random.Random, number: int = 150) -> list[Place]:
    """Where things go wrong; the first ones often, the last ones seldom."""
    found = []
    for _ in range(number):
        name = f"{rng.choice(VERBS)}_{rng.choice(NOUNS)}"
        file, maker = (f"/opt/shop/{rng.choice(FOLDERS)}/{rng.choice(NOUNS)}s.py" for _ in range(2))
        line = rng.randrange(20, 900)
        frames = "".join(
            f'  File "/opt/shop/{rng.choice(FOLDERS)}/{rng.choice(VERBS)}.py", line {rng.randrange(1, 700)}, in {rng.choice(VERBS)}\n'
            f"    return await self.{rng.choice(VERBS)}({rng.choice(NOUNS)})\n"
            for _ in range(rng.randrange(3, 12))
        )
        failure = rng.choice(("KeyError: '{noun}-{n}'", "OSError: [Errno 110] timed out", "ValueError: bad id {h}"))
        found.append(Place(name, file, line, maker, rng.randrange(20, 900), frames, failure))
    return found


class Shop:
    """Writes what the service and its event loop say."""

    def __init__(self, rng: random.Random, share: float) -> None:
        self.rng = rng
        self.share = share
        self.places = places(rng)
        self.tasks = 0

    def records(self) -> Iterator[Record]:
        kinds: tuple[tuple[Callable[[], Record], float], ...] = (
            (self.slow, 0.62), (self.lost, 0.16), (self.destroyed, 0.06), (self.callback, 0.04), (self.forgotten, 0.03),
            (self.poll, 0.07), (self.write, 0.02),
        )  # fmt: skip
        makers, weights = zip(*kinds, strict=True)
        while True:
            if self.rng.random() < self.share:
                yield self.rng.choices(makers, weights)[0]()
            else:
                yield self.own()

    def own(self) -> Record:
        rng = self.rng
        pick = rng.randrange(4)
        if pick == 0:
            return Record(
                None,
                "INFO",
                "shop.access",
                f"GET /{rng.choice(NOUNS)}/{rng.randrange(10**6)} 200 in {rng.random() * 90:.1f} ms",
            )
        if pick == 1:
            return Record(
                None,
                "DEBUG",
                "shop.sql",
                f"SELECT * FROM {rng.choice(NOUNS)}s WHERE id = {rng.randrange(10**7)} -- took {rng.random():.4f}",
            )
        if pick == 2:
            return Record(
                None,
                "INFO",
                f"shop.{rng.choice(FOLDERS)}",
                f"{rng.choice(VERBS)} of {rng.choice(NOUNS)} {rng.randrange(10**6)} done",
            )
        return Record(
            None, "WARNING", "shop.cache", f"miss {rng.getrandbits(64):016x}, asking the {rng.choice(NOUNS)} service"
        )

    def task(self, place: Place, state: str, more: str = "") -> str:
        self.tasks += 1
        return f"<Task {state} name='{self.name(place)}' coro=<{place.name}() {more} created at {place.maker}:{place.maker_line}>"

    def name(self, place: Place) -> str:
        return f"Task-{self.tasks}" if self.tasks % 7 else f"{place.name}-{self.tasks % 20}"

    def failure(self, place: Place) -> str:
        rng = self.rng
        return place.failure.format(noun=place.name, n=rng.randrange(10**5), h=f"{rng.getrandbits(40):010x}")

    def place(self) -> Place:
        return self.places[int(len(self.places) * self.rng.random() ** 2)]

    def slow(self) -> Record:
        place = self.place()
        took = 0.1 + self.rng.expovariate(4)
        what = self.task(place, "pending", f"running at {place.file}:{place.line}>")
        return Record("slow-callback", "WARNING", "asyncio", f"Executing {what} took {took:.3f} seconds")

    def lost(self) -> Record:
        place = self.place()
        failure = self.failure(place)
        name, _, text = failure.partition(": ")
        shown = text if name == "KeyError" else repr(text)
        what = self.task(
            place, "finished", f"done, defined at {place.file}:{place.line - 9}> exception={name}({shown})"
        )
        trace = f'Traceback (most recent call last):\n  File "{place.file}", line {place.line}, in {place.name}\n{place.frames}{failure}'
        return Record(
            "exception-never-retrieved",
            "ERROR",
            "asyncio",
            f"Task exception was never retrieved\nfuture: {what}",
            trace,
        )

    def destroyed(self) -> Record:
        place = self.place()
        what = self.task(
            place, "pending", f"running at {place.file}:{place.line}> wait_for=<Future pending cb=[Task.task_wakeup()]>"
        )
        return Record(
            "task-destroyed-pending", "ERROR", "asyncio", f"Task was destroyed but it is pending!\ntask: {what}"
        )

    def callback(self) -> Record:
        place = self.place()
        where = f"{place.name}({self.rng.randrange(1000)}) at {place.file}:{place.line}"
        trace = f'Traceback (most recent call last):\n  File "{LIBRARY}/asyncio/events.py", line 89, in _run\n    self._context.run(self._callback, *self._args)\n{place.frames}TypeError: no number'
        return Record(
            "callback-exception", "ERROR", "asyncio", f"Exception in callback {where}\nhandle: <Handle {where}>", trace
        )

    def forgotten(self) -> Record:
        place = self.place()
        text = (
            f"{place.file}:{place.line}: RuntimeWarning: coroutine '{place.name}' was never awaited\n  {place.name}()"
        )
        return Record("coroutine-never-awaited", "WARNING", "py.warnings", text)

    def poll(self) -> Record:
        rng = self.rng
        text = f"poll {rng.random() * 900:.3f} ms took {rng.random() * 900:.3f} ms: {rng.randrange(1, 9)} events"
        return Record("slow-poll", "DEBUG", "asyncio", text)

    def write(self) -> Record:
        return Record("write-after-disconnect", "WARNING", "asyncio", "socket.send() raised exception.")


class Varied(Shop):
    """Writes what nobody wrote before."""

    def records(self) -> Iterator[Record]:
        for record in super().records():
            digits = f"{self.rng.getrandbits(128):032x}"
            yield record._replace(
                request="-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
            )

    def name(self, place: Place) -> str:
        rng = self.rng
        return (
            f"{place.name}:{rng.choice(NOUNS)}.{rng.randrange(10**4)}@{rng.choice(FOLDERS)}.example"
            if rng.random() < 0.8
            else super().name(place)
        )

    def failure(self, place: Place) -> str:
        rng = self.rng
        words = f"no {rng.choice(NOUNS)} for the {rng.choice(VERBS)} of {rng.choice(NOUNS)} {rng.getrandbits(32):x}"
        name = place.failure.partition(":")[0]
        said = f"{name}: {words!r}" if name == "KeyError" else f"{name}: {words}"
        return said if rng.random() < 0.8 else super().failure(place)


def write(path: Path, mix: str, size: int, seed: int = 1, as_json: bool = False) -> dict[str, object]:
    """Write a log of about `size` bytes; the answer is its truth."""
    rng = random.Random(seed)
    clock, lines, written = 1_770_000_000.0, 0, 0
    truth: Counter[str] = Counter()
    step = 0.004 if mix == "sparse" else 0.03
    shop = (Varied if mix == "varied" else Shop)(rng, SHARE[mix])
    with path.open("wb", buffering=1 << 20) as file:
        for record in shop.records():
            clock += rng.random() * step
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(clock)) + f",{int(clock % 1 * 1000):03d}"
            if as_json:
                entry = {"time": stamp, "level": record.level, "logger": record.logger, "message": record.text}
                if record.request:
                    entry |= {
                        "request_id": record.request,
                        "trace": {"span": record.request[:18], "sampled": record.request > "8"},
                    }
                text = json.dumps({**entry, "exc_info": record.trace} if record.trace else entry)
            else:
                request = f"[{record.request}] " if record.request else ""
                text = f"{stamp} {record.level} {request}{record.logger}: {record.text}" + (
                    f"\n{record.trace}" if record.trace else ""
                )
            data = text.encode() + b"\n"
            file.write(data)
            written += len(data)
            lines += data.count(b"\n")
            truth[record.kind or ""] += 1
            if written >= size:
                break
    del truth[""]
    found = {"bytes": written, "lines": lines, "findings": dict(sorted(truth.items()))}
    path.with_name(path.name + ".truth.json").write_text(json.dumps(found, indent=1) + "\n")
    return found


def size_of(text: str) -> int:
    """`300m` as bytes."""
    return int(float(text[:-1]) * {"k": 10**3, "m": 10**6, "g": 10**9}[text[-1]]) if text[-1] in "kmg" else int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mix", choices=sorted(SHARE))
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=size_of, default=10**9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    print(json.dumps(write(given.out, given.mix, given.size, given.seed, given.json)))


if __name__ == "__main__":
    main()
