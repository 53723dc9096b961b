/* phones.c: the registrar: which phone can be reached where. Known phones alone may register: the store knows them.
 * Where they are is not kept over a restart; phones register again before their time is over, and a phone that has not yet
 * is not rung. */
#include "host.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EXPIRES_LEAST 1
#define AGAIN_MS 500 /* a phone that went, and the store did not take it */

typedef struct phone {
    struct le le;
    struct tmr expiry;
    char name[NAME_SIZE];
    char contact[256]; /* empty: it was here, and may come again */
} phone;

static struct list phones;
static struct sip_lsnr *listener;
static struct sip *sip;
static uint32_t expires_most;

static phone *find(const char *name) {
    for (struct le *le = list_head(&phones); le; le = le->next)
        if (str_casecmp(((phone *)le->data)->name, name) == 0) return le->data;
    return NULL;
}

const char *phones_contact(const char *name) {
    phone *p = find(name);
    return p == NULL || p->contact[0] == '\0' ? NULL : p->contact;
}

/* ---- what the engine hears of it ---- */

/* The host knows a phone's calls, and only the watcher its headsets. */
static int32_t registered(const char *name) {
    hsvc_device_view view;
    hsvc_item calls[HSVC_LIMIT_CALLS_PER_DEVICE];
    hsvc_input in;
    int32_t status = service_device(name, &view);
    if (status != HSVC_OK) return status;
    hsvc_input_device_registered(&in, name, view.generation_desired, 0); /* see do_effect: it wears whatever is wanted */
    hsvc_input_set_items(&in, calls, calls_at(name, calls, HSVC_LIMIT_CALLS_PER_DEVICE));
    in.flags = HSVC_FLAG_HAS_CALLS;
    return service_take(&in, NULL);
}

static void remove_phone(void *user) {
    phone *p = user;
    hsvc_input in;
    p->contact[0] = '\0';
    hsvc_input_device_unregistered(&in, p->name);
    if (service_take(&in, NULL) == HSVC_OK) mem_deref(p);
    else tmr_start(&p->expiry, AGAIN_MS, remove_phone, p);
}

/* ---- REGISTER ---- */

static void destroy_phone(void *user) {
    phone *p = user;
    tmr_cancel(&p->expiry);
    list_unlink(&p->le);
}

static phone *new_phone(const char *name) {
    phone *p = mem_zalloc(sizeof *p, destroy_phone);
    if (p == NULL) return NULL;
    snprintf(p->name, sizeof p->name, "%s", name);
    list_append(&phones, &p->le, p);
    return p;
}

void phones_expect(const char *name) {
    phone *p = find(name) == NULL ? new_phone(name) : NULL;
    if (p != NULL) tmr_start(&p->expiry, (uint64_t)expires_most * 1000, remove_phone, p);
}

static uint32_t lifetime(const struct sip_msg *msg, const struct sip_addr *contact) {
    struct pl given;
    uint32_t seconds = pl_isset(&msg->expires) ? pl_u32(&msg->expires) : expires_most;
    if (msg_param_decode(&contact->params, "expires", &given) == 0) seconds = pl_u32(&given);
    return seconds < expires_most ? seconds : expires_most;
}

bool phones_is_plain(const char *uri) {
    for (; *uri; uri++)
        if (iscntrl((unsigned char)*uri) || strchr(" <>\"", *uri) != NULL) return false;
    return true;
}

/* A phone that is here already only says that it still is; one that comes is an input, and is not here until that is kept. */
static int bind_phone(const char *name, const struct sip_addr *contact, uint32_t seconds) {
    char uri[sizeof ((phone *)0)->contact];
    phone *p = find(name);
    if (pl_strcpy(&contact->auri, uri, sizeof uri) || uri[0] == '\0' || !phones_is_plain(uri)) return EINVAL;
    if (p == NULL || p->contact[0] == '\0') {
        int32_t status = registered(name);
        if (status != HSVC_OK) return status == HSVC_ERR_NOT_FOUND ? ENOENT : EAGAIN;
        if (p == NULL && (p = new_phone(name)) == NULL) return ENOMEM;
    }
    if (strcmp(p->contact, uri) != 0) say("%s is at %s", name, uri); /* also one that is suddenly elsewhere */
    snprintf(p->contact, sizeof p->contact, "%s", uri);
    tmr_start(&p->expiry, (uint64_t)seconds * 1000, remove_phone, p);
    return 0;
}

static void reply(const struct sip_msg *msg, int error, const phone *p) {
    if (error == ENOENT) sip_reply(sip, msg, 404, "No Such Phone");
    else if (error == EAGAIN) sip_replyf(sip, msg, 503, "Service Unavailable", "Retry-After: 1\r\nContent-Length: 0\r\n\r\n");
    else if (error) sip_reply(sip, msg, 400, "Bad Request");
    else if (p == NULL || p->contact[0] == '\0') sip_reply(sip, msg, 200, "OK");
    else sip_replyf(sip, msg, 200, "OK", "Contact: <%s>;expires=%u\r\nContent-Length: 0\r\n\r\n", p->contact,
                    (uint32_t)((tmr_get_expire(&p->expiry) + 999) / 1000));
}

static void on_register(const struct sip_msg *msg) {
    const struct sip_hdr *header = sip_msg_hdr(msg, SIP_HDR_CONTACT);
    struct sip_addr contact;
    char name[NAME_SIZE];
    uint32_t seconds = 0;
    int error = pl_strcpy(&msg->to.uri.user, name, sizeof name) || !pl_isset(&msg->to.uri.user) ? EINVAL : 0;
    bool all = header != NULL && pl_strcmp(&header->val, "*") == 0;
    if (!error && !auth_check(sip, msg, name)) return;
    if (!error && header != NULL && !all) {
        error = sip_addr_decode(&contact, &header->val) ? EINVAL : 0;
        if (!error) seconds = lifetime(msg, &contact);
    }
    if (!error && seconds >= EXPIRES_LEAST) error = bind_phone(name, &contact, seconds);
    else if (!error && header != NULL && find(name) != NULL) remove_phone(find(name));
    reply(msg, error, error ? NULL : find(name));
}

/* INVITE goes to calls.c; what is left of other requests outside a call gets an answer, so that nobody repeats it. */
static bool on_request(const struct sip_msg *msg, void *user) {
    (void)user;
    if (pl_strcmp(&msg->met, "REGISTER") == 0) on_register(msg);
    else if (pl_strcmp(&msg->met, "OPTIONS") == 0) sip_reply(sip, msg, 200, "OK");
    else return false;
    return true;
}

int phones_open(struct sip *stack, const options *given) {
    sip = stack;
    expires_most = given->expires;
    list_init(&phones);
    return sip_listen(&listener, sip, true, on_request, NULL);
}

/* A host that goes says nothing about its phones: they are where they were when it comes again. */
void phones_close(void) {
    list_flush(&phones);
    listener = mem_deref(listener);
}
