/* main.c: sip-host, a small SIP server of its own on libre and libheadsetsvc. See README.md.
 *
 *   sip-host --store em.db --control em.sock [--sip 127.0.0.1:5060] [--expires 3600] [--ldap URL --ldap-dn PATTERN]
 *           [--passwords FILE] [--test-clock] */
#include "host.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct sip *sip;

void say(const char *format, ...) {
    struct timespec now;
    struct tm parts;
    char stamp[32], text[1024];
    va_list given;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(stamp, sizeof stamp, "%H:%M:%S", &parts);
    va_start(given, format);
    vsnprintf(text, sizeof text, format, given);
    va_end(given);
    for (char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c)) *c = '?'; /* a SIP header may be folded, and would be two lines */
    printf("%s.%03ld %s\n", stamp, now.tv_nsec / 1000000, text);
}

static void usage(FILE *to) {
    fputs("usage: sip-host --store FILE --control SOCKET [--sip ADDRESS:PORT] [--expires SECONDS]\n"
          "                [--ldap URL --ldap-dn PATTERN] [--passwords FILE] [--test-clock]\n"
          "  --store FILE       the SQLite store; made if it is not there\n"
          "  --control SOCKET   where headset reports, key presses and administration come in (README.md has the words)\n"
          "  --sip ADDR:PORT    where phones register; 127.0.0.1:5060 unless given\n"
          "  --expires SECONDS  for how long a phone is known without registering again, at most; 3600 unless given\n"
          "  --ldap URL         the directory that knows the PINs, such as ldap://127.0.0.1:389: an address, no name\n"
          "  --ldap-dn PATTERN  whom to bind as; %s stands for the user, escaped\n"
          "  --passwords FILE   of phones, as htdigest writes it, realm headsetsvc; without it phones need none\n"
          "  --test-clock       the word `advance` may move the clock\n",
          to);
}

static int read_options(int argc, char **argv, options *given) {
    static const struct option known[] = {
        {"store", required_argument, NULL, 's'}, {"control", required_argument, NULL, 'c'}, {"sip", required_argument, NULL, 'p'},
        {"ldap", required_argument, NULL, 'l'},  {"ldap-dn", required_argument, NULL, 'd'}, {"test-clock", no_argument, NULL, 't'},
        {"expires", required_argument, NULL, 'e'}, {"passwords", required_argument, NULL, 'w'}, {"help", no_argument, NULL, 'h'},        {NULL, 0, NULL, 0}};
    int which;
    while ((which = getopt_long(argc, argv, "", known, NULL)) != -1) switch (which) {
            case 's': given->store = optarg; break;
            case 'c': given->control = optarg; break;
            case 'p': given->sip = optarg; break;
            case 'l': given->ldap = optarg; break;
            case 'd': given->ldap_dn = optarg; break;
            case 'w': given->passwords = optarg; break;
            case 't': given->test_clock = true; break;
            case 'e': given->expires = (uint32_t)strtoul(optarg, NULL, 10); break;
            case 'h': usage(stdout); return 1;
            default: usage(stderr); return 2;
        }
    if (optind < argc || given->expires == 0 || given->expires > 86400 || given->store == NULL || given->control == NULL ||
        (given->ldap == NULL) != (given->ldap_dn == NULL) ||
        (given->ldap_dn != NULL && strstr(given->ldap_dn, "%s") == NULL)) {
        usage(stderr);
        return 2;
    }
    return 0;
}

static int open_sip(const char *where) {
    struct sa address;
    int error = sa_decode(&address, where, strlen(where));
    if (!error) error = sip_alloc(&sip, NULL, 64, 64, 64, "headsetsvc sip-host", NULL, NULL);
    if (!error) error = sip_transp_add(sip, SIP_TRANSP_UDP, &address);
    if (!error) error = sip_transp_add(sip, SIP_TRANSP_TCP, &address);
    if (error) say("cannot listen for SIP on %s: %s", where, strerror(error));
    return error;
}

static void on_signal(int signal) {
    (void)signal;
    re_cancel();
}

static int open_all(const options *given) {
    int error = service_open(given);
    if (!error) error = open_sip(given->sip);
    if (!error) auth_open(given);
    if (!error) error = phones_open(sip, given);
    if (!error) error = calls_open(sip);
    if (!error) error = control_open(given);
    if (!error) pins_open(given);
    return error;
}

/* Calls end first: their end is still an input. What is in the store goes on when the host is started again. */
static void close_all(void) {
    control_close();
    pins_close();
    calls_close();
    phones_close();
    service_close();
    sip_close(sip, false);
    sip = mem_deref(sip);
}

int main(int argc, char **argv) {
    options given = {.sip = "127.0.0.1:5060", .expires = 3600};
    int error = read_options(argc, argv, &given);
    if (error) return error - 1;
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    error = libre_init();
    if (!error) error = open_all(&given);
    if (!error) error = service_start() == HSVC_OK ? 0 : EIO;
    if (!error) {
        say("ready");
        error = re_main(on_signal);
        say("stopping");
    }
    close_all();
    libre_close();
    return error ? 1 : 0;
}
