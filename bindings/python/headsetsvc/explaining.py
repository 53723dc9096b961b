"""explaining.py: the part of an engine that says why: about a device, a user, a headset (OBS-2)."""
import ctypes as C
from typing import Any, List

from . import _abi
from ._load import core
from ._values import encode
from .codes import CHOICES, LIMIT_EXPLAINED, Explained, Status, Subject
from .policy import LIMIT, UNITS, parameters
from .views import Explanation


class Explaining:
    """Why is it so, and what will end it?"""

    _lock: Any
    _asked: Any

    def explain(self, *, device: str = "", user: str = "", headset: str = "") -> List[Explanation]:
        """Everything there is to say about one device, user or headset, as data; `in_words` says each. LookupError if
        there is no such thing."""
        given = [(kind, name) for kind, name in ((Subject.DEVICE, device), (Subject.USER, user), (Subject.HEADSET, headset))
                 if name]
        if len(given) != 1:
            raise ValueError("explain takes one device, one user or one headset")
        kind, name = given[0][0], encode(given[0][1])
        rows = (_abi.hsvc_explained * LIMIT_EXPLAINED)()
        rows[0].struct_size = C.sizeof(_abi.hsvc_explained)
        count = C.c_size_t()
        with self._lock:
            status = self._asked(core.hsvc_explain, kind, name, len(name), rows, LIMIT_EXPLAINED, C.byref(count))
            if status == Status.NOT_FOUND:
                raise LookupError(f"there is no {kind.name.lower()} {given[0][1]}")
            return [Explanation.read(rows[index]) for index in range(count.value)]


def in_words(item: Explanation) -> str:
    """One line about it, for people."""
    why = f" ({item.rule})" if item.rule else ""
    when = f"{item.at:%Y-%m-%d %H:%M:%S %Z}" if item.at is not None else ""
    if item.kind == Explained.STATE:
        return f"{item.name}: {item.state}: {item.text}" if item.state else f"{item.name}: none"
    if item.kind == Explained.PLACE:
        return f"{item.name} at {item.who}" + (f": {item.state}" if item.state else "")
    if item.kind == Explained.CAUSE:
        return f"ends when the last call has: {item.state}: {item.text}"
    if item.kind == Explained.DEADLINE:
        return f"{when}: {item.name}: {item.text}{why}"
    if item.kind == Explained.POLICY and item.param is not None:
        return f"{item.param.name.lower()} is {_value(item)}: {item.text}{why}"
    if item.kind == Explained.VERDICT:
        return f"{when}: {item.state}: {item.text}{why}"
    return f"{item.name}: {item.state or item.who or item.value}"


def _value(item: Explanation) -> str:
    assert item.param is not None
    if item.state:
        return item.state
    choice, info = CHOICES.get(item.param), parameters()[item.param]
    if choice:
        return str(choice(item.value))
    if info.type == LIMIT and item.value == 0:
        return "off"
    return str(item.value * UNITS[info.unit]) if info.unit in UNITS else f"{item.value} {info.unit}".rstrip()


__all__ = ["Explaining", "in_words"]
