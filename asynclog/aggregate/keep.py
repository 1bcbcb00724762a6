"""What stays of many findings: the first few, the worst, the first and last time, the callers.

The order of findings is `rank`: complete ones before partial ones, then by their place in the input. All choices are
by fixed orders, so they do not depend on how the log was cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from asynclog.aggregate import tally
from asynclog.model import Caller, Finding, Frame, Sample, Severity, Timestamp

SAMPLES = 3
SAMPLE_TEXT = 16_000


def rank(item: Finding | Sample) -> tuple[bool, int, int, int]:
    """The order of findings and samples: complete before partial, then by place in the input."""
    return item.partial, item.source_index, item.line, item.offset


def process_of(finding: Finding) -> str:
    """The process (and container or unit) that wrote a finding, "" where the lines do not tell."""
    if finding.pid is None:
        return finding.stream or ""
    own = f"pid {finding.pid}"
    return own if finding.stream in (None, "", own, str(finding.pid)) else f"{finding.stream} {own}"


def caller_key(chain: Sequence[Frame]) -> str:
    """A creating chain as text, outermost first."""
    places = (f"{frame.file}:{'?' if frame.line is None else frame.line}" for frame in chain)
    return " > ".join(f"{place} in {frame.function or '?'}" for place, frame in zip(places, chain, strict=True))


def time_rank(stamp: Timestamp) -> tuple[int, str, int]:
    """The order of timestamps of one kind (with or without date)."""
    return stamp.micros, stamp.text, -10_000 if stamp.zone is None else stamp.zone


def earliest(stamps: Iterable[Timestamp | None]) -> Timestamp | None:
    """The first of `stamps`; those without a date count only where none has one."""
    known = [stamp for stamp in stamps if stamp is not None]
    return min([stamp for stamp in known if stamp.dated] or known, key=time_rank, default=None)


def latest(stamps: Iterable[Timestamp | None]) -> Timestamp | None:
    """The last of `stamps`, likewise."""
    known = [stamp for stamp in stamps if stamp is not None]
    return max([stamp for stamp in known if stamp.dated] or known, key=time_rank, default=None)


def sample_of(finding: Finding, variant: str) -> Sample:
    """What is kept of a finding for show."""
    text = finding.text
    if len(text) > SAMPLE_TEXT:
        text = f"{text[:SAMPLE_TEXT]}… ({len(text) - SAMPLE_TEXT:,} more characters)"
    return Sample(
        finding.source, finding.source_index, finding.line, finding.offset, text, finding.timestamp,
        finding.duration, finding.task, finding.partial, variant,
    )  # fmt: skip


def first_variants(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """The first sample of each of the first few variants."""
    result: dict[str, Sample] = {}
    for sample in sorted(samples, key=rank):
        if len(result) == SAMPLES:
            break
        result.setdefault(sample.variant, sample)
    return tuple(result.values())


def worse(a: Sample | None, b: Sample | None) -> Sample | None:
    """The sample that lasted longer, the earlier one where both lasted as long."""
    if a is None or b is None:
        return b if a is None else a
    return min(a, b, key=lambda sample: (-(sample.duration or 0), rank(sample)))


def leading_rule(rules: Mapping[str, int], severities: Mapping[str, Severity]) -> tuple[Severity, str]:
    """The worst severity, and the rule that gave it most often (the first by name where several did)."""
    name = min(rules, key=lambda rule: (-severities[rule], -rules[rule], rule))
    return severities[name], name


def joined(a: Caller, b: Caller) -> Caller:
    """Both shares of one caller. Frames of one key can differ in their quoted source: the longer ones stay."""
    chain = a.chain
    if a.chain is not b.chain and a.chain != b.chain:
        chain = max(a.chain, b.chain, key=lambda frames: [(len(f.source), f.source, f.repeats) for f in frames])
    return Caller(chain, a.count + b.count, a.total + b.total)


def cap_callers(callers: Mapping[str, Caller]) -> dict[str, Caller]:
    """`callers` with all but the kept ones summed up under `OTHER`."""
    if len(callers) <= tally.KEPT:
        return dict(callers)
    result = {name: callers[name] for name in tally.kept(callers)}
    count = sum(caller.count for caller in callers.values()) - sum(caller.count for caller in result.values())
    total = sum(caller.total for caller in callers.values()) - sum(caller.total for caller in result.values())
    return {**result, tally.OTHER: Caller((), count, total)} if count else result


def merge_callers(a: Mapping[str, Caller], b: Mapping[str, Caller]) -> dict[str, Caller]:
    """The callers of both, with the sums of their shares."""
    result = dict(a)
    for name, caller in b.items():
        result[name] = joined(result[name], caller) if name in result else caller
    return cap_callers(result)
