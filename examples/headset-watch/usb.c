/* usb.c: USB headsets as libudev sees them. A headset is a USB device with at least one HID interface whose report descriptor
 * has a telephony collection (usage page 0x0B) that is a headset (usage 0x05); HID Usage Tables 1.4, section 14. Vendor and product
 * numbers are not asked: there is no list of them that one could trust. */
#include "watch.h"

#include <ctype.h>
#include <fcntl.h>
#include <libudev.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTERFACES_MOST 64
#define PATH_SIZE 512
#define DESCRIPTOR_MOST 4096 /* HID_MAX_DESCRIPTOR_SIZE of the kernel */
#define TELEPHONY 0x0Bu
#define HEADSET 0x05u

/* interface: one HID interface of a headset. Several of one device are one headset, there as long as one of them is. */
typedef struct interface {
    char path[PATH_SIZE];   /* of the hidraw device; empty: free */
    char device[PATH_SIZE]; /* of the USB device */
    char serial[SERIAL_SIZE];
} interface;

static struct udev *udev;
static struct udev_monitor *monitor;
static interface interfaces[INTERFACES_MOST];

/* ---- is it a headset? ---- */

/* item: the size of the data of a short item, or of a long one with its two bytes (HID 1.11, section 6.2.2). */
static size_t data_size(const uint8_t *item, size_t left) {
    static const size_t sizes[] = {0, 1, 2, 4};
    if (item[0] != 0xFE) return sizes[item[0] & 3];
    return left < 2 ? left : 2 + (size_t)item[1];
}

static uint32_t data_of(const uint8_t *item, size_t size) {
    uint32_t value = 0;
    for (size_t i = 0; i < size && i < 4; i++) value |= (uint32_t)item[1 + i] << 8 * i;
    return value;
}

/* Usage page (global, tag 0), usage (local, tag 0), collection (main, tag 10). A usage of four bytes has its page in it. */
static bool has_headset_collection(const uint8_t *bytes, size_t count) {
    uint32_t page = 0, usage = 0;
    for (size_t at = 0, size; at < count; at += 1 + size) {
        size = data_size(bytes + at, count - at);
        if (at + 1 + size > count) return false;
        switch (bytes[at] & 0xFC) {
            case 0x04: page = data_of(bytes + at, size); break;
            case 0x08: usage = size == 4 ? data_of(bytes + at, size) : page << 16 | data_of(bytes + at, size); break;
            case 0xA0:
                if (usage == (TELEPHONY << 16 | HEADSET)) return true;
                usage = 0;
                break;
            default: break;
        }
    }
    return false;
}

static bool is_headset(struct udev_device *hidraw) {
    struct udev_device *hid = udev_device_get_parent(hidraw);
    uint8_t bytes[DESCRIPTOR_MOST];
    char path[PATH_SIZE + 32];
    ssize_t got;
    int fd;
    if (hid == NULL) return false;
    snprintf(path, sizeof path, "%s/report_descriptor", udev_device_get_syspath(hid));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    got = read(fd, bytes, sizeof bytes);
    close(fd);
    return got > 0 && has_headset_collection(bytes, (size_t)got);
}

/* ---- can it be recognised? ---- */

static bool take_serial(const char *given, char *serial) {
    const char *end;
    if (given == NULL) return false;
    while (isspace((unsigned char)*given)) given++;
    for (end = given + strlen(given); end > given && isspace((unsigned char)end[-1]);) end--;
    if (end == given || end - given >= SERIAL_SIZE) return false;
    snprintf(serial, SERIAL_SIZE, "%.*s", (int)(end - given), given);
    for (char *c = serial; *c; c++)
        if (*c <= ' ' || *c == 0x7f) return false;
    return strcmp(serial, "-") != 0; /* which to the host is none */
}

static const char *attribute(struct udev_device *device, const char *name) {
    const char *value = udev_device_get_sysattr_value(device, name);
    return value == NULL || *value == '\0' ? "-" : value;
}

/* ---- coming and going ---- */

static interface *find(const char *path) {
    for (int i = 0; i < INTERFACES_MOST; i++)
        if (strcmp(interfaces[i].path, path) == 0) return &interfaces[i];
    return NULL;
}

static bool is_there(const char *device) {
    for (int i = 0; i < INTERFACES_MOST; i++)
        if (interfaces[i].path[0] != '\0' && strcmp(interfaces[i].device, device) == 0) return true;
    return false;
}

static void come(struct udev_device *hidraw) {
    struct udev_device *device = udev_device_get_parent_with_subsystem_devtype(hidraw, "usb", "usb_device");
    const char *path = udev_device_get_syspath(hidraw);
    interface *free_one = find("");
    bool first;
    if (device == NULL || find(path) != NULL || !is_headset(hidraw)) return;
    if (free_one == NULL || strlen(path) >= PATH_SIZE) {
        say("%s: more headsets than can be watched", path);
        return;
    }
    first = !is_there(udev_device_get_syspath(device));
    snprintf(free_one->path, PATH_SIZE, "%s", path);
    snprintf(free_one->device, PATH_SIZE, "%s", udev_device_get_syspath(device));
    if (!take_serial(udev_device_get_sysattr_value(device, "serial"), free_one->serial)) free_one->serial[0] = '\0';
    if (!first) return;
    say("plugged: %s %s:%s serial %s", attribute(device, "product"), attribute(device, "idVendor"), attribute(device, "idProduct"),
        free_one->serial[0] ? free_one->serial : "none: this headset cannot be recognised");
    if (free_one->serial[0]) host_plugged(free_one->serial, attribute(device, "idVendor"), attribute(device, "idProduct"));
}

static bool has_serial(const char *serial) {
    for (int i = 0; i < INTERFACES_MOST; i++)
        if (interfaces[i].path[0] != '\0' && strcmp(interfaces[i].serial, serial) == 0) return true;
    return false;
}

/* Two devices may have one serial, as cheap ones do: it is gone when both are. */
static void go(interface *gone) {
    char serial[SERIAL_SIZE];
    memcpy(serial, gone->serial, sizeof serial);
    gone->path[0] = '\0';
    if (is_there(gone->device)) return;
    say("unplugged: serial %s", serial[0] ? serial : "none");
    if (serial[0] && !has_serial(serial)) host_unplugged(serial);
}

/* A hub that is pulled takes along what hangs on it, and the kernel need not say each. */
static void go_below(const char *path) {
    size_t len = strlen(path);
    for (int i = 0; i < INTERFACES_MOST; i++)
        if (interfaces[i].path[0] != '\0' && strncmp(interfaces[i].path, path, len) == 0 && strchr("/", interfaces[i].path[len]) != NULL)
            go(&interfaces[i]);
}

static void enumerate(void) {
    struct udev_enumerate *all = udev_enumerate_new(udev);
    struct udev_list_entry *each;
    udev_enumerate_add_match_subsystem(all, "hidraw");
    udev_enumerate_scan_devices(all);
    udev_list_entry_foreach(each, udev_enumerate_get_list_entry(all)) {
        struct udev_device *hidraw = udev_device_new_from_syspath(udev, udev_list_entry_get_name(each));
        if (hidraw != NULL) come(hidraw);
        udev_device_unref(hidraw);
    }
    udev_enumerate_unref(all);
}

/* look_again: after messages were lost: what is not in /sys any more has gone, what is new there has come. */
static void look_again(void) {
    for (int i = 0; i < INTERFACES_MOST; i++)
        if (interfaces[i].path[0] != '\0' && access(interfaces[i].path, F_OK) != 0) go(&interfaces[i]);
    enumerate();
    host_all();
}

static void take(struct udev_device *device) {
    const char *action = udev_device_get_action(device), *subsystem = udev_device_get_subsystem(device);
    if (action == NULL || subsystem == NULL) return;
    if (strcmp(action, "remove") == 0) go_below(udev_device_get_syspath(device));
    else if (strcmp(action, "add") == 0 && strcmp(subsystem, "hidraw") == 0) come(device);
}

void usb_read(void) {
    struct udev_device *device = udev_monitor_receive_device(monitor);
    if (device == NULL) {
        look_again();
        return;
    }
    take(device);
    udev_device_unref(device);
}

void usb_each(void (*each)(const char *serial, void *user), void *user) {
    for (int i = 0; i < INTERFACES_MOST; i++) {
        bool again = false;
        if (interfaces[i].path[0] == '\0' || interfaces[i].serial[0] == '\0') continue;
        for (int j = 0; j < i; j++) again |= interfaces[j].path[0] != '\0' && strcmp(interfaces[j].serial, interfaces[i].serial) == 0;
        if (!again) each(interfaces[i].serial, user);
    }
}

int usb_fd(void) { return udev_monitor_get_fd(monitor); }

/* The monitor first, then what is there: what comes between the two is seen twice, and that is harmless. */
int usb_open(void) {
    udev = udev_new();
    monitor = udev == NULL ? NULL : udev_monitor_new_from_netlink(udev, "udev");
    if (monitor == NULL) return -1;
    udev_monitor_filter_add_match_subsystem_devtype(monitor, "hidraw", NULL);
    udev_monitor_filter_add_match_subsystem_devtype(monitor, "usb", "usb_device");
    udev_monitor_set_receive_buffer_size(monitor, 1 << 20);
    if (udev_monitor_enable_receiving(monitor) < 0) return -1;
    enumerate();
    return 0;
}

void usb_close(void) {
    udev_monitor_unref(monitor);
    udev_unref(udev);
}
