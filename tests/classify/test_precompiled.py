"""Rules parsed ahead of time are the rules of the YAML files, whatever became of either."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from asynclog.classify import precompiled, rulebook
from asynclog.classify.rulebook import compile_rulebook, load_builtin
from asynclog.classify.rulefiles import OTHERS, builtin_folder, read_plain, rule_files
from asynclog.errors import RuleError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped rules, precompiled."""
    copy = tmp_path / "rules"
    shutil.copytree(builtin_folder(), copy)
    (copy / precompiled.NAME).write_bytes(rulebook.precompiled(copy))
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


def test_broken_rules_are_not_built(folder):
    with (folder / "tasks.yaml").open("a") as file:
        file.write("\nsuppress: [{reason: edited, rule: task-destroyed-pending, colour: red}]\n")
    with pytest.raises(RuleError, match="no key is named 'colour'"):
        rulebook.precompiled(folder)


def test_what_was_edited_is_checked_again(folder):
    assert precompiled.builtin_checked()
    precompiled._documents.cache_clear()
    with (folder / "tasks.yaml").open("a") as file:
        file.write("\nsuppress: [{reason: edited, rule: task-destroyed-pending, colour: red}]\n")
    with pytest.raises(RuleError, match="no key is named 'colour'"):
        load_builtin()


def test_the_rulebook_is_the_same_unchecked():
    seen, unseen = (compile_rulebook(precompiled.builtin_rules(), checked=checked) for checked in (False, True))
    assert seen.patterns == unseen.patterns
    assert [(each.rule, each.order, each.claims, each.rejects) for each in seen.judges] == [
        (each.rule, each.order, each.claims, each.rejects) for each in unseen.judges
    ]
    assert len(seen.judges) > 100
