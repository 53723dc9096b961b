/* host.c: the line to the host. What is sent while there is no host is not kept: when it is back it is told everything. */
#include "watch.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define LINE_MOST 1024
#define TRY_AGAIN_MS 500

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static char phone[140];
static int fd = -1;
static char line[LINE_MOST];
static size_t have;
static bool unkept; /* the host could not keep something: it is told everything again */

static void hang_up(const char *why) {
    if (fd >= 0) {
        say("host: %s", why);
        close(fd);
    }
    fd = -1;
    have = 0;
    unkept = false;
}

static void send_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void send_line(const char *format, ...) {
    char text[LINE_MOST];
    va_list given;
    int len;
    if (fd < 0) return;
    va_start(given, format);
    len = vsnprintf(text, sizeof text, format, given);
    va_end(given);
    if (len >= (int)sizeof text || send(fd, text, (size_t)len, MSG_NOSIGNAL) != len) hang_up(strerror(errno));
}

/* ---- to the host ---- */

void host_plugged(const char *serial, const char *vendor, const char *product) {
    send_line("plug %s %s %s %s\n", phone, serial, vendor, product);
}

void host_unplugged(const char *serial) { send_line("unplug %s %s\n", phone, serial); }

static void add_serial(const char *serial, void *user) {
    char *text = user;
    size_t len = strlen(text);
    if (len + strlen(serial) + 3 < LINE_MOST) snprintf(text + len, LINE_MOST - len, " %s", serial);
}

void host_all(void) {
    char text[LINE_MOST];
    snprintf(text, sizeof text, "present %s", phone);
    usb_each(add_serial, text);
    send_line("%s\n", text);
}

/* Why there is no host is said once, not each time it is looked for. */
static void connect_host(void) {
    static int said;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        if (said != errno) say("host: not at %s yet: %s", address.sun_path, strerror(errno));
        said = errno;
        if (fd >= 0) close(fd);
        fd = -1;
        return;
    }
    said = 0;
    say("host: connected");
    send_line("watch\n");
    host_all();
}

void host_try(void) {
    static struct timespec last;
    struct timespec now;
    if (fd >= 0 && !unkept) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - last.tv_sec) * 1000 + (now.tv_nsec - last.tv_nsec) / 1000000 < TRY_AGAIN_MS) return;
    last = now;
    unkept = false;
    if (fd < 0) connect_host();
    else host_all();
}

int host_wait(void) { return fd < 0 || unkept ? TRY_AGAIN_MS : -1; }

/* ---- from the host ---- */

static const char *wanted;
static bool wanted_there;

static void compare(const char *serial, void *user) {
    (void)user;
    if (strcasecmp(serial, wanted) == 0) wanted_there = true;
}

/* "ask PHONE SERIAL REQUEST": it was reported elsewhere; is it here? */
static void take_line(void) {
    char of[140], serial[SERIAL_SIZE], request[24];
    if (strncmp(line, "error", 5) == 0) say("host: %s", line);
    if (strncmp(line, "error TRY_AGAIN", 15) == 0) unkept = true;
    if (sscanf(line, "ask %139s %132s %23s", of, serial, request) != 3 || strcasecmp(of, phone) != 0) return;
    wanted = serial;
    wanted_there = false;
    usb_each(compare, NULL);
    send_line("answer %s %s %s %s\n", phone, serial, request, wanted_there ? "there" : "gone");
}

void host_read(void) {
    ssize_t got = recv(fd, line + have, sizeof line - 1 - have, 0);
    char *end;
    if (got <= 0) {
        hang_up(got == 0 ? "gone" : strerror(errno));
        return;
    }
    have += (size_t)got;
    while ((end = memchr(line, '\n', have)) != NULL) {
        size_t len = (size_t)(end - line) + 1;
        *end = '\0';
        take_line();
        if (fd < 0) return;
        have -= len;
        memmove(line, line + len, have);
    }
    if (have == sizeof line - 1) hang_up("a line too long");
}

int host_fd(void) { return fd; }

bool host_open(const char *socket, const char *name) {
    return snprintf(address.sun_path, sizeof address.sun_path, "%s", socket) < (int)sizeof address.sun_path &&
           snprintf(phone, sizeof phone, "%s", name) < (int)sizeof phone;
}

void host_close(void) { hang_up("let go"); }
