"""_enums.py: the base of every enumeration of the interface."""
from enum import IntEnum


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
