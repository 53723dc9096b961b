/* test_layout.c: is every field of every public struct where programs in the field expect it?
 * The rows also tile each struct without a gap, which shows that no field is missing among them and that the compiler
 * put no hole anywhere: a hole would be copied uninitialised, and would sit elsewhere on another machine. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "headsetsvc/headsetsvc.h"
#include "headsetsvc/conformance.h"
#include "headsetsvc/csv.h"
#include "headsetsvc/inventory.h"
#include "headsetsvc/registry.h"
#include "headsetsvc/pgsql.h"
#include "headsetsvc/recording.h"
#include "headsetsvc/scenario.h"
#include "headsetsvc/sqlite.h"
#include "headsetsvc/testkit.h"

struct row {
    const char *name; /* "hsvc_config" or "hsvc_config.flags" */
    int is_struct;
    size_t offset, bytes;               /* as committed */
    size_t actual_offset, actual_bytes; /* as compiled */
};

#define SIZE(type, bytes) {#type, 1, 0, bytes, 0, sizeof(type)},
#define FIELD(type, field, offset, bytes) \
    {#type "." #field, 0, offset, bytes, offsetof(type, field), sizeof(((type *)0)->field)},
#define FIRST(type, bytes)
static const struct row rows[] = {
#include "layout.def"
#include "layout_testkit.def"
#include "layout_sqlite.def"
#include "layout_pgsql.def"
#include "layout_csv.def"
};
#undef SIZE
#undef FIELD
#undef FIRST
#define SIZE(type, bytes)
#define FIELD(type, field, offset, bytes)
#define FIRST(type, bytes) {#type, 1, 0, bytes, 0, sizeof(type)},
static const struct row firsts[] = {
#include "layout.def"
#include "layout_testkit.def"
#include "layout_sqlite.def"
#include "layout_pgsql.def"
#include "layout_csv.def"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static void skip_unless_lp64(void) {
    if (sizeof(void *) != 8 || sizeof(size_t) != 8) skip();
}

static void every_field_is_where_it_was(void **state) {
    int wrong = 0;
    (void)state;
    skip_unless_lp64();
    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        if (row->offset == row->actual_offset && row->bytes == row->actual_bytes) continue;
        print_error("%s: committed at %zu with %zu bytes, compiled at %zu with %zu\n", row->name, row->offset, row->bytes,
                    row->actual_offset, row->actual_bytes);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void rows_tile_each_struct(void **state) {
    size_t end = 0;
    (void)state;
    skip_unless_lp64();
    for (int i = 0; i < ROWS; i++) {
        size_t size = 0;
        if (rows[i].is_struct) {
            end = 0;
            continue;
        }
        if (rows[i].offset != end) print_error("%s: a hole or a missing row before it\n", rows[i].name);
        assert_int_equal(rows[i].offset, end);
        end += rows[i].bytes;
        if (i + 1 < ROWS && !rows[i + 1].is_struct) continue;
        for (int j = i; size == 0; j--) size = rows[j].is_struct ? rows[j].bytes : 0;
        if (end != size) print_error("%s: a hole or a missing row after it\n", rows[i].name);
        assert_int_equal(end, size);
    }
}

/* No struct ever shrinks below what the first callers allocated. */
static void structs_never_shrink(void **state) {
    (void)state;
    skip_unless_lp64();
    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++) {
        if (firsts[i].actual_bytes < firsts[i].bytes) print_error("%s shrank\n", firsts[i].name);
        assert_true(firsts[i].actual_bytes >= firsts[i].bytes);
    }
}

/* The first field of all but the structs that are array elements with a stride of their own. */
static void sized_structs_begin_with_their_size(void **state) {
    (void)state;
    for (int i = 0; i + 1 < ROWS; i++) {
        if (!rows[i].is_struct || strcmp(rows[i].name, "hsvc_key") == 0 || strcmp(rows[i].name, "hsvc_item") == 0) continue;
        if (strstr(rows[i + 1].name, ".struct_size") == NULL) print_error("%s has no struct_size\n", rows[i].name);
        assert_non_null(strstr(rows[i + 1].name, ".struct_size"));
        assert_int_equal(rows[i + 1].bytes, 4);
    }
}

/* missing_in: how many structs "typedef struct hsvc_x {" of a header have no rows. */
static int missing_in(const char *path) {
    FILE *header = fopen(path, "r");
    char line[512], name[128], brace;
    int missing = 0;
    assert_non_null(header);
    while (fgets(line, sizeof line, header) != NULL) {
        int found = 0;
        if (sscanf(line, "typedef struct %127[a-z0-9_] %c", name, &brace) != 2 || brace != '{') continue;
        for (int i = 0; i < ROWS && !found; i++) found = rows[i].is_struct && strcmp(rows[i].name, name) == 0;
        if (!found) print_error("%s of %s has no rows in tests/abi/layout*.def\n", name, path);
        missing += !found;
    }
    fclose(header);
    return missing;
}

static void every_struct_has_rows(void **state) {
    DIR *folder = opendir(HSVC_SOURCE_DIR "/include/headsetsvc");
    struct dirent *entry;
    char path[512];
    int missing = 0, headers = 0;
    (void)state;
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (strstr(entry->d_name, ".h") == NULL) continue;
        (void)snprintf(path, sizeof path, "%s/include/headsetsvc/%s", HSVC_SOURCE_DIR, entry->d_name);
        missing += missing_in(path);
        headers++;
    }
    closedir(folder);
    assert_int_equal(missing, 0);
    assert_true(headers > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_where_it_was),
        cmocka_unit_test(rows_tile_each_struct),
        cmocka_unit_test(structs_never_shrink),
        cmocka_unit_test(sized_structs_begin_with_their_size),
        cmocka_unit_test(every_struct_has_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
