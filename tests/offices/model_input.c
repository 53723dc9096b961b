/* model_input.c: what the engine is told, told to the model: names become numbers, lists become bits. */
#include <string.h>

#include "office.h"

/* model_time: when it happened (TIME-2): not later than now, not before backdate_max, not before the session's start. */
int64_t model_time(const struct model *m, const hsvc_input *in) {
    const struct m_phone *p = &m->phones[number_of_name(in->device, in->device_len)];
    int64_t oldest = m->now - m_policy(m, HSVC_PARAM_BACKDATE_MAX, 0, 0);
    if (in->at_ms == 0 || in->at_ms > m->now) return m->now;
    if (p->user != 0 && p->signed_in_at > oldest) oldest = p->signed_in_at;
    return in->at_ms < oldest ? oldest : in->at_ms;
}

static uint32_t headsets_of(const hsvc_input *in) {
    uint32_t bits = 0;
    for (size_t i = 0; i < in->item_count; i++)
        if (in->items[i].kind == HSVC_ITEM_HEADSET) bits |= 1u << number_of_name(in->items[i].text, in->items[i].text_len);
    return bits;
}

/* aliases_of: those of a list that are named by their other serial. */
static uint32_t aliases_of(const hsvc_input *in) {
    uint32_t bits = 0;
    for (size_t i = 0; i < in->item_count; i++)
        if (in->items[i].kind == HSVC_ITEM_HEADSET && in->items[i].text[0] == 'A') bits |= 1u << number_of_name(in->items[i].text, in->items[i].text_len);
    return bits;
}

static void calls_of(const hsvc_input *in, struct m_call *calls) {
    uint32_t count = 0;
    memset(calls, 0, M_CALLS * sizeof *calls);
    for (size_t i = 0; i < in->item_count && count < M_CALLS; i++) {
        if (in->items[i].kind != HSVC_ITEM_CALL) continue;
        calls[count].id = (uint32_t)in->items[i].number;
        calls[count++].emergency = (in->items[i].flags & HSVC_FLAG_EMERGENCY) != 0;
    }
}

/* unfit: SPEC 4: models that are supported; over the remote-access edge firmware from 14.1(1) on. */
static uint16_t unfit(const hsvc_input *in) {
    if (in->model_len < 4 || memcmp(in->model, "CP-8", 4) != 0) return HSVC_REASON_MODEL_UNSUPPORTED;
    return in->flags & HSVC_FLAG_REMOTE_ACCESS && memcmp(in->firmware, "12", 2) == 0 ? HSVC_REASON_FIRMWARE_TOO_OLD : 0;
}

static struct m_answer put_phone(struct model *m, const hsvc_input *in, uint32_t phone) {
    struct m_record record = {(uint8_t)phone, 0, 0, 0, (uint8_t)in->state, (uint8_t)number_of_name(in->related_user, in->related_user_len),
                              (in->flags & HSVC_FLAG_EM_ENABLED) != 0, unfit(in)};
    m->phones[phone].site = (uint8_t)number_of_name(in->site, in->site_len);
    return m_phone_put(m, &record);
}

/* people_and_phones: who comes, goes and is renamed. A new name that stands for somebody else is taken. */
static struct m_answer people_and_phones(struct model *m, const hsvc_input *in, uint32_t phone, uint32_t user) {
    uint32_t other = number_of_name(in->name, in->name_len);
    switch (in->kind) {
        case HSVC_INPUT_DEVICE_REMOVE: return m_phone_remove(m, phone);
        case HSVC_INPUT_DEVICE_RENAME: return m_rename(m, m->phones[phone].exists, other != phone, HSVC_REASON_DEVICE_UNKNOWN);
        case HSVC_INPUT_USER_RENAME: return m_rename(m, m->users[user].exists, other != user, HSVC_REASON_USER_UNKNOWN);
        default: return m_user_remove(m, user, in->kind == HSVC_INPUT_USER_ERASE);
    }
}

/* reported: a headset comes or goes, by the interface whose serial it says. */
static struct m_answer reported(struct model *m, const hsvc_input *in, uint32_t phone, uint32_t headset) {
    struct m_answer a;
    m->by = in->serial_len > 0 && in->serial[0] == 'A' ? M_BY_ALIAS : M_BY_SERIAL;
    m->says = in->flags & HSVC_FLAG_UPDATING ? M_SAYS_UPDATING : M_SAYS_STEADY;
    if (in->kind == HSVC_INPUT_HEADSET_CONNECTED) a = m_connect(m, phone, headset, model_time(m, in));
    else a = m_disconnect(m, phone, headset, model_time(m, in));
    m->says = 0;
    m->by = M_BY_ANY;
    return a;
}

static struct m_answer from_desk(struct model *m, const hsvc_input *in, uint32_t phone, uint32_t headset) {
    struct m_call calls[M_CALLS];
    m->aliases = aliases_of(in);
    switch (in->kind) {
        case HSVC_INPUT_DEVICE_PUT: return put_phone(m, in, phone);
        case HSVC_INPUT_DEVICE_REMOVE:
        case HSVC_INPUT_DEVICE_RENAME: return people_and_phones(m, in, phone, 0);
        case HSVC_INPUT_DEVICE_UNREGISTERED: return m_unregistered(m, phone);
        case HSVC_INPUT_WIPE_DONE: return m_wiped(m, phone, in->generation);
        case HSVC_INPUT_PROFILE_APPLIED: return m_applied(m, phone, in->generation);
        case HSVC_INPUT_PROFILE_FAILED: return m_failed(m, phone, in->generation);
        case HSVC_INPUT_USER_ACTIVITY: return m_activity(m, phone);
        case HSVC_INPUT_HEADSET_CONNECTED:
        case HSVC_INPUT_HEADSET_DISCONNECTED: return reported(m, in, phone, headset);
        case HSVC_INPUT_PRESENCE_SNAPSHOT: return m_snapshot(m, phone, headsets_of(in), model_time(m, in));
        case HSVC_INPUT_PRESENCE_ANSWER: return m_presence(m, phone, headset, in->state == HSVC_PRESENCE_THERE);
        case HSVC_INPUT_HEADSET_ALIAS: return m_alias(m, headset);
        case HSVC_INPUT_HEADSET_DELETE: return m_forget_alias(m, headset);
        case HSVC_INPUT_UPDATE_BEGIN: return m_update_begins(m, headset);
        case HSVC_INPUT_UPDATE_END: return m_update_ends(m, headset);
        case HSVC_INPUT_CALL_BEGUN: return m_call_begun(m, phone, (uint32_t)in->call_id, in->flags & HSVC_FLAG_EMERGENCY);
        case HSVC_INPUT_CALL_ENDED: return m_call_ended(m, phone, (uint32_t)in->call_id);
        default: break;
    }
    calls_of(in, calls);
    if (in->kind == HSVC_INPUT_DEVICE_REGISTERED) return m_registered(m, phone, in->generation, headsets_of(in), calls);
    return m_call_list(m, phone, calls);
}

static struct m_answer forced(struct model *m, const hsvc_input *in, uint32_t phone, uint32_t user) {
    uint32_t now = in->flags & HSVC_FLAG_NOW;
    if (phone != 0) return m_force(m, phone, now);
    if (user != 0) return m_force_many(m, HSVC_SCOPE_USER, user, now);
    if (in->site_len != 0) return m_force_many(m, HSVC_SCOPE_SITE, number_of_name(in->site, in->site_len), now);
    return m_force_many(m, HSVC_SCOPE_GLOBAL, 0, now);
}

static struct m_answer from_administrator(struct model *m, const hsvc_input *in, uint32_t phone, uint32_t user, uint32_t headset) {
    uint32_t subject = in->state == HSVC_SCOPE_SITE ? number_of_name(in->site, in->site_len) : in->state == HSVC_SCOPE_USER ? user : phone;
    switch (in->kind) {
        case HSVC_INPUT_ASSOCIATE: return m_associate(m, user, headset);
        case HSVC_INPUT_DISASSOCIATE: return in->serial_len ? m_disassociate(m, headset) : m_free_all(m, user);
        case HSVC_INPUT_ASSOCIATE_DEVICE_OWNER: return m_to_owner(m, headset);
        case HSVC_INPUT_MOVE: return m_move(m, headset, number_of_name(in->name, in->name_len), user);
        case HSVC_INPUT_FORCE_SIGN_OUT: return forced(m, in, phone, user);
        case HSVC_INPUT_USER_PUT: return m_user_put(m, user, (uint32_t)in->item_count, (in->flags & HSVC_FLAG_DISABLED) == 0);
        case HSVC_INPUT_USER_REMOVE:
        case HSVC_INPUT_USER_ERASE:
        case HSVC_INPUT_USER_RENAME: return people_and_phones(m, in, phone, user);
        case HSVC_INPUT_USER_UNLOCK: return m_unlock(m, user, phone);
        case HSVC_INPUT_POLICY_SET: return m_set(m, in->param, in->state, subject, in->value);
        case HSVC_INPUT_POLICY_UNSET: return m_set(m, in->param, in->state, subject, M_UNSET);
        case HSVC_INPUT_SIGN_IN_USER: return m_host(m, phone, user, number_of_name(in->profile, in->profile_len), in->flags & HSVC_FLAG_TAKE_OVER);
        default: return m_open();
    }
}

struct m_answer model_input(struct model *m, const hsvc_input *in, uint32_t stale) {
    uint32_t phone = number_of_name(in->device, in->device_len), user = number_of_name(in->user, in->user_len);
    uint32_t headset = number_of_name(in->serial, in->serial_len);
    if (in->kind == HSVC_INPUT_VERIFY_RESULT) return m_checked(m, phone, user, in->state, stale ? 2 : !m->phones[phone].checking);
    if (in->kind <= HSVC_INPUT_CALL_ANSWER) return from_desk(m, in, phone, headset);
    if (in->kind > HSVC_INPUT_EFFECT_ACK) return from_administrator(m, in, phone, user, headset);
    if (stale) return m_no(HSVC_REASON_PROMPT_STALE);
    if (in->kind == HSVC_INPUT_SUBMIT)
        return m_submit(m, phone, user, in->profile_len ? number_of_name(in->profile, in->profile_len) : 0, in->user_len == 0 || in->pin_len == 0);
    if (in->kind == HSVC_INPUT_CHOOSE_PROFILE) return m_choose(m, phone, number_of_name(in->profile, in->profile_len));
    if (in->kind >= HSVC_INPUT_MENU_ASSOCIATE) return m_menu(m, phone, in->kind, headset);
    return m_press(m, phone, in->kind);
}
