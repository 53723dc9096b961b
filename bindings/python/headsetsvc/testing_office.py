"""testing_office.py: an office in which what an effect asks for is done at once: for tests and simulations."""
from datetime import timedelta
from typing import Dict, List, Optional, Union

from . import inputs
from ._enums import named
from .clocks import ManualClock
from .codes import Cause, DeviceKind, EffectKind, Prompt, Verify
from .engine import Engine
from .outcome import Outcome
from .views import Effect


def _holds(said: bool, otherwise: str) -> None:
    """An assertion that python -O does not take away."""
    if not said:
        raise AssertionError(otherwise)


class Office:
    """Users, phones and a directory that knows their PINs: what an effect asks for is done at once. `seen` holds every
    effect, in order."""

    def __init__(self, engine: Engine, clock: ManualClock) -> None:
        self.engine, self.clock = engine, clock
        self.pins: Dict[str, bytes] = {}
        self.seen: List[Effect] = []

    def user(self, id: str, pin: bytes = b"1234", profiles: Optional[List[str]] = None) -> str:
        """A user with a headset of the same name, H-id."""
        self.pins[id] = pin
        self.engine.apply(inputs.UserPut(id, profiles=profiles or [f"{id}-line"]), inputs.Associate(id, f"H-{id}"))
        return id

    def phone(self, name: str, kind: DeviceKind = DeviceKind.ANONYMOUS) -> str:
        """A registered phone on which people can sign in."""
        self.engine.apply(inputs.DevicePut(name, f"{name}-own", kind, model="CP-8861", em_enabled=True),
                          inputs.DeviceRegistered(name, headsets=[], calls=[]))
        return name

    def does(self, given: inputs.Input) -> Outcome:
        """Applies an input, and does what its effects ask for."""
        outcome = self.engine.apply(given)
        self._obey(outcome)
        return outcome

    def _obey(self, outcome: Outcome) -> None:
        self.seen += outcome.effects
        for effect in outcome:
            state = 1
            if effect.kind == EffectKind.VERIFY_PIN:
                known = self.pins.get(effect.user)
                state = Verify.USER_UNKNOWN if known is None else Verify.OK if effect.pin == known else Verify.WRONG
            answer = self.engine.answer(effect, state)
            if answer is not None:
                self._obey(self.engine.apply(answer))

    def plug_in(self, user: str, phone: str) -> Outcome:
        """The user's headset arrives at a phone."""
        return self.does(inputs.HeadsetConnected(phone, f"H-{user}"))

    def unplug(self, user: str, phone: str) -> Outcome:
        """It leaves."""
        return self.does(inputs.HeadsetDisconnected(phone, f"H-{user}"))

    def enter(self, user: str, phone: str, pin: Optional[bytes] = None) -> Outcome:
        """A PIN is entered at the phone: the right one, unless it says another."""
        device = self.engine.device(phone)
        prompt = device.prompt_id if device else 0
        return self.does(inputs.Submit(phone, prompt, user, self.pins[user] if pin is None else pin))

    def sign_in(self, user: str, phone: str) -> None:
        """Makes what is missing, plugs in, enters the PIN; the user is signed in afterwards."""
        if user not in self.pins:
            self.user(user)
        if self.engine.device(phone) is None:
            self.phone(phone)
        self.plug_in(user, phone)
        self.enter(user, phone)
        device = self.engine.device(phone)
        _holds(device is not None and device.user == user, f"{user} is not signed in on {phone}: {self.seen[-3:]}")

    def passes(self, **duration: float) -> None:
        """Lets time pass, timedelta's words, and fires every deadline on the way at its own time."""
        end = self.clock.now + timedelta(**duration)
        for _ in range(10000):
            at = self.engine.next_deadline
            if at is None or at > end:
                break
            self.clock.now = max(self.clock.now, at)
            self._obey(self.engine.advance())
        self.clock.now = end

    def shows(self, prompt: Union[Prompt, str], phone: str) -> None:
        """Fails unless the phone shows this prompt."""
        wanted = named(Prompt, prompt)
        device = self.engine.device(phone)
        _holds(device is not None and device.prompt == wanted, f"{phone} shows {device and device.prompt}")

    def ended(self, cause: Union[Cause, str]) -> Effect:
        """Fails unless the last session that ended did so by this cause."""
        wanted = named(Cause, cause)
        ends = [effect for effect in self.seen if effect.kind == EffectKind.SESSION_ENDED]
        _holds(bool(ends) and ends[-1].cause == wanted, f"the last end was by {ends[-1].cause if ends else 'nothing'}")
        return ends[-1]
