"""Dataclasses made by `asynclog.slotted` do what those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Mapping

import pytest

from asynclog import slotted
from asynclog.model import Finding, Frame, Run, Severity


@slotted.dataclass(frozen=True, slots=True)
class Cheap:
    """One."""

    name: str
    count: int = 3
    notes: Mapping[str, int] = slotted.field(default_factory=dict)
    aside: str = slotted.field(default="", compare=False, repr=False)

    @property
    def twice(self) -> int:
        """Twice."""
        return 2 * self.count


@dataclasses.dataclass(frozen=True, slots=True)
class Dear:
    """The same by the standard library."""

    name: str
    count: int = 3
    notes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    aside: str = dataclasses.field(default="", compare=False, repr=False)


@slotted.dataclass(slots=True, repr=False)
class Loose:
    """One that changes."""

    seen: list[int] = slotted.field(default_factory=list)


BOTH = pytest.mark.parametrize("cls", [Cheap, Dear])


@BOTH
def test_objects_are_made_by_place_or_name(cls):
    assert cls("a", 4).count == cls(count=4, name="a").count == 4
    first, second = cls("a"), cls("a")
    assert (first.count, first.notes, first.aside) == (3, {}, "")
    assert first.notes is not second.notes


@BOTH
@pytest.mark.parametrize(
    ("values", "named", "told"),
    [
        ((), {}, "missing 1 required positional argument: 'name'"),
        (("a",), {"name": "b"}, "multiple values for argument 'name'"),
        (("a",), {"size": 1}, "unexpected keyword argument 'size'"),
        ((1, 2, 3, 4, 5), {}, "takes from 2 to 5 positional arguments but 6 were given"),
    ],
)
def test_what_cannot_be_made_is_told(cls, values, named, told):
    with pytest.raises(TypeError, match=told):
        cls(*values, **named)


def test_the_first_objects_are_as_the_later_ones():
    body = {"__annotations__": {"name": "str", "count": "int", "notes": "dict"}, "count": 3}
    body["notes"] = slotted.field(default_factory=dict)
    cls = slotted.dataclass(frozen=True, slots=True)(type("Some", (), body))
    ones = [cls("a", notes={"b": 1}) for _ in range(3 * slotted._FEW)]
    assert set(map(repr, ones)) == {"Some(name='a', count=3, notes={'b': 1})"}
    assert all(one == ones[0] for one in ones)
    fresh = [cls("a").notes for _ in range(3)]
    assert fresh[0] is not fresh[1]


@pytest.mark.parametrize("made", [0, 20])
@pytest.mark.parametrize(("values", "named"), [((), {}), (("a",), {"name": "b"}), (("a",), {"x": 1}), ("abcde", {})])
def test_what_cannot_be_made_is_told_at_any_time(made, values, named):
    def some(maker, field):
        body = {"__annotations__": {"name": "str", "notes": "dict"}, "notes": field(default_factory=dict)}
        return maker(frozen=True, slots=True)(type("Some", (), body))

    said = []
    for cls in (some(slotted.dataclass, slotted.field), some(dataclasses.dataclass, dataclasses.field)):
        for _ in range(made):
            cls("a")
        with pytest.raises(TypeError) as told:
            cls(*values, **named)
        said.append(str(told.value))
    assert said[0] == said[1]


@BOTH
def test_equal_by_value_within_a_class(cls):
    assert cls("a", aside="x") == cls("a", aside="y")
    assert cls("a") != cls("b")
    assert cls("a") != ("a", 3, {}, "")
    other = dataclasses.make_dataclass("Other", ["name"])
    assert cls("a") != other("a")


def test_hash_is_of_what_is_compared():
    assert hash(Frame("a.py", 1, "f")) == hash(Frame("a.py", 1, "f"))
    assert len({Frame("a.py", 1, "f"), Frame("a.py", 1, "f"), Frame("a.py", 2, "f")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(Loose())
    with pytest.raises(TypeError, match="unhashable"):
        hash(Cheap("a"))  # its notes are


def test_shown_as_it_would_be_written():
    assert repr(Cheap("a", aside="x")) == repr(Dear("a", aside="x")).replace("Dear", "Cheap")
    assert repr(Loose()).startswith("<")


@BOTH
def test_frozen_and_without_a_dict(cls):
    one = cls("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.name
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        one.more = 1
    assert not hasattr(one, "__dict__")


def test_one_that_changes():
    loose = Loose()
    loose.seen = [1]
    assert loose == Loose([1])
    with pytest.raises(AttributeError):
        loose.more = 1


@BOTH
def test_the_standard_library_knows_its_fields(cls):
    assert dataclasses.is_dataclass(cls)
    assert [(each.name, each.type, each.default, each.compare) for each in dataclasses.fields(cls("a"))] == [
        ("name", "str", dataclasses.MISSING, True),
        ("count", "int", 3, True),
        ("notes", "Mapping[str, int]", dataclasses.MISSING, True),
        ("aside", "str", "", False),
    ]
    assert dataclasses.asdict(cls("a")) == {"name": "a", "count": 3, "notes": {}, "aside": ""}
    assert dataclasses.replace(cls("a"), count=5) == slotted.replace(cls("a"), count=5) == cls("a", 5)
    with pytest.raises(TypeError, match="size"):
        slotted.replace(cls("a"), size=5)
    match cls("a", 7):
        case Cheap(name, count) | Dear(name, count):
            assert (name, count) == ("a", 7)


@pytest.mark.parametrize("one", [Cheap("a", 2, {"b": 1}, "c"), Loose([1]), Run()])
def test_copies_and_pickles(one):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(one, protocol)) == one
    assert copy.deepcopy(one) == copy.copy(one) == one


def test_methods_stay():
    assert Cheap("a", 4).twice == 8
    assert Cheap.__doc__ == "One."
    assert Cheap.__qualname__ == "Cheap"


def test_what_may_be_left_out():
    assert slotted.defaults(Cheap) == {"count": 3, "notes": {}, "aside": ""}
    assert slotted.defaults(Finding)["values"] == {}
    assert "severity" not in slotted.defaults(Finding)
    assert Severity.ERROR not in slotted.defaults(Finding).values()


def test_only_with_slots():
    with pytest.raises(TypeError):
        slotted.dataclass(slots=False)
    with pytest.raises(TypeError):
        slotted.dataclass(order=True, slots=True)
