/* print.c: tables, and pairs of names and values: aligned for people, objects of JSON for programs. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void *must(void *block) {
    if (block != NULL) return block;
    fputs("hsvc: no memory\n", stderr);
    exit(EXIT_LIBRARY);
}

static void print_object(json_t *object) {
    (void)json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
}

/* ---- tables ---- */

struct cell {
    struct text text;
    int64_t number;
    int is_number;
};

struct table {
    const struct host *host;
    const char *type;
    size_t columns;
    const char *const *heads;
    struct cell *cells;
    size_t count;
    size_t room;
};

struct table *table_new(const struct host *host, const char *type, size_t columns, const char *const *heads) {
    struct table *table = must(calloc(1, sizeof *table));
    table->host = host;
    table->type = type;
    table->columns = columns;
    table->heads = heads;
    return table;
}

static struct cell *next_cell(struct table *table) {
    if (table->count == table->room) {
        table->room = table->room == 0 ? 64 : table->room * 2;
        table->cells = must(realloc(table->cells, table->room * sizeof *table->cells));
    }
    memset(&table->cells[table->count], 0, sizeof *table->cells);
    return &table->cells[table->count++];
}

void table_text(struct table *table, const char *text, size_t len) { text_add(&next_cell(table)->text, text, len); }

void table_words(struct table *table, const char *words) { table_text(table, words, strlen(words)); }

void table_number(struct table *table, int64_t number) {
    struct cell *cell = next_cell(table);
    cell->is_number = 1;
    cell->number = number;
    text_printf(&cell->text, "%lld", (long long)number);
}

static size_t width_of(const struct table *table, size_t column) {
    size_t width = strlen(table->heads[column]);
    for (size_t i = column; i < table->count; i += table->columns) {
        size_t columns = columns_of(table->cells[i].text.bytes, table->cells[i].text.len);
        if (columns > width) width = columns;
    }
    return width;
}

static void print_line(const struct table *table, size_t row, const size_t *widths) {
    for (size_t k = 0; k < table->columns; k++) {
        const struct cell *cell = row == 0 ? NULL : &table->cells[(row - 1) * table->columns + k];
        const char *text = cell == NULL ? table->heads[k] : cell->text.bytes;
        size_t len = cell == NULL ? strlen(text) : cell->text.len;
        print_cell(table->host, cell == NULL ? "2" : "", text, len, k + 1 < table->columns ? widths[k] : 0);
        printf(k + 1 < table->columns ? "  " : "\n");
    }
}

static void print_rows(const struct table *table) {
    size_t widths[16] = {0};
    for (size_t k = 0; k < table->columns && k < 16; k++) widths[k] = width_of(table, k);
    for (size_t row = 0; row <= table->count / table->columns; row++) print_line(table, row, widths);
}

static void print_row_objects(const struct table *table) {
    for (size_t i = 0; i < table->count; i += table->columns) {
        json_t *object = json_object();
        json_object_set_new(object, "type", json_string(table->type));
        for (size_t k = 0; k < table->columns; k++) {
            const struct cell *cell = &table->cells[i + k];
            if (cell->is_number) json_object_set_new(object, table->heads[k], json_integer(cell->number));
            else if (cell->text.len > 0)
                json_object_set_new(object, table->heads[k], json_stringn(cell->text.bytes, cell->text.len));
        }
        print_object(object);
    }
}

int table_is_json(const struct table *table) { return table->host->json; }

void table_print(struct table *table) {
    if (table->host->json) print_row_objects(table);
    else print_rows(table);
    for (size_t i = 0; i < table->count; i++) text_free(&table->cells[i].text);
    free(table->cells);
    free(table);
}

/* ---- pairs ---- */

struct pairs {
    const struct host *host;
    json_t *object;
};

struct pairs *pairs_new(const struct host *host, const char *type) {
    struct pairs *pairs = must(calloc(1, sizeof *pairs));
    pairs->host = host;
    pairs->object = must(json_object());
    if (host->json) json_object_set_new(pairs->object, "type", json_string(type));
    return pairs;
}

void pairs_text(struct pairs *pairs, const char *name, const char *text, size_t len) {
    if (len == 0) return;
    if (pairs->host->json) json_object_set_new(pairs->object, name, json_stringn(text, len));
    else printf("%-20s %.*s\n", name, (int)len, text);
}

void pairs_words(struct pairs *pairs, const char *name, const char *words) { pairs_text(pairs, name, words, strlen(words)); }

void pairs_number(struct pairs *pairs, const char *name, int64_t number) {
    if (number == 0) return;
    if (pairs->host->json) json_object_set_new(pairs->object, name, json_integer(number));
    else printf("%-20s %lld\n", name, (long long)number);
}

void pairs_time(struct pairs *pairs, const char *name, int64_t at) {
    struct text words = {NULL, 0, 0};
    if (at == 0) return;
    if (at == HSVC_NEVER) {
        pairs_words(pairs, name, "never");
        return;
    }
    if (pairs->host->json) {
        json_object_set_new(pairs->object, name, json_integer(at));
        return;
    }
    words_time(pairs->host, at, &words);
    printf("%-20s %s\n", name, words.bytes);
    text_free(&words);
}

void pairs_print(struct pairs *pairs) {
    if (pairs->host->json) print_object(pairs->object);
    else json_decref(pairs->object);
    free(pairs);
}
