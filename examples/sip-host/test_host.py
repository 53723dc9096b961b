"""test_host.py: sip-host with real SIP phones (sipp) and a real directory (slapd)."""
import os
import pathlib
import random
import re
import shlex
import signal
import socket
import stat
import subprocess

import pytest
from harness import (Control, Directory, Host, Phone, Raw, Softphone, Talk, call, cancelled, finished, free_port, held, htdigest,
                     is_bound, refused, until)

PINS = {"alice": "47111", "bob": "47222", "carol": "47333", "mallory": "47444"}
WINDOW = 300_000  # ms: sign_out_window as it is by default


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    it = Directory(tmp_path_factory.mktemp("directory"), PINS)
    yield it
    it.stop()


@pytest.fixture
def host(tmp_path, directory):
    it = Host(tmp_path, *directory.options)
    it.control.ok("phone desk-1 desk-1-own CP-8861", "phone desk-2 desk-2-own CP-8861",
                  *(f"user {name} {name}-line" for name in PINS), "give H1 alice", "give H2 bob", "give H3 mallory")
    yield it
    if it.process.poll() is None:
        assert it.stop() == 0
    assert not any(pin in it.text() for pin in PINS.values())


def arrive(host, phone, headset, user, pin=None):
    """Headset in, PIN, signed in."""
    host.control.ok(f"plug {phone} {headset}")
    until(lambda: host.control.prompt_at(phone) != "-")
    host.control.ok(f"pin {phone} {user} {pin or PINS[user]}")
    until(lambda: host.control.user_at(phone) == user)


def signed_out(host, phone):
    until(lambda: host.control.user_at(phone) == "-")


def test_a_call_to_a_signed_out_user_is_480_and_rings_after_sign_in(host):
    desk = Phone(host, "desk-1")
    refused(host, "alice")
    arrive(host, "desk-1", "H1", "alice")
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)
    until(lambda: host.control.ask("calls") == "ok 0")


def in_a_call_past_the_window(host):
    """alice at desk-1, called, with her headset out and the window over: the phone that rang, and who called."""
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    ringing = desk.ring()
    talking = Talk(host, "alice")
    until(lambda: "answered" in host.text())
    host.control.ok("unplug desk-1 H1", f"advance {WINDOW}")
    assert host.control.user_at("desk-1") == "alice"
    return ringing, talking


def test_call_1_headset_out_during_a_call(host):
    """CALL-1, OUT-5: the window is over in the middle of the call; the BYE signs out."""
    ringing, talking = in_a_call_past_the_window(host)
    talking.end()
    finished(ringing)
    signed_out(host, "desk-1")
    refused(host, "alice")


def test_out_1_back_within_the_window_still_rings(host):
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    host.control.ok("unplug desk-1 H1", f"advance {WINDOW - 1000}", "plug desk-1 H1", f"advance {WINDOW}")
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)


def test_take_1_calls_follow_the_person(host):
    """A colleague takes over the phone; who was there is called in vain, and at another desk rings again."""
    desk, other = Phone(host, "desk-1"), Phone(host, "desk-2")
    arrive(host, "desk-1", "H1", "alice")
    host.control.ok("unplug desk-1 H1", "plug desk-1 H2")
    until(lambda: host.control.prompt_at("desk-1") == "SIGN_OUT_OTHER")
    host.control.ok("press desk-1 yes")
    until(lambda: host.control.prompt_at("desk-1") == "SIGN_IN_PIN")
    host.control.ok(f"pin desk-1 bob {PINS['bob']}")
    until(lambda: host.control.user_at("desk-1") == "bob")
    refused(host, "alice")
    ringing = desk.ring()
    finished(call(host, "bob"))
    finished(ringing)
    arrive(host, "desk-2", "H1", "alice")
    ringing = other.ring()
    finished(call(host, "alice", caller="desk-1"))
    finished(ringing)


def test_sign_6_what_the_directory_says(host, directory):
    """Wrong, locked by the directory, and the directory gone: the log knows which, the person at the phone less."""
    Phone(host, "desk-1")
    host.control.ok("plug desk-1 H3")
    watch = Control(host.path)
    watch.ok("watch")

    def try_pin(pin):
        host.control.ok(f"pin desk-1 mallory {pin}")
        return until(lambda: " refused " in (line := watch.line()) and line).split()[3]

    told = [try_pin("00000"), try_pin("00000"), try_pin(PINS["mallory"])]  # the directory locks after two
    directory.stop()
    told.append(try_pin(PINS["mallory"]))
    directory.start()
    assert told == ["CREDENTIALS_WRONG"] * 2 + ["CREDENTIALS_UNAVAILABLE"] * 2
    assert re.findall(r"the directory says (\w+)", host.text()) == ["WRONG", "WRONG", "LOCKED", "UNAVAILABLE"]
    watch.close()


def test_an_empty_pin_is_not_a_bind_without_password(host):
    Phone(host, "desk-1")
    host.control.ok("plug desk-1 H1")
    until(lambda: host.control.prompt_at("desk-1") != "-")
    host.control.ask("pin desk-1 alice -")
    host.control.ok("plug desk-2 H2")
    assert host.control.user_at("desk-1") == "-"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_store_1_a_host_that_goes_comes_back_as_it_was(host, how):
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    host.control.ok("unplug desk-1 H1")
    host.stop(how)
    host.start()
    assert host.control.user_at("desk-1") == "alice"
    desk.register()
    host.control.ok("present desk-1 H1")
    ringing = desk.ring()
    finished(call(host, "alice"))
    finished(ringing)


def test_a_host_that_is_stopped_in_the_middle(host, directory):
    """A call, a PIN that the directory does not answer about, somebody who watches: it ends at once, and all of it with it."""
    desk, _ = Phone(host, "desk-1"), Phone(host, "desk-2")
    arrive(host, "desk-1", "H1", "alice")
    ringing, talking = desk.ring(), Talk(host, "alice")
    until(lambda: "answered" in host.text())
    watch = Control(host.path)
    watch.ok("watch")
    directory.process.send_signal(signal.SIGSTOP)
    try:
        host.control.ok("plug desk-2 H2")
        host.control.ok(f"pin desk-2 bob {PINS['bob']}")
        assert host.stop() == 0
    finally:
        directory.process.send_signal(signal.SIGCONT)
    talking.kill()
    finished(ringing)  # by a BYE
    host.start()
    assert host.control.user_at("desk-1") == "alice" and host.control.user_at("desk-2") == "-"
    watch.close()


def test_a_call_does_not_outlive_the_host_that_is_killed(host):
    ringing, talking = in_a_call_past_the_window(host)
    host.stop(signal.SIGKILL)
    talking.kill()
    ringing.kill()
    ringing.communicate()
    host.start()
    host.control.ok(f"advance {WINDOW}")
    signed_out(host, "desk-1")


@pytest.mark.parametrize("how", ["cancelled", "too-late"])
def test_out_4_a_caller_who_gives_up(host, how):
    """The phone stops ringing, or is hung up if it was picked up in that moment; nobody is in a call any more."""
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    ringing = desk.ring(how)
    cancelled(host, "alice")
    finished(ringing)
    assert host.control.ask("calls") == "ok 0"
    host.control.ok("unplug desk-1 H1", f"advance {WINDOW}")
    signed_out(host, "desk-1")


def test_two_hosts_do_not_share_a_socket(host):
    second = subprocess.run([os.environ["SIP_HOST"], "--store", host.folder / "em.db", "--control", host.path, "--sip",
                             f"127.0.0.1:{free_port()}"], capture_output=True, text=True, timeout=20)
    assert second.returncode == 1 and "Address already in use" in second.stdout
    assert host.control.who()


def test_the_socket_is_its_owners(host):
    assert stat.S_IMODE(host.path.stat().st_mode) == 0o600


def test_unknown_phones_may_not_register(host):
    with pytest.raises(AssertionError, match="404"):
        Phone(host, "desk-99")


PASSWORDS = {"desk-1": "one", "desk-2": "two"}


@pytest.fixture
def guarded(host):
    """The same host, started again, with phones that have passwords."""
    (host.folder / "phones.htdigest").write_text(htdigest(PASSWORDS))
    host.options += ("--passwords", host.folder / "phones.htdigest")
    host.stop()
    host.start()
    return host


def test_softphones_with_passwords(guarded):
    """baresip answers the challenge of a registration, and that of a call."""
    desk, other = Softphone(guarded, "desk-1", "one"), Softphone(guarded, "desk-2", "two")
    try:
        desk.registered()
        other.registered()
        arrive(guarded, "desk-1", "H1", "alice")
        other.dial(f"sip:alice@127.0.0.1:{guarded.port}")
        desk.pick_up()
        other.says("Call established")
        until(lambda: "desk-2 call_snapshot accepted CALL_NOTED" in guarded.text())
    finally:
        desk.close()
        other.close()


def test_a_phone_shows_that_it_is_the_one_it_says(guarded):
    """Not without a password, nor with a wrong one, another phone's, one for something else, of another realm or an old or
    invented nonce; not by a call either that says to be from it."""
    raw = Raw(guarded)

    def register(name="desk-1", password="one", **instead):
        assert " 401 " in raw.request(b"REGISTER", b"desk-1")
        return raw.request(b"REGISTER", b"desk-1", headers=raw.digest("REGISTER", "desk-1", name, password, **instead))

    for wrong in ({"password": "two"}, {"password": ""}, {"name": "desk-2", "password": "two"}, {"uri": "sip:desk-2@127.0.0.1"},
                  {"realm": "elsewhere"}, {"nonce": "0" * 48}, {"nonce": "x"}, {"nonce": ""}):
        assert " 401 " in register(**wrong), wrong
        assert ("stale=true" in raw.answer) == ("nonce" in wrong), wrong
    assert "desk-1: not with that password" in guarded.text() and "desk-1 is at" not in guarded.text()
    assert " 404 " not in raw.request(b"REGISTER", b"desk-99")  # nobody is told which phones there are
    assert " 200 " in register()
    caller = b"<sip:desk-1@127.0.0.1>"
    assert " 407 " in raw.request(b"INVITE", b"alice", caller=caller)
    assert " 407 " in raw.request(b"INVITE", b"alice", caller=caller, headers=raw.digest("INVITE", "alice", "desk-2", "two"))
    assert " 480 " in raw.request(b"INVITE", b"alice", caller=caller, headers=raw.digest("INVITE", "alice", "desk-1", "one"))
    (guarded.folder / "phones.htdigest").write_text("nonsense\n:\n" + "desk-1:headsetsvc:12\n" + "x" * 5000)
    assert " 401 " in register()
    (guarded.folder / "phones.htdigest").unlink()
    assert " 401 " in register() and "cannot be read" in guarded.text()
    raw.close()


def test_an_expired_phone_is_not_rung(host):
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    desk.register(expires=1)
    until(lambda: "unregistered" in host.text())
    refused(host, "alice")


def test_pres_1_a_phone_that_does_not_come_back_after_a_restart_is_gone(host):
    host.options += ("--expires", "2")
    host.stop()
    host.start()
    Phone(host, "desk-1")
    host.stop(signal.SIGKILL)
    host.start()
    until(lambda: "desk-1 unregistered accepted" in host.text())


def test_a_store_that_is_held_loses_nothing(host):
    """What has to be said again is told so; what nobody can say again, the host says again itself."""
    desk, raw = Phone(host, "desk-1"), Raw(host)
    desk.register(expires=1)
    with held(host.folder / "em.db"):
        assert host.control.ask("plug desk-1 H1").startswith("error TRY_AGAIN")
        assert " 503 " in raw.request(b"REGISTER", b"desk-2")
        until(lambda: "DEVICE_UNREGISTERED: the store" in host.text())
    until(lambda: "desk-1 unregistered accepted" in host.text())
    refused(host, "alice")
    raw.close()


def test_a_call_that_ends_while_the_store_is_held(host):
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    ringing, talking = desk.ring(), Talk(host, "alice")
    until(lambda: "answered" in host.text())
    host.control.ok("unplug desk-1 H1", f"advance {WINDOW}")
    with held(host.folder / "em.db"):
        talking.end()
        finished(ringing)
    signed_out(host, "desk-1")


def test_a_phone_that_calls_itself(host):
    """One call, not two of one id: or the phone's calls are refused as a whole, and the window ends in the call."""
    desk = Phone(host, "desk-1")
    arrive(host, "desk-1", "H1", "alice")
    ringing, talking = desk.ring(), Talk(host, "alice", caller="desk-1")
    until(lambda: "answered" in host.text())
    host.control.ok("unplug desk-1 H1", f"advance {WINDOW}")
    assert host.control.user_at("desk-1") == "alice"
    talking.end()
    finished(ringing)
    signed_out(host, "desk-1")


def test_a_phone_at_the_hosts_own_address_is_no_loop(host):
    raw = Raw(host)
    assert " 200 " in raw.request(b"REGISTER", b"desk-1", contact=b"<sip:desk-1@127.0.0.1:%d>" % host.port)
    assert " 486 " in raw.request(b"INVITE", b"desk-1")
    until(lambda: host.control.ask("calls") == "ok 0")
    raw.close()


def test_what_others_wrote_does_not_end_a_header_or_a_line(host):
    raw = Raw(host)
    for contact in (b"sip:a>b@127.0.0.1:9", b"<sip:a\r\n 12:00:00.000 desk-1 b@127.0.0.1:9>", b"<>", b"<sip:a\x1bb@127.0.0.1:9>"):
        assert " 400 " in raw.request(b"REGISTER", b"desk-1", contact=contact)
    assert " 404 " in raw.request(b"INVITE", b"desk\x1b[31m")
    assert " 200 " in raw.request(b"REGISTER", b"desk-1", contact=b"<sip:desk-1@127.0.0.1:9>")
    assert " 500 " in raw.request(b"INVITE", b"desk-1", caller=b"sip:a>b@127.0.0.1")
    assert "\x1b" not in host.text() and "\n 12:00" not in host.text()
    raw.close()


def test_a_long_answer_is_not_cut_off(host):
    """More than the socket holds at once, and a reader who takes a while."""
    host.control.ok(*(f"phone p{i} p{i}-own CP-8861" for i in range(500)))
    slow = Control(host.path)
    slow.send("who\nwho\nwho")
    assert len(host.control.who()) == 502
    assert [len([line for line in iter(slow.line, "ok")]) for _ in range(3)] == [502] * 3
    slow.close()


def memory_of(process):
    """All that a process may write to."""
    for line in open(f"/proc/{process.pid}/maps", encoding="ascii"):
        area, mode = line.split()[:2]
        begin, end = (int(number, 16) for number in area.split("-"))
        if mode.startswith("rw") and end - begin < 1 << 28:  # a sanitizer's own are larger
            with open(f"/proc/{process.pid}/mem", "rb", buffering=0) as file:
                try:
                    file.seek(begin)
                    yield file.read(end - begin)
                except OSError:
                    pass  # the kernel's own


def test_a_pin_does_not_stay_in_memory(host):
    """Whose line broke off, was too long, or was taken."""
    for rest in ("", "x" * 2000, "\n"):
        link = Control(host.path)
        link.socket.sendall(b"pin desk-1 alice 90817263 " + rest.encode())
        until(lambda: b"90817263" in b"".join(memory_of(host.process))) if not rest else link.line()
        link.close()
        host.control.ask("calls")
        until(lambda: b"90817263" not in b"".join(memory_of(host.process)))


def test_a_damaged_store_is_not_started_with(tmp_path):
    (tmp_path / "em.db").write_bytes(random.Random(7).randbytes(20_000))
    first = subprocess.run([os.environ["SIP_HOST"], "--store", tmp_path / "em.db", "--control", tmp_path / "em.sock", "--sip",
                            f"127.0.0.1:{free_port()}"], capture_output=True, text=True, timeout=60)
    assert first.returncode == 1 and "em.db" in first.stdout and first.stderr == ""


def test_the_shift_of_the_page(tmp_path, directory):
    """README.md's: "$" a command, ">" what is said to the socket; below it what that answers. Ports are those that are free."""
    here = pathlib.Path(__file__).resolve().parent
    shift = (here / "README.md").read_text().split("## A shift by hand")[1].split("```text\n")[1].split("```")[0]
    host = Host(tmp_path, *directory.options)
    ports = {"127.0.0.1:5060": f"127.0.0.1:{host.port}", "5071": str(free_port()), "5072": str(free_port())}
    waiting, said, shown = [], [], []
    for line in shift.splitlines():
        if line.startswith("$ "):
            words = [ports.get(word, word) for word in shlex.split(line[2:].removesuffix(" &"))]
            process = subprocess.Popen([*words, "-nostdin"], cwd=here.parents[1], stdout=subprocess.DEVNULL)
            waiting.append(process)
            if not line.endswith(" &"):
                assert [each.wait(60) for each in waiting] == [0] * len(waiting), line
                waiting = []
            else:
                until(lambda port=words[words.index("-p") + 1]: is_bound(int(port)))
        elif line.startswith("> "):
            answer = host.control.ask(line[2:])
            said += [line, *host.control.before, answer.rstrip()]
            if "VERIFYING" in answer:
                until(lambda: host.control.user_at("desk-1") != "-")
        if not line.startswith("$ "):
            shown.append(line)
    assert said == shown
    assert host.stop() == 0


RUBBISH = ["", " ", "phone", "plug desk-1", "plug nobody H1", "who who", "advance -1", "advance x", "pin desk-1 alice 1 2 3",
           "present desk-1 " + "H " * 40, "x" * 5000, "give H1 \u00e9\u00e9", "press desk-1 any", "menu desk-1 none", "\x01\x02",
           "answer desk-1 H1 0 there", "answer desk-1 H1 1 perhaps", "advance -", "give " + "9" * 60 + " alice", "user " + "u" * 200 + " p"]


def test_rubbish_on_the_control_socket_is_answered_with_an_error(host):
    for line in RUBBISH[2:]:
        assert host.control.ask(line).startswith("error"), line


@pytest.mark.parametrize("line, answer", [
    ("press desk-1 yes", "error no screen is shown there"), ("pin desk-1 alice 1", "error no screen is shown there"),
    ("press desk-1 any", "error usage: press PHONE sign-in|sign-out|yes|no|cancel|exit"),
    ("menu desk-1 any", "error usage: menu PHONE associate|sign-in|by-hand|sign-out"),
    ("answer desk-1 H1 1 perhaps", "error usage: answer PHONE SERIAL REQUEST there|gone"),
    ("give H1 -", "error a field is missing that this kind of input needs USER"),
    ("user alice -", "error TEXT_EMPTY ID-6 ITEMS"), ("hello", "error no such word; help lists them")])
def test_what_is_wrong_is_said_by_name(host, line, answer):
    assert host.control.ask(line).lower() == answer.lower()


def test_one_line_a_decision_with_its_reason(host):
    """TIME PHONE EVENT accepted|refused REASON RULE; an event has no name when the library refuses before there is one."""
    for line in ("user carol -", "give H1 nobody", "plug nobody H1", "plug desk-1 H1", "present desk-1"):
        before = len(host.text().splitlines())
        answer = host.control.ask(line).split()
        said = [words.split() for words in host.text().splitlines()[before:]]
        assert answer[1:3] in [words[4:] for words in said] and all(words[3] in ("accepted", "refused") for words in said), (answer, said)


def test_help_lists_the_words(host):
    assert host.control.ask("help") == "ok" and "unplug PHONE SERIAL" in host.control.before


def test_thousands_of_random_messages_leave_it_standing(host):
    random_ = random.Random(9)
    words = ["phone", "user", "give", "plug", "unplug", "present", "pin", "press", "menu", "who", "watch", "desk-1", "H1", "alice", "-", "yes"]
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(str(host.path))
        raw.settimeout(0)
        for _ in range(1500):
            line = (" ".join(random_.choices(words, k=random_.randrange(6))).encode() if random_.random() < 0.5
                    else random_.randbytes(random_.randrange(300)))
            try:
                raw.send(line + b"\n")
                raw.recv(65536)
            except BlockingIOError:
                pass
    sip = b"INVITE sip:alice@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:alice@b>\r\nContent-Length: 0\r\n\r\n"
    with socket.socket(type=socket.SOCK_DGRAM) as raw:
        for _ in range(1500):
            message = bytearray(sip)
            for _ in range(random_.randrange(8)):
                message[random_.randrange(len(message))] = random_.randrange(256)
            raw.sendto(bytes(message[:random_.randrange(1, len(message))]) if random_.random() < 0.5 else bytes(message),
                       ("127.0.0.1", host.port))
    assert host.control.who()["desk-1"]
    refused(host, "alice")
