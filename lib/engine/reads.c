/* reads.c: the records an input will probably use, by rounds, so that a call reads in few trips. Only hints: a wrong or
 * missing hint costs a trip, never a wrong decision (txn.h). The hints themselves are reads.def. */
#include "engine/engine.h"

enum {
    ROLE_device = 0,
    ROLE_headset,
    ROLE_alias,
    ROLE_user,
    ROLE_related,
    ROLE_skip,
    ROLE_session_user,
    ROLE_owner,
    ROLE_prompt_headset,
    ROLE_prompt_owner,
    ROLE_places,
    ROLE_site,
    ROLE_logins,
    ROLES
};
#define R(role) (1u << ROLE_##role)

static const struct {
    uint16_t rounds[3];
} hints[HSVC__KINDS] = {
#define READS(kind, first, second, third) [HSVC__KIND(HSVC_INPUT_##kind)] = {{first, second, third}},
#include "engine/reads.def"
#undef READS
};

static void want(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    if (name.n != 0) hsvc__txn_want(txn, family, name);
}

static const void *peek(struct hsvc__txn *txn, uint32_t family, hsvc__str name) {
    return name.n == 0 ? NULL : hsvc__txn_peek(txn, family, name);
}

/* What the input names, as far as it has been read. */
struct known {
    const hsvc_input *in;
    const struct hsvc__device *dev;
    hsvc__str serial; /* the input's, or that of the handle it names */
    hsvc__str alias_of; /* if that is an alias */
    const struct hsvc__headset *headset;
    hsvc__str owner;
};

/* A screen that no headset brought is about whoever typed there (MAN-1). */
static int is_by_hand(const struct hsvc__device *dev) { return dev->prompt_id != 0 && dev->prompt_serial.n == 0; }

static struct known known_of(struct hsvc__txn *txn, const hsvc_input *in) {
    struct known k;
    k.in = in;
    k.dev = (const struct hsvc__device *)peek(txn, HSVC__FAMILY_DEVICE, hsvc__str_of(in->device, in->device_len));
    k.serial = hsvc__str_of(in->serial, in->serial_len);
    if (k.dev != NULL && k.serial.n == 0) k.serial = hsvc__handles_serial((struct hsvc__device *)(uintptr_t)k.dev, in->handle);
    k.headset = (const struct hsvc__headset *)peek(txn, HSVC__FAMILY_HEADSET, k.serial);
    k.alias_of = k.headset == NULL ? hsvc__str_of(NULL, 0) : k.headset->alias_of;
    if (k.alias_of.n != 0) {
        k.serial = k.alias_of;
        k.headset = (const struct hsvc__headset *)peek(txn, HSVC__FAMILY_HEADSET, k.serial);
    }
    k.owner = k.headset == NULL ? hsvc__str_of(NULL, 0) : k.headset->owner;
    if (k.owner.n == 0 && k.dev != NULL) k.owner = k.dev->prompt_user;
    if (k.dev != NULL && is_by_hand(k.dev) && (in->kind == HSVC_INPUT_VERIFY_RESULT || in->kind == HSVC_INPUT_CHOOSE_PROFILE))
        k.owner = k.dev->verify_user;
    if (in->kind == HSVC_INPUT_SIGN_IN_USER) k.owner = hsvc__str_of(in->user, in->user_len);
    return k;
}

/* Where somebody is signed in matters once the PIN is right; a trip made before that could be measured (SIGN-6). */
static void want_logins(struct hsvc__txn *txn, const struct known *k) {
    const struct hsvc__user *user = (const struct hsvc__user *)peek(txn, HSVC__FAMILY_USER, k->owner);
    if (k->in->kind == HSVC_INPUT_VERIFY_RESULT && k->in->state != HSVC_VERIFY_OK) return;
    for (uint32_t i = 0; user != NULL && i < user->login_count; i++) want(txn, HSVC__FAMILY_DEVICE, user->logins[i].device);
}

static void want_places(struct hsvc__txn *txn, const struct known *k) {
    for (uint32_t i = 0; k->headset != NULL && i < hsvc__place_count(k->headset); i++)
        want(txn, HSVC__FAMILY_DEVICE, hsvc__place(k->headset, i));
}

static void want_skip(struct hsvc__txn *txn, const struct known *k) {
    struct hsvc__key key;
    if (k->headset != NULL && k->headset->owner.n != 0) return;
    if (k->serial.n == 0 || k->dev == NULL) return;
    hsvc__key_skip(&key, k->serial, k->dev->number);
    hsvc__txn_want(txn, HSVC__FAMILY_SKIP, hsvc__key_name(&key));
}

/* A session ends, or its window opens, when its device has settled; before, reports are only kept. */
static void want_session_user(struct hsvc__txn *txn, const struct known *k) {
    if (k->dev != NULL && k->dev->profile_state == HSVC__profile_WORN) want(txn, HSVC__FAMILY_USER, k->dev->user);
}

/* Nobody asks about the owner when it is the session's user who comes back. */
static void want_owner(struct hsvc__txn *txn, const struct known *k) {
    if (k->dev == NULL || !hsvc__fold_eq(k->dev->user, k->owner)) want(txn, HSVC__FAMILY_USER, k->owner);
}

static void want_role(struct hsvc__txn *txn, const struct known *k, uint32_t role) {
    const hsvc_input *in = k->in;
    hsvc__str none = hsvc__str_of(NULL, 0);
    switch (role) {
        case ROLE_device: want(txn, HSVC__FAMILY_DEVICE, hsvc__str_of(in->device, in->device_len)); break;
        case ROLE_headset: want(txn, HSVC__FAMILY_HEADSET, hsvc__str_of(in->serial, in->serial_len)); break;
        case ROLE_alias: want(txn, HSVC__FAMILY_HEADSET, hsvc__str_of(in->alias, in->alias_len)); break;
        case ROLE_user: want(txn, HSVC__FAMILY_USER, hsvc__str_of(in->user, in->user_len)); break;
        case ROLE_related: want(txn, HSVC__FAMILY_USER, hsvc__str_of(in->related_user, in->related_user_len)); break;
        case ROLE_skip: want_skip(txn, k); break;
        case ROLE_session_user: want_session_user(txn, k); break;
        case ROLE_owner: want_owner(txn, k); break;
        case ROLE_prompt_headset: want(txn, HSVC__FAMILY_HEADSET, k->dev == NULL ? none : k->dev->prompt_serial); break;
        case ROLE_prompt_owner: want(txn, HSVC__FAMILY_USER, k->owner); break;
        case ROLE_places: want_places(txn, k); break;
        case ROLE_site: break; /* the global policy knows whether there is any: read when it says so */
        default: want_logins(txn, k); break;
    }
}

void hsvc__want(struct hsvc__txn *txn, const hsvc_input *in, int round) {
    uint32_t roles = hints[hsvc__kind(in->kind)].rounds[round];
    struct known k;
    if (roles == 0) return;
    memset(&k, 0, sizeof k);
    k.in = in;
    if (round != 0) k = known_of(txn, in); /* the first round is for what the input itself names */
    want(txn, HSVC__FAMILY_HEADSET, k.alias_of);
    for (uint32_t role = 0; roles != 0; role++, roles >>= 1)
        if (roles & 1u) want_role(txn, &k, role);
}
