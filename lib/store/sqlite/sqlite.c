/* sqlite.c: the handle of the SQLite store: opening, problems, closing. */
#define _POSIX_C_SOURCE 200809L /* getpid */
#include "sqlite_store.h"

#include <unistd.h>

#define CACHE "PRAGMA cache_size = -32768" /* 32 MB: the hot records of some hundred thousand desks */

static const char *const statements[HSVC__SQL_COUNT] = {
    [HSVC__SQL_BEGIN_READ] = "BEGIN",
    [HSVC__SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [HSVC__SQL_COMMIT] = "COMMIT",
    [HSVC__SQL_ROLLBACK] = "ROLLBACK",
    [HSVC__SQL_READ] = "SELECT key, revision, value FROM records WHERE key = ?",
    [HSVC__SQL_SCAN] = "SELECT key, revision, value FROM records WHERE key >= ?1 ORDER BY key LIMIT ?2",
    [HSVC__SQL_SCAN_TO] = "SELECT key, revision, value FROM records WHERE key >= ?1 AND key < ?3 ORDER BY key LIMIT ?2",
    [HSVC__SQL_REVISION_OF] = "SELECT revision FROM records WHERE key = ?",
    [HSVC__SQL_LAST_REVISION] = "SELECT revision FROM store",
    [HSVC__SQL_NEXT_REVISION] = "UPDATE store SET revision = revision + 1 RETURNING revision",
    [HSVC__SQL_DELETE] = "DELETE FROM records WHERE key = ?",
};

/* ---- problems ---- */

static const struct problem {
    const char *name;
    int32_t status;
    const char *text;
} problems[] = {
#define PROBLEM(name, status, text) {#name, status, text},
#include "problems.def"
#undef PROBLEM
};

int32_t hsvc__sqlite_problem(hsvc_sqlite *store, uint32_t kind) {
    store->problem = kind;
    return problems[kind].status;
}

static uint32_t kind_of(int code) {
    if (code == SQLITE_IOERR_SHMSIZE) return HSVC_SQLITE_DISK_FULL; /* no room for the index of the log */
    switch (code & 0xff) {
        case SQLITE_NOTADB:
            return HSVC_SQLITE_NOT_A_DATABASE;
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return HSVC_SQLITE_CANNOT_OPEN;
        case SQLITE_READONLY:
            return HSVC_SQLITE_IS_READ_ONLY;
        case SQLITE_FULL:
            return HSVC_SQLITE_DISK_FULL;
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_PROTOCOL:
            return HSVC_SQLITE_LOCKED;
        case SQLITE_IOERR:
            return HSVC_SQLITE_IO;
        case SQLITE_CORRUPT:
            return HSVC_SQLITE_DAMAGED;
        case SQLITE_NOMEM:
            return HSVC_SQLITE_NO_MEMORY;
        default:
            return HSVC_SQLITE_OTHER;
    }
}

int32_t hsvc__sqlite_fail(hsvc_sqlite *store, int code) {
    const char *text = store->db == NULL ? sqlite3_errstr(code) : sqlite3_errmsg(store->db);
    size_t len = strlen(text);
    if (len >= sizeof store->sqlite_text) len = sizeof store->sqlite_text - 1;
    memcpy(store->sqlite_text, text, len);
    store->sqlite_text[len] = 0;
    store->sqlite_code = store->db == NULL ? code : sqlite3_extended_errcode(store->db);
    return hsvc__sqlite_problem(store, kind_of(store->sqlite_code));
}

static int32_t fill_problem(const hsvc_sqlite *store, int32_t status, const char *text, hsvc_sqlite_problem *problem) {
    hsvc_sqlite_problem ours;
    uint32_t kind = store == NULL ? HSVC_SQLITE_NO_PROBLEM : store->problem;
    memset(&ours, 0, sizeof ours);
    ours.kind = kind;
    ours.status = status;
    ours.sqlite_code = store == NULL ? 0 : store->sqlite_code;
    ours.name = problems[kind].name;
    ours.text = problems[kind].text;
    ours.sqlite_text = text;
    return hsvc__sized_out(problem, &ours, sizeof ours, sizeof ours);
}

int32_t hsvc_sqlite_last_problem(const hsvc_sqlite *store, hsvc_sqlite_problem *problem) {
    if (store == NULL) return HSVC_ERR_ARGUMENT;
    return fill_problem(store, problems[store->problem].status, store->sqlite_text, problem);
}

/* ---- calls ---- */

int32_t hsvc__sqlite_enter(hsvc_sqlite *store) {
    if (store->in_use) return hsvc__sqlite_problem(store, HSVC_SQLITE_BUSY);
    store->problem = HSVC_SQLITE_NO_PROBLEM;
    store->sqlite_code = 0;
    store->sqlite_text[0] = 0;
    return store->process == (long)getpid() ? HSVC_OK : hsvc__sqlite_problem(store, HSVC_SQLITE_FORKED);
}

int32_t hsvc__sqlite_run(hsvc_sqlite *store, int statement) {
    int code = sqlite3_step(store->sql[statement]);
    int32_t status = code == SQLITE_DONE ? HSVC_OK : hsvc__sqlite_fail(store, code);
    (void)sqlite3_reset(store->sql[statement]);
    return status;
}

/* ---- opening ---- */

static int32_t prepare(hsvc_sqlite *store) {
    char put[HSVC__SQLITE_PUT_LEN];
    hsvc__sqlite_put_text(put);
    for (int i = 0; i < HSVC__SQL_COUNT; i++) {
        const char *text = i == HSVC__SQL_PUT ? put : statements[i];
        int code = sqlite3_prepare_v3(store->db, text, -1, SQLITE_PREPARE_PERSISTENT, &store->sql[i], NULL);
        if (code != SQLITE_OK) return hsvc__sqlite_fail(store, code);
    }
    return HSVC_OK;
}

static int32_t open_file(hsvc_sqlite *store, const hsvc_sqlite_config *config) {
    int is_report = (store->flags & HSVC_SQLITE_READ_ONLY) != 0;
    int flags = SQLITE_OPEN_NOMUTEX | (is_report ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    uint32_t wait = config->wait_ms == 0 ? HSVC_SQLITE_WAIT : config->wait_ms;
    int code = sqlite3_open_v2(config->path, &store->db, flags, NULL);
    int32_t status;
    if (code != SQLITE_OK) return hsvc__sqlite_fail(store, code);
    (void)sqlite3_busy_timeout(store->db, wait > INT32_MAX ? INT32_MAX : (int)wait);
    if (!is_report && sqlite3_db_readonly(store->db, "main") == 1)
        return hsvc__sqlite_problem(store, HSVC_SQLITE_IS_READ_ONLY);
    status = hsvc__sqlite_schema(store, wait);
    if (status == HSVC_OK) status = hsvc__sqlite_exec(store, CACHE);
    if (status == HSVC_OK)
        status = hsvc__sqlite_exec(store, (store->flags & HSVC_SQLITE_NORMAL) != 0 ? "PRAGMA synchronous = NORMAL"
                                                                                   : "PRAGMA synchronous = FULL");
    return status == HSVC_OK ? prepare(store) : status;
}

static int32_t config_in(hsvc_sqlite_config *to, hsvc_allocator *allocator, const hsvc_sqlite_config *from) {
    int32_t status = hsvc__sized_in(to, sizeof *to, sizeof *to, from);
    if (status == HSVC_OK) status = hsvc__allocator_in(allocator, to->allocator);
    if (status != HSVC_OK) return status;
    if ((to->flags & ~(HSVC_SQLITE_READ_ONLY | HSVC_SQLITE_NORMAL)) != 0) return HSVC_ERR_FLAGS;
    return to->path == NULL || to->path[0] == 0 || to->reserved != 0 ? HSVC_ERR_ARGUMENT : HSVC_OK;
}

int32_t hsvc_sqlite_new(const hsvc_sqlite_config *config, hsvc_sqlite **store, hsvc_sqlite_problem *problem) {
    hsvc_sqlite_config checked;
    hsvc_allocator allocator;
    hsvc_sqlite *made;
    int32_t status;
    if (store == NULL) return HSVC_ERR_ARGUMENT;
    *store = NULL;
    status = config_in(&checked, &allocator, config);
    if (problem != NULL && fill_problem(NULL, status, "", problem) != HSVC_OK) return HSVC_ERR_STRUCT_SIZE;
    if (status != HSVC_OK) return status;
    made = (hsvc_sqlite *)hsvc__alloc(&allocator, sizeof *made);
    if (made == NULL) return HSVC_ERR_MEMORY;
    memset(made, 0, sizeof *made);
    made->allocator = allocator;
    made->flags = checked.flags;
    made->process = (long)getpid();
    status = open_file(made, &checked);
    if (problem != NULL)
        (void)fill_problem(made, status, made->sqlite_code == 0 ? "" : sqlite3_errstr(made->sqlite_code), problem);
    if (status == HSVC_OK)
        *store = made;
    else
        hsvc_sqlite_free(made);
    return status;
}

int32_t hsvc_sqlite_init(void *sized, size_t size) { return hsvc__sized_init(sized, size, 2 * sizeof(uint32_t)); }

int32_t hsvc_sqlite_bind(hsvc_sqlite *sqlite, hsvc_store *store) {
    hsvc_store bound;
    if (sqlite == NULL) return HSVC_ERR_ARGUMENT;
    memset(&bound, 0, sizeof bound);
    bound.ops_max = HSVC__SQLITE_OPS_MAX;
    bound.read = hsvc__sqlite_read;
    bound.scan = hsvc__sqlite_scan;
    bound.commit = hsvc__sqlite_commit;
    bound.user = sqlite;
    return hsvc__sized_out(store, &bound, sizeof bound, sizeof bound);
}

/* A child of the process that opened the file must not close it: that would drop the parent's locks. It only gives back
 * the memory of the handle; SQLite's own goes with the process. */
void hsvc_sqlite_free(hsvc_sqlite *store) {
    if (store == NULL) return;
    if (store->process == (long)getpid()) {
        for (int i = 0; i < HSVC__SQL_COUNT; i++) (void)sqlite3_finalize(store->sql[i]);
        (void)sqlite3_close(store->db);
    }
    hsvc__release(&store->allocator, store, sizeof *store);
}
