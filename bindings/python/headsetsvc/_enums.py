"""_enums.py: the base of every enumeration of the interface."""
from difflib import get_close_matches
from enum import IntEnum
from typing import Type, TypeVar, Union

C = TypeVar("C", bound="Code")


class Code(IntEnum):
    """A number that the library may get more of: one that this package does not know is kept, as UNKNOWN_n."""

    @classmethod
    def _missing_(cls, value: object) -> "Code":
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no {cls.__name__}")
        made = int.__new__(cls, value)
        made._name_ = f"UNKNOWN_{value}"
        made._value_ = value
        return made

    def __str__(self) -> str:
        return self.name


class RowOutcome(Code):
    """What became of a row of a file."""

    CHANGED = 1
    UNCHANGED = 2
    FAILED = 3
    LEFT = 4  # nothing is wrong with it, but another row of an atomic import failed


def named(cls: Type[C], value: Union[C, str]) -> C:
    """The code of a name, in upper or lower case; a number is the code already. ValueError says what names there are."""
    if not isinstance(value, str):
        return cls(value)
    name = value.upper()
    if name not in cls.__members__:
        near = list(cls.__members__) if len(cls) <= 12 else get_close_matches(name, cls.__members__)
        some = ", ".join(near if value != value.lower() else map(str.lower, near))
        raise ValueError(f"{value!r} is no {cls.__name__}" + (f": {some}" if some else ""))
    return cls[name]
