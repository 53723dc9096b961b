/* firmware.c: is a device's firmware new enough? Versions are compared as lists of numbers: "14.1(1)", "12-5-1SR3-74" and
 * "sip88xx.12-5-1SR3-74" (the load's name before the first dot is no version) all read as numbers with anything between.
 * min_firmware is a list "PATTERN VERSION", one a line; the first pattern that fits the model decides. */
#include "rules/ask.h"

/* A device over the remote-access edge needs this, whatever the model: source service.md 4 item 2. */
static const char remote_access_version[] = "14.1(1)";

static int is_digit(char c) { return c >= '0' && c <= '9'; }

/* next_number: the number at or after *at, saturating; -1 when there is none. */
static int64_t next_number(hsvc__str text, size_t *at) {
    int64_t number = 0;
    while (*at < text.n && !is_digit(text.p[*at])) ++*at;
    if (*at == text.n) return -1;
    for (; *at < text.n && is_digit(text.p[*at]); ++*at)
        if (number < 100000000) number = number * 10 + (text.p[*at] - '0');
    return number;
}

/* version_part: without the load's name, which begins with a letter and ends at the first dot. */
static hsvc__str version_part(hsvc__str text) {
    size_t at = 0;
    if (text.n == 0 || is_digit(text.p[0])) return text;
    while (at < text.n && text.p[at] != '.') at++;
    if (at == text.n) return text;
    return hsvc__str_of(text.p + at + 1, text.n - at - 1);
}

static int is_older(hsvc__str have, hsvc__str need) {
    size_t h = 0, n = 0;
    have = version_part(have);
    for (;;) {
        int64_t wanted = next_number(need, &n), got = next_number(have, &h);
        if (wanted < 0) return 0;
        if (got != wanted) return got < wanted;
    }
}

/* needed: the version that this device needs; n 0 = any. */
static hsvc__str needed(struct hsvc__turn *t) {
    hsvc__str list = hsvc__patterns(t, HSVC_PARAM_MIN_FIRMWARE, t->dev, NULL);
    size_t at = 0;
    while (at < list.n) {
        size_t end = at, gap;
        while (end < list.n && list.p[end] != '\n') end++;
        for (gap = at; gap < end && list.p[gap] != ' ';) gap++;
        if (gap < end && hsvc__matches(t->dev->model, hsvc__str_of(list.p + at, gap - at)))
            return hsvc__str_of(list.p + gap + 1, end - gap - 1);
        at = end + 1;
    }
    if (t->dev->flags & HSVC_FLAG_REMOTE_ACCESS)
        return hsvc__str_of(remote_access_version, sizeof remote_access_version - 1);
    return hsvc__str_of(NULL, 0);
}

int hsvc__is_firmware_is_unknown(struct hsvc__turn *t) {
    size_t at = 0;
    return needed(t).n != 0 && next_number(version_part(t->dev->firmware), &at) < 0;
}
int hsvc__is_firmware_is_too_old(struct hsvc__turn *t) {
    hsvc__str need = needed(t);
    return need.n != 0 && is_older(t->dev->firmware, need);
}
int hsvc__is_model_is_unsupported(struct hsvc__turn *t) {
    return !hsvc__in_list(hsvc__patterns(t, HSVC_PARAM_SUPPORTED_MODELS, t->dev, NULL), t->dev->model);
}

/* A serial of one character repeated is a placeholder whatever the list says (ID-3). */
static int is_unusable(struct hsvc__turn *t, hsvc__str serial) {
    size_t same = 1;
    while (same < serial.n && serial.p[same] == serial.p[0]) same++;
    if (serial.n == 0 || same == serial.n) return 1;
    return hsvc__in_list(hsvc__patterns(t, HSVC_PARAM_SERIAL_REJECT_LIST, t->dev, NULL), serial);
}
int hsvc__is_serial_is_unusable(struct hsvc__turn *t) { return is_unusable(t, t->headset->serial); }
int hsvc__is_alias_is_unusable(struct hsvc__turn *t) { return is_unusable(t, INPUT(t, alias)); }
