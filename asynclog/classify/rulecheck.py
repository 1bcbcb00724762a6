"""What can be wrong in a rule file, each said once with file, line and a way out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from asynclog.classify.conditions import ConditionError, Conditions, compile_conditions, suggest
from asynclog.classify.fingerprint import PARTS
from asynclog.classify.rulefiles import Plain, Value
from asynclog.lazy import regex

_SECTIONS = ("messages", "details", "rules", "suppress")
_TEXT, _TEXTS, _FLAG, _MAP, _INT = "a text", "a list of texts", "true or false", "a mapping", "a whole number"
_MESSAGE = {
    "kind": _TEXT, "channel": _TEXT, "needles": _TEXTS, "pattern": _TEXT, "loggers": _TEXTS, "not_loggers": _TEXTS,
    "levels": _TEXTS, "strict": _FLAG, "duration": _TEXT, "debug_only": _FLAG, "order": _INT, "category": _TEXTS,
    "bare": _FLAG, "tail": _FLAG, "body": _TEXT,
}  # fmt: skip
_DETAIL = {"kind": _TEXT, "pattern": _TEXT}
_RULE = {
    "id": _TEXT, "kind": _TEXT, "severity": _TEXT, "title": _TEXT, "why": _TEXT, "fix": _TEXT, "references": _TEXTS,
    "static": _TEXTS, "example": _MAP, "examples": _MAP, "when": _MAP, "when_group": _MAP, "order": _INT,
    "extends": _TEXT, "fingerprint": _TEXTS,
}  # fmt: skip
_EXAMPLE = {"before": _TEXT, "after": _TEXT}
_EXAMPLES = {"claims": _TEXTS, "rejects": _TEXTS}
_SUPPRESS = {
    "fingerprint": _TEXT, "rule": _TEXT, "kind": _TEXT, "site": _TEXT, "reason": _TEXT, "expires": _TEXT,
}  # fmt: skip
_CHANNELS = ("log", "warning", "stderr", "traceback")
_BODIES = ("line", "context", "keys", "warning", "stack", "dump", "free")
_SEVERITIES = ("error", "warning", "info", "off")
_ID = regex(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Checker:
    """Collects the problems of all files.

    `builtin`: the files are asynclog's own and may hold messages. `checked`: nobody needs to look for problems again.
    """

    def __init__(self, builtin: bool, checked: bool = False) -> None:
        self.builtin = builtin
        self._checked = checked
        self.problems: list[str] = []
        self._ids: dict[str, str] = {}

    def at(self, document: Plain, where: str) -> str:
        """FILE:LINE of a place in a document such as `rules.0.when`."""
        lines = document["lines"]
        while where and where not in lines:
            where = where.rpartition(".")[0]
        return f"{document['path']}:{lines.get(where, 1)}"

    def problem(self, document: Plain, where: str, text: str) -> None:
        """Note a mistake."""
        self.problems.append(f"{self.at(document, where)}: {text}")

    def in_order(self) -> tuple[str, ...]:
        """All problems, file by file and line by line."""
        places = [problem.partition(": ")[0].rpartition(":") for problem in self.problems]
        files = {file: number for number, (file, _, _) in reversed(list(enumerate(places)))}
        keys = [(files[file], int(line)) for file, _, line in places]
        return tuple(problem for _, problem in sorted(zip(keys, self.problems, strict=True), key=lambda pair: pair[0]))

    def document(self, document: Plain) -> dict[str, Any]:
        """The sections of a document with what is no entry taken out."""
        data = document["data"]
        for key in data:
            if key not in _SECTIONS:
                self.problem(document, key, f"no section is named {key!r}{suggest(key, _SECTIONS)}")
        if not self.builtin:
            for key in ("messages", "details"):
                if data.get(key):
                    self.problem(document, key, f"{key}: is for asynclog's own files; yours hold rules: and suppress:")
            document = {**document, "data": {key: data[key] for key in data if key not in ("messages", "details")}}
        return {
            "messages": [m for w, m in self._entries(document, "messages") if self._message(m, document, w)],
            "details": self._details(document),
            "rules": [entry for _, entry in self._entries(document, "rules")],
            "suppress": [entry for _, entry in self._entries(document, "suppress")],
        }

    def _entries(self, document: Plain, section: str) -> list[tuple[str, Mapping[str, Any]]]:
        entries = document["data"].get(section)
        if entries is None:
            return []
        if not isinstance(entries, list):
            self.problem(document, section, f"{section}: must be a list (each entry starts with '- ')")
            return []
        found = []
        for number, entry in enumerate(entries):
            where = f"{section}.{number}"
            if isinstance(entry, Mapping):
                found.append((where, entry))
                if not entry:
                    self.problem(document, where, f"an entry of {section}: is empty")
            else:
                self.problem(document, where, f"an entry of {section}: must be a mapping, not {_kind_of(entry)}")
                found.append((where, {}))
        return found

    def _details(self, document: Plain) -> dict[str, list[Mapping[str, Any]]]:
        details = document["data"].get("details") or {}
        found: dict[str, list[Mapping[str, Any]]] = {}
        for key, entries in details.items():
            found[key] = [
                entry
                for number, entry in enumerate(entries or ())
                if self._shape(entry, _DETAIL, ("kind", "pattern"), document, f"details.{key}.{number}")
            ]
        return found

    def _message(self, entry: Mapping[str, Any], document: Plain, where: str) -> bool:
        if not self._shape(entry, _MESSAGE, ("kind", "channel", "needles", "pattern"), document, where):
            return False
        if entry["channel"] not in _CHANNELS:
            self.problem(document, f"{where}.channel", f"channel must be one of {', '.join(_CHANNELS)}")
        if entry.get("body", "line") not in _BODIES:
            self.problem(document, f"{where}.body", f"body must be one of {', '.join(_BODIES)}")
        if entry.get("duration") not in (None, "s", "ms"):
            self.problem(document, f"{where}.duration", "duration must be s or ms")
        if not entry["needles"] and not entry.get("loggers"):
            self.problem(document, f"{where}.needles", "a message without needles needs loggers")
        return True

    # -- rules -------------------------------------------------------------------------------------------------------

    def parent(
        self, entry: Mapping[str, Any], document: Plain, where: str, known: Mapping[str, object]
    ) -> str | Literal[False] | None:
        """The rule that an entry refines, None for a rule of its own, False where it names one that is not there."""
        name = entry.get("extends")
        if name is None and "id" in entry and "kind" not in entry and not self.builtin:
            name = entry["id"]  # {id: X, severity: off} adjusts X
        if name is None:
            return None
        if not isinstance(name, str) or name not in known:
            place = f"{where}.{'extends' if 'extends' in entry else 'id'}"
            near = suggest(str(name), known)
            own = "" if near or "extends" in entry else "; a rule of your own needs a kind:"
            self.problem(document, place, f"no rule is named {name!r}{near}{own}")
            return False
        return name

    def rule(
        self,
        entry: Mapping[str, Any],
        document: Plain,
        where: str,
        kinds: frozenset[str],
        refines: bool,
    ) -> bool:
        """Whether an entry can become a rule; what is missing or wrong is noted."""
        if self._checked:
            return True
        required = () if refines else ("id", "kind", "severity", "title", "why", "fix", "examples")
        before = len(self.problems)
        self._shape(entry, _RULE, required, document, where)
        for key, shape in (("example", _EXAMPLE), ("examples", _EXAMPLES)):
            if isinstance(entry.get(key), Mapping):
                self._shape(entry[key], shape, (), document, f"{where}.{key}")
        self._identity(entry, document, where, kinds)
        severity = entry.get("severity", "error")
        if isinstance(severity, str) and severity not in _SEVERITIES:
            near = suggest(severity, _SEVERITIES)
            self.problem(document, f"{where}.severity", f"severity must be one of {', '.join(_SEVERITIES)}{near}")
        parts = entry.get("fingerprint", ())
        for number, name in enumerate(parts if _fits(parts, _TEXTS) else ()):
            if name not in PARTS and not name.startswith("field."):
                place = f"{where}.fingerprint.{number}"
                self.problem(document, place, f"no part of an identity is named {name!r}{suggest(name, PARTS)}")
        if entry.get("fingerprint") and entry.get("when_group"):
            self.problem(document, f"{where}.fingerprint", "fingerprint: is for rules that judge records, not groups")
        examples = entry.get("examples")
        for key in ("claims", "rejects"):
            if isinstance(examples, Mapping) and not examples.get(key):
                self.problem(document, f"{where}.examples", f"examples.{key}: needs at least one log text")
        return len(self.problems) == before

    def _identity(self, entry: Mapping[str, Any], document: Plain, where: str, kinds: frozenset[str]) -> None:
        name, kind = entry.get("id", entry.get("extends")), entry.get("kind")
        if isinstance(kind, str) and kind not in kinds:
            self.problem(document, f"{where}.kind", f"no kind is named {kind!r}{suggest(kind, kinds)}")
        if not isinstance(name, str):
            return
        if not _ID.fullmatch(name):
            self.problem(document, f"{where}.id", f"an id is made of a-z, 0-9 and single dashes, not {name!r}")
        if name in self._ids:
            self.problem(document, f"{where}.id", f"rule {name!r} stands at {self._ids[name]} already")
        self._ids.setdefault(name, self.at(document, f"{where}.id"))

    def conditions(self, plain: Value, document: Plain, where: str, keys: frozenset[str]) -> Conditions:
        """Compiled conditions; empty ones where they are wrong."""
        if plain is not None and not isinstance(plain, Mapping):
            return Conditions()  # told with the shape of its rule
        try:
            return compile_conditions(plain, keys)
        except ConditionError as error:
            for path, text in error.problems:
                place = f"{where}.{path}" if path else where
                self.problem(document, place, f"{path or 'when'}: {text}")
            return Conditions()

    # -- suppressions ------------------------------------------------------------------------------------------------

    def suppression(self, entry: Mapping[str, Any], document: Plain, where: str) -> bool:
        """Whether an entry can become a suppression."""
        before = len(self.problems)
        if not self._shape(entry, _SUPPRESS, ("reason",), document, where):
            return False
        if not entry["reason"].strip():
            self.problem(document, f"{where}.reason", "a suppression needs a reason")
        if not any(entry.get(key) for key in ("fingerprint", "rule", "kind", "site")):
            self.problem(document, where, "a suppression names a fingerprint, rule, kind or site")
        if len(entry.get("fingerprint", "xxxx").rpartition(":")[2]) < 4:
            self.problem(document, f"{where}.fingerprint", "give at least four characters of the fingerprint")
        try:
            datetime.date.fromisoformat(str(entry.get("expires", "2000-01-01")))
        except ValueError:
            text = f"expires must be a day such as 2027-01-31, not {entry['expires']!r}"
            self.problem(document, f"{where}.expires", text)
        return len(self.problems) == before

    # -- shapes ------------------------------------------------------------------------------------------------------

    def _shape(
        self, entry: Value, shape: Mapping[str, str], required: Iterable[str], document: Plain, where: str
    ) -> bool:
        if self._checked:
            return True
        before = len(self.problems)
        if not isinstance(entry, Mapping):
            self.problem(document, where, f"must be a mapping, not {_kind_of(entry)}")
            return False
        for key, value in entry.items():
            if key not in shape:
                self.problem(document, f"{where}.{key}", f"no key is named {key!r}{suggest(key, shape)}")
            elif not _fits(value, shape[key]):
                self.problem(document, f"{where}.{key}", f"{key} must be {shape[key]}, not {_kind_of(value)}")
        missing = [key for key in required if key not in entry]
        if missing and entry:
            self.problem(document, where, f"misses {', '.join(missing)}")
        return len(self.problems) == before and bool(entry)


def _fits(value: Value, wanted: str) -> bool:
    if wanted == _TEXT:
        return isinstance(value, str)
    if wanted == _TEXTS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if wanted == _FLAG:
        return isinstance(value, bool)
    if wanted == _INT:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, Mapping)


def _kind_of(value: Value) -> str:
    names = {str: "a text", list: "a list", dict: "a mapping", bool: "true/false", type(None): "nothing"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
