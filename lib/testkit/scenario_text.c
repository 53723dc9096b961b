/* scenario_text.c: the runner's memory, and the words of a line. */
#include "scenario_impl.h"

/* ---- memory ---- */

struct scn_block {
    struct scn_block *next;
    size_t size;
};

void *hsvc__scn_take(hsvc_scenario *s, struct scn_pool *pool, size_t size) {
    size_t whole = sizeof(struct scn_block) + size;
    struct scn_block *block;
    whole = (whole + 15u) & ~(size_t)15u;
    block = s->allocator.resize(NULL, 0, whole, s->allocator.user);
    if (block == NULL) {
        s->status = HSVC_ERR_MEMORY;
        return NULL;
    }
    memset(block, 0, whole);
    block->size = whole;
    block->next = pool->first;
    pool->first = block;
    return block + 1;
}

/* Scripts hold PINs, so blocks are overwritten before they go. */
void hsvc__scn_drop(hsvc_scenario *s, struct scn_pool *pool) {
    while (pool->first != NULL) {
        struct scn_block *block = pool->first;
        size_t size = block->size;
        pool->first = block->next;
        memset(block, 0, size);
        (void)s->allocator.resize(block, size, 0, s->allocator.user);
    }
}

struct scn_str hsvc__scn_keep(hsvc_scenario *s, struct scn_pool *pool, struct scn_str text) {
    struct scn_str kept = {NULL, 0};
    char *bytes;
    if (text.n == 0) return kept;
    bytes = hsvc__scn_take(s, pool, text.n);
    if (bytes == NULL) return kept;
    memcpy(bytes, text.p, text.n);
    kept.p = bytes;
    kept.n = text.n;
    return kept;
}

struct scn_str hsvc__scn_join(hsvc_scenario *s, struct scn_str a, char between, struct scn_str b) {
    struct scn_str whole = {NULL, 0};
    char *bytes;
    if (a.n == 0) return b;
    bytes = hsvc__scn_take(s, &s->line_pool, a.n + 1 + b.n);
    if (bytes == NULL) return whole;
    memcpy(bytes, a.p, a.n);
    bytes[a.n] = between;
    if (b.n > 0) memcpy(bytes + a.n + 1, b.p, b.n);
    whole.p = bytes;
    whole.n = a.n + 1 + b.n;
    return whole;
}

/* ---- comparing ---- */

struct scn_str hsvc__scn_of(const char *text) {
    struct scn_str str = {text, strlen(text)};
    return str;
}

static char lower(char c) {
    if (c < 'A' || c > 'Z') return c;
    return (char)(c + ('a' - 'A'));
}

int hsvc__scn_same(struct scn_str a, struct scn_str b) {
    if (a.n != b.n) return 0;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return 0;
    return 1;
}

int hsvc__scn_is(struct scn_str a, const char *word) { return hsvc__scn_same(a, hsvc__scn_of(word)); }

/* hsvc__scn_distance: how many letters must be added, taken away or changed; long words count as far apart. */
size_t hsvc__scn_distance(struct scn_str a, struct scn_str b) {
    size_t row[41];
    if (a.n > 40 || b.n > 40) return 100;
    for (size_t j = 0; j <= b.n; j++) row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t best = diagonal + (lower(a.p[i - 1]) != lower(b.p[j - 1]));
            diagonal = row[j];
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[b.n];
}

/* ---- words ---- */

static int blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
static int starts_char(char c) { return ((unsigned char)c & 0xc0u) != 0x80u; }

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One escape after a backslash; how many bytes it has, 0 if there is no such escape. */
static size_t unescape(const char *p, size_t n, char *to) {
    if (n == 0) return 0;
    *to = *p;
    if (*p == 'n') *to = '\n';
    if (*p == 't') *to = '\t';
    if (*p == 'n' || *p == 't' || *p == '"' || *p == '\\') return 1;
    if (*p != 'x' || n < 3 || hex(p[1]) < 0 || hex(p[2]) < 0) return 0;
    *to = (char)(hex(p[1]) * 16 + hex(p[2]));
    return 3;
}

/* A quoted text repeated: "ab"*3. How long the "*3" is. */
static size_t repetition(const char *p, size_t n, size_t *times) {
    size_t i = 1;
    *times = 1;
    if (n < 2 || p[0] != '*' || p[1] < '0' || p[1] > '9') return 0;
    for (*times = 0; i < n && p[i] >= '0' && p[i] <= '9' && *times < 100000; i++)
        *times = *times * 10 + (size_t)(p[i] - '0');
    return i;
}

/* Reads a text in quotes at p[0] == '"'. How long it is in the script, 0 if it does not end or has a bad escape. */
static size_t quoted(hsvc_scenario *s, const char *p, size_t n, struct scn_str *text) {
    size_t i = 1, used = 0, times = 1;
    char *bytes = hsvc__scn_take(s, &s->line_pool, n + 1), *all;
    if (bytes == NULL) return 0;
    while (i < n && p[i] != '"') {
        if (p[i] != '\\') {
            bytes[used++] = p[i++];
        } else {
            size_t escape = unescape(p + i + 1, n - i - 1, &bytes[used++]);
            if (escape == 0) return 0;
            i += 1 + escape;
        }
    }
    if (i == n) return 0;
    i++;
    i += repetition(p + i, n - i, &times);
    all = hsvc__scn_take(s, &s->line_pool, used * times + 1);
    if (all == NULL) return 0;
    for (size_t k = 0; k < times; k++) memcpy(all + k * used, bytes, used);
    text->p = all;
    text->n = used * times;
    return i;
}

static size_t plain_word(const char *p, size_t n) {
    size_t i = 0;
    while (i < n && !blank(p[i]) && p[i] != ',' && p[i] != '=' && p[i] != '"') i++;
    return i == 0 ? 1 : i;
}

static int bad_quotes(hsvc_scenario *s, uint32_t column) {
    if (s->status == HSVC_OK)
        hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL,
                         "the quoted text does not end, or has a \\ that is not one of \\\" \\\\ \\n \\t \\x41");
    return 0;
}

int hsvc__scn_tokenize(hsvc_scenario *s, struct scn_str text, uint32_t column) {
    size_t i = 0;
    s->token_count = 0;
    while (i < text.n && text.p[i] != '#') {
        struct scn_token *token = &s->tokens[s->token_count];
        size_t length;
        if (blank(text.p[i])) {
            i++, column++;
            continue;
        }
        if (s->token_count == SCN_TOKENS) {
            hsvc__scn_report(s, HSVC_SCENARIO_MALFORMED, column, NULL, "the line has more than %d words", SCN_TOKENS);
            return 0;
        }
        memset(token, 0, sizeof *token);
        token->column = column;
        token->quoted = text.p[i] == '"';
        length = token->quoted ? quoted(s, text.p + i, text.n - i, &token->text) : plain_word(text.p + i, text.n - i);
        if (length == 0) return bad_quotes(s, column);
        token->source.p = text.p + i;
        token->source.n = length;
        if (!token->quoted) token->text = token->source;
        s->token_count++;
        for (size_t k = 0; k < length; k++) column += (uint32_t)starts_char(text.p[i + k]);
        i += length;
    }
    return 1;
}

/* ---- numbers and times ---- */

static int digits(const char *p, size_t n, int64_t *number) {
    int64_t sum = 0;
    if (n == 0 || n > 18) return 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9') return 0;
        sum = sum * 10 + (p[i] - '0');
    }
    *number = sum;
    return 1;
}

static int hex_number(const char *p, size_t n, int64_t *number) {
    uint64_t sum = 0;
    if (n == 0 || n > 16) return 0;
    for (size_t i = 0; i < n; i++) {
        if (hex(p[i]) < 0) return 0;
        sum = sum * 16 + (uint64_t)hex(p[i]);
    }
    memcpy(number, &sum, sizeof sum);
    return 1;
}

/* hsvc__scn_number: 42, -1, 0xff. */
int hsvc__scn_number(struct scn_str text, int64_t *number) {
    if (text.n > 2 && text.p[0] == '0' && lower(text.p[1]) == 'x') return hex_number(text.p + 2, text.n - 2, number);
    if (text.n > 1 && text.p[0] == '-') {
        if (!digits(text.p + 1, text.n - 1, number)) return 0;
        *number = -*number;
        return 1;
    }
    return digits(text.p, text.n, number);
}

int hsvc__scn_unit(struct scn_str text, int64_t *ms_each) {
    static const struct {
        const char *word;
        int64_t ms;
    } units[] = {{"ms", 1},          {"s", 1000},         {"sec", 1000},       {"second", 1000}, {"seconds", 1000},
                 {"min", 60000},     {"minute", 60000},   {"minutes", 60000},  {"h", 3600000},   {"hour", 3600000},
                 {"hours", 3600000}, {"day", SCN_DAY_MS}, {"days", SCN_DAY_MS}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!hsvc__scn_is(text, units[i].word)) continue;
        *ms_each = units[i].ms;
        return 1;
    }
    return 0;
}

/* hsvc__scn_amount: a number with up to three decimals, in thousandths; rest is what follows it ("s" of "1.5s"). */
int hsvc__scn_amount(struct scn_str text, int64_t *thousandths, struct scn_str *rest) {
    size_t i = 0, whole, places = 0;
    int64_t number = 0;
    while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9') i++;
    whole = i;
    if (!digits(text.p, whole, &number) || whole > 15) return 0;
    number *= 1000;
    if (i < text.n && text.p[i] == '.') {
        static const int64_t weight[] = {100, 10, 1};
        for (i++; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++, places++) {
            if (places == 3) return 0;
            number += weight[places] * (text.p[i] - '0');
        }
        if (places == 0) return 0;
    }
    *thousandths = number;
    rest->p = text.p + i;
    rest->n = text.n - i;
    return 1;
}

/* hsvc__scn_clock: 09:00, 09:00:15, 09:00:15.250, up to 24:00. */
int hsvc__scn_clock(struct scn_str text, int64_t *ms_of_day) {
    int64_t hour, minute, thousandths = 0;
    struct scn_str rest = {NULL, 0};
    if (text.n < 5 || text.p[2] != ':' || !digits(text.p, 2, &hour) || !digits(text.p + 3, 2, &minute)) return 0;
    if (text.n > 5) {
        struct scn_str seconds = {text.p + 6, text.n - 6};
        if (text.p[5] != ':' || text.n < 8 || !hsvc__scn_amount(seconds, &thousandths, &rest) || rest.n > 0) return 0;
        if (seconds.n > 2 && seconds.p[2] != '.') return 0;
    }
    if (hour > 24 || minute > 59 || thousandths > 59999) return 0;
    *ms_of_day = (hour * 60 + minute) * 60000 + thousandths;
    return *ms_of_day <= SCN_DAY_MS;
}

/* hsvc__scn_date: 2026-03-02 as milliseconds of its midnight. Days by the civil calendar, counted from March so that the
 * leap day is the year's last. */
int hsvc__scn_date(struct scn_str text, int64_t *midnight) {
    static const int64_t before[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    int64_t year, month, day, days;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-') return 0;
    if (!digits(text.p, 4, &year) || !digits(text.p + 5, 2, &month) || !digits(text.p + 8, 2, &day)) return 0;
    if (year < 1971 || month < 1 || month > 12 || day < 1 || day > 31) return 0;
    if (month < 3) year--;
    days = year * 365 + year / 4 - year / 100 + year / 400 + before[month - 1] + day - 1;
    *midnight = (days - 719468) * SCN_DAY_MS;
    return 1;
}
