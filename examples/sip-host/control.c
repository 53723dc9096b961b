/* control.c: the local socket. A line is a request, its answer one line, "ok ..." or "error ..."; README.md has the words. The
 * socket is its owner's alone (mode 0600): who may write to it may say which headset is where. */
#include "host.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MOST 1024
#define WORDS_MOST 20
#define CLIENTS_MOST 64
#define UNREAD_MOST (1u << 20) /* bytes that a client may leave unread */

typedef struct client {
    struct le le;
    int fd;
    bool watching;
    bool skipping; /* the rest of a line that was too long */
    bool writing;  /* the loop says when the socket takes more of: */
    struct mbuf *unread;
    size_t have;
    char line[LINE_MOST];
} client;

typedef struct request {
    client *from;
    size_t count;
    const char *word[WORDS_MOST + 1]; /* those that are not there are NULL */
} request;

static int listening = -1;
static const char *path;
static bool test_clock;
static struct list clients;

/* ---- writing ---- */

static void hang_up(client *c) {
    if (c->fd < 0) return;
    fd_close(c->fd);
    close(c->fd);
    c->fd = -1;
}

static void on_event(int flags, void *user);

/* flush: as much as the socket takes now; for the rest the loop says when. */
static void flush(client *c) {
    struct mbuf *mb = c->unread;
    ssize_t sent = send(c->fd, mbuf_buf(mb), mbuf_get_left(mb), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        hang_up(c);
        return;
    }
    if (sent > 0) mbuf_advance(mb, sent);
    if (mbuf_get_left(mb) == 0) mbuf_rewind(mb);
    if (c->writing == (mb->end != 0)) return;
    c->writing = mb->end != 0;
    if (fd_listen(c->fd, c->writing ? FD_READ | FD_WRITE : FD_READ, on_event, c) != 0) hang_up(c);
}

/* A client that does not read what it asked for is let go rather than waited for; one that is only slow is not. */
static void send_line(client *c, const char *line) {
    struct mbuf *mb = c->unread;
    size_t at = mb->pos;
    if (c->fd < 0) return;
    mbuf_set_pos(mb, mb->end);
    if (mb->end > UNREAD_MOST || mbuf_write_str(mb, line) || mbuf_write_u8(mb, '\n')) {
        hang_up(c);
        return;
    }
    mbuf_set_pos(mb, at);
    if (!c->writing) flush(c);
}

/* sweep: forgets who is gone; not before nobody is in the middle of a line of theirs. */
static void sweep(void) {
    struct le *next;
    for (struct le *le = list_head(&clients); le; le = next) {
        client *c = le->data;
        next = le->next;
        if (c->fd >= 0) continue;
        list_unlink(&c->le);
        mem_deref(c);
    }
}

void control_tell(const char *line) {
    for (struct le *le = list_head(&clients); le; le = le->next)
        if (((client *)le->data)->watching) send_line(le->data, line);
}

/* ---- the words ---- */

/* What is right and was not kept, as the store is not to be had: who said it says it again. */
#define TRY_AGAIN "error TRY_AGAIN"

typedef struct word {
    const char *name;
    size_t least; /* words after it */
    size_t most;
    const char *usage;
    const char *(*make)(const request *r, hsvc_input *in); /* a word that is an input; NULL, or the answer if it is none */
    void (*run)(const request *r);                         /* one that is not */
} word;

#define NO_SUCH "error usage" /* with the word's usage after it */

static bool is_passing(int32_t status) {
    return status == HSVC_ERR_UNAVAILABLE || status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_CONFLICT ||
           status == HSVC_ERR_FULL;
}

/* prompt_of: what is filled in, or pressed on, is the screen that is shown now. */
static const char *prompt_of(const char *device, uint64_t *id) {
    hsvc_device_view view;
    int32_t status = service_device(device, &view);
    if (is_passing(status)) return TRY_AGAIN;
    *id = status == HSVC_OK ? view.prompt_id : 0;
    return *id != 0 ? NULL : "error no screen is shown there";
}

static const char *make_phone(const request *r, hsvc_input *in) {
    hsvc_input_device_put(in, r->word[1], r->word[2], HSVC_DEVICE_ANONYMOUS, r->word[4], r->word[3], NULL, HSVC_FLAG_EM_ENABLED);
    return NULL;
}

static const char *make_user(const request *r, hsvc_input *in) {
    static hsvc_item profile;
    hsvc_item_profile(&profile, r->word[2]);
    hsvc_input_user_put(in, r->word[1], &profile, 1);
    return NULL;
}

static const char *make_give(const request *r, hsvc_input *in) {
    hsvc_input_associate(in, r->word[2], r->word[1]);
    return NULL;
}

static const char *make_plug(const request *r, hsvc_input *in) {
    hsvc_input_headset_connected(in, r->word[1], r->word[2], 0);
    hsvc_input_set_vendor(in, r->word[3]);
    hsvc_input_set_model(in, r->word[4]);
    return NULL;
}

static const char *make_unplug(const request *r, hsvc_input *in) {
    hsvc_input_headset_disconnected(in, r->word[1], r->word[2], 0);
    return NULL;
}

static const char *make_present(const request *r, hsvc_input *in) {
    static hsvc_item items[WORDS_MOST];
    for (size_t i = 2; i < r->count; i++) hsvc_item_headset(&items[i - 2], r->word[i], 0);
    hsvc_input_presence_snapshot(in, r->word[1], items, r->count - 2);
    return NULL;
}

static const char *make_pin(const request *r, hsvc_input *in) {
    uint64_t prompt;
    const char *wrong = prompt_of(r->word[1], &prompt);
    if (wrong == NULL) hsvc_input_submit(in, r->word[1], prompt, r->word[2], r->word[3], hsvc_text_len(r->word[3]));
    return wrong;
}

static const char *make_press(const request *r, hsvc_input *in) {
    static const struct {
        const char *key;
        int32_t (*make)(hsvc_input *in, const char *device, uint64_t prompt_id);
    } keys[] = {{"sign-in", hsvc_input_sign_in}, {"sign-out", hsvc_input_sign_out}, {"yes", hsvc_input_yes},
                {"no", hsvc_input_no},           {"cancel", hsvc_input_cancel},     {"exit", hsvc_input_exit}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint64_t prompt;
        const char *wrong;
        if (strcmp(r->word[2], keys[i].key) != 0) continue;
        wrong = prompt_of(r->word[1], &prompt);
        if (wrong == NULL) keys[i].make(in, r->word[1], prompt);
        return wrong;
    }
    return NO_SUCH;
}

static const char *make_menu(const request *r, hsvc_input *in) {
    static const struct {
        const char *entry;
        int32_t (*make)(hsvc_input *in, const char *device);
    } entries[] = {{"associate", hsvc_input_menu_associate}, {"sign-in", hsvc_input_menu_sign_in},
                   {"by-hand", hsvc_input_menu_sign_in_by_hand}, {"sign-out", hsvc_input_menu_sign_out}};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        if (strcmp(r->word[2], entries[i].entry) == 0) return (void)entries[i].make(in, r->word[1]), NULL;
    return NO_SUCH;
}

static const char *make_answer(const request *r, hsvc_input *in) {
    bool there = strcmp(r->word[4], "there") == 0;
    if (!there && strcmp(r->word[4], "gone") != 0) return NO_SUCH;
    hsvc_input_presence_answer(in, r->word[1], r->word[2], there ? HSVC_PRESENCE_THERE : HSVC_PRESENCE_NOT_THERE);
    in->request = strtoull(r->word[3], NULL, 10);
    return NULL;
}

static void tell_device(const hsvc_device_view *v, void *user) {
    char line[LINE_MOST];
    snprintf(line, sizeof line, "device %.*s %s %.*s %s", (int)v->name_len, v->name,
             hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)v->session_state), v->user_len ? (int)v->user_len : 1,
             v->user_len ? v->user : "-", v->prompt ? hsvc_name(HSVC_REGISTRY_PROMPT, (int32_t)v->prompt) : "-");
    send_line(user, line);
}

static void run_who(const request *r) {
    int32_t status = service_devices(tell_device, r->from);
    send_line(r->from, status == HSVC_OK ? "ok" : TRY_AGAIN);
}

static void run_watch(const request *r) {
    r->from->watching = true;
    send_line(r->from, "ok");
}

static void run_advance(const request *r) {
    char *end;
    long long ms = strtoll(r->word[1], &end, 10);
    if (!test_clock) send_line(r->from, "error the clock is not a test's (--test-clock)");
    else if (end == r->word[1] || *end != '\0' || ms < 0 || ms > 1000LL * 86400 * 366) send_line(r->from, "error advance MS: 0 to a year");
    else {
        service_move_clock(ms);
        send_line(r->from, "ok");
    }
}

static void run_help(const request *r);

static void run_calls(const request *r) {
    char line[32];
    snprintf(line, sizeof line, "ok %zu", calls_count());
    send_line(r->from, line);
}

static const word words[] = {
    {"phone", 3, 4, "phone NAME OWN-PROFILE MODEL [SITE]", make_phone, NULL},
    {"user", 2, 2, "user NAME PROFILE", make_user, NULL},
    {"give", 2, 2, "give SERIAL USER", make_give, NULL},
    {"plug", 2, 4, "plug PHONE SERIAL [VENDOR [MODEL]]", make_plug, NULL},
    {"unplug", 2, 2, "unplug PHONE SERIAL", make_unplug, NULL},
    {"present", 1, WORDS_MOST - 1, "present PHONE [SERIAL ...]", make_present, NULL},
    {"answer", 4, 4, "answer PHONE SERIAL REQUEST there|gone", make_answer, NULL},
    {"pin", 3, 3, "pin PHONE USER PIN", make_pin, NULL},
    {"press", 2, 2, "press PHONE sign-in|sign-out|yes|no|cancel|exit", make_press, NULL},
    {"menu", 2, 2, "menu PHONE associate|sign-in|by-hand|sign-out", make_menu, NULL},
    {"who", 0, 0, "who", NULL, run_who},
    {"calls", 0, 0, "calls", NULL, run_calls},
    {"watch", 0, 0, "watch", NULL, run_watch},
    {"advance", 1, 1, "advance MS", NULL, run_advance},
    {"help", 0, 0, "help", NULL, run_help},
};

static void run_help(const request *r) {
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) send_line(r->from, words[i].usage);
    send_line(r->from, "ok");
}

/* ---- requests ---- */

static const char *field_of(const hsvc_verdict *v) { return v->field ? hsvc_name(HSVC_REGISTRY_FIELD, (int32_t)v->field) : ""; }

static void answer_input(client *to, const hsvc_input *in) {
    char line[LINE_MOST];
    hsvc_verdict v;
    int32_t status;
    hsvc_verdict_init(&v, sizeof v);
    status = service_take(in, &v);
    if (status != HSVC_OK)
        snprintf(line, sizeof line, "%s %s %s", is_passing(status) ? TRY_AGAIN : "error", hsvc_text(HSVC_REGISTRY_STATUS, status),
                 field_of(&v));
    else
        snprintf(line, sizeof line, "%s %s %s %s", v.accepted ? "ok" : "error", hsvc_name(HSVC_REGISTRY_REASON, (int32_t)v.reason),
                 v.rule, field_of(&v));
    send_line(to, line);
}

static void say_usage(const request *r, const word *w) {
    char line[LINE_MOST];
    snprintf(line, sizeof line, NO_SUCH ": %s", w->usage);
    send_line(r->from, line);
}

static void obey_word(const request *r, const word *w) {
    hsvc_input in;
    const char *wrong = w->run != NULL ? NULL : w->make(r, &in);
    if (w->run != NULL) {
        w->run(r);
    } else if (wrong == NULL) {
        hsvc_input_set_actor(&in, "control");
        answer_input(r->from, &in);
    } else if (strcmp(wrong, NO_SUCH) == 0) {
        say_usage(r, w);
    } else {
        send_line(r->from, wrong);
    }
}

static void obey(const request *r) {
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const word *w = &words[i];
        if (strcmp(r->word[0], w->name) != 0) continue;
        if (r->count - 1 < w->least || r->count - 1 > w->most) say_usage(r, w);
        else obey_word(r, w);
        return;
    }
    send_line(r->from, "error no such word; help lists them");
}

/* A line is text of printable characters and UTF-8, in words between blanks; "-" is a word that is not given. */
static void take_line(client *from, char *line) {
    request r = {.from = from};
    char *save = NULL;
    for (char *c = line; *c; c++)
        if (iscntrl((unsigned char)*c) && *c != '\t') {
            send_line(from, "error control characters");
            return;
        }
    for (char *w = strtok_r(line, " \t", &save); w != NULL; w = strtok_r(NULL, " \t", &save)) {
        if (r.count == WORDS_MOST) {
            send_line(from, "error too many words");
            return;
        }
        r.word[r.count++] = strcmp(w, "-") == 0 ? "" : w;
    }
    if (r.count > 0) obey(&r);
}

/* ---- reading ---- */

/* A PIN may be in a line, so a line is overwritten once it was taken. */
static void take_lines(client *c) {
    char *end;
    while (c->fd >= 0 && (end = memchr(c->line, '\n', c->have)) != NULL) {
        size_t len = (size_t)(end - c->line) + 1;
        *end = '\0';
        if (len > 1 && end[-1] == '\r') end[-1] = '\0';
        if (!c->skipping && strlen(c->line) + 2 < len) send_line(c, "error control characters");
        else if (!c->skipping) take_line(c, c->line);
        c->skipping = false;
        memmove(c->line, c->line + len, c->have - len);
        c->have -= len;
        explicit_bzero(c->line + c->have, len);
    }
    if (c->have < sizeof c->line) return;
    if (!c->skipping) send_line(c, "error line too long");
    c->skipping = true;
    c->have = 0;
    explicit_bzero(c->line, sizeof c->line);
}

static void receive(client *c) {
    ssize_t got = recv(c->fd, c->line + c->have, sizeof c->line - c->have, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        c->have += (size_t)got;
        take_lines(c);
    }
    if (got <= 0) hang_up(c);
}

static void on_event(int flags, void *user) {
    client *c = user;
    if (flags & FD_WRITE) flush(c);
    if (c->fd >= 0 && flags & ~FD_WRITE) receive(c);
    sweep();
}

static void destroy_client(void *user) {
    client *c = user;
    explicit_bzero(c->line, sizeof c->line);
    mem_deref(c->unread);
}

static client *new_client(void) {
    client *c = list_count(&clients) >= CLIENTS_MOST ? NULL : mem_zalloc(sizeof *c, destroy_client);
    if (c != NULL && (c->unread = mbuf_alloc(LINE_MOST)) == NULL) c = mem_deref(c);
    return c;
}

static void on_client(int flags, void *user) {
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    client *c;
    (void)flags;
    (void)user;
    sweep();
    c = fd < 0 ? NULL : new_client();
    if (c != NULL && fd_listen(fd, FD_READ, on_event, c) == 0) {
        c->fd = fd;
        list_append(&clients, &c->le, c);
        return;
    }
    mem_deref(c);
    if (fd >= 0) close(fd);
}

/* ---- start and end ---- */

/* A socket that a host before this one left is removed; one that a running host answers on is not. */
static bool in_use(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool used = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0) close(fd);
    return used;
}

static int listen_at(const struct sockaddr_un *address) {
    mode_t before;
    int failed;
    if (in_use(address)) return EADDRINUSE;
    unlink(address->sun_path);
    listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    before = umask(0177);
    failed = listening < 0 || bind(listening, (const struct sockaddr *)address, sizeof *address) || listen(listening, 16);
    umask(before);
    return failed ? errno : fd_listen(listening, FD_READ, on_client, NULL);
}

int control_open(const options *given) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int error = strlen(given->control) < sizeof address.sun_path ? 0 : ENAMETOOLONG;
    list_init(&clients);
    test_clock = given->test_clock;
    if (!error) {
        memcpy(address.sun_path, given->control, strlen(given->control) + 1);
        error = listen_at(&address);
    }
    if (error) say("cannot listen on %s: %s", given->control, strerror(error));
    else path = given->control;
    return error;
}

void control_close(void) {
    for (struct le *le = list_head(&clients); le; le = le->next) hang_up(le->data);
    sweep();
    if (path == NULL) return;
    fd_close(listening);
    close(listening);
    unlink(path);
}
