"""What may happen to source code between two releases, done to the templates beside this file with a seed."""

from __future__ import annotations

import ast
import enum
import io
import random
import tokenize
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

Program = dict[str, str]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef

HERE = Path(__file__).resolve().parent
FIXED = ("main.py", "shop/__init__.py", "shop/register.py", "shop/drive.py")
SHARE = 3  # one function in three


class Edit(enum.Enum):
    """The kinds of change, in the order in which they are done."""

    WRAP = "callers and creators wrapped"
    WRAP_CALLERS = "callers wrapped"
    WRAP_CREATORS = "creators wrapped"
    RENAME_CREATORS = "creating functions renamed"
    RENAME_COROUTINES = "coroutines and callbacks renamed"
    SHUFFLE = "functions and methods shuffled"
    INSERT = "lines inserted"
    INDENT = "indented otherwise"
    RENAME_FOLDER = "the package's folder renamed"


def load() -> Program:
    """The app as it is before."""
    files = [HERE / "main.py", *sorted((HERE / "shop").glob("*.py"))]
    return {file.relative_to(HERE).as_posix(): file.read_text("utf-8") for file in files}


def edited(
    program: Program, edits: Collection[Edit], seed: str, creators: Collection[str], coroutines: Collection[str]
) -> Program:
    """The app after `edits`. `creators` and `coroutines` are the names that matter, among which some are chosen."""
    chance = random.Random(seed)
    for edit in Edit:
        if edit not in edits:
            continue
        if edit is Edit.RENAME_CREATORS:
            program = _renamed(program, sorted({*creators} - {*coroutines}), chance)
        elif edit is Edit.RENAME_COROUTINES:
            program = _renamed(program, sorted(coroutines), chance)
        elif edit is Edit.RENAME_FOLDER:
            program = {name.replace("shop/", "store/"): text for name, text in _each(program, _folder).items()}
        elif edit in (Edit.WRAP, Edit.WRAP_CALLERS, Edit.WRAP_CREATORS):
            program = _wrapped(program, edit, creators, chance)
        else:
            change = {Edit.SHUFFLE: _shuffled, Edit.INSERT: _inserted, Edit.INDENT: _indented}[edit]
            program = {n: t if n in FIXED else change(t, chance) for n, t in program.items()}
    return program


def _each(program: Program, change: Callable[[str], str]) -> Program:
    return {name: change(text) for name, text in program.items()}


# -- definitions -----------------------------------------------------------------------------------------------------


def _definitions(body: Sequence[ast.stmt]) -> list[Definition]:
    return [node for node in body if isinstance(node, Definition)]


def _first(node: ast.stmt) -> int:
    """The line where a statement starts, its decorators included."""
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def _lines(lines: Sequence[str], node: ast.stmt) -> list[str]:
    return list(lines[_first(node) - 1 : node.end_lineno])


def _functions(tree: ast.Module) -> Iterator[Function]:
    """Functions and methods, not the nested ones."""
    for node in _definitions(tree.body):
        yield from _definitions(node.body) if isinstance(node, ast.ClassDef) else [node]


# -- edits -----------------------------------------------------------------------------------------------------------


def _shuffled(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    tops = _definitions(ast.parse(text).body)
    head = lines[: _first(tops[0]) - 1]
    blocks = []
    for node in tops:
        block = _lines(lines, node)
        if isinstance(node, ast.ClassDef) and len(methods := _definitions(node.body)) > 1:
            start = block[: _first(methods[0]) - _first(node)]
            parts = [_lines(lines, each) for each in methods]
            chance.shuffle(parts)
            block = [*start, *(line for part in parts for line in ["", *part])]
        blocks.append(block)
    chance.shuffle(blocks)
    return "\n".join([*head, *(line for block in blocks for line in [*block, "", ""])]) + "\n"


def _inserted(text: str, chance: random.Random) -> str:
    lines = text.splitlines()
    places: dict[int, str] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            places |= {_first(each): " " * each.col_offset for each in node.body}
        elif isinstance(node, ast.Module):
            places |= {_first(each): "" for each in _definitions(node.body)}
    for line in sorted(places, reverse=True):
        indent = places[line]
        kinds = [f"{indent}# see ticket {chance.randrange(1000)}", "", f"{indent}checked = {chance.randrange(9)}"]
        lines[line - 1 : line - 1] = chance.choices(kinds, k=chance.randrange(5))
    return "\n".join(lines) + "\n"


def _indented(text: str, chance: random.Random) -> str:
    unit = chance.choice(["  ", "\t", "   ", "        "])
    lines = text.splitlines()
    return "\n".join((len(x) - len(x.lstrip())) // 4 * unit + x.lstrip() for x in lines) + "\n"


def _renamed(program: Program, names: Sequence[str], chance: random.Random) -> Program:
    """Every use of some of the names, in all files."""
    own = [name for name in names if name.isidentifier()]
    new = {
        name: chance.choice(["do_{}", "{}_now", "_{}", "run_{}_once"]).format(name)
        for name in chance.sample(own, len(own) // SHARE)
    }
    return _each(program, lambda text: _tokens(text, new))


def _folder(text: str) -> str:
    return _tokens(text, {"shop": "store"})


def _tokens(text: str, new: dict[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if token.type == tokenize.NAME and token.string in new:
            row, start = token.start
            lines[row - 1] = lines[row - 1][:start] + new[token.string] + lines[row - 1][token.end[1] :]
    return "".join(lines)


def _wrapped(program: Program, edit: Edit, creators: Collection[str], chance: random.Random) -> Program:
    """Some creating functions hand their body to a new one; others, and the start of the program, get a new caller."""
    result = dict(program)
    for name, text in program.items():
        if name in FIXED:
            continue
        lines = text.splitlines()
        for node in sorted(_functions(ast.parse(text)), key=_first, reverse=True):
            static = any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list)
            if chance.randrange(SHARE) or node.name.startswith("__") or static:
                continue
            new: tuple[str, str] | None = None
            if any(_decorator(each) == "site" for each in node.decorator_list) and edit is not Edit.WRAP_CREATORS:
                new = node.name, f"{node.name}_safely"
            if node.name in creators and (edit is Edit.WRAP_CREATORS or (edit is Edit.WRAP and chance.randrange(2))):
                new = f"_{node.name}_body", node.name
            if new is not None:
                lines[_first(node) - 1 : node.end_lineno] = _split(lines, node, *new)
        result[name] = "\n".join(lines) + "\n"
    if edit is not Edit.WRAP_CREATORS:
        run = next(line for line in result["main.py"].splitlines() if "asyncio.run" in line)
        start = f"def main():\n{run}\n\n\nif __name__"
        result["main.py"] = result["main.py"].replace(run, "    main()").replace("if __name__", start)
    return result


def _decorator(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _split(lines: Sequence[str], node: Function, inner: str, outer: str) -> list[str]:
    """`node` under the name `inner`, and a function `outer` that calls it and is visited instead."""
    indent = " " * node.col_offset
    method = bool(node.args.args) and node.args.args[0].arg == "self"
    visited = [each for each in node.decorator_list if _decorator(each) == "site"]
    kept = [each for each in node.decorator_list if each not in visited]
    word = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    body = list(lines[node.lineno - 1 : node.end_lineno])
    body[0] = body[0].replace(f"def {node.name}(", f"def {inner}(", 1)
    call = f"{'await ' if word != 'def' else ''}{'self.' if method else ''}{inner}(*args, **options)"
    return [
        *(f"{indent}@{ast.unparse(each)}" for each in kept),
        *body,
        *([""] if indent else ["", ""]),
        *(f"{indent}@{ast.unparse(each)}" for each in visited),
        f"{indent}{word} {outer}({'self, ' if method else ''}*args, **options):",
        f"{indent}    return {call}",
    ]
