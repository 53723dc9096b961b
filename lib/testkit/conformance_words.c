/* conformance_words.c: the language of sequences, and the words about what was seen.
 *
 *   sequence   step; step; ...
 *   step       LETTER [wide] operation, operation, ...      a commit
 *              LETTER [stop N] get KEY ...                  a read whose sink may stop at the Nth row
 *              LETTER [stop N] scan FROM TO LIMIT           FROM, TO: a key, `begin` or `end` of the sequence's keys, * for none
 *              LETTER fill KEY N [if ...]                   a commit of N PUTs; `most` is as many as the store takes
 *              reopen
 *   operation  put KEY VALUE, delete KEY, check KEY, each with [if absent | seen | stale | never]
 *   KEY, VALUE bytes, \hh a byte in hexadecimal, x*N: N bytes made from x, - an empty value
 */
#include "conformance_impl.h"

#define FILL_MOST 1024u /* of a store that takes more, so many are tried */

void hsvc__conf_prefix(const hsvc_conformance *suite, uint8_t *to) {
    to[0] = 'c';
    to[1] = (uint8_t)(suite->number / 255 % 255);
    to[2] = (uint8_t)(suite->number % 255); /* never ff: the byte after it ends the sequence's keys */
}

/* ---- words ---- */

/* The next word of a step; "," is one; empty at the step's end. */
static hsvc__str next_word(const char **at) {
    const char *from;
    while (**at == ' ') (*at)++;
    from = *at;
    if (*from == ',') {
        (*at)++;
        return hsvc__str_of(from, 1);
    }
    while (**at != 0 && **at != ' ' && **at != ',' && **at != ';') (*at)++;
    return hsvc__str_of(from, (size_t)(*at - from));
}

static int is(hsvc__str word, const char *text) { return hsvc__str_eq(word, hsvc__str_of(text, strlen(text))); }

static size_t number_of(hsvc__str word) {
    size_t number = 0;
    for (size_t i = 0; i < word.n; i++) number = number * 10 + (size_t)(word.p[i] - '0');
    return number;
}

static uint8_t hex(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static size_t unescape(uint8_t *to, hsvc__str word) {
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '\\') { /* two digits follow */
            to[n++] = (uint8_t)(hex(word.p[i + 1]) << 4 | hex(word.p[i + 2]));
            i += 2;
        } else {
            to[n++] = (uint8_t)word.p[i];
        }
    }
    return n;
}

/* The bytes of a key or value behind `head` bytes of prefix. Made bytes take every value, so that nothing can be lost
 * or moved among them unseen. */
static hsvc__str bytes_of(hsvc_conformance *suite, hsvc__str word, size_t head) {
    const char *star = word.n > 2 && word.p[1] == '*' ? word.p + 1 : NULL;
    hsvc__str count = star == NULL ? word : hsvc__str_of(star + 1, word.n - 2);
    size_t made = star == NULL ? 0 : is(count, "longest") ? HSVC_LIMIT_KEY_LEN - head : number_of(count);
    uint8_t *to = (uint8_t *)hsvc__arena_take(&suite->arena, head + made + word.n);
    if (to == NULL) return hsvc__str_of(NULL, 0);
    if (head > 0) hsvc__conf_prefix(suite, to);
    for (size_t i = 0; i < made; i++) to[head + i] = (uint8_t)((uint8_t)word.p[0] + i * 7 + i / 256);
    if (star == NULL) made = is(word, "-") ? 0 : unescape(to + head, word);
    return hsvc__str_of((const char *)to, head + made);
}

static hsvc__str bound_of(hsvc_conformance *suite, hsvc__str word) {
    hsvc__str none = {NULL, 0};
    uint8_t *to;
    if (is(word, "*")) return none;
    if (!is(word, "begin") && !is(word, "end")) return bytes_of(suite, word, CONF_PREFIX);
    to = (uint8_t *)hsvc__arena_take(&suite->arena, CONF_PREFIX);
    if (to == NULL) return none;
    hsvc__conf_prefix(suite, to);
    if (is(word, "end")) to[CONF_PREFIX - 1]++;
    return hsvc__str_of((const char *)to, CONF_PREFIX);
}

/* ---- steps ---- */

static uint32_t expectation(hsvc__str word) {
    if (is(word, "absent")) return CONF_EXPECT_ABSENT;
    if (is(word, "seen")) return CONF_EXPECT_SEEN;
    if (is(word, "stale")) return CONF_EXPECT_STALE;
    return CONF_EXPECT_NEVER;
}

static struct conf_op *take_ops(hsvc_conformance *suite, size_t count) {
    struct conf_op *ops = (struct conf_op *)hsvc__arena_take(&suite->arena, count * sizeof *ops);
    if (ops != NULL) memset(ops, 0, count * sizeof *ops);
    return ops;
}

/* Sequences are ours, in promises.def and made for histories: what is wrong with one is a bug of ours. */
static struct conf_op *next_op(struct conf_step *step) {
    if (HSVC__BUG(step->op_count == CONF_WORDS_MOST)) step->op_count--;
    return &step->ops[step->op_count++];
}

static void parse_get(hsvc_conformance *suite, const char **at, struct conf_step *step) {
    step->kind = CONF_GET;
    for (hsvc__str word = next_word(at); word.n > 0; word = next_word(at)) next_op(step)->key = bytes_of(suite, word, CONF_PREFIX);
}

static void parse_scan(hsvc_conformance *suite, const char **at, struct conf_step *step) {
    hsvc__str limit;
    step->kind = CONF_SCAN;
    step->from = bound_of(suite, next_word(at));
    step->to = bound_of(suite, next_word(at));
    limit = next_word(at);
    step->limit = is(limit, "most") ? SIZE_MAX : number_of(limit);
}

static size_t fill_most(const hsvc_store *store) {
    if (store->ops_max == 0) return HSVC_LIMIT_OPS_PER_COMMIT;
    return store->ops_max < FILL_MOST ? store->ops_max : FILL_MOST;
}

/* fill NAME most: as many as the store says it takes. */
static void parse_fill(hsvc_conformance *suite, const char **at, struct conf_step *step) {
    hsvc__str name = next_word(at);
    uint32_t expect;
    (void)next_word(at); /* most */
    expect = is(next_word(at), "if") ? expectation(next_word(at)) : CONF_EXPECT_ANY;
    step->kind = CONF_COMMIT;
    step->op_count = fill_most(&suite->stores[step->connection]);
    step->ops = take_ops(suite, step->op_count);
    for (size_t i = 0; i < step->op_count; i++) {
        struct conf_op *op = &step->ops[i];
        uint8_t *key = (uint8_t *)hsvc__arena_take(&suite->arena, CONF_PREFIX + name.n + 2);
        if (suite->arena.failed) return;
        hsvc__conf_prefix(suite, key);
        memcpy(key + CONF_PREFIX, name.p, name.n);
        key[CONF_PREFIX + name.n] = (uint8_t)(i >> 8);
        key[CONF_PREFIX + name.n + 1] = (uint8_t)i;
        op->kind = HSVC_OP_PUT;
        op->expect = expect;
        op->key = hsvc__str_of((const char *)key, CONF_PREFIX + name.n + 2);
        op->value = name;
    }
}

/* word: the first operation's. */
static void parse_commit(hsvc_conformance *suite, const char **at, struct conf_step *step, hsvc__str word) {
    step->kind = CONF_COMMIT;
    while (word.n > 0) {
        struct conf_op *op = next_op(step);
        op->kind = is(word, "put") ? HSVC_OP_PUT : is(word, "delete") ? HSVC_OP_DELETE : HSVC_OP_CHECK;
        op->key = bytes_of(suite, next_word(at), CONF_PREFIX);
        if (op->kind == HSVC_OP_PUT) op->value = bytes_of(suite, next_word(at), 0);
        word = next_word(at);
        if (is(word, "if")) {
            op->expect = expectation(next_word(at));
            word = next_word(at);
        }
        if (word.n > 0) word = next_word(at); /* behind the comma */
    }
}

void hsvc__conf_parse(hsvc_conformance *suite, const char **at, struct conf_step *step) {
    hsvc__str word = next_word(at);
    memset(step, 0, sizeof *step);
    step->kind = CONF_REOPEN;
    if (is(word, "reopen")) return;
    step->connection = (uint32_t)(word.p[0] - 'A') % suite->target.connections;
    step->ops = take_ops(suite, CONF_WORDS_MOST);
    if (suite->arena.failed) return;
    word = next_word(at);
    if (is(word, "stop")) {
        step->stop_at = number_of(next_word(at));
        word = next_word(at);
    }
    step->wide = (uint32_t)is(word, "wide");
    if (step->wide) word = next_word(at);
    if (is(word, "get")) parse_get(suite, at, step);
    else if (is(word, "scan")) parse_scan(suite, at, step);
    else if (is(word, "fill")) parse_fill(suite, at, step);
    else parse_commit(suite, at, step, word);
}

/* ---- what was seen ---- */

static void say_bytes(hsvc_conformance *suite, const char *text, size_t len) {
    struct conf_broken *now = &suite->now;
    if (len > CONF_TEXT - 1 - now->seen_len) len = CONF_TEXT - 1 - now->seen_len;
    memcpy(now->seen + now->seen_len, text, len);
    now->seen_len += len;
    now->seen[now->seen_len] = 0;
}

void hsvc__conf_say(hsvc_conformance *suite, const char *text) { say_bytes(suite, text, strlen(text)); }

void hsvc__conf_say_number(hsvc_conformance *suite, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say_bytes(suite, digits + at, sizeof digits - at);
}

#define KEY_SHOWN 32u

void hsvc__conf_say_key(hsvc_conformance *suite, hsvc__str key) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = CONF_PREFIX; i < key.n && i < KEY_SHOWN; i++) {
        uint8_t byte = (uint8_t)key.p[i];
        char escaped[3] = {'\\', digits[byte >> 4], digits[byte & 15]};
        if (byte > ' ' && byte < 0x7f && byte != '\\')
            say_bytes(suite, key.p + i, 1);
        else
            say_bytes(suite, escaped, 3);
    }
    if (key.n > KEY_SHOWN) hsvc__conf_say(suite, "...");
}

int hsvc__conf_break(hsvc_conformance *suite, uint32_t promise, int32_t status, const char *text) {
    if (suite->now.promise != CONF_PROMISES) return 0;
    suite->now.promise = promise;
    suite->now.status = status;
    suite->now.seen_len = 0;
    hsvc__conf_say(suite, text);
    return 1;
}
