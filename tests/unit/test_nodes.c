/* test_nodes.c: several engines on one store share its deadlines: each its own devices first, none of them twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/inputs.h"
#include "headsetsvc/stdlib.h"
#include "records/record.h"

#define DEVICES 100 /* more than one advance takes */
#define NODES 2

static int64_t now_ms = 1700000000000;

static int32_t clock_now(int64_t *now, void *user) {
    (void)user;
    *now = now_ms;
    return HSVC_OK;
}

/* The store says CONFLICT to the next `refuse` commits: another node was first. */
static int refuse;
static int commits;
static int32_t (*real_commit)(const hsvc_op *ops, size_t count, uint64_t *revision, void *user);
static int32_t commit_or_refuse(const hsvc_op *ops, size_t count, uint64_t *revision, void *user) {
    commits++;
    return refuse > 0 && refuse-- ? HSVC_ERR_CONFLICT : real_commit(ops, count, revision, user);
}

/* The first byte and the time of the key where a call's first scan began: "S" is the beginning. Patrols come later. */
static int scan_family;
static int64_t scan_time;
static int32_t (*real_scan)(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                            hsvc_row_sink sink, void *sink_user, void *user);
static int32_t note_scan(const uint8_t *from, size_t from_len, const uint8_t *to, size_t to_len, size_t limit,
                         hsvc_row_sink sink, void *sink_user, void *user) {
    uint64_t time = 0;
    for (size_t i = 1; i < 9 && from_len >= 9; i++) time = time << 8 | from[i];
    if (scan_family == 0) {
        scan_family = from[0];
        scan_time = (int64_t)time;
    }
    return real_scan(from, from_len, to, to_len, limit, sink, sink_user, user);
}

struct world {
    hsvc_allocator allocator;
    hsvc_memory_store *memory;
    hsvc_store store;
    hsvc_engine *nodes[NODES];
    hsvc_effects *effects;
};

static void tell(struct world *w, const hsvc_input *input) {
    assert_int_equal(hsvc_apply(w->nodes[0], input, 1, 0, w->effects), HSVC_OK);
}

/* Every device shows the prompt of a headset that belongs to nobody: a deadline each, all at the same time. */
static void begin(struct world *w) {
    assert_int_equal(hsvc_stdlib_allocator(&w->allocator), HSVC_OK);
    assert_int_equal(hsvc_memory_store_new(&w->allocator, &w->memory), HSVC_OK);
    assert_int_equal(hsvc_store_init(&w->store, sizeof w->store), HSVC_OK);
    assert_int_equal(hsvc_memory_store_bind(w->memory, &w->store), HSVC_OK);
    real_commit = w->store.commit;
    w->store.commit = commit_or_refuse;
    real_scan = w->store.scan;
    w->store.scan = note_scan;
    assert_int_equal(hsvc_effects_new(&w->allocator, &w->effects), HSVC_OK);
    for (uint32_t n = 0; n < NODES; n++) {
        hsvc_config config;
        hsvc_config_init(&config, sizeof config);
        config.allocator = &w->allocator;
        config.store = &w->store;
        config.clock = clock_now;
        config.node = n;
        config.node_count = NODES;
        config.poll_ms = 700;
        assert_int_equal(hsvc_engine_new(&config, &w->nodes[n]), HSVC_OK);
    }
    for (int i = 0; i < DEVICES; i++) {
        char device[16], serial[16];
        hsvc_input in;
        snprintf(device, sizeof device, "desk-%03d", i);
        snprintf(serial, sizeof serial, "S%03d", i);
        hsvc_input_device_put(&in, device, "own", HSVC_DEVICE_ANONYMOUS, NULL, "CP-8865", "14.2(1)", HSVC_FLAG_EM_ENABLED);
        tell(w, &in);
        hsvc_input_device_registered(&in, device, 0, 0);
        tell(w, &in);
        hsvc_input_headset_connected(&in, device, serial, 1);
        tell(w, &in);
    }
}

static void end(struct world *w) {
    for (uint32_t n = 0; n < NODES; n++) hsvc_engine_free(w->nodes[n]);
    hsvc_effects_free(w->effects);
    hsvc_memory_store_free(w->memory);
}

/* is_own: the device's share, as deadlines are shared among nodes: by the hash of its canonical name. */
static int is_own(const hsvc_verdict *verdict, uint32_t node) {
    return hsvc_hash64(verdict->device, verdict->device_len) % NODES == node;
}

static void each_node_fires_its_own_devices_first_STORE_5_TIME_3(void **state) {
    struct world w;
    size_t fired = 0;
    (void)state;
    begin(&w);
    now_ms += 120000; /* prompt_timeout */
    for (uint32_t turn = 0; turn < 4; turn++) {
        uint32_t node = turn % NODES;
        size_t count;
        int others = 0;
        assert_int_equal(hsvc_advance(w.nodes[node], w.effects), HSVC_OK);
        count = hsvc_verdict_count(w.effects);
        assert_true(count <= HSVC_LIMIT_ADVANCE_DEVICES);
        for (size_t i = 0; i < count; i++) {
            hsvc_verdict verdict;
            hsvc_verdict_init(&verdict, sizeof verdict);
            assert_int_equal(hsvc_verdict_at(w.effects, i, &verdict), HSVC_OK);
            assert_int_equal(verdict.reason, HSVC_REASON_PROMPT_TIMEOUT);
            others |= !is_own(&verdict, node);
            assert_true(!others || !is_own(&verdict, node)); /* own ones never after others */
        }
        fired += count;
    }
    assert_int_equal(fired, DEVICES); /* each on exactly one node, none twice */
    end(&w);
}

static void next_deadline_is_at_most_a_poll_away_STORE_5_TIME_3(void **state) {
    struct world w;
    int64_t at = 0;
    (void)state;
    begin(&w);
    assert_int_equal(hsvc_next_deadline(w.nodes[1], &at), HSVC_OK);
    assert_int_equal(at, now_ms + 700);
    now_ms += 119900;
    assert_int_equal(hsvc_next_deadline(w.nodes[1], &at), HSVC_OK);
    assert_int_equal(at, now_ms + 100); /* the deadline itself is nearer */
    end(&w);
}

/* own_among: how many of the first so many devices, in order of their names, are this node's. */
static size_t own_among(uint32_t node, int first) {
    size_t own = 0;
    for (int i = 0; i < first; i++) {
        char device[16];
        size_t len = (size_t)snprintf(device, sizeof device, "desk-%03d", i);
        own += hsvc_hash64(device, len) % NODES == node;
    }
    return own;
}

/* own_devices: how many of the devices are this node's. */
static size_t own_devices(uint32_t node) { return own_among(node, DEVICES); }

static void a_deadline_that_another_node_was_first_with_is_skipped_STORE_5(void **state) {
    struct world w;
    size_t fired;
    (void)state;
    begin(&w);
    now_ms += 120000;
    refuse = 3;
    commits = 0;
    assert_int_equal(hsvc_advance(w.nodes[0], w.effects), HSVC_OK);
    fired = hsvc_verdict_count(w.effects);
    assert_int_equal(fired, commits - 3); /* none of the three was tried again */
    for (uint32_t i = 0; i < 6; i++) { /* they are still due, so nobody loses them */
        assert_int_equal(hsvc_advance(w.nodes[i % NODES], w.effects), HSVC_OK);
        fired += hsvc_verdict_count(w.effects);
    }
    assert_int_equal(fired, DEVICES);
    end(&w);
}

/* All nodes wake when one device is due; who goes for another node's at once only wastes commits. */
static void others_deadlines_are_left_to_them_for_a_poll_STORE_5_TIME_3(void **state) {
    struct world w;
    size_t fired = 0;
    int64_t at;
    (void)state;
    begin(&w);
    now_ms += 120000;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(hsvc_advance(w.nodes[0], w.effects), HSVC_OK);
        fired += hsvc_verdict_count(w.effects);
    }
    assert_int_equal(fired, own_devices(0)); /* all of them, though they are more than one look sees */
    assert_int_equal(hsvc_next_deadline(w.nodes[0], &at), HSVC_OK);
    assert_int_equal(at, now_ms + 700);
    now_ms += 699;
    assert_int_equal(hsvc_advance(w.nodes[0], w.effects), HSVC_OK);
    assert_int_equal(hsvc_verdict_count(w.effects), 0);
    now_ms++; /* node 1 is away */
    assert_int_equal(hsvc_next_deadline(w.nodes[0], &at), HSVC_OK);
    assert_true(at <= now_ms);
    assert_int_equal(hsvc_advance(w.nodes[0], w.effects), HSVC_OK);
    assert_int_equal(hsvc_verdict_count(w.effects), DEVICES - own_devices(0));
    end(&w);
}

static size_t advance_node(struct world *w, uint32_t node) {
    scan_family = 0;
    assert_int_equal(hsvc_advance(w->nodes[node], w->effects), HSVC_OK);
    return hsvc_verdict_count(w->effects);
}

static int64_t next_of(struct world *w, uint32_t node) {
    int64_t at;
    scan_family = 0;
    assert_int_equal(hsvc_next_deadline(w->nodes[node], &at), HSVC_OK);
    return at;
}

/* restart: the node as a process of its own, whose clock says something else, or as the only one. */
static int64_t behind_ms;
static int32_t clock_behind(int64_t *now, void *user) {
    (void)user;
    *now = now_ms - behind_ms;
    return HSVC_OK;
}
static void restart(struct world *w, uint32_t node, uint32_t node_count, hsvc_clock_fn clock) {
    hsvc_config config;
    hsvc_config_init(&config, sizeof config);
    config.allocator = &w->allocator;
    config.store = &w->store;
    config.clock = clock;
    config.node = node < node_count ? node : 0;
    config.node_count = node_count;
    config.poll_ms = 700;
    hsvc_engine_free(w->nodes[node]);
    assert_int_equal(hsvc_engine_new(&config, &w->nodes[node]), HSVC_OK);
}

/* Some stores go through what was deleted, so a busy node does not begin there each time. */
static void scans_begin_where_the_last_found_something_for_a_poll_TIME_3(void **state) {
    struct world w;
    int64_t due;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    due = now_ms + 120000; /* prompt_timeout */
    now_ms += 180000;
    assert_int_equal(advance_node(&w, 0), HSVC_LIMIT_ADVANCE_DEVICES); /* of 100: there is more */
    assert_int_equal(scan_family, 'S');
    assert_int_equal(next_of(&w, 0), due);
    assert_int_equal(scan_family, 'T');
    assert_int_equal(scan_time, due);
    now_ms += 699;
    assert_int_equal(advance_node(&w, 0), DEVICES - HSVC_LIMIT_ADVANCE_DEVICES);
    assert_int_equal(scan_family, 'T');
    assert_int_equal(next_of(&w, 0), HSVC_NEVER); /* a node that is alone is told exactly */
    assert_int_equal(scan_family, 'S');
    now_ms += 699;
    assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(scan_family, 'T');
    assert_int_equal(scan_time, now_ms - 699 - 2000); /* clock_skew_max: another node may still arm in there */
    now_ms++;
    assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(scan_family, 'S');
    assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(scan_family, 'T');
    now_ms -= 60000; /* what was below the watermark is not due yet */
    assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(scan_family, 'S');
    end(&w);
}

/* A node whose clock is wrong, or whose input lay in the past, arms what is below the others' watermark. */
static void a_deadline_below_the_watermark_is_late_by_a_poll_at_most_TIME_3(void **state) {
    struct world w;
    hsvc_input in;
    (void)state;
    for (uint32_t nodes = 1; nodes <= NODES; nodes++) {
        int64_t at;
        begin(&w);
        now_ms += 180000;
        restart(&w, 0, nodes, clock_now);
        behind_ms = 150000; /* more than the 120 s of a prompt */
        restart(&w, 1, NODES, clock_behind);
        while (advance_node(&w, 0) != 0) continue;
        assert_int_equal(advance_node(&w, 0), 0);
        hsvc_input_headset_connected(&in, "desk-001", "S999", 9);
        assert_int_equal(hsvc_apply(w.nodes[1], &in, 1, 0, w.effects), HSVC_OK); /* due 30 s ago by node 0's clock */
        at = next_of(&w, 0);
        assert_true(at <= now_ms + 700);
        if (at > now_ms) now_ms = at;
        assert_int_equal(advance_node(&w, 0), 1);
        end(&w);
    }
}

/* doubts_over: how many entries say that a doubt at this device was over at that time. */
static int doubts_over(struct world *w, const char *device, int64_t at_ms) {
    static hsvc_audit_entry entries[HSVC_LIMIT_AUDIT_PAGE];
    hsvc_audit_cursor cursor;
    hsvc_device_view view;
    size_t count = 0;
    int found = 0;
    hsvc_device_view_init(&view, sizeof view);
    assert_int_equal(hsvc_device_get(w->nodes[0], device, strlen(device), &view), HSVC_OK);
    assert_int_equal(view.headset_count, 1);
    hsvc_audit_cursor_init(&cursor, sizeof cursor);
    cursor.subject_kind = HSVC_SUBJECT_DEVICE;
    cursor.subject = view.number;
    for (size_t i = 0; i < HSVC_LIMIT_AUDIT_PAGE; i++) hsvc_audit_entry_init(&entries[i], sizeof entries[i]);
    assert_int_equal(hsvc_audit_read(w->nodes[0], &cursor, entries, HSVC_LIMIT_AUDIT_PAGE, &count), HSVC_OK);
    for (size_t i = 0; i < count; i++) found += entries[i].at_ms == at_ms && strcmp(entries[i].event, "presence_due") == 0;
    return found;
}

/* Why the hammer tells deadlines apart by commits and not by due times: one timer stands for all doubts of a device. Its node ends the
 * first and so arms it for the second, 3 s later; to the other, which is 3 s behind, that was armed in the future, so it begins
 * anew by its own clock, and ends in the very millisecond that the first one ended in. Two deadlines, two entries. */
static void two_doubts_can_be_over_at_one_time_where_clocks_differ_TIME_4_OBS_3(void **state) {
    struct world w;
    hsvc_input in;
    int64_t asked;
    uint32_t own = (uint32_t)(hsvc_hash64("desk-000", 8) % NODES), other = NODES - 1 - own;
    (void)state;
    begin(&w);
    asked = now_ms;
    hsvc_input_headset_connected(&in, "desk-000", "T1", 2); /* beside the one that the phone asks about */
    tell(&w, &in);
    hsvc_input_headset_connected(&in, "desk-000", "T2", 3);
    tell(&w, &in);
    hsvc_input_headset_connected(&in, "desk-001", "T1", 4);
    tell(&w, &in); /* doubtful at desk-000 for verify_timeout, 10 s */
    now_ms = asked + 3000;
    hsvc_input_headset_connected(&in, "desk-001", "T2", 5);
    tell(&w, &in);
    now_ms = asked + 10000;
    assert_int_equal(hsvc_advance(w.nodes[own], w.effects), HSVC_OK);
    now_ms = asked + 7000; /* by the other's clock it is no later */
    assert_int_equal(hsvc_advance(w.nodes[other], w.effects), HSVC_OK);
    now_ms = asked + 10700; /* it helps after a poll */
    assert_int_equal(hsvc_advance(w.nodes[other], w.effects), HSVC_OK);
    assert_int_equal(doubts_over(&w, "desk-000", asked + 10000), 2);
    end(&w);
}

/* ---- a head of deadlines of which nothing can be made ---- */
static void put_row(struct world *w, const struct hsvc__key *key, const char *value) {
    uint64_t revision = 0;
    hsvc_op op = {.struct_size = sizeof op, .kind = HSVC_OP_PUT, .expect = HSVC_EXPECT_ANY};
    op.key = key->bytes;
    op.key_len = key->len;
    op.value = (const uint8_t *)value;
    op.value_len = strlen(value);
    assert_int_equal(real_commit(&op, 1, &revision, w->store.user), HSVC_OK);
}

/* fired_in: by this node, in so many calls; a damaged device makes each that met it fail. */
static size_t fired_in(struct world *w, uint32_t node, int calls, int *damaged) {
    size_t fired = 0;
    for (int i = 0; i < calls; i++) {
        int32_t status = hsvc_advance(w->nodes[node], w->effects);
        assert_true(status == HSVC_OK || status == HSVC_ERR_CORRUPT);
        *damaged += status != HSVC_OK;
        fired += hsvc_verdict_count(w->effects);
    }
    return fired;
}

static void more_damaged_devices_than_an_advance_takes_hold_up_no_other_STORE_7_TIME_3(void **state) {
    struct world w;
    int damaged = 0;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    for (int i = 0; i < HSVC_LIMIT_ADVANCE_DEVICES + 5; i++) { /* the first in order, as all are due at one time */
        struct hsvc__key key;
        char device[16];
        snprintf(device, sizeof device, "desk-%03d", i);
        hsvc__key_1(&key, HSVC__FAMILY_DEVICE, hsvc__str_of(device, strlen(device)));
        put_row(&w, &key, "damaged");
    }
    now_ms += 120000;
    assert_int_equal(fired_in(&w, 0, 2, &damaged), DEVICES - HSVC_LIMIT_ADVANCE_DEVICES - 5);
    assert_int_equal(damaged, 2);
    assert_int_equal(fired_in(&w, 0, 4, &damaged), 0); /* and whoever looks is told of them again and again */
    assert_int_equal(damaged, 6);
    end(&w);
}

/* put_stale: so many keys that mean nothing, all due at one time, of devices that are this node's or not. */
static void put_stale(struct world *w, int count, int64_t at, int own) {
    for (int i = 0; count > 0; i++) {
        struct hsvc__key key;
        char device[16];
        size_t len = (size_t)snprintf(device, sizeof device, "nobody-%d", i);
        if ((hsvc_hash64(device, len) % NODES == 0) != own) continue;
        hsvc__key_deadline(&key, at, hsvc__str_of(device, len));
        put_row(w, &key, "");
        count--;
    }
}

/* Only the node whose they are removes keys that mean nothing, and one may be gone for good. */
static void more_stale_deadlines_than_an_advance_takes_hold_up_no_other_STORE_5_TIME_3(void **state) {
    struct world w;
    int damaged = 0;
    (void)state;
    begin(&w);
    put_stale(&w, HSVC_LIMIT_ADVANCE_DEVICES + 5, now_ms, 0);
    now_ms += 120000;
    assert_int_equal(fired_in(&w, 0, 3, &damaged), own_devices(0));
    now_ms += 700; /* now the other node's too, which is away */
    assert_int_equal(fired_in(&w, 0, 2, &damaged), DEVICES - own_devices(0));
    assert_int_equal(damaged, 0);
    end(&w);
}

/* A damaged device stays among a node's own until it is repaired; those of a node that is gone must not wait for that. */
static void a_damaged_device_of_its_own_keeps_no_node_from_helping_STORE_7_TIME_3(void **state) {
    struct world w;
    int damaged = 0, own = 0;
    (void)state;
    begin(&w);
    for (char device[16]; snprintf(device, sizeof device, "desk-%03d", own), own < DEVICES; own++) {
        struct hsvc__key key;
        if (hsvc_hash64(device, 8) % NODES != 0) continue;
        hsvc__key_1(&key, HSVC__FAMILY_DEVICE, hsvc__str_of(device, 8));
        put_row(&w, &key, "damaged");
        break;
    }
    assert_in_range(own, 0, DEVICES - 1);
    now_ms += 120000;
    assert_int_equal(fired_in(&w, 0, 4, &damaged), own_devices(0) - 1);
    now_ms += 700;
    assert_int_equal(fired_in(&w, 0, 4, &damaged), DEVICES - own_devices(0));
    assert_in_range(damaged, 2, 8);
    end(&w);
}

/* What a node remembers of another's device may be old, and then the key of a deadline seems to mean nothing. */
static void a_stale_cache_hides_no_deadline_of_a_node_that_is_gone_STORE_5_TIME_3(void **state) {
    struct world w;
    hsvc_cache_store *cache;
    hsvc_store direct;
    hsvc_input in;
    char device[16];
    int damaged = 0;
    (void)state;
    begin(&w);
    for (int i = 0; snprintf(device, sizeof device, "desk-%03d", i), hsvc_hash64(device, 8) % NODES != 1;) i++;
    direct = w.store;
    assert_int_equal(hsvc_cache_store_new(&w.allocator, &direct, (size_t)1 << 20, &cache), HSVC_OK);
    assert_int_equal(hsvc_cache_store_bind(cache, &w.store), HSVC_OK);
    restart(&w, 0, NODES, clock_now);
    hsvc_input_headset_disconnected(&in, device, NULL, 1);
    tell(&w, &in); /* node 0 has it in its cache; the prompt goes */
    hsvc_input_headset_connected(&in, device, "T1", 2);
    assert_int_equal(hsvc_apply(w.nodes[1], &in, 1, 0, w.effects), HSVC_OK);
    now_ms += 120700;
    assert_int_equal(fired_in(&w, 0, 4, &damaged), DEVICES);
    assert_int_equal(damaged, 0);
    end(&w);
    hsvc_cache_store_free(cache);
}

/* ---- who goes for what, and how often ---- */
static void of_several_nodes_none_tries_a_deadline_twice_STORE_5(void **state) {
    struct world w;
    (void)state;
    begin(&w);
    now_ms += 120000;
    refuse = 1;
    assert_int_equal(advance_node(&w, 0), own_among(0, HSVC_LIMIT_ADVANCE_DEVICES) - 1);
    end(&w);
}

static void a_node_that_is_alone_tries_again_after_a_conflict_STORE_5(void **state) {
    struct world w;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    now_ms += 120000;
    refuse = 1;
    assert_int_equal(advance_node(&w, 0), HSVC_LIMIT_ADVANCE_DEVICES);
    end(&w);
}

/* All of them have been left for a poll: a node that is late goes for its own first all the same. */
static void a_node_fires_its_own_before_it_helps_STORE_5_TIME_3(void **state) {
    struct world w;
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    (void)state;
    begin(&w);
    now_ms += 120700;
    assert_int_equal(advance_node(&w, 0), own_among(0, HSVC_LIMIT_ADVANCE_DEVICES));
    for (size_t i = 0; hsvc_verdict_at(w.effects, i, &verdict) == HSVC_OK; i++) assert_true(is_own(&verdict, 0));
    end(&w);
}

static void who_helps_begins_at_the_other_end_STORE_5_TIME_3(void **state) {
    struct world w;
    hsvc_verdict verdict = {.struct_size = sizeof verdict};
    char before[16] = "desk-999";
    (void)state;
    begin(&w);
    now_ms += 120000;
    while (advance_node(&w, 0) != 0) continue; /* its own */
    now_ms += 700;
    assert_int_equal(advance_node(&w, 0), DEVICES - own_devices(0));
    for (size_t i = 0; hsvc_verdict_at(w.effects, i, &verdict) == HSVC_OK; i++) {
        assert_true(memcmp(verdict.device, before, 8) < 0);
        memcpy(before, verdict.device, 8);
    }
    end(&w);
}

static void what_is_left_to_another_for_a_poll_hides_nothing_behind_it_STORE_5_TIME_3(void **state) {
    struct world w;
    int damaged = 0;
    (void)state;
    begin(&w);
    put_stale(&w, HSVC_LIMIT_ADVANCE_DEVICES + 5, now_ms + 119999, 0);
    now_ms += 120000;
    assert_int_equal(fired_in(&w, 0, 4, &damaged), own_devices(0));
    end(&w);
}

/* unplug_from: the prompts of the devices behind the first `kept` go, and with them their deadlines. */
static void unplug_from(struct world *w, int kept) {
    for (int i = kept; i < DEVICES; i++) {
        char device[16];
        hsvc_input in;
        (void)snprintf(device, sizeof device, "desk-%03d", i % DEVICES);
        hsvc_input_headset_disconnected(&in, device, NULL, 1);
        tell(w, &in);
    }
}

static void a_key_that_means_nothing_goes_TIME_3(void **state) {
    struct world w;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    unplug_from(&w, 0);
    put_stale(&w, 1, now_ms, 1);
    assert_true(next_of(&w, 0) <= now_ms);
    assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(next_of(&w, 0), HSVC_NEVER);
    end(&w);
}

static void as_many_as_an_advance_takes_leave_nothing_to_come_back_for_TIME_3(void **state) {
    struct world w;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    unplug_from(&w, HSVC_LIMIT_ADVANCE_DEVICES);
    now_ms += 120000;
    assert_int_equal(advance_node(&w, 0), HSVC_LIMIT_ADVANCE_DEVICES);
    assert_int_equal(next_of(&w, 0), HSVC_NEVER);
    end(&w);
}

static void a_patrol_of_many_keys_comes_to_its_end_TIME_4(void **state) {
    struct world w;
    (void)state;
    begin(&w);
    restart(&w, 0, 1, clock_now);
    for (int i = 0; i < 3; i++) assert_int_equal(advance_node(&w, 0), 0);
    assert_int_equal(next_of(&w, 0), now_ms + 120000);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stale_cache_hides_no_deadline_of_a_node_that_is_gone_STORE_5_TIME_3),
        cmocka_unit_test(a_damaged_device_of_its_own_keeps_no_node_from_helping_STORE_7_TIME_3),
        cmocka_unit_test(a_deadline_below_the_watermark_is_late_by_a_poll_at_most_TIME_3),
        cmocka_unit_test(a_deadline_that_another_node_was_first_with_is_skipped_STORE_5),
        cmocka_unit_test(each_node_fires_its_own_devices_first_STORE_5_TIME_3),
        cmocka_unit_test(more_damaged_devices_than_an_advance_takes_hold_up_no_other_STORE_7_TIME_3),
        cmocka_unit_test(more_stale_deadlines_than_an_advance_takes_hold_up_no_other_STORE_5_TIME_3),
        cmocka_unit_test(next_deadline_is_at_most_a_poll_away_STORE_5_TIME_3),
        cmocka_unit_test(others_deadlines_are_left_to_them_for_a_poll_STORE_5_TIME_3),
        cmocka_unit_test(scans_begin_where_the_last_found_something_for_a_poll_TIME_3),
        cmocka_unit_test(two_doubts_can_be_over_at_one_time_where_clocks_differ_TIME_4_OBS_3),
        cmocka_unit_test(a_key_that_means_nothing_goes_TIME_3),
        cmocka_unit_test(a_node_fires_its_own_before_it_helps_STORE_5_TIME_3),
        cmocka_unit_test(a_node_that_is_alone_tries_again_after_a_conflict_STORE_5),
        cmocka_unit_test(a_patrol_of_many_keys_comes_to_its_end_TIME_4),
        cmocka_unit_test(as_many_as_an_advance_takes_leave_nothing_to_come_back_for_TIME_3),
        cmocka_unit_test(of_several_nodes_none_tries_a_deadline_twice_STORE_5),
        cmocka_unit_test(what_is_left_to_another_for_a_poll_hides_nothing_behind_it_STORE_5_TIME_3),
        cmocka_unit_test(who_helps_begins_at_the_other_end_STORE_5_TIME_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
