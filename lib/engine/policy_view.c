/* policy_view.c: what a parameter is in force, and which scope decided: decided like an input, and not committed. */
#include "rules/ask.h"

struct asked {
    uint32_t param;
    hsvc__str user;
    hsvc__str device;
    int64_t value;
    uint32_t scope;
    const char *text; /* ends in a NUL */
    size_t text_len;
    struct hsvc_effects *fx;
};

static struct hsvc__turn *begin(struct hsvc_engine *engine, const struct asked *asked) {
    return hsvc__turn_begin(engine, asked->fx, NULL, HSVC_NO_INPUT);
}

static void decide_value(struct hsvc_engine *engine, void *job) {
    struct asked *asked = (struct asked *)job;
    struct hsvc__turn *t = begin(engine, asked);
    asked->value = hsvc__value(t, asked->param, hsvc__device_of(t, asked->device), hsvc__user_of(t, asked->user), &asked->scope);
}

static void decide_text(struct hsvc_engine *engine, void *job) {
    struct asked *asked = (struct asked *)job;
    struct hsvc__turn *t = begin(engine, asked);
    hsvc__str text = hsvc__patterns(t, asked->param, hsvc__device_of(t, asked->device), &asked->scope);
    char *copy = (char *)hsvc__arena_take(&engine->views, text.n + 1);
    if (copy == NULL) return;
    if (text.n != 0) memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    asked->text = copy;
    asked->text_len = text.n;
}

static int32_t nothing_ahead(struct hsvc_engine *engine, void *job) {
    (void)engine;
    (void)job;
    return HSVC_OK;
}

static int32_t ask(hsvc_engine *engine, struct asked *asked, void (*decide)(struct hsvc_engine *engine, void *job)) {
    int dry = 1;
    int32_t status = hsvc_effects_new(&engine->allocator, &asked->fx);
    if (status != HSVC_OK) return status;
    status = hsvc__enter(engine);
    if (status == HSVC_OK) {
        hsvc__arena_reset(&engine->views);
        status = hsvc__transact(engine, asked->fx, decide, nothing_ahead, asked, &dry);
        hsvc__leave(engine);
    }
    hsvc_effects_free(asked->fx);
    return status == HSVC_OK && engine->views.failed ? HSVC_ERR_MEMORY : status;
}

int32_t hsvc_policy_value(hsvc_engine *engine, uint32_t param, const char *user_id, size_t user_len, const char *device_name,
                          size_t device_len, int64_t *value, uint32_t *scope) {
    struct asked asked;
    int32_t status;
    if (engine == NULL || value == NULL || (user_id == NULL && user_len != 0) || (device_name == NULL && device_len != 0))
        return HSVC_ERR_ARGUMENT;
    if (!hsvc__is_number(param) || user_len > HSVC_LIMIT_USER_ID_LEN || device_len > HSVC_LIMIT_NAME_LEN)
        return HSVC_ERR_NOT_FOUND;
    memset(&asked, 0, sizeof asked);
    asked.param = param;
    asked.user = hsvc__str_of(user_id, user_len);
    asked.device = hsvc__str_of(device_name, device_len);
    status = ask(engine, &asked, decide_value);
    if (status != HSVC_OK) return status;
    *value = asked.value;
    if (scope != NULL) *scope = asked.scope;
    return HSVC_OK;
}

int32_t hsvc_policy_text(hsvc_engine *engine, uint32_t param, const char *device_name, size_t device_len, const char **text,
                         size_t *text_len, uint32_t *scope) {
    struct asked asked;
    int32_t status;
    if (engine == NULL || text == NULL || text_len == NULL || (device_name == NULL && device_len != 0)) return HSVC_ERR_ARGUMENT;
    if (!hsvc__is_text(param) || device_len > HSVC_LIMIT_NAME_LEN) return HSVC_ERR_NOT_FOUND;
    memset(&asked, 0, sizeof asked);
    asked.param = param;
    asked.device = hsvc__str_of(device_name, device_len);
    status = ask(engine, &asked, decide_text);
    if (status != HSVC_OK) return status;
    *text = asked.text;
    *text_len = asked.text_len;
    if (scope != NULL) *scope = asked.scope;
    return HSVC_OK;
}
