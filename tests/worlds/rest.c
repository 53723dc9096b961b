/* rest.c: is a state sound by the library's own account, and does time alone lead to rest from it (TIME-7)? */
#include "worlds/rules.h"

enum { TURNS = 400 };

/* ---- hsvc_verify ---- */
/* The store drops the audit's entries (store.c), so that what they say is not checked here. */
struct findings_of {
    const struct place *place;
    struct violation *violation;
};
static int32_t on_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    const struct findings_of *of = user;
    struct violation *v = of->violation;
    (void)key;
    (void)key_len;
    if (strncmp(invariant, "audit_", 6) == 0 || strcmp(invariant, "newest_entry_says_what_is") == 0 || v->rule != NULL) return HSVC_OK;
    if (!is_asked(of->place, invariant)) return HSVC_OK;
    v->rule = hsvc__rule_id(hsvc__str_of(rule, strlen(rule)));
    v->name = invariant;
    (void)snprintf(v->text, sizeof v->text, "%s, says hsvc_verify", invariant);
    return HSVC_OK;
}

int unsound(struct place *p, struct spot *s, struct violation *v) {
    struct findings_of of = {p, v};
    uint64_t findings;
    int32_t status;
    v->rule = NULL;
    v->expect[0] = '\0';
    p->flat.image = &s->image;
    p->now = s->now;
    status = hsvc_verify(p->engine, on_finding, &of, &findings);
    if (status == HSVC_OK) return v->rule != NULL;
    v->rule = "STORE-8";
    v->name = "hsvc_verify";
    (void)snprintf(v->text, sizeof v->text, "%s", hsvc_name(HSVC_REGISTRY_STATUS, status));
    return is_asked(p, v->name);
}

/* ---- rest ---- */
static const char *trouble_at(const struct view *v, int i) {
    const struct seen_device *d = &v->device[i];
    uint32_t profile = d->profile_state, session = d->session_state;
    if (d->prompt != 0) return "at rest there is still a prompt";
    if (d->verifying) return "at rest there is still a PIN check";
    if (d->flapping) return "at rest reports are still held";
    if (profile == HSVC_PROFILE_RESETTING || profile == HSVC_PROFILE_SETTLING || profile == HSVC_PROFILE_RETRYING)
        return "at rest a phone still resets";
    if (session != HSVC_SESSION_VACANT && session != HSVC_SESSION_SIGNED_IN) return "at rest a session still waits";
    /* A phone that is away keeps whom it had, as these worlds have unregistered_max off (OUT-14). */
    if (session == HSVC_SESSION_SIGNED_IN && d->registered && !d->by_hand && !v->policy.deny && !any_of(v, i, d->user))
        return "at rest somebody is signed in by a headset that is not here";
    return NULL;
}

/* unsound_at_rest: by any invariant, also where the search asks for rest alone. */
static int unsound_at_rest(struct place *p, struct spot *s, struct violation *v) {
    const char *only = p->only;
    int wrong;
    p->only = NULL;
    wrong = unsound(p, s, v);
    p->only = only;
    return wrong;
}

static const char *trouble(struct place *p, struct spot *s, struct violation *v) {
    const char *wrong = NULL;
    for (int i = 0; i < DEVICES && wrong == NULL; i++)
        if (s->view.device[i].exists) wrong = trouble_at(&s->view, i);
    if (wrong == NULL && image_has(&s->image, HSVC__FAMILY_JOB)) wrong = "at rest there is still a job";
    if (wrong == NULL && unsound_at_rest(p, s, v)) wrong = v->text;
    return wrong;
}

/* say_rest: all calls end, time passes beyond every limit, and nothing may be left. */
static void say_rest(const struct view *view, char *to, size_t size) {
    size_t n = 0;
    for (int i = 0; i < DEVICES; i++)
        if (view->device[i].calls != 0) n += (size_t)snprintf(to + n, size - n, "%s reports no calls\n", device_names[i]);
    n += (size_t)snprintf(to + n, size - n, "after 192 h\nexpect no deadline\n");
    for (int i = 0; i < DEVICES; i++) {
        const struct seen_device *d = &view->device[i];
        int is_left = d->session_state == HSVC_SESSION_SIGNED_IN && d->serial >= 0 && d->registered && !any_of(view, i, d->user);
        if (d->exists) n += (size_t)snprintf(to + n, size - n, "expect %s shows nothing\n", device_names[i]);
        if (is_left) n += (size_t)snprintf(to + n, size - n, "expect %s is free\n", device_names[i]);
    }
    to[n - 1] = '\0';
}

static int restless_because(struct violation *v, const char *why) {
    char text[sizeof v->text];
    (void)snprintf(text, sizeof text, "%s", why);
    v->rule = "TIME-7";
    v->name = "time_leads_to_rest";
    memcpy(v->text, text, sizeof v->text);
    return 1;
}

/* restless: all calls end, then deadline after deadline fires. Where the way meets a state from which it is known to end, it
 * ends; so each state is walked through once. */
int restless(struct place *p, const struct spot *from, struct seen_set *rested, struct violation *v) {
    static struct spot s;
    static struct hash way[TURNS];
    struct happened h;
    int count = 0, known = 0, is_new;
    const char *wrong = NULL;
    s.now = from->now;
    s.view = from->view;
    image_copy(&s.image, &from->image);
    v->rule = NULL;
    settle_calls(p, &s, &h);
    for (; count < TURNS && h.status == HSVC_OK && h.broken == NULL; count++) {
        way[count] = canon(p, &s);
        known = set_has(rested, way[count]);
        if (known || !fire(p, &s, &h)) break;
    }
    if (h.status != HSVC_OK) return restless_because(v, hsvc_name(HSVC_REGISTRY_STATUS, h.status));
    if (count == TURNS) return restless_because(v, "deadline follows deadline without an end");
    if (!known) wrong = trouble(p, &s, v);
    if (wrong != NULL) say_rest(&from->view, v->expect, sizeof v->expect);
    if (wrong != NULL) return restless_because(v, wrong);
    for (int i = 0; i <= count; i++) (void)set_add(rested, way[i], 0, 0, &is_new);
    return 0;
}
