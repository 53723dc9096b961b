/* page.h: what the generators of pages share: files in a folder, and tables whose source is aligned too. */
#ifndef HSVC_GEN_PAGE_H
#define HSVC_GEN_PAGE_H

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_COLUMNS = 12, TABLE_ROWS = 512, CELL_SIZE = 768 };

/* A table under construction; row 0 is its head. */
struct table {
    int columns;
    int rows;
    int column; /* next cell to fill */
    char *cell[TABLE_ROWS][TABLE_COLUMNS];
};

static void die(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(EXIT_FAILURE);
}

/* page_open: creates folder/name, or ends the program. */
static inline FILE *page_open(const char *folder, const char *name) {
    char path[1024];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "w");
    if (file == NULL) die(path);
    return file;
}

static inline void page_close(FILE *file) {
    if (ferror(file) || fclose(file) != 0) die("cannot write a page");
}

/* cell: adds one cell; a '|' within is escaped. */
static inline void cell(struct table *table, const char *form, ...) {
    char text[CELL_SIZE];
    char *kept = malloc(2 * CELL_SIZE);
    char *to = kept;
    va_list args;
    if (kept == NULL || table->rows == TABLE_ROWS) die("table too large");
    va_start(args, form);
    if (vsnprintf(text, sizeof text, form, args) >= (int)sizeof text) die("cell too long");
    va_end(args);
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '|') *to++ = '\\';
        *to++ = *from;
    }
    *to = '\0';
    table->cell[table->rows][table->column++] = kept;
    if (table->column < table->columns) return;
    table->column = 0;
    table->rows++;
}

/* table_begin: heads are separated by '|'. */
static inline void table_begin(struct table *table, const char *heads) {
    memset(table, 0, sizeof *table);
    table->columns = 1;
    for (const char *at = heads; *at != '\0'; at++) table->columns += *at == '|';
    if (table->columns > TABLE_COLUMNS) die("too many columns");
    while (table->rows == 0) {
        size_t len = strcspn(heads, "|");
        cell(table, "%.*s", (int)len, heads);
        heads += len + (heads[len] == '|');
    }
}

/* column_width: of the widest cell; a column that is empty in every row has width -1 and is left out. */
static inline int column_width(const struct table *table, int column) {
    int width = 3;
    int used = table->rows == 1;
    for (int row = 0; row < table->rows; row++) {
        int len = (int)strlen(table->cell[row][column]);
        if (row > 0 && len > 0) used = 1;
        if (len > width) width = len;
    }
    return used ? width : -1;
}

/* table_end: prints the table, aligned, but for its last column, and forgets it. */
static inline void table_end(struct table *table, FILE *to) {
    int width[TABLE_COLUMNS];
    int last = 0;
    if (table->column != 0) die("a row is not complete");
    for (int column = 0; column < table->columns; column++) {
        width[column] = column_width(table, column);
        if (width[column] > 0) last = column;
    }
    for (int row = 0; row < table->rows; row++) {
        for (int column = 0; column < table->columns; column++)
            if (width[column] > 0) fprintf(to, "| %-*s ", column == last ? 0 : width[column], table->cell[row][column]);
        fprintf(to, "|\n");
        for (int column = 0; row == 0 && column < table->columns; column++)
            if (width[column] > 0)
                fprintf(to, "| %.*s ", column == last ? 3 : width[column],
                        "--------------------------------------------------------------------------------"
                        "--------------------------------------------------------------------------------");
        if (row == 0) fprintf(to, "|\n");
    }
    for (int row = 0; row < table->rows; row++)
        for (int column = 0; column < table->columns; column++) free(table->cell[row][column]);
    memset(table, 0, sizeof *table);
}

/* words: an identifier as plain words: "owner_still_here" becomes "owner still here". Good until the next but seven. */
static inline const char *words(const char *name) {
    static char turn[8][128];
    static int next;
    char *to = turn[next++ % 8];
    snprintf(to, sizeof turn[0], "%s", name);
    for (char *at = to; *at != '\0'; at++)
        if (*at == '_') *at = ' ';
    return to;
}

/* The rules that the page being written cites. A citation is a Markdown reference, so that tables stay narrow; where it
 * leads is said once, at the page's end. */
enum { CITED = 256 };
static struct {
    const char *rule[CITED];
    size_t count;
    char text[16];
} cited;

/* cite: "[OUT-3]". Good until the next. */
static inline const char *cite(const char *rule) {
    size_t i = 0;
    while (i < cited.count && strcmp(cited.rule[i], rule) != 0) i++;
    if (i == CITED) die("too many rules on one page");
    cited.rule[i] = rule;
    if (i == cited.count) cited.count++;
    snprintf(cited.text, sizeof cited.text, "[%s]", rule);
    return cited.text;
}

/* print_anchor: the id under which a heading is found: OUT-3 as out-3. */
static inline void print_anchor(FILE *to, const char *heading) {
    for (; *heading != '\0'; heading++) fputc(tolower((unsigned char)*heading), to);
}

/* cited_end: where the citations lead, and none are left. rules_page: the page of all rules, seen from this one. */
static inline void cited_end(FILE *to, const char *rules_page) {
    if (cited.count > 0) fprintf(to, "\n");
    for (size_t i = 0; i < cited.count; i++) {
        fprintf(to, "[%s]: %s#", cited.rule[i], rules_page);
        print_anchor(to, cited.rule[i]);
        fprintf(to, "\n");
    }
    cited.count = 0;
}

#endif
