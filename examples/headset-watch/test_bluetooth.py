"""test_bluetooth.py: bluetooth_watch.py on a simulated BlueZ (python-dbusmock), with examples/sip-host behind it."""
import pathlib
import signal
import subprocess
import sys

import dbus
import dbusmock
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sip-host"))
from harness import Host, Phone, held, until  # noqa: E402

HEADSET, KEYBOARD = 0x240404, 0x002540  # class of device
ALICE = "11:22:33:44:55:66"


class Bluez(dbusmock.DBusTestCase):
    """A bus of our own, and a BlueZ on it."""

    def __init__(self):
        self.start_system_bus()
        self.con = self.get_dbus(True)
        self.start()

    def start(self):
        self.process, object_ = self.spawn_server_template("bluez5", {}, stdout=subprocess.DEVNULL)
        self.mock = dbus.Interface(object_, "org.bluez.Mock")
        self.mock.AddAdapter("hci0", "desk")

    def pair(self, address, class_=HEADSET):
        self.mock.AddDevice("hci0", address, "A headset")
        self.mock.PairDevice("hci0", address, class_)

    def connect(self, address):
        self.mock.ConnectDevice("hci0", address)

    def disconnect(self, address):
        self.mock.DisconnectDevice("hci0", address)

    def stop(self):
        self.process.terminate()
        self.process.wait()


@pytest.fixture
def bluez():
    it = Bluez()
    yield it
    it.stop()
    Bluez.tearDownClass()


@pytest.fixture
def host(tmp_path):
    it = Host(tmp_path)
    it.control.ok("phone desk-1 desk-1-own CP-8861", "user alice alice-line", f"give {ALICE} alice")
    it.control.ok("watch")
    yield it
    assert it.stop() == 0


@pytest.fixture
def watch(host, bluez):
    log = host.folder / "bluetooth.log"
    process = subprocess.Popen([sys.executable, "-B", HERE / "bluetooth_watch.py", "--phone", "desk-1", "--control", host.path],
                               stdout=open(log, "wb"), stderr=subprocess.STDOUT)
    until(lambda: "host: connected" in log.read_text())
    yield log
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_headset_that_connects_is_reported(host, bluez, watch):
    bluez.pair(ALICE)
    bluez.connect(ALICE)
    until(lambda: f"connected: A headset {ALICE}" in watch.read_text())
    bluez.disconnect(ALICE)
    until(lambda: f"disconnected: {ALICE}" in watch.read_text())
    until(lambda: "disconnected" in host.text())


def test_pres_8_a_storm_of_connections_ends_as_it_is(host, bluez, watch):
    """As at the edge of the radio's reach: what the host has in the end is what is there."""
    Phone(host, "desk-1")
    bluez.pair(ALICE)
    for _ in range(40):
        bluez.connect(ALICE)
        bluez.disconnect(ALICE)
    bluez.connect(ALICE)
    until(lambda: watch.read_text().count(f"\nconnected: A headset {ALICE}") == 41)
    until(lambda: host.control.ask("advance 60000") == "ok" and host.control.prompt_at("desk-1") == "SIGN_IN_PIN")
    assert "error" not in watch.read_text()


def test_without_a_bus_it_says_so(tmp_path):
    told = subprocess.run([HERE / "bluetooth_watch.py", "--phone", "desk-1", "--control", tmp_path / "em.sock"], text=True, timeout=30,
                          env={"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_path}/none"}, capture_output=True)
    assert told.returncode == 1 and told.stderr.startswith("no system bus: ") and "Traceback" not in told.stderr


def test_a_keyboard_is_no_headset(host, bluez, watch):
    bluez.pair("AA:AA:AA:AA:AA:AA", KEYBOARD)
    bluez.connect("AA:AA:AA:AA:AA:AA")
    bluez.pair(ALICE)
    bluez.connect(ALICE)
    until(lambda: ALICE in watch.read_text())
    assert "AA:AA" not in watch.read_text()


def test_a_store_that_is_held_loses_no_headset(host, bluez, watch):
    bluez.pair(ALICE)
    with held(host.folder / "em.db"):
        bluez.connect(ALICE)
        until(lambda: "TRY_AGAIN" in watch.read_text())
    until(lambda: "desk-1 snapshot accepted" in host.text().split("HEADSET_CONNECTED: the store")[1])


def test_bluez_that_goes_takes_its_headsets(host, bluez, watch):
    bluez.pair(ALICE)
    bluez.connect(ALICE)
    until(lambda: f"connected: A headset {ALICE}" in watch.read_text())
    bluez.stop()
    until(lambda: f"disconnected: {ALICE}" in watch.read_text())
    bluez.start()
    bluez.pair(ALICE)
    bluez.connect(ALICE)
    until(lambda: watch.read_text().count(f"\nconnected: A headset {ALICE}") == 2)


def test_a_host_that_comes_back_is_told_what_is_there(host, bluez, watch):
    bluez.pair(ALICE)
    bluez.connect(ALICE)
    until(lambda: ALICE in watch.read_text())
    host.stop()
    host.start()
    until(lambda: watch.read_text().count("host: connected") == 2)
    until(lambda: "snapshot" in host.text())
