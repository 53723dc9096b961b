/* sqlite_store.c: what an input costs on the SQLite store: `bench_sqlite_store [--users N] [--inputs N] [--folder DIR]`.
 *
 * Beside it, in the same run and on the same disk, a hand-written program of prepared statements that does an ordinary
 * sign-in: two rows read, both written if nobody changed them, one line logged, one commit. Its tables have the shape that
 * such programs have: text keys, a version. The ratio is what the library costs; the times are the disk's. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/sqlite.h"
#include "headsetsvc/stdlib.h"
#include "headsetsvc/testkit.h"

/* SQLite's calls come through here: a program's own functions go before a shared library's. */
static uint64_t syncs;
#define COUNTED(name)                                                  \
    __attribute__((visibility("default"))) int name(int fd);           \
    int name(int fd) {                                                 \
        static int (*real)(int);                                       \
        void *found = real == NULL ? dlsym(RTLD_NEXT, #name) : NULL;   \
        if (real == NULL) memcpy(&real, &found, sizeof real);          \
        syncs++;                                                       \
        return real(fd);                                               \
    }
COUNTED(fsync)
COUNTED(fdatasync)

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(int good, const char *where) {
    if (good) return;
    fprintf(stderr, "bench_sqlite_store: %s\n", where);
    exit(1);
}

static uint64_t random_state = 1;
static uint32_t below(uint32_t of) {
    uint64_t z = (random_state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ z >> 31) % of);
}

/* ---- the hand-written program ---- */

static sqlite3 *db;
static sqlite3_stmt *by_hand[7];
static const char *const by_hand_sql[7] = {
    "BEGIN IMMEDIATE",
    "SELECT state, ver, due FROM users WHERE k = ?1",
    "SELECT state, ver, due FROM headsets WHERE k = ?1",
    "UPDATE users SET ver = ?1, state = 1, due = ?1 WHERE k = ?2 AND ver = ?3",
    "UPDATE headsets SET ver = ?1, state = 1, due = ?1 WHERE k = ?2 AND ver = ?3",
    "INSERT INTO log(u, h, ev) VALUES(?1, ?2, 1)",
    "COMMIT",
};

static void run_sql(const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(db)); }

static void name(char *to, char kind, uint32_t i) { snprintf(to, 40, "%c-%030u", kind, i * 2654435761u % 1000003u); }

static void step(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    check(code == SQLITE_DONE || code == SQLITE_ROW, sqlite3_errmsg(db));
    sqlite3_reset(statement);
}

static int64_t version_of(sqlite3_stmt *query, const char *key) {
    int64_t version;
    sqlite3_bind_text(query, 1, key, 32, SQLITE_STATIC);
    check(sqlite3_step(query) == SQLITE_ROW, "no row");
    version = sqlite3_column_int64(query, 1);
    sqlite3_reset(query);
    return version;
}

static void update(sqlite3_stmt *statement, const char *key, int64_t version) {
    sqlite3_bind_int64(statement, 1, version + 1);
    sqlite3_bind_text(statement, 2, key, 32, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 3, version);
    step(statement);
}

static void sign_in_by_hand(uint32_t users) {
    char user[40], headset[40];
    uint32_t i = below(users);
    name(user, 'u', i);
    name(headset, 'h', i);
    step(by_hand[0]);
    int64_t user_version = version_of(by_hand[1], user), headset_version = version_of(by_hand[2], headset);
    update(by_hand[3], user, user_version);
    update(by_hand[4], headset, headset_version);
    sqlite3_bind_text(by_hand[5], 1, user, 32, SQLITE_STATIC);
    sqlite3_bind_text(by_hand[5], 2, headset, 32, SQLITE_STATIC);
    step(by_hand[5]);
    step(by_hand[6]);
}

static void open_by_hand(const char *path, uint32_t users) {
    sqlite3_stmt *insert;
    check(sqlite3_open(path, &db) == SQLITE_OK, "by hand");
    run_sql("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536;"
            "CREATE TABLE users(k TEXT PRIMARY KEY, ver INTEGER, state INTEGER, due INTEGER, data BLOB) WITHOUT ROWID;"
            "CREATE TABLE headsets(k TEXT PRIMARY KEY, ver INTEGER, state INTEGER, due INTEGER, data BLOB) WITHOUT ROWID;"
            "CREATE TABLE log(seq INTEGER PRIMARY KEY, u TEXT, h TEXT, ev INTEGER); BEGIN");
    for (int table = 0; table < 2; table++) {
        const char *sql = table == 0 ? "INSERT OR IGNORE INTO users VALUES(?1, 0, 0, 0, zeroblob(40))"
                                     : "INSERT OR IGNORE INTO headsets VALUES(?1, 0, 0, 0, zeroblob(40))";
        check(sqlite3_prepare_v2(db, sql, -1, &insert, NULL) == SQLITE_OK, sqlite3_errmsg(db));
        for (uint32_t i = 0; i < users; i++) {
            char key[40];
            name(key, table == 0 ? 'u' : 'h', i);
            sqlite3_bind_text(insert, 1, key, 32, SQLITE_STATIC);
            step(insert);
        }
        sqlite3_finalize(insert);
    }
    run_sql("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL");
    for (int i = 0; i < 7; i++)
        check(sqlite3_prepare_v3(db, by_hand_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &by_hand[i], NULL) == SQLITE_OK, sqlite3_errmsg(db));
}

/* ---- the library ---- */

static hsvc_sqlite *sqlite;
static hsvc_record_store *record;
static hsvc_engine *engine;
static hsvc_effects *effects;

static void open_library(const char *path, uint32_t flags) {
    hsvc_allocator allocator;
    hsvc_sqlite_config config;
    hsvc_store inner = {.struct_size = sizeof inner}, store = {.struct_size = sizeof store};
    hsvc_stdlib_allocator(&allocator);
    hsvc_sqlite_init(&config, sizeof config);
    config.allocator = &allocator;
    config.path = path;
    config.flags = flags;
    check(hsvc_sqlite_new(&config, &sqlite, NULL) == HSVC_OK && hsvc_sqlite_bind(sqlite, &inner) == HSVC_OK, "sqlite");
    check(hsvc_record_store_new(&allocator, &inner, HSVC_RECORD_COUNTS_ONLY, &record) == HSVC_OK, "record");
    check(hsvc_record_store_bind(record, &store) == HSVC_OK, "record");
    check(hsvc_stdlib_engine(&store, &engine, &effects) == HSVC_OK, "engine");
}

static void close_library(void) {
    hsvc_effects_free(effects);
    hsvc_engine_free(engine);
    hsvc_record_store_free(record);
    hsvc_sqlite_free(sqlite);
}

static void give(const hsvc_input *inputs, size_t count) {
    int32_t status = hsvc_apply(engine, inputs, count, 0, effects);
    check(status == HSVC_OK, hsvc_name(HSVC_REGISTRY_STATUS, status));
}

/* Names live as long as the inputs of a batch. */
#define BATCH_MOST 16u
static char devices[BATCH_MOST][16], serials[BATCH_MOST][16], users_of[BATCH_MOST][16];

static void name_desk(uint32_t slot, uint32_t i) {
    snprintf(devices[slot], sizeof devices[slot], "P%06u", i);
    snprintf(serials[slot], sizeof serials[slot], "S%06u", i);
    snprintf(users_of[slot], sizeof users_of[slot], "u%06u", i);
}

/* Everybody has a headset and a desk of their own; a countdown of no time signs in at once. */
static void set_up(uint32_t users) {
    static hsvc_item profile = {"lines", 5, 0, HSVC_ITEM_PROFILE, 0, 0, 0};
    hsvc_input in;
    hsvc_input_policy_set(&in, HSVC_PARAM_PIN_ENTRY, HSVC_SCOPE_GLOBAL, HSVC_CHOICE_PIN_ENTRY_NOT_REQUIRED);
    give(&in, 1);
    hsvc_input_policy_set(&in, HSVC_PARAM_PRESENCE_SETTLE, HSVC_SCOPE_GLOBAL, 0); /* the clock is the wall's */
    give(&in, 1);
    hsvc_input_policy_set(&in, HSVC_PARAM_AUTO_SIGN_IN_AFTER, HSVC_SCOPE_GLOBAL, 0);
    give(&in, 1);
    for (uint32_t i = 0; i < users; i++) {
        hsvc_input batch[4];
        name_desk(0, i);
        hsvc_input_user_put(&batch[0], users_of[0], &profile, 1);
        hsvc_input_device_put(&batch[1], devices[0], "own", HSVC_DEVICE_ANONYMOUS, "desk", "CP-8851", "14.1(1)", HSVC_FLAG_EM_ENABLED);
        hsvc_input_device_registered(&batch[2], devices[0], 0, 0);
        hsvc_input_associate(&batch[3], users_of[0], serials[0]);
        give(batch, 4);
    }
}

struct kind {
    const char *name;
    int32_t (*make)(hsvc_input *in, uint32_t slot);
};
static uint64_t generation_of(uint32_t slot) {
    hsvc_device_view view = {.struct_size = sizeof view};
    check(hsvc_device_get(engine, devices[slot], strlen(devices[slot]), &view) == HSVC_OK, "device");
    return view.generation_desired;
}
static int32_t connected(hsvc_input *in, uint32_t slot) { return hsvc_input_headset_connected(in, devices[slot], serials[slot], 1); }
static int32_t registered(hsvc_input *in, uint32_t slot) { return hsvc_input_device_registered(in, devices[slot], generation_of(slot), 0); }
static int32_t begun(hsvc_input *in, uint32_t slot) { return hsvc_input_call_begun(in, devices[slot], 7, HSVC_CALL_ACTIVE); }
static int32_t ended(hsvc_input *in, uint32_t slot) { return hsvc_input_call_ended(in, devices[slot], 7); }
static int32_t sign_out(hsvc_input *in, uint32_t slot) { return hsvc_input_menu_sign_out(in, devices[slot]); }
static int32_t wiped(hsvc_input *in, uint32_t slot) { return hsvc_input_wipe_done(in, devices[slot], generation_of(slot)); }
static int32_t unplugged(hsvc_input *in, uint32_t slot) { return hsvc_input_headset_disconnected(in, devices[slot], serials[slot], 1); }
/* One person's visit, in this order. */
static const struct kind kinds[] = {{"sign-in (HEADSET_CONNECTED)", connected}, {"DEVICE_REGISTERED", registered}, {"CALL_BEGUN", begun},
                                    {"CALL_ENDED", ended}, {"MENU_SIGN_OUT", sign_out}, {"DEVICE_REGISTERED again", registered},
                                    {"WIPE_DONE", wiped}, {"HEADSET_DISCONNECTED", unplugged}};
#define KINDS (sizeof kinds / sizeof *kinds)

struct tally {
    double time;
    uint64_t inputs, syncs;
    hsvc_record_counts counts;
};

static void measure(struct tally *tally, const struct kind *kind, uint32_t batch) {
    hsvc_input inputs[BATCH_MOST];
    hsvc_record_counts counts = {.struct_size = sizeof counts};
    double from;
    for (uint32_t i = 0; i < batch; i++) check(kind->make(&inputs[i], i) == HSVC_OK, "input");
    hsvc_record_store_reset(record);
    syncs = 0;
    from = seconds();
    give(inputs, batch);
    tally->time += seconds() - from;
    tally->inputs += batch;
    tally->syncs += syncs;
    check(hsvc_record_store_counts(record, &counts) == HSVC_OK, "counts");
    tally->counts.read_trips += counts.read_trips;
    tally->counts.commits += counts.commits;
    tally->counts.rows += counts.rows;
    tally->counts.puts += counts.puts + counts.deletes;
    tally->counts.bytes_written += counts.bytes_written;
}

static void print(const char *title, const struct tally *tally, double floor) {
    double n = (double)tally->inputs;
    printf("%-30s %8.0f %6.2f %6.2f %6.2f %6.1f %6.1f %7.0f", title, n / tally->time, (double)tally->syncs / n,
           (double)tally->counts.read_trips / n, (double)tally->counts.commits / n, (double)tally->counts.rows / n,
           (double)tally->counts.puts / n, (double)tally->counts.bytes_written / n);
    if (floor > 0) printf(" %6.2f", n / tally->time / floor);
    printf("\n");
}

/* One by hand for each visit, between the visits: what the disk and the neighbours do, they do to both. */
static void visits(uint32_t users, uint32_t inputs, uint32_t batch) {
    struct tally tallies[KINDS];
    double floor = 0;
    uint64_t rounds = 0, floor_syncs = 0;
    memset(tallies, 0, sizeof tallies);
    for (uint32_t done = 0; done < inputs; done += (uint32_t)KINDS * batch, rounds++) {
        uint32_t first = below(users / BATCH_MOST) * BATCH_MOST; /* different desks in one batch */
        double from = seconds();
        syncs = 0;
        sign_in_by_hand(users);
        floor += seconds() - from;
        floor_syncs += syncs;
        for (uint32_t i = 0; i < batch; i++) name_desk(i, first + i);
        for (size_t k = 0; k < KINDS; k++) measure(&tallies[k], &kinds[k], batch);
    }
    floor = (double)rounds / floor;
    printf("%u input%s a commit; by hand: %.0f sign-ins a second, %.2f syncs each\n", batch, batch == 1 ? "" : "s", floor,
           (double)floor_syncs / (double)rounds);
    for (size_t k = 0; k < KINDS; k++) print(kinds[k].name, &tallies[k], k == 0 ? floor : 0);
}

int main(int argc, char **argv) {
    uint32_t users = 10000, inputs = 20000;
    const char *folder = "build/bench";
    char path[256], hand[256], command[1100];
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--users") == 0) users = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--inputs") == 0) inputs = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--folder") == 0) folder = argv[i + 1];
        else check(0, "[--users N] [--inputs N] [--folder DIR]");
    }
    check(users >= BATCH_MOST && inputs > 0, "a few users, please");
    snprintf(path, sizeof path, "%s/bench-desks.db", folder);
    snprintf(hand, sizeof hand, "%s/bench-hand.db", folder);
    snprintf(command, sizeof command, "rm -f '%s' '%s'-* '%s' '%s'-*", path, path, hand, hand);
    check(system(command) == 0, "clean");
    open_by_hand(hand, users);
    open_library(path, HSVC_SQLITE_NORMAL);
    set_up(users);
    close_library();
    open_library(path, 0);
    printf("%-30s %8s %6s %6s %6s %6s %6s %7s %6s\n", "", "/s", "syncs", "reads", "commit", "rows", "ops", "bytes", "ratio");
    visits(users, inputs, 1);
    visits(users, inputs * BATCH_MOST / 4, BATCH_MOST);
    close_library();
    sqlite3_close(db);
    return 0;
}
