/* pins.c: is this the user's PIN? Asked by an LDAP bind, without making anybody wait: connecting, asking and the answer each
 * return to the event loop. One connection a question, at most MOST at once; what takes longer than WAIT_MS, or finds no
 * server, is "cannot be asked", which the library counts against nobody (SIGN-8). */
#include "host.h"

#include <ldap.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MS 5000
#define LOOK_MS 10
#define AGAIN_MS 500 /* what the directory said and the store did not take is said again */
#define MOST 64
#define DN_SIZE 1024

typedef struct question {
    struct le le;
    struct tmr look;
    LDAP *ldap;
    int message; /* 0: not asked yet, the connection is not up */
    uint64_t until;
    uint64_t request;
    uint32_t state; /* what the directory said */
    char device[NAME_SIZE];
    char dn[DN_SIZE];
    uint8_t pin[HSVC_LIMIT_PIN_LEN + 1]; /* until it is sent */
    size_t pin_len;
} question;

static const options *given;
static struct list questions;

/* ---- wiping, escaping ---- */

static void wipe(question *q) {
    explicit_bzero(q->pin, sizeof q->pin);
    q->pin_len = 0;
}

/* Each byte of a user's name as two hexadecimal digits: then no name can be more of a DN than one value (RFC 4514). */
static bool dn_of(const char *user, char *dn, size_t size) {
    char value[3 * NAME_SIZE] = "", *at = value;
    const char *place = strstr(given->ldap_dn, "%s");
    for (; *user; user++) at += snprintf(at, 4, "\\%02x", (unsigned char)*user);
    return snprintf(dn, size, "%.*s%s%s", (int)(place - given->ldap_dn), given->ldap_dn, value, place + 2) < (int)size;
}

/* ---- the answer ---- */

static void destroy(void *user) {
    question *q = user;
    tmr_cancel(&q->look);
    list_unlink(&q->le);
    if (q->ldap != NULL) ldap_unbind_ext(q->ldap, NULL, NULL);
    wipe(q);
}

static void hand_in(void *user) {
    question *q = user;
    hsvc_input in;
    hsvc_input_verify_result(&in, q->device, q->request, q->state);
    if (service_take(&in, NULL) == HSVC_OK || tmr_jiffies() >= q->until) mem_deref(q);
    else tmr_start(&q->look, AGAIN_MS, hand_in, q);
}

static void answer(question *q, uint32_t state) {
    say("%s: the directory says %s", q->device, hsvc_name(HSVC_REGISTRY_VERIFY, (int32_t)state));
    wipe(q);
    q->state = state;
    hand_in(q);
}

/* policy_says: why the bind was refused, where the directory has a password policy and tells. */
static uint32_t policy_says(LDAP *ldap, LDAPControl **controls, uint32_t otherwise) {
    LDAPControl *control = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
    LDAPPasswordPolicyError error = PP_noError;
    ber_int_t expire, grace;
    if (control == NULL || ldap_parse_passwordpolicy_control(ldap, control, &expire, &grace, &error) != LDAP_SUCCESS) return otherwise;
    switch (error) {
        case PP_accountLocked: return HSVC_VERIFY_LOCKED;
        case PP_passwordExpired: return HSVC_VERIFY_EXPIRED;
        case PP_changeAfterReset: return HSVC_VERIFY_MUST_CHANGE;
        default: return otherwise;
    }
}

static uint32_t meaning(LDAP *ldap, LDAPMessage *message) {
    LDAPControl **controls = NULL;
    int code = LDAP_OTHER;
    uint32_t state;
    if (ldap_parse_result(ldap, message, &code, NULL, NULL, NULL, &controls, 0) != LDAP_SUCCESS) return HSVC_VERIFY_UNAVAILABLE;
    switch (code) {
        case LDAP_SUCCESS: state = policy_says(ldap, controls, HSVC_VERIFY_OK); break;
        case LDAP_INVALID_CREDENTIALS: state = policy_says(ldap, controls, HSVC_VERIFY_WRONG); break;
        case LDAP_NO_SUCH_OBJECT:
        case LDAP_INVALID_DN_SYNTAX: state = HSVC_VERIFY_USER_UNKNOWN; break;
        case LDAP_INAPPROPRIATE_AUTH: state = HSVC_VERIFY_NO_CREDENTIAL; break;
        default: state = HSVC_VERIFY_UNAVAILABLE; break;
    }
    ldap_controls_free(controls);
    return state;
}

/* ---- asking ---- */

static int ask(question *q) {
    struct berval credential = {.bv_val = (char *)q->pin, .bv_len = q->pin_len};
    LDAPControl *policy = NULL, *controls[2] = {NULL, NULL};
    int code;
    if (ldap_create_passwordpolicy_control(q->ldap, &policy) == LDAP_SUCCESS) controls[0] = policy;
    code = ldap_sasl_bind(q->ldap, q->dn, LDAP_SASL_SIMPLE, &credential, controls, NULL, &q->message);
    ldap_control_free(policy);
    if (code == LDAP_X_CONNECTING) q->message = 0;
    else wipe(q);
    return code == LDAP_X_CONNECTING ? LDAP_SUCCESS : code;
}

/* look: has the connection come up, is the answer there? libldap cannot call back, and hands out no descriptor before it is
 * connected, so it is asked a hundred times a second, while somebody waits at a phone. */
static void look(void *user) {
    question *q = user;
    struct timeval none = {0, 0};
    LDAPMessage *message = NULL;
    uint32_t state = HSVC_VERIFY_UNAVAILABLE;
    int came = 0;
    if (q->message == 0) came = ask(q) == LDAP_SUCCESS ? 0 : -1;
    if (came == 0 && q->message != 0) came = ldap_result(q->ldap, q->message, LDAP_MSG_ALL, &none, &message);
    if (came == 0 && tmr_jiffies() < q->until) {
        tmr_start(&q->look, LOOK_MS, look, q);
        return;
    }
    if (came > 0) state = meaning(q->ldap, message);
    if (message != NULL) ldap_msgfree(message);
    answer(q, state);
}

static question *new_question(const hsvc_effect *e) {
    question *q = mem_zalloc(sizeof *q, destroy);
    if (q == NULL) return NULL;
    list_append(&questions, &q->le, q);
    snprintf(q->device, sizeof q->device, "%s", e->device);
    q->request = e->request;
    q->pin_len = e->pin_len;
    memcpy(q->pin, e->pin, e->pin_len);
    q->until = tmr_jiffies() + WAIT_MS;
    return q;
}

static bool connect_to(question *q) {
    const int version = LDAP_VERSION3;
    const struct timeval wait = {WAIT_MS / 1000, 0};
    return ldap_initialize(&q->ldap, given->ldap) == LDAP_SUCCESS &&
           ldap_set_option(q->ldap, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS &&
           ldap_set_option(q->ldap, LDAP_OPT_NETWORK_TIMEOUT, &wait) == LDAP_OPT_SUCCESS &&
           ldap_set_option(q->ldap, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON) == LDAP_OPT_SUCCESS;
}

/* An empty PIN is wrong and is not sent: to a directory, a bind without a password is one without a claim, and succeeds. */
void pins_check(const hsvc_effect *e) {
    question *q = new_question(e);
    if (q == NULL) return; /* lapses after verify_timeout */
    if (e->pin_len == 0) answer(q, HSVC_VERIFY_WRONG);
    else if (given->ldap == NULL || list_count(&questions) > MOST) answer(q, HSVC_VERIFY_UNAVAILABLE);
    else if (!dn_of(e->user, q->dn, sizeof q->dn)) answer(q, HSVC_VERIFY_USER_UNKNOWN);
    else if (!connect_to(q)) answer(q, HSVC_VERIFY_UNAVAILABLE);
    else look(q);
}

void pins_open(const options *options) {
    given = options;
    list_init(&questions);
}

void pins_close(void) { list_flush(&questions); }
