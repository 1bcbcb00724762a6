"""Match findings with the truth by line and kind, and compare what they say."""

import collections
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lines import Log, Record, moment

FIELDS = ("exception", "coroutine", "duration", "object", "task")
LIBRARY = re.compile(r"[/\\]lib[/\\]python[\d.]+[/\\](?!site-packages)|^<frozen")
COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
TOLERANCE = 0.0006


@dataclass
class Tally:
    """What was counted over some logs; adds up."""

    records: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    extra: Counter = field(default_factory=Counter)
    fields: Counter = field(default_factory=Counter)
    misses: list = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count another log's as well."""
        for mine, theirs in (
            (self.records, other.records),
            (self.found, other.found),
            (self.extra, other.extra),
            (self.fields, other.fields),
        ):
            mine.update(theirs)
        self.misses += other.misses


def match(log: Log, findings: list[dict]) -> tuple[list, list, list]:
    """Pairs of record and finding, records missed, findings too many."""
    wanted = [record for record in log.records if record.label]
    at_line = collections.defaultdict(list)
    for record in wanted:
        for line in record.starts():
            at_line[line].append(record)
    pairs, extra, taken = [], [], set()
    for finding in findings:
        record = next(
            (
                each
                for each in at_line[finding["line"]]
                if id(each) not in taken and finding["kind"] in (each.label["kind"], *each.label.get("also_kinds", ()))
            ),
            None,
        )
        if record is not None:
            taken.add(id(record))
            pairs.append((record, finding))
        elif finding["line"] not in log.ambiguous:
            extra.append(finding)
    missed = [record for record in wanted if id(record) not in taken and not record.undecidable]
    return pairs, missed, extra


def same_name(one: str | None, other: str | None) -> bool:
    """Frames carry a bare name, reprs a qualname."""
    return bool(one and other) and one.rsplit(".", 1)[-1] == other.rsplit(".", 1)[-1]


def compare(record: Record, finding: dict):
    """(field, agrees, wanted, got) of every fact of a finding that can be judged."""
    label = record.label
    for name in FIELDS:
        wanted, got = label.get(name), finding.get(name)
        if name == "exception":
            got = (got or {}).get("type")
            if record.cut:
                continue
        if wanted is None and name in ("object", "task"):
            continue
        if name in label["soft"] and (got is None or wanted is None):
            continue
        if name == "duration" and "duration" not in label:
            continue
        if name == "coroutine" and wanted is None and label["kind"] not in ("task-destroyed-pending",):
            continue
        close = name == "duration" and None not in (wanted, got) and abs(wanted - got) < TOLERANCE
        yield name, close or wanted == got, wanted, got
    if record.timed:
        wanted, got = f"{moment(record.created):%H:%M:%S}", finding.get("timestamp")
        yield "timestamp", wanted in str(got), wanted, got
    yield from compare_site(label, finding.get("site") or {}, record)


def compare_site(label: dict, got: dict, record: Record):
    """The site, and where it agrees its function and rung; a library's own place is never a site."""
    wanted, place = label.get("site"), (got.get("file"), got.get("line"))
    if got.get("file"):
        yield "site in user code", not LIBRARY.search(got["file"]), "user code", place
    if label.get("loose") or (label.get("site") and label["site"]["via"] == "exception" and record.cut):
        return
    if wanted is None:
        yield "site", got.get("file") is None, None, place
        return
    accepted = [wanted, *label.get("also", ())]
    right = next((each for each in accepted if place == (each["file"], each["line"])), None)
    yield "site", right is not None, f"{wanted['file']}:{wanted['line']} ({wanted['via']})", place
    if right is not None:
        yield "via", got.get("via") == right["via"], right["via"], got.get("via")
        if right["function"] and right["function"] not in COMPREHENSIONS:  # inlined since 3.12: no stable name
            yield "function", same_name(right["function"], got.get("function")), right["function"], got.get("function")


def judge(path: Path, log: Log, findings: list[dict], trouble: str, keep: int = 400) -> Tally:
    """The tally of one log."""
    tally = Tally()
    form = path.name.split(".")[-2]
    if trouble:
        tally.misses.append(f"{path}: {trouble}")
    pairs, missed, extra = match(log, findings)
    for record in missed:
        kind = record.label["kind"]
        tally.records[kind, form] += 1
        tally.misses.append(f"{path}:{record.line}: missed {kind}: {record.text[:keep]!r}")
    for record, finding in pairs:
        kind = record.label["kind"]
        tally.records[kind, form] += 1
        tally.found[kind, form] += 1
        for name, agrees, wanted, got in compare(record, finding):
            tally.fields[name, kind, form, agrees] += 1
            if not agrees:
                tally.misses.append(
                    f"{path}:{record.line}: {name} of {kind}: wanted {wanted!r}, got {got!r}: {record.text[:keep]!r}"
                )
    for finding in extra:
        tally.extra[finding["kind"], form] += 1
        tally.misses.append(f"{path}:{finding['line']}: extra {finding['kind']}: {str(finding.get('text'))[:keep]!r}")
    return tally
