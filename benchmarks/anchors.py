"""An order of the anchors in which the scan is fast: found by trying, on samples of logs.

    python benchmarks/anchors.py app.log other.log

The automaton's packed search ("fat Teddy" of the crate aho-corasick) puts anchor n into set n % 16, but one whose first
four bytes have the same low halves as an earlier one's into that one's set. A set lets a place pass if each of the four
bytes there has the low half of one of its anchors and the high half of one, which need not be the same: so a set is
cheap if its anchors are alike. What passes is compared with all anchors of the set. Here that number is made small, by
exchanging anchors between sets (simulated annealing), and the order is printed as YAML.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np

from asynclog.classify.rulefiles import builtin_folder, parse_documents

SETS, DEPTH = 16, 4
MEMBER = 0.15  # what a comparison with one anchor costs, in terms of what a place that passed costs
BYTES = np.arange(256)


class Cost:
    """What sets of anchors let pass in a text."""

    def __init__(self, text: bytes) -> None:
        data = np.frombuffer(text, np.uint8).astype(np.uint32)
        grams = sum(data[at : len(data) - DEPTH + 1 + at] << (8 * (DEPTH - 1 - at)) for at in range(DEPTH))
        unique, self.counts = np.unique(grams, return_counts=True)
        self.columns = [(unique >> (8 * (DEPTH - 1 - at)) & 255).astype(np.uint8) for at in range(DEPTH)]
        self.known: dict[frozenset[bytes], float] = {}

    def of(self, heads: frozenset[bytes]) -> float:
        if heads not in self.known:
            places = np.arange(len(self.counts))
            for at, column in enumerate(self.columns):
                low, high = np.zeros(16, bool), np.zeros(16, bool)
                for head in heads:
                    low[head[at] & 15] = high[head[at] >> 4] = True
                places = places[(low[BYTES & 15] & high[BYTES >> 4])[column[places]]]
            self.known[heads] = float(self.counts[places].sum()) * (1 + MEMBER * len(heads))
        return self.known[heads]


def sets_of(order: list[bytes]) -> list[frozenset[bytes]]:
    """The first bytes of the anchors in each set."""
    sets: list[set[bytes]] = [set() for _ in range(SETS)]
    home: dict[bytes, int] = {}
    for number, anchor in enumerate(order):
        head = anchor[:DEPTH]
        sets[home.setdefault(bytes(byte & 15 for byte in head), number % SETS)].add(head)
    return [frozenset(heads) for heads in sets]


def annealed(order: list[bytes], cost: Cost, seconds: float) -> list[bytes]:
    now = best = sum(map(cost.of, sets_of(order)))
    result, start, heat = order, time.monotonic(), best / 20
    while (spent := (time.monotonic() - start) / seconds) < 1:
        other = list(order)
        a, b = random.sample(range(len(order)), 2)
        other[a], other[b] = other[b], other[a]
        after = sum(map(cost.of, sets_of(other)))
        if after < now or random.random() < math.exp((now - after) / (heat * (1 - spent) ** 2 + 1)):
            order, now = other, after
            if now < best:
                result, best = order, now
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    text = b"".join(path.read_bytes()[: 1 << 20] for path in given.samples)
    file = builtin_folder() / "anchors.yaml"
    anchors = [anchor.encode() for anchor in parse_documents(file.read_text("utf-8"), str(file))["data"]["anchors"]]
    cost = Cost(text)
    result = annealed(anchors, cost, given.seconds)
    for name, order in (("now", anchors), ("found", result)):
        print(f"# {name}: {sum(map(cost.of, sets_of(order))) / len(text) * 1e6:,.0f} for each million of bytes")
    for anchor in result:
        print(f'  - "{anchor.decode()}"')


if __name__ == "__main__":
    main()
