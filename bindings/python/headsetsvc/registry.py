"""registry.py: what the library says about itself: codes in words, rules, the tables that decide. Needs no engine."""
import ctypes as C
from typing import Any, Dict, Iterator, NamedTuple, Tuple, Type, Union

from . import _abi, codes
from ._callbacks import mark, settle
from ._enums import Code
from ._load import core
from ._values import encode, text, word
from .codes import Status
from .stores import Row, filled_row
from .views import (AuditEntry, CodeInfo, Device, HeadsetView, KindInfo, LineInfo, SubjectView, User)

REGISTRIES: Dict[Type[Code], int] = {
    codes.Status: 1, codes.Reason: 2, codes.InputKind: 3, codes.EffectKind: 4, codes.Prompt: 5, codes.Cause: 6,
    codes.Param: 7, codes.Field: 8, codes.Verify: 9, codes.CallState: 10, codes.Lost: 11, codes.DeviceKind: 12,
    codes.Scope: 13, codes.HeadsetType: 14, codes.SessionState: 15, codes.ProfileState: 16, codes.Presence: 17,
    codes.Subject: 18, codes.Explained: 19}


class KeyName(NamedTuple):
    """Whose a key of the store is."""

    kind: str
    name: str


def describe(code: Code) -> CodeInfo:
    """A code in words: what it means, of a status and a refusal also what to do. LookupError if it has none."""
    registry = REGISTRIES.get(type(code), 0)
    for info in _walk(core.hsvc_code_at, _abi.hsvc_code_info, CodeInfo, registry):
        if info.code == code:
            made: CodeInfo = info
            return made
    raise LookupError(f"{code!r} has no words")


def rule_text(rule: str) -> str:
    """One sentence about a rule, as verdicts and effects name it; "" if there is none."""
    name = encode(rule)
    return word(core.hsvc_rule_text(name, len(name)))


def lines() -> Iterator[LineInfo]:
    """Every line of the tables that decide."""
    return _walk(core.hsvc_line_at, _abi.hsvc_line_info, LineInfo)


def kinds() -> Iterator[KindInfo]:
    """Every kind of input, with its fields."""
    return _walk(core.hsvc_kind_at, _abi.hsvc_kind_info, KindInfo)


def _walk(function: Any, struct: Any, cls: Any, *first: int) -> Iterator[Any]:
    raw, index = struct(struct_size=C.sizeof(struct)), 0
    while function(*first, index, C.byref(raw)) == Status.OK:
        yield cls.read(raw)
        index += 1


def hash64(value: Union[str, bytes]) -> int:
    """A number for a text, never 0: a call id or a handle of a host that knows only names."""
    data = encode(value) if isinstance(value, str) else value
    return int(core.hsvc_hash64(data, len(data)))


def key_name(key: bytes) -> KeyName:
    """Whose a key is, such as Finding.key. LookupError if it is no key of this library."""
    kind, name, length = C.c_char_p(), C.c_void_p(), C.c_size_t()
    if core.hsvc_key_name(key, len(key), C.cast(C.byref(kind), C.POINTER(C.c_void_p)), C.byref(name), C.byref(length)):
        raise LookupError(f"{key!r} is no key of this library")
    return KeyName(word(kind.value), text(name.value, length.value))


Decoded = Union[Device, User, HeadsetView, SubjectView, AuditEntry, None]
_DECODERS: Tuple[Tuple[str, Any, Any], ...] = (
    ("hsvc_device_decode", _abi.hsvc_device_view, Device), ("hsvc_user_decode", _abi.hsvc_user_view, User),
    ("hsvc_headset_decode", _abi.hsvc_headset_view, HeadsetView),
    ("hsvc_subject_decode", _abi.hsvc_subject_view, SubjectView), ("hsvc_audit_decode", _abi.hsvc_audit_entry, AuditEntry))


def decode(row: Row) -> Decoded:
    """What a row of a store says, for a store that keeps readable columns; None if it is for the library alone. Corrupt if
    it is damaged."""
    raw = filled_row(row)
    for name, struct, cls in _DECODERS:
        made = struct(struct_size=C.sizeof(struct))
        status = getattr(core, name)(C.byref(raw), C.byref(made))
        if status != Status.NOT_FOUND:
            settle(mark(), status)
            found: Decoded = cls.read(made)
            return found
    return None


__all__ = ["Decoded", "KeyName", "decode", "describe", "hash64", "key_name", "kinds", "lines", "rule_text"]
