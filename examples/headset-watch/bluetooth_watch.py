#!/usr/bin/python3
"""bluetooth_watch.py: tells a host what Bluetooth headsets are connected at a desk. The twin of headset-watch, on BlueZ's D-Bus.

    bluetooth_watch.py --phone desk-1 --control em.sock

A headset is a device that offers the headset or the hands-free profile. Its address is what it is recognised by: the serial."""
import argparse
import signal
import socket
import sys

import dbus
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

DEVICE = "org.bluez.Device1"
HEADSET_PROFILES = {"00001108-0000-1000-8000-00805f9b34fb", "0000111e-0000-1000-8000-00805f9b34fb"}
HEADSET_CLASSES = {0x0404, 0x0408}  # major audio/video, minor headset and hands-free (Assigned Numbers, class of device)
TRY_AGAIN_S = 1


def say(text):
    """One line of the log: a device may call itself anything."""
    print("".join(c if c.isprintable() else "?" for c in text), flush=True)


class Host:
    """The line to the host. What is sent while there is no host is not kept: when it is back it is told everything."""

    def __init__(self, path, phone, headsets):
        self.path, self.phone, self.headsets = path, phone, headsets
        self.socket, self.rest, self.said = None, b"", ""
        self.connect()

    def connect(self):
        """Once now, and again until it works; why it does not is said once."""
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(self.path)
        except OSError as error:
            if self.said != str(error):
                say(f"host: not at {self.path} yet: {error.strerror}")
            self.said = str(error)
            link.close()
            GLib.timeout_add_seconds(TRY_AGAIN_S, self.connect)
            return GLib.SOURCE_REMOVE
        self.socket, self.rest, self.said = link, b"", ""
        say("host: connected")
        GLib.io_add_watch(link.fileno(), GLib.PRIORITY_DEFAULT, GLib.IO_IN | GLib.IO_HUP, self.readable)
        self.send("watch")
        return self.send_all()

    def send_all(self):
        """Everything that is there. Also some time after the host could not keep something."""
        self.send(" ".join(["present", self.phone, *sorted(self.headsets)]))
        return GLib.SOURCE_REMOVE

    def send(self, line):
        if self.socket is not None:
            try:
                self.socket.sendall(line.encode() + b"\n")
            except OSError as error:
                say(f"host: {error}")  # readable() hears of it too

    def readable(self, _fd, _condition):
        try:
            got = self.socket.recv(4096)
        except OSError:
            got = b""
        if not got:
            say("host: gone")
            self.socket.close()
            self.socket = None
            GLib.timeout_add_seconds(TRY_AGAIN_S, self.connect)
            return GLib.SOURCE_REMOVE
        *lines, self.rest = (self.rest + got).split(b"\n")
        for line in lines:
            self.take(line.decode(errors="replace"))
        return GLib.SOURCE_CONTINUE

    def take(self, line):
        words = line.split()
        if words[:1] == ["error"]:
            say(f"host: {line}")
        if words[:2] == ["error", "TRY_AGAIN"]:
            GLib.timeout_add_seconds(TRY_AGAIN_S, self.send_all)
        if len(words) == 4 and words[0] == "ask" and words[1].lower() == self.phone.lower():
            self.send(f"answer {self.phone} {words[2]} {words[3]} {'there' if words[2].upper() in self.headsets else 'gone'}")


class Bluetooth:
    """The headsets that BlueZ says are connected."""

    def __init__(self, bus):
        self.bus, self.host = bus, None
        self.devices = {}   # object path -> what BlueZ said of it
        self.headsets = {}  # address -> object path, of those that are connected
        bus.add_signal_receiver(self.changed, "PropertiesChanged", "org.freedesktop.DBus.Properties", "org.bluez", path_keyword="path")
        bus.add_signal_receiver(self.added, "InterfacesAdded", "org.freedesktop.DBus.ObjectManager", "org.bluez")
        bus.add_signal_receiver(self.removed, "InterfacesRemoved", "org.freedesktop.DBus.ObjectManager", "org.bluez")
        bus.watch_name_owner("org.bluez", self.owner)

    def owner(self, name):
        """BlueZ came, or went and took every connection along."""
        for path in list(self.devices):
            self.removed(path, [DEVICE])
        if name:
            try:
                manager = dbus.Interface(self.bus.get_object("org.bluez", "/"), "org.freedesktop.DBus.ObjectManager")
                objects = manager.GetManagedObjects()
            except dbus.DBusException as error:  # it is not ready, or gone again: what it has then, it will announce
                say(f"BlueZ: {error.get_dbus_name()}")
                return
            for path, interfaces in objects.items():
                self.added(path, interfaces)

    def added(self, path, interfaces):
        if DEVICE in interfaces:
            self.changed(DEVICE, interfaces[DEVICE], [], path)

    def changed(self, interface, values, gone, path):
        if interface == DEVICE:
            known = self.devices.setdefault(path, {})
            known.update(values)
            for name in gone:
                known.pop(name, None)
            self.judge(path, known)

    def removed(self, path, interfaces):
        if DEVICE in interfaces:
            self.devices.pop(path, None)
            self.judge(path, {})

    def judge(self, path, properties):
        """Is this a headset that is connected, and was it before?"""
        is_headset = bool(HEADSET_PROFILES & set(map(str, properties.get("UUIDs", ())))) or \
            int(properties.get("Class", 0)) & 0x1FFC in HEADSET_CLASSES
        before = next((address for address, known in self.headsets.items() if known == path), None)
        if is_headset and properties.get("Connected", False):
            if before is None and "Address" in properties:
                address = str(properties["Address"])
                self.headsets[address] = path
                say(f"connected: {properties.get('Alias', '')} {address}")
                self.tell(f"plug {{}} {address}")
        elif before is not None:
            del self.headsets[before]
            say(f"disconnected: {before}")
            self.tell(f"unplug {{}} {before}")

    def tell(self, line):
        if self.host is not None:
            self.host.send(line.format(self.host.phone))


def main():
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--phone", required=True, help="the phone that the headsets of this desk belong to")
    given.add_argument("--control", required=True, help="socket of the host (examples/sip-host)")
    given = given.parse_args()
    DBusGMainLoop(set_as_default=True)
    loop = GLib.MainLoop()
    try:
        bus = dbus.SystemBus()
    except dbus.DBusException as error:
        sys.exit(f"no system bus: {error.get_dbus_message()}")
    bluetooth = Bluetooth(bus)
    GLib.idle_add(lambda: setattr(bluetooth, "host", Host(given.control, given.phone, bluetooth.headsets)))
    for number in (signal.SIGTERM, signal.SIGINT):
        GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, loop.quit)
    loop.run()


if __name__ == "__main__":
    sys.exit(main())
