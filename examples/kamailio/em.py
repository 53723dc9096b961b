"""em.py: the KEMI script of kamailio.cfg: what Kamailio's workers do with SIP and HTTP. What is decided is decided in service.py.

Kamailio forks its workers after this file was loaded. Each has an engine of its own on the one store they share: nothing is kept in
memory that another worker would have to know."""
import functools
import os
import sys

import KSR

sys.path.insert(0, os.environ["EM_DIR"])
import desk      # noqa: E402
import service   # noqa: E402


def mod_init():
    return Kamailio()


class Kamailio:
    """The callbacks that Kamailio looks for, by name."""

    def child_init(self, rank):
        return 0

    @functools.cached_property
    def service(self):
        """Made where it is used first: after the fork, in each process that decides something."""
        return service.Service(lambda line: KSR.xlog.xinfo(line + "\n"))

    # ---- SIP ----

    def ksr_request_route(self, msg):
        self.service.say_again()
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

    def register(self):
        """A phone that the service does not know may not register; a store that is not to be had is 503: it will try again."""
        name = KSR.pv.get("$tU") or ""
        try:
            known = self.service.is_phone(name)
        except service.Unavailable:
            KSR.sl.sl_send_reply(503, "Try Again")
            return 1
        if not known:
            KSR.sl.sl_send_reply(404, "No Such Phone")
            return 1
        saved = KSR.registrar.save("location", 0)
        self.service.tell(self.service.registered, name) if saved == 1 else None
        self.service.tell(self.service.unregistered, name) if saved == 3 else None
        return 1

    def invite(self):
        """To a person: to the phones where they are signed in, and nowhere else."""
        wanted = KSR.pv.get("$rU") or ""
        try:
            phones = self.service.where(wanted)
        except service.Unavailable:
            KSR.sl.sl_send_reply(503, "Try Again")
            return 1
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
        caller = KSR.pv.get("$fU") or ""
        ends = [phone] + ([caller] if self.service.is_phone(caller) else [])
        KSR.rr.record_route()
        KSR.dialog.dlg_manage()
        KSR.pv.sets("$dlg_var(ends)", " ".join(ends))
        for end in ends:
            self.service.tell(self.service.call, end, KSR.pv.get("$ci"), "ringing")
        if KSR.tm.t_relay() < 0:
            KSR.sl.sl_reply_error()

    def ksr_dialog_event(self, msg, event):
        """dialog:start, dialog:end, dialog:failed"""
        state = {"dialog:start": "active", "dialog:end": "over", "dialog:failed": "over"}.get(event)
        for end in (KSR.pv.get("$dlg_var(ends)") or "").split():
            if state:
                self.service.tell(self.service.call, end, KSR.pv.get("$dlg(callid)"), state)
        return 1

    def ksr_onsend_route(self, msg):
        return 1

    def ksr_reply_route(self, msg):
        return 1

    # ---- time ----

    def ksr_em_timer(self, msg, event=None):
        self.service.tick()
        return 1

    # ---- HTTP ----

    def ksr_xhttp_event(self, msg, event):
        code, reason, body = desk.answer(self.service, KSR.pv.get("$rm"), KSR.pv.get("$hu") or "", KSR.pv.get("$rb") or "")
        KSR.xhttp.xhttp_reply(code, reason, "application/json", body)
        return 1
