/* test_export.c: what is exported can be imported again and is the same then, whatever it says (BULK-1, BULK-5, BULK-6). */
#include "csv/bulk.h"

static uint64_t seed = 1;

static uint32_t dice(uint32_t sides) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % sides;
}

/* any_text: of what an id may have, the bytes that matter to CSV and spreadsheets first of all. */
static void any_text(char *to, size_t most, uint32_t number) {
    static const char *const able[] = {"=",  "+", "-", "@", "'",        "\"",           ",", ";",    " ",
                                       "''", "a", "Z", "0", "\xc3\xbc", "\xe2\x82\xac", "|", "1E+5", "="};
    size_t n = 0;
    char end[16];
    for (uint32_t count = dice(8); count > 0; count--) {
        const char *next = able[dice(sizeof able / sizeof able[0])];
        if (n + strlen(next) + 10 > most) break;
        memcpy(to + n, next, strlen(next));
        n += strlen(next);
    }
    (void)snprintf(end, sizeof end, "x%u", number); /* another one than every one before */
    memcpy(to + n, end, strlen(end) + 1);
}

static void fill(struct desk *d) {
    hsvc_input in;
    hsvc_item items[16];
    char user[130], text[130], profiles[16][130];
    memset(items, 0, sizeof items);
    for (uint32_t i = 0; i < 40; i++) {
        uint32_t count = dice(17);
        any_text(user, 128, i);
        for (uint32_t p = 0; p < count; p++) {
            any_text(profiles[p], 128, p);
            items[p].kind = HSVC_ITEM_PROFILE;
            items[p].text = profiles[p];
            items[p].text_len = strlen(profiles[p]);
        }
        OK(hsvc_input_user_put(&in, user, items, count));
        in.item_size = sizeof *items;
        in.flags = dice(4) == 0 ? HSVC_FLAG_DISABLED : 0;
        if (count == 0) in.item_size = 0;
        assert_int_equal(give(d, &in), HSVC_REASON_DONE);
        for (uint32_t h = dice(16); h > 0; h--) {
            any_text(text, 128, i * 16 + h);
            OK(hsvc_input_associate(&in, user, text));
            OK(hsvc_apply(d->engine, &in, 1, 0, d->fx));
        }
        any_text(text, 128, i);
        OK(hsvc_input_init(&in, sizeof in, HSVC_INPUT_DEVICE_PUT));
        in.device = text;
        in.device_len = strlen(text);
        in.profile = profiles[0];
        any_text(profiles[0], 128, 1);
        in.profile_len = strlen(profiles[0]);
        in.state = 1 + dice(3);
        in.flags = dice(8);
        if (in.state != HSVC_DEVICE_ANONYMOUS) {
            in.related_user = user;
            in.related_user_len = strlen(user);
        }
        in.site = in.location = in.model = text;
        in.site_len = in.location_len = in.model_len = in.device_len;
        assert_int_equal(give(d, &in), HSVC_REASON_DONE);
    }
}

/* same_again: exports a kind of one world, imports it into another, and exports that. */
static void same_again(struct desk *from, struct desk *to, uint32_t kind, uint32_t flags) {
    struct bulk out, in;
    bulk_open(&out, from, kind);
    bulk_open(&in, to, kind);
    bulk_export(&out, kind, flags);
    bulk_run(&in, out.failed.bytes, out.failed.len);
    OK(in.status);
    assert_int_equal(in.summary.refused, 0);
    if (in.summary.failed != 0) fail_msg("%s", in.failed.bytes);
    bulk_run(&in, out.failed.bytes, out.failed.len);
    assert_int_equal(in.summary.changed, 0);
    assert_int_equal(in.summary.failed, 0);
    bulk_export(&in, kind, flags);
    assert_int_equal(in.failed.len, out.failed.len);
    assert_memory_equal(in.failed.bytes, out.failed.bytes, out.failed.len);
    bulk_close(&out);
    bulk_close(&in);
}

/* F88: importing an export changes nothing. */
static void export_import_export_is_the_identity_BULK_5_BULK_6(void **state) {
    static const uint32_t flags[] = {0, HSVC_CSV_NO_GUARD, HSVC_CSV_BOM | HSVC_CSV_SEMICOLON,
                                     HSVC_CSV_NO_GUARD | HSVC_CSV_SEMICOLON};
    (void)state;
    for (uint64_t run = 1; run <= 24; run++) {
        struct desk from, to;
        seed = run;
        desk_open(&from);
        desk_open(&to);
        fill(&from);
        same_again(&from, &to, HSVC_CSV_USERS, flags[run % 4]);
        same_again(&from, &to, HSVC_CSV_DEVICES, flags[run % 4]);
        same_again(&from, &to, HSVC_CSV_ASSOCIATIONS, flags[run % 4]);
        desk_close(&from);
        desk_close(&to);
    }
}

/* F95. */
static void cells_that_a_spreadsheet_runs_are_neutralised_BULK_6(void **state) {
    static const char *const ids[] = {"=1", "+1", "-1", "@1", "'1", "a=1"};
    static const char guarded[] =
        "\"USER ID\",\"SERIAL NUMBER\"\r\n\"'=1\",\"S0\"\r\n\"'+1\",\"S1\"\r\n\"'-1\",\"S2\"\r\n\"'@1\",\"S3\"\r\n"
        "\"''1\",\"S4\"\r\n\"a=1\",\"S5\"\r\n";
    static const char plain[] =
        "\"USER ID\",\"SERIAL "
        "NUMBER\"\r\n\"=1\",\"S0\"\r\n\"+1\",\"S1\"\r\n\"-1\",\"S2\"\r\n\"@1\",\"S3\"\r\n\"'1\",\"S4\"\r\n"
        "\"a=1\",\"S5\"\r\n";
    struct desk d;
    struct bulk b;
    (void)state;
    desk_open(&d);
    for (int i = 0; i < 6; i++) {
        char serial[] = {'S', (char)('0' + i), '\0'};
        add_user(&d, ids[i]);
        give_headset(&d, ids[i], serial);
    }
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    bulk_export(&b, HSVC_CSV_ASSOCIATIONS, 0);
    assert_string_equal(b.failed.bytes, guarded);
    bulk_export(&b, HSVC_CSV_ASSOCIATIONS, HSVC_CSV_NO_GUARD);
    assert_string_equal(b.failed.bytes, plain);
    bulk_close(&b);
    desk_close(&d);
}

static void sessions_inventory_and_audit_are_exported_BULK_1_INV_1(void **state) {
    struct desk d;
    struct bulk b;
    hsvc_input in;
    hsvc_item profile;
    (void)state;
    world(&d);
    memset(&profile, 0, sizeof profile);
    profile.kind = HSVC_ITEM_PROFILE;
    profile.text = "desk";
    profile.text_len = 4;
    OK(hsvc_input_user_put(&in, "amara", &profile, 1));
    assert_int_equal(give(&d, &in), HSVC_REASON_DONE);
    OK(hsvc_input_device_put(&in, "sj-1", "out", HSVC_DEVICE_SHARED, "sj", "CP-8845", "14.3", HSVC_FLAG_EM_ENABLED));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_device_registered(&in, "sj-1", 0, 0));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    OK(hsvc_input_headset_connected(&in, "sj-1", "H1", 7));
    OK(hsvc_apply(d.engine, &in, 1, 0, d.fx));
    advance(&d, MINUTE); /* settled */
    OK(hsvc_input_sign_in_user(&in, "sj-1", "amara", NULL, 0));
    assert_int_equal(give(&d, &in), HSVC_REASON_SIGNED_IN);
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    bulk_export(&b, HSVC_CSV_INVENTORY, 0);
    assert_memory_equal(b.failed.bytes,
                        "\"Serial Number\",\"Model\",\"Vendor\",\"Type\",\"Firmware\",\"Attached Phone Owner User "
                        "ID\",\"Headset Owner\",\"Template\","
                        "\"Status\",\"Status Since\",\"Dock Model\",\"Device Name\",\"Device Model\",\"Software "
                        "Version\",\"Age (days)\"\r\n",
                        207);
    assert_non_null(strstr(b.failed.bytes,
                           "\"H1\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"Connected\",\"2027-01-15T08:00:00.000Z\",\"\","
                           "\"sj-1\",\"CP-8845\",\"14.3\",\"0\"\r\n"));
    bulk_export(&b, HSVC_CSV_AUDIT, 0);
    assert_non_null(
        strstr(b.failed.bytes,
               "\"TIME\",\"KIND\",\"SUBJECT\",\"SEQUENCE\",\"INPUT\",\"REASON\",\"RULE\",\"COUNT\",\"ACTOR\"\r\n"));
    assert_non_null(strstr(b.failed.bytes, "\"HEADSET_CONNECTED\""));
    bulk_export(&b, HSVC_CSV_SESSIONS, 0);
    assert_string_equal(b.failed.bytes,
                        "\"USER ID\",\"DEVICE NAME\",\"SITE\",\"PROFILE\",\"SERIAL NUMBER\",\"SIGNED IN\",\"STATE\"\r\n"
                        "\"amara\",\"sj-1\",\"sj\",\"desk\",\"\",\"2027-01-15T08:01:00.000Z\",\"SIGNED_IN\"\r\n");
    bulk_close(&b);
    desk_close(&d);
}

/* ---- a row with another time in it, and a right checksum ---- */
struct copy {
    uint8_t key[64], value[1024];
    size_t key_len, value_len;
};

static int32_t take_row(const hsvc_row *row, void *user) {
    struct copy *copy = (struct copy *)user;
    assert_true(row->key_len <= sizeof copy->key && row->value_len <= sizeof copy->value);
    memcpy(copy->key, row->key, copy->key_len = row->key_len);
    memcpy(copy->value, row->value, copy->value_len = row->value_len);
    return HSVC_OK;
}

/* set_since: the fourth number of a headset's record is status_since_at (lib/records/fields.def). */
static void set_since(const struct desk *d, int64_t at) {
    const uint8_t from = HSVC__FAMILY_HEADSET, to = HSVC__FAMILY_HEADSET + 1;
    struct copy row;
    uint64_t revision = 0;
    hsvc_op op;
    memset(&op, 0, sizeof op);
    OK(d->plain.scan(&from, 1, &to, 1, 1, take_row, &row, d->plain.user));
    hsvc__put64(row.value + HSVC__HEAD + 24, (uint64_t)at);
    hsvc__put64(row.value + 8, hsvc_hash64(row.value + HSVC__HEAD, row.value_len - HSVC__HEAD) + hsvc__get64(row.value));
    op.struct_size = sizeof op;
    op.kind = HSVC_OP_PUT;
    op.expect = HSVC_EXPECT_ANY;
    op.key = row.key;
    op.key_len = row.key_len;
    op.value = row.value;
    op.value_len = row.value_len;
    OK(d->plain.commit(&op, 1, &revision, d->plain.user));
}

/* No clock gets there, but a damaged record may: the five digits were written into a place for four. */
static void a_time_behind_the_year_9999_is_exported_whole_BULK_5(void **state) {
    struct desk d;
    struct bulk b;
    (void)state;
    desk_open(&d);
    add_user(&d, "amara");
    give_headset(&d, "amara", "H1");
    set_since(&d, (INT64_C(1) << 48) - 1); /* the last that a record may hold */
    bulk_open(&b, &d, HSVC_CSV_ASSOCIATIONS);
    bulk_export(&b, HSVC_CSV_INVENTORY, 0);
    assert_non_null(strstr(b.failed.bytes, "\"10889-08-02T05:31:50.655Z\""));
    bulk_close(&b);
    desk_close(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(export_import_export_is_the_identity_BULK_5_BULK_6),
        cmocka_unit_test(cells_that_a_spreadsheet_runs_are_neutralised_BULK_6),
        cmocka_unit_test(sessions_inventory_and_audit_are_exported_BULK_1_INV_1),
        cmocka_unit_test(a_time_behind_the_year_9999_is_exported_whole_BULK_5),
    };
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
