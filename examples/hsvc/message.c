/* message.c: the phone's own inventory message, as it posts it when a headset comes or goes:
 *
 *   {"time": 1562882795, "key": "headsetInventory",
 *    "value": {"host": {"deviceName": "CP-8861-SEP2C3124C9F8E1", ...}, "dock": {...}, "headset": {...}}}
 *
 * Syntax errors come with the line and column that jansson gives; a member that is missing or of the wrong type is named
 * by its path, and found again in the text for a line and column. A file may hold several messages, one after another. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "host.h"

/* Where the message stands: for positions in errors. */
struct source {
    struct host *host;
    const char *name; /* of the file, NULL: in the script itself */
    const char *bytes;
    size_t len;
    size_t from; /* where this message begins */
    uint32_t line, column;
};

static void position(const struct source *s, size_t at, uint32_t *line, uint32_t *column) {
    *line = s->line;
    *column = s->column;
    for (size_t i = 0; i < at && i < s->len; i++) {
        if (s->bytes[i] == '\n')
            (*line)++, *column = 1;
        else
            *column += ((unsigned char)s->bytes[i] & 0xc0u) != 0x80u;
    }
}

/* Reports at a place of the message: "messages/0900.json:3:14: why", or in the script itself. */
static void complain(const struct source *s, size_t at, const char *why) {
    struct text words = {NULL, 0, 0};
    uint32_t line, column;
    position(s, at, &line, &column);
    if (s->name != NULL) text_printf(&words, "%s:%u:%u: ", s->name, line, column);
    text_puts(&words, why);
    s->host->placed = s->name != NULL;
    (void)hsvc_scenario_fail(s->host->scenario, s->name != NULL ? 0 : column, words.bytes, words.len);
    s->host->placed = 0;
    text_free(&words);
}

/* The next "name" of a member, from a place on; where it is not, the place. */
static size_t member_at(const struct source *s, size_t from, const char *name, size_t len) {
    for (size_t i = from; i + len + 2 <= s->len; i++)
        if (s->bytes[i] == '"' && memcmp(s->bytes + i + 1, name, len) == 0 && s->bytes[i + 1 + len] == '"') return i;
    return from;
}

/* Where the member "value.headset.model" stands: its names one after the other. */
static size_t path_at(const struct source *s, const char *path) {
    size_t at = s->from;
    while (*path != '\0') {
        size_t n = strcspn(path, ".");
        at = member_at(s, at, path, n);
        path += n + (path[n] == '.');
    }
    return at;
}

static void complain_member(const struct source *s, const char *path, const char *what) {
    struct text words = {NULL, 0, 0};
    text_printf(&words, "%s %s", path, what);
    complain(s, path_at(s, path), words.bytes);
    text_free(&words);
}

static json_t *find(json_t *root, const char *path) {
    char name[64];
    while (*path != '\0' && root != NULL) {
        size_t n = strcspn(path, ".");
        if (n >= sizeof name) return NULL;
        memcpy(name, path, n);
        name[n] = '\0';
        root = json_object_get(root, name);
        path += n + (path[n] == '.');
    }
    return root;
}

enum { NEEDED = 1, OBJECT = 2, WHOLE_NUMBER = 4 };

/* Is the member what it should be? 0: it has been complained about. */
static int check(const struct source *s, json_t *root, const char *path, int want) {
    json_t *found = find(root, path);
    if (found == NULL) {
        if (want & NEEDED) complain_member(s, path, "is missing");
        return !(want & NEEDED);
    }
    if (want & OBJECT ? json_is_object(found) : want & WHOLE_NUMBER ? json_is_integer(found) : json_is_string(found))
        return 1;
    complain_member(s, path,
                    want & OBJECT         ? "is no object"
                    : want & WHOLE_NUMBER ? "is no whole number"
                                          : "is no text");
    return 0;
}

static int check_all(const struct source *s, json_t *root) {
    static const struct {
        const char *path;
        int want;
    } members[] = {{"time", NEEDED | WHOLE_NUMBER},
                   {"key", NEEDED},
                   {"value", NEEDED | OBJECT},
                   {"value.host", NEEDED | OBJECT},
                   {"value.host.client", 0},
                   {"value.host.serialNumber", 0},
                   {"value.host.deviceName", NEEDED},
                   {"value.host.model", 0},
                   {"value.host.firmwareVersion", 0},
                   {"value.host.hostOSVersion", 0},
                   {"value.host.userId", 0},
                   {"value.dock", OBJECT},
                   {"value.dock.serialNumber", 0},
                   {"value.dock.model", 0},
                   {"value.headset", NEEDED | OBJECT},
                   {"value.headset.serialNumber", NEEDED},
                   {"value.headset.firmwareVersion", 0},
                   {"value.headset.vendor", 0},
                   {"value.headset.model", 0},
                   {"value.headset.connectionType", 0},
                   {"value.headset.connectionStatus", NEEDED}};
    if (!json_is_object(root)) {
        complain(s, s->from, "the message is no object");
        return 0;
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (!check(s, root, members[i].path, members[i].want)) return 0;
    return 1;
}

static struct span string_at(json_t *root, const char *path) {
    json_t *found = find(root, path);
    if (found == NULL) return span_of(NULL, 0);
    return span_of(json_string_value(found), json_string_length(found));
}

static void set(const char **p, size_t *n, struct span span) {
    *p = span.p;
    *n = span.n;
}

/* "CP-8861-SEP2C3124C9F8E1" is the phone SEP2C3124C9F8E1: the model stands before the name. */
static struct span phone_name(json_t *root) {
    struct span name = string_at(root, "value.host.deviceName"), model = string_at(root, "value.host.model");
    if (model.n > 0 && name.n > model.n + 1 && memcmp(name.p, model.p, model.n) == 0 && name.p[model.n] == '-')
        return span_of(name.p + model.n + 1, name.n - model.n - 1);
    for (size_t i = 0; i + 4 < name.n; i++)
        if (memcmp(name.p + i, "-SEP", 4) == 0) return span_of(name.p + i + 1, name.n - i - 1);
    return name;
}

static uint32_t type_of(struct span type) {
    if (span_is(type, "Wired")) return HSVC_HEADSET_WIRED;
    if (span_is(type, "DECT Wireless")) return HSVC_HEADSET_DECT;
    if (span_is(type, "Bluetooth")) return HSVC_HEADSET_BLUETOOTH;
    return HSVC_HEADSET_UNKNOWN;
}

static void fill_connect(json_t *root, struct span serial, hsvc_input *input) {
    struct span full_name = string_at(root, "value.host.deviceName"),
                device = span_of(input->device, input->device_len);
    int is_phones_name = (serial.n == full_name.n && memcmp(serial.p, full_name.p, serial.n) == 0) ||
                         (serial.n == device.n && memcmp(serial.p, device.p, serial.n) == 0);
    set(&input->vendor, &input->vendor_len, string_at(root, "value.headset.vendor"));
    set(&input->model, &input->model_len, string_at(root, "value.headset.model"));
    set(&input->firmware, &input->firmware_len, string_at(root, "value.headset.firmwareVersion"));
    set(&input->dock, &input->dock_len, string_at(root, "value.dock.model"));
    input->state = type_of(string_at(root, "value.headset.connectionType"));
    /* A headset of another vendor has no serial of its own: its phone sends its own name instead (ID-4). */
    if (serial.n > 0 && is_phones_name) input->flags = HSVC_FLAG_INVENTORY_ONLY;
}

/* A message that reads well becomes an input of the script's line. */
static void feed(const struct source *s, json_t *root) {
    struct span key = string_at(root, "key"), status = string_at(root, "value.headset.connectionStatus");
    struct span serial = string_at(root, "value.headset.serialNumber");
    int connected = span_is(status, "connected");
    hsvc_input input;
    if (!span_is(key, "headsetInventory")) {
        complain_member(s, "key", "is not \"headsetInventory\"");
        return;
    }
    if (!connected && !span_is(status, "disconnected")) {
        complain_member(s, "value.headset.connectionStatus", "is neither \"connected\" nor \"disconnected\"");
        return;
    }
    (void)hsvc_input_init(&input, sizeof input,
                          connected ? HSVC_INPUT_HEADSET_CONNECTED : HSVC_INPUT_HEADSET_DISCONNECTED);
    input.at_ms = (int64_t)json_integer_value(find(root, "time")) * 1000;
    set(&input.device, &input.device_len, phone_name(root));
    set(&input.serial, &input.serial_len, serial);
    if (connected) fill_connect(root, serial, &input);
    (void)hsvc_scenario_apply(s->host->scenario, &input);
}

/* The bytes of what jansson stopped at: its position lies behind it. */
static size_t stopped_at(const json_error_t *error) {
    const char *near = strstr(error->text, "near '");
    size_t n = near != NULL ? strlen(near + 6) : 1;
    return near != NULL && n > 1 ? n - 1 : 1;
}

static void syntax_error(const struct source *s, const json_error_t *error) {
    size_t behind = error->position > 0 ? (size_t)error->position : 0, back = stopped_at(error);
    complain(s, s->from + (behind > back ? behind - back : 0), error->text);
}

static int only_blanks(const struct source *s) { return strspn(s->bytes + s->from, " \t\r\n") >= s->len - s->from; }

/* All messages of the text, one after another; after a syntax error nobody knows where the next one begins. */
static void feed_all(struct source *s) {
    while (!only_blanks(s)) {
        json_error_t error;
        json_t *root =
            json_loadb(s->bytes + s->from, s->len - s->from, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
        if (root == NULL) {
            syntax_error(s, &error);
            return;
        }
        if (check_all(s, root)) feed(s, root);
        json_decref(root);
        s->from += (size_t)error.position;
    }
}

static void feed_file(struct host *host, struct span name, uint32_t column) {
    struct text bytes = {NULL, 0, 0}, path = {NULL, 0, 0}, shown = {NULL, 0, 0};
    struct source source = {host, NULL, NULL, 0, 0, 1, 1};
    if (name.p[0] != '/') text_add(&path, host->folder.bytes, host->folder.len);
    text_add(&path, name.p, name.n);
    text_add(&shown, name.p, name.n);
    if (file_read(path.bytes, &bytes)) {
        source.name = shown.bytes;
        source.bytes = bytes.bytes;
        source.len = bytes.len;
        feed_all(&source);
    } else {
        struct text words = {NULL, 0, 0};
        text_printf(&words, "the message %s cannot be read: %s", shown.bytes, strerror(errno));
        (void)hsvc_scenario_fail(host->scenario, column, words.bytes, words.len);
        text_free(&words);
    }
    text_free(&bytes);
    text_free(&path);
    text_free(&shown);
}

int32_t take_message(struct host *host, const hsvc_scenario_line *line) {
    static const char word[] = "message";
    size_t at = sizeof word - 1;
    struct text copy = {NULL, 0, 0};
    if (line->text_len <= at || memcmp(line->text, word, at) != 0 || line->text[at] != ' ') return HSVC_ERR_NOT_FOUND;
    while (at < line->text_len && line->text[at] == ' ') at++;
    if (line->text[at] != '{' && line->text[at] != '[') {
        feed_file(host, span_of(line->text + at, line->text_len - at), line->column + (uint32_t)at);
        return HSVC_OK;
    }
    text_add(&copy, line->text + at, line->text_len - at); /* terminated, for strspn */
    struct source source = {host, NULL, copy.bytes, copy.len, 0, line->line, line->column + (uint32_t)at};
    feed_all(&source);
    text_free(&copy);
    return HSVC_OK;
}
