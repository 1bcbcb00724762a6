"""Loading rules: the user's on top of ours, and every mistake said once, with file and line."""

import datetime
import json
import pickle
from pathlib import Path

import jsonschema
import pytest

from asynclog.classify.conditions import GROUP_KEYS, RECORD_KEYS
from asynclog.classify.rulebook import Rulebook, Suppression, compile_rulebook, load_builtin, load_user
from asynclog.classify.rulefiles import builtin_folder, parse_documents, read_plain, rule_files
from asynclog.errors import RuleError
from asynclog.model import Severity

BUILTIN = load_builtin()
GOOD = """
rules:
  - id: slow-report
    kind: slow-callback
    severity: error
    title: The report blocks the loop
    why: It reads files.
    fix: Use a thread.
    when:
      coroutine: {glob: 'report*'}
    examples:
      claims: ["Executing <Task pending coro=<report() running at /srv/r.py:1>> took 0.2 seconds"]
      rejects: ["Executing <Task pending coro=<other() running at /srv/r.py:1>> took 0.2 seconds"]
"""


def user(tmp_path: Path, text: str, name: str = "mine.yaml") -> Rulebook:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return load_user([path], BUILTIN)


def problems(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(RuleError) as caught:
        user(tmp_path, text)
    return tuple(problem.replace(str(tmp_path) + "/", "") for problem in caught.value.problems)


# -- the user's rules ------------------------------------------------------------------------------------------------


def test_a_rule_of_the_user_is_tried_before_the_plain_one(tmp_path: Path):
    book = user(tmp_path, GOOD)
    names = [judge.rule.id for judge in book.rules_for("slow-callback")]
    assert "slow-report" in names
    assert names[-1] == "slow-callback"
    mine = next(judge for judge in book.judges if judge.rule.id == "slow-report")
    assert mine.matches({"coroutine": "report.make"})
    assert not mine.matches({"coroutine": "other"})
    assert mine.severity is Severity.ERROR
    assert mine.where.endswith("mine.yaml:3")
    assert not mine.builtin
    assert len(BUILTIN.rules_for("slow-callback")) + 1 == len(book.rules_for("slow-callback"))


def test_the_same_id_replaces(tmp_path: Path):
    book = user(
        tmp_path,
        GOOD.replace("slow-report", "slow-callback").replace("    when:\n      coroutine: {glob: 'report*'}\n", ""),
    )
    assert book.rules["slow-callback"].title == "The report blocks the loop"
    assert book.rules["slow-callback"].static == ()
    assert len(book.rules) == len(BUILTIN.rules)


def test_severity_off_silences(tmp_path: Path):
    book = user(tmp_path, "rules:\n  - {id: loop-lifecycle, severity: off}\n")
    rule = book.rules["loop-lifecycle"]
    assert rule.severity is None
    assert rule.title == BUILTIN.rules["loop-lifecycle"].title
    assert book.rules_for("loop-lifecycle")[-1].severity is Severity.INFO


def test_extends_refines(tmp_path: Path):
    book = user(
        tmp_path,
        """
rules:
  - id: loop-stalled-in-report
    extends: loop-stalled
    severity: warning
    when: {coroutine: report}
  - extends: slow-poll
    severity: warning
""",
    )
    refined = next(judge for judge in book.judges if judge.rule.id == "loop-stalled-in-report")
    parent = next(judge for judge in book.judges if judge.rule.id == "loop-stalled")
    assert refined.matches({"coroutine": "report", "duration": 6.0})
    assert not refined.matches({"coroutine": "report", "duration": 1.0})
    assert refined.order < parent.order
    assert refined.rule.why == parent.rule.why
    assert book.rules["slow-poll"].severity is Severity.WARNING


def test_rules_for_groups_stand_apart(tmp_path: Path):
    text = GOOD.replace("    when:\n      coroutine: {glob: 'report*'}\n", "    when_group:\n      count: {ge: 3}\n")
    book = user(tmp_path, text)
    assert "slow-report" not in [judge.rule.id for judge in book.rules_for("slow-callback")]
    [mine] = [judge for judge in book.group_rules_for("slow-callback") if judge.rule.id == "slow-report"]
    assert mine.matches_group({"count": 3})
    assert not mine.matches_group({"count": 2})


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("rules: [{id: slow-poll, severity: error}]", encoding="utf-8")
    (tmp_path / "b.yml").write_text("rules: [{id: slow-poll, severity: warning}]", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("rules: nonsense", encoding="utf-8")
    with pytest.raises(RuleError, match="stands at"):
        load_user([tmp_path], BUILTIN)
    (tmp_path / "a.yaml").write_text("", encoding="utf-8")
    assert load_user([tmp_path], BUILTIN).rules["slow-poll"].severity is Severity.WARNING


# -- suppressions ----------------------------------------------------------------------------------------------------


def test_suppressions(tmp_path: Path):
    book = user(
        tmp_path,
        """
suppress:
  - fingerprint: abcd12
    reason: known, see the tracker
    expires: 2027-01-31
  - rule: unclosed-*
    site: 'vendor/*.py'
    reason: not ours
""",
    )
    first, second = book.suppressions
    assert first.covers("asynclog/v1:abcd1234", "slow-callback", "slow-callback", None, None)
    assert first.covers("abcd1234", "slow-callback", "slow-callback", None, None)
    assert not first.covers("asynclog/v1:ffff", "slow-callback", "slow-callback", None, None)
    assert first.expires == datetime.date(2027, 1, 31)
    assert not first.expired(datetime.date(2027, 1, 31))
    assert first.expired(datetime.date(2027, 2, 1))
    assert second.covers("f" * 8, "unclosed-transport", "unclosed-transport", "/srv/vendor/x.py", "f")
    assert second.covers("f" * 8, "unclosed-transport", "unclosed-transport", r"C:\srv\vendor\x.py", "f")
    assert not second.covers("f" * 8, "unclosed-transport", "unclosed-transport", None, None)
    assert not second.covers("f" * 8, "slow-callback", "slow-callback", "/srv/vendor/x.py", "f")
    assert not second.expired(datetime.date(2999, 1, 1))
    assert Suppression("r", site="app/x.py:main").covers("f", "r", "k", "/srv/app/x.py", "main")
    assert not Suppression("r", kind="slow-*").covers("f", "r", "task", None, None)


# -- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("severity: error", "severty: error"), ["mine.yaml:5: no key is named 'severty'; did you mean 'severity'?",
                                                             "mine.yaml:3: misses severity"]),
        (GOOD.replace("severity: error", "severity: fatal"), ["mine.yaml:5: severity must be one of error, warning, info, off"]),
        (GOOD.replace("kind: slow-callback", "kind: slow-calback"), ["mine.yaml:4: no kind is named 'slow-calback'; did you mean 'slow-callback'?"]),
        (GOOD.replace("{glob: 'report*'}", "{regex: '(a+)+$'}"), ["mine.yaml:10: coroutine: regex '(a+)+$' repeats a part"]),
        (GOOD.replace("{glob: 'report*'}", "{regex: '('}"), ["mine.yaml:10: coroutine: regex '(' is not a regex: missing )"]),
        (GOOD.replace("coroutine:", "corutine:"), ["mine.yaml:10: corutine: no field is named 'corutine'; did you mean 'coroutine'?"]),
        (GOOD.partition("    examples:")[0], ["mine.yaml:3: misses examples"]),
        (GOOD.partition("      rejects:")[0], ["mine.yaml:11: examples.rejects: needs at least one log text"]),
        (GOOD + GOOD.partition("rules:")[2], ["mine.yaml:15: rule 'slow-report' stands at mine.yaml:3 already"]),
        (GOOD.replace("id: slow-report", "id: Slow Report"), ["mine.yaml:3: an id is made of a-z, 0-9 and single dashes"]),
        (GOOD.replace("title: The report blocks the loop", "title: [The, report]"), ["mine.yaml:6: title must be a text, not a list"]),
        (GOOD.replace("rules:", "ruls:"), ["mine.yaml:2: no section is named 'ruls'; did you mean 'rules'?"]),
        ("rules:\n  - id: x\n    severity: off\n", ["mine.yaml:2: no rule is named 'x'"]),
        ("rules:\n  - extends: slow-pol\n    severity: off\n", ["mine.yaml:2: no rule is named 'slow-pol'; did you mean 'slow-poll'?"]),
        ("rules: {id: x}\n", ["mine.yaml:1: rules: must be a list"]),
        ("rules: [slow-poll]\n", ["mine.yaml:1: an entry of rules: must be a mapping, not a text"]),
        ("- id: x\n", ["mine.yaml:1: a rule file is a mapping"]),
        ("rules:\n  - id: x\n   kind: y\n", ["mine.yaml:3: is not valid YAML"]),
        ("rules:\n  - id: slow-poll\n    id: slow-poll\n    severity: off\n", ["mine.yaml:3: 'id' stands twice"]),
        ("rules: &a [1]\nsuppress: *a\n", ["mine.yaml:1: aliases (*name) of this value are not supported"]),
        ("rules: !!python/object/apply:os.system ['true']\n", None),
        ("messages:\n  - kind: x\n", ["mine.yaml:1: messages: is for asynclog's own files"]),
        ("suppress:\n  - rule: slow-poll\n", ["mine.yaml:2: misses reason"]),
        ("suppress:\n  - {rule: slow-poll, reason: ' '}\n", ["mine.yaml:2: a suppression needs a reason"]),
        ("suppress:\n  - reason: why not\n", ["mine.yaml:2: a suppression names a fingerprint, rule, kind or site"]),
        ("suppress:\n  - {rule: slow-poll, reason: x, expires: soon}\n", ["mine.yaml:2: expires must be a day"]),
        ("suppress:\n  - {fingerprint: ab, reason: x}\n", ["mine.yaml:2: give at least four characters"]),
    ],
)  # fmt: skip
def test_mistakes_name_file_line_and_a_way_out(tmp_path: Path, text: str, says: list[str] | None):
    found = problems(tmp_path, text)
    if says is None:
        assert found
        return
    for want in says:
        assert any(want in problem for problem in found), found
    if text.startswith("\nrules") and "misses severity" not in says[-1]:
        assert len(found) == 1, found


def test_mistakes_of_all_files_come_together(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("rules: 3", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(
        "rules: [{id: nobody, severity: off}, {id: slow-poll, severity: loud}]", encoding="utf-8"
    )
    with pytest.raises(RuleError) as caught:
        load_user([tmp_path / "a.yaml", tmp_path / "b.yaml"], BUILTIN)
    assert len(caught.value.problems) == 3
    assert "schema" in caught.value.hint


def test_files_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "latin.yaml").write_bytes("rules: # caf\xe9\n".encode("latin-1"))
    (tmp_path / "empty").mkdir()
    for path, says in (("latin.yaml", "is not UTF-8"), ("none.yaml", "cannot be read"), ("empty", "holds no .yaml")):
        with pytest.raises(RuleError) as caught:
            load_user([tmp_path / path], BUILTIN)
        assert says in caught.value.problems[0]


def test_deep_and_wide_yaml_is_an_error_and_no_crash(tmp_path: Path):
    assert problems(tmp_path, "rules: " + "[" * 5000 + "]" * 5000)
    assert problems(tmp_path, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")


def test_bom_comments_and_nothing_are_fine(tmp_path: Path):
    assert user(tmp_path, "").rules == BUILTIN.rules
    assert user(tmp_path, "# nothing yet\n").rules == BUILTIN.rules
    assert user(tmp_path, "\ufeffrules:\n").rules == BUILTIN.rules
    assert "slow-report" in user(tmp_path, GOOD.replace("\n", "\r\n")).rules


# -- the parts -------------------------------------------------------------------------------------------------------


def test_plain_data_can_be_shipped():
    plain = read_plain(rule_files(builtin_folder()))
    again = json.loads(json.dumps(plain))
    assert again == plain
    assert compile_rulebook(again).rules == BUILTIN.rules


def test_parse_documents_knows_the_line_of_every_key():
    plain = parse_documents("rules:\n  - id: a\n    when:\n      duration:\n        ge: 1\n", "x.yaml")
    assert plain["lines"]["rules.0"] == 2
    assert plain["lines"]["rules.0.when.duration.ge"] == 5
    assert plain["data"] == {"rules": [{"id": "a", "when": {"duration": {"ge": 1}}}]}


def test_yaml_words_stay_words():
    data = parse_documents("rules: [{severity: off, a: yes, b: true, c: 2027-01-31, d: 1.5, e: '1'}]", "x")["data"]
    assert data["rules"][0] == {"severity": "off", "a": "yes", "b": True, "c": "2027-01-31", "d": 1.5, "e": "1"}


def test_the_book_travels_to_workers():
    book = pickle.loads(pickle.dumps(BUILTIN))
    assert book.rules == BUILTIN.rules
    assert book.patterns == BUILTIN.patterns
    assert book.rules_for("slow-callback")[-1].matches({})
    assert book.exhausted == ()


def test_without_libyaml(monkeypatch: pytest.MonkeyPatch):
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert parse_documents("rules:\n  - id: a\n", "x")["lines"]["rules.0.id"] == 2
    with pytest.raises(RuleError, match="x:2: is not valid YAML"):
        parse_documents("rules:\n  - id: a: b\n", "x")


# -- the schema ------------------------------------------------------------------------------------------------------

SCHEMA = json.loads((builtin_folder() / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_accepts_our_files_and_knows_every_key():
    VALIDATOR.check_schema(SCHEMA)
    for path in rule_files(builtin_folder()):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=schema.json\n"), path.name
        VALIDATOR.validate(parse_documents(text, path.name)["data"])
    assert set(SCHEMA["$defs"]["when"]["properties"]) == RECORD_KEYS
    assert set(SCHEMA["$defs"]["when_group"]["properties"]) == GROUP_KEYS


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        "rules: [{id: slow-poll, severity: off}, {extends: slow-poll, when: {duration: {ge: 1}}}]",
        "suppress: [{rule: slow-poll, reason: x, expires: 2027-01-31}]",
        "rules:",
    ],
)
def test_the_schema_accepts_good_files(text: str):
    VALIDATOR.validate(parse_documents(text, "x")["data"])


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("severity: error", "severity: fatal"),
        GOOD.replace("severity: error", "severty: error"),
        GOOD.replace("coroutine:", "corutine:"),
        GOOD.replace("glob:", "globe:"),
        GOOD.partition("    examples:")[0],
        GOOD.replace("id: slow-report", "id: Slow Report"),
        "suppress: [{rule: x}]",
        "suppress: [{reason: x}]",
        "ruls: []",
        "rules: [{id: x, when: {}}]",
    ],
)
def test_the_schema_rejects_broken_files(text: str):
    assert not VALIDATOR.is_valid(parse_documents(text, "x")["data"])
