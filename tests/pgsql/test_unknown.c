/* test_unknown.c: the network loses what it should not, between the store and the server: the question, the answer, or the
 * answer for a while, so that a commit lands after its client was told that nobody knows (STORE-4). */
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "headsetsvc/inputs.h"
#include "pg.h"

#define SCHEMA "test_unknown"
#define LATE_US 200000

/* ---- a proxy: every connection has a thread ---- */
enum { PASS, LOSE_QUESTION, LOSE_ANSWER, ANSWER_LATE };
static struct proxy {
    int listening;
    unsigned port;
    pthread_t thread;
    atomic_int mode; /* of the message number `nth` from the client */
    atomic_int nth;  /* counts down */
    atomic_int late; /* commits on their way */
} proxy;

/* due: does the disturbance belong to this message? */
static int due(void) {
    if (proxy.mode == PASS || --proxy.nth != 0) return PASS;
    return proxy.mode;
}

static int upstream(void) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const char *host = strstr(pg_conninfo(), "host=") + 5;
    snprintf(at.sun_path, sizeof at.sun_path, "%.*s/.s.PGSQL.5432", (int)strcspn(host, " "), host);
    if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) return -1;
    return fd;
}

/* disturb: what happens instead of passing the message on; the client's end is closed in every case. */
static void disturb(int how, int client, int server, const char *bytes, ssize_t len) {
    char answer[65536];
    if (how == ANSWER_LATE) {
        proxy.late++;
        close(client);
        usleep(LATE_US);
    }
    if (how != LOSE_QUESTION && write(server, bytes, (size_t)len) == len) (void)!read(server, answer, sizeof answer);
    if (how == ANSWER_LATE) proxy.late--;
    else close(client);
    close(server);
}

static void *carry(void *user) {
    int client = (int)(intptr_t)user, server = upstream();
    char bytes[65536];
    for (;;) {
        struct pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
        int from, how;
        ssize_t len;
        if (poll(fds, 2, 30000) <= 0) break;
        from = fds[0].revents != 0 ? client : server;
        len = read(from, bytes, sizeof bytes);
        if (len <= 0) break;
        how = from == client ? due() : PASS;
        if (how != PASS) {
            disturb(how, client, server, bytes, len);
            return NULL;
        }
        if (write(from == client ? server : client, bytes, (size_t)len) != len) break;
    }
    close(client);
    close(server);
    return NULL;
}

static void *serve(void *user) {
    (void)user;
    for (;;) {
        int client = accept(proxy.listening, NULL, NULL);
        pthread_t thread;
        if (client < 0) return NULL;
        if (pthread_create(&thread, NULL, carry, (void *)(intptr_t)client) != 0) abort();
        pthread_detach(thread);
    }
}

static int start_proxy(void **state) {
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    proxy.listening = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(proxy.listening, (struct sockaddr *)&at, sizeof at) != 0 || listen(proxy.listening, 8) != 0) return 1;
    if (getsockname(proxy.listening, (struct sockaddr *)&at, &len) != 0) return 1;
    proxy.port = ntohs(at.sin_port);
    return pthread_create(&proxy.thread, NULL, serve, NULL);
}

static void arm(int mode, int nth) {
    proxy.nth = nth;
    proxy.mode = mode;
}

static void settle(void) {
    while (proxy.late != 0) usleep(10000);
    usleep(50000);
}

/* ---- stores and engines behind it ---- */
static void open_behind(struct pg *pg) {
    static char conninfo[128];
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%u user=tester dbname=postgres sslmode=disable gssencmode=disable",
             proxy.port);
    proxy.mode = PASS;
    pg_drop(SCHEMA);
    pg_ready(pg, SCHEMA);
    pg->config.conninfo = conninfo;
    pg_start(pg);
    OK(hsvc_pgsql_store_connect(pg->pgsql));
}

static void a_commit_whose_answer_is_lost_is_unknown_STORE_4(void **state) {
    static const struct {
        int mode;
        uint32_t there; /* at once */
        uint32_t there_later;
    } cases[] = {{LOSE_QUESTION, 0, 0}, {LOSE_ANSWER, 1, 1}, {ANSWER_LATE, 0, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct pg pg;
        hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ABSENT, 0, "v");
        uint64_t revision;
        open_behind(&pg);
        arm(cases[i].mode, 1);
        assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_UNKNOWN);
        assert_int_equal(pg_problem(&pg).reason, HSVC_PGSQL_LOST);
        assert_int_equal(pg_get(&pg, "k").count, cases[i].there); /* absence proves nothing */
        settle();
        assert_int_equal(pg_get(&pg, "k").count, cases[i].there_later);
        pg_close(&pg);
    }
}

/* The same commit again, while the first is still on its way: one of them happens. */
static void a_late_commit_and_its_repetition_happen_once_STORE_4(void **state) {
    struct pg pg;
    hsvc_op op = pg_op(HSVC_OP_PUT, "k", HSVC_EXPECT_ABSENT, 0, "v");
    uint64_t revision, again;
    (void)state;
    open_behind(&pg);
    arm(ANSWER_LATE, 1);
    assert_int_equal(pg_commit(&pg, &op, 1, &revision), HSVC_ERR_UNKNOWN);
    OK(pg_commit(&pg, &op, 1, &revision));
    settle();
    assert_true(pg_get(&pg, "k").revision == revision);
    assert_int_equal(pg_commit(&pg, &op, 1, &again), HSVC_ERR_CONFLICT);
    pg_close(&pg);
}

static hsvc_engine *engine_on(const struct pg *pg, hsvc_effects **fx) {
    hsvc_engine *engine;
    OK(hsvc_stdlib_engine(&pg->store, &engine, fx));
    return engine;
}

/* tell: an input until it is answered, as often as a host would. */
static uint32_t tell(hsvc_engine *engine, hsvc_effects *fx, hsvc_input *in, uint8_t number) {
    hsvc_verdict verdict;
    int32_t status = HSVC_ERR_UNKNOWN;
    in->request_id[0] = number;
    for (int i = 0; i < 5 && (status == HSVC_ERR_UNKNOWN || status == HSVC_ERR_UNAVAILABLE); i++)
        status = hsvc_apply(engine, in, 1, 0, fx);
    OK(status);
    OK(hsvc_verdict_init(&verdict, sizeof verdict));
    OK(hsvc_verdict_at(fx, 0, &verdict));
    return verdict.reason;
}

/* Whatever is lost, and at whichever message: each input is answered as if nothing had been. */
static void inputs_are_decided_once_whatever_is_lost_STORE_4(void **state) {
    (void)state;
    for (int mode = LOSE_QUESTION; mode <= ANSWER_LATE; mode++)
        for (int nth = 1; nth <= 6; nth++) {
            struct pg pg;
            hsvc_effects *fx;
            hsvc_engine *engine;
            hsvc_user_view view;
            hsvc_input in;
            uint64_t findings = 1;
            open_behind(&pg);
            engine = engine_on(&pg, &fx);
            arm(mode, nth);
            hsvc_input_user_put(&in, "ann", NULL, 0);
            assert_int_equal(tell(engine, fx, &in, 1), HSVC_REASON_DONE);
            hsvc_input_associate(&in, "ann", "S1");
            assert_int_equal(tell(engine, fx, &in, 2), HSVC_REASON_ASSOCIATED);
            settle();
            OK(hsvc_user_view_init(&view, sizeof view));
            OK(hsvc_user_get(engine, "ann", 3, &view));
            assert_int_equal(view.headset_count, 1);
            OK(hsvc_verify(engine, NULL, NULL, &findings));
            assert_int_equal(findings, 0);
            hsvc_effects_free(fx);
            hsvc_engine_free(engine);
            pg_close(&pg);
        }
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_whose_answer_is_lost_is_unknown_STORE_4),
        cmocka_unit_test(a_late_commit_and_its_repetition_happen_once_STORE_4),
        cmocka_unit_test(inputs_are_decided_once_whatever_is_lost_STORE_4),
    };
    return cmocka_run_group_tests(tests, start_proxy, NULL);
}
