/* main.c: headset-watch, which tells a host what USB headsets are plugged in at a desk. See README.md.
 *
 *   headset-watch --phone desk-1 --control em.sock */
#include "watch.h"

#include <ctype.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

void say(const char *format, ...) {
    char text[1024];
    va_list given;
    va_start(given, format);
    vsnprintf(text, sizeof text, format, given);
    va_end(given);
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c)) *c = '?'; /* a device may call itself anything */
    puts(text);
}

static int usage(FILE *to, int result) {
    fputs("usage: headset-watch --phone NAME --control SOCKET\n"
          "  --phone NAME       the phone that the headsets of this desk belong to\n"
          "  --control SOCKET   of the host (examples/sip-host)\n",
          to);
    return result;
}

static int catch_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* A host that is not there yet, or not any more, is looked for again; meanwhile devices come and go unheard, and the host
 * is told what is there when it is back. */
static void watch(int signals) {
    for (;;) {
        struct pollfd fds[3] = {{.fd = signals, .events = POLLIN}, {.fd = usb_fd(), .events = POLLIN}, {.events = POLLIN}};
        host_try();
        fds[2].fd = host_fd();
        poll(fds, 3, host_wait());
        if (fds[0].revents) return;
        if (fds[1].revents) usb_read();
        if (fds[2].revents) host_read();
    }
}

int main(int argc, char **argv) {
    static const struct option known[] = {
        {"phone", required_argument, NULL, 'p'}, {"control", required_argument, NULL, 'c'}, {"help", no_argument, NULL, 'h'}, {NULL, 0, NULL, 0}};
    const char *phone = NULL, *control = NULL;
    int which, signals;
    while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) switch (which) {
            case 'p': phone = optarg; break;
            case 'c': control = optarg; break;
            case 'h': return usage(stdout, 0);
            default: return usage(stderr, 2);
        }
    if (phone == NULL || control == NULL || optind < argc || !host_open(control, phone)) return usage(stderr, 2);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signals = catch_signals();
    if (signals < 0 || usb_open() != 0) {
        say("cannot watch devices");
        return 1;
    }
    watch(signals);
    host_close();
    usb_close();
    close(signals);
    return 0;
}
