"""em.py: the KEMI script of kamailio.cfg: what Kamailio's workers do with SIP and HTTP. What is decided is decided in service.py.

Kamailio forks its workers after this file was loaded. Each has an engine of its own on the one store they share: nothing is kept in
memory that another worker would have to know."""
import functools
import json
import os
import sys

import KSR

sys.path.insert(0, os.environ["EM_DIR"])
import desk      # noqa: E402
import service   # noqa: E402


def log(line):
    """By xlog, as the core is silent (kamailio.cfg); a name that has $ in it stays what it is: $rb would be a body, and a PIN in it."""
    KSR.xlog.xinfo("".join(c if c.isprintable() else "?" for c in line).replace("$", "$$") + "\n")


def text(name):
    """A value of a message; empty if there is none, and if it is no UTF-8."""
    try:
        return KSR.pv.get(name) or ""
    except UnicodeDecodeError:
        return ""


def mod_init():
    """Before the fork: nobody has a call yet, so nobody's is forgotten."""
    try:
        before = service.Service(log)
        before.forget_calls()
        before.close()
    except service.PASSING as error:  # then the library's own bound of calls that nobody ends holds (OUT-6)
        log(f"em: calls of before: {error}")
    return Kamailio()


IS_HASH, SAME_NAME = 1, 1  # to auth: what it is given is the hash of a password; who answers is who the request is from


class Kamailio:
    """The callbacks that Kamailio looks for, by name."""

    def child_init(self, rank):
        return 0

    @functools.cached_property
    def service(self):
        """Made where it is used first: after the fork, in each process that decides something."""
        return service.Service(log)

    def report(self, *words):
        """What nobody waits for and must not be lost or overtaken: a queue of all workers, emptied by the timer process."""
        KSR.mqueue.mq_add("reports", "-", json.dumps(words))

    # ---- SIP ----

    def ksr_request_route(self, msg):
        """What cannot be decided now is 503: whoever asked will try again. What is in a call needs no decision."""
        try:
            return self.request()
        except service.PASSING as error:
            log(f"em: {error}")
            KSR.sl.sl_send_reply(503, "Try Again")
            return 1

    def request(self):
        if KSR.maxfwd.process_maxfwd(10) < 0:
            KSR.sl.sl_send_reply(483, "Too Many Hops")
            return 1
        method = KSR.pv.get("$rm")
        if KSR.pv.get("$tt"):
            return self.within_dialog(method)
        if method == "CANCEL":
            if KSR.tm.t_check_trans() > 0:
                KSR.tm.t_relay()
            return 1
        if method == "REGISTER":
            return self.register()
        if method == "INVITE":
            return self.invite()
        KSR.sl.sl_send_reply(200 if method == "OPTIONS" else 405, "OK" if method == "OPTIONS" else "Method Not Allowed")
        return 1

    def within_dialog(self, method):
        if KSR.rr.loose_route() > 0 or method == "ACK" and KSR.tm.t_check_trans() > 0:
            KSR.tm.t_relay()
        elif method != "ACK":
            KSR.sl.sl_send_reply(481, "No Such Call")
        return 1

    def is_right(self, name):
        """Does the request come from the phone of that name? If not, it was answered by a challenge. Without EM_PASSWORDS nobody is asked."""
        if not service.asks_passwords():
            return True
        given = service.password_hash(name)
        if given and KSR.auth.pv_auth_check(service.REALM, given, IS_HASH, SAME_NAME) > 0:
            KSR.auth.consume_credentials()
            return True
        KSR.auth.auth_challenge(service.REALM, 0)
        return False

    def register(self):
        """A phone that the service does not know may not register."""
        name = text("$tU")
        if not self.is_right(name):
            return 1
        if not self.service.is_phone(name):
            KSR.sl.sl_send_reply(404, "No Such Phone")
            return 1
        saved = KSR.registrar.save("location", 0)
        if saved in (1, 3):
            self.report("registered" if saved == 1 else "unregistered", name)
        return 1

    def invite(self):
        """To a person: to the phones where they are signed in, and nowhere else. Who says to be a phone of ours shows that it is."""
        caller = text("$fU")
        if self.service.is_phone(caller) and not self.is_right(caller):
            return 1
        phones = self.service.where(text("$rU"))
        if phones is None:
            KSR.sl.sl_send_reply(404, "Nobody Of That Name")
            return 1
        for phone in phones:
            KSR.pv.sets("$ru", f"sip:{phone}@127.0.0.1")
            if KSR.registrar.lookup("location") > 0:
                self.relay(phone)
                return 1
        KSR.sl.sl_send_reply(480, "Phone Not Registered" if phones else "Not Signed In")
        return 1

    def relay(self, phone):
        """Both ends of the call that are phones of ours are told of it, through the dialog's life."""
        caller = text("$fU")
        ends = [phone] + ([caller] if self.service.is_phone(caller) else [])
        KSR.rr.record_route()
        KSR.dialog.dlg_manage()
        KSR.pv.sets("$dlg_var(ends)", " ".join(ends))
        for end in ends:
            self.report("call", end, text("$ci"), "ringing")
        if KSR.tm.t_relay() < 0:
            KSR.sl.sl_reply_error()

    def ksr_dialog_event(self, msg, event):
        """dialog:start, dialog:end, dialog:failed"""
        state = {"dialog:start": "active", "dialog:end": "over", "dialog:failed": "over"}.get(event)
        for end in text("$dlg_var(ends)").split():
            if state:
                self.report("call", end, text("$dlg(callid)"), state)
        return 1

    def ksr_usrloc_event(self, msg, event):
        """usrloc:contact-expired: a phone that did not register again."""
        if event == "usrloc:contact-expired":
            self.report("unregistered", text("$ulc(exp=>aor)"))
        return 1

    def ksr_onsend_route(self, msg):
        return 1

    def ksr_reply_route(self, msg):
        return 1

    # ---- time ----

    def ksr_em_timer(self, msg, event=None):
        """Deadlines come after what was reported before them."""
        try:
            while self.service.say_again() and KSR.mqueue.mq_fetch("reports") > 0:
                self.service.later.append(json.loads(KSR.pv.get("$mqv(reports)")))
            self.service.tick()
        except service.PASSING as error:  # the store was not to be opened yet
            log(f"em: {error}")
        return 1

    # ---- HTTP ----

    def ksr_xhttp_event(self, msg, event):
        try:
            code, reason, body = desk.answer(self.service, text("$rm"), text("$hu"), text("$rb"))
        except service.PASSING as error:  # the store, when the process had not opened it yet
            code, reason, body = 503, "Try Again", json.dumps({"error": str(error)})
        KSR.xhttp.xhttp_reply(code, reason, "application/json", body)
        return 1
