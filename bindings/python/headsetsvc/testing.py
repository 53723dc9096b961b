"""testing.py: a plug-in of pytest. With the package installed its fixtures are there:

    def test_alice_signs_in(office):
        office.sign_in("alice", "desk-1")
        office.unplug("alice", "desk-1")
        office.passes(minutes=5)
        office.ended("WINDOW")
"""
from datetime import timedelta
from typing import Any, Dict, Iterator, List, Optional, Union

import pytest

from . import inputs
from ._enums import Code, named
from .clocks import ManualClock
from .codes import Reason
from .engine import Engine
from .outcome import Outcome
from .testing_office import Office

__all__ = ["Office", "assert_reason", "clock", "engine", "office", "strategy"]


def assert_reason(outcome: Outcome, reason: Union[Reason, str], accepted: Optional[bool] = None) -> None:
    """Fails unless the last input's verdict has this reason; says which one it has, and its rule."""
    wanted = named(Reason, reason)
    seen = outcome.verdict
    said = f"{'accepted' if seen.accepted else 'refused'} {seen.reason} by {seen.rule}"
    if seen.reason != wanted or accepted not in (None, seen.accepted):
        raise AssertionError(f"expected {wanted}, seen: {said}")  # not a statement that python -O takes away


@pytest.fixture
def clock() -> ManualClock:
    """Time that passes only when told to."""
    return ManualClock()


@pytest.fixture
def engine(clock: ManualClock) -> Iterator[Engine]:
    """An engine on a memory store and the fixture clock; its store must be sound at the end."""
    with Engine(clock=clock) as made:
        yield made
        broken = made.verify()
        if broken:
            raise AssertionError(f"the store is not sound: {broken}")


@pytest.fixture
def office(engine: Engine, clock: ManualClock) -> Office:
    """An empty office: see Office."""
    engine.set_policy("presence_settle", timedelta(0))
    return Office(engine, clock)


def strategy(kind: Any, devices: List[str], users: List[str], serials: List[str]) -> Any:
    """A Hypothesis strategy for one kind of input, over these names."""
    from hypothesis import strategies as st
    texts: Dict[str, Any] = {"device": st.sampled_from(devices), "user": st.sampled_from(users),
                             "serial": st.sampled_from(serials), "alias": st.sampled_from(serials),
                             "name": st.sampled_from(devices + users), "profile": st.sampled_from([f"{u}-line" for u in users])}
    made: Dict[str, Any] = {}
    for name, cls in kind.__annotations__.items():
        if name in texts:
            made[name] = texts[name]
        elif isinstance(cls, type) and issubclass(cls, Code):
            made[name] = st.sampled_from([member for member in cls])
        elif name in kind._numbers:
            made[name] = st.integers(1, 9)
        elif cls is bool:
            made[name] = st.booleans()
        elif name == "pin":
            made[name] = st.sampled_from([b"1234", b"0000"])
    return st.builds(kind, **made)
