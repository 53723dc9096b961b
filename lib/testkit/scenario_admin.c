/* scenario_admin.c: what administrators do: users, phones, associations, sign-outs, and the policy. */
#include "scenario_impl.h"

#define DO(name) void hsvc__scn_do_##name(hsvc_scenario *s)

/* Sets the text fields of an input from the places of the line that are filled in. */
static void fill(hsvc_scenario *s, hsvc_input *input) {
    if (s->v[SCN_phone].set) hsvc__scn_set(&input->device, &input->device_len, s->v[SCN_phone].text);
    if (s->v[SCN_headset].set) hsvc__scn_set(&input->serial, &input->serial_len, s->v[SCN_headset].text);
    if (s->v[SCN_user].set) hsvc__scn_set(&input->user, &input->user_len, s->v[SCN_user].text);
    if (s->v[SCN_name].set) hsvc__scn_set(&input->name, &input->name_len, s->v[SCN_name].text);
    if (s->v[SCN_alias].set) hsvc__scn_set(&input->alias, &input->alias_len, s->v[SCN_alias].text);
    if (s->v[SCN_site].set) hsvc__scn_set(&input->site, &input->site_len, s->v[SCN_site].text);
}

static const hsvc_verdict *plain(hsvc_scenario *s, uint32_t kind) {
    hsvc_input input;
    hsvc__scn_input(s, &input, kind);
    fill(s, &input);
    return hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

DO(remove_user) { (void)plain(s, HSVC_INPUT_USER_REMOVE); }
DO(erase_user) { (void)plain(s, HSVC_INPUT_USER_ERASE); }
DO(sign_in_user) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_SIGN_IN_USER);
    fill(s, &input);
    hsvc__scn_set(&input.profile, &input.profile_len, s->v[SCN_profile].text);
    input.flags = s->v[SCN_now].set ? HSVC_FLAG_TAKE_OVER : 0;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}
DO(unlock_both) { (void)plain(s, HSVC_INPUT_USER_UNLOCK); }
DO(unlock_user) { (void)plain(s, HSVC_INPUT_USER_UNLOCK); }
DO(unlock_phone) { (void)plain(s, HSVC_INPUT_USER_UNLOCK); }
/* A phone without a record is told nothing more; what it was told last is over. */
DO(remove_phone) {
    const hsvc_verdict *verdict = plain(s, HSVC_INPUT_DEVICE_REMOVE);
    struct scn_name *phone = s->v[SCN_phone].name;
    if (verdict == NULL || !verdict->accepted || phone == NULL) return;
    phone->registered = 0;
    phone->ordered = 0;
}
DO(delete_headset) { (void)plain(s, HSVC_INPUT_HEADSET_DELETE); }
DO(delete_inventory) { (void)plain(s, HSVC_INPUT_INVENTORY_DELETE); }
DO(alias) { (void)plain(s, HSVC_INPUT_HEADSET_ALIAS); }
DO(associate) { (void)plain(s, HSVC_INPUT_ASSOCIATE); }
DO(associate_owner) { (void)plain(s, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER); }
DO(disassociate) { (void)plain(s, HSVC_INPUT_DISASSOCIATE); }
DO(disassociate_all) { (void)plain(s, HSVC_INPUT_DISASSOCIATE); }
static void for_each(hsvc_scenario *s, uint32_t kind) {
    hsvc_input input;
    hsvc_item items[SCN_ITEMS];
    hsvc__scn_input(s, &input, kind);
    hsvc__scn_add_headsets(&s->v[SCN_headsets], items, &input);
    for (size_t i = 0; i < input.item_count; i++) items[i].number = 0; /* serials, not connections */
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}
DO(associate_owners) { for_each(s, HSVC_INPUT_ASSOCIATE_DEVICE_OWNER); }
DO(delete_inventories) { for_each(s, HSVC_INPUT_INVENTORY_DELETE); }

/* What the call said of the old name, such as a screen that was overdue, is said of the thing that has the new one now. */
static void say_of_new_name(hsvc_scenario *s, struct scn_str was, struct scn_str is) {
    for (size_t i = 0; i < s->seen.effect_count; i++) {
        hsvc_effect *e = &s->seen.effects[i];
        struct scn_str device = {e->device, e->device_len};
        if (hsvc__scn_same(device, was)) hsvc__scn_set(&e->device, &e->device_len, is);
    }
}

static void renamed(hsvc_scenario *s, uint32_t kind, struct scn_name *name) {
    const hsvc_verdict *verdict;
    struct scn_str was;
    s->renamed = kind == HSVC_INPUT_DEVICE_RENAME ? name : NULL;
    s->renamed_to = s->v[SCN_name].text;
    verdict = plain(s, kind);
    s->renamed = NULL;
    if (verdict == NULL || !verdict->accepted || name == NULL || s->dry_run) return;
    was = name->real;
    hsvc__scn_call(s, name, s->v[SCN_name].text);
    if (kind == HSVC_INPUT_DEVICE_RENAME) say_of_new_name(s, was, name->real);
}
DO(rename_user) { renamed(s, HSVC_INPUT_USER_RENAME, s->v[SCN_user].name); }
DO(rename_phone) { renamed(s, HSVC_INPUT_DEVICE_RENAME, s->v[SCN_phone].name); }

DO(move) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_MOVE);
    hsvc__scn_set(&input.serial, &input.serial_len, s->v[SCN_headset].text);
    hsvc__scn_set(&input.user, &input.user_len, s->v[SCN_user].text);
    hsvc__scn_set(&input.name, &input.name_len, s->v[SCN_other].text);
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

DO(prune) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_AUDIT_PRUNE);
    input.value = s->v[SCN_then].number;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

static void force(hsvc_scenario *s) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_FORCE_SIGN_OUT);
    fill(s, &input);
    input.flags = s->v[SCN_now].set ? HSVC_FLAG_NOW : 0;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}
DO(force_user) { force(s); }
DO(force_phone) { force(s); }
DO(force_site) { force(s); }
DO(force_all) { force(s); }

/* ---- policy ---- */

/* The registry says whether a parameter is a duration, a number, a choice or a list of patterns. */
enum { NUMBER = 1, LIMIT, CHOICE, TEXT };
static const struct {
    int64_t number;
    uint32_t type;
    const char *unit;
} params[] = {
#define G 0
#define S 0
#define D 0
#define U 0
#define PARAM(name, number, type, least, most, guide, cucm_en, scopes, resolution, unit, rule) {number, type, unit},
#include "../rules/parameters.def"
#undef PARAM
#undef G
#undef S
#undef D
#undef U
};

static size_t param_index(int64_t number) {
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (params[i].number == number) return i;
    return 0;
}

static int bad_value(hsvc_scenario *s, const char *why) {
    hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, s->v[SCN_value].token->column, NULL, "%.*s %s",
                     SCN_STR(s->v[SCN_param].text), why);
    return 0;
}

static int choice_value(hsvc_scenario *s, int64_t *value) {
    const struct scn_value *v = &s->v[SCN_value];
    struct scn_text text = {s->words, sizeof s->words, 0};
    uint32_t param = (uint32_t)s->v[SCN_param].number;
    int64_t number = 0;
    if (hsvc_choice_code(param, v->text.p, v->text.n, value) == HSVC_OK) return 1;
    if (hsvc__scn_number(v->text, value)) return 1; /* so that a script can try a number outside the list */
    hsvc__scn_put(&text, "is one of");
    for (; number < 16; number++) {
        const char *name = hsvc_choice_name(param, number);
        if (name[0] != '\0') hsvc__scn_put(&text, " %s", name);
    }
    return bad_value(s, s->words);
}

static int number_value(hsvc_scenario *s, const char *unit, int64_t *value) {
    const struct scn_value *v = &s->v[SCN_value];
    int timed = strcmp(unit, "ms") == 0;
    *value = v->number;
    if (hsvc__scn_is(v->text, "off") && !v->quoted) {
        *value = 0;
        return 1;
    }
    if (timed && v->count == 0 && v->number != 0) return bad_value(s, "needs a unit: ms, s, min, h or days");
    if (!timed && v->count != 0) return bad_value(s, "is a number without a unit");
    if (v->number == 0 && !hsvc__scn_is(v->text, "0") && v->count == 0) return bad_value(s, "is a number, or off");
    return 1;
}

/* hsvc__scn_param_value: the number of a value as written, by the parameter's type; 0: reported. */
static int param_value(hsvc_scenario *s, int64_t *value) {
    size_t i = param_index(s->v[SCN_param].number);
    if (params[i].type == CHOICE) return choice_value(s, value);
    if (params[i].type == TEXT) return bad_value(s, "is a list of patterns, which no expectation looks at");
    return number_value(s, params[i].unit, value);
}

/* The scope that the line names; a line that names several is left to the engine's SCOPE_INVALID by the last one. */
static void scope_of(hsvc_scenario *s, hsvc_input *input) {
    input->state = HSVC_SCOPE_GLOBAL;
    if (s->v[SCN_site].set) input->state = HSVC_SCOPE_SITE;
    if (s->v[SCN_phone].set) input->state = HSVC_SCOPE_DEVICE;
    if (s->v[SCN_user].set) input->state = HSVC_SCOPE_USER;
    fill(s, input);
}

DO(policy) {
    hsvc_input input;
    int is_text = params[param_index(s->v[SCN_param].number)].type == TEXT;
    hsvc__scn_input(s, &input, HSVC_INPUT_POLICY_SET);
    input.param = (uint32_t)s->v[SCN_param].number;
    scope_of(s, &input);
    if (is_text)
        hsvc__scn_set(&input.text, &input.text_len, s->v[SCN_value].text);
    else if (!param_value(s, &input.value))
        return;
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

DO(policy_unset) {
    hsvc_input input;
    hsvc__scn_input(s, &input, HSVC_INPUT_POLICY_UNSET);
    input.param = (uint32_t)s->v[SCN_param].number;
    scope_of(s, &input);
    (void)hsvc__scn_apply(s, &input, HSVC_SCENARIO_BY_SCRIPT);
}

static void put_value(struct scn_text *text, uint32_t param, int64_t value) {
    const char *name = hsvc_choice_name(param, value);
    if (name[0] != '\0')
        hsvc__scn_put(text, "%s", name);
    else if (strcmp(params[param_index(param)].unit, "ms") == 0)
        hsvc__scn_put(text, "%lld ms", (long long)value);
    else
        hsvc__scn_put(text, "%lld", (long long)value);
}

DO(expect_policy) {
    struct scn_text seen = {s->words, sizeof s->words, 0};
    struct scn_str user = s->v[SCN_user].text, phone = s->v[SCN_phone].text;
    int64_t wanted = 0, value = 0;
    uint32_t param = (uint32_t)s->v[SCN_param].number, scope = 0;
    int32_t status;
    if (!param_value(s, &wanted)) return;
    status = hsvc_policy_value(s->engine, param, user.p, user.n, phone.p, phone.n, &value, &scope);
    if (status != HSVC_OK) {
        hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, hsvc_name(HSVC_REGISTRY_STATUS, status), "expected a value of %.*s",
                         SCN_STR(s->v[SCN_param].text));
        return;
    }
    if (value == wanted && (!s->v[SCN_scope].set || scope == (uint32_t)s->v[SCN_scope].number)) return;
    put_value(&seen, param, value);
    hsvc__scn_put(&seen, " from %s", hsvc_name(HSVC_REGISTRY_SCOPE, (int32_t)scope));
    hsvc__scn_report(s, HSVC_SCENARIO_UNMET, 0, seen.at, "%.*s", SCN_STR(s->statement));
}

/* ---- the host after a crash ---- */

DO(lost) { s->lose_effects = 1; }
DO(resync) { hsvc__scn_resync(s, NULL); }

static void resync(hsvc_scenario *s, uint32_t flags, uint32_t node, struct scn_str device) {
    hsvc_resync_scope scope;
    (void)hsvc_resync_scope_init(&scope, sizeof scope);
    scope.flags = flags;
    scope.node = node;
    scope.device = device.p;
    scope.device_len = device.n;
    hsvc__scn_resync(s, &scope);
}

DO(resync_node) {
    struct scn_str none = {NULL, 0};
    resync(s, HSVC_RESYNC_NODE, (uint32_t)s->v[SCN_node].number, none);
}
DO(resync_phone) { resync(s, 0, 0, s->v[SCN_phone].text); }
