"""spec_model.py: SPEC in plain Python, as far as a small office needs it: associations and their limit (ASSOC-1..3), sign-in
(SIGN-1, SIGN-4), takeovers that are declined (TAKE-1), windows (OUT-1..3), calls (CALL-1, OUT-4, OUT-5), the longest login,
several logins (MULTI-1, OUT-12), locks (SIGN-7, LOCK-1). Written from SPEC and not from the C; it knows no records, no
prompts and no store. At most one headset is at a desk; times are seconds since the office opened."""
from headsetsvc import Reason

LIMIT, WINDOW, LONGEST = 2, 300, 3000
USER_MAX, DESK_MAX, LAPSES, LOCKED = 3, 5, 1800, 1200


class Lock:
    """Wrong PINs of a user, or at a desk (SIGN-7, LOCK-1)."""

    def __init__(self, most):
        self.most, self.count, self.first, self.until = most, 0, 0, 0

    def fails(self, now):
        if self.count and now >= self.first + LAPSES:
            self.count = 0
        self.first = self.first if self.count else now
        self.count += 1
        if self.count == self.most:  # afterwards the full allowance is back
            self.count, self.until = 0, now + LOCKED

    def clear(self):
        self.count = self.until = 0


class Desk:
    def __init__(self):
        self.user, self.since, self.due = "", 0, None  # who is signed in, since when, when the window ends
        self.causes = set()  # what waits for the call's end
        self.call = self.fresh = False
        self.serial = ""  # the headset at the desk
        self.lock = Lock(DESK_MAX)

    @property
    def ending(self):
        """Not active any more, blocks nobody, binds no headset."""
        return bool(self.causes - {"WINDOW"})

    @property
    def confirmed(self):
        """Is the session's user there?"""
        return self.due is None and not self.causes


class Model:
    def __init__(self, users, desks):
        self.now = 0
        self.owner = {}  # serial -> user
        self.locks = {user: Lock(USER_MAX) for user in users}
        self.desks = {desk: Desk() for desk in desks}

    # ---- administration ----

    def associate(self, user, serial):
        if serial in self.owner:
            return Reason.ALREADY_ASSOCIATED if self.owner[serial] == user else Reason.HEADSET_IN_USE
        if list(self.owner.values()).count(user) == LIMIT:
            return Reason.HEADSET_LIMIT
        self.owner[serial] = user
        return Reason.ASSOCIATED

    def unlock(self, user, desk):
        self.locks[user].clear()
        self.desks[desk].lock.clear()

    # ---- headsets ----

    def place(self, serial):
        return next((name for name, desk in self.desks.items() if desk.serial == serial), None)

    def plug_in(self, serial, name):
        """What the phone asks for: "PIN", "OTHER" (sign out the other?), or nothing."""
        desk = self.desks[name]
        desk.serial, desk.fresh = serial, True
        if desk.user and desk.user == self.owner.get(serial) and not desk.ending:
            desk.due = None
            desk.causes.discard("WINDOW")
            desk.fresh = False
        return self.offer(name)

    def offer(self, name):
        """What a fresh headset leads to, now; it is spent by it, unless it waits for the end of a call (CALL-1)."""
        desk = self.desks[name]
        who = self.owner.get(desk.serial)
        if not desk.fresh or who is None or desk.call and (not desk.user or desk.ending):
            return None
        desk.fresh = False
        elsewhere = any(d.user == who and not d.ending and d.confirmed for n, d in self.desks.items() if n != name)
        if elsewhere or self.refusals(who, name):
            return None
        return "OTHER" if desk.user else "PIN"

    def unplug(self, name):
        desk = self.desks[name]
        if desk.user and desk.user == self.owner.get(desk.serial) and not desk.ending:
            desk.due = self.now + WINDOW
        desk.serial, desk.fresh = "", False

    # ---- PINs ----

    def refusals(self, user, name):
        """Why no PIN of this user is taken at this desk, if so."""
        found = {Reason.LOCKED_OUT: self.locks[user].until, Reason.DEVICE_THROTTLED: self.desks[name].lock.until}
        return {reason for reason, until in found.items() if until > self.now}

    def enter(self, user, name, right):
        """Signed in?"""
        if self.refusals(user, name):
            return False
        if not right:
            self.locks[user].fails(self.now)
            self.desks[name].lock.fails(self.now)
            return False
        self.locks[user].clear()
        for other in self.desks.values():
            if other.user == user and not other.ending:
                self.leaves(other, "OTHER_LOGIN")
        desk = self.desks[name]
        desk.user, desk.since = user, self.now
        return True

    # ---- ends ----

    def leaves(self, desk, cause):
        """The session ends, or will when the call has ended."""
        desk.due = None
        if desk.call:
            desk.causes.add(cause)
        else:
            self.end(desk)

    def end(self, desk):
        if self.owner.get(desk.serial) == desk.user:
            desk.fresh = False
        desk.user, desk.due, desk.causes = "", None, set()

    def call_begins(self, name):
        self.desks[name].call = True

    def call_ends(self, name):
        """What the phone asks for then."""
        desk = self.desks[name]
        desk.call = False
        if desk.causes:
            self.end(desk)
        return self.offer(name)

    def passes(self, seconds):
        self.now += seconds
        for desk in self.desks.values():
            for at, cause in sorted([(desk.due or 0, "WINDOW"), (desk.since + LONGEST, "MAX_TIME")]):
                if desk.user and cause not in desk.causes and at <= self.now and (cause == "MAX_TIME" or desk.due):
                    self.leaves(desk, cause)
