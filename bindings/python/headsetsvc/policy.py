"""policy.py: the policy in Python's words: a parameter's name, and a duration, a choice, a switch, a number or patterns."""
import ctypes as C
from datetime import timedelta
from functools import lru_cache
from operator import index
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _abi
from ._enums import named
from ._load import core
from ._values import MILLISECOND, encode, text
from .codes import CHOICES, Param, Scope, Status
from .inputs import PolicySet, PolicyUnset
from .outcome import Outcome
from .views import ParamInfo

Value = Union[int, bool, str, timedelta, Sequence[str], None]
UNITS: Mapping[str, timedelta] = {"ms": MILLISECOND, "s": timedelta(seconds=1), "minutes": timedelta(minutes=1),
                                  "min": timedelta(minutes=1), "hours": timedelta(hours=1), "h": timedelta(hours=1),
                                  "days": timedelta(days=1)}


LIMIT, TEXT = 2, 4  # HSVC_TYPE_LIMIT: a number, or 0 = off


class PolicyValue(NamedTuple):
    """What a parameter is, and which scope decided."""

    value: int
    scope: Scope


class PolicyText(NamedTuple):
    """The patterns of a parameter, and which scope decided."""

    patterns: List[str]
    scope: Scope


@lru_cache(maxsize=None)
def parameters() -> Dict[Param, ParamInfo]:
    """Every parameter with its limits, as the library tells them."""
    found: Dict[Param, ParamInfo] = {}
    info = _abi.hsvc_param_info(struct_size=C.sizeof(_abi.hsvc_param_info))
    while core.hsvc_param_at(len(found), C.byref(info)) == Status.OK:
        found[Param(info.param)] = ParamInfo.read(info)
    return found


def param_of(param: Union[Param, str]) -> Param:
    """Param.PIN_ENTRY or "pin_entry"."""
    return named(Param, param)


def number_of(param: Param, value: Any) -> int:
    """A value in the parameter's own unit. ValueError if it has no such unit, or no such choice."""
    if value is None or isinstance(value, bool):
        return _switched(param, value)
    if isinstance(value, timedelta):
        unit = UNITS.get(parameters()[param].unit)
        if unit is None or value % unit:
            raise ValueError(f"{param} is counted in {parameters()[param].unit or 'choices'}, not {value}")
        return value // unit
    if isinstance(value, str):
        if param not in CHOICES or value.upper() not in CHOICES[param].__members__:
            raise ValueError(f"{param} is {_wanted(param)}, not {value!r}")
        return int(CHOICES[param][value.upper()])
    try:
        return index(value)
    except TypeError:
        raise TypeError(f"{param} is {_wanted(param)}, not {value!r}") from None


def _switched(param: Param, value: Optional[bool]) -> int:
    """On or off; None is off. Of choices only those that have these words: off is not what pin_entry 0 means."""
    choices = CHOICES[param].__members__ if param in CHOICES else None
    word = "ON" if value else "OFF"
    if word not in choices if choices else value is not None:
        raise ValueError(f"{param} is {_wanted(param)}, not {value}")
    return int(choices[word]) if choices else 0


def _wanted(param: Param) -> str:
    """What a parameter takes, in words."""
    if param in CHOICES:
        return "one of " + ", ".join(CHOICES[param].__members__)
    unit = parameters()[param].unit
    return "a timedelta" if unit in UNITS else f"a number of {unit}"


def policy_set(param: Union[Param, str], value: Value, *, user: str = "", device: str = "", site: str = "",
               actor: str = "") -> PolicySet:
    """The input that sets a parameter: everywhere, or of one user, device or site."""
    which = param_of(param)
    if parameters()[which].type == TEXT:
        if value is None or isinstance(value, (int, timedelta)):
            raise ValueError(f"{which} is a list of patterns, not {value!r}")
        joined = value if isinstance(value, str) else "\n".join(value)
        return PolicySet(which, _scope(user, device, site), text=joined, user=user, device=device, site=site, actor=actor)
    return PolicySet(which, _scope(user, device, site), number_of(which, value), user=user, device=device, site=site,
                     actor=actor)


def policy_unset(param: Union[Param, str], *, user: str = "", device: str = "", site: str = "",
                 actor: str = "") -> PolicyUnset:
    """The input that takes it back."""
    return PolicyUnset(param_of(param), _scope(user, device, site), user=user, device=device, site=site, actor=actor)


def _scope(user: str, device: str, site: str) -> Scope:
    if sum(bool(name) for name in (user, device, site)) > 1:
        raise ValueError("a setting is of one user, one device or one site")
    return Scope.USER if user else Scope.DEVICE if device else Scope.SITE if site else Scope.GLOBAL


class Policy:
    """The part of an engine that sets and tells the policy."""

    apply: Any
    _lock: Any
    _asked: Any

    def set_policy(self, param: Union[Param, str], value: Value, *, user: str = "", device: str = "", site: str = "",
                   actor: str = "") -> Outcome:
        """Sets a parameter: a timedelta, the name or value of a choice, True or False, a number, patterns, None = off."""
        made: Outcome = self.apply(policy_set(param, value, user=user, device=device, site=site, actor=actor))
        return made

    def unset_policy(self, param: Union[Param, str], *, user: str = "", device: str = "", site: str = "",
                     actor: str = "") -> Outcome:
        """Takes a setting back."""
        made: Outcome = self.apply(policy_unset(param, user=user, device=device, site=site, actor=actor))
        return made

    def policy_text(self, param: Union[Param, str], *, device: str = "") -> PolicyText:
        """The patterns of a text parameter that are in force at a device, or everywhere, and which scope decided."""
        found, length, scope, name = C.c_void_p(), C.c_size_t(), C.c_uint32(), encode(device)
        with self._lock:  # the text is the engine's until its next call
            status = self._asked(core.hsvc_policy_text, param_of(param), name, len(name), C.byref(found), C.byref(length),
                                 C.byref(scope))
            if status != Status.OK:
                raise LookupError(f"{param_of(param)} has no patterns")
            return PolicyText(text(found.value, length.value).splitlines(), Scope(scope.value))

    def policy(self, param: Union[Param, str], *, user: str = "", device: str = "") -> PolicyValue:
        """What a parameter is for this user and device, in its own unit, and which scope decided (POL-3)."""
        value, scope = C.c_int64(), C.c_uint32()
        names = encode(user), encode(device)
        status = self._asked(core.hsvc_policy_value, param_of(param), names[0], len(names[0]), names[1], len(names[1]),
                             C.byref(value), C.byref(scope))
        if status != Status.OK:
            raise LookupError(f"{param_of(param)} has no number")
        choices = CHOICES.get(param_of(param))
        return PolicyValue(choices(value.value) if choices else value.value, Scope(scope.value))
