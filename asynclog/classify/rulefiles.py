"""Rule files as plain data: where they lie, and YAML to dicts with the line of every key.

`parse_documents` gives nothing but dicts, lists, strings and numbers, so that what is shipped may be parsed ahead of
time; `rulebook.compile_rulebook` makes objects of it. Aliases are refused: a few lines of them can grow without bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asynclog.errors import RuleError

WAY_OUT = "docs/rules.md tells what a rule file holds; `asynclog rules schema` prints the schema for an editor"
UNREADABLE = "check --rules, or rules in pyproject.toml, whose paths start from its folder"

#: Files of the rules folder that hold other things than messages and rules.
OTHERS = frozenset({"plumbing.yaml", "anchors.yaml"})

Plain = dict[str, Any]
Value = Any  # what YAML can hold
Node = Any  # PyYAML has no types for its nodes that mypy could use


def builtin_folder() -> Path:
    """The folder of the shipped rules: packaged beside the code, or the checkout's."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "rules", package.parent / "rules"):
        if (folder / "tasks.yaml").is_file():
            return folder
    raise RuleError((f"{package / 'rules'}: the rules that belong to asynclog are missing",), "Install asynclog again.")


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, in the order of their names."""
    return sorted(p for p in folder.iterdir() if p.suffix in {".yaml", ".yml"} and p.name not in OTHERS)


def read_plain(paths: Iterable[Path], base: Path | None = None) -> list[Plain]:
    """Parse every file; the mistakes of all of them are raised together."""
    plain: list[Plain] = []
    problems: list[str] = []
    hints: dict[str, None] = {}
    for path in paths:
        shown = _shown(path, base)
        try:
            plain.append(parse_documents(path.read_text(encoding="utf-8-sig"), shown))
        except OSError as error:
            problems.append(f"{shown}: cannot be read: {error.strerror or error}")
            hints[UNREADABLE] = None
        except UnicodeDecodeError as error:
            problems.append(f"{shown}: is not UTF-8 text (byte {error.start})")
            hints["save rule files as UTF-8"] = None
        except RuleError as error:
            problems.extend(error.problems)
            hints[error.hint] = None
    if problems:
        raise RuleError(tuple(problems), "; ".join(hints))
    return plain


def parse_documents(text: str, path: str) -> Plain:
    """One YAML text as `{"path", "data", "lines"}`; `lines` maps `rules.0.when` to the line of that key or item."""
    import yaml

    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    problems: list[str] = []
    try:
        loader = loader_class(text)
        try:
            while loader.check_node():
                data.update(_Builder(loader, path, lines, problems).top(loader.get_node(), data))
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        problems.append(_yaml_problem(error, path, len(text.splitlines())))
    except RecursionError:
        problems.append(f"{path}:1: is nested too deeply")
    if problems:
        raise RuleError(tuple(problems), WAY_OUT)
    return {"path": path, "data": data, "lines": lines}


class _Builder:
    """Nodes to plain values, remembering lines; repeated keys and aliases are mistakes."""

    def __init__(self, loader: Node, path: str, lines: dict[str, int], problems: list[str]) -> None:
        self.loader, self.path, self.lines, self.problems = loader, path, lines, problems
        self.seen: set[int] = set()

    def top(self, node: Node, before: dict[str, Any]) -> dict[str, Any]:
        if node.id == "scalar" and not str(node.value).strip():
            return {}
        if node.id != "mapping":
            self.problems.append(f"{self.path}:{_line(node)}: a rule file is a mapping (messages:, rules:, suppress:)")
            return {}
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result or key in before:
                self.problems.append(f"{self.path}:{_line(key_node)}: {key!r} stands twice")
            self.lines[key] = _line(key_node)
            result[key] = self.build(value_node, key)
        return result

    def build(self, node: Node, where: str) -> Value:
        if id(node) in self.seen:
            self.problems.append(
                f"{self.path}:{_line(node)}: aliases (*name) of this value are not supported; write it out"
            )
            return None
        self.seen.add(id(node))
        self.lines.setdefault(where, _line(node))
        if node.id == "sequence":
            return [self.build(item, f"{where}.{number}") for number, item in enumerate(node.value)]
        if node.id == "mapping":
            return self.mapping(node, where)
        return self.scalar(node)

    def mapping(self, node: Node, where: str) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                self.problems.append(f"{self.path}:{_line(key_node)}: {key!r} stands twice")
            self.lines[f"{where}.{key}"] = _line(key_node)
            result[key] = self.build(value_node, f"{where}.{key}")
        return result

    def scalar(self, node: Node) -> Value:
        if node.tag == "tag:yaml.org,2002:timestamp":  # 2026-01-31 stays text
            return node.value
        if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):  # so do on, off, no
            return node.value
        try:
            return self.loader.construct_object(node)
        except Exception as error:
            self.problems.append(f"{self.path}:{_line(node)}: {str(error).splitlines()[0]}")
            return None


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


def _yaml_problem(error: Exception, path: str, last: int) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    text = getattr(error, "problem", None) or str(error).splitlines()[0]
    if "cannot start any token" in text:
        text += " (a tab? YAML is indented with spaces)"
    line = min(mark.line + 1, max(last, 1)) if mark else 1
    return f"{path}:{line}: is not valid YAML: {text}"


def _shown(path: Path, base: Path | None) -> str:
    try:
        return path.relative_to(base).as_posix() if base else str(path)
    except ValueError:
        return str(path)
