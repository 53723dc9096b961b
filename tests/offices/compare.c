/* compare.c: engine and model side by side. */
#include <string.h>

#include "office.h"

static void differ(struct world *w, enum difference kind, uint32_t phone, int64_t wanted, int64_t seen) {
    if (wanted != seen) world_find(w, kind, phone, wanted, seen);
}

/* Of the headsets at a phone, as bits: which are there, fresh, in doubt, reported gone and not judged. */
struct presence {
    uint32_t here, fresh, doubtful, gone;
};

static struct presence present(const struct m_phone *p) {
    struct presence all = {0, 0, 0, 0};
    for (uint32_t h = 1; h < M_HEADSETS; h++) {
        const struct m_present *one = &p->at[h];
        if (!one->here) continue;
        all.here |= 1u << h;
        all.fresh |= (uint32_t)(one->fresh && !one->gone && !one->awaited && !one->doubtful) << h; /* who is gone or in doubt has no turn now */
        all.doubtful |= (uint32_t)(one->doubtful != 0) << h;
        all.gone |= (uint32_t)(one->gone || one->awaited) << h;
    }
    return all;
}

static struct presence present_seen(struct world *w, uint32_t phone) {
    struct presence all = {0, 0, 0, 0};
    for (size_t i = 0; i < HSVC_LIMIT_PRESENCE_PER_DEVICE; i++) {
        hsvc_present_view v;
        uint32_t h;
        (void)hsvc_present_view_init(&v, sizeof v);
        if (hsvc_device_present_at(w->engines[world_node(w, phone)], i, &v) != HSVC_OK) break;
        h = number_of_name(v.serial, v.serial_len);
        all.here |= 1u << h;
        all.fresh |= (uint32_t)(v.fresh && !v.gone && !v.doubtful) << h;
        all.doubtful |= v.doubtful << h;
        all.gone |= v.gone << h;
    }
    return all;
}

/* near: each refused headset is a millisecond (017), and who was refused before is refused once more or not. Hosts that have slept are told
 * something every two milliseconds, and have no turns of their own in between. */
static uint32_t near(const struct world *w, const struct m_phone *p, int64_t a, int64_t b) {
    int64_t most = 0;
    for (uint32_t h = 1; h < M_HEADSETS; h++) most += p->at[h].here ? 1 + w->shape.clocks : 0;
    return a - b <= most && b - a <= most;
}

static void compare_presence(struct world *w, uint32_t phone) {
    struct presence wanted = present(&w->model.phones[phone]), seen = present_seen(w, phone);
    differ(w, DIFFERENT_HEADSETS, phone, wanted.here, seen.here);
    differ(w, DIFFERENT_FRESH, phone, wanted.fresh, seen.fresh);
    differ(w, DIFFERENT_DOUBT, phone, wanted.doubtful, seen.doubtful);
    differ(w, DIFFERENT_GONE, phone, wanted.gone, seen.gone);
}

/* The phone itself, which knows only what effects told it, shows and wears what its record says (STORE-6). */
static void compare_screen(struct world *w, uint32_t phone, const hsvc_device_view *v) {
    const struct phone *p = &w->phones[phone];
    if (!p->powered) return;
    differ(w, DIFFERENT_SCREEN, phone, v->prompt, p->prompt);
    if (m_ready(&w->model.phones[phone])) differ(w, DIFFERENT_MENU, phone, m_menu_told(&w->model, &w->model.phones[phone]), p->menu);
    if (v->prompt_id != p->prompt_id) world_find(w, DIFFERENT_SCREEN, phone, v->prompt, p->prompt);
    if (v->profile_state != HSVC_PROFILE_RETRYING) differ(w, DIFFERENT_PROFILE, phone, (int64_t)v->generation_desired, (int64_t)p->ordered);
}

static int64_t profile_of(const struct m_phone *p) { return p->profile == 0 ? 0 : p->profile_of * 16 + p->profile; }

static int64_t profile_seen(const char *name, size_t len) {
    return len > 1 && name[0] == 'u' ? (int64_t)number_of_name(name, len - 2) * 16 + (name[len - 1] - '0') : 0;
}

/* compare_phone: who is signed in, what it shows and wears, calls, causes, windows, and what happens next. */
void compare_phone(struct world *w, uint32_t phone) {
    struct m_phone *p = &w->model.phones[phone];
    hsvc_device_view v;
    (void)hsvc_device_view_init(&v, sizeof v);
    if (w->finding.kind != SAME) return;
    if (!p->exists) {
        told_at_rest(w, phone);
        if (hsvc_device_get(w->engines[world_node(w, phone)], phone_id(w, phone), strlen(phone_id(w, phone)), &v) == HSVC_OK) world_find(w, DIFFERENT_EXISTS, phone, 0, 1);
        return;
    }
    if (p->due[MT_OFFER] != M_NEVER) return; /* a millisecond from now */
    if (hsvc_device_get(w->engines[world_node(w, phone)], phone_id(w, phone), strlen(phone_id(w, phone)), &v) != HSVC_OK) {
        if (w->fault == NULL) world_find(w, FAILED, phone, 0, 0);
        return;
    }
    if (v.deadline_at == witness_written(w, phone) + 1) return; /* it is the next headset's turn */
    told_at_rest(w, phone);
    differ(w, DIFFERENT_USER, phone, p->user, number_of_name(v.user, v.user_len));
    differ(w, DIFFERENT_STATE, phone, p->user ? p->session_state : HSVC_SESSION_VACANT, v.session_state);
    differ(w, DIFFERENT_PROMPT, phone, p->prompt, v.prompt);
    if (p->prompt == HSVC_PROMPT_SIGN_IN_PIN || p->prompt == HSVC_PROMPT_COUNTDOWN || p->prompt == HSVC_PROMPT_ASSOCIATED)
        differ(w, DIFFERENT_WHOSE, phone, p->prompt_user, number_of_name(v.prompt_user, v.prompt_user_len));
    if (p->prompt == HSVC_PROMPT_EM_SIGN_IN || p->prompt == HSVC_PROMPT_ASSOCIATE)
        differ(w, DIFFERENT_PREFILL, phone, p->prompt == HSVC_PROMPT_ASSOCIATE ? p->prompt_user : p->prefill, number_of_name(v.prompt_user, v.prompt_user_len));
    differ(w, DIFFERENT_CALLS, phone, m_calls(p), v.call_count);
    differ(w, DIFFERENT_CAUSES, phone, p->causes, v.causes);
    differ(w, DIFFERENT_REGISTERED, phone, p->registered, v.registered);
    differ(w, DIFFERENT_WIPE, phone, p->wipe != 0, v.wipe_pending);
    differ(w, DIFFERENT_PROFILE, phone, profile_of(p), profile_seen(v.profile, v.profile_len));
    differ(w, DIFFERENT_WINDOW, phone, p->due[MT_WINDOW] == M_NEVER ? 0 : p->due[MT_WINDOW], v.window_due_at);
    /* Refused headsets leave the place one after the other, a millisecond each; who was refused before does not (017). */
    if (p->due[MT_PROMPT] != M_NEVER && near(w, p, p->due[MT_PROMPT], v.prompt_due_at)) p->due[MT_PROMPT] = v.prompt_due_at;
    if (p->prompt != 0 && p->prompt != HSVC_PROMPT_SIGN_OUT) differ(w, DIFFERENT_PROMPT_TIME, phone, p->due[MT_PROMPT] == M_NEVER ? 0 : p->due[MT_PROMPT], v.prompt_due_at);
    compare_screen(w, phone, &v);
    for (uint32_t k = 0; k < M_TIMERS; k++) /* what such a prompt led to is as much later */
        if (p->due[k] == m_phone_next(p) && p->due[k] != M_NEVER && near(w, p, p->due[k], v.deadline_at)) p->due[k] = v.deadline_at;
    /* A look at whose turn it is, a millisecond after a refusal, costs nothing, whether or not the place is free then. Hosts that are still
     * being told what happened as they slept may be late with it. */
    if (m_phone_next(p) != witness_written(w, phone) + 1 && v.deadline_at != witness_written(w, phone) + 1) differ(w, DIFFERENT_DEADLINE, phone, m_phone_next(p), v.deadline_at);
    compare_presence(w, phone);
    world_digest(w, v.user, (uint32_t)v.user_len);
}

static uint32_t sessions(const struct world *w, uint32_t user) {
    uint32_t count = 0;
    for (uint32_t i = 1; i < M_PHONES; i++) count += w->model.phones[i].user == user && m_active(&w->model.phones[i]);
    return count;
}

void compare_user(struct world *w, uint32_t user) {
    int64_t now = world_time(w, 0);
    const struct m_lock *lock = &w->model.users[user].lock;
    hsvc_user_view v;
    (void)hsvc_user_view_init(&v, sizeof v);
    if (hsvc_user_get(w->engines[0], user_id(w, user), strlen(user_id(w, user)), &v) != HSVC_OK) {
        if (w->model.users[user].exists && w->fault == NULL) world_find(w, FAILED, 0, 1, 0);
        return;
    }
    if (!w->model.users[user].exists) world_find(w, DIFFERENT_EXISTS, 0, 0, 1);
    differ(w, DIFFERENT_SESSIONS, 0, sessions(w, user), v.session_count);
    differ(w, DIFFERENT_OWNER, 0, m_held(&w->model, user), v.headset_count);
    if (lock->until > now || v.locked_until_at > now) differ(w, DIFFERENT_LOCK, 0, lock->until, v.locked_until_at);
    if (lock->first + m_policy(&w->model, HSVC_PARAM_LOCKOUT_RESET_AFTER, user, 0) > now && v.locked_until_at == 0) /* what counted before a lock stands there until the next */
        differ(w, DIFFERENT_FAILURES, 0, lock->failures, v.failures);
    if (w->finding.kind != SAME && w->finding.user == 0) w->finding.user = user;
}

void compare_all(struct world *w) {
    for (uint32_t i = 1; i <= w->shape.phones; i++) compare_phone(w, i);
    for (uint32_t i = 1; i <= w->shape.users && w->finding.kind == SAME; i++)
        compare_user(w, i);
    for (uint32_t i = 1; i <= w->shape.headsets && w->finding.kind == SAME; i++) {
        hsvc_headset_view v;
        uint32_t owner = 0;
        int32_t status;
        (void)hsvc_headset_view_init(&v, sizeof v);
        status = hsvc_headset_get(w->engines[0], serial_name(i), strlen(serial_name(i)), &v);
        if (status == HSVC_OK) owner = number_of_name(v.owner, v.owner_len);
        else if (status != HSVC_ERR_NOT_FOUND) continue; /* a fault of the store */
        differ(w, DIFFERENT_OWNER, 0, w->model.headsets[i].owner, owner);
        told_owner(w, i);
        if (w->finding.kind != SAME) w->finding.headset = i;
    }
}

static int32_t one_finding(const char *invariant, const char *rule, const uint8_t *key, size_t key_len, void *user) {
    struct world *w = user;
    (void)rule, (void)key, (void)key_len;
    world_digest(w, invariant, (uint32_t)strlen(invariant));
    return HSVC_OK;
}

/* compare_sound: STORE-8 finds nothing. */
void compare_sound(struct world *w) {
    uint64_t findings = 0;
    if (w->finding.kind != SAME) return;
    if (hsvc_verify(w->engines[0], one_finding, w, &findings) != HSVC_OK || findings != 0) world_find(w, UNSOUND, 0, 0, (int64_t)findings);
}
