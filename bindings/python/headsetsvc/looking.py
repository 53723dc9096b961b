"""looking.py: the part of an engine that looks and changes nothing: records, audit, verify, counters."""
import ctypes as C
from typing import Any, Iterator, List, NamedTuple, Optional, Tuple, Type, TypeVar, Union

from . import _abi
from ._callbacks import guarded
from ._load import core
from ._values import encode, fits, take, text, word
from .codes import Status, Subject
from .views import (AuditEntry, AuditFact, CallView, Counters, Device, HeadsetView, Login, Present, SubjectView, User)

V = TypeVar("V")


class Finding(NamedTuple):
    """An invariant that does not hold (STORE-8)."""

    invariant: str
    rule: str
    key: bytes


class UserPicture(NamedTuple):
    """A user with all that belongs to them."""

    user: User
    sessions: List[Login]
    profiles: List[str]
    headsets: List[str]


class DevicePicture(NamedTuple):
    """A device with all that is at it."""

    device: Device
    headsets: List[Present]
    calls: List[CallView]


def _struct(cls: Any) -> Any:
    return cls(struct_size=C.sizeof(cls))


class Looking:
    """Views of records: copies, as they were at the call."""

    _handle: Any
    _lock: Any
    _asked: Any

    # ---- records ----

    def _get(self, function: Any, struct: Any, cls: Any, name: str) -> Any:
        raw, key = _struct(struct), encode(name)
        with self._lock:  # the view's text is the engine's until its next call
            return None if self._asked(function, key, len(key), C.byref(raw)) != Status.OK else cls.read(raw)

    def _walk(self, function: Any, struct: Any, cls: Any) -> Iterator[Any]:
        raw, key = _struct(struct), b""
        while True:
            with self._lock:
                if self._asked(function, key, len(key), C.byref(raw)) != Status.OK:
                    return
                made = cls.read(raw)
            key = made.key
            yield made

    def _list(self, get: Any, view: Any, name: str, at: Any, struct: Any, cls: Type[V]) -> List[V]:
        """A list of the record that was viewed last."""
        made: List[V] = []
        raw = _struct(struct)
        with self._lock:
            if self._get(get, view, _Nothing, name) is None:
                return []
            while at(self._handle, len(made), C.byref(raw)) == Status.OK:
                made.append(cls.read(raw))  # type: ignore[attr-defined]
        return made

    def _texts(self, get: Any, view: Any, name: str, at: Any) -> List[str]:
        made: List[str] = []
        found, length = C.c_void_p(), C.c_size_t()
        with self._lock:
            if self._get(get, view, _Nothing, name) is None:
                return []
            while at(self._handle, len(made), C.byref(found), C.byref(length)) == Status.OK:
                made.append(text(found.value, length.value))
        return made

    def device(self, name: str) -> Optional[Device]:
        """A device; None if there is none of that name."""
        found: Optional[Device] = self._get(core.hsvc_device_get, _abi.hsvc_device_view, Device, name)
        return found

    def user(self, id: str) -> Optional[User]:
        """A user; None if there is none of that id."""
        found: Optional[User] = self._get(core.hsvc_user_get, _abi.hsvc_user_view, User, id)
        return found

    def headset(self, serial: str) -> Optional[HeadsetView]:
        """A headset, by any of its serials; None if nothing is known of it."""
        found: Optional[HeadsetView] = self._get(core.hsvc_headset_get, _abi.hsvc_headset_view, HeadsetView, serial)
        return found

    def devices(self) -> Iterator[Device]:
        """All devices, in the order of their names."""
        return self._walk(core.hsvc_device_next, _abi.hsvc_device_view, Device)

    def users(self) -> Iterator[User]:
        """All users, in the order of their ids."""
        return self._walk(core.hsvc_user_next, _abi.hsvc_user_view, User)

    def headsets(self) -> Iterator[HeadsetView]:
        """All headsets, in the order of their serials; also one entry for each alias, which says `alias_of`."""
        return self._walk(core.hsvc_headset_next, _abi.hsvc_headset_view, HeadsetView)

    def headsets_at(self, device: str) -> List[Present]:
        """The headsets at a device."""
        return self._list(core.hsvc_device_get, _abi.hsvc_device_view, device, core.hsvc_device_present_at,
                          _abi.hsvc_present_view, Present)

    def calls_at(self, device: str) -> List[CallView]:
        """The calls at a device."""
        return self._list(core.hsvc_device_get, _abi.hsvc_device_view, device, core.hsvc_device_call_at,
                          _abi.hsvc_call_view, CallView)

    def sessions_of(self, user: str) -> List[Login]:
        """The active sessions of a user."""
        return self._list(core.hsvc_user_get, _abi.hsvc_user_view, user, core.hsvc_user_login_at,
                          _abi.hsvc_login_view, Login)

    def profiles_of(self, user: str) -> List[str]:
        """The profiles of a user, in order."""
        return self._texts(core.hsvc_user_get, _abi.hsvc_user_view, user, core.hsvc_user_profile_at)

    def headsets_of(self, user: str) -> List[str]:
        """The serials that are associated with a user."""
        return self._texts(core.hsvc_user_get, _abi.hsvc_user_view, user, core.hsvc_user_headset_at)

    def aliases_of(self, serial: str) -> List[str]:
        """The further serials of a headset, which may be named by any of them (ID-7)."""
        made: List[str] = []
        name, found, length = encode(serial), C.c_void_p(), C.c_size_t()
        with self._lock:
            while self._asked(core.hsvc_headset_alias, name, len(name), len(made), C.byref(found), C.byref(length)) == 0:
                made.append(text(found.value, length.value))
        return made

    def snapshot(self) -> Iterator[Union[UserPicture, DevicePicture]]:
        """The whole picture for a late observer: all users, then all devices, with their lists. Before the first input or
        advance, when it is to fit what `resync` and the effects say (STORE-6)."""
        for user in self.users():
            yield UserPicture(user, self.sessions_of(user.id), self.profiles_of(user.id), self.headsets_of(user.id))
        for device in self.devices():
            yield DevicePicture(device, self.headsets_at(device.name), self.calls_at(device.name))

    # ---- audit, verify, counters ----

    def audit(self, kind: Optional[Subject] = None, number: int = 0) -> Iterator[Tuple[AuditEntry, List[AuditFact]]]:
        """Entries with what changed, oldest first: of one subject, by its number, or of all, one after the other."""
        cursor = _struct(_abi.hsvc_audit_cursor)
        cursor.subject_kind, cursor.subject = fits("kind: ", kind or 0, 32), fits("number: ", number)
        room = 64
        rows = (_abi.hsvc_audit_entry * room)()
        rows[0].struct_size = C.sizeof(_abi.hsvc_audit_entry)
        while True:
            count = C.c_size_t()
            for row in rows:
                row.struct_size = C.sizeof(_abi.hsvc_audit_entry)
            with self._lock:
                self._asked(core.hsvc_audit_read, C.byref(cursor), rows, room, C.byref(count))
                page = [(AuditEntry.read(rows[i]), _facts(rows[i])) for i in range(count.value)]
            yield from page
            if count.value < room:
                return

    def subject(self, number: int) -> Optional[SubjectView]:
        """Whom a number of the audit means; None if nobody, or a person who was erased."""
        raw, which = _struct(_abi.hsvc_subject_view), fits("number: ", number)
        with self._lock:
            return SubjectView.read(raw) if self._asked(core.hsvc_subject_get, which, C.byref(raw)) == 0 else None

    def verify(self) -> List[Finding]:
        """Walks the whole store; what violates an invariant. Empty is what a healthy store gives."""
        found: List[Finding] = []

        def finding(invariant: Any, rule: Any, key: Any, length: int, user: Any) -> int:
            found.append(Finding(word(invariant), word(rule), take(key, length)))
            return 0
        count = C.c_uint64()
        self._asked(core.hsvc_verify, guarded(_abi.hsvc_finding_fn, Status.CALLBACK, finding), None, C.byref(count))
        return found

    @property
    def counters(self) -> Counters:
        """What this engine did since it was made (OBS-5)."""
        raw = _struct(_abi.hsvc_counters)
        self._asked(core.hsvc_counters_get, C.byref(raw))
        return Counters.read(raw)


class _Nothing:
    """A view that is only moved to."""

    @staticmethod
    def read(raw: Any) -> bool:
        return True


def _facts(row: Any) -> List[AuditFact]:
    made: List[AuditFact] = []
    fact = _struct(_abi.hsvc_audit_fact)
    while core.hsvc_audit_fact_at(C.byref(row), len(made), C.byref(fact)) == Status.OK:
        made.append(AuditFact.read(fact))
    return made
