"""test_watch.py: fake USB plugs (umockdev) at the one end, a ringing softphone (baresip) behind examples/sip-host at the other."""
import os
import pathlib
import random
import signal
import subprocess
import sys

import gi
import pytest

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sip-host"))
from harness import SECONDS, Directory, Host, Phone, Softphone, held, picked_up, refused, until  # noqa: E402

HEADSET = bytes.fromhex("050b 0905 a101 8501 1500 2501 0920 092f 7501 9502 8102 9506 8101 c0")  # telephony, headset
KEYS = bytes.fromhex("050c 0901 a101 8502 1500 2501 09e9 09ea 7501 9502 8102 9506 8101 c0")  # consumer control
WINDOW = 300_000


class Usb:
    """A machine's USB devices, as far as a program can see."""

    def __init__(self):
        self.bed, self.count = UMockdev.Testbed.new(), 0

    def hub(self, name):
        return self.bed.add_device("usb", name, None, ["idVendor", "1d6b", "product", "Hub"], ["DEVTYPE", "usb_device"])

    def plug(self, serial, parent=None, descriptors=(HEADSET,), product="Example Headset"):
        """A device with an interface for each report descriptor; its path, and those of its hidraw devices."""
        self.count += 1
        attributes = ["idVendor", "05a6", "idProduct", "ffff", "product", product]
        if serial is not None:
            attributes += ["serial", serial]
        device = self.bed.add_device("usb", f"1-{self.count}", parent, attributes, ["DEVTYPE", "usb_device"])
        raws = []
        for number, descriptor in enumerate(descriptors):
            interface = self.bed.add_device("usb", f"1-{self.count}:1.{number}", device, [], ["DEVTYPE", "usb_interface"])
            hid = self.bed.add_device("hid", f"0003:05A6:FFFF.{self.count:02X}{number:02X}", interface, [], [])
            self.bed.set_attribute_binary(hid, "report_descriptor", descriptor)
            raws.append(self.bed.add_device("hidraw", f"hidraw{self.count}_{number}", hid, [], []))
        return device, raws

    def unplug(self, plugged):
        device, raws = plugged
        for path in (*raws, device):
            self.bed.uevent(path, "remove")
        self.bed.remove_device(device)


@pytest.fixture
def usb():
    return Usb()


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    it = Directory(tmp_path_factory.mktemp("directory"), {"alice": "47111"})
    yield it
    it.stop()


@pytest.fixture
def host(tmp_path, directory, monkeypatch):
    it = Host(tmp_path, *directory.options)
    it.control.ok("phone desk-1 desk-1-own CP-8861", "phone desk-2 desk-2-own CP-8861", "user alice alice-line", "give SN1 alice")
    yield it
    assert it.stop() == 0


class Watch:
    """headset-watch, at a desk."""

    def __init__(self, host, phone="desk-1"):
        self.log = host.folder / f"watch-{phone}.log"
        self.process = subprocess.Popen([os.environ["HEADSET_WATCH"], "--phone", phone, "--control", host.path],
                                        stdout=open(self.log, "wb"), stderr=subprocess.STDOUT)
        until(lambda: "connected" in self.text())

    def text(self):
        return self.log.read_text()

    def idle(self):
        """Has it taken in what it was told? A message wakes it up before whoever sent it goes on."""
        return pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(SECONDS) == 0, self.text()


@pytest.fixture
def watch(host):
    it = Watch(host)
    yield it
    it.stop()


def headsets(host, phone="desk-1"):
    """What the host knows: prompts tell that a headset is there."""
    return host.control.prompt_at(phone)


def sign_in(host):
    until(lambda: headsets(host) == "SIGN_IN_PIN")
    host.control.ok("pin desk-1 alice 47111")
    until(lambda: host.control.user_at("desk-1") == "alice")


@pytest.fixture
def softphone(host):
    it = Softphone(host, "desk-1")
    yield it.registered()
    it.close()


def test_from_a_usb_plug_to_a_ringing_softphone(usb, host, watch, softphone):
    refused(host, "alice")
    headset = usb.plug("SN1")
    sign_in(host)
    picked_up(host, "alice", softphone)
    usb.unplug(headset)
    until(lambda: "headset" in host.text() and "unplugged" in watch.text())
    host.control.ok(f"advance {WINDOW}")
    until(lambda: host.control.user_at("desk-1") == "-")
    refused(host, "alice")


def test_what_was_plugged_in_before_is_told_at_the_start(usb, host):
    Phone(host, "desk-1")
    usb.plug("SN1")
    watch = Watch(host)
    until(lambda: headsets(host) == "SIGN_IN_PIN")
    watch.stop()


def test_several_interfaces_are_one_headset(usb, host, watch):
    Phone(host, "desk-1")
    device, raws = usb.plug("SN1", descriptors=(KEYS, HEADSET, HEADSET))
    sign_in(host)
    assert watch.text().count("plugged: Example") == 1
    usb.bed.uevent(raws[1], "remove")  # one interface goes, the other stays
    usb.bed.uevent(device, "change")   # as a device does that is suspended
    usb.unplug((device, raws))
    until(lambda: "unplugged" in watch.text())
    assert watch.text().count("unplugged") == 1


@pytest.mark.parametrize("serial, said", [(None, "cannot be recognised"), ("", "cannot be recognised"), ("a b", "cannot be recognised"),
                                          ("x" * 140, "cannot be recognised"), ("-", "cannot be recognised"), ("0000000000000000", "error")])
def test_id_3_a_headset_without_a_usable_serial_is_said_to_be_one(usb, host, watch, serial, said):
    Phone(host, "desk-1")
    usb.plug(serial)
    until(lambda: said in watch.text())
    assert headsets(host) == "-"


def test_a_host_that_is_not_there_is_said_once(usb, tmp_path):
    log = tmp_path / "watch.log"
    with open(log, "wb") as out:
        process = subprocess.Popen([os.environ["HEADSET_WATCH"], "--phone", "desk-1", "--control", tmp_path / "none.sock"], stdout=out)
    until(lambda: "none.sock yet: No such file" in log.read_text())
    usb.plug("SN1")
    until(lambda: "plugged" in log.read_text())
    process.terminate()
    assert process.wait(20) == 0 and log.read_text().count("none.sock") == 1


def test_the_headset_of_the_page(host):
    """umockdev-run is its own program: this one's fakes are not for it."""
    Phone(host, "desk-1")
    host.control.ok("give H1 alice")
    here = pathlib.Path(__file__).resolve().parent
    process = subprocess.Popen(["umockdev-run", "-d", here / "headset.umockdev", "--", os.environ["HEADSET_WATCH"], "--phone", "desk-1",
                                "--control", host.path], env={**os.environ, "LD_PRELOAD": ""}, stdout=subprocess.PIPE, text=True)
    until(lambda: host.control.prompt_at("desk-1") == "SIGN_IN_PIN")
    process.terminate()
    assert "plugged: Example Headset 05a6:ffff serial H1\n" in process.communicate()[0]


def test_other_devices_are_no_headsets(usb, host, watch):
    usb.plug("SN1", descriptors=(KEYS, b"", b"\xfe\xff", b"\x05", bytes(range(256))))
    usb.plug("SN2")
    until(lambda: "SN2" in watch.text())
    assert "SN1" not in watch.text()


def test_two_headsets_of_one_serial_are_there_until_both_went(usb, host, watch):
    """As cheap ones are; what comes after the first has gone shows that it was not told."""
    Phone(host, "desk-1")
    first, second = usb.plug("SN1"), usb.plug("SN1")
    sign_in(host)
    usb.unplug(first)
    third = usb.plug("SN2")
    until(lambda: "serial SN2" in watch.text())
    usb.unplug(third)
    until(lambda: watch.text().count("unplugged: serial SN2"))
    host.control.ok(f"advance {WINDOW}")
    assert host.control.user_at("desk-1") == "alice"
    usb.unplug(second)
    until(lambda: host.control.ask(f"advance {WINDOW}") == "ok" and host.control.user_at("desk-1") == "-")


def test_what_a_device_calls_itself_is_one_line_of_the_log(usb, host, watch):
    usb.plug("SN1", product="Nice\n\x1b[31m headset")
    until(lambda: "serial SN1" in watch.text())
    assert "plugged: Nice??[31m headset" in watch.text()


def test_a_store_that_is_held_loses_no_plug(usb, host, watch):
    Phone(host, "desk-1")
    with held(host.folder / "em.db"):
        usb.plug("SN1")
        until(lambda: "TRY_AGAIN" in watch.text())
    until(lambda: headsets(host) == "SIGN_IN_PIN")


def test_a_hub_that_is_pulled_takes_its_headsets(usb, host, watch):
    Phone(host, "desk-1")
    hub = usb.hub("usb1")
    usb.plug("SN1", parent=hub)
    usb.plug("SN2", parent=hub)
    sign_in(host)
    usb.bed.uevent(hub, "remove")
    usb.bed.remove_device(hub)
    until(lambda: watch.text().count("unplugged") == 2)
    host.control.ok(f"advance {WINDOW}")
    until(lambda: host.control.user_at("desk-1") == "-")


def test_pres_8_a_storm_of_enumerations_signs_nobody_out(usb, host, watch):
    Phone(host, "desk-1")
    usb.plug("SN1")
    sign_in(host)
    device, raws = usb.plug("SN2")
    random_ = random.Random(4)
    for _ in range(300):
        usb.bed.uevent(raws[0], random_.choice(["add", "remove", "change", "bind"]))
        until(watch.idle)  # umockdev ends the program whose reader is slower than it
    usb.bed.uevent(raws[0], "add")
    assert host.control.user_at("desk-1") == "alice"
    usb.unplug((device, raws))
    until(lambda: watch.text().rstrip().endswith("serial SN2"))
    host.control.ok("advance 60000")
    assert host.control.user_at("desk-1") == "alice"


def test_a_host_that_comes_back_is_told_what_is_there(usb, host, watch):
    desk = Phone(host, "desk-1")
    headset = usb.plug("SN1")
    sign_in(host)
    host.stop()
    usb.unplug(headset)
    host.start()
    desk.register()
    until(lambda: watch.text().count("connected") == 2)
    until(lambda: host.control.ask(f"advance {WINDOW}") == "ok" and host.control.user_at("desk-1") == "-")
