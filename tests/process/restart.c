/* restart.c: a host on a store that lasts, and what it finds when it starts again: `restart STORE`, the name as for the
 * hammer. Killed by SIGKILL behind each commit of the story, and before anybody heard of its effects: does the next start
 * give every phone what it should wear and show (STORE-6)? Restored from a backup: is the old store refused by its name, and
 * taken only where that is meant (STORE-9)?
 *
 * What is right is known from the same story on a memory store that takes no more commits. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, setenv, kill */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/hammer.h"
#include "unit/screens.h"

static const char *store_name;

/* ---- the store, and a fresh one ---- */

static void run_command(const char *command) {
    if (system(command) != 0) fail_msg("%s", command);
}

static const char *file_of_sqlite(void) { return strncmp(store_name, "sqlite:", 7) == 0 ? store_name + 7 : NULL; }

static void make_fresh(unsigned number) {
    char text[1100];
    const char *file = file_of_sqlite();
    if (file == NULL) { /* a schema of its own */
        snprintf(text, sizeof text, "restart_%u", number);
        assert_int_equal(setenv("HSVC_TEST_SCHEMA", text, 1), 0);
        return;
    }
    snprintf(text, sizeof text, "rm -f '%s' '%s'-wal '%s'-shm", file, file, file);
    run_command(text);
}

/* ---- a store that counts commits, and then kills or refuses ---- */

struct counting {
    const hsvc_store *inner;
    uint64_t done, most;
    int kills; /* behind the last; else there are no more */
};

static int32_t counting_commit(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    struct counting *c = (struct counting *)user;
    int32_t status = c->done < c->most ? c->inner->commit(ops, count, revision, c->inner->user) : HSVC_ERR_UNAVAILABLE;
    if (status == HSVC_OK && ++c->done == c->most && c->kills) kill(getpid(), SIGKILL);
    return status;
}
static int32_t counting_read(const hsvc_key *keys, size_t count, hsvc_row_sink sink, void *sink_user, void *user) {
    const struct counting *c = (const struct counting *)user;
    return c->inner->read(keys, count, sink, sink_user, c->inner->user);
}
static int32_t counting_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                             hsvc_row_sink sink, void *sink_user, void *user) {
    const struct counting *c = (const struct counting *)user;
    return c->inner->scan(from, from_len, to, to_len, limit, sink, sink_user, c->inner->user);
}

static void count_commits(struct counting *c, struct desk *d, const hsvc_store *inner, uint64_t most) {
    memset(c, 0, sizeof *c);
    c->inner = inner;
    c->most = most;
    d->store = *inner;
    d->store.read = counting_read;
    d->store.scan = counting_scan;
    d->store.commit = counting_commit;
    d->store.user = c;
}

/* The story until the store refuses, painted as it goes; the line that it came to. */
static size_t play(struct desk *d, const struct story *story, struct world *seen, int acks) {
    size_t i = 0;
    for (; i < STORY_LINES; i++) {
        int32_t status = story_go(d, story, i);
        obey(seen, d->fx);
        if (status == HSVC_OK && acks) status = acknowledge(d, seen);
        if (status == HSVC_OK) continue;
        assert_int_equal(status, HSVC_ERR_UNAVAILABLE);
        break;
    }
    return i;
}

/* ---- killed, and started again ---- */

/* The host that dies: what it heard outlives it. */
static void host(const struct story *story, uint64_t most, int acks, struct world *heard) {
    struct desk d;
    struct hammer_store opened;
    struct counting counting;
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* this process is no test */
    desk_ready(&d);
    if (!hammer_store_open(&opened, store_name)) _exit(2);
    count_commits(&counting, &d, &opened.store, most);
    counting.kills = 1;
    desk_start(&d);
    (void)play(&d, story, heard, acks);
    _exit(3);
}

/* catch_up: what is due by now. */
static void catch_up(struct desk *d, struct world *seen) {
    int64_t next, now;
    OK(hsvc_manual_clock_get(d->clock, &now));
    OK(hsvc_next_deadline(d->engine, &next));
    for (int calls = 0; next <= now; calls++) {
        assert_true(calls < 100);
        OK(hsvc_advance(d->engine, d->fx));
        obey(seen, d->fx);
        OK(hsvc_next_deadline(d->engine, &next));
    }
}

/* What should stand there behind so many commits; how many the whole story has, if it has fewer. The line, for messages. */
static uint64_t truth_behind(const struct story *story, uint64_t most, int acks, struct world *truth, int64_t *at) {
    struct desk d;
    struct counting counting;
    size_t line;
    desk_ready(&d);
    count_commits(&counting, &d, &d.plain, most);
    desk_start(&d);
    line = play(&d, story, truth, acks);
    *at = story->at[line < STORY_LINES ? line : STORY_LINES - 1];
    most = counting.done;
    counting.most = UINT64_MAX;
    catch_up(&d, truth); /* as the host that starts again will */
    desk_close(&d);
    return most;
}

static void start_again(struct world *seen, const struct world *truth, int64_t at) {
    struct desk d;
    struct hammer_store opened;
    int64_t due;
    desk_ready(&d);
    assert_true(hammer_store_open(&opened, store_name));
    d.store = d.plain = opened.store;
    OK(hsvc_manual_clock_set(d.clock, at));
    desk_start(&d);
    OK(hsvc_next_deadline(d.engine, &due));
    seen->fresh = 0;
    resync_all(&d, seen);
    if (due > at) assert_int_equal(seen->fresh, 0);
    catch_up(&d, seen);
    for (int i = 0; i < PHONES; i++) compare_phone(&d, i, &seen->phone[i], &truth->phone[i]);
    sound(&d);
    desk_close(&d);
    hammer_store_close(&opened);
}

static void die_behind(const struct story *story, uint64_t commit, int acks, struct world *heard) {
    struct world truth = {0};
    int64_t at = 0;
    int how = 0;
    pid_t child;
    make_fresh((unsigned)commit * 2 + (unsigned)acks);
    memset(heard, 0, sizeof *heard);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) host(story, commit, acks, heard);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(WTERMSIG(how), SIGKILL);
    assert_int_equal(truth_behind(story, commit, acks, &truth, &at), commit);
    start_again(heard, &truth, at);
}

static void no_kill_leaves_a_wrong_screen_STORE_6(void **state) {
    static struct story story;
    struct world whole, *heard;
    (void)state;
    heard = (struct world *)mmap(NULL, sizeof *heard, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(heard != MAP_FAILED);
    story_make(&story);
    for (int acks = 0; acks < 2; acks++) {
        int64_t at;
        uint64_t commits;
        memset(&whole, 0, sizeof whole);
        commits = truth_behind(&story, UINT64_MAX, acks, &whole, &at);
        printf("%llu commits%s\n", (unsigned long long)commits, acks ? ", phones that acknowledge" : "");
        for (uint64_t n = 1; n <= commits; n++) die_behind(&story, n, acks, heard);
    }
    story_free(&story);
    munmap(heard, sizeof *heard);
}

/* ---- a backup, and the store that it makes of today ---- */

enum { BACKED_UP_AT = 18, WENT_ON_TO = 48 }; /* lines: ann is at P1; she has left, bob has come and gone */

/* A file and its log are copied as they are, the host's handle still open; a database is dumped. */
static void back_up(void) {
    char text[2200];
    const char *file = file_of_sqlite();
    if (file != NULL)
        snprintf(text, sizeof text, "rm -f '%s'.kept*; cp '%s' '%s'.kept && cp '%s'-wal '%s'.kept-wal", file, file,
                 file, file, file);
    else
        snprintf(text, sizeof text,
                 "pg_dump \"$HSVC_TEST_PGSQL\" --schema=$HSVC_TEST_SCHEMA --clean >\"$HSVC_TEST_PGSQL_DIR/dump\"");
    run_command(text);
}

static void restore(void) {
    char text[2200];
    const char *file = file_of_sqlite();
    if (file != NULL)
        snprintf(text, sizeof text, "rm -f '%s'-shm; mv '%s'.kept '%s' && mv '%s'.kept-wal '%s'-wal", file, file, file,
                 file, file);
    else
        snprintf(text, sizeof text,
                 "psql \"$HSVC_TEST_PGSQL\" -q1 -v ON_ERROR_STOP=1 -f \"$HSVC_TEST_PGSQL_DIR/dump\" "
                 ">\"$HSVC_TEST_PGSQL_DIR/restored\"");
    run_command(text);
}

static int32_t open_at(struct desk *d, uint64_t epoch, uint32_t flags) {
    d->config.epoch = epoch;
    d->config.flags = flags;
    return hsvc_engine_new(&d->config, &d->engine);
}

static int is_in(struct desk *d, const char *user) {
    hsvc_device_view view = device_view(d, "P1");
    return view.user_len == strlen(user) && memcmp(view.user, user, view.user_len) == 0;
}

/* Yesterday: epoch 5, then the backup. Today: epoch 6, and people come and go. */
static void live_two_days(struct desk *d, const struct story *story) {
    OK(open_at(d, 0, 0));
    for (size_t i = 0; i < BACKED_UP_AT; i++) OK(story_go(d, story, i));
    OK(hsvc_epoch_raise(d->engine, 5));
    assert_true(is_in(d, "ann"));
    back_up();
    OK(hsvc_epoch_raise(d->engine, 6));
    for (size_t i = BACKED_UP_AT; i < WENT_ON_TO; i++) OK(story_go(d, story, i));
    assert_false(is_in(d, "ann"));
    hsvc_engine_free(d->engine);
    d->engine = NULL;
}

static void a_restored_backup_is_refused_and_can_be_meant_STORE_9(void **state) {
    static struct story story;
    struct desk d;
    struct hammer_store opened;
    uint64_t epoch = 0;
    (void)state;
    story_make(&story);
    make_fresh(0);
    desk_ready(&d);
    OK(hsvc_effects_new(&d.allocator, &d.fx));
    assert_true(hammer_store_open(&opened, store_name));
    d.store = d.plain = opened.store;
    live_two_days(&d, &story);
    hammer_store_close(&opened);
    restore();
    assert_true(hammer_store_open(&opened, store_name));
    d.store = d.plain = opened.store;
    assert_int_equal(open_at(&d, 6, 0), HSVC_ERR_EPOCH);
    OK(open_at(&d, 6, HSVC_CONFIG_ANY_EPOCH));
    OK(hsvc_epoch_get(d.engine, &epoch));
    assert_int_equal(epoch, 5);
    assert_true(is_in(&d, "ann"));
    OK(hsvc_epoch_raise(d.engine, 7));
    hsvc_engine_free(d.engine);
    OK(open_at(&d, 7, 0));
    sound(&d);
    desk_close(&d);
    hammer_store_close(&opened);
    story_free(&story);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_kill_leaves_a_wrong_screen_STORE_6),
        cmocka_unit_test(a_restored_backup_is_refused_and_can_be_meant_STORE_9),
    };
    if (argc != 2) {
        fprintf(stderr, "restart STORE: sqlite:FILE, which is removed first, or pgsql:CONNINFO\n");
        return 2;
    }
    store_name = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
