/* expects.c: what the script of a violation says against what was found wrong, in the words of the scenario language. */
#include "worlds/worlds.h"

static const struct {
    const char *text;
    const char *lines;
} expects[] = {
#define EXPECT(text, lines) {text, lines},
#include "worlds/expects.def"
#undef EXPECT
};

static const char *name_in(const char *const *names, int count, int which) {
    return which >= 0 && which < count ? names[which] : "nobody";
}

/* causes: the names of a set of causes, as a script lists them. */
static void causes(uint32_t set, char *to, size_t size) {
    size_t n = 0;
    to[0] = '\0';
    for (int bit = 0; bit < 16; bit++)
        if (set >> bit & 1 && n < size)
            n += (size_t)snprintf(to + n, size - n, "%s%s", n == 0 ? "" : " and ", hsvc_name(HSVC_REGISTRY_CAUSE, HSVC_CAUSE_ADMIN + bit));
}

static void counted(uint32_t bits, char *to, size_t size) {
    uint32_t n = 0;
    for (; bits != 0; bits &= bits - 1) n++;
    (void)snprintf(to, size, "%u", (unsigned)n);
}

/* word: what stands for a letter; `room` keeps it where it is made here. */
static const char *word(const struct moment *m, char letter, char *room, size_t size) {
    const struct blame *blame = m->blame;
    const struct seen_device *was = &m->before->view.device[blame->device], *is = &m->after->view.device[blame->device];
    switch (letter) {
        case 'd': return device_names[blame->device];
        case 'h': return headset_names[blame->headset];
        case 'u': return user_names[blame->user];
        case 'q': return hsvc_name(HSVC_REGISTRY_SESSION, (int32_t)was->session_state);
        case 'r': return hsvc_name(HSVC_REGISTRY_PROFILE, (int32_t)was->profile_state);
        case 'g': return hsvc_name(HSVC_REGISTRY_CAUSE, strongest_cause(was->causes));
        case 'v': return name_in(user_names, USERS, was->verify_user);
        case 'w': return name_in(user_names, USERS, is->user);
        case 'o': return name_in(user_names, USERS, is->prompt_serial < 0 ? NOBODY : m->after->view.headset[is->prompt_serial].owner);
        case 'c': counted(was->calls, room, size); return room;
        default: causes(was->causes, room, size); return room;
    }
}

void expected(const struct moment *m, const char *text, char *to, size_t size) {
    const char *from = "";
    size_t n = 0;
    for (size_t i = 0; i < sizeof expects / sizeof expects[0]; i++)
        if (strcmp(expects[i].text, text) == 0) from = expects[i].lines;
    for (; *from != '\0' && n + 100 < size; from++) {
        char room[90];
        if (*from == '%') n += (size_t)snprintf(to + n, size - n, "%s", word(m, *++from, room, sizeof room));
        else to[n++] = *from;
    }
    to[n] = '\0';
}
