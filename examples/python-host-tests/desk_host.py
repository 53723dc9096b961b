"""desk_host.py: a host of a few lines, which has tests: phones that show text, a directory that knows PINs.

The events of its phones become inputs; what the library answers becomes text on a screen, a profile on a phone, a question
to the directory. Whatever the store does, no event is lost: it waits in `waiting` until `again` is called.
"""
import uuid
from collections import defaultdict
from typing import Callable, Dict, List

from headsetsvc import (Cancel, Effect, EffectKind, Engine, HeadsetConnected, HeadsetDisconnected, Input, OutcomeUnknown, Prompt,
                        Submit, Unavailable, Verify)

TEXTS = {
    Prompt.SIGN_IN_PIN: "PIN of {effect.user}?", Prompt.SIGN_OUT: "Sign out {effect.user}?",
    Prompt.SIGN_OUT_OTHER: "Sign out {effect.other_user}?", Prompt.ASSOCIATE: "Whose headset is this?",
}


class DeskHost:
    """pin_of: the directory; gives the PIN of a user, or raises KeyError."""

    def __init__(self, engine: Engine, pin_of: Callable[[str], bytes]) -> None:
        self.engine, self.pin_of = engine, pin_of
        self.screens: Dict[str, str] = {}
        self.profiles: Dict[str, str] = {}
        self.waiting: List[Input] = []
        self._prompts: Dict[str, int] = defaultdict(int)

    # ---- what phones report ----

    def plugged(self, phone: str, serial: str) -> None:
        self._happened(HeadsetConnected(phone, serial, request_id=uuid.uuid4().bytes))

    def unplugged(self, phone: str, serial: str) -> None:
        self._happened(HeadsetDisconnected(phone, serial, request_id=uuid.uuid4().bytes))

    def typed(self, phone: str, user: str, pin: bytes) -> None:
        self._happened(Submit(phone, self._prompts[phone], user, pin))

    def pressed_cancel(self, phone: str) -> None:
        self._happened(Cancel(phone, self._prompts[phone]))

    def timer(self) -> None:
        """To be called at engine.next_deadline."""
        for effect in self.engine.advance():
            self._obey(effect)

    # ---- how events get in, and what comes out ----

    def _happened(self, given: Input) -> None:
        self.waiting.append(given)
        self.again()

    def again(self) -> None:
        """Sends what waits, oldest first, until the store fails again. The request id makes sure that nothing happens
        twice, should the last attempt have reached the store after all."""
        while self.waiting:
            try:
                outcome = self.engine.apply(self.waiting[0])
            except (Unavailable, OutcomeUnknown):
                return
            del self.waiting[0]
            with outcome:  # its end overwrites the PIN
                for effect in outcome:
                    self._obey(effect)

    def _obey(self, effect: Effect) -> None:
        state = 1
        if effect.kind == EffectKind.SHOW_PROMPT and effect.prompt is not None:
            self._prompts[effect.device] = effect.prompt_id
            self.screens[effect.device] = TEXTS.get(effect.prompt, str(effect.prompt)).format(effect=effect)
        elif effect.kind == EffectKind.CLEAR_PROMPT:
            self.screens[effect.device] = ""
        elif effect.kind == EffectKind.APPLY_PROFILE:
            self.profiles[effect.device] = effect.profile
        elif effect.kind == EffectKind.VERIFY_PIN:
            state = self._ask(effect)
        answer = self.engine.answer(effect, state)
        if answer is not None:
            self._happened(answer)

    def _ask(self, effect: Effect) -> Verify:
        try:
            return Verify.OK if effect.pin == self.pin_of(effect.user) else Verify.WRONG
        except KeyError:
            return Verify.USER_UNKNOWN
