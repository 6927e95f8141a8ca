"""The standard library's dataclasses, of which a frozen one gets its methods when its first value is made.

To compile six methods for each of two hundred classes took a sixth of a start, which needs a few of them.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass` with its options; one that is only frozen gets its methods late.

        What `fields`, `replace` and heirs ask of it is there at once. What a class defines itself, such as
        `__eq__`, it keeps. `InitVar` is unknown here.
        """
        if cls is None:
            return lambda later: dataclass(later, **options)
        is_plain = options.get("frozen") and options.keys() <= {"frozen", "kw_only"}
        return (_frozen if is_plain else dataclasses.dataclass)(cls, **options)


_METHODS = ("__eq__", "__hash__", "__repr__", "__init__")
_ASKED_BY_METHODS = ("__qualname__", "__post_init__")


def _frozen(cls: type, *, frozen: bool, kw_only: bool = False) -> type:
    own = [name for name in _METHODS if vars(cls).get(name) is None]
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    for name in own:
        setattr(made, name, _first(made, name, own))
    made.__setattr__, made.__delattr__ = _set, _delete  # type: ignore[assignment, method-assign]
    return made


def _first(cls: type, name: str, own: list[str]) -> Callable[..., Any]:
    """Stands for a method until it is called, and then for no method any longer."""

    def first(self: object, *args: Any, **given: Any) -> Any:
        # Two threads may both come here: then each makes the same, and nothing is ever missing.
        twin = dataclasses.make_dataclass(
            cls.__name__,
            [(field.name, field.type, _as_declared(field)) for field in dataclasses.fields(cls)],
            namespace={name: getattr(cls, name) for name in _ASKED_BY_METHODS if hasattr(cls, name)},
            frozen=True,
        )
        for method in own:
            setattr(cls, method, vars(twin)[method])
        return getattr(cls, name)(self, *args, **given)

    return first


def _as_declared(field: "dataclasses.Field[Any]") -> Any:
    names = ("default", "default_factory", "init", "repr", "hash", "compare", "metadata", "kw_only")
    return dataclasses.field(**{name: getattr(field, name) for name in names})


def _set(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
