"""desk.py: what comes from the desks over HTTP: headset reports as phones post them, and a small JSON-RPC for screens and keys.

  POST /inventory    the phone's headset inventory message
  POST /rpc          {"method": NAME, "params": [...], "id": ...}: the methods of Rpc

Every answer is JSON; an error has "error" and says what was wrong with which member."""
import json
from datetime import timedelta

import headsetsvc as hs

from service import PASSING

KEYS = {"sign-in": hs.SignIn, "sign-out": hs.SignOut, "yes": hs.Yes, "no": hs.No, "cancel": hs.Cancel, "exit": hs.Exit}


class Wrong(Exception):
    """A request that is not one: the path of the member, and why."""


def member(value, path, kind):
    """value["a"]["b"] for "a.b", which must be there and of this type."""
    at = ""
    for name in path.split("."):
        at = f"{at}.{name}".lstrip(".")
        if not isinstance(value, dict) or name not in value:
            raise Wrong(f"{at}: missing")
        value = value[name]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise Wrong(f"{path}: not {'text' if kind is str else 'a list'}")
    return value


def inventory(service, message):
    """The phone's own message becomes an input."""
    if member(message, "key", str) != "headsetInventory":
        raise Wrong("key: not headsetInventory")
    phone = member(message, "value.host.deviceName", str).rpartition("-")[2]
    serial = member(message, "value.headset.serialNumber", str)
    status = member(message, "value.headset.connectionStatus", str)
    headset = message["value"]["headset"]
    if status == "connected":
        about = {ours: headset[theirs] for ours, theirs in (("vendor", "vendor"), ("model", "model"), ("firmware", "firmwareVersion"))
                 if isinstance(headset.get(theirs), str)}
        given = hs.HeadsetConnected(phone, serial, **about)
    elif status == "disconnected":
        given = hs.HeadsetDisconnected(phone, serial)
    else:
        raise Wrong("value.headset.connectionStatus: neither connected nor disconnected")
    return verdict(service, given)


def verdict(service, given):
    """What was decided, in words a program can use."""
    last = service.take(given)[-1]
    return {"accepted": last.accepted, "reason": last.reason.name, "rule": last.rule}


class Rpc:
    """The methods."""

    def __init__(self, service):
        self.service = service

    def _prompt(self, phone):
        device = self.service.engine.device(phone)
        return device.prompt_id if device else 0

    def phone(self, name, profile, model):
        return verdict(self.service, hs.DevicePut(name, profile, hs.DeviceKind.ANONYMOUS, model=model, em_enabled=True))

    def user(self, name, profile):
        return verdict(self.service, hs.UserPut(name, profiles=[profile]))

    def give(self, serial, user):
        return verdict(self.service, hs.Associate(user, serial))

    def settle(self):
        """Phones of this host keep their headsets when their profile changes: nothing has to come back (SIGN-5)."""
        self.service.engine.set_policy("presence_settle", timedelta(0))
        return {"accepted": True}

    def screen(self, phone):
        device = self.service.engine.device(phone)
        if device is None:
            raise Wrong("params[0]: no such phone")
        return {"user": device.user, "prompt": device.prompt.name if device.prompt else ""}

    def submit(self, phone, user, pin):
        return verdict(self.service, hs.Submit(phone, self._prompt(phone), user, pin.encode()))

    def press(self, phone, key):
        if key not in KEYS:
            raise Wrong(f"params[1]: none of {', '.join(KEYS)}")
        return verdict(self.service, KEYS[key](phone, self._prompt(phone)))


def rpc(service, message):
    """One call."""
    name, params = member(message, "method", str), member(message, "params", list)
    method = None if name.startswith("_") else vars(Rpc).get(name)
    if method is None:
        raise Wrong("method: none of that name")
    if len(params) != method.__code__.co_argcount - 1 or not all(isinstance(p, str) for p in params):
        raise Wrong(f"params: {', '.join(method.__code__.co_varnames[1:method.__code__.co_argcount])}, all text")
    return {"result": method(Rpc(service), *params), "id": message.get("id")}


def answer(service, method, path, body):
    """An HTTP request: code, reason, body."""
    handler = {"/inventory": inventory, "/rpc": rpc}.get(path.partition("?")[0])
    if handler is None or method != "POST":
        return 404, "Not Found", json.dumps({"error": "POST /inventory or /rpc"})
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        return 400, "Bad Request", json.dumps({"error": f"no JSON: {error}"})
    try:
        return 200, "OK", json.dumps(handler(service, message))
    except Wrong as error:
        return 400, "Bad Request", json.dumps({"error": str(error)})
    except PASSING as error:
        return 503, "Try Again", json.dumps({"error": str(error)})
    except (hs.HeadsetsvcError, ValueError) as error:  # of text that is no UTF-8, or has a NUL
        return 400, "Bad Request", json.dumps({"error": str(error)})
