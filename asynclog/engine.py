"""The order of the rooms: bytes -> records -> messages -> findings -> groups -> run, of one source or a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from asynclog.aggregate.run import RunBuilder
from asynclog.batches import Batches
from asynclog.classify.alike import Alike, alike
from asynclog.classify.judge import Judge, Verdict
from asynclog.classify.parts import UNCLASSIFIED
from asynclog.classify.plumbing import Plumbing
from asynclog.classify.precompiled import builtin_data
from asynclog.classify.rulebook import Rulebook, load_builtin, load_user
from asynclog.config import Settings
from asynclog.model import Finding, Message, Record, Run
from asynclog.parse.message import understand
from asynclog.read.form import prefix_form
from asynclog.read.inputs import Input
from asynclog.read.layout import Layout
from asynclog.read.narrow import time_filter
from asynclog.read.parts import Part, Seam
from asynclog.read.progress import Progress
from asynclog.read.reader import Reader
from asynclog.read.recognise import Recogniser
from asynclog.read.scan import Scanner
from asynclog.slotted import dataclass, replace

if TYPE_CHECKING:
    from asynclog.classify.redact import Redactor


@dataclass(slots=True)
class Outcome:
    """What one part of a source gave."""

    progress: Progress
    seam: Seam
    run: Run


class Engine:
    """Reads and judges with one set of settings; made once per process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.notes: list[str] = []
        self._within = time_filter(settings.since, settings.until, settings.around)
        self._repeats = True

    @cached_property
    def rulebook(self) -> Rulebook:
        """Built-in rules, refined by the user's."""
        book = load_builtin()
        files, texts = [Path(path) for path in self.settings.rules], self.settings.rule_texts
        return load_user(files, book, texts) if files or texts else book

    @cached_property
    def plumbing(self) -> Plumbing:
        """Whose code a frame is."""
        return Plumbing(
            builtin_data("plumbing.yaml"), self.settings.in_app, self.settings.plumbing, self.settings.path_map
        )

    @cached_property
    def judge(self) -> Judge:
        """Messages to findings."""
        return Judge(self.rulebook, self.plumbing)

    @cached_property
    def reader(self) -> Reader:
        """Bytes to records."""
        anchors = builtin_data("anchors.yaml")
        remains = [needle for pattern in self.rulebook.details for needle in pattern.needles]
        scanner = Scanner(anchors["anchors"], remains, [*anchors["nameless"], *anchors["otherwise"]])
        form = prefix_form(self.settings.prefix) if self.settings.prefix else None
        return Reader(Recogniser(self.rulebook.patterns), scanner, self.settings.window, form, self._within)

    @cached_property
    def _redactor(self) -> Redactor | None:
        if not self.settings.redact:
            return None
        from asynclog.classify.redact import Redactor

        return Redactor()

    def message(self, record: Record) -> Message:
        """A record understood."""
        return understand(record)

    def finding(
        self, record: Record, builder: RunBuilder | None = None, with_alike: bool = False
    ) -> tuple[Finding | None, Alike | None]:
        """The finding of `record` (None: only counted in `builder`), and the findings of all records like it."""
        message = self.message(record)
        verdict = self.judge.verdict(message)
        finding = self.judge.finding(message, verdict)
        if self._within is not None and not self._within(finding.timestamp):
            if builder is not None:
                builder.add_left_out(finding.timestamp is not None)
            told = finding.kind != UNCLASSIFIED and not self.judge.silences(finding.rule) and not message.malformed
            return None, self._alike(message, verdict, finding) if with_alike and told else None
        if finding.kind == UNCLASSIFIED:
            if builder is not None:
                builder.add_unclassified(finding.text)
            return None, None
        if self.judge.silences(finding.rule):
            if builder is not None:
                builder.add_silenced(finding)
            return None, None
        same = self._alike(message, verdict, finding) if with_alike and not message.malformed else None
        if self._redactor is not None:
            finding = self._redactor.scrub(finding)
        if message.malformed and builder is not None:
            builder.add_malformed(finding)
            return None, None
        return finding, same

    def _alike(self, message: Message, verdict: Verdict, finding: Finding) -> Alike | None:
        """The findings of all records like one whose finding is as the log says it."""
        same = alike(self.judge, message, verdict, finding)
        if same is None or any(self.judge.silences(choice.finding.rule) for choice in same.choices):
            return None
        if self._redactor is not None:
            scrubbed = [choice._replace(finding=self._redactor.scrub(choice.finding)) for choice in same.choices]
            same = same._replace(choices=tuple(scrubbed))
        return same

    def masked(self, text: str) -> str:
        """A text of the log as reports show it."""
        return self._redactor.text(text) if self._redactor is not None else text

    def findings(self, records: Iterable[Record]) -> Iterator[Finding]:
        """The findings of `records`, one by one."""
        for record in records:
            finding, _ = self.finding(record)
            if finding is not None:
                yield finding

    def part(self, source: Input, part: Part | None, layout: Layout | None) -> Outcome:
        """Read one part (None: the whole source) to a partial run."""
        progress, seam, builder = Progress(), Seam(), RunBuilder()
        batches = Batches(
            builder,
            lambda record, alike: self.finding(record, builder, alike),
            self.reader.again,
            lambda record: self.finding(record)[0],
            self.masked,
        )
        accept = batches.accept if self._repeats else None
        if part is None or layout is None:
            records = self.reader.collected(source, progress, accept)
        else:
            records = self.reader.part(source, part, layout, progress, seam, accept)
        for record in records:
            if isinstance(record, Record):
                batches.add(record)
            else:
                batches.add_collected(record)
        batches.finish()
        span = progress.span(source.path, source.index)
        if part is not None:
            span = replace(span, bytes=min(part.end, source.size or 0) - part.start)
        return Outcome(progress, seam, builder.finish([span], self.rulebook.rules, notes=self.judge.notes))


@lru_cache(maxsize=4)
def engine(settings: Settings) -> Engine:
    """The engine of this process for `settings`."""
    return Engine(settings)
