"""A frozen dataclass whose methods are made late is, to whoever uses it, the standard library's."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field, fields, replace
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values import dataclass

KINDS: dict[str, Callable[[], dict[str, Any]]] = {
    "needed": lambda: {},
    "default": lambda: {"default": 7},
    "factory": lambda: {"default_factory": list},
    "hidden": lambda: {"default": 7, "repr": False},
    "aside": lambda: {"default": 7, "compare": False},
    "fixed": lambda: {"default": 7, "init": False},
}


@dataclass(frozen=True)
class Point:
    """Two numbers and what is said of them; not before any other test has made it."""

    x: int
    y: int = 0
    said: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, kw_only=True)
class Place(Point):
    """A point with a name."""

    name: str

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a place has a name")


def thing(decorator: Any, kinds: list[str], *, kw_only: bool) -> Any:
    """A class with a field of each kind, frozen by this decorator."""
    names = [f"{kind}_{number}" for number, kind in enumerate(kinds)]
    body: dict[str, Any] = {name: field(**KINDS[kind]()) for name, kind in zip(names, kinds, strict=True)}
    made = type("Thing", (), {"__annotations__": dict.fromkeys(names, object), **body})
    return decorator(frozen=True, kw_only=kw_only)(made)


def told(cls: Any, first: dict[str, Any], second: dict[str, Any]) -> list[object]:
    """What two values of a class say of themselves and of each other, or what is wrong with their fields."""
    said: list[object] = [one.name for one in fields(cls)]
    try:
        a, b = cls(**first), cls(**second)
    except TypeError as wrong:
        return [*said, str(wrong)]
    changed = replace(a, **second)
    said += [repr(a), repr(changed), a == b, a == changed, b == changed, a == 1]
    try:
        return [*said, hash(a) == hash(b), hash(b) == hash(changed)]
    except TypeError as wrong:
        return [*said, str(wrong)]


@given(data=st.data(), kinds=st.lists(st.sampled_from(sorted(KINDS)), max_size=5), kw_only=st.booleans())
def test_every_frozen_class_is_as_the_standard_one(
    data: st.DataObject, kinds: list[str], kw_only: bool
) -> None:
    ranked = kinds if kw_only else sorted(kinds, key=lambda kind: kind != "needed")
    ours, standard = (
        thing(dataclass, ranked, kw_only=kw_only),
        thing(dataclasses.dataclass, ranked, kw_only=kw_only),
    )
    names = [*(f"{kind}_{number}" for number, kind in enumerate(ranked)), "unknown"]
    possible, whole = [name for name in names[:-1] if not name.startswith("fixed")], st.integers(0, 2)
    any_of_them = st.dictionaries(st.sampled_from(names), whole)
    values = any_of_them | st.fixed_dictionaries(dict.fromkeys(possible, whole))
    first, second = data.draw(values), data.draw(values)

    assert told(ours, first, second) == told(standard, first, second)


def test_what_is_asked_of_the_class_needs_no_value() -> None:
    @dataclass(frozen=True)
    class Unmade:
        x: int
        y: int = 3

    assert [one.name for one in fields(Unmade)] == ["x", "y"]
    assert Unmade.y == 3
    assert dataclasses.is_dataclass(Unmade)


def test_an_heir_has_the_fields_of_both_and_keeps_what_it_defines_itself() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Named(Place):
        def __eq__(self, other: object) -> bool:
            return isinstance(other, Named) and other.name == self.name

        def __repr__(self) -> str:
            return self.name

    with pytest.raises(ValueError, match="a place has a name"):
        Named(x=1, name="")
    assert Named(x=1, name="Pori") == Named(x=2, name="Pori")
    assert repr(Named(x=1, name="Pori")) == "Pori"
    assert Place(x=1, name="Pori") == Place(x=1, y=0, said=("hi",), name="Pori")
    assert Place(x=1, name="Pori") != Point(1)


def test_nobody_changes_a_value() -> None:
    point = Point(1, 2)

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'z'"):
        point.z = 3  # type: ignore[attr-defined]
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'y'"):
        del point.y

    assert point == Point(1, 2)


@pytest.mark.parametrize("asked", [repr, hash, lambda value: value == Point(1)])
def test_a_value_that_was_never_initialised_has_its_methods(asked: Any) -> None:
    @dataclass(frozen=True)
    class Copied:
        x: int

    bare = Copied.__new__(Copied)
    bare.__dict__["x"] = 1

    assert asked(bare) == asked(Copied(1))


def test_copies_are_equal() -> None:
    point = Point(1, 2, ("hi",))

    assert [copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))] == [point] * 3  # noqa: S301


def test_of_several_threads_each_makes_its_first_value() -> None:
    @dataclass(frozen=True)
    class Shared:
        x: int

    together = Barrier(8)

    def one(number: int) -> Shared:
        together.wait()
        return Shared(number)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(one, range(8)))

    assert made == [Shared(number) for number in range(8)]


def test_what_is_not_frozen_or_has_an_order_is_the_standard_one() -> None:
    @dataclass
    class Tally:
        count: int = 0

    @dataclass(frozen=True, order=True)
    class Step:
        number: int

    tally = Tally()
    tally.count += 1

    assert tally == Tally(1)
    assert Step(1) < Step(2)
