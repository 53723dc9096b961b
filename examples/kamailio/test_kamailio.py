"""test_kamailio.py: an unmodified Kamailio, real phones (sipp, baresip), and the bindings inside its workers."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sip-host")]
import service  # noqa: E402
from harness import SECONDS, Phone, Raw, Softphone, Talk, call, cancelled, finished, free_port, held, htdigest, is_bound, picked_up, refused, until  # noqa: E402

PINS = {"alice": "47111", "bob": "47222"}
WINDOW = 300_000


class Kamailio:
    """One Kamailio on a store that outlives it."""

    def __init__(self, folder, store, schema=""):
        self.folder, self.port, self.log_path = pathlib.Path(folder), free_port(), pathlib.Path(folder) / "kamailio.log"
        self.pins, self.clock = self.folder / "pins.json", self.folder / "clock"
        self.env = {**os.environ, "EM_DIR": str(HERE), "EM_STORE": store, "EM_SCHEMA": schema,
                    "EM_PINS": str(self.pins), "EM_CLOCK": str(self.clock), "PYTHONDONTWRITEBYTECODE": "1"}
        for user, pin in PINS.items():
            subprocess.run([HERE / "pins.py", self.pins, user], input=f"{pin}\n", text=True, check=True, env=self.env)
        self.ahead = 0
        self.start()

    def add_pins(self, users, pin):
        """Of many at once."""
        pins = json.loads(self.pins.read_text())
        hashed = ["5a17", service.scrypt(pin.encode(), b"\x5a\x17").hex()]
        self.pins.write_text(json.dumps({**pins, **{user: hashed for user in users}}))

    def start(self):
        listen = f"127.0.0.1:{self.port}"
        command = ["/usr/sbin/kamailio", "-f", HERE / "kamailio.cfg", "-A", f'EM_SCRIPT="{HERE / "em.py"}"', "-l", f"udp:{listen}",
                   "-l", f"tcp:{listen}", "-DD", "-E", "-w", self.folder, "-Y", self.folder, "-P", self.folder / "kamailio.pid"]
        self.process = subprocess.Popen(list(map(str, command)), env=self.env, stdout=open(self.log_path, "ab"),
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        until(self._up)

    def _up(self):
        assert self.process.poll() is None, self.log_path.read_text()[-3000:]
        try:
            return self.ask("GET", "/")[0] == 404
        except OSError:
            return False

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(SECONDS)

    def kill(self):
        """A worker dies, and Kamailio with it."""
        os.kill(random.choice(self.workers()), signal.SIGKILL)
        self.process.wait(SECONDS)

    def workers(self):
        """The processes that Kamailio forked."""
        return [int(pid) for pid in subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()]

    # ---- what a desk says ----

    def ask(self, method, path, body=""):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            link.request(method, path, body)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def rpc(self, method, *params):
        status, body = self.ask("POST", "/rpc", json.dumps({"method": method, "params": params, "id": 1}))
        assert status == 200, (method, params, status, body)
        return json.loads(body)["result"]

    def ok(self, method, *params):
        result = self.rpc(method, *params)
        assert result["accepted"], (method, params, result)

    def headset(self, phone, serial, status):
        message = {"time": 1, "key": "headsetInventory", "value": {
            "host": {"deviceName": f"CP-8861-{phone}", "model": "CP-8861"},
            "headset": {"serialNumber": serial, "vendor": "Example", "model": "532", "connectionStatus": status}}}
        status, body = self.ask("POST", "/inventory", json.dumps(message))
        assert status == 200, body
        return json.loads(body)

    def plug(self, phone, serial):
        return self.headset(phone, serial, "connected")

    def unplug(self, phone, serial):
        return self.headset(phone, serial, "disconnected")

    def advance(self, ms):
        self.ahead += ms
        new = self.clock.with_suffix(".new")
        new.write_text(str(self.ahead))
        new.rename(self.clock)

    def user_at(self, phone):
        return self.rpc("screen", phone)["user"]

    def prompt_at(self, phone):
        return self.rpc("screen", phone)["prompt"]

    def arrive(self, phone, serial, user, pin=None):
        """Headset in, PIN, signed in. A phone says 200 OK to its registration before the engine has heard of it."""
        self.plug(phone, serial)
        until(lambda: self.prompt_at(phone) == "SIGN_IN_PIN")
        self.ok("submit", phone, user, pin or PINS[user])
        assert self.user_at(phone) == user

    def text(self):
        return self.log_path.read_text(errors="replace")


def furnish(host):
    """Phones, people, and whose headset is whose."""
    host.ok("settle")
    for phone in ("desk1", "desk2"):
        host.ok("phone", phone, f"{phone}-own", "CP-8861")
    for number, user in enumerate(PINS, 1):
        host.ok("user", user, f"{user}-line")
        host.ok("give", f"H{number}", user)


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request, tmp_path):
    if request.param != "postgresql":
        it = Kamailio(tmp_path, str(tmp_path / "em.db"))
    else:  # a server that whoever runs the tests has started, and a schema of our own
        it = Kamailio(tmp_path, "postgresql " + os.environ["HSVC_TEST_PGSQL"], schema=f"kamailio_{free_port()}")
    if request.param != "new":
        furnish(it)
    yield it
    assert it.stop() == 0
    assert not any(pin in it.text() for pin in PINS.values())
    assert "Traceback" not in it.text()


def signed_out(host, phone):
    until(lambda: host.user_at(phone) == "")


def test_a_day(host):
    """480, ringing, headset out in a call (CALL-1), the window (OUT-1), a colleague (TAKE-1): one after the other."""
    desk, other = Phone(host, "desk1"), Phone(host, "desk2")
    refused(host, "alice")
    host.arrive("desk1", "H1", "alice")
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)

    ringing, talking = desk.ring(), Talk(host, "alice")
    until(lambda: host.text().count("CALL_NOTED") >= 3)  # two of the call before
    host.unplug("desk1", "H1")
    host.advance(WINDOW)
    until(lambda: "desk1 window_due" in host.text())
    assert host.user_at("desk1") == "alice"
    talking.end()
    finished(ringing)
    signed_out(host, "desk1")
    refused(host, "alice")

    host.arrive("desk1", "H1", "alice")
    host.unplug("desk1", "H1")
    host.advance(WINDOW - 60_000)
    host.plug("desk1", "H1")
    host.advance(WINDOW)
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)

    host.unplug("desk1", "H1")
    host.plug("desk1", "H2")
    until(lambda: host.prompt_at("desk1") == "SIGN_OUT_OTHER")
    host.ok("press", "desk1", "yes")
    until(lambda: host.prompt_at("desk1") == "SIGN_IN_PIN")
    host.ok("submit", "desk1", "bob", PINS["bob"])
    refused(host, "alice")
    ringing = desk.ring()
    finished(call(host, "bob"))
    finished(ringing)
    host.arrive("desk2", "H1", "alice")
    ringing = other.ring()
    finished(call(host, "alice", caller="desk1"))
    finished(ringing)


@pytest.mark.parametrize("host", ["new"], indirect=True)
def test_the_shift_of_the_page(host):
    """README.md's: curl's body is posted here, and what is below it is what comes back."""
    shift = (HERE / "README.md").read_text().split("## A shift by hand")[1].split("```text\n")[1].split("```")[0]
    ports = {"127.0.0.1:5060": f"127.0.0.1:{host.port}", "5071": str(free_port()), "5072": str(free_port())}
    waiting, said = [], ""
    for line in shift.splitlines():
        words = [ports.get(word, word) for word in shlex.split(line.removeprefix("$ ").removesuffix(" &"))]
        if line.startswith("$ curl"):
            said = host.ask("POST", "/" + words[3].rpartition("/")[2], words[2])[1]
        elif line.startswith("$"):
            waiting.append(subprocess.Popen([*words, "-nostdin"], cwd=HERE.parents[1], stdout=subprocess.DEVNULL))
            if line.endswith("&"):
                until(lambda port=words[words.index("-p") + 1]: is_bound(int(port)))
            else:
                assert [each.wait(SECONDS) for each in waiting] == [0] * len(waiting), line
                until(lambda: "desk1 registered" in host.text())
                waiting = []
        else:
            assert said == line


def test_store_1_a_worker_killed_in_mid_shift(host):
    """Kamailio goes down as a whole when a worker is killed; what starts it again finds everything as it was."""
    desk = Phone(host, "desk1")
    host.arrive("desk1", "H1", "alice")
    host.unplug("desk1", "H1")
    host.kill()
    host.start()
    assert host.user_at("desk1") == "alice"
    desk.register()
    host.plug("desk1", "H1")
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_an_expired_phone_is_not_rung(host):
    desk = Phone(host, "desk1")
    host.arrive("desk1", "H1", "alice")
    desk.register(expires=1)
    until(lambda: "desk1 unregistered" in host.text())
    refused(host, "alice")


def test_a_call_does_not_outlive_kamailio(host):
    desk = Phone(host, "desk1")
    host.arrive("desk1", "H1", "alice")
    ringing, talking = desk.ring(), Talk(host, "alice")
    until(lambda: host.text().count("CALL_NOTED") >= 2)
    host.unplug("desk1", "H1")
    host.kill()
    talking.kill()
    ringing.kill()
    ringing.communicate()
    host.advance(WINDOW)
    host.start()
    signed_out(host, "desk1")


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_out_4_a_caller_who_gives_up(host):
    """The phone stops ringing, and nobody is in a call any more."""
    desk = Phone(host, "desk1")
    host.arrive("desk1", "H1", "alice")
    ringing = desk.ring("cancelled")
    cancelled(host, "alice")
    finished(ringing)
    host.unplug("desk1", "H1")
    host.advance(WINDOW)
    signed_out(host, "desk1")


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_a_call_that_cannot_be_sent_is_over(host):
    raw = Raw(host)
    assert " 200 " in raw.request(b"REGISTER", b"desk1", contact=b"<sip:desk1@nowhere.invalid>")
    host.arrive("desk1", "H1", "alice")
    assert " 1" not in raw.request(b"INVITE", b"alice")[:10]
    host.unplug("desk1", "H1")
    host.advance(WINDOW)
    signed_out(host, "desk1")
    raw.close()


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_a_store_that_is_held_loses_nothing(host):
    desk, raw = Phone(host, "desk1"), Raw(host)
    host.arrive("desk1", "H1", "alice")
    ringing, talking = desk.ring(), Talk(host, "alice")
    until(lambda: host.text().count("CALL_NOTED") >= 2)
    host.unplug("desk1", "H1")
    with held(host.folder / "em.db"):
        talking.end()
        finished(ringing)
        status, body = host.ask("POST", "/rpc", json.dumps({"method": "give", "params": ["H9", "bob"]}))
        assert status == 503 and "error" in json.loads(body)
        until(lambda: "em: call: " in host.text())
    host.advance(WINDOW)
    signed_out(host, "desk1")
    raw.close()


def test_a_softphone(host):
    """baresip, which nobody here wrote a scenario for, registers, rings and is picked up."""
    softphone = Softphone(host, "desk1")
    try:
        softphone.registered()
        host.arrive("desk1", "H1", "alice")
        picked_up(host, "alice", softphone)
    finally:
        softphone.close()


@pytest.fixture
def guarded(host):
    """The same Kamailio, started again, with phones that have passwords."""
    path = host.folder / "phones.htdigest"
    path.write_text(htdigest({"desk1": "one", "desk2": "two"}))
    host.stop()
    host.env["EM_PASSWORDS"] = str(path)
    host.start()
    return host


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_a_phone_shows_that_it_is_the_one_it_says(guarded):
    """Not without a password, nor with a wrong one, another phone's, of another realm or an invented nonce; nor by a call that
    says to be from it."""
    raw = Raw(guarded)

    def register(name="desk1", password="one", **instead):
        assert " 401 " in raw.request(b"REGISTER", b"desk1")
        return raw.request(b"REGISTER", b"desk1", headers=raw.digest("REGISTER", "desk1", name, password, **instead))

    for wrong in ({"password": "two"}, {"password": ""}, {"name": "desk2", "password": "two"}, {"realm": "elsewhere"}, {"nonce": "x"}):
        assert " 401 " in register(**wrong), wrong
    assert " 401 " in raw.request(b"REGISTER", b"desk99")  # nobody is told which phones there are
    assert "desk1 registered" not in guarded.text()
    caller = b"<sip:desk1@127.0.0.1>"
    assert " 407 " in raw.request(b"INVITE", b"alice", caller=caller)
    assert " 407 " in raw.request(b"INVITE", b"alice", caller=caller, headers=raw.digest("INVITE", "alice", "desk2", "two"))
    assert " 480 " in raw.request(b"INVITE", b"alice", caller=caller, headers=raw.digest("INVITE", "alice", "desk1", "one"))
    raw.close()
    desk, other = Softphone(guarded, "desk1", "one"), Softphone(guarded, "desk2", "two")
    try:
        desk.registered()
        other.registered()
        guarded.arrive("desk1", "H1", "alice")
        other.dial(f"sip:alice@127.0.0.1:{guarded.port}")
        desk.pick_up()
        until(lambda: "desk2 call_begun accepted" in guarded.text())
    finally:
        desk.close()
        other.close()


def register_all(host, phones):
    """By one sipp that is all these phones."""
    (host.folder / "phones.csv").write_text("SEQUENTIAL\n" + "".join(f"{phone}\n" for phone in phones))
    script = (HERE.parent / "sip-host" / "sipp" / "register.xml").read_text().replace("[service]", "[field0]")
    (host.folder / "register-all.xml").write_text(script)
    subprocess.run(["sipp", f"127.0.0.1:{host.port}", "-sf", "register-all.xml", "-inf", "phones.csv", "-i", "127.0.0.1", "-p",
                    str(free_port()), "-m", str(len(phones)), "-r", "50", "-key", "expires", "600", "-nostdin", "-timeout", "60s",
                    "-timeout_error"], cwd=host.folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def timed(times, function, *arguments):
    begun = time.perf_counter()
    function(*arguments)
    times.append(1000 * (time.perf_counter() - begun))


def told(times):
    times.sort()
    return f"median {statistics.median(times):.1f} ms, 99 of 100 below {times[len(times) * 99 // 100]:.1f} ms"


def test_a_hundred_phones_and_a_thousand_plugs(host, capsys):
    """How long reports and sign-ins take, from the HTTP request to its answer, five desks at once and calls meanwhile."""
    host.add_pins([f"user{i}" for i in range(100)], "1234567")
    for i in range(100):
        host.ok("phone", f"p{i}", f"p{i}-own", "CP-8861")
        host.ok("user", f"user{i}", f"user{i}-line")
        host.ok("give", f"S{i}", f"user{i}")
    register_all(host, [f"p{i}" for i in range(100)])
    desk = Phone(host, "desk1")
    host.arrive("desk1", "H1", "alice")
    plugs, sign_ins = [], []

    def shift(first):
        """20 desks: in, PIN, and five times out and in again."""
        for i in range(first, first + 20):
            timed(plugs, host.plug, f"p{i}", f"S{i}")
            timed(sign_ins, host.ok, "submit", f"p{i}", f"user{i}", "1234567")
        for _ in range(5):
            for i in range(first, first + 20):
                timed(plugs, host.unplug, f"p{i}", f"S{i}")
                timed(plugs, host.plug, f"p{i}", f"S{i}")

    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        shifts = [pool.submit(shift, first) for first in range(0, 100, 20)]
        for _ in range(3):
            ringing = desk.ring()
            finished(call(host, "alice"))
            finished(ringing)
        for each in shifts:
            each.result()
    assert all(host.user_at(f"p{i}") == f"user{i}" for i in range(100))
    with capsys.disabled():
        print(f"\n  {len(plugs)} plug events of 100 phones: {told(plugs)}; {len(sign_ins)} sign-ins, with scrypt: {told(sign_ins)}")


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_no_pin_in_the_log(host):
    """Neither of a request that is none, nor by a name that Kamailio takes for one of its variables. The fixture looks for it."""
    body = b'{"method": "submit", "params": ["desk1", "alice", "47111"]}'
    length = b"Content-Length: %d" % len(body)
    for head in (b"POST", b"POST\r\n" + length, b"POST /rpc HTTP/1.1\r\nno header", b"POST /rpc HTTP/1.1\r\nno header\r\n" + length,
                 b"REGISTER sip:a SIP/2.0\r\nno header\r\n" + length, b"POST /rpc HTTP/1.1\r\n" + length + b"\r\nCSeq: " + body,
                 b"POST /rpc HTTP/1.1\r\n" + length + b"\r\nFrom: <" + body):
        message = head + b"\r\n\r\n" + body + b"\r\n\r\n"
        with socket.create_connection(("127.0.0.1", host.port), SECONDS) as link:
            link.sendall(message)
            link.shutdown(socket.SHUT_WR)
            link.recv(1000)
        with socket.socket(type=socket.SOCK_DGRAM) as link:
            link.sendto(message, ("127.0.0.1", host.port))
    host.ok("phone", "$rb", "p", "m")
    host.headset("$rb", "47$$", "connected")
    host.ask("POST", "/rpc", json.dumps({"method": "phone", "params": ["$rb", "47111", "m"]}))
    raw = Raw(host)  # UDP's workers have taken in what came before
    for _ in range(8):
        assert " 480 " in raw.request(b"INVITE", b"alice")
    raw.close()
    assert "em: $rb device_put" in host.text()


RUBBISH = ["", "{", "[]", "7", "null", '{"method": 1}', '{"method": "phone", "params": []}', '{"method": "__init__", "params": ["x"]}',
           '{"method": "_prompt", "params": ["x"]}', '{"method": "press", "params": ["desk1", "any"]}', '{"key": "headsetInventory"}',
           '{"key": "headsetInventory", "value": {"host": {"deviceName": 7}}}', "[" * 5000, '{"method": "screen", "params": ["nobody"]}',
           '{"method": "mro", "params": []}', '{"method": "screen", "params": ["a\\u0000"]}', '{"method": "screen", "params": [""]}', b"\xff\xfe",
           b'{"method": "screen", "params": ["\xff"]}', '{"method": "user", "params": ["a\\nb", "p"]}', "9" * 5000,
           '{"method": "screen", "params": ["\\ud800"]}', '{"method": "phone", "params": ["' + "x" * 300 + '", "p", "m"]}']


@pytest.mark.parametrize("host", ["sqlite"], indirect=True)
def test_rubbish_is_answered_with_an_error(host):
    for body in RUBBISH:
        for path in ("/rpc", "/inventory"):
            status, text = host.ask("POST", path, body)
            assert status == 400 and "error" in json.loads(text) or json.loads(text)["result"]["accepted"] is False, (path, body, text)
    random_ = random.Random(3)
    for _ in range(1000):
        body = bytearray(b'{"method": "press", "params": ["desk1", "yes"], "id": 4}')
        for _ in range(random_.randrange(1, 6)):
            body[random_.randrange(len(body))] = random_.randrange(256)
        host.ask("POST", random_.choice(["/rpc", "/inventory"]), bytes(body))
    with socket.socket(type=socket.SOCK_DGRAM) as link:
        for _ in range(1500):
            link.sendto(random_.randbytes(random_.randrange(400)), ("127.0.0.1", host.port))
    raw = Raw(host)
    for method, user, code in ((b"INVITE", b"", 404), (b"INVITE", b"\xff\xfe", 404), (b"INVITE", b"x" * 400, 404), (b"REGISTER", b"\xff", 404),
                               (b"REGISTER", b"y" * 400, 404), (b"SUBSCRIBE", b"alice", 405)):
        assert f" {code} " in raw.request(method, user)
    raw.close()
    assert host.prompt_at("desk1") == ""
    refused(host, "alice")
