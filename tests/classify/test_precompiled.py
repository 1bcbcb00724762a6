"""Rules parsed ahead of time are the rules of the YAML files, whatever became of either."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynclog.classify import precompiled
from asynclog.classify.rulefiles import OTHERS, builtin_folder, read_plain, rule_files
from asynclog.errors import RuleError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped rules, precompiled."""
    copy = tmp_path / "rules"
    shutil.copytree(builtin_folder(), copy)
    (copy / precompiled.NAME).write_bytes(precompiled.compiled(copy))
    monkeypatch.setattr(precompiled, "builtin_folder", lambda: copy)
    precompiled._documents.cache_clear()
    yield copy
    precompiled._documents.cache_clear()


def test_it_holds_what_the_files_say(folder, monkeypatch):
    monkeypatch.setattr(precompiled, "_parsed", lambda *_: pytest.fail("YAML was parsed"))
    assert precompiled.builtin_rules() == read_plain(rule_files(folder), folder.parent)
    assert set(precompiled.builtin_data("anchors.yaml")) >= {"nameless", "anchors"}


def test_an_edited_file_counts(folder):
    with (folder / "tasks.yaml").open("a") as file:
        file.write("\nsuppress: [{reason: edited, rule: task-destroyed-pending}]\n")
    (edited,) = (each for each in precompiled.builtin_rules() if each["path"].endswith("tasks.yaml"))
    assert edited["data"]["suppress"][0]["reason"] == "edited"


@pytest.mark.parametrize("damage", [b"", b"\x00", b"asynclog", b"i\x01\x00\x00\x00", b"\xfb\x14"])
def test_a_damaged_file_does_not_matter(folder, damage):
    (folder / precompiled.NAME).write_bytes(damage)
    assert precompiled.builtin_rules() == read_plain(rule_files(folder), folder.parent)


def test_a_missing_file_does_not_matter(folder):
    (folder / precompiled.NAME).unlink()
    assert precompiled.builtin_rules() == read_plain(rule_files(folder), folder.parent)


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_rules_that_are_gone_are_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(RuleError, match=name):
        precompiled.builtin_rules()
