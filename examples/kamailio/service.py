"""service.py: the engine inside a worker. Knows nothing of Kamailio.

The environment says where things are:
  EM_STORE   a file of SQLite, or "postgresql ..." with the words of libpq behind, in the schema EM_SCHEMA
  EM_PINS    JSON: user -> [salt, scrypt hash], both in hexadecimal: the directory of this example
  EM_PASSWORDS  phones' passwords, as htdigest writes them, realm headsetsvc; without it phones need none
  EM_CLOCK   for tests: a file with the milliseconds by which the clock is ahead, for all workers"""
import hashlib
import hmac
import json
import os
import time
from collections import deque
from datetime import datetime, timedelta, timezone

import headsetsvc as hs

PASSING = (hs.Unavailable, hs.OutcomeUnknown, hs.StoreFull, hs.Conflict)  # the same a little later may well succeed
AGAIN = 20  # times a conflict is tried again: the library itself gave up after eight
REALM = "headsetsvc"


def scrypt(pin, salt):
    """What EM_PINS has."""
    return hashlib.scrypt(pin, salt=salt, n=2 ** 12, r=8, p=1)


def asks_passwords():
    """Do phones have to show that they are who they say?"""
    return "EM_PASSWORDS" in os.environ


def password_hash(name):
    """The MD5 of a phone's "NAME:headsetsvc:PASSWORD"; None if it has no password, and so cannot be it."""
    try:
        with open(os.environ["EM_PASSWORDS"], encoding="utf-8", errors="replace") as file:
            for line in file:
                words = line.strip().split(":")
                if len(words) == 3 and words[0].lower() == name.lower() and words[1] == REALM and len(words[2]) == 32:
                    return words[2]
    except OSError:
        pass
    return None


def open_store(words):
    """SQLite, or PostgreSQL."""
    if words.startswith("postgresql"):
        return hs.PgsqlStore(words.removeprefix("postgresql").strip(), schema=os.environ.get("EM_SCHEMA", "headsetsvc"))
    return hs.SqliteStore(words)


def now():
    """The system's time, moved on by a test."""
    ahead = 0
    if os.environ.get("EM_CLOCK"):
        try:
            with open(os.environ["EM_CLOCK"], encoding="ascii") as file:
                ahead = int(file.read() or 0)
        except FileNotFoundError:
            pass
    return datetime.now(timezone.utc) + timedelta(milliseconds=ahead)


class Service:
    """One of several on a store. log: takes a line for each decision."""

    def __init__(self, log):
        self.log = log
        self.store = open_store(os.environ["EM_STORE"])
        self.engine = hs.Engine(self.store, clock=now)
        self.later = deque()  # reports that the store did not take yet: the name of a method, and its arguments

    def close(self):
        self.engine.close()
        self.store.close()

    # ---- inputs and effects ----

    def take(self, *inputs):
        """Applies, does what the effects ask, and gives the verdicts. Raises one of PASSING when the store is not to be had."""
        waiting, verdicts = deque([inputs]), None
        while waiting:
            outcome = self._again(self.engine.apply, *waiting.popleft())
            verdicts = verdicts or outcome.verdicts
            self._do(outcome, waiting)
        return verdicts

    def _again(self, function, *arguments):
        """Other workers were first, more often than the library tries: again, a little later."""
        for turn in range(AGAIN):
            try:
                return function(*arguments)
            except hs.Conflict:
                time.sleep(0.002 * turn)
        return function(*arguments)

    def _do(self, outcome, waiting):
        for v in outcome.verdicts:
            if v.event != "effect_ack":
                self.log(f"em: {v.device or '-'} {v.event} {'accepted' if v.accepted else 'refused'} {v.reason.name} {v.rule}")
        for effect in outcome.effects:
            answer = self._answer(effect)
            if answer is not None:
                waiting.append((answer,))

    def _answer(self, effect):
        """A phone here wears nothing: a profile is whose calls it gets, looked up call by call. So it is applied at once. A
        headset that was reported elsewhere as well is for the phone to say something about; none here does."""
        if effect.kind == hs.EffectKind.VERIFY_PIN:
            return self.engine.answer(effect, self._verify(effect))
        if effect.kind in (hs.EffectKind.REPORT_PRESENCE, hs.EffectKind.REPORT_CALLS):
            return None
        return self.engine.answer(effect)

    def _verify(self, effect):
        try:
            with open(os.environ["EM_PINS"], encoding="utf-8") as file:
                pins = json.load(file)
            if effect.user not in pins:
                return hs.Verify.USER_UNKNOWN
            salt, hashed = map(bytes.fromhex, pins[effect.user])
        except (KeyError, OSError, TypeError, ValueError):
            return hs.Verify.UNAVAILABLE
        return hs.Verify.OK if hmac.compare_digest(scrypt(bytes(effect.pin), salt), hashed) else hs.Verify.WRONG

    # ---- what must not be lost ----

    def say_again(self):
        """Says the reports of `later`, in order, each until the store takes it. True when there are none left."""
        while self.later:
            name, *arguments = self.later[0]
            try:
                getattr(self, name)(*arguments)
            except PASSING as error:
                self.log(f"em: {name}: {error}")
                return False
            except (hs.HeadsetsvcError, ValueError) as error:  # saying it again would not help, and keep back what comes after it
                self.log(f"em: {name} dropped: {error}")
            self.later.popleft()
        return True

    def tick(self):
        """Deadlines. Called in one process, and harmless in several."""
        try:
            due = self.engine.next_deadline_ms
            if due is not None and due <= now().timestamp() * 1000:
                waiting = deque()
                self._do(self._again(self.engine.advance), waiting)
                for inputs in waiting:
                    self.take(*inputs)
        except PASSING as error:
            self.log(f"em: deadlines: {error}")

    # ---- phones and calls ----

    def is_phone(self, name):
        return bool(name) and self.engine.device(name) is not None

    def registered(self, name):
        device = self.engine.device(name)
        if device is not None:
            self.take(hs.DeviceRegistered(name, generation=device.generation_desired))

    def unregistered(self, name):
        self.take(hs.DeviceUnregistered(name))

    def forget_calls(self):
        """Calls did not outlive the Kamailio that switched them."""
        for device in list(self.engine.devices()):
            if device.call_count:
                self.take(hs.CallSnapshot(device.name))

    def where(self, user):
        """The phones where a user is signed in; the phone itself, if that is what was called; None for nobody."""
        if user and self.engine.user(user) is not None:
            return [login.device for login in self.engine.sessions_of(user)]
        return [user] if self.is_phone(user) else None

    def call(self, phone, call_id, state):
        number = int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:8], "big") or 1
        if state == "over":
            self.take(hs.CallEnded(phone, number))
        elif state == "active":
            self.take(hs.CallChanged(phone, number, hs.CallState.ACTIVE))
        else:
            self.take(hs.CallBegun(phone, number, hs.CallState.RINGING))
