/* calls.c: the switch. A call has two sides, a SIP session each; what one says is passed to the other, media goes directly
 * between the phones. Every call of a phone is told to the engine: nobody is signed out in the middle of one (CALL-1). */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RINGING_MOST_MS 180000

typedef struct call {
    struct le le;
    struct tmr ringing;
    struct sipsess *from; /* who calls */
    struct sipsess *to;   /* who is called */
    struct mbuf *offer;   /* the caller's media, and what was answered */
    struct mbuf *answer;
    char phone[2][NAME_SIZE]; /* the caller's, if it is one of ours; the one that rings */
    uint64_t id;
    bool answered;
    bool over;
} call;

static uint64_t last_id;
static struct list calls;
static struct list untolds;
static struct sipsess_sock *sessions;
static struct sip *sip;

size_t calls_count(void) { return list_count(&calls); }

size_t calls_at(const char *phone, hsvc_item *items, size_t size) {
    size_t count = 0;
    for (struct le *le = list_head(&calls); le && count < size; le = le->next) {
        call *c = le->data;
        if (c->over || (str_casecmp(c->phone[0], phone) != 0 && str_casecmp(c->phone[1], phone) != 0)) continue;
        hsvc_item_call(&items[count++], c->id, c->answered ? HSVC_CALL_ACTIVE : HSVC_CALL_RINGING, 0);
    }
    return count;
}

/* ---- what the engine hears ---- */

/* tell: with all calls of the phone rather than the one that changed, so that a report which the store did not take is made
 * good by the next one, whatever that is about; and until there is a next one, by trying again. */
static void tell(const char *phone);

typedef struct untold {
    struct le le;
    struct tmr timer;
    char phone[NAME_SIZE];
} untold;

static void on_untold(void *user) {
    untold *u = user;
    list_unlink(&u->le); /* or it would keep the next one from being made */
    tell(u->phone);
    mem_deref(u);
}

static void destroy_untold(void *user) {
    untold *u = user;
    tmr_cancel(&u->timer);
    list_unlink(&u->le);
}

static void tell_later(const char *phone) {
    untold *u;
    for (struct le *le = list_head(&untolds); le; le = le->next)
        if (str_casecmp(((untold *)le->data)->phone, phone) == 0) return;
    u = mem_zalloc(sizeof *u, destroy_untold);
    if (u == NULL) return;
    snprintf(u->phone, sizeof u->phone, "%s", phone);
    list_append(&untolds, &u->le, u);
    tmr_start(&u->timer, 1000, on_untold, u);
}

static void tell(const char *phone) {
    hsvc_item items[HSVC_LIMIT_CALLS_PER_DEVICE];
    hsvc_input in;
    if (phone[0] == '\0') return;
    hsvc_input_call_snapshot(&in, phone, items, calls_at(phone, items, HSVC_LIMIT_CALLS_PER_DEVICE));
    if (service_take(&in, NULL) != HSVC_OK) tell_later(phone);
}

static void tell_both(const call *c) {
    for (int side = 0; side < 2; side++) tell(c->phone[side]);
}

/* ---- a call's end ---- */

static void destroy_call(void *user) {
    call *c = user;
    tmr_cancel(&c->ringing);
    list_unlink(&c->le);
    mem_deref(c->from);
    mem_deref(c->to);
    mem_deref(c->offer);
    mem_deref(c->answer);
}

/* finish: whichever side ended it, the other is told by the end of its session, and the engine by a snapshot without it. */
static void finish(call *c, uint16_t code, const char *reason) {
    if (c->over) return;
    c->over = true;
    say("call %016llx over: %s", (unsigned long long)c->id, reason);
    if (!c->answered) sipsess_reject(c->from, code, reason, NULL);
    tell_both(c);
    mem_deref(c);
}

/* Neither side need ever say that it gave up. */
static void on_rung_out(void *user) { finish(user, 480, "No Answer"); }

/* Who calls gives up while it rings, which the stack has answered by 487 already, or hangs up. */
static void on_from_close(int error, const struct sip_msg *msg, void *user) {
    call *c = user;
    (void)error;
    (void)msg;
    finish(c, 487, c->answered ? "The Caller Hung Up" : "Request Terminated");
}

static void on_to_close(int error, const struct sip_msg *msg, void *user) {
    call *c = user;
    char reason[64] = "Gone";
    uint16_t code = 480;
    if (c->answered) {
        snprintf(reason, sizeof reason, "The Phone Hung Up");
    } else if (msg != NULL && !msg->req && msg->scode >= 300) {
        code = msg->scode;
        pl_strcpy(&msg->reason, reason, sizeof reason);
    } else if (error == ETIMEDOUT) {
        code = 408;
    }
    finish(c, code, reason);
}

/* ---- the side that is called ---- */

static struct mbuf *body_of(const struct sip_msg *msg) {
    struct mbuf *copy = mbuf_get_left(msg->mb) == 0 ? NULL : mbuf_alloc(mbuf_get_left(msg->mb));
    if (copy == NULL) return NULL;
    mbuf_write_mem(copy, mbuf_buf(msg->mb), mbuf_get_left(msg->mb));
    mbuf_set_pos(copy, 0);
    return copy;
}

static void on_progress(const struct sip_msg *msg, void *user) {
    call *c = user;
    struct mbuf *media = msg->scode == 183 ? body_of(msg) : NULL;
    char reason[64] = "Ringing";
    pl_strcpy(&msg->reason, reason, sizeof reason);
    if (msg->scode > 100) sipsess_progress(c->from, msg->scode, reason, media, NULL);
    mem_deref(media);
}

static int on_answer(const struct sip_msg *msg, void *user) {
    call *c = user;
    mem_deref(c->answer);
    c->answer = body_of(msg);
    return 0;
}

static void on_to_established(const struct sip_msg *msg, void *user) {
    call *c = user;
    (void)msg;
    if (c->over || c->answered) return;
    c->answered = true;
    tmr_cancel(&c->ringing);
    if (c->answer != NULL) mbuf_set_pos(c->answer, 0);
    if (sipsess_answer(c->from, 200, "OK", c->answer, NULL)) {
        finish(c, 500, "Server Error");
        return;
    }
    say("call %016llx answered", (unsigned long long)c->id);
    tell_both(c);
}

static void on_from_established(const struct sip_msg *msg, void *user) {
    (void)msg;
    (void)user;
}

/* A phone that changes its media in a call (hold, another codec) gets what the other side said last. */
static int again(struct mbuf **media, const struct mbuf *last) {
    if (last == NULL) return ENOENT;
    *media = mbuf_alloc(last->end);
    return *media == NULL ? ENOMEM : mbuf_write_mem(*media, last->buf, last->end) || (mbuf_set_pos(*media, 0), 0);
}

static int from_offers(struct mbuf **media, const struct sip_msg *msg, void *user) {
    (void)msg;
    return again(media, ((call *)user)->answer);
}

static int to_offers(struct mbuf **media, const struct sip_msg *msg, void *user) {
    (void)msg;
    return again(media, ((call *)user)->offer);
}

static int take_nothing(const struct sip_msg *msg, void *user) {
    (void)msg;
    (void)user;
    return 0;
}

/* ---- a call begins ---- */

/* pick: whom to ring: the first registered phone where the person is signed in, or a phone itself. Why not, if none. */
static uint16_t pick(const char *wanted, char *phone, const char **why) {
    char names[HSVC_LIMIT_SESSIONS_PER_USER][NAME_SIZE];
    int count;
    int32_t status = service_where(wanted, names, HSVC_LIMIT_SESSIONS_PER_USER, &count);
    if (status == HSVC_ERR_NOT_FOUND) { /* nobody, but perhaps a phone */
        snprintf(phone, NAME_SIZE, "%s", wanted);
        *why = "Nobody Of That Name";
        return phones_contact(wanted) == NULL ? 404 : 0;
    }
    *why = status != HSVC_OK ? "Try Again" : count == 0 ? "Not Signed In" : "Phone Not Registered";
    for (int i = 0; i < count; i++)
        if (phones_contact(names[i]) != NULL) return (void)memcpy(phone, names[i], NAME_SIZE), 0;
    return status != HSVC_OK ? 503 : 480;
}

/* The engine is told all calls of a phone, so there are no more than it takes; a phone whose address is ours ends here as well. */
static bool is_full(const char *phone) {
    hsvc_item items[HSVC_LIMIT_CALLS_PER_DEVICE];
    return calls_at(phone, items, HSVC_LIMIT_CALLS_PER_DEVICE) == HSVC_LIMIT_CALLS_PER_DEVICE;
}

static int connect_to(call *c, const struct sip_msg *msg) {
    char from[300], caller[NAME_SIZE];
    int error = pl_strcpy(&msg->from.auri, from, sizeof from);
    if (!error) error = pl_strcpy(&msg->from.uri.user, caller, sizeof caller);
    if (error) return error;
    if (!phones_is_plain(from) || !phones_is_plain(caller)) return EINVAL;
    return sipsess_connect(&c->to, sessions, phones_contact(c->phone[1]), NULL, from, caller, NULL, 0, "application/sdp", c->offer,
                           NULL, NULL, false, to_offers, on_answer, on_progress, on_to_established, NULL, NULL, on_to_close, c,
                           NULL);
}

static void destroyed_before(call *c, const struct sip_msg *msg) {
    if (c->from != NULL) sipsess_reject(c->from, 500, "Server Error", NULL);
    else sip_treply(NULL, sip, msg, 500, "Server Error");
    mem_deref(c);
}

/* caller_phone: which of our phones it is that calls; empty for anybody else. */
static void caller_phone(const struct sip_msg *msg, char *phone) {
    if (pl_strcpy(&msg->from.uri.user, phone, NAME_SIZE) || phones_contact(phone) == NULL) phone[0] = '\0';
}

static void begin(const struct sip_msg *msg, const char *phone) {
    call *c = mem_zalloc(sizeof *c, destroy_call);
    int error = c == NULL ? ENOMEM : 0;
    if (error) {
        sip_treply(NULL, sip, msg, 500, "Server Error");
        return;
    }
    c->id = ++last_id; /* a Call-ID is the caller's to choose, and one call may be here twice */
    c->offer = body_of(msg);
    snprintf(c->phone[1], NAME_SIZE, "%s", phone);
    caller_phone(msg, c->phone[0]);
    error = sipsess_accept(&c->from, sessions, msg, 181, "Call Is Being Forwarded", "host", "application/sdp", NULL, NULL, NULL, false,
                           from_offers, take_nothing, on_from_established, NULL, NULL, on_from_close, c, NULL);
    if (!error) error = connect_to(c, msg);
    if (error) {
        destroyed_before(c, msg);
        return;
    }
    list_append(&calls, &c->le, c);
    tmr_start(&c->ringing, RINGING_MOST_MS, on_rung_out, c);
    say("call %016llx to %s", (unsigned long long)c->id, phone);
    tell_both(c);
}

static void on_invite(const struct sip_msg *msg, void *user) {
    char wanted[NAME_SIZE], phone[NAME_SIZE], caller[NAME_SIZE];
    const char *why = "Bad Request";
    uint16_t code;
    (void)user;
    caller_phone(msg, caller);
    if (caller[0] != '\0' && !auth_check(sip, msg, caller)) return;
    code = pl_strcpy(&msg->uri.user, wanted, sizeof wanted) ? 400 : pick(wanted, phone, &why);
    if (code == 0 && mbuf_get_left(msg->mb) == 0) { /* who wants our media first would have to wait for two answers */
        code = 488;
        why = "Offer Wanted";
    }
    if (code == 0 && is_full(phone)) {
        code = 486;
        why = "Busy Here";
    }
    if (code != 0) {
        say("call to %s: %u %s", code == 400 ? "?" : wanted, code, why);
        sip_treply(NULL, sip, msg, code, why);
        return;
    }
    begin(msg, phone);
}

int calls_open(struct sip *given) {
    sip = given;
    list_init(&calls);
    list_init(&untolds);
    return sipsess_listen(&sessions, sip, 64, on_invite, NULL);
}

void calls_close(void) {
    while (list_head(&calls) != NULL) finish(list_head(&calls)->data, 503, "Service Unavailable");
    list_flush(&untolds);
    if (sessions != NULL) sipsess_close_all(sessions);
    sessions = mem_deref(sessions);
}
