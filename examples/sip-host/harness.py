"""harness.py: starts sip-host, phones, callers and a directory, for the tests of this example and of its neighbours.

    harness.py      a directory to try sip-host with: alice's PIN is 47111, bob's 47222; until it is interrupted

Nothing of it is simulated but time: SIP is spoken by sipp, PINs are checked by a real slapd, and the only thing hurried is the
host's clock (`advance`)."""
import contextlib
import hashlib
import json
import os
import pathlib
import random
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60  # what may take a while on a busy machine


def _thousand():
    """Ports that no other run of these tests has: whoever holds the first of a thousand has them all. Not of those that the
    system gives to connections: it would give away the port of a host that is just being started again."""
    for first in random.SystemRandom().sample(range(20000, 30000, 1000), 10):
        with contextlib.suppress(OSError):
            _held.bind(("127.0.0.1", first))
            return iter(random.SystemRandom().sample(range(first + 1, first + 1000), 999))
    raise AssertionError("no thousand ports are free")


_held = socket.socket(type=socket.SOCK_DGRAM)
_ports = _thousand()


def free_port():
    """A port that nobody has now, for UDP and for TCP, and that is not given out twice."""
    for port in _ports:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


def until(what, seconds=SECONDS):
    """Asks again until it is true, and gives what it was."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


class Control:
    """A connection to the host's socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")

    def send(self, line):
        self.socket.sendall(line.encode() + b"\n")

    def line(self):
        return self.lines.readline().rstrip("\n")

    def ask(self, line):
        """The answer to one line; everything before it, of who or watch, is in `before`."""
        self.send(line)
        self.before = []
        while True:
            answer = self.line()
            assert answer, f"the host hung up at {line!r}"
            if answer.startswith(("ok", "error")):
                return answer
            self.before.append(answer)

    def ok(self, *lines):
        for line in lines:
            answer = self.ask(line)
            assert answer.startswith("ok"), f"{line}: {answer}"

    def who(self):
        """phone -> (state, user, prompt)"""
        assert self.ask("who") == "ok"
        return {words[1]: tuple(words[2:5]) for words in map(str.split, self.before)}

    def user_at(self, phone):
        return self.who()[phone][1]

    def prompt_at(self, phone):
        return self.who()[phone][2]

    def close(self):
        self.lines.close()
        self.socket.close()


class Host:
    """sip-host, on a store that outlives it."""

    def __init__(self, folder, *options):
        self.folder, self.options = pathlib.Path(folder), options
        self.port, self.path = free_port(), self.folder / "em.sock"
        self.log_path = self.folder / "host.log"
        self.log = open(self.log_path, "ab")
        self.control = None
        self.start()

    def start(self):
        command = [os.environ["SIP_HOST"], "--store", self.folder / "em.db", "--control", self.path,
                   "--sip", f"127.0.0.1:{self.port}", "--test-clock", *self.options]
        plain = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}  # fake devices are not for the host
        self.process = subprocess.Popen(list(map(str, command)), stdout=self.log, stderr=subprocess.STDOUT,
                                        stdin=subprocess.DEVNULL, env=plain)
        until(lambda: self.process.poll() is not None or self._connected())
        assert self.process.poll() is None, self.log_path.read_text()

    def _connected(self):
        try:
            self.control = Control(self.path)
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        return True

    def stop(self, how=signal.SIGTERM):
        """Ends it, and says how it ended."""
        self.control.close()
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(SECONDS)

    def text(self):
        return self.log_path.read_text(errors="replace")


def is_bound(port):
    """Does somebody listen there by UDP?"""
    return any(line.split()[1].endswith(f":{port:04X}") for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:])


def sipp(host, scenario, service, *, port=None, caller="outside", expires=600, script=None, options=()):
    """One call of a sipp scenario, begun; .wait() it with finished()."""
    command = ["sipp", f"127.0.0.1:{host.port}", "-sf", script or HERE / "sipp" / f"{scenario}.xml", "-s", service, "-i", "127.0.0.1",
               "-p", port or free_port(), "-m", 1, "-nostdin", "-d", 300, "-timeout", f"{SECONDS}s", "-timeout_error",
               "-trace_err", "-error_file", host.folder / "sipp.txt",
               "-key", "caller", caller, "-key", "expires", expires, *options]
    return subprocess.Popen(list(map(str, command)), cwd=host.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)


def finished(process):
    """Waits for sipp; its scenario must have gone as written."""
    output, _ = process.communicate(timeout=2 * SECONDS)
    errors = pathlib.Path(process.args[process.args.index("-error_file") + 1])
    assert process.returncode == 0, output[-1000:] + (errors.read_text() if errors.exists() else "")


class Phone:
    """A phone on a port of its own."""

    def __init__(self, host, name):
        self.host, self.name, self.port = host, name, free_port()
        self.register()

    def register(self, expires=600):
        finished(sipp(self.host, "register", self.name, port=self.port, expires=expires))

    def ring(self, scenario="answer"):
        """Waits for one call, in the background."""
        process = sipp(self.host, scenario, self.name, port=self.port)
        until(lambda: is_bound(self.port))
        return process


def htdigest(passwords):
    """A file as htdigest writes it, of phones and their passwords."""
    return "".join(f"{name}:headsetsvc:{hashlib.md5(f'{name}:headsetsvc:{password}'.encode()).hexdigest()}\n"
                   for name, password in passwords.items())


BARESIP = """module_path /usr/lib/baresip/modules
sip_listen 127.0.0.1:{sip}
ctrl_tcp_listen 127.0.0.1:{control}
audio_player aubridge,a
audio_source aubridge,a
audio_alert aubridge,b
module g711.so
module aubridge.so
module ctrl_tcp.so
module_tmp account.so
module_app menu.so
"""


class Softphone:
    """baresip, a phone that nobody here wrote: it dials, and picks up, when it is told to."""

    def __init__(self, host, name, password=""):
        self.folder, self.control = host.folder / f"baresip-{name}", free_port()
        self.folder.mkdir()
        (self.folder / "config").write_text(BARESIP.format(sip=free_port(), control=self.control))
        (self.folder / "accounts").write_text(f"<sip:{name}@127.0.0.1:{host.port}>;auth_user={name};auth_pass={password};regint=120\n")
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(["baresip", "-f", self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def text(self):
        return (self.folder / "log").read_text(errors="replace")

    def says(self, what):
        """Waits for a line of its log; what it said instead is shown."""
        end = time.monotonic() + SECONDS
        while what not in self.text():
            assert self.process.poll() is None and time.monotonic() < end, f"baresip never said {what!r}:\n{self.text()}"
            time.sleep(0.02)

    def registered(self):
        """Waits for its registration, so that it is at home for whoever calls then."""
        self.says("200 OK")
        return self

    def command(self, name, parameters=""):
        """A word to its own control port."""
        message = json.dumps({"command": name, "params": parameters})
        with socket.create_connection(("127.0.0.1", self.control), SECONDS) as link:
            link.sendall(f"{len(message)}:{message},".encode())
            said = b""
            while b'"response":true' not in said:  # events come the same way
                said += link.recv(65536) or b'"response":true'
        assert b'"ok":true' in said, (said, self.text())

    def dial(self, uri):
        self.command("dial", uri)

    def pick_up(self):
        self.says("Incoming call")
        self.command("accept")
        self.says("Call established")

    def close(self):
        self.process.kill()
        self.process.wait(SECONDS)


def call(host, person, **how):
    return sipp(host, "call", person, **how)


def picked_up(host, person, softphone):
    """A call from ringing to its end. The phone is picked up when the caller has heard it ring: of two answers that come at one
    moment, the second may be the first that Kamailio's workers pass on, and sipp hangs up on a 180 after the 200."""
    script, rang = host.folder / "rings.xml", host.folder / "rang"
    script.write_text((HERE / "sipp" / "call.xml").read_text().replace(
        '<recv response="180" optional="true"/>', '<recv response="180"><action><exec command="touch rang"/></action></recv>'))
    calling = sipp(host, "call", person, script=script)
    until(rang.exists)
    softphone.pick_up()
    finished(calling)


class Talk:
    """A call that lasts until it is told to end, however slow the machine is."""

    def __init__(self, host, person, caller="outside"):
        self.port, self.id = free_port(), f"talk-{free_port()}"
        script, self.begun = host.folder / "talk.xml", host.folder / self.id
        script.write_text((HERE / "sipp" / "call.xml").read_text().replace(
            "<pause/>", f'<nop><action><exec command="touch {self.id}"/></action></nop><recv request="INFO"/>'))
        self.process = sipp(host, "talk", person, port=self.port, caller=caller, script=script, options=("-cid_str", self.id))

    def end(self):
        """By an INFO that nobody answers, once it has begun."""
        until(self.begun.exists)
        with socket.socket(type=socket.SOCK_DGRAM) as link:
            link.bind(("127.0.0.1", 0))
            link.sendto((f"INFO sip:caller@127.0.0.1:{self.port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{link.getsockname()[1]};"
                         f"branch=z9hG4bKend\r\nFrom: <sip:test@127.0.0.1>;tag=t\r\nTo: <sip:caller@127.0.0.1>\r\n"
                         f"Call-ID: {self.id}\r\nCSeq: 9 INFO\r\nContent-Length: 0\r\n\r\n").encode(), ("127.0.0.1", self.port))
        finished(self.process)

    def kill(self):
        self.process.kill()
        self.process.communicate()


class Raw:
    """SIP as no phone would write it; request() gives the first line of the final answer. UDP may lose either, so what is not
    answered is sent again, as RFC 3261 has it (17.1)."""

    def __init__(self, host):
        self.host, self.socket, self.count = host, socket.socket(type=socket.SOCK_DGRAM), 0
        self.socket.bind(("127.0.0.1", 0))

    def request(self, method, user=b"", *, caller=b"<sip:outside@127.0.0.1>", contact=None, headers=b""):
        self.count += 1
        at = b"127.0.0.1:%d" % self.socket.getsockname()[1]
        to = b"sip:" + (user + b"@" if user else b"") + b"127.0.0.1"
        body = b"v=0\r\n" if method == b"INVITE" else b""
        message = (b"%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\r\nFrom: %s;tag=%d\r\nTo: <%s>\r\n"
                   b"Call-ID: raw-%d\r\nCSeq: 1 %s\r\nContact: %s\r\nMax-Forwards: 70\r\n"
                   b"Content-Type: application/sdp\r\n%sContent-Length: %d\r\n\r\n%s"
                   % (method, to, at, self.count, caller, self.count, to, self.count, method, contact or b"<sip:" + at + b">",
                      headers, len(body), body))
        end, wait = time.monotonic() + SECONDS, 0.5
        while time.monotonic() < end:
            self.socket.sendto(message, ("127.0.0.1", self.host.port))
            self.answer = self._answer(time.monotonic() + wait)
            if self.answer:
                return self.answer.split("\r\n")[0]
            wait = min(2 * wait, 4)
        raise AssertionError(f"no answer within {SECONDS} s to {message!r}")

    def _answer(self, end):
        """The final answer to the last request, None if none came until then."""
        with contextlib.suppress(TimeoutError):
            while time.monotonic() < end:
                self.socket.settimeout(max(end - time.monotonic(), 0.001))
                answer = self.socket.recv(65536).split(b"\r\n\r\n")[0].decode(errors="replace")
                if answer.startswith("SIP/2.0 ") and answer[8] != "1" and f"branch=z9hG4bK{self.count}" in answer.split("\r\n")[1]:
                    return answer
        return None

    def digest(self, method, user, name, password, **instead):
        """A header that answers the challenge that came last, as this phone, but for what is to be something else in it."""
        challenge = self.answer.split("-Authenticate: Digest ")[1].split("\r\n")[0]
        said = {key: value.strip('"') for key, _, value in (word.strip().partition("=") for word in challenge.split(","))}
        had = {"username": name, "realm": said["realm"], "nonce": said["nonce"], "uri": f"sip:{user}@127.0.0.1", **instead}
        one = hashlib.md5(f"{had['username']}:{had['realm']}:{password}".encode()).hexdigest()
        two = hashlib.md5(f"{method}:{had['uri']}".encode()).hexdigest()
        had["response"] = hashlib.md5(f"{one}:{had['nonce']}:{two}".encode()).hexdigest()
        words = ", ".join(f'{key}="{value}"' for key, value in had.items())
        return f"{'Authorization' if method == 'REGISTER' else 'Proxy-Authorization'}: Digest {words}\r\n".encode()

    def close(self):
        self.socket.close()


@contextlib.contextmanager
def held(store):
    """Another program writes to this file of SQLite, and is not done."""
    link = sqlite3.connect(store, isolation_level=None, timeout=SECONDS)
    link.execute("BEGIN IMMEDIATE")
    yield
    link.execute("ROLLBACK")
    link.close()


def refused(host, person):
    finished(sipp(host, "refused", person))


def cancelled(host, person):
    """A call that rings and is given up."""
    finished(sipp(host, "cancel", person))


SLAPD = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
database mdb
suffix "dc=example,dc=com"
directory {folder}
rootdn "cn=admin,dc=example,dc=com"
rootpw admin
overlay ppolicy
ppolicy_default "cn=pins,dc=example,dc=com"
ppolicy_use_lockout
"""
ENTRIES = """dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: example
dc: example

dn: cn=pins,dc=example,dc=com
objectClass: pwdPolicy
objectClass: device
cn: pins
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 2

"""
PERSON = """dn: uid={uid},dc=example,dc=com
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
userPassword: {pin}

"""


class Directory:
    """A slapd with people and their PINs, which locks a person after two wrong ones."""

    def __init__(self, folder, people):
        self.folder, self.port = pathlib.Path(folder), free_port()
        (self.folder / "ldap").mkdir()
        self.config = self.folder / "slapd.conf"
        self.config.write_text(SLAPD.format(folder=self.folder / "ldap"))
        entries = ENTRIES + "".join(PERSON.format(uid=uid, pin=pin) for uid, pin in people.items())
        subprocess.run(["/usr/sbin/slapadd", "-f", self.config], input=entries, text=True, check=True)
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.options = ("--ldap", self.url, "--ldap-dn", "uid=%s,dc=example,dc=com")
        self.start()

    def start(self):
        self.process = subprocess.Popen(["/usr/sbin/slapd", "-f", self.config, "-h", self.url, "-d", "0"])
        until(self._up)

    def _up(self):
        assert self.process.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)


def main():
    with tempfile.TemporaryDirectory() as folder:
        directory = Directory(folder, {"alice": "47111", "bob": "47222"})
        print(f"--ldap {directory.url} --ldap-dn '{directory.options[-1]}'", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            directory.process.wait()


if __name__ == "__main__":
    main()
