"""Patterns that wait: nothing that imports find wrong may turn up later."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Any

import asynclog
from asynclog.lazy import regex


def _waiting(value: Any, depth: int = 3) -> list[Any]:
    if isinstance(value, regex):
        return [value]
    if depth and isinstance(value, tuple | list | dict):
        inside = value.values() if isinstance(value, dict) else value
        return [one for part in inside for one in _waiting(part, depth - 1)]
    return [value.pattern] if isinstance(getattr(value, "pattern", None), regex) else []


def test_every_pattern_of_every_module_compiles():
    found = 0
    for module in pkgutil.walk_packages(asynclog.__path__, "asynclog."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(import_module(module.name)).items():
            for waiting in _waiting(value):
                assert isinstance(waiting.groups, int), f"{module.name}.{name}"
                found += 1
    assert found > 200


def test_a_pattern_waits_until_it_is_asked(monkeypatch):
    made: list[object] = []
    compile_now = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: made.append(given) or compile_now(*given))
    waiting = regex(r"(\d+)", re.ASCII)
    assert (waiting.pattern, made) == (r"(\d+)", [])
    assert waiting.sub("x", "a1b22") == "axbx"
    assert waiting.fullmatch("7")[1] == "7"
    assert made == [(r"(\d+)", re.ASCII)]


def test_bytes_too():
    assert regex(rb"a+").findall(b"aab") == [b"aa"]
