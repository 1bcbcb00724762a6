"""What is asked of the rooms besides a run: rules and examples, one record explained, where the code of a group is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from asynclog import codec, pipeline
from asynclog.aggregate.judged import group_views, whole
from asynclog.aggregate.rows import bare, short_ids
from asynclog.classify.examples import cards, check_examples
from asynclog.classify.explain import explain_group_rules, explain_record
from asynclog.classify.fingerprint import ladder, parts_in
from asynclog.classify.redact import Redactor
from asynclog.classify.rulefiles import builtin_folder
from asynclog.config import Settings
from asynclog.errors import InputError, UsageError
from asynclog.lazy import regex
from asynclog.model import ExampleFailure, Explanation, Group, Message, Reason, Record, Report, RuleCard, Run, Site
from asynclog.parse.reprs import parse_repr
from asynclog.read.context import context_lines
from asynclog.read.inputs import Input, expand
from asynclog.read.progress import Progress
from asynclog.slotted import replace

_ADDRESS = regex(r"(?P<file>.*\D):(?P<line>\d+)")
_SHOWN = 8
_HEAD = 4  # lines of a record among which the repr of its task is
Section = tuple[str, tuple[Reason, ...]]

# -- rules -----------------------------------------------------------------------------------------------------------


def rule_cards(settings: Settings) -> tuple[RuleCard, ...]:
    """All rules, the user's among them."""
    return cards(pipeline.engine(settings).rulebook)


def failing_examples(settings: Settings) -> tuple[int, tuple[ExampleFailure, ...]]:
    """Every example of every rule through the real reading, parsing and judging: how many, and what fails."""
    book = pipeline.engine(settings)

    def understand(text: str) -> list[Message]:
        return [book.message(record) for record in book.reader.text(text)]

    return check_examples(book.rulebook, book.judge, understand)


def check_rule_names(patterns: Sequence[str], settings: Settings, run: Run | None = None) -> None:
    """Raise UsageError for a rule id, kind or glob of them that names nothing: neither here nor in a saved `run`."""
    book = pipeline.engine(settings).rulebook
    known = {*book.rules, *book.kinds, *(run.rules if run else ())}
    wrong = [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in known)]
    if wrong:
        near = dict.fromkeys(name for pattern in wrong for name in get_close_matches(pattern, sorted(known), 3))
        told = f"did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(
            "\n".join(f"no rule is named {pattern!r}" for pattern in wrong), f"{told}`asynclog rules list` names all"
        )


def rule_schema() -> str:
    """The JSON Schema of rule files."""
    return (builtin_folder() / "schema.json").read_text("utf-8")


# -- one record ------------------------------------------------------------------------------------------------------


def explain(name: str, logs: Sequence[str], settings: Settings) -> Explanation:
    """Why the group of that id, or the record at that FILE:LINE, is what it is."""
    sources = expand(logs)
    found = _explain_address(name, sources, settings) or _explain_group(name, logs, sources, settings)
    return _redacted(found) if settings.redact else found


# -- lines around a sample -------------------------------------------------------------------------------------------


def with_context(report: Report, logs: Sequence[str], settings: Settings, number: int) -> Report:
    """The report with `number` lines of the log on either side of the first sample of every row.

    Only files that the user named now are read, never a path that a saved report holds.
    """
    known = {source.path for source in expand(logs) if _is_file(source)}
    hide = Redactor(exceptions=True).text if settings.redact else None
    rows = []
    for row in report.rows:
        sample = row.samples[0] if row.samples else None
        if sample is not None and sample.source in known:
            lines = context_lines(sample.source, sample.line, number)
            if hide is not None:
                lines = tuple(replace(line, text=hide(line.text)) for line in lines)
            row = replace(row, context=lines)
        rows.append(row)
    return replace(report, rows=tuple(rows))


def _is_file(source: Input) -> bool:
    """Whether a source is a log that can be read again."""
    if source.path == "-" or "://" in source.path or not os.path.isfile(source.path):
        return False
    with open(source.path, "rb") as file:
        return not codec.is_saved(file.read(200))


def _explain_address(name: str, sources: Sequence[Input], settings: Settings) -> Explanation | None:
    address = _ADDRESS.fullmatch(name)
    if address is None:
        return None
    file, line = address["file"], int(address["line"])
    named = [source for source in sources if source.path == file or os.path.basename(source.path) == file]
    if not named:
        known = ", ".join(source.path for source in sources[:_SHOWN])
        raise UsageError(f"{name}: {file} is none of the logs", f"the logs are {known}")
    record, progress = _record(named[0], line, settings)
    if record is None:
        raise UsageError(f"{name}: no record of asyncio stands on this line", "`-f concise` names lines that have one")
    title = f"the record at {record.source}:{record.line}"
    return Explanation(title, tuple(_about(record, progress, settings)), record.text)


def _explain_group(name: str, logs: Sequence[str], sources: Sequence[Input], settings: Settings) -> Explanation:
    run = whole(pipeline.analyze(logs, settings))
    group = _named(name, run)
    ids = short_ids(run.groups)
    title = f"group {ids[group.fingerprint]}: {run.rules[group.rule].title if group.rule in run.rules else group.kind}"
    summary = _summary(group, run, settings)
    losses = tuple(f"{span.path}: {note}" for span in run.sources if span.lost for note in span.notes)
    sample = (*group.samples, *([group.worst] if group.worst else ()))[:1]
    source = next((source for source in sources if sample and source.path == sample[0].source), None)
    if source is None or not sample:
        return Explanation(title, (*summary, _signature(group)), sample[0].text if sample else "", losses)
    record, progress = _record(source, sample[0].line, settings)
    if record is None:
        raise InputError(f"{source.path}: changed while it was read", "try again when nobody writes to it")
    return Explanation(title, (*summary, *_about(record, progress, settings)), record.text, losses)


def _named(name: str, run: Run) -> Group:
    """The group whose fingerprint begins with `name`."""
    wanted = bare(name)
    fits = sorted(each for each in run.groups if bare(each).startswith(wanted))
    ids = short_ids(run.groups)

    def listed(names: Sequence[str]) -> str:
        shown = [f"{ids[each]} ({_label(run.groups[each])})" for each in names[:_SHOWN]]
        return ", ".join(shown) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

    if not run.groups:
        raise UsageError(f"no group {name!r}: nothing was found in these logs", "is it the right log?")
    if not fits:
        raise UsageError(f"no group has an id that begins with {name!r}", f"groups: {listed(sorted(run.groups))}")
    if len(fits) > 1 and wanted not in fits:
        raise UsageError(f"{name!r} is the beginning of {len(fits)} ids", f"one of {listed(fits)}")
    return run.groups[fits[0]]


def _label(group: Group) -> str:
    return group.coroutine or group.callback or group.exception_type or group.kind


def _record(source: Input, line: int, settings: Settings) -> tuple[Record | None, Progress]:
    """The record that holds a line of a source."""
    progress = Progress()
    for record in pipeline.engine(settings).reader.records(source, progress):
        assert isinstance(record, Record)  # this reader tells no echoes
        if record.line <= line < record.line + max(record.lines, 1):
            return record, progress
        if record.line > line:
            break
    return None, progress


def _about(record: Record, progress: Progress, settings: Settings) -> list[Section]:
    book = pipeline.engine(settings)
    layout, message = progress.layout, book.message(record)
    _, sections = explain_record(message, book.judge, book.rulebook, book.plumbing)
    lines = f"{record.lines} lines" if record.lines > 1 else "1 line"
    where = [
        Reason("where", f"{record.source}:{record.line}, {lines}"),
        Reason("layout", f"{layout.description}, found from the beginning of the file"),
    ]
    if layout.heads is not None:
        where.append(Reason("header", f"a new record begins where a line matches {layout.heads.pattern}"))
    if record.headless:
        where.append(Reason("headless", "its first line is not in the file; what is left tells the kind", False))
    return [("Where it stands", tuple(where)), *sections]


def _summary(group: Group, run: Run, settings: Settings) -> list[Section]:
    """What is known of the group as a whole, and what the rules that look at it say."""
    others = sorted(group.rules.items()) if group.rules.keys() != {group.rule} else []
    facts = [
        Reason("count", f"{group.count:,}"),
        Reason("rule", f"{group.rule}, {group.severity.label}"),
        *(Reason("", f"{rule}: {count:,} of them") for rule, count in others),
    ]
    if group.suppressed:
        facts.append(Reason("suppressed", group.suppressed, False))
    view: Mapping[str, object] = group_views(run)[group.fingerprint]
    judged = explain_group_rules(pipeline.engine(settings).rulebook, group.kind, view, group.rule)
    sections: list[Section] = [("The group", tuple(facts))]
    return [*sections, ("Rules that look at the whole group", judged)] if judged else sections


def _signature(group: Group) -> Section:
    """Of a saved report: the identity is there, the records are not."""
    parts = tuple(Reason(key, value, True) for key, value in parts_in(group.signature).items())
    note = Reason("", "the log itself tells more: a saved report holds no records to explain")
    return "Identity", (Reason("fingerprint", group.fingerprint), *parts, note)


def _redacted(explanation: Explanation) -> Explanation:
    hide = Redactor(exceptions=True).text
    sections = tuple(
        (title, tuple(replace(reason, text=hide(reason.text)) for reason in reasons))
        for title, reasons in explanation.sections
    )
    return replace(explanation, sections=sections, text=hide(explanation.text))


def codes_of(group: Group) -> frozenset[tuple[str, Site]]:
    """Where the samples of a group print the code of its coroutine: (state of the coroutine, place)."""
    found = set()
    kept = (*group.samples, *((group.worst,) if group.worst else ()))
    for sample in kept if group.coroutine else ():
        line = next((line for line in sample.text.splitlines()[:_HEAD] if "coro=<" in line), "")
        coroutine = parse_repr(line[line.find("<") :]).coroutine if line else None
        if coroutine is not None and coroutine.place is not None:
            found.add((coroutine.state, Site(coroutine.place.file, coroutine.place.line)))
    return frozenset(found)


def ladder_of(settings: Settings) -> Callable[[Group], tuple[str, ...]]:
    """By which keys a group is found again in another run: the ladder of each of its callers."""
    normal_path = pipeline.engine(settings).plumbing.normal_path

    def keys(group: Group) -> tuple[str, ...]:
        chains = [caller.chain for caller in group.callers.values()] or [()]
        return tuple(dict.fromkeys(key for chain in chains for key in ladder(group, chain, normal_path, group.failure)))

    return keys
