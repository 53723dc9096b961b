/* hammer_check.c: was there one serial order of all commits that explains what every node saw, and is everything that was
 * acknowledged still there?
 *
 * Each record's versions are its revisions. A commit that expects revision r of a key read that version; if it writes the
 * key, it replaced it. So three kinds of "before": who wrote a version is before who read it; who read it is before who
 * replaced it. A circle in that means that no serial order exists (write skew, lost update, torn commit). A commit
 * whose end is not in the log may have happened: it excuses, and never accuses. Keys written without an expectation
 * (deadlines: hints) prove nothing and are left out. Absence is revision 0 of a key that nobody ever deletes. */
#define _DEFAULT_SOURCE

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "process/hammer.h"

#define SAY_MOST 10

enum { NOT, DONE, MAYBE };
struct commit {
    size_t first, count;
    uint64_t revision;
    int state;
};
struct version { /* of a key: written, read or replaced by a commit */
    uint64_t key, revision;
    size_t commit;
};
struct versions {
    struct version *at;
    size_t count, room;
};
struct session {
    uint64_t device, number;
    int began;
};
struct edge {
    size_t from, to;
};
struct check {
    struct hammer_op *ops;
    size_t op_count, op_room;
    struct commit *commits;
    size_t count, room;
    struct session *sessions;
    size_t session_count, session_room;
    struct versions written, read, replaced, maybe, last; /* maybe: what a commit of unknown outcome would replace */
    struct versions unsure; /* keys that a commit of unknown outcome would write */
    struct versions loose, deleted; /* keys */
    struct edge *edges;
    size_t edge_count, edge_room;
    uint64_t violations;
};

static void *more(void *items, size_t size, size_t count, size_t *room) {
    if (count < *room) return items;
    *room = *room == 0 ? 1024 : *room * 2;
    items = realloc(items, size * *room);
    if (items == NULL) exit(1);
    return items;
}

static void add(struct versions *list, uint64_t key, uint64_t revision, size_t commit) {
    list->at = (struct version *)more(list->at, sizeof *list->at, list->count, &list->room);
    list->at[list->count].key = key;
    list->at[list->count].revision = revision;
    list->at[list->count++].commit = commit;
}

static void violated(struct check *c, const char *what, uint64_t key, uint64_t revision) {
    if (c->violations++ < SAY_MOST)
        fprintf(stderr, "hammer: %s: key %016llx, revision %llu\n", what, (unsigned long long)key, (unsigned long long)revision);
}

/* ---- logs ---- */
static void add_intent(struct check *c, FILE *file, uint64_t count) {
    struct commit *commit;
    c->commits = (struct commit *)more(c->commits, sizeof *c->commits, c->count, &c->room);
    commit = &c->commits[c->count++];
    commit->first = c->op_count;
    commit->revision = 0;
    commit->state = MAYBE;
    for (commit->count = 0; commit->count < count; commit->count++) {
        struct hammer_op op;
        if (fread(&op, sizeof op, 1, file) != 1) break;
        c->ops = (struct hammer_op *)more(c->ops, sizeof *c->ops, c->op_count, &c->op_room);
        c->ops[c->op_count++] = op;
    }
}

static void add_session(struct check *c, const struct hammer_entry *entry) {
    struct session *session;
    c->sessions = (struct session *)more(c->sessions, sizeof *c->sessions, c->session_count, &c->session_room);
    session = &c->sessions[c->session_count++];
    session->device = entry->device;
    session->number = entry->number;
    session->began = entry->status;
}

static void read_log(struct check *c, FILE *file) {
    struct hammer_entry entry;
    while (fread(&entry, sizeof entry, 1, file) == 1) {
        if (entry.type == HAMMER_INTENT) add_intent(c, file, entry.number);
        if (entry.type == HAMMER_SESSION) add_session(c, &entry);
        if (entry.type != HAMMER_OUTCOME || c->count == 0) continue;
        c->commits[c->count - 1].revision = entry.number;
        c->commits[c->count - 1].state = entry.status == HSVC_OK ? DONE : entry.status == HSVC_ERR_UNKNOWN ? MAYBE : NOT;
    }
}

static void read_logs(struct check *c, const char *folder) {
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char path[1024];
        FILE *file;
        if (strncmp(entry->d_name, "node-", 5) != 0) continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        file = fopen(path, "rb");
        if (file == NULL) exit(1);
        read_log(c, file);
        fclose(file);
    }
    if (dir != NULL) closedir(dir);
}

static int32_t take_last(const hsvc_row *row, void *user) {
    add(&((struct check *)user)->last, hsvc_hash64(row->key, row->key_len), row->revision, 0);
    return HSVC_OK;
}

/* ---- versions ---- */
static int by_version(const void *a, const void *b) {
    const struct version *x = (const struct version *)a, *y = (const struct version *)b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->revision != y->revision) return x->revision < y->revision ? -1 : 1;
    return (x->commit > y->commit) - (x->commit < y->commit);
}

static void sort(struct versions *list) {
    if (list->count > 1) qsort(list->at, list->count, sizeof *list->at, by_version);
}

/* find: the first entry of this version, the list's end if there is none. any: of this key. */
static const struct version *find(const struct versions *list, uint64_t key, uint64_t revision, int any) {
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct version *at = &list->at[mid];
        if (at->key < key || (at->key == key && !any && at->revision < revision)) low = mid + 1;
        else high = mid;
    }
    if (low < list->count && list->at[low].key == key && (any || list->at[low].revision == revision)) return &list->at[low];
    return NULL;
}

static int is_loose(const struct check *c, uint64_t key) { return find(&c->loose, key, 0, 1) != NULL; }

/* The keys about which nothing is proved must be known before anything else. */
static void sort_out_keys(struct check *c) {
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; c->commits[i].state != NOT && j < c->commits[i].count; j++) {
            const struct hammer_op *op = &c->ops[c->commits[i].first + j];
            if (op->kind != HSVC_OP_CHECK && op->expect == HSVC_EXPECT_ANY) add(&c->loose, op->key, 0, 0);
            if (op->kind == HSVC_OP_DELETE) add(&c->deleted, op->key, 0, 0);
        }
    sort(&c->loose);
    sort(&c->deleted);
}

static void add_op(struct check *c, size_t i, const struct hammer_op *op) {
    int writes = op->kind != HSVC_OP_CHECK, proves = op->expect != HSVC_EXPECT_ANY;
    uint64_t expected = op->expect == HSVC_EXPECT_REVISION ? op->revision : 0;
    if (is_loose(c, op->key)) return;
    if (op->expect == HSVC_EXPECT_ABSENT && find(&c->deleted, op->key, 0, 1) != NULL) proves = 0;
    if (c->commits[i].state == MAYBE) {
        if (writes) add(&c->maybe, op->key, expected, i);
        if (op->kind == HSVC_OP_PUT) add(&c->unsure, op->key, 0, i);
        return;
    }
    if (op->kind == HSVC_OP_PUT) add(&c->written, op->key, c->commits[i].revision, i);
    if (proves) add(&c->read, op->key, expected, i);
    if (proves && writes) add(&c->replaced, op->key, expected, i);
}

static void sort_out_versions(struct check *c) {
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; c->commits[i].state != NOT && j < c->commits[i].count; j++)
            add_op(c, i, &c->ops[c->commits[i].first + j]);
    sort(&c->written);
    sort(&c->read);
    sort(&c->replaced);
    sort(&c->maybe);
    sort(&c->unsure);
    sort(&c->last);
}

/* ---- what must hold ---- */
static int by_number(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* A commit of checks alone gives its revision to no row, and so may give one that comes again. */
static int writes_rows(const struct check *c, size_t commit) {
    for (size_t j = 0; j < c->commits[commit].count; j++)
        if (c->ops[c->commits[commit].first + j].kind != HSVC_OP_CHECK) return 1;
    return 0;
}

static void check_revisions(struct check *c) {
    uint64_t *all = (uint64_t *)calloc(c->count + 1, sizeof *all);
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->commits[i].state == DONE && writes_rows(c, i)) all[count++] = c->commits[i].revision;
    qsort(all, count, sizeof *all, by_number);
    for (size_t i = 1; i < count; i++)
        if (all[i] == all[i - 1]) violated(c, "one revision for two commits", 0, all[i]);
    free(all);
}

static void check_updates(struct check *c) {
    for (size_t i = 1; i < c->replaced.count; i++) {
        const struct version *a = &c->replaced.at[i - 1], *b = &c->replaced.at[i];
        if (a->key == b->key && a->revision == b->revision) violated(c, "lost update: replaced twice", b->key, b->revision);
    }
}

static void check_reads(struct check *c) {
    for (size_t i = 0; i < c->read.count; i++) {
        const struct version *read = &c->read.at[i];
        if (read->revision == 0 || find(&c->written, read->key, read->revision, 0) != NULL) continue;
        if (find(&c->unsure, read->key, 0, 1) == NULL) violated(c, "read what nobody wrote", read->key, read->revision);
    }
}

/* Everything acknowledged was either replaced by somebody, or is there. */
static void check_end(struct check *c) {
    for (size_t i = 0; i < c->written.count; i++) {
        const struct version *version = &c->written.at[i];
        if (find(&c->replaced, version->key, version->revision, 0) != NULL) continue;
        if (find(&c->last, version->key, version->revision, 0) != NULL) continue;
        if (find(&c->maybe, version->key, version->revision, 0) != NULL) continue;
        violated(c, "acknowledged, and gone", version->key, version->revision);
    }
    for (size_t i = 0; i < c->last.count; i++) {
        const struct version *last = &c->last.at[i];
        if (is_loose(c, last->key)) continue;
        if (find(&c->replaced, last->key, last->revision, 0) != NULL) violated(c, "acknowledged, and undone", last->key, last->revision);
        if (find(&c->written, last->key, last->revision, 0) == NULL && find(&c->unsure, last->key, 0, 1) == NULL)
            violated(c, "there, and nobody wrote it", last->key, last->revision);
    }
}

static int by_session(const void *a, const void *b) {
    const struct session *x = (const struct session *)a, *y = (const struct session *)b;
    if (x->device != y->device) return x->device < y->device ? -1 : 1;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return x->began - y->began;
}

static void check_sessions(struct check *c) {
    if (c->session_count > 1) qsort(c->sessions, c->session_count, sizeof *c->sessions, by_session);
    for (size_t i = 1; i < c->session_count; i++)
        if (by_session(&c->sessions[i - 1], &c->sessions[i]) == 0)
            violated(c, c->sessions[i].began ? "a session began twice" : "a session ended twice", c->sessions[i].device,
                     c->sessions[i].number);
}

/* ---- one serial order ---- */
static void add_edge(struct check *c, size_t from, size_t to) {
    if (from == to) return;
    c->edges = (struct edge *)more(c->edges, sizeof *c->edges, c->edge_count, &c->edge_room);
    c->edges[c->edge_count].from = from;
    c->edges[c->edge_count++].to = to;
}

static void add_edges(struct check *c) {
    for (size_t i = 0; i < c->read.count; i++) {
        const struct version *read = &c->read.at[i];
        const struct version *writer = find(&c->written, read->key, read->revision, 0);
        const struct version *after = find(&c->replaced, read->key, read->revision, 0);
        if (writer != NULL) add_edge(c, writer->commit, read->commit);
        if (after != NULL) add_edge(c, read->commit, after->commit);
    }
}

static int by_from(const void *a, const void *b) {
    size_t x = ((const struct edge *)a)->from, y = ((const struct edge *)b)->from;
    return (x > y) - (x < y);
}

/* check_order: takes away, again and again, the commits before which nothing is left. What remains goes in circles. */
static void check_order(struct check *c) {
    size_t *before = (size_t *)calloc(c->count + 1, sizeof *before), *first = (size_t *)calloc(c->count + 2, sizeof *first);
    size_t *queue = (size_t *)calloc(c->count + 1, sizeof *queue), taken = 0, queued = 0;
    add_edges(c);
    if (c->edge_count > 1) qsort(c->edges, c->edge_count, sizeof *c->edges, by_from);
    for (size_t i = 0; i < c->edge_count; i++) {
        before[c->edges[i].to]++;
        first[c->edges[i].from + 1]++;
    }
    for (size_t i = 0; i < c->count; i++) first[i + 1] += first[i];
    for (size_t i = 0; i < c->count; i++)
        if (before[i] == 0) queue[queued++] = i;
    for (; taken < queued; taken++)
        for (size_t e = first[queue[taken]]; e < first[queue[taken] + 1]; e++)
            if (--before[c->edges[e].to] == 0) queue[queued++] = c->edges[e].to;
    for (size_t i = 0; i < c->count && queued < c->count; i++)
        if (before[i] != 0) violated(c, "no serial order: in a circle with others", c->ops[c->commits[i].first].key, c->commits[i].revision);
    free(before);
    free(first);
    free(queue);
}

static void free_all(struct check *c) {
    struct versions *lists[] = {&c->written, &c->read, &c->replaced, &c->maybe, &c->unsure, &c->loose, &c->deleted, &c->last};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) free(lists[i]->at);
    free(c->ops);
    free(c->commits);
    free(c->sessions);
    free(c->edges);
}

uint64_t hammer_check(const struct hammer *h) {
    struct hammer_store opened;
    struct check c;
    memset(&c, 0, sizeof c);
    read_logs(&c, h->folder);
    if (!hammer_store_open(&opened, h->store) ||
        opened.store.scan(NULL, 0, NULL, 0, SIZE_MAX, take_last, &c, opened.store.user) != HSVC_OK || c.count == 0) {
        fprintf(stderr, "hammer: there is nothing to check\n");
        c.violations++;
    }
    hammer_store_close(&opened);
    sort_out_keys(&c);
    sort_out_versions(&c);
    check_revisions(&c);
    check_updates(&c);
    check_reads(&c);
    check_end(&c);
    check_sessions(&c);
    check_order(&c);
    free_all(&c);
    return c.violations;
}
