"""headsetsvc: headset-based sign-in at shared desks.

    with Engine() as engine:
        engine.apply(DevicePut("desk-1", "desk-1-own", DeviceKind.ANONYMOUS, model="CP-8861", em_enabled=True))

A host says what happened (inputs), the library answers what to do (effects) and why (verdicts). A refusal is a verdict;
an exception says that the call itself failed. The guide is docs/guide/python.md.
"""
from . import codes, errors, inputs, views
from ._abi import VERSION
from ._load import core as _core
from ._load import version_text as _version_text
from ._values import NEVER, Pin
from .bulk import FileKind, ImportMode, ImportResult, Meaning, RowOutcome
from .clocks import ManualClock, SystemClock
from .codes import *  # noqa: F401,F403
from .engine import Engine, Trace
from .errors import (Bug, CallbackFailed, ClockFailed, Conflict, Corrupt, EpochTooOld, HeadsetsvcError, Misuse, NotFound,
                     OutcomeUnknown, OutOfMemory, Reentrant, StoreError, StoreFull, Unavailable)
from .explaining import in_words
from .inputs import *  # noqa: F401,F403
from .inventory import Headsets, InventoryPage, InventorySummary
from .looking import DevicePicture, Finding, UserPicture
from .outcome import Outcome
from .packed import PackedBatch, Texts
from .packed_outcome import PackedEffects, PackedOutcome, PackedVerdicts
from .policy import PolicyText, PolicyValue, parameters, policy_set, policy_unset
from .recording import Recorded, ReplayStep, replay
from .registry import decode, describe, hash64, key_name, rule_text
from .stores import CacheStore, DictStore, MemoryStore, Op, PgsqlStore, PythonStore, Row, SqliteStore
from .views import *  # noqa: F401,F403

__version__ = VERSION
__all__ = ["Bug", "CacheStore", "CallbackFailed", "ClockFailed", "Conflict", "Corrupt", "DevicePicture", "DictStore", "Engine",
           "EpochTooOld", "FileKind", "Finding", "Headsets", "HeadsetsvcError", "ImportMode", "ImportResult", "InventoryPage",
           "InventorySummary", "ManualClock", "Meaning", "MemoryStore", "Misuse", "NEVER", "NotFound", "Op", "OutOfMemory",
           "Outcome", "OutcomeUnknown", "PackedBatch", "PackedEffects", "PackedOutcome", "PackedVerdicts", "PgsqlStore", "Pin",
           "PolicyText", "PolicyValue", "PythonStore", "Recorded", "Reentrant", "ReplayStep", "Row", "RowOutcome",
           "SqliteStore", "StoreError", "StoreFull", "SystemClock", "Texts", "Trace", "Unavailable", "UserPicture", "VERSION",
           "decode", "describe", "hash64", "in_words", "key_name", "library_version", "parameters", "policy_set",
           "policy_unset", "replay", "rule_text"]
__all__ += codes.__all__ + inputs.__all__ + views.__all__


def library_version() -> str:
    """The version of the shared library in use."""
    return _version_text(_core.hsvc_version())
