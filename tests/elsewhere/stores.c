/* stores.c: what a machine leaves in a store, and what it makes of a store that another machine has filled (STORE-7, BULK-5).
 *
 *   stores write OUT SCRIPT...   plays each script on a memory store; OUT.rows: every row of it, OUT.csv: every export of it
 *   stores open ROWS OUT         fills memory stores with the rows of such a file, looks whether they are sound, exports them
 *                                again, and goes on: time runs until nothing is due any more, and is written as above
 * Files of all machines must be the same, byte for byte (tests/elsewhere/run.sh). Status 1 if anything failed, with a line
 * that says what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "headsetsvc/csv.h"
#include "headsetsvc/scenario.h"
#include "headsetsvc/stdlib.h"
#include "headsetsvc/testkit.h"

#define ROW_MOST (1u << 20)
#define STEPS_MOST 2000 /* of time, until nothing is due any more */

static void must(int holds, const char *what, const char *of) {
    if (holds) return;
    (void)fprintf(stderr, "stores: %s: %s\n", of, what);
    exit(1);
}
#define OK(call, of) must((call) == HSVC_OK, #call, of)

/* ---- the files: numbers have eight bytes, the lowest first; a piece is its length and its bytes ---- */
static FILE *open_file(const char *name, const char *end, const char *how) {
    char path[1024];
    FILE *file;
    int n = snprintf(path, sizeof path, "%s%s", name, end);
    must(n > 0 && (size_t)n < sizeof path, "its name is too long", name);
    file = fopen(path, how);
    must(file != NULL, "cannot be opened", path);
    return file;
}

static void put_number(FILE *to, uint64_t number) {
    for (int i = 0; i < 8; i++, number >>= 8) must(fputc((int)(number & 255), to) != EOF, "cannot be written", "a file");
}

static uint64_t get_number(FILE *from) {
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        int byte = fgetc(from);
        must(byte != EOF, "ends early", "the rows");
        number |= (uint64_t)byte << 8 * i;
    }
    return number;
}

static void put_piece(FILE *to, const void *bytes, size_t len) {
    put_number(to, len);
    must(fwrite(bytes, 1, len, to) == len, "cannot be written", "a file");
}

static size_t get_piece(FILE *from, void *bytes, size_t most) {
    uint64_t len = get_number(from);
    must(len <= most && fread(bytes, 1, (size_t)len, from) == len, "a piece is wrong", "the rows");
    return (size_t)len;
}

/* ---- one store ---- */
struct place {
    const char *name; /* of the script that filled it */
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_manual_clock *clock;
    hsvc_engine *engine;
    FILE *rows, *csv; /* where it is written */
    uint64_t count;
};

static void place_open(struct place *p, const char *name) {
    p->name = name;
    p->store.struct_size = sizeof p->store;
    OK(hsvc_stdlib_allocator(&p->allocator), name);
    OK(hsvc_memory_store_new(&p->allocator, &p->memory), name);
    OK(hsvc_memory_store_bind(p->memory, &p->store), name);
}

/* place_engine: one that takes this moment for now. */
static void place_engine(struct place *p, int64_t now) {
    hsvc_config config;
    OK(hsvc_manual_clock_new(&p->allocator, now, &p->clock), p->name);
    OK(hsvc_config_init(&config, sizeof config), p->name);
    config.flags = HSVC_CONFIG_ANY_EPOCH;
    config.allocator = &p->allocator;
    config.store = &p->store;
    config.clock = hsvc_manual_clock_read;
    config.clock_user = p->clock;
    OK(hsvc_engine_new(&config, &p->engine), p->name);
}

static void place_close(struct place *p) {
    hsvc_engine_free(p->engine);
    hsvc_manual_clock_free(p->clock);
    hsvc_memory_store_free(p->memory);
}

/* ---- writing ---- */
static int32_t count_row(const hsvc_row *row, void *user) {
    (void)row;
    ((struct place *)user)->count++;
    return HSVC_OK;
}

static int32_t write_row(const hsvc_row *row, void *user) {
    struct place *p = (struct place *)user;
    put_piece(p->rows, row->key, row->key_len);
    put_piece(p->rows, row->value, row->value_len);
    return HSVC_OK;
}

static int32_t write_csv(const char *bytes, size_t len, void *user) {
    return fwrite(bytes, 1, len, ((struct place *)user)->csv) == len ? HSVC_OK : HSVC_ERR_NOT_FOUND;
}

static void export_kind(struct place *p, uint32_t kind) {
    hsvc_csv_config config;
    hsvc_csv_export *exporter = NULL;
    int32_t done = 0;
    OK(hsvc_csv_config_init(&config, sizeof config), p->name);
    config.kind = kind;
    config.engine = p->engine;
    config.allocator = &p->allocator;
    config.write = write_csv;
    config.user = p;
    OK(hsvc_csv_export_new(&config, &exporter), p->name);
    while (!done) OK(hsvc_csv_export_step(exporter, &done), p->name);
    hsvc_csv_export_free(exporter);
}

/* write_all: name, the moment, and every row; every export behind its script's name. */
static void write_all(struct place *p, int64_t now) {
    uint64_t findings = 1;
    OK(hsvc_verify(p->engine, NULL, NULL, &findings), p->name);
    must(findings == 0, "the store is not sound", p->name);
    p->count = 0;
    OK(p->store.scan((const uint8_t *)"", 0, NULL, 0, SIZE_MAX, count_row, p, p->store.user), p->name);
    put_piece(p->rows, p->name, strlen(p->name));
    put_number(p->rows, (uint64_t)now);
    put_number(p->rows, p->count);
    OK(p->store.scan((const uint8_t *)"", 0, NULL, 0, SIZE_MAX, write_row, p, p->store.user), p->name);
    must(fprintf(p->csv, "%s\n", p->name) > 0, "cannot be written", p->name);
    for (uint32_t kind = HSVC_CSV_ASSOCIATIONS; kind <= HSVC_CSV_AUDIT; kind++) export_kind(p, kind);
}

/* ---- write: scripts ---- */
static size_t read_script(const char *path, char *bytes, size_t most) {
    FILE *file = open_file(path, "", "rb");
    size_t len = fread(bytes, 1, most, file);
    must(fclose(file) == 0 && len < most, "cannot be read", path);
    return len;
}

static void play(const char *path, FILE *rows, FILE *csv) {
    static char bytes[1 << 18];
    struct place p = {.rows = rows, .csv = csv};
    hsvc_scenario_config config;
    hsvc_scenario_result result;
    hsvc_scenario *scenario = NULL;
    size_t len = read_script(path, bytes, sizeof bytes);
    place_open(&p, path);
    OK(hsvc_scenario_config_init(&config, sizeof config), path);
    OK(hsvc_scenario_result_init(&result, sizeof result), path);
    config.allocator = &p.allocator;
    config.store = &p.store;
    OK(hsvc_scenario_new(&config, &scenario), path);
    OK(hsvc_scenario_run(scenario, path, bytes, len, &result), path);
    must(result.failures == 0, "the script failed", path);
    hsvc_scenario_free(scenario);
    place_engine(&p, result.end_at);
    write_all(&p, result.end_at);
    place_close(&p);
}

/* ---- open: rows of another machine ---- */
static void put_row(struct place *p, FILE *from) {
    static uint8_t key[ROW_MOST], value[ROW_MOST];
    uint64_t revision = 0;
    hsvc_op op;
    memset(&op, 0, sizeof op);
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ABSENT;
    op.key = key;
    op.value = value;
    op.key_len = get_piece(from, key, sizeof key);
    op.value_len = get_piece(from, value, sizeof value);
    OK(p->store.commit(&op, 1, &revision, p->store.user), p->name);
}

/* rest: time runs until nothing is due any more; gives the moment. */
static int64_t rest(struct place *p, int64_t now) {
    hsvc_effects *fx = NULL;
    int64_t at = 0;
    int32_t due = 1;
    OK(hsvc_effects_new(&p->allocator, &fx), p->name);
    for (int i = 0; i < STEPS_MOST && due; i++) {
        OK(hsvc_next_deadline(p->engine, &at), p->name);
        due = at != HSVC_NEVER;
        if (!due) break;
        if (at > now) now = at;
        OK(hsvc_manual_clock_set(p->clock, now), p->name);
        OK(hsvc_advance(p->engine, fx), p->name);
    }
    hsvc_effects_free(fx);
    return now;
}

static int open_one(FILE *from, FILE *rows, FILE *csv) {
    struct place p = {.rows = rows, .csv = csv};
    char name[1024];
    size_t len;
    int64_t now;
    int first = fgetc(from);
    if (first == EOF) return 0;
    must(ungetc(first, from) == first, "cannot be read", "the rows");
    len = get_piece(from, name, sizeof name - 1);
    name[len] = '\0';
    place_open(&p, name);
    now = (int64_t)get_number(from);
    for (uint64_t left = get_number(from); left > 0; left--) put_row(&p, from);
    place_engine(&p, now);
    write_all(&p, now);
    now = rest(&p, now);
    write_all(&p, now);
    place_close(&p);
    return 1;
}

int main(int argc, char **argv) {
    int writes = argc > 3 && strcmp(argv[1], "write") == 0, opens = argc == 4 && strcmp(argv[1], "open") == 0, stores = 0;
    const char *out = writes ? argv[2] : opens ? argv[3] : NULL;
    FILE *rows, *csv, *from;
    must(out != NULL, "stores write OUT SCRIPT... | stores open ROWS OUT", "usage");
    rows = open_file(out, ".rows", "wb");
    csv = open_file(out, ".csv", "wb");
    if (writes) {
        for (stores = 0; stores < argc - 3; stores++) play(argv[stores + 3], rows, csv);
    } else {
        from = open_file(argv[2], "", "rb");
        while (open_one(from, rows, csv)) stores++;
        (void)fclose(from);
    }
    must(fclose(rows) == 0 && fclose(csv) == 0, "cannot be written", out);
    (void)printf("%d stores\n", stores);
    return stores == 0;
}
